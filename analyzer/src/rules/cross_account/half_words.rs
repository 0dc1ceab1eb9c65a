//! What findings about halves of grants say of principals, resources, actions and files, and where.

use std::collections::hash_map::Entry;

use rustc_hash::FxHashMap;

use super::account_words;
use crate::access::grants::{Grant, GrantTarget, State};
use crate::finding::Fix;
use crate::iam::{PolicedResource, Principal, PrincipalKind, ResourcePolicySource};
use crate::policy::model::Leaf;
use crate::rules::{FindingBuilder, PolicySite, Report, RuleContext, listing};
use crate::source::{Span, path};

/// How many actions or principals a message names.
const NAMED: usize = 3;

/// ``role `deploy` of account 111122223333``
pub(super) fn principal(principal: &Principal) -> String {
    let kind = if principal.kind == PrincipalKind::User { "user" } else { "role" };
    format!("{kind} `{}` of {}", name(principal), account_words::shown(&principal.account))
}

/// Its name, or its address if a part of the name is not known.
fn name(principal: &Principal) -> String {
    principal.name.as_known().unwrap_or_else(|| principal.address.clone()).to_string()
}

/// ``bucket `aws_s3_bucket.logs` of account 111122223333``, without the kind.
pub(super) fn target(target: GrantTarget<'_>) -> String {
    format!("`{}` of {}", called(target), account_words::shown(target.account()))
}

/// The address of a role or a resource, or its ARN if it is not declared.
pub(super) fn called(target: GrantTarget<'_>) -> String {
    match target {
        GrantTarget::Role(role) if role.address.is_empty() => role.arn.display(),
        GrantTarget::Role(role) => role.address.to_string(),
        GrantTarget::Resource(resource) => address(resource),
    }
}

/// The address of a resource, or its ARN if it is not declared.
pub(super) fn address(resource: &PolicedResource) -> String {
    if resource.address.is_empty() { resource.arn.display() } else { resource.address.to_string() }
}

/// The policy on `resource` that someone wrote.
pub(super) fn policy_on<'a>(resource: &PolicedResource, ctx: &RuleContext<'a>) -> Option<&'a PolicySite> {
    resource.policies.iter().find_map(|policy| match policy.source {
        ResourcePolicySource::Site(index) => ctx.policies.get(index),
        ResourcePolicySource::Implied(_) | ResourcePolicySource::Default(_) => None,
    })
}

/// The actions, each once.
pub(super) fn actions(leaves: &[&Leaf]) -> String {
    listed(leaves.iter().map(|leaf| leaf.text.display()))
}

/// Names of actions, each once.
pub(super) fn names(names: impl Iterator<Item = impl ToString>) -> String {
    listed(names.map(|name| name.to_string()))
}

/// Names, each once: `` `a`, `b` and 2 more ``.
fn listed(all: impl Iterator<Item = String>) -> String {
    listing::some_of(listing::each_once(all.map(|name| format!("`{name}`"))), NAMED, "more")
}

/// The path of the file that `span` is in.
pub(super) fn file(span: Span, ctx: &RuleContext<'_>) -> String {
    ctx.sources.file(span.file).path().to_string()
}

/// What a grant is about, as an identity policy names it: the ARN, or the address if that is not known.
pub(super) fn arn(grant: &Grant<'_>) -> String {
    let arn = match grant.target {
        GrantTarget::Role(role) => &role.arn,
        GrantTarget::Resource(resource) => &resource.arn,
    };
    arn.as_known().map_or_else(|| called(grant.target), |arn| arn.to_string())
}

/// The ARN of a principal, or its address if that is not known.
pub(super) fn arn_of(principal: &Principal) -> String {
    principal.arn.as_known().unwrap_or_else(|| principal.address.clone()).to_string()
}

/// What all findings about grants end with.
pub(super) fn finish(finding: FindingBuilder<'_>, grant: &Grant<'_>, fix: Option<Fix>) {
    let finding = if grant.likely { finding.likely() } else { finding };
    if let Some(fix) = fix {
        finding.fix(fix);
    }
}

/// A grant that lacks a half, and the others that the same text claims.
pub(super) struct Lack<'a> {
    pub(super) grant: Grant<'a>,
    /// The place of the text.
    place: Span,
    others: Vec<&'a Principal>,
}

/// The grants with an action in `state`, one for each text that claims it on one target in one use of a policy.
pub(super) fn lacking<'a>(grants: &'a [Grant<'a>], state: State, ctx: &RuleContext<'a>) -> Vec<Lack<'a>> {
    let mut found: Vec<Lack<'a>> = Vec::new();
    let mut by_place: FxHashMap<(Option<usize>, usize, Span), usize> = FxHashMap::default();
    for grant in grants.iter().filter(|grant| !grant.in_state(state).is_empty()) {
        let place = place(grant, ctx);
        match by_place.entry((grant.site, grant.ends().1, place)) {
            Entry::Occupied(known) => found.get_mut(*known.get()).into_iter().for_each(|it| it.add(grant.principal)),
            Entry::Vacant(new) => {
                new.insert(found.len());
                found.push(Lack::at(grant.clone(), place));
            }
        }
    }
    found
}

