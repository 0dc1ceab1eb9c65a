//! What it finds, why, and its tests: `missing_dependent_action.md`.

use std::collections::BTreeMap;

use crate::aws::facts::cloudtrail::circumstances;
use crate::aws::facts::{action, service_principal};
use crate::aws::pattern::{Pattern, Syntax};
use crate::cloudtrail::{Kind, Settings};
use crate::eval::account::{Account, same};
use crate::eval::equality::texts_equal;
use crate::finding::Severity;
use crate::iam::{Asker, Held, Origin, Principal, PrincipalKind};
use crate::policy::model::{Leaf, Statement};
use crate::rules::arguments::{is_given, leaf};
use crate::rules::condition::meaning::{Effect, effect};
use crate::rules::listing::joined;
use crate::rules::selectors::is_certain;
use crate::rules::text::pattern;
use crate::rules::{Check, Group, Report, Rule, RuleContext};
use crate::source::Span;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "missing-dependent-action",
    group: Group::Action,
    severity: Severity::Note,
    since: "0.1.0",
    sources: &["Service Authorization Reference, AWS CloudTrail: dependent actions"],
    check: Check::Workspace(check),
};

/// What is made by an action, and by which.
struct Made<'a> {
    /// The action.
    by: &'static str,
    address: &'a str,
    stack: &'a str,
    account: &'a Account,
    settings: &'a Settings,
    span: Span,
}

/// Which actions make what is declared beside trails.
const MAKERS: [(Kind, &str); 2] =
    [(Kind::Dashboard, "cloudtrail:CreateDashboard"), (Kind::EventDataStore, "cloudtrail:CreateEventDataStore")];

/// What trails need besides what the reference lists: the handlers of CloudFormation do.
const OF_TRAILS: &str = "iam:PassRole";

const CREATE_TRAIL: &str = "cloudtrail:CreateTrail";

fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    let made = made(ctx);
    if made.is_empty() {
        return;
    }
    for principal in ctx.iam.principals() {
        let is_caller = matches!(principal.kind, PrincipalKind::Role | PrincipalKind::User);
        if principal.origin != Origin::Declared || !is_caller || !principal.open.is_empty() {
            continue;
        }
        let held = ctx.iam.identity_policies(principal, ctx.policies);
        if held.in_view && held.open.is_empty() {
            of_principal(principal, &held, &made, ctx, report);
        }
    }
}

/// All that is declared of CloudTrail and needs more than one action.
fn made<'a>(ctx: &RuleContext<'a>) -> Vec<Made<'a>> {
    let trails = ctx.cloudtrail.trails().iter().map(|trail| Made {
        by: CREATE_TRAIL,
        address: &trail.address,
        stack: &trail.stack,
        account: &trail.account,
        settings: &trail.settings,
        span: trail.span,
    });
    let others = MAKERS.into_iter().flat_map(|(kind, by)| {
        ctx.cloudtrail.declared(kind).iter().map(move |declared| Made {
            by,
            address: &declared.address,
            stack: &declared.stack,
            account: &declared.account,
            settings: &declared.settings,
            span: declared.span,
        })
    });
    trails.chain(others).collect()
}

fn of_principal(
    principal: &Principal,
    held: &Held<'_>,
    made: &[Made<'_>],
    ctx: &RuleContext<'_>,
    report: &mut Report<'_>,
) {
    let statements = || held.certain.iter().chain(&held.possible).flat_map(|document| &document.statements);
    if held.certain.iter().chain(&held.possible).any(|document| !document.open.is_empty()) {
        return;
    }
    let mut makers: BTreeMap<&str, Option<&Leaf>> = BTreeMap::new();
    for it in made.iter().filter(|it| same(&principal.account, it.account).truth.is_yes()) {
        let maker = makers.entry(it.by).or_insert_with(|| statements().find_map(|statement| grants(statement, it.by)));
        let Some(maker) = *maker else { continue };
        let may_do = |action: &str| statements().any(|statement| may_grant(statement, action));
        let lacking: Vec<(&str, Span)> =
            needs(it).filter(|(action, _)| !may_do(action) && !may_be_let_by_key(action, principal, it, ctx)).collect();
        if !lacking.is_empty() {
            say(principal, maker, it, &lacking, report);
        }
    }
}

/// What the resource needs besides the action that makes it, each with what it needs it for.
fn needs<'a>(made: &'a Made<'_>) -> impl Iterator<Item = (&'static str, Span)> + use<'a> {
    let listed = action(made.by).into_iter().flat_map(|facts| facts.dependent_actions().collect::<Vec<_>>());
    let of_trail = (made.by == CREATE_TRAIL).then_some(OF_TRAILS);
    listed.chain(of_trail).filter_map(|dependent| Some((dependent, cause(dependent, made)?)))
}

