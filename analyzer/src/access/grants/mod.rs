//! Grants from one account to another, each as one of its halves claims it.
//!
//! A policy on a resource or a role that names a principal of another account claims a
//! grant, and so does an identity policy that names a resource or a role of another account.
//! Whether the other half is there is asked of [`decide`](super::decide()), action by action,
//! so that denies, boundaries, conditions and `NotAction` need no word here.
//!
//! What is claimed in the whole of a wildcard is there if any of it is: who may do `s3:*`
//! to a bucket need not be let do all of it.
//!
//! Sources: IAM User Guide, `access_policies-cross-account-resource-access` and
//! `reference_policies_evaluation-logic_policy-eval-basics-cross-account`.

pub(super) mod actions;
pub(super) mod identity;
mod keys;
pub(crate) mod named;
pub(super) mod resource;

use std::sync::OnceLock;

use crate::eval::account::{Account, same};
use crate::eval::evaluator::Existence;
use crate::iam::{PolicedResource, Principal};
use crate::policy::model::{Leaf, Statement};
use crate::source::Span;

use super::context::Context;
use super::decide::{Decision, Denial, Half, Witness};
use super::meeting::AtOdds;
use super::organization::Restriction;
use super::request::Action;
use super::view::{AccessView, CallerSide, TargetSide};
use actions::Claimed;
pub use keys::{ByAlias, KeyActions, KeyLack, Lacking, lacking_keys};

/// A grant from one account to another.
#[derive(Debug, Clone)]
pub struct Grant<'a> {
    /// Who is to get it.
    pub principal: &'a Principal,
    /// On what.
    pub target: GrantTarget<'a>,
    /// The string that claims it: the principal in a policy on the target, or the ARN of the
    /// target in a policy of the principal.
    pub leaf: &'a Leaf,
    /// The use of the policy that claims it; `None` for what a resource such as `aws_lambda_permission` amounts to.
    pub site: Option<usize>,
    /// Where that policy is put on the target, or is attached to the principal.
    pub via: Span,
    /// The actions that the statement claims, as it names them, and how far each is granted.
    pub actions: Vec<(&'a Leaf, State)>,
    /// Whether the two accounts are only likely to be two.
    pub likely: bool,
}

/// What a grant is on.
#[derive(Debug, Clone, Copy)]
pub enum GrantTarget<'a> {
    /// A role, to be assumed.
    Role(&'a Principal),
    /// A resource with a policy.
    Resource(&'a PolicedResource),
}

/// How far an action is granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// Both sides allow it.
    Both,
    /// The resource's side does, but not the caller's.
    IdentityMissing,
    /// The caller's side does, but not the resource's.
    ResourceMissing,
    /// Something is in the way, whatever both sides allow.
    Blocked(Blocker),
    /// It cannot be told, or there is more than one thing in the way.
    Unknown,
}

/// What is in the way of a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Blocker {
    /// A statement with the effect `Deny`.
    Deny {
        /// The kind of policy that it is in.
        half: Half,
        /// The statement.
        span: Span,
    },
    /// The permissions boundary of the caller, which does not allow it.
    Boundary,
    /// Conditions that never hold together, one of the caller's side and one of the resource's:
    /// each side allows it, and never when the other one does.
    Conditions(AtOdds),
}

impl State {
    /// What is in the way, if that is all that there is to say.
    #[must_use]
    pub const fn blocker(self) -> Option<Blocker> {
        match self {
            Self::Blocked(blocker) => Some(blocker),
            Self::Both | Self::IdentityMissing | Self::ResourceMissing | Self::Unknown => None,
        }
    }
}

impl<'a> Grant<'a> {
    /// What tells its principal and its target from others of the same view.
    #[must_use]
    pub fn ends(&self) -> (usize, usize) {
        let target = match self.target {
            GrantTarget::Role(role) => std::ptr::from_ref(role).addr(),
            GrantTarget::Resource(resource) => std::ptr::from_ref(resource).addr(),
        };
        (std::ptr::from_ref(self.principal).addr(), target)
    }

    /// The actions, as written, that are in `state`.
    #[must_use]
    pub fn in_state(&self, state: State) -> Vec<&'a Leaf> {
        self.actions.iter().filter(|(_, it)| *it == state).map(|(leaf, _)| *leaf).collect()
    }
}

impl<'a> GrantTarget<'a> {
    /// The account that it is in.
    #[must_use]
    pub const fn account(&self) -> &'a Account {
        match self {
            Self::Role(role) => &role.account,
            Self::Resource(resource) => &resource.account,
        }
    }
}

/// The grants of a view, those of each kind found when they are first asked for: several rules look at the same.
#[derive(Debug, Default)]
pub(super) struct Grants<'a> {
    trusted: OnceLock<Vec<Grant<'a>>>,
    let_in: OnceLock<Vec<Grant<'a>>>,
    assuming: OnceLock<Vec<Grant<'a>>>,
    reaching: OnceLock<Vec<Grant<'a>>>,
}

/// The grants that trust policies claim: `sts:AssumeRole` for principals of other accounts.
#[must_use]
pub fn trusted<'a>(view: &'a AccessView<'a>) -> &'a [Grant<'a>] {
    view.grants().trusted.get_or_init(|| resource::trusted(view))
}

