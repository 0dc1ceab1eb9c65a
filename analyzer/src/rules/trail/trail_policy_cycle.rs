//! What it finds, why, and its tests: `trail_policy_cycle.md`.

use super::{compose, words};
use crate::finding::Severity;
use crate::rules::{Check, Group, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "trail-policy-cycle",
    group: Group::Trail,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &[],
    check: Check::Workspace(check),
};

fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    for trail in ctx.cloudtrail.trails() {
        for (address, reference) in &trail.order.before {
            if trail.order.after.contains(address) {
                report.enter(None);
                let message = format!(
                    "{} is made after `{address}`, and `{address}` after the trail: Terraform refuses the cycle",
                    words::trail(trail)
                );
                let finding =
                    report.finding(*reference, message).label(trail.span, "this trail depends on what refers to it");
                compose::offer(finding, trail, *reference, ctx);
            }
        }
    }
}
