//! What it finds, why, and its tests: `deny_blocks_grant.md`.

use super::blocked::{self, Blocked};
use super::half_words as words;
use crate::access::Half;
use crate::access::grants::Blocker;
use crate::finding::Severity;
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext};
use crate::source::Span;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "deny-blocks-grant",
    group: Group::CrossAccount,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &[],
    check: Check::Workspace(check),
};

fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    if !ctx.policies.iter().any(denies) {
        return;
    }
    for blocked in blocked::grants(ctx.access) {
        if let Blocker::Deny { half, span } = blocked.by {
            say(&blocked, half, span, report);
        }
    }
}

/// Whether a statement of the policy denies for certain.
fn denies(site: &PolicySite) -> bool {
    let mut effects = site.document.statements.iter().filter_map(|statement| statement.effect.as_ref());
    effects.any(|effect| effect.text.as_known().is_some_and(|effect| effect == "Deny"))
}

fn say(blocked: &Blocked<'_>, half: Half, deny: Span, report: &mut Report<'_>) {
    let grant = &blocked.grant;
    let (who, target, actions) =
        (words::principal(grant.principal), words::target(grant.target), words::actions(&blocked.actions));
    let place = match half {
        Half::Identity => "a policy of the principal",
        Half::Boundary => "the boundary of the principal",
        Half::Session => "a session policy",
        Half::Resource => "the policy on the target",
        Half::ServiceControl => "a service control policy",
        Half::ResourceControl => "a resource control policy",
    };
    report.enter(grant.site);
    let finding = report
        .leaf(grant.leaf, format!("{who} is denied {actions} on {target}: this grant has no effect"))
        .label(deny, format!("denied here, in {place}"))
        .help("take the grant back, or except it from the Deny: nothing else outweighs a Deny");
    words::finish(finding, grant, None);
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::rules::testing::in_workspace;

    /// A role `app` of account 111111111111 that is allowed `actions` on the role `admin` of account 222222222222.
    pub(in crate::rules) fn assuming(rest: &str, actions: &str) -> String {
        format!(
            r#"
provider "aws" {{
  region              = "eu-west-1"
  allowed_account_ids = ["111111111111"]
}}
provider "aws" {{
  alias               = "data"
  region              = "eu-west-1"
  allowed_account_ids = ["222222222222"]
}}
resource "aws_iam_role" "app" {{
  name = "app"
  assume_role_policy = jsonencode({{ Version = "2012-10-17", Statement = [{{ Effect = "Allow", Action = "sts:AssumeRole", Principal = {{ Service = "ec2.amazonaws.com" }} }}] }})
  {rest}
}}
resource "aws_iam_role_policy" "app" {{
  role   = aws_iam_role.app.name
  policy = jsonencode({{ Version = "2012-10-17", Statement = [{{ Effect = "Allow", Action = {actions}, Resource = "arn:aws:iam::222222222222:role/admin" }}] }})
}}
"#
        )
    }

    /// The role `admin` of account 222222222222, which trusts `principal`.
    pub(in crate::rules) fn trusting(principal: &str) -> String {
        format!(
            r#"
resource "aws_iam_role" "admin" {{
  provider           = aws.data
  name               = "admin"
  assume_role_policy = jsonencode({{ Version = "2012-10-17", Statement = [{{ Effect = "Allow", Action = "sts:AssumeRole", Principal = {{ AWS = {principal} }} }}] }})
}}
"#
        )
    }

    fn deny(rest: &str) -> String {
        format!(
            r#"
variable "x" {{}}
resource "aws_iam_role_policy" "deny" {{
  role   = aws_iam_role.app.name
  policy = jsonencode({{ Version = "2012-10-17", Statement = [{{ Effect = "Deny", {rest} }}] }})
}}
"#
        )
    }

    fn found(denied: &str) -> Vec<String> {
        let text = assuming("", r#""sts:AssumeRole""#) + &trusting("aws_iam_role.app.arn") + &deny(denied);
        in_workspace(&RULE, "", &[("main.tf", &text)])
    }

    #[test]
    fn a_deny_of_the_caller() {
        assert_eq!(
            found(r#"Action = "sts:*", Resource = "*""#),
            [
                "aws_iam_role.app.arn | error: role `app` of account 111111111111 is denied `sts:AssumeRole` on `aws_iam_role.admin` of account 222222222222: this grant has no effect"
            ]
        );
        assert_eq!(found(r#"NotAction = "s3:*", Resource = "*""#).len(), 1);
    }

    #[test]
    fn denies_of_something_else() {
        for denied in [
            r#"Action = "s3:*", Resource = "*""#,
            r#"Action = "sts:AssumeRole", Resource = "arn:aws:iam::222222222222:role/other""#,
            r#"Action = "sts:AssumeRole", Resource = var.x"#,
            r#"Action = var.x, Resource = "*""#,
            r#"Action = "sts:*", Resource = "*", Condition = { Bool = { "aws:MultiFactorAuthPresent" = "false" } }"#,
            r#"NotAction = "sts:*", Resource = "*""#,
        ] {
            assert_eq!(found(denied), [""; 0], "{denied}");
        }
    }

    #[test]
    fn a_deny_of_the_resource() {
        let queue = |deny: &str| {
            let text = format!(
                r#"{}
resource "aws_iam_role_policy" "send" {{
  role   = aws_iam_role.app.name
  policy = jsonencode({{ Version = "2012-10-17", Statement = [{{ Effect = "Allow", Action = "sqs:*", Resource = "arn:aws:sqs:eu-west-1:222222222222:jobs" }}] }})
}}
resource "aws_sqs_queue" "jobs" {{
  provider = aws.data
  region   = "eu-west-1"
  name     = "jobs"
}}
resource "aws_sqs_queue_policy" "jobs" {{
  provider  = aws.data
  queue_url = aws_sqs_queue.jobs.id
  policy = jsonencode({{ Version = "2012-10-17", Statement = [
    {{ Effect = "Allow", Action = ["sqs:SendMessage", "sqs:ReceiveMessage"], Resource = aws_sqs_queue.jobs.arn, Principal = {{ AWS = aws_iam_role.app.arn }} }},
    {{ Effect = "Deny", Action = "{deny}", Resource = aws_sqs_queue.jobs.arn, Principal = "*" }},
  ] }})
}}
"#,
                assuming("", r#""sts:AssumeRole""#)
            );
            in_workspace(&RULE, "", &[("main.tf", &text)])
        };
        assert_eq!(
            queue("sqs:Send*"),
            [
                "aws_iam_role.app.arn | error: role `app` of account 111111111111 is denied `sqs:SendMessage` on `aws_sqs_queue.jobs` of account 222222222222: this grant has no effect"
            ]
        );
        assert_eq!(queue("sqs:PurgeQueue"), [""; 0]);
    }

    /// Both halves, an organization that has the two accounts, and what it denies.
    fn organization(unit: &str, ty: &str, statement: &str) -> Vec<String> {
        let organization = format!(
            r#"
resource "aws_organizations_organizational_unit" "work" {{
  name      = "work"
  parent_id = "r-ab12"
}}
resource "aws_organizations_account" "app" {{
  name      = "app"
  email     = "app@example.com"
  parent_id = aws_organizations_organizational_unit.work.id
}}
resource "aws_organizations_account" "data" {{
  name      = "data"
  email     = "data@example.com"
  parent_id = aws_organizations_organizational_unit.work.id
}}
resource "aws_organizations_policy" "edge" {{
  name    = "edge"
  type    = "{ty}"
  content = jsonencode({{ Version = "2012-10-17", Statement = [{{ Effect = "Deny", {statement} }}] }})
}}
resource "aws_organizations_policy_attachment" "edge" {{
  policy_id = aws_organizations_policy.edge.id
  target_id = {unit}
}}
"#
        );
        let settings = "[accounts.app]\nid = \"111111111111\"\n[accounts.data]\nid = \"222222222222\"\n";
        let text = assuming("", r#""sts:AssumeRole""#) + &trusting("aws_iam_role.app.arn") + &organization;
        in_workspace(&RULE, settings, &[("main.tf", &text)])
    }

    #[test]
    fn denies_of_an_organization() {
        let scp = |unit: &str| {
            organization(unit, "SERVICE_CONTROL_POLICY", r#"Action = ["sts:AssumeRole"], Resource = "*""#).len()
        };
        assert_eq!(scp("aws_organizations_organizational_unit.work.id"), 1);
        assert_eq!(scp("aws_organizations_account.app.id"), 1);
        assert_eq!(scp(r#""111111111111""#), 1);
        assert_eq!(scp(r#""r-ab12""#), 1);
        assert_eq!(scp("aws_organizations_account.data.id"), 0, "the role is what is restricted there, not the caller");
        assert_eq!(scp(r#""ou-ab12-11111111""#), 0);
        let rcp = |unit: &str, condition: &str| {
            let statement = format!(r#"Action = "sts:*", Resource = "*", Principal = "*" {condition}"#);
            organization(unit, "RESOURCE_CONTROL_POLICY", &statement).len()
        };
        assert_eq!(rcp("aws_organizations_account.data.id", ""), 1);
        assert_eq!(rcp("aws_organizations_account.app.id", ""), 0);
        let strangers = r#", Condition = { StringNotEqualsIfExists = { "aws:PrincipalOrgID" = "o-a1b2c3d4e5" } }"#;
        assert_eq!(rcp("aws_organizations_account.data.id", strangers), 0);
    }

    #[test]
    fn the_management_account_is_bound_by_nothing() {
        let text = assuming("", r#""sts:AssumeRole""#) + &trusting("aws_iam_role.app.arn");
        let scp = r#"
resource "aws_organizations_policy" "edge" {
  name    = "edge"
  content = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Deny", Action = "*", Resource = "*" }] })
}
resource "aws_organizations_policy_attachment" "edge" {
  policy_id = aws_organizations_policy.edge.id
  target_id = "111111111111"
}
"#;
        assert_eq!(in_workspace(&RULE, "", &[("main.tf", &(text + scp))]), [""; 0], "it may be the management account");
    }
}
