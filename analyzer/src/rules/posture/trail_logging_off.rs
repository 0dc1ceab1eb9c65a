//! What it finds, why, and its tests: `trail_logging_off.md`.

use super::weak::{self, Weak};
use crate::finding::Severity;
use crate::rules::{Check, Group, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "trail-logging-off",
    group: Group::Posture,
    severity: Severity::Note,
    since: "0.1.0",
    sources: &["checkov CKV_AWS_251"],
    check: Check::Workspace(check),
};

static WEAK: Weak = Weak {
    argument: "enable_logging",
    says: "the trail records nothing: its logging is off",
    help: "set `enable_logging` to `true`, or take the trail away",
};

fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    weak::off(&WEAK, true, ctx, report);
}
