//! What it finds, why, and its tests: `delivery_role_permissions.md`.

use std::sync::Arc;

use super::roles::{self, Sent};
use super::stand_in::StandIn;
use super::{mend_role, words};
use crate::access::{Action, Attached, CompiledPolicy, Decision, Denial, Half, Policies, Request, Standing, Target};
use crate::access::{Verdict, decide, verdict};
use crate::cloudtrail::{Delivery, Need};
use crate::finding::Fix;
use crate::finding::Severity;
use crate::policy::model::{Leaf, PolicyDocument, PolicyKind, Statement};
use crate::rules::action::fit::{Fit, verdicts};
use crate::rules::listing::{each_once, joined};
use crate::rules::{Check, Group, Report, Rule, RuleContext, strings};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "delivery-role-permissions",
    group: Group::Trail,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &[],
    check: Check::Workspace(check),
};

fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    for sent in roles::sent(ctx) {
        let Some(group) = sent.sender.trail.log_group.as_ref().filter(|group| group.is_set.is_yes()) else { continue };
        let deliveries = sent.sender.to_log_group(&group.text);
        let mut places: Vec<(Option<Near<'_>>, Vec<&Delivery>)> = Vec::new();
        for delivery in deliveries.iter().filter(|it| is_denied(&sent, it, ctx)) {
            let found = near(&sent, delivery, ctx);
            let span = |near: &Option<Near<'_>>| near.as_ref().map(|it| it.leaf.span);
            match places.iter_mut().find(|(known, _)| span(known) == span(&found)) {
                Some((_, all)) => all.push(delivery),
                None => places.push((found, vec![delivery])),
            }
        }
        for (near, denied) in places {
            let fix = fix(&sent, near.as_ref(), &denied, ctx, report);
            say(&sent, near.as_ref().map(|it| it.leaf), &denied, fix, report);
        }
    }
}

/// What is missing, as an edit; none where something else than the lack of a statement is in the way.
fn fix(
    sent: &Sent<'_>,
    near: Option<&Near<'_>>,
    denied: &[&Delivery],
    ctx: &RuleContext<'_>,
    report: &Report<'_>,
) -> Option<Fix> {
    let group = sent.sender.trail.log_group.as_ref()?;
    let is_only_missing = |delivery: &&Delivery| {
        let read = |request: &Request<'_>, policies: &Policies<'_>| match decide(request, policies, ctx.access) {
            Decision::Denied(_, Denial::Implicit { missing }) => missing == [Half::Identity],
            Decision::Denied(_, Denial::Explicit) | Decision::Allowed(_) | Decision::Unknown(_) => false,
        };
        ask(sent, delivery, ctx, read).unwrap_or_default()
    };
    if !denied.iter().all(is_only_missing) {
        return None;
    }
    let actions = each_once(denied.iter().map(|it| it.action.to_owned()));
    let with_streams = near.and_then(|near| mend_role::with_streams(near.statement, &group.text, report));
    with_streams.or_else(|| mend_role::grant(sent, &actions, ctx))
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
    let letters = super::asked::stand_in(delivery, &sent.sender);
    let target = letters.map_or_else(|| delivery.target.clone(), |letters| letters.text(&delivery.target));
    let target = Target::each(&target, Some(sent.role.account.text.clone()));
    let (action, context) = (Action::new(delivery.action), super::asked::context(delivery));
    let request = Request { caller: &by.caller, action: &action, target: &target, context: &context };
    let own = letters.map(|letters| {
        let held = ctx.iam.identity_policies(sent.role, ctx.policies);
        let compile = |documents: &[&Arc<PolicyDocument>]| -> Vec<CompiledPolicy> {
            documents.iter().map(|document| compiled(letters, document)).collect()
        };
        (compile(&held.certain), compile(&held.possible))
    });
    let own = own.as_ref().map(|(certain, possible)| {
        (certain.iter().collect::<Vec<&CompiledPolicy>>(), possible.iter().collect::<Vec<&CompiledPolicy>>())
    });
    let identity = match &own {
        Some((policies, possible)) => Attached { policies, possible, ..by.identity.attached() },
        None => by.identity.attached(),
    };
    let policies = Policies { identity, boundary: by.boundary.attached(), resource: Attached::NONE, ..Policies::NONE };
    Some(read(&request, &policies))
}

fn say(sent: &Sent<'_>, near: Option<&Leaf>, denied: &[&Delivery], fix: Option<Fix>, report: &mut Report<'_>) {
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
    let finding = match fix {
        Some(fix) => finding.fix(fix),
        None => finding,
    };
    finding.help(
        "allow `logs:CreateLogStream` and `logs:PutLogEvents` on the ARN of the log group with `:*` or `:log-stream:*` at its end",
    );
}

fn compiled(letters: StandIn<'_>, document: &PolicyDocument) -> CompiledPolicy {
    CompiledPolicy::new(&letters.document(document), PolicyKind::Identity)
}

/// A statement that has the action.
struct Near<'a> {
    statement: &'a Statement,
    /// What keeps it from allowing it: its resource, or the action itself where that works on no such resource.
    leaf: &'a Leaf,
}

/// The statement that comes nearest to allowing it.
fn near<'a>(sent: &Sent<'a>, delivery: &Delivery, ctx: &RuleContext<'a>) -> Option<Near<'a>> {
    let held = ctx.iam.identity_policies(sent.role, ctx.policies);
    held.certain.into_iter().find_map(|document| {
        let letters = super::asked::stand_in(delivery, &sent.sender);
        let own = letters.map(|letters| compiled(letters, document));
        let policy = own.as_ref().or_else(|| ctx.access.compiled(document, PolicyKind::Identity))?;
        let standings = ask(sent, delivery, ctx, |request, _| policy.standings(request, ctx.access))?;
        let is_near = |it: &Standing| it.allows.is_yes() && it.action.is_yes() && it.resource.is_no();
        let mut pairs = document.statements.iter().zip(&standings);
        let (statement, _) = pairs.find(|(_, standing)| is_near(standing))?;
        let (verdicts, _) = verdicts(statement, ctx.as_of);
        let mut mismatches = verdicts.into_iter().filter(|(_, fit)| matches!(fit, Fit::Mismatch(_)));
        let of_action = mismatches.find(|(leaf, _)| leaf.text.as_known().is_some_and(|it| it == delivery.action));
        let leaf = of_action.map(|(leaf, _)| leaf).or_else(|| strings::resources(statement).next())?;
        Some(Near { statement, leaf })
    })
}
