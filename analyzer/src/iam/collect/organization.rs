//! Policies and members of an organization.

use std::sync::Arc;

use smol_str::SmolStr;
use thin_vec::{ThinVec, thin_vec};

use crate::aws::facts;
use crate::eval::account::Account;
use crate::eval::evaluator::{Existence, ResourceInstance};
use crate::eval::symbol::Cause;
use crate::eval::text::Text;
use crate::iam::attachment::{AttachedPolicy, PolicySource};
use crate::iam::organization::{MemberKind, OrganizationMember};
use crate::iam::principal::{Exclusive, Origin, Principal, PrincipalKind};
use crate::policy::model::PolicyDocument;
use crate::policy::read_text;
use crate::source::Span;

use super::mention::{Mention, Mentions};
use super::{Collector, is_downloaded};

/// A resource that makes a policy of an organization, whose document is at the same address.
#[derive(Debug, Clone)]
pub(in crate::iam) struct OrganizationPolicyDeclaration {
    pub(in crate::iam) stack: SmolStr,
    pub(in crate::iam) address: SmolStr,
    pub(in crate::iam) id: Text,
    pub(in crate::iam) account: Account,
    pub(in crate::iam) existence: Existence,
    /// What the resource itself attaches it to.
    pub(in crate::iam) targets: Mentions,
    /// Where it says so.
    pub(in crate::iam) via: Span,
}

/// An attachment: a policy by its id and a target by its own.
#[derive(Debug, Clone)]
pub(in crate::iam) struct TargetClaim {
    pub(in crate::iam) policy: Mention,
    pub(in crate::iam) target: Mention,
    pub(in crate::iam) via: Span,
    pub(in crate::iam) existence: Existence,
}

/// Sorted by type; the attributes are the id and the parent.
const MEMBER_TYPES: &[(&str, MemberKind, &str, &str)] = &[
    ("aws_organizations_account", MemberKind::Account, "id", "parent_id"),
    ("aws_organizations_organizational_unit", MemberKind::Unit, "id", "parent_id"),
    ("awscc_organizations_account", MemberKind::Account, "account_id", "parent_ids"),
    ("awscc_organizations_organizational_unit", MemberKind::Unit, "organizational_unit_id", "parent_id"),
];

const POLICY_TYPES: &[&str] = &["aws_organizations_policy", "awscc_organizations_policy"];

/// The role that AWS makes in a new account if no other name is given, and the policy that it has.
///
/// Source: AWS Organizations User Guide, `orgs_manage_accounts_access-cross-account-role`.
const ACCESS_ROLE: &str = "OrganizationAccountAccessRole";
const ACCESS_POLICY: &str = "AdministratorAccess";

const ATTACHMENT_TYPE: &str = "aws_organizations_policy_attachment";

/// Whether resources of type `ty` say something of an organization.
pub(super) fn is_part(ty: &str) -> bool {
    POLICY_TYPES.contains(&ty) || ty == ATTACHMENT_TYPE || MEMBER_TYPES.iter().any(|(known, ..)| *known == ty)
}

impl Collector<'_, '_> {
    /// Keeps what `instance` says of an organization.
    pub(super) fn organization(&mut self, instance: &Arc<ResourceInstance>) {
        match instance.ty().as_str() {
            ty if POLICY_TYPES.contains(&ty) => self.organization_policy(instance),
            ATTACHMENT_TYPE => self.organization_attachment(instance),
            ty => {
                let member = MEMBER_TYPES.iter().find(|(known, ..)| *known == ty);
                let member = member.and_then(|(_, kind, id, parent)| self.member(instance, *kind, id, parent));
                let account = member.as_ref().filter(|member| member.kind == MemberKind::Account);
                let role = account.and_then(|member| self.access_role(instance, &member.id));
                self.part.principals.extend(role);
                self.part.members.extend(member);
            }
        }
    }

