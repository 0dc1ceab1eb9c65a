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
    check: Check::Policy(check),
};

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    for fault in &site.document.faults {
        if let FaultKind::Syntax(message) = &fault.kind {
            report.finding(fault.span, format!("this policy is not JSON: {message}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::Fixture;

    #[test]
    fn says_where_it_stops_being_json() {
        let found = Fixture::new(r#"{"Statement": [{"Effect": "Allow",}]}"#).shown(&RULE);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].contains("error: this policy is not JSON: "), "{found:?}");
    }

    #[test]
    fn a_hole_may_be_any_json() {
        assert_eq!(Fixture::new(r#"{"Statement": [${x}, {"Effect": ${y}}], "a${z}": "b${z}"}"#).shown(&RULE), [""; 0]);
    }
}
