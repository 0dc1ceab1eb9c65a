//! What it finds, why, and its tests: `negated_s3_prefix.md`.

use super::meaning::{self, Effect, Test};
use crate::aws::facts::OperatorType;
use crate::finding::Severity;
use crate::policy::model::Leaf;
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "negated-s3-prefix",
    group: Group::Condition,
    severity: Severity::Warning,
    since: "0.1.0",
    sources: &["AA S3_PREFIX_IN_NEGATIVE_CONTEXT"],
    check: Check::Policy(check),
};

const PREFIX: &str = "s3:prefix";

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    for statement in &site.document.statements {
        let Some(effect) = meaning::effect(statement) else { continue };
        for test in meaning::tests(statement) {
            if test.key.name == PREFIX
                && excludes(&test, effect)
                && let Some(prefix) = test.condition.values.iter().find(|value| can_be_shortened(value))
            {
                say(&test, prefix, effect, report);
            }
        }
    }
}

/// Whether the condition says which prefixes may not be listed, and not which may.
fn excludes(test: &Test<'_>, effect: Effect) -> bool {
    let operator = test.operator.operator;
    operator.ty == OperatorType::String && operator.negated == (effect == Effect::Allow)
}

/// Whether there is a prefix of it that it does not match: it starts with a letter.
fn can_be_shortened(value: &Leaf) -> bool {
    !value.sensitive && value.text.known_prefix().chars().next().is_some_and(|first| !['*', '?', '$'].contains(&first))
}

fn say(test: &Test<'_>, prefix: &Leaf, effect: Effect, report: &mut Report<'_>) {
    let shown = prefix.text.display();
    let operator = if test.operator.operator.wildcards { "StringLike" } else { "StringEquals" };
    let help = match effect {
        Effect::Allow => format!("name in a `{operator}` what may be listed"),
        Effect::Deny => format!("name in a `{}` what may be listed", operator.replacen("String", "StringNot", 1)),
    };
    report
        .leaf(
            prefix,
            format!("this does not keep `{shown}` from being listed: a request with a shorter prefix lists it too"),
        )
        .label(test.condition.operator.span, "says what may not be listed")
        .help(help);
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::statement;

    fn found(effect: &str, operator: &str, values: &str) -> Vec<String> {
        let members = format!(
            r#""Effect": "{effect}", "Action": "s3:ListBucket", "Condition": {{"{operator}": {{"s3:prefix": [{values}]}}}}"#
        );
        statement(&RULE, &members)
    }

    #[test]
    fn prefixes_that_may_not_be_listed() {
        assert_eq!(
            found("Deny", "StringLike", r#""private/*""#),
            [
                "private/* | warning: this does not keep `private/*` from being listed: a request with a shorter prefix lists it too"
            ]
        );
        assert_eq!(found("Allow", "StringNotLike", r#""private/*", "secret/*""#).len(), 1);
        assert_eq!(found("Deny", "StringEqualsIfExists", r#""", "private/${x}""#).len(), 1);
        assert_eq!(found("Allow", "StringNotEquals", r#""private/""#).len(), 1);
    }

    #[test]
    fn prefixes_that_may() {
        for (effect, operator, values) in [
            ("Allow", "StringLike", r#""home/*""#),
            ("Deny", "StringNotLike", r#""home/*""#),
            ("Deny", "StringLike", r#""*""#),
            ("Deny", "StringEquals", r#""""#),
            ("Deny", "StringLike", r#""${x}""#),
            ("Deny", "Null", r#""true""#),
            ("${x}", "StringLike", r#""private/*""#),
            ("Deny", "${x}", r#""private/*""#),
        ] {
            assert_eq!(found(effect, operator, values), [""; 0], "{effect} {operator} {values}");
        }
    }
}
