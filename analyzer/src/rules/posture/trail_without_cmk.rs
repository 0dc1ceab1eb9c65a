//! What it finds, why, and its tests: `trail_without_cmk.md`.

use super::weak::{self, Weak};
use crate::finding::Severity;
use crate::rules::{Check, Group, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "trail-without-cmk",
    group: Group::Posture,
    severity: Severity::Note,
    since: "0.1.0",
    sources: &["checkov CKV_AWS_35", "trivy AVD-AWS-0015"],
    check: Check::Workspace(check),
};

static WEAK: Weak = Weak {
    argument: "kms_key_id",
    says: "the log files of the trail are not encrypted with a key of yours",
    help: "give `kms_key_id` a key whose policy lets CloudTrail use it",
};

fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    weak::missing(&WEAK, ctx, report);
}
