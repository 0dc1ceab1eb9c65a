//! Grants between accounts that something takes back, each claimed once.

use crate::access::AccessView;
use crate::access::grants::{self, Blocker, Grant, GrantTarget};
use crate::policy::model::Leaf;

/// Something that is in the way of a grant.
#[derive(Debug, Clone)]
pub(super) struct Blocked<'a> {
    pub(super) grant: Grant<'a>,
    pub(super) by: Blocker,
    /// The actions that it is in the way of.
    pub(super) actions: Vec<&'a Leaf>,
}

/// The grants that something is in the way of: as the policy on the target claims them where
/// it names the principal, otherwise as the principal's own policy does.
pub(super) fn grants<'a>(view: &'a AccessView<'a>) -> Vec<Blocked<'a>> {
    let let_in: Vec<Blocked<'a>> = grants::trusted(view).into_iter().chain(grants::let_in(view)).flat_map(of).collect();
    let reaching = grants::assuming(view).into_iter().chain(grants::reaching(view)).flat_map(of);
    let said_there = |it: &Blocked<'a>| let_in.iter().any(|other| is_same(&other.grant, &it.grant));
    let reaching: Vec<Blocked<'a>> = reaching.filter(|it| !said_there(it)).collect();
    let_in.into_iter().chain(reaching).collect()
}

/// What is in the way of `grant`, each with the actions that it is in the way of.
fn of(grant: Grant<'_>) -> Vec<Blocked<'_>> {
    let mut found: Vec<Blocked<'_>> = Vec::new();
    for (leaf, state) in &grant.actions {
        let Some(by) = state.blocker() else { continue };
        match found.iter_mut().find(|it| it.by == by) {
            Some(blocked) => blocked.actions.push(leaf),
            None => found.push(Blocked { grant: grant.clone(), by, actions: vec![leaf] }),
        }
    }
    found
}

/// Whether two grants are of one principal on one target.
fn is_same(left: &Grant<'_>, right: &Grant<'_>) -> bool {
    let same_target = match (left.target, right.target) {
        (GrantTarget::Role(left), GrantTarget::Role(right)) => std::ptr::eq(left, right),
        (GrantTarget::Resource(left), GrantTarget::Resource(right)) => std::ptr::eq(left, right),
        (GrantTarget::Role(_), GrantTarget::Resource(_)) | (GrantTarget::Resource(_), GrantTarget::Role(_)) => false,
    };
    same_target && std::ptr::eq(left.principal, right.principal)
}
