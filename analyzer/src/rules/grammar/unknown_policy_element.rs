//! What it finds, why, and its tests: `unknown_policy_element.md`.

use super::elements::{Level, is_of_other_level, level, meant};
use crate::finding::{Safety, Severity};
use crate::policy::model::{FaultKind, PolicyDocument};
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext};
use crate::source::Span;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "unknown-policy-element",
    group: Group::Grammar,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &["AA INVALID_POLICY_ELEMENT"],
    check: Check::Policy(check),
};

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    for fault in &site.document.faults {
        if let FaultKind::UnknownElement(name) = &fault.kind {
            say(name, fault.span, &site.document, report);
        }
    }
}

fn say(name: &str, span: Span, document: &PolicyDocument, report: &mut Report<'_>) {
    let level = level(document, span);
    if is_of_other_level(name, level) {
        let message = match level {
            Level::Top => format!("`{name}` stands in a statement, not at the top of a policy"),
            Level::Statement => format!("`{name}` stands at the top of a policy, not in a statement"),
        };
        report.finding(span, message);
        return;
    }
    let Some(meant) = meant(name, level) else {
        // What recovery takes for a key of a broken text may be none.
        if document.faults.iter().any(|fault| matches!(fault.kind, FaultKind::Syntax(_))) {
            return;
        }
        report.finding(span, format!("the policy language has no element `{name}`")).help(
            "AWS refuses a policy with other elements than its own: leave it out, or make it a comment of the file",
        );
        return;
    };
    let literal = report.source_text(span) == name;
    let is_taken =
        document.faults.iter().any(|other| matches!(&other.kind, FaultKind::DuplicateKey(key) if key == name));
    let finding = report.finding(span, format!("the policy language has no element `{name}`; did you mean `{meant}`?"));
    if literal && !is_taken {
        finding.replace(span, meant, Safety::Safe);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{Fixture, statement};

    #[test]
    fn names_what_was_meant() {
        assert_eq!(
            statement(&RULE, r#""Actions": "s3:*""#),
            ["Actions | error: the policy language has no element `Actions`; did you mean `Action`?"]
        );
        let fixture = Fixture::new(r#"{"version": "2012-10-17", "Statement": {"effect": "Allow"}}"#);
        assert_eq!(fixture.fixed(&RULE), r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow"}}"#);
    }

    #[test]
    fn elements_have_their_place() {
        assert_eq!(
            statement(&RULE, r#""Version": "2012-10-17""#),
            ["Version | error: `Version` stands at the top of a policy, not in a statement"]
        );
        assert_eq!(
            Fixture::new(r#"{"Effect": "Allow", "Statement": []}"#).shown(&RULE),
            ["Effect | error: `Effect` stands in a statement, not at the top of a policy"]
        );
    }

    #[test]
    fn a_broken_text_has_keys_that_nobody_wrote() {
        assert_eq!(Fixture::new(r#"{"Statement": [], "a" 1}"#).shown(&RULE), [""; 0]);
        assert_eq!(Fixture::new(r#"{"Statements": [,]}"#).shown(&RULE).len(), 1);
    }

    #[test]
    fn a_key_with_a_hole_may_be_any() {
        assert_eq!(statement(&RULE, r#""${x}": "s3:*", "Not${y}": "*""#), [""; 0]);
    }
}
