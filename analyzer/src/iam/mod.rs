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

use rustc_hash::{FxHashMap, FxHashSet};
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
    principals_by_arn: FxHashMap<Key, Vec<usize>>,
    principals_at: FxHashMap<(SmolStr, SmolStr), usize>,
    resources_by_arn: FxHashMap<Key, Vec<usize>>,
    /// The same by what stands behind the partition.
    resources_by_rest: FxHashMap<Key, Vec<usize>>,
    resources_at: FxHashMap<(SmolStr, SmolStr), usize>,
    resources_by_name: FxHashMap<Key, Vec<usize>>,
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
        let (resources, account_policies) = join::resources(parts, &sites);
        let principals = join::principals(parts, &sites);
        let (aws, names) = (AwsDocuments::of(&principals), Names::of(&principals));
        let (principals_by_arn, principals_at) =
            index(principals.iter().map(|it| (&it.arn, it.origin, &it.stack, &it.address)));
        let (resources_by_arn, resources_at) =
            index(resources.iter().map(|it| (&it.arn, it.origin, &it.stack, &it.address)));
        let mut resources_by_name: FxHashMap<Key, Vec<usize>> = FxHashMap::default();
        for (index, resource) in resources.iter().enumerate() {
            let keys: FxHashSet<Key> = resource.names.iter().map(Key::new).collect();
            keys.into_iter().for_each(|key| resources_by_name.entry(key).or_default().push(index));
        }
        let mut resources_by_rest: FxHashMap<Key, Vec<usize>> = FxHashMap::default();
        for (index, resource) in resources.iter().enumerate() {
            if let Some(rest) = partition::behind_partition(&resource.arn) {
                resources_by_rest.entry(Key::new(&rest)).or_default().push(index);
            }
        }
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
        let found = self.principals_by_arn.get(&Key::new(arn)).into_iter().flatten();
        found.filter_map(|index| self.principals.get(*index))
    }

    /// The principal that the resource `address` of `stack` declares or looks up.
    #[must_use]
    pub fn at(&self, stack: &str, address: &str) -> Option<&Principal> {
        self.principals_at.get(&(stack.into(), address.into())).and_then(|index| self.principals.get(*index))
    }

    /// The resources of which `arn` is the ARN whatever its holes are.
    pub fn resources_with_arn(&self, arn: &Text) -> impl Iterator<Item = &PolicedResource> {
        let found = self.resources_by_arn.get(&Key::new(arn)).into_iter().flatten();
        found.filter_map(|index| self.resources.get(*index)).map(|it| &**it)
    }

    /// The resources of which `arn` is the ARN whatever its holes are, the partition left aside where it is not known.
    #[must_use]
    pub fn resources_meant_by(&self, arn: &Text) -> Vec<&PolicedResource> {
        let rest = partition::behind_partition(arn).and_then(|rest| self.resources_by_rest.get(&Key::new(&rest)));
        let Some(rest) = rest else { return self.resources_with_arn(arn).collect() };
        let found = rest.iter().filter_map(|index| self.resources.get(*index)).map(|it| &**it);
        found.filter(|it| are_one_arn(&it.arn, arn)).collect()
    }

    /// The resource that is declared or looked up as `address` of `stack`.
    #[must_use]
    pub fn resource_at(&self, stack: &str, address: &str) -> Option<&PolicedResource> {
        let index = self.resources_at.get(&(stack.into(), address.into()))?;
        self.resources.get(*index).map(|it| &**it)
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

type ByArn = FxHashMap<Key, Vec<usize>>;
type ByAddress = FxHashMap<(SmolStr, SmolStr), usize>;

/// Where things are by their ARNs and addresses. What is only named has no address.
fn index<'a>(things: impl Iterator<Item = (&'a Text, Origin, &'a SmolStr, &'a SmolStr)>) -> (ByArn, ByAddress) {
    let (mut by_arn, mut at) = (ByArn::default(), ByAddress::default());
    for (index, (arn, origin, stack, address)) in things.enumerate() {
        by_arn.entry(Key::new(arn)).or_default().push(index);
        if origin != Origin::Named {
            at.insert((stack.clone(), address.clone()), index);
        }
    }
    (by_arn, at)
}
