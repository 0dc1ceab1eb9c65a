//! Whom the text of a policy names.

use crate::access::caller::Principal as Calling;
use crate::access::grants::named;
use crate::access::principal::account_named;
use crate::access::view::AccessView;
use crate::aws::arn::Arn;
use crate::eval::account::Account;
use crate::eval::text::{Piece, Text};
use crate::iam::{Principal, PrincipalKind};
use crate::policy::model::{Leaf, Principals, Statement};

use super::NodeKind;

/// Someone whom a policy names.
#[derive(Debug)]
pub(super) enum Named<'a> {
    /// Who is in view.
    Principal(&'a Principal),
    /// Who is not.
    Other(NodeKind, Option<Box<Account>>),
}

/// Those whom the `Principal` of a statement names; nobody where there is a `NotPrincipal`.
pub(super) fn named_in<'s, 'a>(
    view: &'s AccessView<'a>,
    statement: &'s Statement,
) -> impl Iterator<Item = (&'s Leaf, Named<'a>)> {
    let is_negated = statement.principals.iter().any(|principals| principals.negated);
    let principals = statement.principals.iter().filter(move |_| !is_negated);
    let leaves = principals.flat_map(|principals| principals.groups.iter().map(move |group| (principals, group)));
    leaves.flat_map(move |(principals, group)| {
        let kind = group.kind.text.as_known();
        let leaves = group.items.iter().chain(&group.possible);
        leaves.filter_map(move |leaf| {
            let named = one(view, principals, kind.as_deref(), leaf)?;
            // A name that is sensitive is nobody's to see, and without it there is nothing to see.
            let is_shown = !leaf.sensitive || matches!(named, Named::Principal(_));
            is_shown.then_some((leaf, named))
        })
    })
}

fn one<'a>(view: &AccessView<'a>, of: &Principals, kind: Option<&str>, leaf: &Leaf) -> Option<Named<'a>> {
    let known = leaf.text.as_known();
    let other = |kind| Some(Named::Other(kind, None));
    match (kind, known.as_deref()) {
        (Some("AWS"), Some("*")) => other(NodeKind::Everyone),
        (_, Some("*")) if of.bare => other(NodeKind::Everyone),
        (Some("AWS"), _) => identity(view, &leaf.text),
        (Some("Service"), Some(name)) => other(NodeKind::Service(name.into())),
        (Some("Federated"), _) => {
            let account = view.accounts().of_arn(&leaf.text).map(Box::new);
            Some(Named::Other(NodeKind::Federated(leaf.text.clone()), account))
        }
        (Some(_) | None, _) => None,
    }
}

/// A role, a user or an account; `None` for what may be any of them.
fn identity<'a>(view: &AccessView<'a>, text: &Text) -> Option<Named<'a>> {
    let iam = view.iam();
    let calls = |it: &&Principal| matches!(it.kind, PrincipalKind::Role | PrincipalKind::User);
    if let Some(principal) = named::principal(iam, text).or_else(|| iam.with_arn(text).find(calls)) {
        return Some(Named::Principal(principal));
    }
    if let Some(account) = account_named(text) {
        return Some(Named::Other(NodeKind::Account, Some(Box::new(view.accounts().of_text(&account)))));
    }
    let starts = matches!(text.pieces().first(), Some(Piece::Known(known)) if known.text.starts_with("arn:"));
    let account = view.accounts().of_arn(text).filter(|_| starts)?;
    Some(Named::Other(NodeKind::Stranger(text.clone()), Some(Box::new(account))))
}

/// What calls in place of a node that is not in view.
pub(super) fn calling(kind: &NodeKind, account: Option<&Account>) -> Option<Calling> {
    let account = || account.map(|account| account.text.clone());
    Some(match kind {
        NodeKind::Account => {
            let account = account()?;
            let arn = Text::known("arn:aws:iam::").concat(account.clone()).concat(Text::known(":root"));
            Calling::Root { arn, account }
        }
        NodeKind::Stranger(arn) if is_user(arn) => Calling::User { arn: arn.clone(), account: account()? },
        NodeKind::Stranger(arn) => Calling::Role { arn: arn.clone(), account: account()? },
        NodeKind::Service(name) => Calling::Service(name.clone()),
        NodeKind::Federated(text) => Calling::Federated(text.clone()),
        NodeKind::Everyone => Calling::Anonymous,
        NodeKind::Principal(_) | NodeKind::PermissionSet(_) | NodeKind::Resource(_) => return None,
    })
}

fn is_user(arn: &Text) -> bool {
    let known = arn.as_known().unwrap_or_default();
    Arn::of_text(&known).is_ok_and(|arn| arn.resource.known().is_some_and(|it| it.starts_with("user/")))
}
