//! What it finds, why, and its tests: `dashboard_policy.md`.

use super::pairs;
use super::policy::{LakePolicy, actions, types_of};
use crate::aws::pattern::Syntax;
use crate::eval::account::same;
use crate::finding::Severity;
use crate::policy::model::{Condition, Leaf, Statement};
use crate::rules::condition::meaning::{Effect, effect};
use crate::rules::text::{may_be, pattern};
use crate::rules::{Check, Group, Report, Rule, RuleContext, strings};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "dashboard-policy",
    group: Group::Lake,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &["CloudTrail ResourcePolicyNotValidException"],
    check: Check::Workspace(check),
};

/// Who refreshes dashboards and runs their queries.
const SERVICE: &str = "cloudtrail.amazonaws.com";

/// What a dashboard does on an event data store.
const START_QUERY: &str = "cloudtrail:StartQuery";

/// The condition keys that say for which dashboard CloudTrail calls.
const KEYS: [&str; 2] = ["aws:SourceArn", "aws:SourceAccount"];

fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    for (index, site) in ctx.policies.iter().enumerate() {
        report.enter(Some(index));
        match LakePolicy::read(site, ctx) {
            Some(policy) if policy.ty == "dashboard" => of_dashboard(&policy, ctx, report),
            Some(policy) if policy.ty == "eventdatastore" => of_store(&policy, ctx, report),
            _ => {}
        }
    }
    report.enter(None);
    pairs::check(ctx, report);
}

/// The policy of a dashboard, which lets CloudTrail refresh it and nothing else.
fn of_dashboard(policy: &LakePolicy<'_>, ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    policy.report_foreign_actions(report);
    for statement in policy.statements() {
        others(policy, statement, report);
        conditions(policy, statement, report);
        for value in values_of(statement, "aws:SourceArn") {
            let dashboard = pattern(&policy.subject.text, Syntax::Literal);
            if pattern(&value.text, Syntax::Wildcards).covers(&dashboard).is_no() {
                let finding = report.leaf(value, "this is not the dashboard that the policy is on");
                policy.refused(finding).label(policy.subject.span, "the dashboard that the policy is on");
            }
        }
        accounts(policy, statement, ctx, report);
    }
}

/// The statements of an event data store that let dashboards query it.
fn of_store(policy: &LakePolicy<'_>, ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    let is_for_dashboards = |statement: &&Statement| strings::principals(statement, "Service").next().is_some();
    for statement in policy.statements().iter().filter(is_for_dashboards) {
        others(policy, statement, report);
        for action in actions(statement).filter(|action| !is(action, START_QUERY) && !may_be(&action.text, START_QUERY))
        {
            let message = format!("a dashboard cannot do `{}` on an event data store", action.text.display());
            policy
                .refused(report.leaf(action, message))
                .help(format!("a statement for `{SERVICE}` has the action `{START_QUERY}` and no other"));
        }
        conditions(policy, statement, report);
        for value in values_of(statement, "aws:SourceArn").filter(|value| !may_be_dashboard(value)) {
            policy.refused(report.leaf(value, "CloudTrail queries an event data store for dashboards alone"));
        }
        accounts(policy, statement, ctx, report);
    }
}

/// Whoever is not CloudTrail.
fn others(policy: &LakePolicy<'_>, statement: &Statement, report: &mut Report<'_>) {
    let only = match policy.ty {
        "dashboard" => format!("the policy of a dashboard can let in `{SERVICE}` alone"),
        _ => format!("a statement that lets in `{SERVICE}` can let in nobody else"),
    };
    let groups = statement.principals.iter().flat_map(|principals| &principals.groups);
    let is_service = |leaf: &&Leaf| is(leaf, SERVICE) || !leaf.text.is_known() && may_be(&leaf.text, SERVICE);
    for group in groups {
        let of_services = group.kind.text.as_known().is_none_or(|kind| kind == "Service");
        for leaf in strings::of_group(group).filter(|leaf| !(of_services && is_service(leaf))) {
            policy.refused(report.leaf(leaf, only.clone()));
        }
    }
}

/// Conditions on other keys, and the lack of those that have to be there.
fn conditions(policy: &LakePolicy<'_>, statement: &Statement, report: &mut Report<'_>) {
    let others =
        |condition: &&Condition| condition.key.text.is_known() && !KEYS.iter().any(|key| is(&condition.key, key));
    for condition in statement.conditions.iter().filter(others) {
        let message =
            format!("a statement for dashboards cannot have a condition on `{}`", condition.key.text.display());
        policy.refused(report.leaf(&condition.key, message));
    }
    let is_closed = statement.conditions_open.is_empty()
        && statement.open.is_empty()
        && statement.conditions.iter().all(|condition| condition.key.text.is_known());
    let is_for_cloudtrail = strings::principals(statement, "Service").any(|leaf| is(leaf, SERVICE));
    if !(is_closed && is_for_cloudtrail && effect(statement) == Some(Effect::Allow)) {
        return;
    }
    let has = |key: &&str| statement.conditions.iter().any(|condition| is(&condition.key, key));
    let lacking: Vec<&str> = KEYS.into_iter().filter(|key| !has(key)).collect();
    if let Some(keys) = (!lacking.is_empty()).then(|| lacking.join("` and `")) {
        let span = report.statement_span(statement);
        let message = format!("a statement for dashboards needs a condition on `{keys}`");
        report
            .finding(span, message)
            .help("name the dashboard in `aws:SourceArn` and its account in `aws:SourceAccount`");
    }
}