/// The text that claims a grant: in the policy, or where it was written in the same directory.
fn place(grant: &Grant<'_>, ctx: &RuleContext<'_>) -> Span {
    let Some(site) = grant.site.and_then(|index| ctx.policies.get(index)) else { return grant.leaf.span };
    let directory = |span: Span| path::parent(ctx.sources.file(span.file).path()).to_owned();
    let is_near = directory(grant.leaf.span) == directory(site.document.span);
    let reference = grant.leaf.via.first().filter(|_| !is_near);
    reference.copied().unwrap_or(grant.leaf.span)
}

impl<'a> Lack<'a> {
    /// The lack that is said at the text that claims `grant`.
    pub(super) fn new(grant: Grant<'a>, ctx: &RuleContext<'_>) -> Self {
        let place = place(&grant, ctx);
        Self::at(grant, place)
    }

    /// The lack that is said at `place`.
    pub(super) const fn at(grant: Grant<'a>, place: Span) -> Self {
        Self { grant, place, others: Vec::new() }
    }

    /// Those of whom it is true, the first one first.
    pub(super) fn principals(&self) -> impl Iterator<Item = &'a Principal> + '_ {
        std::iter::once(self.grant.principal).chain(self.others.iter().copied())
    }

    pub(super) const fn place(&self) -> Span {
        self.place
    }

    pub(super) fn add(&mut self, principal: &'a Principal) {
        let is_known = |it: &Principal| it.address == principal.address && it.stack == principal.stack;
        if !is_known(self.grant.principal) && !self.others.iter().any(|it| is_known(it)) {
            self.others.push(principal);
        }
    }

    /// Says `message`, and of whom else it is true.
    pub(super) fn report<'r>(&self, message: &str, report: &'r mut Report<'_>) -> FindingBuilder<'r> {
        report.enter(self.grant.site);
        report.leaf_at(self.grant.leaf, self.place, self.message(message))
    }

    /// `message`, and of whom else it is true.
    pub(super) fn message(&self, message: &str) -> String {
        match self.others.as_slice() {
            [] => message.to_owned(),
            others => format!("{message}; so it is with {}", listed(others.iter().map(|it| name(it)))),
        }
    }
}

/// What the four rules about halves say of a workspace; each has its own examples in its page.
#[cfg(test)]
mod tests {
    use crate::rules::Rule;
    use crate::rules::cross_account::{
        assume_role_missing_identity_half, assume_role_missing_trust_half, missing_identity_half, missing_resource_half,
    };
    use crate::rules::testing::in_workspace;

