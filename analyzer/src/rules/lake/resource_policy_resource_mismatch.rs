//! What it finds, why, and its tests: `resource_policy_resource_mismatch.md`.

use super::policy::{LakePolicy, types_of};
use crate::aws::pattern::Syntax;
use crate::eval::text::Text;
use crate::finding::{Safety, Severity};
use crate::iam::{Origin, PolicedResource};
use crate::policy::model::{Leaf, Statement};
use crate::rules::text::pattern;
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext, strings};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "resource-policy-resource-mismatch",
    group: Group::Lake,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &["CloudTrail ResourcePolicyNotValidException"],
    check: Check::PolicyInView(check),
};

fn check(site: &PolicySite, ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    let Some(policy) = LakePolicy::read(site, ctx) else { return };
    for statement in policy.statements() {
        if statement.resources.iter().any(|resources| resources.negated) {
            continue;
        }
        for leaf in strings::resources(statement).filter(|leaf| !is_of_dashboards(&policy, statement, leaf)) {
            if is_other(&leaf.text, &policy.subject.text, ctx) {
                say(&policy, leaf, report);
            }
        }
    }
}

/// Whether a statement of an event data store is about dashboards, as AWS's own example of such a policy is.
fn is_of_dashboards(policy: &LakePolicy<'_>, statement: &Statement, leaf: &Leaf) -> bool {
    let is_dashboard = || types_of(&leaf.text, "cloudtrail").iter().any(|ty| ty.name == "dashboard");
    policy.ty == "eventdatastore" && strings::principals(statement, "Service").next().is_some() && is_dashboard()
}

/// Whether `resource` does not match `subject`, whatever the holes of both are.
fn is_other(resource: &Text, subject: &Text, ctx: &RuleContext<'_>) -> bool {
    let covers = pattern(resource, Syntax::Wildcards).covers(&pattern(subject, Syntax::Literal));
    covers.is_no() || are_two(resource, subject, ctx)
}

/// Whether the two are ARNs of different resources: ids that AWS gives differ, though both are unknown.
fn are_two(resource: &Text, subject: &Text, ctx: &RuleContext<'_>) -> bool {
    let declared = |arn: &Text| -> Vec<(&str, &str)> {
        let found = ctx.iam.resources_with_arn(arn).filter(|it| it.origin == Origin::Declared);
        found.map(|it: &PolicedResource| (it.stack.as_str(), it.address.as_str())).collect()
    };
    let (resources, subjects) = (declared(resource), declared(subject));
    !resources.is_empty() && !subjects.is_empty() && !resources.iter().any(|it| subjects.contains(it))
}

fn say(policy: &LakePolicy<'_>, leaf: &Leaf, report: &mut Report<'_>) {
    let name = policy.name().split_once(' ').map_or("resource", |(_, name)| name);
    let subject = policy.subject.text.as_known().filter(|_| report.is_literal(leaf));
    let finding = report.leaf(leaf, format!("the policy of {} can be about that {name} alone", policy.name()));
    let finding = policy.refused(finding).label(policy.subject.span, format!("the {name} that the policy is on"));
    match subject {
        Some(arn) => finding.replace(leaf.span, arn, Safety::Unsafe),
        None => finding.help(format!("name the {name} that the policy is on in `Resource`")),
    };
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::in_workspace;

    fn found(resource: &str) -> usize {
        let text = format!(
            r#"
provider "aws" {{
  region              = "eu-west-1"
  allowed_account_ids = ["111122223333"]
}}
variable "x" {{}}
resource "aws_cloudtrail_event_data_store" "x" {{
  name = "x"
}}
resource "aws_cloudtrail_event_data_store" "y" {{
  name = "y"
}}
resource "awscc_cloudtrail_resource_policy" "x" {{
  resource_arn    = aws_cloudtrail_event_data_store.x.arn
  resource_policy = jsonencode({{ Statement = [{{ Principal = {{ AWS = "*" }}, {resource} }}] }})
}}
"#
        );
        in_workspace(&RULE, "", &[("main.tf", &text)]).len()
    }

    #[test]
    fn what_may_be_the_same_is_left_alone() {
        for good in [
            "Resource = aws_cloudtrail_event_data_store.x.arn",
            "Resource = \"*\"",
            "Resource = \"arn:aws:cloudtrail:*:111122223333:eventdatastore/*\"",
            "Resource = \"arn:aws:cloudtrail:eu-west-1:111122223333:eventdatastore/a\"",
            "Resource = var.x",
            "NotResource = aws_cloudtrail_event_data_store.y.arn",
            "Sid = \"x\"",
        ] {
            assert_eq!(found(good), 0, "{good}");
        }
        for bad in [
            "Resource = aws_cloudtrail_event_data_store.y.arn",
            "Resource = \"arn:aws:cloudtrail:eu-west-1:444455556666:eventdatastore/*\"",
            "Resource = \"arn:aws:cloudtrail:eu-west-1:111122223333:dashboard/*\"",
        ] {
            assert_eq!(found(bad), 1, "{bad}");
        }
    }
}
