//! What it finds, why, and its tests: `deprecated_condition_key.md`.

use super::callers::{self, Callers};
use crate::finding::{Safety, Severity};
use crate::policy::model::{Condition, Statement};
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "deprecated-condition-key",
    group: Group::Condition,
    severity: Severity::Note,
    since: "0.1.0",
    sources: &["AA DEPRECATED_GLOBAL_CONDITION_KEY", "AA UNSUPPORTED_GLOBAL_CONDITION_KEY"],
    check: Check::Policy(check),
};

/// A condition key that AWS advises against.
struct Deprecated {
    key: &'static str,
    /// What took its place.
    instead: &'static str,
    /// Whether both have the same values.
    is_same: bool,
}

/// Sources: IAM User Guide, `access-analyzer-reference-policy-checks`; SNS Developer Guide,
/// `sns-access-policy-use-cases`; KMS Developer Guide, `conditions-kms`.
const DEPRECATED: [Deprecated; 4] = [
    Deprecated { key: UNSUPPORTED, instead: "aws:PrincipalArn", is_same: false },
    Deprecated { key: SOURCE_OWNER, instead: "aws:SourceAccount", is_same: false },
    Deprecated { key: "kms:CustomerMasterKeySpec", instead: "kms:KeySpec", is_same: true },
    Deprecated { key: "kms:CustomerMasterKeyUsage", instead: "kms:KeyUsage", is_same: true },
];

const SOURCE_OWNER: &str = "aws:SourceOwner";

/// The one that AWS does not only advise against: Access Analyzer has it as an error.
const UNSUPPORTED: &str = "aws:ARN";

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    for statement in &site.document.statements {
        for condition in &statement.conditions {
            if let Some(found) = deprecated(condition).filter(|found| is_replaced(found, statement)) {
                say(condition, found, report);
            }
        }
    }
}

fn deprecated(condition: &Condition) -> Option<&'static Deprecated> {
    let key = condition.key.text.as_known()?;
    DEPRECATED.iter().find(|deprecated| deprecated.key.eq_ignore_ascii_case(&key))
}

/// Whether the new key is there wherever the old one is. SNS sets `aws:SourceOwner` for users
/// and roles too: its default policy, with everybody as the principal, depends on that.
fn is_replaced(found: &Deprecated, statement: &Statement) -> bool {
    found.key != SOURCE_OWNER || matches!(callers::callers(statement), Some(Callers::Services(_)))
}

fn say(condition: &Condition, found: &Deprecated, report: &mut Report<'_>) {
    let Deprecated { key, instead, is_same } = found;
    let leaf = &condition.key;
    let literal = report.is_literal(leaf);
    let (state, severity) = if *key == UNSUPPORTED {
        ("not supported: take", Severity::Error)
    } else {
        ("deprecated in favour of", Severity::Note)
    };
    let finding = report.leaf(leaf, format!("`{key}` is {state} `{instead}`")).severity(severity);
    if literal {
        finding.replace(leaf.span, *instead, if *is_same { Safety::Safe } else { Safety::Unsafe });
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::policy::model::PolicyKind::Resource;
    use crate::rules::testing::{Fixture, statement, statement_of};

    #[test]
    fn what_took_its_place() {
        assert_eq!(
            statement(&RULE, r#""Condition": {"ArnLike": {"aws:arn": "x"}}"#),
            ["aws:arn | error: `aws:ARN` is not supported: take `aws:PrincipalArn`"]
        );
        let fixture = Fixture::new(
            r#"{"Statement": {"Condition": {"StringEquals": {"kms:CustomerMasterKeySpec": "RSA_2048"}}}}"#,
        );
        assert!(fixture.fixed(&RULE).contains(r#""kms:KeySpec""#));
        for key in ["aws:PrincipalArn", "aws:${x}", "kms:KeySpec", "aws:SourceAccount"] {
            assert_eq!(statement(&RULE, &format!(r#""Condition": {{"ArnLike": {{"{key}": "x"}}}}"#)), [""; 0], "{key}");
        }
    }

    #[test]
    fn the_owner_that_sns_knows() {
        let of = |principal: &str| {
            let members = format!(
                r#""Principal": {principal}, "Condition": {{"StringEquals": {{"AWS:SourceOwner": "111122223333"}}}}"#
            );
            statement_of(&RULE, Resource, &members)
        };
        assert_eq!(
            of(r#"{"Service": "events.rds.amazonaws.com"}"#),
            ["AWS:SourceOwner | note: `aws:SourceOwner` is deprecated in favour of `aws:SourceAccount`"]
        );
        for principal in [r#""*""#, r#"{"AWS": "*"}"#, r#"{"AWS": "111122223333"}"#, r#"{"Service": "x", "AWS": "*"}"#]
        {
            assert_eq!(of(principal), [""; 0], "{principal}");
        }
    }
}
