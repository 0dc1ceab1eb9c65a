//! Resources and data sources that are principals or managed policies.

use std::sync::Arc;

use thin_vec::{ThinVec, thin_vec};

use crate::eval::evaluator::ResourceInstance;
use crate::eval::symbol::Cause;
use crate::iam::principal::{Exclusive, Origin, Principal, PrincipalKind};
use crate::module::Mode;

use super::{Collector, ManagedPolicyDeclaration, is_downloaded};

/// A resource type that makes principals.
struct PrincipalType {
    ty: &'static str,
    kind: PrincipalKind,
    name: &'static str,
    arn: &'static str,
}

/// Sorted by type. Names of attributes are those of the providers' schemas.
const PRINCIPAL_TYPES: &[PrincipalType] = &[
    PrincipalType { ty: "aws_iam_group", kind: PrincipalKind::Group, name: "name", arn: "arn" },
    PrincipalType { ty: "aws_iam_role", kind: PrincipalKind::Role, name: "name", arn: "arn" },
    PrincipalType { ty: "aws_iam_service_linked_role", kind: PrincipalKind::Role, name: "name", arn: "arn" },
    PrincipalType { ty: "aws_iam_user", kind: PrincipalKind::User, name: "name", arn: "arn" },
    PrincipalType { ty: "aws_ssoadmin_permission_set", kind: PrincipalKind::PermissionSet, name: "name", arn: "arn" },
    PrincipalType { ty: "awscc_iam_group", kind: PrincipalKind::Group, name: "group_name", arn: "arn" },
    PrincipalType { ty: "awscc_iam_role", kind: PrincipalKind::Role, name: "role_name", arn: "arn" },
    PrincipalType { ty: "awscc_iam_service_linked_role", kind: PrincipalKind::Role, name: "role_name", arn: "arn" },
    PrincipalType { ty: "awscc_iam_user", kind: PrincipalKind::User, name: "user_name", arn: "arn" },
    PrincipalType {
        ty: "awscc_sso_permission_set",
        kind: PrincipalKind::PermissionSet,
        name: "name",
        arn: "permission_set_arn",
    },
];

/// What data sources call the name that they look up, where it differs from the resource's.
const LOOKED_UP: &[(&str, &str)] = &[("aws_iam_group", "group_name"), ("aws_iam_user", "user_name")];

/// Resource types that make managed policies, each with its attribute that is the ARN.
const MANAGED_POLICY_TYPES: &[(&str, &str)] = &[("aws_iam_policy", "arn"), ("awscc_iam_managed_policy", "policy_arn")];

/// Whether resources or data sources of type `ty` are principals.
pub(super) fn is_principal(ty: &str) -> bool {
    principal_type(ty).is_some()
}

/// Whether resources of type `ty` make managed policies.
pub(super) fn is_managed_policy(ty: &str) -> bool {
    MANAGED_POLICY_TYPES.iter().any(|(known, _)| *known == ty)
}

fn principal_type(ty: &str) -> Option<&'static PrincipalType> {
    PRINCIPAL_TYPES.get(PRINCIPAL_TYPES.binary_search_by_key(&ty, |facts| facts.ty).ok()?)
}

impl Collector<'_, '_> {
    /// Keeps the principal that `instance` is; its index in the part.
    pub(super) fn principal(&mut self, instance: &Arc<ResourceInstance>) -> Option<usize> {
        let ty = instance.ty().as_str();
        let facts = principal_type(ty)?;
        let looked_up = match instance.decl.address.mode {
            Mode::Managed => false,
            Mode::Data => true,
            Mode::Ephemeral => return None,
        };
        let data_name = LOOKED_UP.iter().find(|(known, _)| *known == ty && looked_up).map(|(_, name)| *name);
        let name = data_name.unwrap_or(facts.name);
        let service_linked = ty.ends_with("_service_linked_role");
        let others = looked_up || service_linked;
        let header = instance.decl.header;
        let more = || self.evaluator.symbol(format!("{}.policies", instance.address), Cause::Computed, Some(header));
        let principal = Principal {
            kind: facts.kind,
            origin: if looked_up { Origin::LookedUp } else { Origin::Declared },
            stack: self.evaluator.scope_name().clone(),
            address: instance.address.clone(),
            account: self.account(instance),
            arn: self.text(instance, facts.arn)?,
            name: self.text(instance, name)?,
            path: self.text(instance, "path"),
            trust: None,
            given_trust: None,
            policies: ThinVec::new(),
            groups: ThinVec::new(),
            assignments: ThinVec::new(),
            open: if others { thin_vec![more()] } else { ThinVec::new() },
            boundary: None,
            exclusive: Exclusive::default(),
            existence: instance.existence.clone(),
            downloaded: is_downloaded(instance),
            span: instance.decl.body.attribute(name).map_or(header, |attribute| attribute.span()),
            service_linked,
        };
        self.part.principals.push(principal);
        Some(self.part.principals.len() - 1)
    }

    /// Keeps the managed policy that `instance` makes.
    pub(super) fn managed_policy(&mut self, instance: &Arc<ResourceInstance>) {
        let found = MANAGED_POLICY_TYPES.iter().find(|(ty, _)| ty == instance.ty());
        let Some(arn) = found.and_then(|(_, arn)| self.text(instance, arn)) else { return };
        let (stack, address) = (self.evaluator.scope_name().clone(), instance.address.clone());
        self.part.managed.push(ManagedPolicyDeclaration { stack, address, arn });
    }
}

#[cfg(test)]
mod tests {
    use super::PRINCIPAL_TYPES;

    #[test]
    fn types_are_sorted() {
        assert!(PRINCIPAL_TYPES.is_sorted_by_key(|facts| facts.ty));
    }
}
