//! What it finds, why, and its tests: `assume_role_missing_trust_half.md`.

use super::{
    account_words, half_fix,
    half_words::{self as words, Lack},
};
use crate::access::grants::{GrantTarget, State, assuming};
use crate::finding::Severity;
use crate::rules::{Check, Group, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "assume-role-missing-trust-half",
    group: Group::CrossAccount,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &[],
    check: Check::Workspace(check),
};

fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    for lack in words::lacking(assuming(ctx.access), State::ResourceMissing, ctx) {
        say(&lack, ctx, report);
    }
}

fn say(lack: &Lack<'_>, ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    let grant = &lack.grant;
    let GrantTarget::Role(role) = grant.target else { return };
    let (who, target) = (words::principal(grant.principal), words::target(grant.target));
    let message = format!("{who} is allowed to assume {target}, but the trust policy of that role does not let it in");
    let trust = role.trust.and_then(|index| ctx.policies.get(index));
    let place = trust.map_or(role.span, |site| site.span);
    let fix =
        trust.and_then(|site| half_fix::resource_half(lack, grant.target, &["sts:AssumeRole".to_owned()], site, ctx));
    let finding = lack
        .report(&message, report)
        .label(place, format!("{} lacks its half here", account_words::shown(&role.account)))
        .help(format!(
            "trust `{}` in the policy of `{}`, in `{}`",
            words::arn_of(grant.principal),
            role.address,
            words::file(place, ctx)
        ));
    words::finish(finding, grant, fix);
}