/// Accounts that the resource is certainly not in.
fn accounts(policy: &LakePolicy<'_>, statement: &Statement, ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    let accounts = ctx.access.accounts();
    let Some(owner) = accounts.of_arn(&policy.subject.text) else { return };
    for value in values_of(statement, "aws:SourceAccount") {
        let sameness = same(&owner, &accounts.of_text(&value.text));
        if sameness.truth.is_no() {
            let finding = report.leaf(value, format!("this is not the account of {}", policy.name()));
            let finding = policy.refused(finding).label(policy.subject.span, "what the policy is on");
            if sameness.likely {
                finding.likely();
            }
        }
    }
}

/// The values of the conditions on `key`.
fn values_of<'s>(statement: &'s Statement, key: &'static str) -> impl Iterator<Item = &'s Leaf> {
    statement.conditions.iter().filter(move |condition| is(&condition.key, key)).flat_map(strings::values)
}

fn may_be_dashboard(value: &Leaf) -> bool {
    types_of(&value.text, "cloudtrail").iter().any(|ty| ty.name == "dashboard")
        || value.text.display().contains(['*', '?'])
}

fn is(leaf: &Leaf, wanted: &str) -> bool {
    leaf.text.as_known().is_some_and(|text| text.eq_ignore_ascii_case(wanted))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::in_workspace;

    const STORE: &str = "arn:aws:cloudtrail:eu-west-1:111122223333:eventdatastore/a";
    const DASHBOARD: &str = "arn:aws:cloudtrail:eu-west-1:111122223333:dashboard/a";

    fn on(arn: &str, statement: &str) -> Vec<String> {
        let text = format!(
            r#"
variable "x" {{}}
resource "awscc_cloudtrail_resource_policy" "x" {{
  resource_arn    = "{arn}"
  resource_policy = jsonencode({{ Statement = [{{ Sid = "x", Effect = "Allow", {statement} }}] }})
}}
"#
        );
        in_workspace(&RULE, "as_of = 2026-05-01", &[("main.tf", &text)])
    }

    fn conditions(arn: &str, conditions: &str) -> Vec<String> {
        let service = r#"Principal = { Service = "cloudtrail.amazonaws.com" }"#;
        let action = if arn == STORE { "StartQuery" } else { "StartDashboardRefresh" };
        on(arn, &format!(r#"{service}, Action = "cloudtrail:{action}", Condition = {{ {conditions} }}"#))
    }

    #[test]
    fn both_conditions_and_no_others() {
        let both = format!(
            r#"ArnLike = {{ "AWS:SourceArn" = "{DASHBOARD}" }}, StringEquals = {{ "aws:SourceAccount" = "111122223333" }}"#
        );
        assert_eq!(conditions(STORE, &both), [""; 0]);
        assert_eq!(conditions(DASHBOARD, &both), [""; 0]);
        let one = format!(r#"ArnLike = {{ "aws:SourceArn" = "{DASHBOARD}" }}"#);
        let lacking = conditions(DASHBOARD, &one);
        assert!(lacking[0].ends_with("| error: a statement for dashboards needs a condition on `aws:SourceAccount`"));
        assert_eq!(conditions(STORE, r#"StringEquals = { (var.x) = "y" }"#), [""; 0]);
        assert_eq!(conditions(STORE, r#"StringEquals = var.x"#), [""; 0]);
    }

    #[test]
    fn the_dashboard_and_its_account() {
        let with = |arn: &str, dashboard: &str, account: &str| {
            conditions(
                arn,
                &format!(r#"StringLike = {{ "aws:SourceArn" = "{dashboard}", "aws:SourceAccount" = "{account}" }}"#),
            )
        };
        let any = "arn:aws:cloudtrail:eu-west-1:111122223333:dashboard/*";
        assert_eq!(with(STORE, any, "111122223333"), [""; 0]);
        assert_eq!(with(DASHBOARD, any, "111122223333"), [""; 0]);
        assert_eq!(
            with(STORE, "arn:aws:cloudtrail:eu-west-1:111122223333:trail/a", "444455556666"),
            [
                "arn:aws:cloudtrail:eu-west-1:111122223333:trail/a | error: CloudTrail queries an event data store for dashboards alone",
                "444455556666 | error: this is not the account of an event data store",
            ]
        );
    }

    #[test]
    fn nobody_else_is_let_in() {
        let both = format!(
            r#"Condition = {{ StringEquals = {{ "aws:SourceArn" = "{DASHBOARD}", "aws:SourceAccount" = "111122223333" }} }}"#
        );
        let principal = r#"Principal = { Service = "cloudtrail.amazonaws.com", AWS = "111122223333" }"#;
        assert_eq!(
            on(STORE, &format!(r#"{principal}, Action = "cloudtrail:StartQuery", {both}"#)),
            ["111122223333 | error: a statement that lets in `cloudtrail.amazonaws.com` can let in nobody else"]
        );
        let people = r#"Principal = { AWS = "111122223333" }, Action = "cloudtrail:GetQueryResults""#;
        assert_eq!(on(STORE, people), [""; 0], "who is no service queries as it likes");
    }
}
