//! What it finds, why, and its tests: `wrong_element_type.md`.

use crate::finding::Severity;
use crate::policy::model::FaultKind;
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "wrong-element-type",
    group: Group::Grammar,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &["AA DATA_TYPE_MISMATCH"],
    check: Check::Policy(check),
};

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    for fault in &site.document.faults {
        let FaultKind::WrongType { element, expected } = &fault.kind else { continue };
        let subject = if element == "policy" { "a policy".to_owned() } else { format!("`{element}`") };
        report.finding(fault.span, format!("{subject} has to be {expected}"));
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{Fixture, statement};

    #[test]
    fn names_the_element_and_its_type() {
        assert_eq!(statement(&RULE, r#""Effect": ["Allow"]"#), [r#"["Allow"] | error: `Effect` has to be a string"#]);
        assert_eq!(
            statement(&RULE, r#""Action": {"s3": "*"}"#),
            [r#"{"s3": "*"} | error: `Action` has to be a string or a list of strings"#]
        );
        assert_eq!(statement(&RULE, r#""Resource": null"#).len(), 1);
        assert_eq!(statement(&RULE, r#""Principal": "111122223333""#).len(), 1);
        assert_eq!(
            statement(&RULE, r#""Principal": "arn:aws:iam::${x}:root""#),
            [r#"arn:aws:iam::${x}:root | error: `Principal` has to be "*" or an object of principals by type"#]
        );
        assert_eq!(
            Fixture::new(r#"["Statement"]"#).shown(&RULE),
            [r#"["Statement"] | error: a policy has to be an object"#]
        );
        assert_eq!(Fixture::new(r#"{"Version": 2012, "Statement": []}"#).shown(&RULE).len(), 1);
    }

    #[test]
    fn a_hole_may_be_of_any_type() {
        let members = r#""Effect": ${e}, "Action": ["s3:Get*", ${a}], "Resource": ${r}, "Condition": ${c}"#;
        assert_eq!(statement(&RULE, members), [""; 0]);
        for principal in [r#"${p}"#, r#""${p}""#, r#""${p}*""#, r#""${p}${q}""#] {
            assert_eq!(statement(&RULE, &format!(r#""Principal": {principal}"#)), [""; 0], "{principal}");
        }
        assert_eq!(statement(&RULE, r#""Condition": {"Bool": {"aws:SecureTransport": false}}"#), [""; 0]);
    }
}
