//! The stable format for programs: `docs/schema/lint-output.schema.json` is its
//! definition, [`VERSION`] its number. A member may be added without a new number;
//! none is renamed, removed or given another meaning.

use serde::Serialize;

use crate::finding::{Edit, Finding, Fix, Label};
use crate::source::{LineColumn, SourceFile, SourceMap, Span};

use super::{Checked, Tally};

/// The number of the format.
pub const VERSION: u32 = 1;

/// One JSON document with a line feed behind it.
#[must_use]
pub fn render(findings: &[Finding], sources: &SourceMap, checked: Checked) -> String {
    let tally = Tally::of(findings);
    let output = Output {
        version: VERSION,
        findings: findings.iter().map(|finding| FindingOutput::new(finding, sources)).collect(),
        summary: SummaryOutput {
            files: checked.files,
            stacks: checked.stacks,
            policies: checked.policies,
            errors: tally.errors,
            warnings: tally.warnings,
            notes: tally.notes,
        },
    };
    document(&output)
}

/// `output` as one JSON document with a line feed behind it.
pub(crate) fn document(output: &impl Serialize) -> String {
    // Strings and numbers in structs always have a JSON form.
    let mut text = serde_json::to_string_pretty(output).unwrap_or_default();
    text.push('\n');
    text
}

#[derive(Serialize)]
struct Output<'a> {
    version: u32,
    findings: Vec<FindingOutput<'a>>,
    summary: SummaryOutput,
}

#[derive(Serialize)]
struct SummaryOutput {
    files: usize,
    stacks: usize,
    policies: usize,
    errors: usize,
    warnings: usize,
    notes: usize,
}

#[derive(Serialize)]
struct FindingOutput<'a> {
    code: &'a str,
    severity: &'static str,
    confidence: &'static str,
    message: &'a str,
    file: String,
    range: Range,
    related: Vec<Related<'a>>,
    accounts: Vec<&'a str>,
    help: Option<&'a str>,
    fixes: Vec<FixOutput<'a>>,
}

#[derive(Serialize)]
struct Related<'a> {
    file: String,
    range: Range,
    message: &'a str,
}

#[derive(Serialize)]
struct FixOutput<'a> {
    title: &'a str,
    safety: &'static str,
    edits: Vec<EditOutput<'a>>,
}

#[derive(Serialize)]
struct EditOutput<'a> {
    file: String,
    range: Range,
    new_text: &'a str,
}

/// Where something stands in a file.
#[derive(Serialize, Debug, Clone, Copy, PartialEq, Eq)]
pub struct Range {
    /// The first character.
    pub start: Position,
    /// Behind the last character.
    pub end: Position,
}

/// A place in a file.
#[derive(Serialize, Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// From 1.
    pub line: u32,
    /// In characters, from 1.
    pub column: u32,
    /// In bytes, from 0.
    pub offset: u32,
}

impl Range {
    /// The range of `span`, a place in `file`.
    #[must_use]
    pub fn new(span: Span, file: &SourceFile) -> Self {
        let position = |offset| {
            let LineColumn { line, column } = file.line_column(offset);
            Position { line, column, offset }
        };
        Self { start: position(span.range.start), end: position(span.range.end) }
    }
}

/// The path and the range of `span`.
fn place(span: Span, sources: &SourceMap) -> (String, Range) {
    let file = sources.file(span.file);
    (file.path().to_string(), Range::new(span, &file))
}

impl<'a> FindingOutput<'a> {
    fn new(finding: &'a Finding, sources: &SourceMap) -> Self {
        let (file, range) = place(finding.primary, sources);
        let related = finding.labels.iter().chain(&finding.path);
        Self {
            code: finding.code,
            severity: super::severity(finding.severity),
            confidence: super::confidence(finding.confidence),
            message: &finding.message,
            file,
            range,
            related: related.map(|label| Related::new(label, sources)).collect(),
            accounts: Vec::new(),
            help: finding.help.as_deref(),
            fixes: finding.fixes.iter().map(|fix| FixOutput::new(fix, sources)).collect(),
        }
    }
}

impl<'a> Related<'a> {
    fn new(label: &'a Label, sources: &SourceMap) -> Self {
        let (file, range) = place(label.span, sources);
        Self { file, range, message: &label.message }
    }
}

impl<'a> FixOutput<'a> {
    fn new(fix: &'a Fix, sources: &SourceMap) -> Self {
        Self {
            title: &fix.title,
            safety: super::safety(fix.safety),
            edits: fix.edits.iter().map(|edit| EditOutput::new(edit, sources)).collect(),
        }
    }
}

impl<'a> EditOutput<'a> {
    fn new(edit: &'a Edit, sources: &SourceMap) -> Self {
        let (file, range) = place(edit.span, sources);
        Self { file, range, new_text: &edit.new_text }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::render::sample;

    #[test]
    fn every_member_is_there() {
        let sample = sample::trust();
        let checked = Checked { files: 2, stacks: 1, policies: 3 };
        let output: Value = serde_json::from_str(&render(&sample.findings, &sample.sources, checked)).unwrap();
        let position = |line: u32, column: u32, offset: u32| json!({"line": line, "column": column, "offset": offset});
        let expected = json!({
            "version": 1,
            "findings": [
                {
                    "code": "wildcard-trust",
                    "severity": "error",
                    "confidence": "likely",
                    "message": "anyone in any AWS account can assume `aws_iam_role.admin`",
                    "file": "org/prod/main.tf",
                    "range": {"start": position(2, 15, 45), "end": position(2, 18, 48)},
                    "related": [
                        {
                            "file": "org/prod/main.tf",
                            "range": {"start": position(2, 3, 33), "end": position(2, 12, 42)},
                            "message": "no condition narrows this statement"
                        },
                        {
                            "file": "org/prod/locals.tf",
                            "range": {"start": position(2, 11, 19), "end": position(2, 28, 36)},
                            "message": "the policy is put together here"
                        },
                        {
                            "file": "org/prod/main.tf",
                            "range": {"start": position(8, 15, 143), "end": position(8, 26, 154)},
                            "message": "and used here"
                        }
                    ],
                    "accounts": [],
                    "help": "name the accounts or roles that may assume it",
                    "fixes": [{
                        "title": "name the account of this stack",
                        "safety": "unsafe",
                        "edits": [{
                            "file": "org/prod/main.tf",
                            "range": {"start": position(2, 15, 45), "end": position(2, 18, 48)},
                            "new_text": "\"111122223333\""
                        }]
                    }]
                },
                {
                    "code": "odd-name",
                    "severity": "note",
                    "confidence": "certain",
                    "message": "`é` is no name",
                    "file": "org/prod/main.tf",
                    "range": {"start": position(1, 25, 24), "end": position(1, 28, 28)},
                    "related": [],
                    "accounts": [],
                    "help": null,
                    "fixes": []
                }
            ],
            "summary": {"files": 2, "stacks": 1, "policies": 3, "errors": 1, "warnings": 0, "notes": 1}
        });
        assert_eq!(output, expected);
    }

    #[test]
    fn no_findings_are_a_document_too() {
        let output = render(&[], &SourceMap::default(), Checked { files: 0, stacks: 0, policies: 0 });
        let output: Value = serde_json::from_str(&output).unwrap();
        assert_eq!(output["findings"], json!([]));
        assert_eq!(output["summary"]["errors"], 0);
    }
}
