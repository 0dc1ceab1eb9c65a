//! What it finds, why, and its tests: `duplicate_key.md`.

use smol_str::SmolStr;

use crate::finding::Severity;
use crate::policy::model::{Condition, FaultKind, Statement};
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "duplicate-key",
    group: Group::Grammar,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &["AA DUPLICATE_KEYS_WITH_DIFFERENT_CASE"],
    check: Check::Policy(check),
};

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    for fault in &site.document.faults {
        if let FaultKind::DuplicateKey(key) = &fault.kind {
            report
                .finding(fault.span, format!("the key `{key}` stands twice in one object"))
                .help("at most one of the two counts: put what they hold together");
        }
    }
    for statement in &site.document.statements {
        condition_keys(statement, report);
    }
}

/// Names of condition keys are compared without regard to letter case.
fn condition_keys(statement: &Statement, report: &mut Report<'_>) {
    let mut seen: Vec<(SmolStr, SmolStr, &Condition)> = Vec::new();
    for condition in statement.conditions.iter().filter(|condition| condition.certain) {
        let (Some(operator), Some(key)) = (condition.operator.text.as_known(), condition.key.text.as_known()) else {
            continue;
        };
        let twin = seen.iter().find(|(other, name, _)| *other == operator && name.eq_ignore_ascii_case(&key));
        match twin {
            // One key, spelled alike, is a duplicate of the object and found by its reader.
            Some((_, name, first)) if *name != key => {
                report
                    .leaf(
                        &condition.key,
                        format!("`{key}` and `{name}` are one condition key: letter case does not count"),
                    )
                    .label(first.key.span, "first used here");
            }
            Some(_) => {}
            None => seen.push((operator, key, condition)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{Fixture, statement};

    #[test]
    fn one_key_twice() {
        let found = statement(&RULE, r#""Effect": "Allow", "Effect": "Deny""#);
        assert_eq!(found, ["Effect | error: the key `Effect` stands twice in one object"]);
        let twice = r#""Condition": {"StringEquals": {"aws:a": "1", "aws:a": "2"}}"#;
        assert_eq!(statement(&RULE, twice), ["aws:a | error: the key `aws:a` stands twice in one object"]);
        assert_eq!(Fixture::new(r#"{"Statement": [], "Statement": []}"#).shown(&RULE).len(), 1);
    }

    #[test]
    fn condition_keys_are_compared_without_case() {
        let members = r#""Condition": {"StringEquals": {"aws:SourceVpc": "a", "aws:sourceVpc": "b"}}"#;
        assert_eq!(
            statement(&RULE, members),
            [
                "aws:sourceVpc | error: `aws:sourceVpc` and `aws:SourceVpc` are one condition key: letter case does not count"
            ]
        );
    }

    #[test]
    fn other_operators_and_holes_are_other_keys() {
        let members = r#""Condition": {"StringEquals": {"aws:a": "1", "aws:${x}": "2"}, "StringLike": {"aws:A": "1"}}"#;
        assert_eq!(statement(&RULE, members), [""; 0]);
    }
}
