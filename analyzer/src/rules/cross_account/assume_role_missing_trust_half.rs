//! What it finds, why, and its tests: `assume_role_missing_trust_half.md`.

use super::{account_words, half_fix, half_words as words};
use crate::access::grants::{Grant, GrantTarget, State, assuming};
use crate::finding::Severity;
use crate::iam::Principal;
use crate::rules::{Check, Group, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "assume-role-missing-trust-half",
    group: Group::CrossAccount,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &[],
    doc: include_str!("assume_role_missing_trust_half.md"),
    check: Check::Workspace(check),
};

fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    for grant in assuming(ctx.access) {
        let GrantTarget::Role(role) = grant.target else { continue };
        if !grant.in_state(State::ResourceMissing).is_empty() {
            say(&grant, role, ctx, report);
        }
    }
}

fn say(grant: &Grant<'_>, role: &Principal, ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    let (who, target) = (words::principal(grant.principal), words::target(grant.target));
    let message = format!(
        "{who} is allowed to assume `{}`, but the trust policy of that role does not let it in",
        words::called(grant.target)
    );
    let trust = role.trust.and_then(|index| ctx.policies.get(index));
    let place = trust.map_or(role.span, |site| site.span);
    let fix = trust.and_then(|site| half_fix::resource_half(grant, &["sts:AssumeRole".to_owned()], site, ctx));
    report.enter(grant.site);
    let finding = report
        .leaf(grant.leaf, message)
        .label(place, format!("{} lacks its half here", account_words::shown(&role.account)))
        .help(format!(
            "trust `{}` in the policy of {target}, in `{}`",
            words::arn_of(grant.principal),
            words::path(place, ctx)
        ));
    words::finish(finding, grant, fix);
}
