//! What it finds, why, and its tests: `trail_without_validation.md`.

use super::weak::{self, Weak};
use crate::finding::Severity;
use crate::rules::{Check, Group, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "trail-without-validation",
    group: Group::Posture,
    severity: Severity::Note,
    since: "0.1.0",
    sources: &["checkov CKV_AWS_36", "trivy AVD-AWS-0016"],
    check: Check::Workspace(check),
};

static WEAK: Weak = Weak {
    argument: "enable_log_file_validation",
    says: "the trail writes no digests: nobody can tell whether its log files were changed",
    help: "set `enable_log_file_validation` to `true`",
};

fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    weak::off(&WEAK, false, ctx, report);
}
