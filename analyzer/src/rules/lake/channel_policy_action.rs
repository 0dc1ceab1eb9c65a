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
    check: Check::Policy(check),
};

fn check(site: &PolicySite, ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    if let Some(policy) = LakePolicy::on("channel", site, ctx) {
        policy.report_foreign_actions(report);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::in_workspace;

    fn found(arn: &str, action: &str) -> Vec<String> {
        let text = format!(
            r#"
variable "x" {{}}
resource "awscc_cloudtrail_resource_policy" "x" {{
  resource_arn    = {arn}
  resource_policy = jsonencode({{ Statement = [{{ Effect = "Allow", Principal = {{ AWS = "111122223333" }}, {action} }}] }})
}}
"#
        );
        in_workspace(&RULE, "", &[("main.tf", &text)])
    }

    const CHANNEL: &str = r#""arn:aws:cloudtrail:eu-west-1:111122223333:channel/a""#;

    #[test]
    fn only_what_stands_for_nothing_else() {
        for good in
            [r#""cloudtrail-data:PutAuditEvents""#, r#""CloudTrail-Data:putauditevents""#, r#""cloudtrail-data:*""#]
        {
            assert_eq!(found(CHANNEL, &format!("Action = {good}")), [""; 0], "{good}");
        }
        for open in ["var.x", r#""cloudtrail-data:${var.x}""#, r#""${var.x}""#] {
            assert_eq!(found(CHANNEL, &format!("Action = {open}")), [""; 0], "{open}");
        }
        for bad in [r#""*""#, r#""cloudtrail*:*""#, r#""cloudtrail:${var.x}""#, r#""s3:GetObject""#] {
            assert_eq!(found(CHANNEL, &format!("Action = {bad}")).len(), 1, "{bad}");
        }
        let left_out = found(CHANNEL, r#"NotAction = "cloudtrail:GetChannel""#);
        assert_eq!(
            left_out,
            ["NotAction | error: the policy of a channel has to name its actions, not to leave some out"]
        );
    }

    #[test]
    fn only_on_channels() {
        let bad = r#"Action = "cloudtrail:GetChannel""#;
        assert_eq!(found("var.x", bad), [""; 0]);
        assert_eq!(found(r#""arn:aws:cloudtrail:eu-west-1:111122223333:${var.x}/a""#, bad), [""; 0]);
        assert_eq!(found(r#""arn:aws:cloudtrail:eu-west-1:111122223333:channel/${var.x}""#, bad).len(), 1);
    }
}