    /// The role by which the management account gets into the account that `instance` makes. One that was
    /// invited, and is only kept by the resource, may not have it.
    fn access_role(&self, instance: &Arc<ResourceInstance>, id: &Text) -> Option<Principal> {
        let given = self.evaluator.configured(instance, "role_name").filter(|name| !name.is_null());
        let name = given.map_or_else(|| Some(Text::known(ACCESS_ROLE)), |name| name.to_text())?;
        let (evaluator, header) = (self.evaluator, instance.decl.header);
        let partition = evaluator.partition(&evaluator.provider(instance), &evaluator.region(instance)).to_text()?;
        let front = Text::known("arn:").concat(partition).concat(Text::known(":iam::"));
        let arn = front.clone().concat(id.clone()).concat(Text::known(":role/")).concat(name.clone());
        let root = front.concat(self.account(instance).text.clone()).concat(Text::known(":root"));
        let is_made = evaluator.symbol(format!("{}.role", instance.address), Cause::Computed, Some(header));
        let existence = instance.existence.and(&Existence::MayExist(is_made.clone()));
        let attached = |facts| AttachedPolicy {
            source: PolicySource::Aws(facts),
            via: header,
            existence: Existence::MayExist(is_made.clone()),
        };
        Some(Principal {
            kind: PrincipalKind::Role,
            origin: Origin::LookedUp,
            stack: evaluator.scope_name().clone(),
            address: SmolStr::default(),
            account: evaluator.account_of_text(id),
            arn,
            name,
            path: Some(Text::known("/")),
            trust: None,
            given_trust: Some(Arc::new(trust_of(&root, header))),
            policies: facts::managed_policy(ACCESS_POLICY).map(attached).into_iter().collect(),
            groups: ThinVec::new(),
            assignments: ThinVec::new(),
            open: thin_vec![is_made],
            boundary: None,
            exclusive: Exclusive::default(),
            existence,
            downloaded: is_downloaded(instance),
            span: instance.decl.body.attribute("role_name").map_or(header, |attribute| attribute.span()),
            service_linked: false,
        })
    }

    fn organization_policy(&mut self, instance: &Arc<ResourceInstance>) {
        let Some(id) = self.text(instance, "id") else { return };
        let placed = self.values(instance, "target_ids").into_iter().next();
        let declaration = OrganizationPolicyDeclaration {
            stack: self.evaluator.scope_name().clone(),
            address: instance.address.clone(),
            id,
            account: self.account(instance),
            existence: instance.existence.clone(),
            via: placed.as_ref().map_or(instance.decl.header, |placed| placed.span),
            targets: placed.map(|placed| Mentions::of(&placed.value, &placed.existence)).unwrap_or_default(),
        };
        self.part.organization_policies.push(declaration);
    }

    fn organization_attachment(&mut self, instance: &Arc<ResourceInstance>) {
        let mentions = |name: &str| {
            let placed = self.values(instance, name).into_iter().next();
            placed.map(|placed| (Mentions::of_one(&placed.value, &placed.existence), placed.span))
        };
        let (Some((policies, _)), Some((targets, via))) = (mentions("policy_id"), mentions("target_id")) else {
            return;
        };
        for policy in &policies.items {
            for target in &targets.items {
                let (policy, target, existence) = (policy.clone(), target.clone(), instance.existence.clone());
                self.part.target_claims.push(TargetClaim { policy, target, via, existence });
            }
        }
    }

    fn member(
        &self,
        instance: &Arc<ResourceInstance>,
        kind: MemberKind,
        id: &str,
        parent: &str,
    ) -> Option<OrganizationMember> {
        let placed = self.values(instance, parent).into_iter().next();
        let parents = placed.map(|placed| Mentions::of(&placed.value, &placed.existence)).unwrap_or_default();
        let open = parents.open.first().map(|symbol| Text::hole(symbol.clone()));
        Some(OrganizationMember {
            kind,
            id: self.text(instance, id)?,
            parent: open.or_else(|| parents.items.first().map(|mention| mention.text.clone())),
            stack: self.evaluator.scope_name().clone(),
            address: instance.address.clone(),
            existence: instance.existence.clone(),
        })
    }
}

/// The trust policy of a role that `root` may assume.
fn trust_of(root: &Text, span: Span) -> PolicyDocument {
    let before = Text::known(
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":""#,
    );
    read_text(&before.concat(root.clone()).concat(Text::known(r#""}}]}"#)), span)
}
