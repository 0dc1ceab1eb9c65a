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
    doc: include_str!("org_trusted_access.md"),
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
