//! Who and what is there, and which policies they have: roles, users, groups and permission
//! sets of the whole workspace, with what is attached to them from any of its stacks;
//! resources with the policies on them; the policies of organizations.
//!
//! Things are joined by what they are called. Two texts are one name if they are equal for
//! every value of their holes, so `aws_iam_role.ci.name`, an output that passed it on and a
//! literal of the same letters all lead to one role. A name is one only within an account:
//! where it is not known whether two accounts are one, what is attached is there perhaps.
//!
//! This layer must not decide who may do what. What it cannot know it keeps: a principal
//! that something unknown may be attached to is `open`.

mod attachment;
mod collect;
mod documents;
mod encryption;
mod held;
mod index;
mod join;
mod key;
mod lookup;
mod names;
mod organization;
mod partition;
mod principal;
mod resource;
mod stack;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use smol_str::SmolStr;

use crate::eval::text::Text;
use crate::policy::model::PolicyDocument;
use crate::policy::sites::PolicySite;

pub use attachment::{AttachedPolicy, PolicySource};
pub use collect::{StackPart, of_stack};
pub use encryption::{Encryption, EncryptionKey};
pub use held::Held;
pub use key::Key;
pub use lookup::Asker;
pub use names::Meant;
pub use organization::{MemberKind, OrganizationMember, OrganizationPolicy, Target};
pub(crate) use partition::are_one_arn;
pub use principal::{Assignment, Exclusive, Membership, Origin, Principal, PrincipalKind};
pub use resource::{AccountPolicy, PolicedResource, ResourcePolicy, ResourcePolicySource};
pub use stack::StackAccounts;

use documents::AwsDocuments;
use index::Index;
use join::SitesAt;
use names::Names;

/// Everything in view that has policies. Policies are indices into the list that the model was made with.
#[derive(Debug, Default)]
pub struct IamModel {
    principals: Vec<Principal>,
    resources: Vec<Arc<PolicedResource>>,
    account_policies: Vec<AccountPolicy>,
    organization_policies: Vec<OrganizationPolicy>,
    full_access: Vec<Target>,
    members: Vec<OrganizationMember>,
    stacks: Vec<StackAccounts>,
    aws: AwsDocuments,
    names: Names,
    secrets: Vec<SmolStr>,
    principals_by_arn: Index,
    principals_at: Index,
    resources_by_arn: Index,
    /// The same by what stands behind the partition.
    resources_by_rest: Index,
    resources_at: Index,
    /// By their services and each of their names.
    resources_by_name: Index,
}

impl IamModel {
    /// The trust policy of a role, where it is in view or AWS gives it.
    #[must_use]
    pub fn trust<'m>(&self, role: &'m Principal, policies: &'m [PolicySite]) -> Option<&'m Arc<PolicyDocument>> {
        let written = role.trust.and_then(|index| policies.get(index)).map(|site| &site.document);
        written.or(role.given_trust.as_ref())
    }

    /// Joins what the stacks say. `policies` are those of all stacks.
    #[must_use]
    pub fn new(parts: &[&StackPart], policies: &[PolicySite]) -> Self {
        let sites = SitesAt::new(policies);
        let (organization_policies, full_access) = join::organization_policies(parts, &sites);
        let members = parts.iter().flat_map(|part| &part.members).cloned().collect();
        let stacks = parts.iter().map(|part| part.stack.clone()).collect();
        let secrets = parts.iter().flat_map(|part| &part.secrets).cloned().collect();
        let join::Resources { resources, account_policies, by_arn: resources_by_arn, by_name: resources_by_name } =
            join::resources(parts, &sites);
        let principals = join::principals(parts, &sites);
        let (aws, names) = (AwsDocuments::of(&principals), Names::of(&principals));
        let principals_at = at(principals.iter().map(|it| (it.origin, &it.stack, &it.address)));
        let resources_at = at(resources.iter().map(|it| (it.origin, &it.stack, &it.address)));
        let principals_by_arn = Index::of(principals.iter().map(|it| Key::new(&it.arn)).zip(0..));
        let rests = resources.iter().map(|it| partition::behind_partition(&it.arn)).zip(0..);
        let resources_by_rest = Index::of(rests.filter_map(|(rest, number)| Some((Key::new(&rest?), number))));
        Self {
            principals,
            resources,
            account_policies,
            organization_policies,
            full_access,
            members,
            stacks,
            aws,
            names,
            secrets,
            principals_by_arn,
            principals_at,
            resources_by_arn,
            resources_by_rest,
            resources_at,
            resources_by_name,
        }
    }

    /// All principals: those that are declared, in the order of stacks and addresses, and
    /// behind them those that are only looked up or named.
    #[must_use]
    pub fn principals(&self) -> &[Principal] {
        &self.principals
    }

    /// All resources that can have a policy, in the same order.
    #[must_use]
    pub fn resources(&self) -> &[Arc<PolicedResource>] {
        &self.resources
    }