/// What in the resource makes an action needed.
fn cause(dependent: &str, made: &Made<'_>) -> Option<Span> {
    circumstances(dependent).find_map(|name| given(made.settings, name))
}

/// Where an argument is given or true, or a block is there, for certain.
fn given(settings: &Settings, name: &str) -> Option<Span> {
    if let Some(block) = settings.blocks(name).iter().find(|block| is_certain(block)) {
        return Some(block.span);
    }
    let argument = settings.argument(name)?;
    let is_empty = argument.value.fields().is_some_and(|fields| fields.is_empty());
    let is_so = argument.truth().unwrap_or_else(|| is_given(settings, name));
    (is_so.is_yes() && !is_empty).then_some(argument.span)
}

/// The action of a statement by which it grants `action` for certain, if it names the service.
fn grants<'s>(statement: &'s Statement, action: &str) -> Option<&'s Leaf> {
    let wanted = Pattern::of_text(action, Syntax::Literal).fold_case();
    let covers = |leaf: &&Leaf| pattern(&leaf.text, Syntax::Wildcards).fold_case().covers(&wanted).is_yes();
    let names_service = |leaf: &&Leaf| leaf.text.known_prefix().contains(':');
    let is_certain = statement.certain && effect(statement) == Some(Effect::Allow);
    let positive = statement.actions.iter().filter(|actions| is_certain && !actions.negated);
    positive.flat_map(|actions| &actions.items).filter(names_service).find(covers)
}

/// Whether a statement may grant `action` on something.
fn may_grant(statement: &Statement, action: &str) -> bool {
    if effect(statement) == Some(Effect::Deny) {
        return false;
    }
    let wanted = Pattern::of_text(action, Syntax::Literal).fold_case();
    let covers = |leaf: &Leaf| pattern(&leaf.text, Syntax::Wildcards).fold_case().covers(&wanted).may_be();
    let may = |negated: bool, listed: bool, open: bool| open || listed != negated;
    !statement.open.is_empty()
        || statement.actions.iter().any(|actions| {
            let listed = actions.items.iter().chain(&actions.possible).any(covers);
            may(actions.negated, listed, !actions.open.is_empty())
        })
}

/// Whether the policy of the key may let the principal use it without a policy of its own.
fn may_be_let_by_key(action: &str, principal: &Principal, made: &Made<'_>, ctx: &RuleContext<'_>) -> bool {
    if !action.starts_with("kms:") {
        return false;
    }
    let name = made.settings.argument("kms_key_id").and_then(leaf);
    let by = Asker { stack: made.stack, account: made.account };
    let index = name.and_then(|name| ctx.iam.resource_named("kms", "key", &name.text, by));
    let Some(key) = index.and_then(|index| ctx.iam.resources().get(index)) else { return true };
    let held = ctx.iam.resource_policies(key, ctx.policies);
    let is_open = !held.in_view || !held.open.is_empty() || !held.possible.is_empty();
    let statements = held.certain.iter().flat_map(|document| &document.statements);
    let principals = statements.flat_map(|statement| &statement.principals);
    let may_name = |leaf: &Leaf| {
        let is_service = leaf.text.as_known().is_some_and(|name| service_principal(&name).is_some());
        let is_account = leaf.text.known_suffix().ends_with(":root");
        !is_service && !is_account && texts_equal(&leaf.text, &principal.arn).may_be()
            || leaf.text.as_known().is_some_and(|text| text == "*")
    };
    is_open
        || principals.into_iter().any(|principals| {
            !principals.open.is_empty()
                || principals
                    .groups
                    .iter()
                    .any(|group| !group.open.is_empty() || group.items.iter().chain(&group.possible).any(may_name))
        })
}

