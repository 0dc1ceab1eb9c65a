//! What it finds, why, and its tests: `org_trail_account.md`.

use std::collections::BTreeMap;

use super::organizations::{OfOrganization, SERVICE, managed, of_organizations};
use crate::aws::facts::cloudtrail::{Limit, limit};
use crate::cloudtrail::{Declared, Kind};
use crate::config::AccountRole;
use crate::eval::account::{Account, same};
use crate::eval::evaluator::Existence;
use crate::eval::text::Text;
use crate::finding::Severity;
use crate::policy::model::Leaf;
use crate::rules::arguments::leaf;
use crate::rules::text::may_be;
use crate::rules::{Check, Group, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "org-trail-account",
    group: Group::Trail,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &[
        "CloudTrail CannotDelegateManagementAccountException",
        "CloudTrail DelegatedAdminAccountLimitExceededException",
        "CloudTrail NotOrganizationMasterAccountException",
        "CloudTrail OrganizationNotInAllFeaturesModeException",
    ],
    check: Check::Workspace(check),
};

fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    let all = of_organizations(ctx);
    if let (Some(first), Some(organization)) = (all.first(), managed(ctx)) {
        features(first, organization, report);
    }
    let managers = managers(ctx);
    for it in all.iter().filter(|_| !managers.is_empty()) {
        if !managers.iter().any(|manager| same(it.account, manager).truth.may_be()) {
            elsewhere(it, report);
        }
    }
    administrators(ctx, report);
}

/// An organization without all features.
fn features(first: &OfOrganization<'_>, organization: &Declared, report: &mut Report<'_>) {
    let Some(set) = organization.settings.argument("feature_set").and_then(leaf) else { return };
    if set.text.as_known().is_some_and(|set| set == "CONSOLIDATED_BILLING") {
        let finding = report
            .leaf(&set, "an organization without all features has no organization trails")
            .label(first.says.span, "this is one for all of the organization");
        first.recording.refused(finding, "OrganizationNotInAllFeaturesModeException");
    }
}

/// The accounts from which organization trails are made: the management account and those that administer
/// CloudTrail. None at all if it is not known which is the management account.
fn managers(ctx: &RuleContext<'_>) -> Vec<Account> {
    let accounts = ctx.access.accounts();
    let of_name = |name: &str| accounts.of_text(&Text::known(name));
    let declared = accounts.declared().iter();
    let management = declared.clone().filter(|account| account.roles.contains(&AccountRole::Management));
    let mut managers: Vec<Account> = management.map(|account| of_name(&account.name)).collect();
    managers.extend(managed(ctx).map(|organization| organization.account.clone()));
    if managers.is_empty() {
        return managers;
    }
    let administers = declared.filter(|account| account.delegated_admin_for.iter().any(|service| service == SERVICE));
    managers.extend(administers.map(|account| of_name(&account.name)));
    managers.extend(delegated(ctx).map(|(_, account)| accounts.of_text(&account.text)));
    managers
}

/// The accounts that resources make administrators of CloudTrail, or may make.
fn delegated<'a>(ctx: &RuleContext<'a>) -> impl Iterator<Item = (&'a Declared, Leaf)> {
    ctx.cloudtrail.declared(Kind::DelegatedAdministrator).iter().filter_map(|declared| {
        let service = declared.settings.argument("service_principal").and_then(leaf);
        let is_for_cloudtrail = service.is_none_or(|service| may_be(&service.text, SERVICE));
        let account = declared.settings.argument("account_id").and_then(leaf)?;
        is_for_cloudtrail.then_some((declared, account))
    })
}

fn elsewhere(it: &OfOrganization<'_>, report: &mut Report<'_>) {
    let message = format!(
        "{} for all of the organization is made in the account that manages it or CloudTrail",
        it.recording.name()
    );
    let finding = report.leaf(&it.says, message);
    // Someone may have made the account an administrator by hand.
    it.recording
        .refused(finding, "NotOrganizationMasterAccountException")
        .help("make the account an administrator with `aws_cloudtrail_organization_delegated_admin_account`, in the management account")
        .likely();
}

/// Administrators that cannot be, or are too many.
fn administrators(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    let mut by_stack: BTreeMap<&str, usize> = BTreeMap::new();
    for (declared, account) in delegated(ctx) {
        let named = ctx.access.accounts().of_text(&account.text);
        if same(&named, &declared.account).truth.is_yes() {
            let message = "the management account cannot be an administrator beside itself";
            let finding = report.leaf(&account, message);
            finding.label(declared.span, "AWS answers with `CannotDelegateManagementAccountException`");
            continue;
        }
        if declared.existence != Existence::Certain || !is_certain(declared) {
            continue;
        }
        let count = by_stack.entry(&declared.stack).or_default();
        *count += 1;
        let most = limit(Limit::DelegatedAdministrators);
        if *count == most + 1 {
            let message = format!("CloudTrail has no more than {most} administrators in an organization");
            let finding = report.leaf(&account, message);
            finding.label(declared.span, "AWS answers with `DelegatedAdminAccountLimitExceededException`");
        }
    }
}

/// Whether an administrator is one of CloudTrail for certain.
fn is_certain(declared: &Declared) -> bool {
    let service = declared.settings.argument("service_principal").and_then(leaf);
    service.is_none_or(|service| service.text.as_known().is_some_and(|name| name == SERVICE))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::in_workspace;

    const ACCOUNTS: &str = r#"
[accounts.main]
id = "111111111111"
roles = ["management"]
[accounts.audit]
id = "222222222222"
"#;

    fn in_account(account: &str, text: &str) -> Vec<String> {
        let provider = format!("variable \"x\" {{}}\nprovider \"aws\" {{\n  allowed_account_ids = [{account}]\n}}\n");
        in_workspace(&RULE, ACCOUNTS, &[("main.tf", &format!("{provider}{text}"))])
    }

    fn administrator(name: &str, account: &str) -> String {
        format!(
            "resource \"aws_cloudtrail_organization_delegated_admin_account\" \"{name}\" {{\n  account_id = {account}\n}}\n"
        )
    }

    const TRAIL: &str = "resource \"aws_cloudtrail\" \"x\" {\n  name = \"main\"\n  s3_bucket_name = \"logs\"\n  is_organization_trail = true\n}\n";

    #[test]
    fn who_may_be_the_manager_is_left_alone() {
        assert_eq!(in_account("\"222222222222\"", TRAIL).len(), 1);
        assert_eq!(in_account("\"111111111111\"", TRAIL), [""; 0]);
        assert_eq!(in_account("var.x", TRAIL), [""; 0]);
        let delegated =
            |account: &str| in_account("\"222222222222\"", &format!("{}{TRAIL}", administrator("a", account)));
        assert_eq!(delegated("\"333333333333\"").len(), 1);
        assert_eq!(delegated("var.x"), [""; 0]);
        let no_roles = in_workspace(&RULE, "", &[("main.tf", TRAIL)]);
        assert_eq!(no_roles, [""; 0]);
    }

    #[test]
    fn three_administrators() {
        let some = |number: usize| {
            let one = |n: usize| administrator(&format!("a{n}"), &format!("\"33333333333{n}\""));
            in_account("\"111111111111\"", &(0..number).map(one).collect::<String>())
        };
        assert_eq!(some(3), [""; 0]);
        assert_eq!(some(4), ["333333333333 | error: CloudTrail has no more than 3 administrators in an organization"]);
        assert_eq!(in_account("\"111111111111\"", &administrator("a", "\"111111111111\"")).len(), 1);
    }
}
