//! What it finds, why, and its tests: `delivery_role_trust.md`.

use super::roles::{self, Sent};
use super::words;
use crate::access::{Action, Decision, Denial, Principal};
use crate::cloudtrail::{Need, SERVICE};
use crate::finding::{Edit, Fix, Safety, Severity};
use crate::policy::model::{Leaf, PolicyDocument};
use crate::rules::{Check, Group, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "delivery-role-trust",
    group: Group::Trail,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &[],
    check: Check::Workspace(check),
};

fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    for sent in roles::sent(ctx) {
        if is_refused(&sent, ctx) {
            say(&sent, ctx, report);
        }
    }
}

/// Whether the role does not let CloudTrail become it.
fn is_refused(sent: &Sent<'_>, ctx: &RuleContext<'_>) -> bool {
    let target = ctx.access.role(sent.role);
    let by = ctx.access.stranger(Principal::Service(SERVICE.into()));
    sent.sender.to_role(&sent.role.arn).iter().any(|delivery| {
        let context = super::asked::context(delivery);
        ctx.access.decide(&by, &Action::new(delivery.action), &target, &context, |decision| {
            matches!(decision, Decision::Denied(_, Denial::Explicit | Denial::Implicit { .. }))
        })
    })
}

fn say(sent: &Sent<'_>, ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    let (trail, role) = (words::trail(sent.sender.trail), format!("`{}`", sent.role.address));
    let message = format!("{role} does not trust `{SERVICE}`, which sends the events of {trail} with it");
    let why = words::fails(Need::AssumeRole);
    let site = sent.role.trust.and_then(|index| ctx.policies.get(index));
    report.enter(sent.role.trust);
    match site.and_then(|site| only_service(&site.document)) {
        Some(leaf) => {
            let finding = report.leaf(leaf, message).label(sent.named.span, format!("{why} for this trail"));
            let fix = Fix {
                title: format!("trust `{SERVICE}`"),
                safety: Safety::Unsafe,
                edits: vec![Edit { span: leaf.span, new_text: SERVICE.to_owned() }],
            };
            if leaf.is_written() {
                finding.fix(fix);
            }
        }
        None => {
            let at = site.map_or(sent.role.span, |site| site.span);
            report
                .finding(sent.named.span, message)
                .label(at, format!("CloudTrail cannot become this role: {why}"))
                .help(format!("allow `sts:AssumeRole` to the service `{SERVICE}` in the trust policy of the role"));
        }
    }
}

/// The only principal of a trust policy, if it is a service.
fn only_service(document: &PolicyDocument) -> Option<&Leaf> {
    let groups = || document.statements.iter().flat_map(|it| &it.principals).flat_map(|it| &it.groups);
    let mut items = groups().flat_map(|group| group.items.iter().chain(&group.possible).map(move |leaf| (group, leaf)));
    let (group, leaf) = items.next()?;
    let is_service = group.kind.text.as_known().is_some_and(|kind| kind == "Service");
    (items.next().is_none() && is_service).then_some(leaf)
}
