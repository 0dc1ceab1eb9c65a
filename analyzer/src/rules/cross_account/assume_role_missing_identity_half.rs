//! What it finds, why, and its tests: `assume_role_missing_identity_half.md`.

use super::{
    account_words, half_fix,
    half_words::{self as words, Lack},
};
use crate::access::grants::{State, trusted};
use crate::finding::Severity;
use crate::rules::{Check, Group, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "assume-role-missing-identity-half",
    group: Group::CrossAccount,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &[],
    check: Check::Workspace(check),
};

fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    for lack in words::lacking(trusted(ctx.access), State::IdentityMissing, ctx) {
        say(&lack, ctx, report);
    }
}

fn say(lack: &Lack<'_>, ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    let grant = &lack.grant;
    let principal = grant.principal;
    let (who, role) = (words::principal(principal), words::called(grant.target));
    let message = format!("{who} is trusted by `{role}`, but no policy of it allows `sts:AssumeRole` on that role");
    let account = account_words::shown(&principal.account);
    let fix = half_fix::identity_half(lack, grant.target, &["sts:AssumeRole".to_owned()], ctx);
    let finding =
        lack.report(&message, report).label(principal.span, format!("{account} lacks its half here")).help(format!(
            "allow `sts:AssumeRole` on `{}` in a policy of `{}`, in `{}`",
            words::arn(grant),
            principal.address,
            words::file(principal.span, ctx)
        ));
    words::finish(finding, grant, fix);
}
