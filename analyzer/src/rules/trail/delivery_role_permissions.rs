//! What it finds, why, and its tests: `delivery_role_permissions.md`.

use super::roles::{self, Sent};
use super::words;
use crate::access::{Action, Attached, Policies, Request, Standing, Target, Verdict, verdict};
use crate::cloudtrail::{Delivery, Need};
use crate::finding::Severity;
use crate::policy::model::{Leaf, PolicyKind};
use crate::rules::action::fit::{Fit, verdicts};
use crate::rules::listing::{each_once, joined};
use crate::rules::{Check, Group, Report, Rule, RuleContext, strings};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "delivery-role-permissions",
    group: Group::Trail,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &[],
    doc: include_str!("delivery_role_permissions.md"),
    check: Check::Workspace(check),
};

fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    for sent in roles::sent(ctx) {
        let Some(group) = sent.sender.trail.log_group.as_ref().filter(|group| group.is_set.is_yes()) else { continue };
        let deliveries = sent.sender.to_log_group(&group.text);
        let mut places: Vec<(Option<&Leaf>, Vec<&Delivery>)> = Vec::new();
        for delivery in deliveries.iter().filter(|it| is_denied(&sent, it, ctx)) {
            let leaf = near(&sent, delivery, ctx);
            let is_same = |known: &Option<&Leaf>| known.map(|it| it.span) == leaf.map(|it| it.span);
            match places.iter_mut().find(|(known, _)| is_same(known)) {
                Some((_, all)) => all.push(delivery),
                None => places.push((leaf, vec![delivery])),
            }
        }
        for (leaf, denied) in places {
            say(&sent, leaf, &denied, report);
        }
    }
}

/// Whether the role may not do it. Policies on log groups are left aside: CloudTrail asks for the role's own.
fn is_denied(sent: &Sent<'_>, delivery: &Delivery, ctx: &RuleContext<'_>) -> bool {
    ask(sent, delivery, ctx, |request, policies| verdict(request, policies, ctx.access) == Verdict::Denied)
        .unwrap_or_default()
}

fn ask<R>(
    sent: &Sent<'_>,
    delivery: &Delivery,
    ctx: &RuleContext<'_>,
    read: impl FnOnce(&Request<'_>, &Policies<'_>) -> R,
) -> Option<R> {
    let by = ctx.access.caller(sent.role)?;
    let target = Target::each(&delivery.target, Some(sent.role.account.text.clone()));
    let (action, context) = (Action::new(delivery.action), super::asked::context(delivery));
    let request = Request { caller: &by.caller, action: &action, target: &target, context: &context };
    let policies = Policies {
        identity: by.identity.attached(),
        boundary: by.boundary.attached(),
        resource: Attached::NONE,
        ..Policies::NONE
    };
    Some(read(&request, &policies))
}

fn say(sent: &Sent<'_>, near: Option<&Leaf>, denied: &[&Delivery], report: &mut Report<'_>) {
    let Some(first) = denied.first() else { return };
    let actions = joined(&each_once(denied.iter().map(|it| format!("`{}`", it.action))));
    let (trail, role) = (words::trail(sent.sender.trail), format!("`{}`", sent.role.address));
    let stream = first.target.display();
    let stream = stream.split_once(":log-group:").map_or(stream.as_str(), |(_, name)| name);
    let message = format!("{role} is not allowed {} on `{stream}`, where {trail} sends its events", actions);
    let why = words::fails(Need::CreateStream);
    report.enter(None);
    let finding = match near {
        Some(leaf) => report.leaf(leaf, message).label(sent.named.span, format!("{why} for this trail")),
        None => report
            .finding(sent.named.span, message)
            .label(sent.role.span, format!("no policy of this role allows it: {why}")),
    };
    finding.help(
        "allow `logs:CreateLogStream` and `logs:PutLogEvents` on the ARN of the log group with `:*` or `:log-stream:*` at its end",
    );
}

/// What keeps a statement from allowing it that has the action: its resource, or the action itself
/// where that works on no such resource.
fn near<'a>(sent: &Sent<'a>, delivery: &Delivery, ctx: &RuleContext<'a>) -> Option<&'a Leaf> {
    let held = ctx.iam.identity_policies(sent.role, ctx.policies);
    held.certain.into_iter().find_map(|document| {
        let policy = ctx.access.compiled(document, PolicyKind::Identity)?;
        let standings = ask(sent, delivery, ctx, |request, _| policy.standings(request, ctx.access))?;
        let is_near = |it: &Standing| it.allows.is_yes() && it.action.is_yes() && it.resource.is_no();
        let mut pairs = document.statements.iter().zip(&standings);
        let (statement, _) = pairs.find(|(_, standing)| is_near(standing))?;
        let (verdicts, _) = verdicts(statement, ctx.as_of);
        let mut mismatches = verdicts.into_iter().filter(|(_, fit)| matches!(fit, Fit::Mismatch(_)));
        let of_action = mismatches.find(|(leaf, _)| leaf.text.as_known().is_some_and(|it| it == delivery.action));
        of_action.map(|(leaf, _)| leaf).or_else(|| strings::resources(statement).next())
    })
}