    const ACCOUNTS: &str = r#"
variable "x" {}
provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["111111111111"]
}
provider "aws" {
  alias               = "data"
  region              = "eu-west-1"
  allowed_account_ids = ["222222222222"]
}
locals {
  ec2 = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }]
  })
}
"#;

    const ROLE: &str = "resource \"aws_iam_role\" \"app\" {\n  name = \"app\"\n  assume_role_policy = local.ec2\n}\n";

    fn found(rule: &'static Rule, text: &str) -> Vec<String> {
        in_workspace(rule, "", &[("main.tf", &format!("{ACCOUNTS}{text}"))])
    }

    /// A resource of the other account.
    fn there(ty: &str, label: &str, body: &str) -> String {
        format!("resource \"{ty}\" \"{label}\" {{\n  provider = aws.data\n{body}\n}}\n")
    }

    fn document(statement: &str) -> String {
        format!("jsonencode({{ Version = \"2012-10-17\", Statement = [{{ Effect = \"Allow\", {statement} }}] }})")
    }

    fn trusting(principal: &str) -> String {
        let policy = document(&format!(r#"Action = "sts:AssumeRole", Principal = {{ AWS = {principal} }}"#));
        there("aws_iam_role", "admin", &format!("  name = \"admin\"\n  assume_role_policy = {policy}"))
    }

    fn may(statement: &str) -> String {
        let policy = document(statement);
        format!(
            "resource \"aws_iam_role_policy\" \"app\" {{\n  role = aws_iam_role.app.name\n  policy = {policy}\n}}\n"
        )
    }

    #[test]
    fn several_principals_of_one_text() {
        let roles = "resource \"aws_iam_role\" \"app\" {\n  for_each = toset([\"a\", \"b\"])\n  name = each.key\n  assume_role_policy = local.ec2\n}\n";
        let all = found(
            &assume_role_missing_identity_half::RULE,
            &format!("{roles}{}", trusting("[for role in aws_iam_role.app : role.arn]")),
        );
        let message = "role `a` of account 111111111111 is trusted by `aws_iam_role.admin`, but no policy of it allows `sts:AssumeRole` on that role; so it is with `b`";
        assert_eq!(all.len(), 1);
        assert!(all[0].ends_with(message), "{all:?}");
    }

    #[test]
    fn a_permission_of_a_function() {
        let function =
            there("aws_lambda_function", "f", "  function_name = \"f\"\n  role = \"arn:aws:iam::222222222222:role/x\"");
        let permission = there(
            "aws_lambda_permission",
            "f",
            "  function_name = aws_lambda_function.f.function_name\n  action = \"lambda:InvokeFunction\"\n  principal = aws_iam_role.app.arn",
        );
        assert_eq!(
            found(&missing_identity_half::RULE, &format!("{ROLE}{function}{permission}")),
            [
                "aws_iam_role.app.arn | error: role `app` of account 111111111111 is let into `aws_lambda_function.f`, but no policy of it allows `lambda:InvokeFunction` there"
            ]
        );
    }

    #[test]
    fn keys() {
        let key = |policy: &str| there("aws_kms_key", "k", policy);
        let with = |principal: &str| {
            key(&format!(
                "  policy = {}",
                document(&format!(
                    r#"Action = ["kms:Decrypt", "kms:PutKeyPolicy"], Resource = "*", Principal = {{ AWS = {principal} }}"#
                ))
            ))
        };
        let decrypt = may(r#"Action = "kms:Decrypt", Resource = aws_kms_key.k.arn"#);
        let identity = |text: String| found(&missing_identity_half::RULE, &format!("{ROLE}{text}")).len();
        let resource = |text: String| found(&missing_resource_half::RULE, &format!("{ROLE}{text}")).len();
        assert_eq!(identity(with("aws_iam_role.app.arn")), 1);
        assert_eq!(identity(with("aws_iam_role.app.arn") + &decrypt), 0, "keys are managed in their own account only");
        assert_eq!(resource(key("") + &decrypt), 1, "the default policy trusts its own account");
        assert_eq!(resource(with("aws_iam_role.app.arn") + &decrypt), 0);
        assert_eq!(resource(with("var.x") + &decrypt), 0);
        let grant = there(
            "aws_kms_grant",
            "g",
            "  key_id = aws_kms_key.k.key_id\n  grantee_principal = aws_iam_role.app.arn\n  operations = [\"Decrypt\"]",
        );
        assert_eq!(identity(with("aws_iam_role.app.arn") + &grant), 0, "a grant needs no policy of the caller");
    }

    #[test]
    fn accounts_of_one_map_are_likely_two() {
        let text = r#"
variable "accounts" {
  type = map(string)
}
provider "aws" {
  assume_role {
    role_arn = "arn:aws:iam::${var.accounts["tools"]}:role/apply"
  }
}
provider "aws" {
  alias = "data"
  assume_role {
    role_arn = "arn:aws:iam::${var.accounts["data"]}:role/apply"
  }
}
resource "aws_iam_role" "app" {
  name               = "app"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [] })
}
"#;
        let text = format!("{text}{}", trusting("aws_iam_role.app.arn"));
        let all = in_workspace(&assume_role_missing_identity_half::RULE, "", &[("main.tf", &text)]);
        assert_eq!(
            all,
            [
                "aws_iam_role.app.arn | likely error: role `app` of account `tools` is trusted by `aws_iam_role.admin`, but no policy of it allows `sts:AssumeRole` on that role"
            ]
        );
    }

    #[test]
    fn roles_of_conditions_that_are_not_known() {
        let assume = may(r#"Action = "sts:AssumeRole", Resource = aws_iam_role.admin.arn"#);
        let trust = |condition: &str| {
            let policy = document(&format!(
                r#"Action = "sts:AssumeRole", Principal = {{ AWS = "111111111111" }}, Condition = {{ {condition} }}"#
            ));
            let role = there("aws_iam_role", "admin", &format!("  name = \"admin\"\n  assume_role_policy = {policy}"));
            found(&assume_role_missing_trust_half::RULE, &format!("{ROLE}{assume}{role}")).len()
        };
        assert_eq!(trust(r#"StringEquals = { "sts:ExternalId" = "x" }"#), 0);
        assert_eq!(trust(r#"ArnLike = { "aws:PrincipalArn" = "arn:aws:iam::111111111111:role/a*" }"#), 0);
        assert_eq!(trust(r#"ArnLike = { "aws:PrincipalArn" = "arn:aws:iam::111111111111:role/b*" }"#), 1);
    }

    #[test]
    fn buckets_with_access_control_lists() {
        let bucket = |acl: &str| {
            let text = there("aws_s3_bucket", "b", &format!("  bucket = \"b\"\n  {acl}"));
            let get = may(r#"Action = "s3:GetObject", Resource = "arn:aws:s3:::b/*""#);
            found(&missing_resource_half::RULE, &format!("{ROLE}{get}{text}")).len()
        };
        assert_eq!(bucket(""), 1);
        assert_eq!(bucket("acl = \"private\""), 1);
        assert_eq!(bucket("acl = \"public-read\""), 0);
        assert_eq!(bucket("acl = var.x"), 0);
    }

    #[test]
    fn file_systems_are_open_without_a_policy() {
        let files = there("aws_efs_file_system", "f", "  creation_token = \"f\"");
        let mount = may(r#"Action = "elasticfilesystem:ClientMount", Resource = aws_efs_file_system.f.arn"#);
        assert_eq!(found(&missing_resource_half::RULE, &format!("{ROLE}{mount}{files}")), [""; 0]);
    }
}
