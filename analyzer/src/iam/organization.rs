//! Policies of an organization, and the tree of roots, units and accounts that they hang on.

use smol_str::SmolStr;

use crate::eval::account::Account;
use crate::eval::evaluator::Existence;
use crate::eval::symbol::Symbol;
use crate::eval::text::Text;
use crate::policy::model::PolicyKind;
use crate::source::Span;

/// A service or resource control policy.
#[derive(Debug, Clone)]
pub struct OrganizationPolicy {
    /// Which of the two.
    pub kind: PolicyKind,
    /// The index of the policy.
    pub site: usize,
    /// Its id, as attachments name it.
    pub id: Text,
    /// The account of the organization that it belongs to: the management account or a delegated one.
    pub account: Account,
    /// What it is attached to.
    pub targets: Vec<Target>,
    /// What may attach it to more.
    pub open: Vec<Symbol>,
    /// Whether it is there.
    pub existence: Existence,
}

/// What a policy of an organization is attached to.
#[derive(Debug, Clone)]
pub struct Target {
    /// The number of an account, or the id of a unit or root.
    pub id: Text,
    /// The attribute that names it.
    pub via: Span,
    /// Whether it is attached.
    pub existence: Existence,
}

/// An account or organizational unit that a resource makes.
#[derive(Debug, Clone)]
pub struct OrganizationMember {
    /// Which of the two.
    pub kind: MemberKind,
    /// The number of the account, or the id of the unit.
    pub id: Text,
    /// The id of the unit or root that it is in; `None` for an account in the root.
    pub parent: Option<Text>,
    /// The directory and environment of the stack, as symbols name it.
    pub stack: SmolStr,
    /// The full address of the resource instance.
    pub address: SmolStr,
    /// Whether it is there.
    pub existence: Existence,
}

/// The kinds of members of an organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MemberKind {
    /// An account.
    Account,
    /// An organizational unit.
    Unit,
}
