//! What it finds, why, and its tests: `eds_policy_action.md`.

use super::policy::LakePolicy;
use crate::finding::Severity;
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "eds-policy-action",
    group: Group::Lake,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &["CloudTrail ResourcePolicyNotValidException"],
    doc: include_str!("eds_policy_action.md"),
    check: Check::Policy(check),
};

fn check(site: &PolicySite, ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    if let Some(policy) = LakePolicy::on("eventdatastore", site, ctx) {
        policy.report_foreign_actions(report);
    }
}
