//! SARIF 2.1.0, the format of code scanning: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/>.
//!
//! What comments silence and what a baseline knows is there too, marked as suppressed: who
//! reads the log decides whether to show it.

mod model;

use std::collections::BTreeSet;

use crate::finding::{Edit, Finding, Fix, Label, Severity, Silenced};
use crate::fingerprint;
use crate::rules::{self, Rule};
use crate::source::{LineColumn, Span};

use super::place::{Extent, place};
use super::{Notice, Report};
use model::*;

/// Of what form the log is.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
const VERSION: &str = "2.1.0";

/// What relative paths start at.
const BASE: &str = "%SRCROOT%";

/// The fingerprints of what a report has.
pub(super) struct Fingerprints {
    pub(super) findings: Vec<String>,
    known: Vec<String>,
    silenced: Vec<String>,
}

impl Report<'_> {
    /// The fingerprints of all that was found: what is shown of it does not change them.
    pub(super) fn fingerprints(&self) -> Fingerprints {
        let known = self.known.unwrap_or_default();
        let silenced = self.silenced.iter().map(|it| &it.finding);
        let all: Vec<&Finding> = self.findings.iter().chain(known).chain(silenced).collect();
        let mut findings = fingerprint::fingerprints(&all, self.sources);
        let mut known_prints = findings.split_off(self.findings.len());
        let silenced = known_prints.split_off(known.len());
        Fingerprints { findings, known: known_prints, silenced }
    }
}

/// One log of one run, with a line feed behind it.
#[must_use]
pub fn render(report: &Report<'_>) -> String {
    let rules = rules_of(report);
    let writer = Writer { report, rules: &rules };
    let log = Log { schema: SCHEMA, version: VERSION, runs: [writer.run()] };
    super::json::document(&log)
}

/// The rules of the results, by their codes.
fn rules_of(report: &Report<'_>) -> Vec<&'static str> {
    let silenced = report.silenced.iter().map(|it| &it.finding);
    let all = report.findings.iter().chain(report.known.unwrap_or_default()).chain(silenced);
    let codes: BTreeSet<&'static str> = all.map(|finding| finding.code).collect();
    codes.into_iter().collect()
}

struct Writer<'a> {
    report: &'a Report<'a>,
    rules: &'a [&'static str],
}

