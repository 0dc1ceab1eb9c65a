//! The documents that a principal or a resource has, sorted by how certain that is.

use std::sync::Arc;

use crate::eval::evaluator::Existence;
use crate::eval::symbol::Symbol;
use crate::policy::model::PolicyDocument;
use crate::policy::sites::PolicySite;

use super::IamModel;
use super::attachment::{AttachedPolicy, PolicySource};
use super::principal::{Origin, Principal};
use super::resource::{PolicedResource, ResourcePolicySource};

/// Documents of one kind that something has.
#[derive(Debug, Clone, Default)]
pub struct Held<'m> {
    /// Those that it has for certain.
    pub certain: Vec<&'m Arc<PolicyDocument>>,
    /// Those that it may have.
    pub possible: Vec<&'m Arc<PolicyDocument>>,
    /// What may add more.
    pub open: Vec<Symbol>,
    /// Whether it certainly has no document but these and what `open` adds.
    pub in_view: bool,
}

impl<'m> Held<'m> {
    fn nothing() -> Self {
        Self { in_view: true, ..Self::default() }
    }

    fn add(&mut self, document: Option<&'m Arc<PolicyDocument>>, existence: &Existence) {
        match (document, existence) {
            (Some(document), Existence::Certain) => self.certain.push(document),
            (Some(document), Existence::MayExist(_)) => self.possible.push(document),
            (None, _) => self.in_view = false,
        }
    }
}

impl IamModel {
    /// The identity policies of `principal`, those of its groups among them. `policies` are
    /// those that the model was made with.
    #[must_use]
    pub fn identity_policies<'m>(&'m self, principal: &'m Principal, policies: &'m [PolicySite]) -> Held<'m> {
        let mut held = Held::nothing();
        self.hold(principal, &Existence::Certain, policies, &mut held);
        for membership in &principal.groups {
            match self.principals().get(membership.group) {
                Some(group) => self.hold(group, &membership.existence, policies, &mut held),
                None => held.in_view = false,
            }
        }
        held
    }

    /// The boundary of `principal`; nothing at all if it has none for certain.
    #[must_use]
    pub fn boundary<'m>(&'m self, principal: &'m Principal, policies: &'m [PolicySite]) -> Held<'m> {
        let mut held = Held { in_view: principal.origin == Origin::Declared, ..Held::default() };
        if let Some(boundary) = &principal.boundary {
            self.hold_one(boundary, &Existence::Certain, policies, &mut held);
        }
        held
    }

    /// The policies on `resource`.
    #[must_use]
    pub fn resource_policies<'m>(&'m self, resource: &'m PolicedResource, policies: &'m [PolicySite]) -> Held<'m> {
        let mut held = Held::nothing();
        held.open.extend(resource.open.iter().cloned());
        held.in_view = resource.origin == Origin::Declared;
        for policy in &resource.policies {
            let document = match &policy.source {
                ResourcePolicySource::Site(index) => policies.get(*index).map(|site| &site.document),
                ResourcePolicySource::Implied(document) | ResourcePolicySource::Default(document) => Some(document),
            };
            held.add(document, &policy.existence);
        }
        held
    }

    fn hold<'m>(
        &'m self,
        principal: &'m Principal,
        existence: &Existence,
        policies: &'m [PolicySite],
        held: &mut Held<'m>,
    ) {
        held.open.extend(principal.open.iter().cloned());
        for policy in &principal.policies {
            self.hold_one(policy, existence, policies, held);
        }
    }

    fn hold_one<'m>(
        &'m self,
        policy: &'m AttachedPolicy,
        existence: &Existence,
        policies: &'m [PolicySite],
        held: &mut Held<'m>,
    ) {
        match &policy.source {
            PolicySource::Unknown(symbol) => held.open.push(symbol.clone()),
            PolicySource::Site(_) | PolicySource::Aws(_) | PolicySource::NotInView(_) => {
                held.add(self.document(&policy.source, policies), &existence.and(&policy.existence));
            }
        }
    }
}
