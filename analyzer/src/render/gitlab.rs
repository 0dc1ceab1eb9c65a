//! The Code Quality report of GitLab, which takes a part of the format of Code Climate.

use serde::Serialize;

use crate::finding::{Finding, Severity};
use crate::rules;
use crate::source::LineColumn;

use super::Report;
use super::place::{Extent, place};

#[derive(Serialize)]
struct Issue<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    check_name: &'a str,
    description: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<Content>,
    categories: [&'static str; 1],
    severity: &'static str,
    fingerprint: String,
    location: Location,
}

#[derive(Serialize)]
struct Content {
    body: String,
}

#[derive(Serialize)]
struct Location {
    path: String,
    positions: Positions,
}

#[derive(Serialize)]
struct Positions {
    begin: Position,
    end: Position,
}

#[derive(Serialize)]
struct Position {
    line: u32,
    column: u32,
}

/// One JSON array with a line feed behind it.
#[must_use]
pub fn render(report: &Report<'_>) -> String {
    let fingerprints = report.fingerprints();
    let issues: Vec<_> =
        report.findings.iter().zip(fingerprints.findings).map(|(it, print)| issue(it, print, report)).collect();
    super::json::document(&issues)
}

fn issue<'a>(finding: &'a Finding, fingerprint: String, report: &Report<'_>) -> Issue<'a> {
    let (path, Extent { start, end }) = place(finding.primary, report.sources);
    let position = |at: LineColumn| Position { line: at.line, column: at.column };
    let content = rules::find(finding.code).map(|rule| Content { body: content(finding, &rule.url()) });
    Issue {
        kind: "issue",
        check_name: finding.code,
        description: &finding.message,
        content,
        categories: ["Security"],
        severity: severity(finding.severity),
        fingerprint,
        location: Location {
            path: report.base.path(&path),
            positions: Positions { begin: position(start), end: position(end) },
        },
    }
}

fn content(finding: &Finding, url: &str) -> String {
    let page = format!("[{}]({url})", finding.code);
    finding.help.as_ref().map_or_else(|| page.clone(), |help| format!("{help}\n\n{page}"))
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "major",
        Severity::Warning => "minor",
        Severity::Note => "info",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::render::{Base, sample};

    #[test]
    fn every_member_is_there() {
        let sample = sample::trust();
        let base = Base::above("infra");
        let mut issues: Value = serde_json::from_str(&render(&Report { base: &base, ..sample.report() })).unwrap();
        let print = issues[0]["fingerprint"].take();
        assert_eq!(print.as_str().map(str::len), Some(32));
        assert_ne!(print, issues[1]["fingerprint"]);
        let expected = json!({
            "type": "issue",
            "check_name": "wildcard-trust",
            "description": "anyone in any AWS account can assume `aws_iam_role.admin`",
            "categories": ["Security"],
            "severity": "major",
            "fingerprint": null,
            "location": {
                "path": "infra/org/prod/main.tf",
                "positions": {"begin": {"line": 2, "column": 15}, "end": {"line": 2, "column": 18}}
            }
        });
        assert_eq!(issues[0], expected);
        assert_eq!(issues[1]["severity"], "info");
    }

    #[test]
    fn a_rule_that_has_a_page_is_linked() {
        let mut sample = sample::trust();
        sample.findings[0].code = "unknown-action";
        let issues: Value = serde_json::from_str(&render(&sample.report())).unwrap();
        let url = rules::find("unknown-action").unwrap().url();
        let expected = format!("name the accounts or roles that may assume it\n\n[unknown-action]({url})");
        assert_eq!(issues[0]["content"]["body"], expected);
    }

    #[test]
    fn nothing_found_is_an_empty_list() {
        let sample = sample::trust();
        assert_eq!(render(&Report { findings: &[], ..sample.report() }), "[]\n");
    }
}
