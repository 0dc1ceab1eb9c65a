//! Grants between accounts that something takes back, each claimed once.

use rustc_hash::FxHashSet;

use crate::access::AccessView;
use crate::access::grants::{self, Blocker, Grant};
use crate::policy::model::Leaf;

/// Something that is in the way of a grant.
#[derive(Debug, Clone)]
pub(super) struct Blocked<'a> {
    pub(super) grant: &'a Grant<'a>,
    pub(super) by: Blocker,
    /// The actions that it is in the way of.
    pub(super) actions: Vec<&'a Leaf>,
}

/// The grants that something is in the way of: as the policy on the target claims them where
/// it names the principal, otherwise as the principal's own policy does.
pub(super) fn grants<'a>(view: &'a AccessView<'a>) -> Vec<Blocked<'a>> {
    let mut blocked: Vec<Blocked<'a>> = grants::trusted(view).iter().chain(grants::let_in(view)).flat_map(of).collect();
    let said: FxHashSet<_> = blocked.iter().map(|it| it.grant.ends()).collect();
    let reaching = grants::assuming(view).iter().chain(grants::reaching(view)).flat_map(of);
    blocked.extend(reaching.filter(|it| !said.contains(&it.grant.ends())));
    blocked
}

/// What is in the way of `grant`, each with the actions that it is in the way of.
fn of<'a>(grant: &'a Grant<'a>) -> Vec<Blocked<'a>> {
    let mut found: Vec<Blocked<'_>> = Vec::new();
    for (leaf, state) in &grant.actions {
        let Some(by) = state.blocker() else { continue };
        match found.iter_mut().find(|it| it.by == by) {
            Some(blocked) => blocked.actions.push(leaf),
            None => found.push(Blocked { grant, by, actions: vec![leaf] }),
        }
    }
    found
}
