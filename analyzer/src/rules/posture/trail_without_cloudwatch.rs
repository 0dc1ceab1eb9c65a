//! What it finds, why, and its tests: `trail_without_cloudwatch.md`.

use super::weak::{self, Weak};
use crate::finding::Severity;
use crate::rules::{Check, Group, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "trail-without-cloudwatch",
    group: Group::Posture,
    severity: Severity::Note,
    since: "0.1.0",
    sources: &["checkov CKV2_AWS_10", "trivy AVD-AWS-0162"],
    check: Check::Workspace(check),
};

static WEAK: Weak = Weak {
    argument: "cloud_watch_logs_group_arn",
    says: "the trail sends no events to CloudWatch Logs, where alarms could be made of them",
    help: "give `cloud_watch_logs_group_arn` and `cloud_watch_logs_role_arn`",
};

fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    weak::missing(&WEAK, ctx, report);
}