fn say(principal: &Principal, maker: &Leaf, made: &Made<'_>, lacking: &[(&str, Span)], report: &mut Report<'_>) {
    let names: Vec<String> = lacking.iter().map(|(action, _)| format!("`{action}`")).collect();
    let needed = joined(&names);
    let who = &principal.address;
    let message = format!("to make `{}` takes {needed} too, which `{who}` may not do", made.address);
    let mut finding = report.leaf(maker, message);
    for (action, span) in lacking {
        finding = finding.label(*span, format!("this is what `{action}` is needed for"));
    }
    finding.label(made.span, "what is made").help(format!("allow {needed} to `{who}`"));
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::in_workspace;

    const PRINCIPAL: &str = r#"
provider "aws" {
  allowed_account_ids = ["111122223333"]
}
variable "x" {}
resource "aws_iam_user" "x" {
  name = "x"
}
"#;

    fn found(actions: &str, more: &str) -> Vec<String> {
        let policy = format!(
            r#"
resource "aws_iam_user_policy" "x" {{
  user   = aws_iam_user.x.name
  policy = jsonencode({{ Statement = [{{ Effect = "Allow", Action = [{actions}], Resource = "*" }}] }})
}}
"#
        );
        in_workspace(&RULE, "", &[("main.tf", &format!("{PRINCIPAL}{policy}{more}"))])
    }

    fn trail(arguments: &str) -> String {
        format!("resource \"aws_cloudtrail\" \"x\" {{\n name = \"main\"\n s3_bucket_name = \"logs\"\n{arguments}\n}}\n")
    }

    #[test]
    fn only_what_the_trail_makes_necessary() {
        let create = r#""cloudtrail:CreateTrail""#;
        let of = |arguments: &str| found(create, &trail(arguments));
        assert_eq!(of(""), [""; 0]);
        assert_eq!(of("tags = {}"), [""; 0]);
        assert_eq!(of("is_organization_trail = var.x"), [""; 0]);
        assert_eq!(of("is_organization_trail = false"), [""; 0]);
        let organization = of("is_organization_trail = true");
        let needed =
            "`iam:CreateServiceLinkedRole`, `iam:GetRole` and `organizations:ListAWSServiceAccessForOrganization`";
        assert!(organization[0].contains(needed), "{organization:?}");
        let tags = "tags = { a = \"b\" }";
        assert_eq!(found(r#""cloudtrail:CreateTrail", "cloudtrail:AddTags""#, &trail(tags)), [""; 0]);
        assert_eq!(found(r#""cloudtrail:*""#, &trail(tags)), [""; 0]);
        assert_eq!(found(r#""*""#, &trail("is_organization_trail = true")), [""; 0]);
        assert_eq!(found(r#""cloudtrail:CreateTrail", var.x"#, &trail(tags)), [""; 0]);
        assert_eq!(found(r#""cloudtrail:UpdateTrail""#, &trail(tags)), [""; 0]);
    }

    #[test]
    fn a_key_may_let_in_whom_it_likes() {
        let with = |principal: &str| {
            let statement = format!(
                r#"{{ Effect = "Allow", Principal = {{ AWS = {principal} }}, Action = "kms:*", Resource = "*" }}"#
            );
            let store = format!(
                r#"
resource "aws_kms_key" "x" {{
  policy = jsonencode({{ Statement = [{statement}] }})
}}
resource "aws_cloudtrail_event_data_store" "x" {{
  name       = "x"
  kms_key_id = aws_kms_key.x.arn
}}
"#
            );
            found(r#""cloudtrail:CreateEventDataStore""#, &store).len()
        };
        assert_eq!(with("\"arn:aws:iam::111122223333:root\""), 1);
        assert_eq!(with("\"arn:aws:iam::111122223333:role/other\""), 1);
        assert_eq!(with("aws_iam_user.x.arn"), 0);
        assert_eq!(with("var.x"), 0);
        assert_eq!(with("\"*\""), 0);
    }
}
