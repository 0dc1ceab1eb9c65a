//! What it finds, why, and its tests: `missing_resource_half.md`.

use super::{
    account_words, half_fix,
    half_words::{self as words, Lack},
};
use crate::access::grants::{GrantTarget, State, reaching};
use crate::finding::Severity;
use crate::rules::{Check, Group, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "missing-resource-half",
    group: Group::CrossAccount,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &[],
    check: Check::Workspace(check),
};

fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    for lack in words::lacking(reaching(ctx.access), State::ResourceMissing, ctx) {
        say(&lack, ctx, report);
    }
}

fn say(lack: &Lack<'_>, ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    let grant = &lack.grant;
    let GrantTarget::Resource(resource) = grant.target else { return };
    let actions = &grant.in_state(State::ResourceMissing);
    let (who, target, missing) =
        (words::principal(grant.principal), words::target(grant.target), words::actions(actions));
    let policy = words::policy_on(resource, ctx);
    let lacking = if resource.policies.iter().all(|it| it.is_default()) {
        "which has no policy that lets it in"
    } else {
        "whose policy does not let it in"
    };
    let message = format!("{who} is allowed {missing} on {target}, {lacking}");
    let place = policy.map_or(resource.span, |site| site.span);
    let names = half_fix::names(actions);
    let fix = match policy {
        Some(site) => half_fix::resource_half(lack, grant.target, &names, site, ctx),
        None => half_fix::new_resource_half(lack, resource, &names, ctx),
    };
    let finding = lack
        .report(&message, report)
        .label(place, format!("{} lacks its half here", account_words::shown(&resource.account)))
        .help(format!(
            "allow {missing} to `{}` in a policy on `{}`, in `{}`",
            words::arn_of(grant.principal),
            words::called(grant.target),
            words::file(place, ctx)
        ));
    words::finish(finding, grant, fix);
}
