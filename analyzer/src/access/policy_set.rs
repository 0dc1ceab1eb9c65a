//! The policies that have a say in a decision.

use crate::eval::symbol::Symbol;
use crate::truth::Truth;

use super::compiled::CompiledPolicy;

/// Policies of one kind that are attached to one thing.
///
/// As a boundary or a session policy, nothing attached means that there is none.
#[derive(Debug, Clone, Copy)]
pub struct Attached<'a> {
    /// Those that are attached for certain.
    pub policies: &'a [&'a CompiledPolicy],
    /// Those that may be attached.
    pub possible: &'a [&'a CompiledPolicy],
    /// What may attach more.
    pub open: &'a [Symbol],
    /// Whether all that is attached is known but for `possible` and `open`. Where it is
    /// not, more may be attached out of view.
    pub in_view: bool,
}

impl<'a> Attached<'a> {
    /// Nothing is attached.
    pub const NONE: Self = Self { policies: &[], possible: &[], open: &[], in_view: true };

    /// What is attached is not known.
    pub const NOT_IN_VIEW: Self = Self { policies: &[], possible: &[], open: &[], in_view: false };

    /// These and no others.
    #[must_use]
    pub const fn all(policies: &'a [&'a CompiledPolicy]) -> Self {
        Self { policies, ..Self::NONE }
    }

    /// Whether there is none, for certain.
    pub(super) const fn is_none(&self) -> bool {
        self.policies.is_empty() && self.possible.is_empty() && self.is_closed()
    }

    /// Whether no more may be attached.
    pub(super) const fn is_closed(&self) -> bool {
        self.open.is_empty() && self.in_view
    }
}

/// Policies of an organization: what is attached to each level from the root to the account.
#[derive(Debug, Clone, Copy)]
pub struct Guardrails<'a> {
    /// The levels; none where nothing restricts.
    pub levels: &'a [Attached<'a>],
    /// Whether the account is bound by them: not so for the management account.
    pub bind: Truth,
}

impl Guardrails<'_> {
    /// There are none.
    pub const NONE: Self = Self { levels: &[], bind: Truth::Yes };
}

/// All policies that have a say in a decision.
#[derive(Debug, Clone, Copy)]
pub struct Policies<'a> {
    /// What is attached to the caller: a user's own and those of its groups, or a role's.
    pub identity: Attached<'a>,
    /// The caller's permissions boundary.
    pub boundary: Attached<'a>,
    /// The session policies.
    pub session: Attached<'a>,
    /// The policy of the resource: the trust policy of a role.
    pub resource: Attached<'a>,
    /// Service control policies of the caller's account.
    pub service_control: Guardrails<'a>,
    /// Resource control policies of the resource's account, without `RCPFullAWSAccess`.
    pub resource_control: Guardrails<'a>,
    /// Whether S3 Block Public Access keeps strangers from the bucket.
    pub public_access_blocked: Truth,
}

impl Policies<'_> {
    /// No policy anywhere, and nothing known of S3 Block Public Access.
    pub const NONE: Self = Self {
        identity: Attached::NONE,
        boundary: Attached::NONE,
        session: Attached::NONE,
        resource: Attached::NONE,
        service_control: Guardrails::NONE,
        resource_control: Guardrails::NONE,
        public_access_blocked: Truth::Unknown,
    };
}
