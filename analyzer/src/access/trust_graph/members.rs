//! Who is in which group.

use smol_str::SmolStr;

use crate::access::grants::{State, is_certain};

use super::EdgeKind;
use super::build::{Builder, Draft};
use super::judge::Judged;

/// Adds the edges of users to their groups.
pub(super) fn add(builder: &mut Builder<'_, '_>) {
    let view = builder.view;
    for (index, user) in view.iam().principals().iter().enumerate() {
        for membership in &user.groups {
            let ends = (builder.principal_node(index), builder.principal_node(membership.group));
            let (Some(from), Some(to)) = ends else { continue };
            let state = if is_certain(&membership.existence) { State::Both } else { State::Unknown };
            let judged = Judged { state, identity: Some(membership.via), resource: None, keys: Vec::new() };
            let (kind, action) = (EdgeKind::Member, SmolStr::new_static("iam:AddUserToGroup"));
            builder.add(&Draft { from, to, kind, action, judged: &judged, resource: None, identity: None });
        }
    }
}
