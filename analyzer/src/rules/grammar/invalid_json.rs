//! What it finds, why, and its tests: `invalid_json.md`.

use crate::finding::Severity;
use crate::policy::model::FaultKind;
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "invalid-json",
    group: Group::Grammar,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &["AA JSON_SYNTAX_ERROR"],
    doc: include_str!("invalid_json.md"),
    check: Check::Policy(check),
};

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    for fault in &site.document.faults {
        if let FaultKind::Syntax(message) = &fault.kind {
            report.finding(fault.span, format!("this policy is not JSON: {message}"));
        }
    }
}
