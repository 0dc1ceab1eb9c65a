//! What it finds, why, and its tests: `log_group_without_role.md`.

use crate::cloudtrail::Trail;
use crate::eval::account::same;
use crate::finding::Severity;
use crate::rules::arguments::{is_given, leaf};
use crate::rules::{Check, Group, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "log-group-without-role",
    group: Group::Trail,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &[
        "CloudTrail InvalidCloudWatchLogsLogGroupArnException",
        "CloudTrail InvalidCloudWatchLogsRoleArnException",
    ],
    check: Check::Workspace(check),
};

/// One of the two that go together.
struct Half {
    argument: &'static str,
    name: &'static str,
    exception: &'static str,
}

const GROUP: Half = Half {
    argument: "cloud_watch_logs_group_arn",
    name: "log group",
    exception: "InvalidCloudWatchLogsLogGroupArnException",
};

const ROLE: Half =
    Half { argument: "cloud_watch_logs_role_arn", name: "role", exception: "InvalidCloudWatchLogsRoleArnException" };

fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    for trail in ctx.cloudtrail.trails() {
        alone(trail, &GROUP, &ROLE, report);
        alone(trail, &ROLE, &GROUP, report);
        for half in [&GROUP, &ROLE] {
            elsewhere(trail, half, ctx, report);
        }
    }
}

/// One half without the other.
fn alone(trail: &Trail, half: &Half, other: &Half, report: &mut Report<'_>) {
    let Some(argument) = trail.settings.argument(half.argument) else { return };
    if is_given(&trail.settings, half.argument).is_yes() && is_given(&trail.settings, other.argument).is_no() {
        let message = format!("a trail that has a {} needs a {} too", half.name, other.name);
        report
            .finding(argument.span, message)
            .label(trail.span, format!("AWS refuses this trail with `{}`", other.exception))
            .help(format!("give the trail `{}`", other.argument));
    }
}

/// A half in another account than the trail is made in.
fn elsewhere(trail: &Trail, half: &Half, ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    let Some(arn) = trail.settings.argument(half.argument).and_then(leaf) else { return };
    let Some(account) = ctx.access.accounts().of_arn(&arn.text) else { return };
    let sameness = same(&account, &trail.account);
    if sameness.truth.is_no() {
        let message = format!("the {} of a trail has to be in the account that the trail is made in", half.name);
        let finding =
            report.leaf(&arn, message).label(trail.span, format!("AWS refuses this trail with `{}`", half.exception));
        if sameness.likely {
            finding.likely();
        }
    }
}
