//! The decision: explicit denies first, then guard rails, then who has to allow what.
//!
//! Sources: IAM User Guide, `reference_policies_evaluation-logic`, its pages
//! `policy-eval-denyallow` and `policy-eval-basics-cross-account`, and
//! `access_policies_boundaries`; AWS KMS Developer Guide, `key-policies`; AWS Organizations
//! User Guide, `orgs_manage_policies_scps` and `orgs_manage_policies_rcps`.

mod voice;
mod weigh;

use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use crate::eval::symbol::Symbol;

use super::accounts::Accounts;
use super::compiled::CompiledPolicy;
use super::policy_set::Policies;
use super::request::Request;
use weigh::Weighed;

/// The answer to "may it".
#[derive(Debug, Clone)]
pub enum Decision<'a> {
    /// It is allowed for every value of the unknowns.
    Allowed(Witness<'a>),
    /// It is denied for every value of the unknowns.
    Denied(Witness<'a>, Denial),
    /// It may be allowed and may be denied: what is in the way of knowing.
    Unknown(Vec<Obstacle>),
}

/// A [`Decision`] without its reasons.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It is allowed for every value of the unknowns.
    Allowed,
    /// It is denied for every value of the unknowns.
    Denied,
    /// It may be allowed and may be denied.
    Unknown,
}

/// How something is denied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Denial {
    /// A statement with the effect `Deny` says so.
    Explicit,
    /// It is not allowed by all that have to allow it.
    Implicit {
        /// Where a statement that allows it is lacking for certain, in the order in which
        /// [`Half`] lists them. Empty where either of two is lacking and which is open.
        missing: Vec<Half>,
    },
}

/// The kinds of policies that have to agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Half {
    /// What is attached to the caller.
    Identity,
    /// The caller's permissions boundary.
    Boundary,
    /// The session policies.
    Session,
    /// The policy of the resource.
    Resource,
    /// A level of service control policies.
    ServiceControl,
    /// A level of resource control policies.
    ResourceControl,
}

/// The statements that decide.
#[derive(Debug, Clone, Default)]
pub struct Witness<'a> {
    /// Them; for what is denied implicitly there are none.
    pub statements: Vec<WitnessStatement<'a>>,
    /// One that allows it as well and is not needed: a policy of the caller has it where the policy of
    /// the resource, in the same account, names the caller.
    pub beside: Option<WitnessStatement<'a>>,
}

/// A statement that decides.
#[derive(Debug, Clone, Copy)]
pub struct WitnessStatement<'a> {
    /// Which kind of policy it is in.
    pub half: Half,
    /// The policy.
    pub policy: &'a CompiledPolicy,
    /// Its number in the policy, from 0.
    pub statement: usize,
}

/// What keeps a decision from being certain.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Obstacle {
    /// The value of this symbol.
    Symbol(Symbol),
    /// What the request holds of this condition key.
    Key(SmolStr),
    /// Policies of this kind that are not in view.
    NotInView(Half),
    /// Which of all that the target stands for is meant: a statement is about a part of it.
    Part,
    /// Whether the caller and the resource are of one account.
    SameAccount,
    /// Whether S3 Block Public Access is on.
    PublicAccess,
    /// Whether something else is attached beside service control policies that allow a list
    /// without it.
    AllowList,
}

/// Decides `request`.
///
/// S3 Block Public Access is taken into account for anonymous callers only, and nothing
/// is said of the VPC endpoint that a request may pass.
#[must_use]
pub fn decide<'a>(request: &Request<'_>, policies: &Policies<'a>, accounts: &dyn Accounts) -> Decision<'a> {
    let weighed = Weighed::of(request, policies, accounts);
    match weighed.verdict() {
        Verdict::Allowed => Decision::Allowed(weighed.allowed_by()),
        Verdict::Denied => {
            let (witness, denial) = weighed.denied_by();
            Decision::Denied(witness, denial)
        }
        Verdict::Unknown => Decision::Unknown(unique(weighed.obstacles(policies))),
    }
}

/// What [`decide`] says, without reasons: for many questions at once.
#[must_use]
pub fn verdict(request: &Request<'_>, policies: &Policies<'_>, accounts: &dyn Accounts) -> Verdict {
    Weighed::of(request, policies, accounts).verdict()
}

fn unique(mut obstacles: Vec<Obstacle>) -> Vec<Obstacle> {
    let mut seen = FxHashSet::default();
    obstacles.retain(|obstacle| seen.insert(obstacle.clone()));
    obstacles
}
