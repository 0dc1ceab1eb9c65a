//! What organizations restrict, as far as their tree is in view.
//!
//! A workspace shows a part of the tree of units at best. What hangs on an account, on a unit
//! above it or on the root is in force there, whatever else does. AWS puts `FullAWSAccess` on
//! every root, unit and account, and no source can say that it was taken off: where a policy
//! allows a list of actions, what the list leaves out may be allowed beside it, or by nothing.
//! The management account is bound by nothing.
//!
//! Source: AWS Organizations User Guide, `orgs_manage_policies_scps`,
//! `orgs_manage_policies_scps_evaluation` and `orgs_manage_policies_rcps`.

use std::sync::{PoisonError, RwLock};

use rustc_hash::FxHashMap;

use crate::config::AccountRole;
use crate::eval::account::{Account, same};
use crate::eval::equality::texts_equal;
use crate::eval::evaluator::Existence;
use crate::eval::symbol::Symbol;
use crate::eval::text::Text;
use crate::iam::{Key, MemberKind, OrganizationMember, Target};
use crate::policy::model::PolicyKind;
use crate::policy::read_text;
use crate::source::Span;

use super::compiled::CompiledPolicy;
use super::context::Context;
use super::decide::{Decision, Denial, Half};
use super::request::Action;
use super::view::{AccessView, CallerSide, Holding, TargetSide};

/// How deep units lie in each other at most.
const DEEPEST: usize = 5;

/// AWS's own policy on every root, unit and account, from which it can be taken off.
const FULL_ACCESS: &str =
    r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}"#;

/// What is in the way of something that both sides allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Restriction {
    /// Nothing in view.
    Free,
    /// A statement of a policy that is in force for certain.
    Denied(Half, Span),
    /// Something, perhaps.
    Unknown,
}

/// What binds the accounts of organizations.
#[derive(Debug, Default)]
pub(super) struct Bounds {
    full_access: Option<CompiledPolicy>,
    members: Vec<Member>,
    /// The members that accounts have turned out to be, by what they are called.
    found: RwLock<FxHashMap<Key, Option<usize>>>,
}

/// An account that is certain to be in an organization and not its management account.
#[derive(Debug)]
struct Member {
    account: Account,
    service_control: Vec<Level>,
    resource_control: Vec<Level>,
}

/// The policies on one account, unit or root: their numbers among those of organizations.
#[derive(Debug, Default)]
struct Level {
    certain: Vec<usize>,
    possible: Vec<usize>,
    /// Whether `FullAWSAccess` is there for certain.
    allows_all: bool,
}

