//! A policy as a principal has it.

use crate::aws::facts::ManagedPolicy;
use crate::eval::evaluator::Existence;
use crate::eval::symbol::Symbol;
use crate::eval::text::Text;
use crate::source::Span;

/// A policy that a principal has, or that bounds it.
#[derive(Debug, Clone)]
pub struct AttachedPolicy {
    /// The policy.
    pub source: PolicySource,
    /// Where it is attached: the attribute that holds it or names it.
    pub via: Span,
    /// Whether it is attached.
    pub existence: Existence,
}

/// Where the statements of a policy are found.
#[derive(Debug, Clone)]
pub enum PolicySource {
    /// In view: the index of the policy.
    Site(usize),
    /// One that AWS keeps and of which facts are at hand.
    Aws(ManagedPolicy),
    /// Not in view: the ARN of a managed policy, or the name of one of a permission set.
    NotInView(Text),
    /// Any policy, depending on what the symbol turns out to be.
    Unknown(Symbol),
}

impl AttachedPolicy {
    /// Whether it is attached in every apply.
    #[must_use]
    pub fn is_certain(&self) -> bool {
        self.existence == Existence::Certain
    }
}