impl Writer<'_> {
    fn run(&self) -> Run {
        let fingerprints = self.report.fingerprints();
        let new = self.report.known.map(|_| "new");
        let found = self.report.findings.iter().zip(fingerprints.findings);
        let found = found.map(|(finding, print)| ResultObject { baseline_state: new, ..self.result(finding, print) });
        let known = self.report.known.unwrap_or_default().iter().zip(fingerprints.known);
        let known = known.map(|(finding, print)| ResultObject {
            baseline_state: Some("unchanged"),
            suppressions: vec![in_baseline()],
            ..self.result(finding, print)
        });
        let silenced = self.report.silenced.iter().zip(fingerprints.silenced);
        let silenced = silenced.map(|(silenced, print)| ResultObject {
            suppressions: vec![self.in_source(silenced)],
            ..self.result(&silenced.finding, print)
        });
        Run {
            tool: Tool { driver: self.driver() },
            invocations: [self.invocation()],
            original_uri_base_ids: BaseIds { root: BaseId { description: text("the root of the repository") } },
            column_kind: "unicodeCodePoints",
            results: found.chain(known).chain(silenced).collect(),
        }
    }

    fn driver(&self) -> Driver {
        Driver {
            name: "Crosstrail",
            organization: "Crosstrail",
            version: env!("CARGO_PKG_VERSION"),
            semantic_version: env!("CARGO_PKG_VERSION"),
            information_uri: env!("CARGO_PKG_REPOSITORY"),
            rules: self.rules.iter().map(|code| descriptor(code)).collect(),
        }
    }

    fn invocation(&self) -> Invocation {
        let notices = self.report.notices;
        Invocation {
            execution_successful: notices.iter().all(|notice| notice.severity != Severity::Error),
            tool_execution_notifications: notices.iter().map(|notice| self.notification(notice)).collect(),
        }
    }

    fn notification(&self, notice: &Notice) -> Notification {
        let region = notice.at.map(|LineColumn { line, column }| Region {
            start_line: line,
            start_column: column,
            end_line: line,
            end_column: column,
        });
        let physical_location = PhysicalLocation { artifact_location: self.artifact(&notice.path), region };
        Notification {
            level: level(notice.severity),
            message: text(&notice.message),
            locations: vec![Location { id: None, physical_location, message: None }],
        }
    }

    fn result(&self, finding: &Finding, fingerprint: String) -> ResultObject {
        let related = finding.labels.iter().chain(&finding.path).zip(1..);
        let message = match &finding.help {
            Some(help) => format!("{}\n{help}", finding.message),
            None => finding.message.clone(),
        };
        ResultObject {
            rule_id: finding.code,
            rule_index: self.rules.binary_search(&finding.code).unwrap_or_default(),
            level: level(finding.severity),
            message: text(&message),
            locations: vec![self.location(finding.primary)],
            related_locations: related.map(|(label, id)| self.related(label, id)).collect(),
            partial_fingerprints: Prints { crosstrail: fingerprint },
            fixes: finding.fixes.iter().map(|fix| self.fix(fix)).collect(),
            suppressions: Vec::new(),
            baseline_state: None,
            properties: ResultProperties { confidence: super::confidence(finding.confidence) },
        }
    }

    fn location(&self, span: Span) -> Location {
        let (path, extent) = place(span, self.report.sources);
        let physical_location =
            PhysicalLocation { artifact_location: self.artifact(&path), region: Some(region(extent)) };
        Location { id: None, physical_location, message: None }
    }

    fn related(&self, label: &Label, id: u32) -> Location {
        Location { id: Some(id), message: Some(text(&label.message)), ..self.location(label.span) }
    }

    fn artifact(&self, path: &str) -> ArtifactLocation {
        let uri = self.report.base.uri(path);
        let uri_base_id = (!uri.starts_with("file:")).then_some(BASE);
        ArtifactLocation { uri, uri_base_id }
    }

    /// A fix has a change for each file, with the edits there.
    fn fix(&self, fix: &Fix) -> FixObject {
        let mut edits: Vec<&Edit> = fix.edits.iter().collect();
        edits.sort_by_key(|edit| edit.span);
        let changes = edits.chunk_by(|one, other| one.span.file == other.span.file).filter_map(|edits| {
            let (path, _) = place(edits.first()?.span, self.report.sources);
            let replacements = edits.iter().map(|edit| self.replacement(edit)).collect();
            Some(ArtifactChange { artifact_location: self.artifact(&path), replacements })
        });
        FixObject {
            description: text(&fix.title),
            artifact_changes: changes.collect(),
            properties: FixProperties { safety: super::safety(fix.safety) },
        }
    }

    fn replacement(&self, edit: &Edit) -> Replacement {
        let (_, extent) = place(edit.span, self.report.sources);
        Replacement { deleted_region: region(extent), inserted_content: text(&edit.new_text) }
    }

    fn in_source(&self, silenced: &Silenced) -> Suppression {
        Suppression {
            kind: "inSource",
            status: "accepted",
            justification: (!silenced.reason.is_empty()).then(|| silenced.reason.clone()),
            location: Some(self.location(silenced.place)),
        }
    }
}

fn in_baseline() -> Suppression {
    let justification = Some("known in the baseline".to_owned());
    Suppression { kind: "external", status: "accepted", justification, location: None }
}

/// What is said of a rule; of one without a page, its code.
fn descriptor(code: &'static str) -> Descriptor {
    let page = |rule: &'static Rule| {
        let summary = rule.summary().split_whitespace().collect::<Vec<_>>().join(" ");
        Descriptor {
            id: code,
            short_description: Some(text(&summary)),
            help: Some(Help { text: rule.help(), markdown: rule.help() }),
            help_uri: Some(rule.url()),
            default_configuration: Some(Configuration { level: level(rule.severity) }),
            properties: Some(RuleProperties { tags: vec!["security", rule.group.name()] }),
        }
    };
    let bare = || Descriptor {
        id: code,
        short_description: None,
        help: None,
        help_uri: None,
        default_configuration: None,
        properties: None,
    };
    rules::find(code).map_or_else(bare, page)
}

fn level(severity: Severity) -> &'static str {
    super::severity(severity)
}

fn text(text: &str) -> Message {
    Message { text: text.to_owned() }
}

fn region(extent: Extent) -> Region {
    let Extent { start, end } = extent;
    Region { start_line: start.line, start_column: start.column, end_line: end.line, end_column: end.column }
}

#[cfg(test)]
mod tests;
