//! What it finds, why, and its tests: `string_operator_on_arn_key.md`.

use super::uses::{Use, uses};
use super::variables::wildcard;
use crate::aws::facts::{KeyType, OperatorType};
use crate::finding::Severity;
use crate::policy::model::Leaf;
use crate::rules::arn_fields::{FIELDS, fields};
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "string-operator-on-arn-key",
    group: Group::Condition,
    severity: Severity::Warning,
    since: "0.1.0",
    sources: &["AA STRING_LIKE_OPERATOR_WITH_ARN_CONDITION_KEYS"],
    check: Check::Policy(check),
};

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    for it in uses(&site.document) {
        let operator = it.operator.operator;
        let is_like = operator.ty == OperatorType::String && operator.wildcards;
        if is_like && it.key.ty == KeyType::Arn {
            let pattern = it.values().find(|value| wildcard(&value.text).is_some() && !is_anything(value));
            pattern.into_iter().for_each(|value| say(&it, value, report));
        }
    }
}

/// `*` alone asks whether there is a value: that is another rule's.
fn is_anything(value: &Leaf) -> bool {
    value.text.as_known().is_some_and(|value| value.chars().all(|letter| letter == '*'))
}

fn say(it: &Use<'_>, value: &Leaf, report: &mut Report<'_>) {
    let meant = if it.operator.operator.negated { "ArnNotLike" } else { "ArnLike" };
    let meant = it.renamed(meant);
    // An ARN operator compares six fields: what has fewer would never match.
    let has_fields = it.values().all(|value| fields(&value.text).len() == FIELDS);
    let fix = it.operator_fix(&meant, report).filter(|_| has_fields);
    let (key, operator) = (it.key_name(), it.operator.name());
    let message = format!("`{operator}` compares `{key}` as plain text, in which a wildcard reaches across colons");
    let finding =
        report.leaf(&it.condition.operator, message).label(value.span, "more ARNs match this than its fields say");
    match fix {
        Some(fix) => finding.fix(fix),
        None => finding.help(format!("`{meant}` compares ARNs field by field")),
    };
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{Fixture, statement};

    fn with(operator: &str, key: &str, value: &str) -> Vec<String> {
        statement(&RULE, &format!(r#""Condition": {{"{operator}": {{"{key}": ["{value}"]}}}}"#))
    }

    const ROLES: &str = "arn:aws:iam::123456789012:role/ci-*";

    #[test]
    fn wildcards_reach_too_far() {
        assert_eq!(
            with("StringLike", "aws:PrincipalArn", ROLES),
            ["StringLike | warning: `StringLike` compares `aws:PrincipalArn` as plain text, \
              in which a wildcard reaches across colons"]
        );
        for operator in ["StringNotLike", "stringlikeifexists", "StringNotLikeIfExists", "ForAnyValue:StringLike"] {
            assert_eq!(with(operator, "aws:SourceArn", ROLES).len(), 1, "{operator}");
        }
        assert_eq!(with("StringLike", "iam:AssociatedResourceArn", "arn:aws:${x}:*").len(), 1);
    }

    #[test]
    fn what_compares_as_meant() {
        for (operator, key, value) in [
            ("ArnLike", "aws:PrincipalArn", ROLES),
            ("StringEquals", "aws:PrincipalArn", "arn:aws:iam::123456789012:role/ci"),
            ("StringLike", "aws:PrincipalArn", "arn:aws:iam::123456789012:role/ci"),
            ("StringLike", "aws:PrincipalArn", "${role}"),
            ("StringLike", "aws:PrincipalArn", "*"),
            ("StringLike", "aws:PrincipalTag/role", ROLES),
            ("StringLike", "${key}", ROLES),
            ("StringEquals", "aws:PrincipalArn", ROLES),
        ] {
            assert_eq!(with(operator, key, value), [""; 0], "{operator} {key} {value}");
        }
    }

    #[test]
    fn the_fix_keeps_the_qualifiers() {
        let policy = |operator: &str, value: &str| {
            format!(r#"{{"Statement": {{"Condition": {{"{operator}": {{"aws:SourceArn": "{value}"}}}}}}}}"#)
        };
        assert_eq!(
            Fixture::new(&policy("StringNotLikeIfExists", ROLES)).fixed(&RULE),
            policy("ArnNotLikeIfExists", ROLES)
        );
        let short = policy("StringLike", "arn:aws:cloudtrail:*");
        assert_eq!(Fixture::new(&short).fixed(&RULE), short);
    }
}
