//! What it finds, why, and its tests: `missing_identity_half.md`.

use super::{
    account_words, half_fix,
    half_words::{self as words, Lack},
};
use crate::access::grants::{State, let_in};
use crate::finding::Severity;
use crate::rules::{Check, Group, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "missing-identity-half",
    group: Group::CrossAccount,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &[],
    check: Check::Workspace(check),
};

fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    for lack in words::lacking(let_in(ctx.access), State::IdentityMissing, ctx) {
        say(&lack, ctx, report);
    }
}

fn say(lack: &Lack<'_>, ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    let grant = &lack.grant;
    let actions = &grant.in_state(State::IdentityMissing);
    let principal = grant.principal;
    let (who, target, missing) = (words::principal(principal), words::called(grant.target), words::actions(actions));
    let message = format!("{who} is let into `{target}`, but no policy of it allows {missing} there");
    let account = account_words::shown(&principal.account);
    let fix = half_fix::identity_half(lack, grant.target, &half_fix::names(actions), ctx);
    let finding =
        lack.report(&message, report).label(principal.span, format!("{account} lacks its half here")).help(format!(
            "allow {missing} on `{}` in a policy of `{}`, in `{}`",
            words::arn(grant),
            principal.address,
            words::file(principal.span, ctx)
        ));
    words::finish(finding, grant, fix);
}
