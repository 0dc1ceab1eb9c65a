//! The roles with which CloudTrail sends events to log groups.

use crate::cloudtrail::{Named, Sender, Trail};
use crate::iam::{Origin, Principal};
use crate::rules::RuleContext;

/// A trail and the role that it sends events with.
pub(super) struct Sent<'a> {
    pub(super) sender: Sender<'a>,
    pub(super) role: &'a Principal,
    /// The argument that names the role.
    pub(super) named: &'a Named,
}

/// The trails whose role is declared in view.
pub(super) fn sent<'a>(ctx: &RuleContext<'a>) -> Vec<Sent<'a>> {
    let of_trail = |trail: &'a Trail| -> Option<Sent<'a>> {
        let named = trail.role.as_ref()?;
        let role = ctx.iam.principals().get(named.index?)?;
        let is_in_view = named.is_set.is_yes() && role.origin == Origin::Declared;
        is_in_view.then(|| Sent { sender: Sender::of(trail, ctx.access.accounts()), role, named })
    };
    ctx.cloudtrail.trails().iter().filter_map(of_trail).collect()
}
