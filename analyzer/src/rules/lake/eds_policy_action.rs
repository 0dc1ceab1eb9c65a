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
    check: Check::Policy(check),
};

fn check(site: &PolicySite, ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    if let Some(policy) = LakePolicy::on("eventdatastore", site, ctx) {
        policy.report_foreign_actions(report);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::in_workspace;

    fn found(settings: &str, action: &str) -> usize {
        let text = format!(
            r#"
resource "awscc_cloudtrail_resource_policy" "x" {{
  resource_arn    = "arn:aws:cloudtrail:eu-west-1:111122223333:eventdatastore/a"
  resource_policy = jsonencode({{ Statement = [{{ Effect = "Deny", Principal = "*", Action = "{action}" }}] }})
}}
"#
        );
        in_workspace(&RULE, settings, &[("main.tf", &text)]).len()
    }

    #[test]
    fn a_list_of_eight() {
        for good in ["cloudtrail:StartQuery", "cloudtrail:GenerateQuery*", "cloudtrail:GetEventDataStore"] {
            assert_eq!(found("", good), 0, "{good}");
        }
        for bad in ["cloudtrail:Get*", "cloudtrail:GetEventDataStoreData", "cloudtrail:PutResourcePolicy", "*"] {
            assert_eq!(found("", bad), 1, "{bad}");
        }
    }

    #[test]
    fn before_there_were_such_policies_another_rule_speaks() {
        assert_eq!(found("as_of = 2024-11-20", "cloudtrail:PutResourcePolicy"), 0);
    }
}