    /// The policies on everything of a service in an account.
    #[must_use]
    pub fn account_policies(&self) -> &[AccountPolicy] {
        &self.account_policies
    }

    /// The service and resource control policies.
    #[must_use]
    pub fn organization_policies(&self) -> &[OrganizationPolicy] {
        &self.organization_policies
    }

    /// What AWS's own service control policy, which allows everything, is said to be attached to.
    #[must_use]
    pub fn full_access(&self) -> &[Target] {
        &self.full_access
    }

    /// The accounts and organizational units that resources make.
    #[must_use]
    pub fn organization_members(&self) -> &[OrganizationMember] {
        &self.members
    }

    /// Names of principals and resources that are marked `sensitive`: they are never printed.
    #[must_use]
    pub fn secrets(&self) -> &[SmolStr] {
        &self.secrets
    }

    /// What the stacks are applied in, in their order.
    #[must_use]
    pub fn stacks(&self) -> &[StackAccounts] {
        &self.stacks
    }

    /// The principals of which `arn` is the ARN whatever its holes are.
    pub fn with_arn(&self, arn: &Text) -> impl Iterator<Item = &Principal> {
        self.principal_numbers(arn).filter_map(|number| self.principals.get(number))
    }

    /// The principal that the resource `address` of `stack` declares or looks up.
    #[must_use]
    pub fn at(&self, stack: &str, address: &str) -> Option<&Principal> {
        let is_there = |(stack, address): &(&str, &str), number: usize| {
            self.principals.get(number).is_some_and(|it| it.stack == *stack && it.address == *address)
        };
        let number = self.principals_at.get((stack, address), is_there).last();
        number.and_then(|number| self.principals.get(number))
    }

    /// The resources of which `arn` is the ARN whatever its holes are.
    pub fn resources_with_arn(&self, arn: &Text) -> impl Iterator<Item = &PolicedResource> {
        self.resource_numbers(arn).filter_map(|number| self.resources.get(number)).map(|it| &**it)
    }

    /// The resources of which `arn` is the ARN whatever its holes are, the partition left aside where it is not known.
    #[must_use]
    pub fn resources_meant_by(&self, arn: &Text) -> Vec<&PolicedResource> {
        let Some(rest) = partition::behind_partition(arn) else { return self.resources_with_arn(arn).collect() };
        let is_its = |rest: &Key, number: usize| {
            let resource = self.resources.get(number).and_then(|it| partition::behind_partition(&it.arn));
            resource.is_some_and(|it| rest.is_of(&it))
        };
        let mut found = self.resources_by_rest.get(Key::new(&rest), is_its).peekable();
        if found.peek().is_none() {
            return self.resources_with_arn(arn).collect();
        }
        let found = found.filter_map(|number| self.resources.get(number)).map(|it| &**it);
        found.filter(|it| are_one_arn(&it.arn, arn)).collect()
    }

    /// The resource that is declared or looked up as `address` of `stack`.
    #[must_use]
    pub fn resource_at(&self, stack: &str, address: &str) -> Option<&PolicedResource> {
        let is_there = |(stack, address): &(&str, &str), number: usize| {
            self.resources.get(number).is_some_and(|it| it.stack == *stack && it.address == *address)
        };
        let number = self.resources_at.get((stack, address), is_there).last()?;
        self.resources.get(number).map(|it| &**it)
    }

    fn principal_numbers(&self, arn: &Text) -> impl Iterator<Item = usize> + use<'_> {
        let is_its = |arn: &Key, number: usize| self.principals.get(number).is_some_and(|it| arn.is_of(&it.arn));
        self.principals_by_arn.get(Key::new(arn), is_its)
    }

    fn resource_numbers(&self, arn: &Text) -> impl Iterator<Item = usize> + use<'_> {
        let is_its = |arn: &Key, number: usize| self.resources.get(number).is_some_and(|it| arn.is_of(&it.arn));
        self.resources_by_arn.get(Key::new(arn), is_its)
    }

    /// The document of a policy; `None` if it is not known. `policies` are those that the model was made with.
    #[must_use]
    pub fn document<'m>(
        &'m self,
        source: &PolicySource,
        policies: &'m [PolicySite],
    ) -> Option<&'m Arc<PolicyDocument>> {
        match source {
            PolicySource::Site(index) => policies.get(*index).map(|site| &site.document),
            PolicySource::Aws(facts) => self.aws.get(facts.name),
            PolicySource::NotInView(_) | PolicySource::Unknown(_) => None,
        }
    }
}

/// Where things are by their stacks and addresses. What is only named has no address.
fn at<'a>(things: impl Iterator<Item = (Origin, &'a SmolStr, &'a SmolStr)>) -> Index {
    let addressed = things.zip(0..).filter(|((origin, ..), _)| *origin != Origin::Named);
    Index::of(addressed.map(|((_, stack, address), number)| ((stack.as_str(), address.as_str()), number)))
}