/// The grants that policies on resources claim for principals of other accounts.
#[must_use]
pub fn let_in<'a>(view: &'a AccessView<'a>) -> &'a [Grant<'a>] {
    view.grants().let_in.get_or_init(|| resource::let_in(view))
}

/// The grants that identity policies claim on roles of other accounts.
#[must_use]
pub fn assuming<'a>(view: &'a AccessView<'a>) -> &'a [Grant<'a>] {
    view.grants().assuming.get_or_init(|| identity::assuming(view))
}

/// The grants that identity policies claim on resources of other accounts.
#[must_use]
pub fn reaching<'a>(view: &'a AccessView<'a>) -> &'a [Grant<'a>] {
    view.grants().reaching.get_or_init(|| identity::reaching(view))
}

/// Whether `a` and `b` are two accounts for certain; `Some(true)` if that is only likely.
pub(super) fn are_two(a: &Account, b: &Account) -> Option<bool> {
    let sameness = same(a, b);
    sameness.truth.is_no().then_some(sameness.likely)
}

/// How far what is claimed is granted on all of `targets` together.
fn claimed(view: &AccessView<'_>, by: &CallerSide<'_>, claimed: &Claimed<'_>, targets: &[TargetSide<'_>]) -> State {
    let asked = claimed.actions.iter().flat_map(|action| targets.iter().map(move |target| (action, target)));
    together(asked.map(|(action, target)| one(view, by, action, target)))
}

/// The one state that all are in. One thing that is granted is what was meant.
fn together(states: impl Iterator<Item = State>) -> State {
    let mut found = None;
    for state in states {
        match (found, state) {
            (_, State::Both) => return State::Both,
            (None, state) => found = Some(state),
            (Some(before), state) if before == state => {}
            // What is first in the way is enough to say.
            (Some(State::Blocked(_)), State::Blocked(_)) => {}
            (Some(_), _) => found = Some(State::Unknown),
        }
    }
    found.unwrap_or(State::Unknown)
}

fn one(view: &AccessView<'_>, by: &CallerSide<'_>, action: &Action, target: &TargetSide<'_>) -> State {
    let state = |decision: Decision<'_>| state_of(view, by, action, target, &decision);
    view.decide_apart(by, action, target, &Context::default(), state)
}

/// How far something is granted of which `decision` was made.
pub(super) fn state_of(
    view: &AccessView<'_>,
    by: &CallerSide<'_>,
    action: &Action,
    target: &TargetSide<'_>,
    decision: &Decision<'_>,
) -> State {
    match decision {
        Decision::Allowed(_) => restricted(view, by, action, target),
        Decision::Denied(witness, Denial::Explicit) => denied_by(witness).map_or(State::Unknown, State::Blocked),
        Decision::Denied(_, Denial::Implicit { missing }) => {
            match (missing.contains(&Half::Identity), missing.contains(&Half::Resource)) {
                (true, false) => State::IdentityMissing,
                (false, true) => State::ResourceMissing,
                (false, false) if *missing == [Half::Boundary] => State::Blocked(Blocker::Boundary),
                (true, true) | (false, false) => State::Unknown,
            }
        }
        Decision::Unknown(_) => match view.never_meet(by, action, target) {
            Some(conditions) => State::Blocked(Blocker::Conditions(conditions)),
            None => State::Unknown,
        },
    }
}

/// What an organization makes of what both sides allow.
fn restricted(view: &AccessView<'_>, by: &CallerSide<'_>, action: &Action, target: &TargetSide<'_>) -> State {
    match view.restriction(by, action, target) {
        Restriction::Free => State::Both,
        Restriction::Denied(half, span) => State::Blocked(Blocker::Deny { half, span }),
        Restriction::Unknown => State::Unknown,
    }
}

fn denied_by(witness: &Witness<'_>) -> Option<Blocker> {
    let said = witness.statements.first()?;
    Some(Blocker::Deny { half: said.half, span: said.policy.statement_span(said.statement)? })
}

/// Whether a statement stands for certain and allows something.
fn allows(statement: &Statement) -> bool {
    let effect = statement.effect.as_ref().and_then(|leaf| leaf.text.as_known());
    statement.certain && effect.is_some_and(|it| it == "Allow")
}

/// Whether something is there in every apply.
pub(super) fn is_certain(existence: &Existence) -> bool {
    *existence == Existence::Certain
}

#[cfg(test)]
mod tests {
    use super::State::{self, Both, IdentityMissing, ResourceMissing, Unknown};
    use super::together;

    #[test]
    fn states_together() {
        let of = |states: &[State]| together(states.iter().copied());
        assert_eq!(of(&[]), Unknown);
        assert_eq!(of(&[IdentityMissing, IdentityMissing]), IdentityMissing);
        assert_eq!(of(&[IdentityMissing, Both]), Both);
        assert_eq!(of(&[IdentityMissing, ResourceMissing]), Unknown);
        assert_eq!(of(&[Unknown, IdentityMissing]), Unknown);
    }
}
