//! What it finds, why, and its tests: `org_trusted_access.md`.

use super::organizations::{OfOrganization, SERVICE, managed, of_organizations};
use crate::cloudtrail::{Declared, Kind};
use crate::eval::account::same;
use crate::finding::Severity;
use crate::rules::arguments::{items, leaf};
use crate::rules::report::FindingBuilder;
use crate::rules::text::may_be;
use crate::rules::{Check, Group, Report, Rule, RuleContext};
use crate::truth::Truth;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "org-trusted-access",
    group: Group::Trail,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &["CloudTrail CloudTrailAccessNotEnabledException"],
    check: Check::Workspace(check),
};

/// The list of the services that an organization trusts.
const PRINCIPALS: &str = "aws_service_access_principals";

/// What makes a service trusted as it gives it an administrator.
const REGISTERS: &str = "aws_cloudtrail_organization_delegated_admin_account";

fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    let Some(organization) = managed(ctx) else { return };
    if may_be_trusted(organization, ctx) {
        return;
    }
    for it in of_organizations(ctx) {
        let is_its_own = same(it.account, &organization.account).truth == Truth::Yes;
        let finding = say(&it, organization, report);
        // Another account may be in another organization.
        if !is_its_own {
            finding.likely();
        }
    }
}

/// Whether something may make CloudTrail a trusted service of the organization.
fn may_be_trusted(organization: &Declared, ctx: &RuleContext<'_>) -> bool {
    let listed = organization.settings.argument(PRINCIPALS).map(items).unwrap_or_default();
    let mut accesses = ctx.cloudtrail.declared(Kind::ServiceAccess).iter();
    let gives_access = |access: &Declared| {
        let service = access.settings.argument("service_principal").and_then(leaf);
        service.is_none_or(|service| may_be(&service.text, SERVICE))
    };
    let mut administrators = ctx.cloudtrail.declared(Kind::DelegatedAdministrator).iter();
    !organization.settings.open.is_empty()
        || listed.open
        || listed.leaves.iter().any(|service| may_be(&service.text, SERVICE))
        || accesses.any(gives_access)
        || administrators.any(|it| it.ty == REGISTERS)
}

fn say<'r>(it: &OfOrganization<'_>, organization: &Declared, report: &'r mut Report<'_>) -> FindingBuilder<'r> {
    let listed = organization.settings.argument(PRINCIPALS).map_or(organization.span, |argument| argument.span);
    let message = format!(
        "CloudTrail is no trusted service of the organization: {} for all of it cannot be made",
        it.recording.name()
    );
    let finding = report
        .leaf(&it.says, message)
        .label(listed, format!("`{SERVICE}` is not among the services that the organization trusts"));
    it.recording
        .refused(finding, "CloudTrailAccessNotEnabledException")
        .help(format!("add `{SERVICE}` to `{PRINCIPALS}`, which takes away what it does not list"))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::in_workspace;

    fn found(organization: &str, more: &str) -> Vec<String> {
        let text = format!(
            r#"
variable "x" {{}}
resource "aws_organizations_organization" "x" {{
  {organization}
}}
resource "aws_cloudtrail" "x" {{
  name                  = "main"
  s3_bucket_name        = "logs"
  is_organization_trail = true
}}
{more}
"#
        );
        in_workspace(&RULE, "", &[("main.tf", &text)])
    }

    #[test]
    fn what_may_give_access_is_enough() {
        assert!(found("", "")[0].contains("| error: CloudTrail is no trusted service"));
        for list in ["[\"cloudtrail.amazonaws.com\"]", "var.x", "[var.x]"] {
            assert_eq!(found(&format!("aws_service_access_principals = {list}"), ""), [""; 0], "{list}");
        }
        let access = |service: &str| {
            format!("resource \"aws_organizations_aws_service_access\" \"x\" {{\n  service_principal = {service}\n}}")
        };
        assert_eq!(found("", &access("var.x")), [""; 0]);
        assert_eq!(found("", &access("\"config.amazonaws.com\"")).len(), 1);
        let ignored = "lifecycle {\n    ignore_changes = [aws_service_access_principals]\n  }\n  aws_service_access_principals = []";
        assert_eq!(found(ignored, ""), [""; 0]);
        let second = "resource \"aws_organizations_organization\" \"y\" {}";
        assert_eq!(found("", second), [""; 0], "which of the two the trail is in is not known");
    }
}