impl AccessView<'_> {
    /// What organizations deny of what `by` does to `on`, or may deny, where nothing else does.
    pub(super) fn restriction(&self, by: &CallerSide<'_>, action: &Action, on: &TargetSide<'_>) -> Restriction {
        if self.iam().organization_policies().is_empty() {
            return Restriction::Free;
        }
        self.decide(by, action, on, &Context::default(), |decision| match decision {
            Decision::Allowed(_) => Restriction::Free,
            Decision::Denied(witness, Denial::Explicit) => {
                let said = witness.statements.first();
                let place = said.and_then(|it| Some((it.half, it.policy.statement_span(it.statement)?)));
                place.map_or(Restriction::Unknown, |(half, span)| Restriction::Denied(half, span))
            }
            Decision::Denied(_, Denial::Implicit { .. }) | Decision::Unknown(_) => Restriction::Unknown,
        })
    }

    /// The policies of that kind that bind `account`, level by level.
    pub(super) fn binding(&self, kind: PolicyKind, account: Option<&Text>) -> Vec<Holding<'_>> {
        let Some(account) = account.filter(|_| !self.iam().organization_policies().is_empty()) else {
            return Vec::new();
        };
        let bounds = self.bounds();
        let Some(member) = bounds.member(account, self) else { return Vec::new() };
        let levels =
            if kind == PolicyKind::ServiceControl { &member.service_control } else { &member.resource_control };
        levels.iter().map(|level| self.level(level, bounds.full_access.as_ref())).collect()
    }

    fn level<'v>(&'v self, level: &Level, full_access: Option<&'v CompiledPolicy>) -> Holding<'v> {
        let of = |numbers: &[usize]| {
            let policies = numbers.iter().filter_map(|index| self.iam().organization_policies().get(*index));
            let compiled = policies.filter_map(|policy| {
                let site = self.policies().get(policy.site)?;
                self.compiled(&site.document, policy.kind)
            });
            compiled.collect::<Vec<_>>()
        };
        let (mut certain, mut possible) = (of(&level.certain), of(&level.possible));
        let is_list = certain.iter().chain(&possible).any(|policy| policy.may_allow());
        let full_access = full_access.into_iter();
        if level.allows_all || !is_list {
            certain.extend(full_access)
        } else {
            possible.extend(full_access)
        }
        Holding::of(certain, possible)
    }

    /// All of it, found out when it is first asked for.
    pub(super) fn find_bounds(&self) -> Bounds {
        let policies = self.iam().organization_policies();
        let Some(first) = policies.first().and_then(|policy| self.policies().get(policy.site)) else {
            return Bounds::default();
        };
        let full_access =
            CompiledPolicy::new(&read_text(&Text::known(FULL_ACCESS), first.span), PolicyKind::ServiceControl);
        let accounts = self.members(MemberKind::Account).filter(|it| it.existence == Existence::Certain);
        let members = accounts.filter_map(|account| self.member(account)).collect();
        Bounds { full_access: Some(full_access), members, found: RwLock::default() }
    }

    fn member(&self, member: &OrganizationMember) -> Option<Member> {
        let account = self.accounts().of_text(&member.id);
        if self.is_management(&account) {
            return None;
        }
        let places = self.places_of(member);
        let levels = |kind| places.iter().map(|place| self.on(kind, place)).filter(Level::is_something).collect();
        let (service_control, resource_control) =
            (levels(PolicyKind::ServiceControl), levels(PolicyKind::ResourceControl));
        Some(Member { account, service_control, resource_control })
    }

    fn is_management(&self, account: &Account) -> bool {
        self.accounts().declared().iter().any(|declared| {
            declared.roles.contains(&AccountRole::Management) && (declared.id.is_none() || declared.id == account.id)
        })
    }

    /// What a policy is attached to that binds the account: its number and the ids of the units
    /// that it lies in, as far as they are in view, and of the root.
    fn places_of<'m>(&'m self, member: &'m OrganizationMember) -> Vec<&'m Text> {
        let mut places = vec![&member.id];
        let mut above = member.parent.as_ref();
        while let Some(parent) = above.filter(|_| places.len() <= DEEPEST) {
            places.push(parent);
            let unit = self.members(MemberKind::Unit).find(|unit| are_one(&unit.id, parent));
            above = unit.and_then(|unit| unit.parent.as_ref());
        }
        if member.parent.is_none() {
            places.extend(self.root());
        }
        places
    }

    /// The root, if policies are attached to one and no other: an account that is in no unit is there.
    fn root(&self) -> Option<&Text> {
        let targets = self.iam().organization_policies().iter().flat_map(|policy| &policy.targets);
        let mut roots = targets.chain(self.iam().full_access()).map(|target| &target.id).filter(|id| is_root(id));
        let first = roots.next()?;
        roots.all(|other| are_one(first, other)).then_some(first)
    }

    /// The policies of that kind on `place`.
    fn on(&self, kind: PolicyKind, place: &Text) -> Level {
        let mut level = Level::default();
        for (index, policy) in self.iam().organization_policies().iter().enumerate().filter(|(_, it)| it.kind == kind) {
            let here = policy.targets.iter().filter(|target| are_one(&target.id, place));
            let existences = here.map(|target| policy.existence.and(&target.existence));
            match existences.min_by_key(|existence| *existence != Existence::Certain) {
                Some(Existence::Certain) => level.certain.push(index),
                Some(Existence::MayExist(_)) => level.possible.push(index),
                None => {}
            }
        }
        let is_here = |target: &Target| target.existence == Existence::Certain && are_one(&target.id, place);
        // What may be denied cannot be allowed by a list alone: AWS's policy cannot be taken off.
        level.allows_all = kind == PolicyKind::ResourceControl || self.iam().full_access().iter().any(is_here);
        level
    }

    fn members(&self, kind: MemberKind) -> impl Iterator<Item = &OrganizationMember> {
        self.iam().organization_members().iter().filter(move |member| member.kind == kind)
    }
}

impl Bounds {
    /// The member that `account` is for certain.
    fn member(&self, account: &Text, view: &AccessView<'_>) -> Option<&Member> {
        let name = Key::new(account);
        let known = self.found.read().unwrap_or_else(PoisonError::into_inner).get(&name).copied();
        let index = known.unwrap_or_else(|| {
            let own = view.accounts().of_text(account);
            let found = self.members.iter().position(|member| {
                let sameness = same(&member.account, &own);
                sameness.truth.is_yes() && !sameness.likely
            });
            self.found.write().unwrap_or_else(PoisonError::into_inner).insert(name, found);
            found
        });
        self.members.get(index?)
    }
}

impl Level {
    fn is_something(&self) -> bool {
        !self.certain.is_empty() || !self.possible.is_empty()
    }
}

/// Whether it is the id of a root, or the attribute of an organization that holds it.
fn is_root(id: &Text) -> bool {
    let of_organization = |symbol: &Symbol| symbol.address().ends_with(".roots[0].id");
    id.as_known().map_or_else(|| id.holes().all(of_organization), |id| id.starts_with("r-"))
}

/// Whether two ids are equal whatever their holes are.
fn are_one(left: &Text, right: &Text) -> bool {
    texts_equal(left, right).is_yes() && left.holes().all(Symbol::is_stable)
}
