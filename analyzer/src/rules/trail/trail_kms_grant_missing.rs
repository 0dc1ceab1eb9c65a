//! What it finds, why, and its tests: `trail_kms_grant_missing.md`.

use super::asked::{self, Fault, Lack};
use super::judgement::Judgement;
use super::{mend, words};
use crate::cloudtrail::{ENCRYPTION_CONTEXT, Need};
use crate::finding::Severity;
use crate::rules::listing::{each_once, joined};
use crate::rules::{Check, Group, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "trail-kms-grant-missing",
    group: Group::Trail,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &[],
    check: Check::Workspace(check),
};

fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    let is_one = |judgement: Judgement| matches!(judgement, Judgement::Missing | Judgement::NoPolicy);
    let lacks: Vec<&Lack<'_>> =
        asked::of_keys(ctx).iter().filter(|(it, _)| is_one(*it)).map(|(_, lack)| lack).collect();
    for shared in words::by_place(lacks.iter().copied(), words::place) {
        let of_trail = |lack: &&&Lack<'_>| {
            std::ptr::eq(lack.sender.trail, shared.lack.sender.trail) && words::place(lack) == words::place(shared.lack)
        };
        let all: Vec<&Lack<'_>> = lacks.iter().filter(of_trail).copied().collect();
        say(&shared, &all, ctx, report);
    }
}

fn say(shared: &words::Shared<'_, '_>, all: &[&Lack<'_>], ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    let needs: Vec<Need> = all.iter().map(|lack| lack.delivery.need).collect();
    let lack = shared.lack;
    let (trails, key) = (words::trails(&shared.trails), words::resource(lack.resource));
    let names = all.iter().map(|lack| format!("`{}`", mend::action(lack)));
    let actions = joined(&each_once(names));
    let message = match (lack.fault, of_context(lack)) {
        (Fault::Condition(..), true) => {
            format!("the encryption context of {trails} is `{}`, which this does not match", lack.sender.arn.display())
        }
        _ => format!(
            "the policy of {key} does not allow CloudTrail {actions}, which {trails} cannot do without{}",
            words::because(lack)
        ),
    };
    let finding = words::report(lack, message, report);
    let finding = if needs == [Need::DescribeKey] { finding.severity(Severity::Warning) } else { finding };
    let all = all.iter().copied().filter(|_| shared.only().is_some());
    mend::offer(finding, all, ctx)
        .help(format!("allow {actions} to `cloudtrail.amazonaws.com` in the policy of the key, on `\"*\"`"));
}

fn of_context(lack: &Lack<'_>) -> bool {
    let Fault::Condition(part, number) = lack.fault else { return false };
    let key = part.condition(number).and_then(|condition| condition.key.text.as_known());
    key.is_some_and(|key| key.eq_ignore_ascii_case(ENCRYPTION_CONTEXT))
}
