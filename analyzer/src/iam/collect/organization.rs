//! Policies and members of an organization.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::eval::account::Account;
use crate::eval::evaluator::{Existence, ResourceInstance};
use crate::eval::text::Text;
use crate::iam::organization::{MemberKind, OrganizationMember};
use crate::source::Span;

use super::Collector;
use super::mention::{Mention, Mentions};

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
                self.part.members.extend(member);
            }
        }
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
