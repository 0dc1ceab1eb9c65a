//! Findings as an editor shows them.

use std::collections::BTreeMap;
use std::hash::Hasher;
use std::ops::Range;
use std::sync::Arc;

use crosstrail_analyzer::analysis::Problem;
use crosstrail_analyzer::finding::{Confidence, Finding, Label, Safety, Severity};
use crosstrail_analyzer::rules;
use crosstrail_analyzer::source::{FileId, LineColumn, LineIndex, SourceMap, Span, TextRange};
use crosstrail_disk::{Base, Weight};
use rustc_hash::FxHasher;
use serde_json::json;
use tower_lsp_server::ls_types::{
    self, CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, DiagnosticTag, Location,
    NumberOrString, Uri,
};

use crate::client::ClientInfo;
use crate::encoding::{Encoding, Ruler};
use crate::project::Found;
use crate::uris;

/// Who says it.
const SOURCE: &str = "crosstrail";

/// Rules about what is there without effect: editors show it faded.
const WITHOUT_EFFECT: &[&str] = &["unused-suppression"];

/// What is to be said of each file of which there is anything to say, by name.
pub(crate) type Reports = BTreeMap<String, Report>;

/// What is to be said of a file.
#[derive(Debug, Clone)]
pub(crate) struct Report {
    pub(crate) uri: Uri,
    pub(crate) diagnostics: Arc<[Diagnostic]>,
    /// Changes with them.
    pub(crate) id: u64,
    /// Which of all findings they are made from, and what else they say.
    findings: Range<usize>,
    others: Vec<Diagnostic>,
}

/// The id of a report that says nothing.
pub(crate) const NOTHING: u64 = 0;

impl Report {
    fn new(uri: Uri, findings: Range<usize>, diagnostics: Vec<Diagnostic>, others: Vec<Diagnostic>) -> Self {
        let diagnostics: Arc<[Diagnostic]> = diagnostics.into_iter().chain(others.iter().cloned()).collect();
        let mut hasher = FxHasher::default();
        hasher.write(&serde_json::to_vec(&*diagnostics).unwrap_or_default());
        let id = if diagnostics.is_empty() { NOTHING } else { hasher.finish().max(NOTHING + 1) };
        Self { uri, id, diagnostics, findings, others }
    }
}

/// Makes reports.
#[derive(Clone, Copy)]
pub(crate) struct Reporter<'a> {
    pub(crate) sources: &'a SourceMap,
    pub(crate) base: &'a Base,
    pub(crate) client: &'a ClientInfo,
}

