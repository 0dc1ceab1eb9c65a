//! What it finds, why, and its tests: `trail_not_multi_region.md`.

use super::weak::{self, Weak};
use crate::finding::Severity;
use crate::rules::{Check, Group, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "trail-not-multi-region",
    group: Group::Posture,
    severity: Severity::Note,
    since: "0.1.0",
    sources: &["checkov CKV_AWS_67", "trivy AVD-AWS-0014"],
    check: Check::Workspace(check),
};

static WEAK: Weak = Weak {
    argument: "is_multi_region_trail",
    says: "the trail records the events of one region",
    help: "set `is_multi_region_trail` to `true`",
};

fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    weak::off(&WEAK, false, ctx, report);
}
