//! What it finds, why, and its tests: `eds_kms_unsupported_condition.md`.

use super::admits::{Statements, lets};
use crate::aws::facts;
use crate::cloudtrail::{Declared, Kind};
use crate::eval::evaluator::Existence;
use crate::finding::Severity;
use crate::iam::{Asker, PolicedResource};
use crate::policy::model::{Condition, Statement};
use crate::rules::arguments::leaf;
use crate::rules::{Check, Group, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "eds-kms-unsupported-condition",
    group: Group::Lake,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &["CloudTrail InsufficientEncryptionPolicyException"],
    check: Check::Workspace(check),
};

/// Who uses the key.
const SERVICE: &str = "cloudtrail.amazonaws.com";

/// What it does with it.
const ACTIONS: [&str; 2] = ["kms:Decrypt", "kms:GenerateDataKey"];

/// The keys that its requests for event data stores lack.
const KEYS: [&str; 2] = ["aws:SourceArn", "aws:SourceAccount"];

fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    let is_there = |store: &&Declared| store.existence == Existence::Certain;
    for store in ctx.cloudtrail.declared(Kind::EventDataStore).iter().filter(is_there) {
        let Some(statements) = key(store, ctx).and_then(|key| Statements::on(key, ctx)) else { continue };
        let without = |action: &str| {
            let may = |statement: &Statement| lets(statement, SERVICE, action).may_be() && is_open(statement);
            statements.all().any(may)
        };
        let lacking: Vec<&str> = ACTIONS.into_iter().filter(|action| !without(action)).collect();
        let meant = |statement: &&Statement| lacking.iter().any(|action| lets(statement, SERVICE, action).is_yes());
        for condition in statements.certain().filter(meant).flat_map(|it| &it.conditions).filter(|it| is_fatal(it)) {
            say(condition, store, report);
        }
    }
}

/// The key of an event data store, if it is in view.
fn key<'a>(store: &Declared, ctx: &RuleContext<'a>) -> Option<&'a PolicedResource> {
    let name = leaf(store.settings.argument("kms_key_id")?)?;
    let by = Asker { stack: &store.stack, account: &store.account };
    let index = ctx.iam.resource_named("kms", "key", &name.text, by)?;
    ctx.iam.resources().get(index).map(|it| &**it)
}

/// Whether the statement may apply to a request without the keys.
fn is_open(statement: &Statement) -> bool {
    !statement.conditions.iter().any(is_fatal)
}

/// Whether a condition fails for every request that lacks its key, and is on one of those keys.
fn is_fatal(condition: &Condition) -> bool {
    let is_on = |key: &&str| condition.key.text.as_known().is_some_and(|it| it.eq_ignore_ascii_case(key));
    let operator = condition.operator.text.as_known().and_then(|operator| facts::operator(&operator));
    let fails = |it: facts::OperatorUse| {
        !it.operator.negated && !it.if_exists && it.set.is_none() && it.operator.ty != facts::OperatorType::Null
    };
    condition.certain && KEYS.iter().any(is_on) && operator.is_some_and(fails)
}

fn say(condition: &Condition, store: &Declared, report: &mut Report<'_>) {
    let key = condition.key.text.display();
    let message = format!("CloudTrail does not send `{key}` when it uses the key of an event data store");
    let named = store.settings.argument("kms_key_id").map_or(store.span, |argument| argument.span);
    report
        .leaf(&condition.key, message)
        .label(named, "this event data store is refused with `InsufficientEncryptionPolicyException`")
        .help("let CloudTrail use the key of an event data store in a statement without such a condition");
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::in_workspace;

    fn found(statements: &str) -> Vec<String> {
        let text = format!(
            r#"
resource "aws_kms_key" "x" {{
  policy = jsonencode({{ Statement = [{statements}] }})
}}
resource "aws_cloudtrail_event_data_store" "x" {{
  name       = "x"
  kms_key_id = aws_kms_key.x.arn
}}
"#
        );
        in_workspace(&RULE, "", &[("main.tf", &text)])
    }

    fn statement(action: &str, condition: &str) -> String {
        let service = r#"Effect = "Allow", Principal = { Service = "cloudtrail.amazonaws.com" }"#;
        format!(r#"{{ {service}, Action = "kms:{action}", Resource = "*", Condition = {{ {condition} }} }}"#)
    }

    #[test]
    fn only_a_condition_that_fails_without_the_key() {
        let of = |condition: &str| found(&statement("*", condition)).len();
        assert_eq!(of(r#"StringEquals = { "AWS:SourceAccount" = "111122223333" }"#), 1);
        assert_eq!(of(r#"ArnLike = { "aws:SourceArn" = "arn:aws:cloudtrail:*:111122223333:*" }"#), 1);
        assert_eq!(of(r#"StringEqualsIfExists = { "aws:SourceAccount" = "111122223333" }"#), 0);
        assert_eq!(of(r#"StringNotEquals = { "aws:SourceAccount" = "111122223333" }"#), 0);
        assert_eq!(of(r#"StringEquals = { "aws:SourceOrgID" = "o-a1b2c3d4e5" }"#), 0);
        assert_eq!(of(r#"StringEquals = { (var.key) = "111122223333" }"#), 0);
    }

    #[test]
    fn each_action_may_be_allowed_elsewhere() {
        let narrowed = statement("*", r#"StringEquals = { "aws:SourceAccount" = "111122223333" }"#);
        let also = |action: &str| found(&format!("{narrowed}, {}", statement(action, ""))).len();
        assert_eq!((also("*"), also("Decrypt"), also("DescribeKey")), (0, 1, 1));
        let unknown = format!("{narrowed}, var.statement");
        assert_eq!(found(&unknown), [""; 0]);
    }
}
