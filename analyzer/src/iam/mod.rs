//! Who is there, and which policies they have: roles, users, groups and permission sets
//! of the whole workspace, with what is attached to them from any of its stacks.
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
mod join;
mod key;
mod principal;
#[cfg(test)]
mod tests;

use rustc_hash::FxHashMap;

use crate::eval::text::Text;
use crate::policy::sites::PolicySite;

pub use attachment::{AttachedPolicy, PolicySource};
pub use collect::{StackPart, of_stack};
pub use principal::{Assignment, Exclusive, Membership, Principal, PrincipalKind, PrincipalOrigin};

use key::Key;

/// The principals in view. Policies are indices into the list that the model was made with.
#[derive(Debug, Default)]
pub struct IamModel {
    principals: Vec<Principal>,
    by_arn: FxHashMap<Key, Vec<usize>>,
    by_address: FxHashMap<(smol_str::SmolStr, smol_str::SmolStr), usize>,
}

impl IamModel {
    /// Joins what the stacks say. `policies` are those of all stacks.
    #[must_use]
    pub fn new(parts: Vec<StackPart>, policies: &[PolicySite]) -> Self {
        let principals = join::principals(parts, policies);
        let mut model = Self { principals, ..Self::default() };
        for (index, principal) in model.principals.iter().enumerate() {
            model.by_arn.entry(Key::new(&principal.arn)).or_default().push(index);
            if principal.origin != PrincipalOrigin::Named {
                model.by_address.insert((principal.stack.clone(), principal.address.clone()), index);
            }
        }
        model
    }

    /// All principals: those that are declared, in the order of stacks and addresses, and
    /// behind them those that are only looked up or named.
    #[must_use]
    pub fn principals(&self) -> &[Principal] {
        &self.principals
    }

    /// The principals of which `arn` is the ARN whatever its holes are.
    pub fn with_arn(&self, arn: &Text) -> impl Iterator<Item = &Principal> {
        let found = self.by_arn.get(&Key::new(arn)).into_iter().flatten();
        found.filter_map(|index| self.principals.get(*index))
    }

    /// The principal that the resource `address` of `stack` declares or looks up.
    #[must_use]
    pub fn at(&self, stack: &str, address: &str) -> Option<&Principal> {
        self.by_address.get(&(stack.into(), address.into())).and_then(|index| self.principals.get(*index))
    }
}
