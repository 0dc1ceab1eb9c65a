//! What one stack says of principals and resources, taken out of its evaluator.
//!
//! What the resources of a stack say is taken as it is: a claim is one resource's word
//! about a principal that it may not declare itself. Claims are joined when all stacks are
//! read.

mod claims;
mod encryption;
mod grants;
mod mention;
mod organization;
mod principals;
mod resources;
mod stack;

use std::cell::RefCell;
use std::sync::Arc;

use smol_str::SmolStr;

use crate::aws::sites as table;
use crate::eval::account::Account;
use crate::eval::evaluator::{Evaluator, Existence, ResourceInstance};
use crate::eval::text::Text;
use crate::eval::value::Value;
use crate::module::{Mode, ResourceAddress};
use crate::source::Span;

use super::organization::OrganizationMember;
use super::principal::Principal;
use super::resource::PolicedResource;
use super::stack::StackAccounts;

pub(super) use claims::{Claim, ClaimSubject, Says};
pub(super) use encryption::{KeyAlias, KeyClaim, KeyMention};
pub(super) use mention::Mention;
pub(super) use organization::{OrganizationPolicyDeclaration, TargetClaim};
pub(super) use resources::{ResourceClaim, ResourceSays, ResourceSubject};

/// What one stack says, before it is joined with what others say.
#[derive(Debug, Clone, Default)]
pub struct StackPart {
    /// Principals without what claims add to them.
    pub(super) principals: Vec<Principal>,
    /// Managed policies.
    pub(super) managed: Vec<ManagedPolicyDeclaration>,
    /// What is said of principals of this stack and of others.
    pub(super) claims: Vec<Claim>,
    /// Resources without what claims put on them.
    pub(super) resources: Vec<Arc<PolicedResource>>,
    /// What is said of resources of this stack and of others.
    pub(super) resource_claims: Vec<ResourceClaim>,
    /// Aliases of keys.
    pub(super) key_aliases: Vec<KeyAlias>,
    /// Policies of organizations.
    pub(super) organization_policies: Vec<OrganizationPolicyDeclaration>,
    /// What policies of organizations are attached to.
    pub(super) target_claims: Vec<TargetClaim>,
    /// Accounts and units.
    pub(super) members: Vec<OrganizationMember>,
    /// Where it is applied.
    pub(super) stack: StackAccounts,
    /// Names that are marked `sensitive`.
    pub(super) secrets: Vec<SmolStr>,
}

impl StackPart {
    /// Gives back the room that lists have for more: a part is kept for as long as its stack is in view.
    fn shrink(&mut self) {
        self.principals.shrink_to_fit();
        self.claims.shrink_to_fit();
        self.resources.shrink_to_fit();
        self.resource_claims.shrink_to_fit();
    }
}

/// A resource that makes a managed policy, whose document is at the same address.
#[derive(Debug, Clone)]
pub(in crate::iam) struct ManagedPolicyDeclaration {
    pub(super) stack: SmolStr,
    pub(super) address: SmolStr,
    pub(super) arn: Text,
}

/// What the stack that `evaluator` evaluates says.
#[must_use]
pub fn of_stack(evaluator: &Evaluator<'_>) -> StackPart {
    let part = StackPart { stack: stack::accounts(evaluator), ..StackPart::default() };
    let mut collector = Collector { evaluator, part, secrets: RefCell::default() };
    for instance in evaluator.resources_where(says_something).iter().take_while(|_| evaluator.is_wanted()) {
        collector.instance(instance);
    }
    let mut part = StackPart { secrets: collector.secrets.into_inner(), ..collector.part };
    part.shrink();
    part
}

/// Whether a block of that address may be a principal or a resource with a policy, or say something of one.
fn says_something(address: &ResourceAddress) -> bool {
    let ty = &address.ty;
    let is_something = principals::is_principal(ty) || resources::has_policy(ty);
    let is_in_tables = || table::links(ty).next().is_some() || table::policies(ty).next().is_some();
    let says = || {
        principals::is_managed_policy(ty)
            || organization::is_part(ty)
            || ty == resources::ACCESS_CONTROL_TYPE
            || encryption::is_about_keys(ty)
            || is_in_tables()
    };
    is_something || address.mode == Mode::Managed && says()
}

/// Whether something may stand in `instance` at `path`, the names of blocks and of an attribute with dots between:
/// what is not written there is no policy.
fn may_be_written(instance: &ResourceInstance, path: &str) -> bool {
    instance.decl.body.mentions(path.split(['.', '[']).next().unwrap_or_default())
}

struct Collector<'e, 'a> {
    evaluator: &'e Evaluator<'a>,
    part: StackPart,
    secrets: RefCell<Vec<SmolStr>>,
}

impl Collector<'_, '_> {
    fn instance(&mut self, instance: &Arc<ResourceInstance>) {
        let principal = self.principal(instance);
        let resource = self.resource(instance);
        if instance.decl.address.mode == Mode::Managed {
            self.managed_policy(instance);
            self.claims_of(instance, principal);
            self.resource_claims(instance, resource);
            self.access_control(instance, resource);
            self.encryption(instance, resource);
            self.key_alias(instance);
            self.organization(instance);
        }
    }

    /// The text of an attribute; a hole if it is not known, `None` if it is null.
    fn text(&self, instance: &Arc<ResourceInstance>, name: &str) -> Option<Text> {
        let value = self.evaluator.attribute(instance, name);
        let text = value.to_text();
        if value.sensitive {
            self.secrets.borrow_mut().extend(text.as_ref().and_then(Text::as_known));
        }
        text
    }

    /// The account that `instance` is in.
    fn account(&self, instance: &ResourceInstance) -> Account {
        self.evaluator.account(instance)
    }
}

/// The value of an attribute and its place.
struct Placed {
    value: Value,
    span: Span,
    existence: Existence,
}

/// Whether `instance` stands in a module that is not the user's to mend.
fn is_downloaded(instance: &ResourceInstance) -> bool {
    instance.module().and_then(|module| module.node()).is_some_and(|node| node.downloaded)
}
