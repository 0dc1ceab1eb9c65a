//! What it finds, why, and its tests: `channel_policy_action.md`.

use super::policy::LakePolicy;
use crate::finding::Severity;
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "channel-policy-action",
    group: Group::Lake,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &["CloudTrail ResourcePolicyNotValidException"],
    doc: include_str!("channel_policy_action.md"),
    check: Check::Policy(check),
};

fn check(site: &PolicySite, ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    if let Some(policy) = LakePolicy::on("channel", site, ctx) {
        policy.report_foreign_actions(report);
    }
}