impl Reporter<'_> {
    /// What is to be said of the file `name` at once: all that was found in it, and what is wrong with it as such.
    pub(crate) fn report<'a>(
        &self,
        name: &str,
        findings: &[Finding],
        problems: &[Problem],
        odd: impl Iterator<Item = &'a crosstrail_disk::Problem>,
    ) -> Option<Report> {
        let odd = odd.filter(|problem| problem.path == name).map(|problem| self.odd(problem));
        let others = problems.iter().map(|problem| self.problem(problem)).chain(odd).collect();
        let diagnostics = findings.iter().filter_map(|finding| self.finding(finding)).collect();
        Some(Report::new(self.uri(name)?, 0..0, diagnostics, others))
    }

    /// The reports of all files. What is as it was `before` is taken from there.
    pub(crate) fn reports<'a>(
        &self,
        findings: &[Finding],
        problems: &[Problem],
        odd: impl Iterator<Item = &'a crosstrail_disk::Problem>,
        before: Option<&Found>,
    ) -> Reports {
        let mut others: BTreeMap<String, Vec<Diagnostic>> = BTreeMap::new();
        for problem in problems {
            others.entry(problem.path.clone()).or_default().push(self.problem(problem));
        }
        for problem in odd {
            others.entry(problem.path.clone()).or_default().push(self.odd(problem));
        }
        let mut reports = Reports::new();
        let mut start = 0;
        // INVARIANT: findings are in the order of paths.
        for chunk in findings.chunk_by(|one, other| one.primary.file == other.primary.file) {
            let name = chunk.first().map(|first| self.sources.file(first.primary.file).path().to_string());
            let range = start..start + chunk.len();
            start = range.end;
            let name = name.unwrap_or_default();
            let others = others.remove(&name).unwrap_or_default();
            let kept = before.and_then(|before| self.kept(before, &name, chunk, &others));
            let made = || {
                let diagnostics = chunk.iter().filter_map(|finding| self.finding(finding)).collect();
                Some(Report::new(self.uri(&name)?, range.clone(), diagnostics, others))
            };
            let report = kept.map(|kept| Report { findings: range.clone(), ..kept.clone() }).or_else(made);
            reports.extend(report.map(|report| (name, report)));
        }
        let without_findings = others.into_iter().filter_map(|(name, others)| {
            let report = Report::new(self.uri(&name)?, 0..0, Vec::new(), others);
            Some((name, report))
        });
        reports.extend(without_findings);
        reports
    }

    /// The report of `before`, if it is about the same findings in the same texts.
    fn kept<'a>(
        &self,
        before: &'a Found,
        name: &str,
        findings: &[Finding],
        others: &[Diagnostic],
    ) -> Option<&'a Report> {
        let report = before.reports.get(name)?;
        let same_findings = before.findings.get(report.findings.clone()) == Some(findings);
        let (then, now) = (before.understood.analysis.sources(), self.sources);
        let is_same = |file: FileId| {
            let (then, now) = (then.file(file), now.file(file));
            Arc::ptr_eq(&then, &now) || (Arc::ptr_eq(then.text(), now.text()) && then.path() == now.path())
        };
        let labels = || findings.iter().flat_map(|it| it.labels.iter().chain(&it.path)).map(|label| label.span.file);
        let files = || findings.iter().take(1).map(|finding| finding.primary.file).chain(labels());
        (same_findings && report.others == others && files().all(is_same)).then_some(report)
    }

    fn uri(&self, name: &str) -> Option<Uri> {
        uris::of_path(&self.base.locate(name))
    }

    fn finding(&self, finding: &Finding) -> Option<Diagnostic> {
        let rule = rules::find(finding.code);
        let href = rule.filter(|_| self.client.code_description).and_then(|rule| rule.url().parse().ok());
        let related = || finding.labels.iter().chain(&finding.path).filter_map(|label| self.related(label)).collect();
        let tags = self.client.tags && WITHOUT_EFFECT.contains(&finding.code);
        Some(Diagnostic {
            range: self.location(finding.primary)?.range,
            severity: Some(severity(finding.severity)),
            code: Some(NumberOrString::String(finding.code.to_owned())),
            code_description: href.map(|href| CodeDescription { href }),
            source: Some(SOURCE.to_owned()),
            message: message(finding),
            related_information: self.client.related_information.then(related).filter(|it: &Vec<_>| !it.is_empty()),
            tags: tags.then(|| vec![DiagnosticTag::UNNECESSARY]),
            data: self.client.diagnostic_data.then(|| data(finding)),
        })
    }

    fn related(&self, label: &Label) -> Option<DiagnosticRelatedInformation> {
        Some(DiagnosticRelatedInformation { location: self.location(label.span)?, message: label.message.clone() })
    }

    /// Where a span is, in the client's terms.
    pub(crate) fn location(&self, span: Span) -> Option<Location> {
        let file = self.sources.file(span.file);
        let uri = uris::of_path(&self.base.locate(file.path()))?;
        Some(Location { uri, range: Ruler::of(&file, self.client.encoding).range(span.range) })
    }

    fn problem(&self, problem: &Problem) -> Diagnostic {
        let place = problem.span.and_then(|span| self.location(span));
        told(place.map(|place| place.range).unwrap_or_default(), Severity::Error, problem.message.clone())
    }

    /// A problem of a file that the analysis does not know.
    fn odd(&self, problem: &crosstrail_disk::Problem) -> Diagnostic {
        let range = problem.at.and_then(|at| {
            let text = std::fs::read_to_string(self.base.locate(&problem.path)).ok()?;
            Some(rest_of_line(&text, at, self.client.encoding))
        });
        let severity = match problem.weight {
            Weight::Unchecked => Severity::Error,
            Weight::Odd => Severity::Note,
        };
        told(range.unwrap_or_default(), severity, problem.message.clone())
    }
}

fn told(range: ls_types::Range, severity_: Severity, message: String) -> Diagnostic {
    let (severity, source) = (Some(severity(severity_)), Some(SOURCE.to_owned()));
    Diagnostic { range, severity, source, message, ..Diagnostic::default() }
}

/// From `at`, in characters, to the end of its line.
fn rest_of_line(text: &str, at: LineColumn, encoding: Encoding) -> ls_types::Range {
    let lines = LineIndex::new(text);
    let line = text.lines().nth(at.line.saturating_sub(1) as usize).unwrap_or_default();
    let before: usize = line.chars().take(at.column.saturating_sub(1) as usize).map(char::len_utf8).sum();
    let start = lines.line_start(at.line.saturating_sub(1)).unwrap_or_default();
    let offset = |inside: usize| start.saturating_add(u32::try_from(inside).unwrap_or_default());
    let range = TextRange::new(offset(before), offset(line.trim_end().len().max(before)));
    Ruler::new(text, &lines, encoding).range(range)
}

fn severity(severity: Severity) -> DiagnosticSeverity {
    match severity {
        Severity::Error => DiagnosticSeverity::ERROR,
        Severity::Warning => DiagnosticSeverity::WARNING,
        Severity::Note => DiagnosticSeverity::INFORMATION,
    }
}

/// The message, and below it what to do where no fix does it.
fn message(finding: &Finding) -> String {
    let likely = match finding.confidence {
        Confidence::Likely => " (likely)",
        Confidence::Certain => "",
    };
    let help = finding.help.as_ref().map(|help| format!("\nhelp: {help}")).unwrap_or_default();
    format!("{}{likely}{help}", finding.message)
}

/// What programs that show the diagnostic may want to know of it.
fn data(finding: &Finding) -> serde_json::Value {
    let fix = |fix: &crosstrail_analyzer::finding::Fix| json!({"title": fix.title, "safe": fix.safety == Safety::Safe});
    json!({"code": finding.code, "fixes": finding.fixes.iter().map(fix).collect::<Vec<_>>()})
}
