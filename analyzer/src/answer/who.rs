//! Who may do something: all roles and users in view, and whoever the policies on resources name.
//!
//! A question without a resource asks whether there is any: of each caller only what its own
//! policies name is tried, and of each resource only whom its policies name, so that the work
//! grows with the size of the policies.

use rustc_hash::FxHashSet;

use crate::access::{AccessView, Principal as Calling, Verdict, may_allow};
use crate::aws::facts::ActionFacts;
use crate::eval::account::same;
use crate::eval::text::Text;
use crate::iam::{PolicySource, Principal, PrincipalKind};
use crate::policy::model::{PrincipalGroup, Statement};

use super::principal::{self, Who};
use super::roll::Ballot;
use super::target::{self, Family, What};
use super::{Asking, Roll, Thing, has_wildcards, reason};

/// Resources in view that are tried for one caller, if what its policies name does not settle it.
const MOST_TRIED: usize = 32;

/// Who may do `action` to `what`.
pub(super) fn may_do_to<'a>(view: &'a AccessView<'a>, action: ActionFacts, what: &What<'a>) -> Roll {
    let mut ballot = Ballot::new(view, action);
    for who in callers(view) {
        ballot.ask(&who, what);
    }
    for who in named(view, &action, what) {
        ballot.ask(&who, what);
    }
    ballot.close(Some(what.name.clone()))
}

/// Who may do `action` to anything.
pub(super) fn may_do(asking: &Asking<'_>, action: ActionFacts) -> Roll {
    let view = asking.view;
    let things = if action.has_resource_types() { (asking.things)() } else { Vec::new() };
    let known = in_view(view, &things, &action);
    let mut ballot = Ballot::new(view, action);
    for who in callers(view) {
        let targets = who.principal.map(|it| targets(view, it, &who, &action)).unwrap_or_default();
        if targets.is_empty() {
            ballot.refuse(&who);
        }
        let is_family = |what: &What<'_>| what.name.contains(['*', '?']);
        let rest = if targets.iter().any(is_family) { known.get(..MOST_TRIED).unwrap_or(&known) } else { &[] };
        for what in targets.iter().chain(rest) {
            if ballot.ask(&who, what) == Verdict::Allowed {
                break;
            }
        }
    }
    for what in &known {
        for who in named(view, &action, what) {
            ballot.ask(&who, what);
        }
    }
    ballot.close(None)
}

/// The roles and users in view, and permission sets where someone has them.
fn callers<'a>(view: &'a AccessView<'a>) -> impl Iterator<Item = Who<'a>> {
    let all = view.iam().principals().iter();
    all.flat_map(move |it| principal::in_view(view, it).into_iter().chain(principal::of_set(view, it)))
}

/// What is in view and can be what `action` is about.
fn in_view<'a>(view: &'a AccessView<'a>, things: &[Thing], action: &ActionFacts) -> Vec<What<'a>> {
    if !action.has_resource_types() {
        return Vec::new();
    }
    if target::is_trust(action) {
        let roles = view.iam().principals().iter().filter(|it| it.kind == PrincipalKind::Role);
        return roles.map(|role| target::of_role(view, role)).collect();
    }
    let policed: FxHashSet<_> = view.iam().resources().iter().map(|it| (&it.stack, &it.address)).collect();
    let others = things.iter().filter(|it| !policed.contains(&(&it.stack, &it.address)));
    let others = others.filter_map(|it| target::thing(view, it, action));
    let resources = view.iam().resources().iter().filter_map(|it| target::of_resource(view, it, action));
    resources.chain(others).collect()
}

/// What the policies of `principal` name that `action` can be about.
fn targets<'a>(
    view: &'a AccessView<'a>,
    principal: &'a Principal,
    who: &Who<'a>,
    action: &ActionFacts,
) -> Vec<What<'a>> {
    let account = who.account.as_ref().map(|account| &account.text);
    if !action.has_resource_types() {
        return vec![target::nothing_in_particular(view, account)];
    }
    let groups = principal.groups.iter().filter_map(|it| view.iam().principals().get(it.group));
    let attached: Vec<_> = std::iter::once(principal).chain(groups).flat_map(|it| &it.policies).collect();
    let documents = attached.iter().filter_map(|policy| view.iam().document(&policy.source, view.policies()));
    let statements = documents.flat_map(|document| &document.statements).filter(|it| may_allow(it, action));
    let mut seen = FxHashSet::default();
    let mut found: Vec<What<'a>> = Vec::new();
    for (arn, is_sensitive) in statements.flat_map(resources) {
        if seen.insert(arn.display()) {
            let what = target::by_arn(view, &arn, action, account, Family::Some);
            found.extend(what.map(|what| if is_sensitive { what.without_name() } else { what }));
        }
    }
    let is_unseen = |source: &PolicySource| matches!(source, PolicySource::NotInView(_) | PolicySource::Unknown(_));
    let is_open = !principal.open.is_empty() || attached.iter().any(|it| is_unseen(&it.source));
    if found.is_empty() && (is_open || principal.origin != crate::iam::Origin::Declared) {
        found.extend(target::by_arn(view, &Text::known("*"), action, account, Family::Some));
    }
    found
}

/// The strings of `Resource`, each with whether it is sensitive; anything for what is not one of some.
fn resources(statement: &Statement) -> Vec<(Text, bool)> {
    let negated = statement.resources.iter().any(|strings| strings.negated || !strings.open.is_empty());
    let leaves = statement.resources.iter().filter(|it| !it.negated);
    let leaves = leaves.flat_map(|strings| strings.items.iter().chain(&strings.possible));
    let anything = negated.then(|| Text::known("*"));
    leaves.map(|leaf| (leaf.text.clone(), leaf.sensitive)).chain(anything.map(|it| (it, false))).collect()
}

/// Whom the policies on `what` name: roles and users in view, accounts, services, everyone.
fn named<'a>(view: &'a AccessView<'a>, action: &ActionFacts, what: &What<'a>) -> Vec<Who<'a>> {
    let documents = reason::of_target(view, what);
    let statements = documents.iter().flat_map(|it| it.statements()).filter(|it| may_allow(it, action));
    let principals = statements.flat_map(|statement| &statement.principals).filter(|it| !it.negated);
    let mut seen = FxHashSet::default();
    let mut found = Vec::new();
    for group in principals.flat_map(|it| &it.groups) {
        for leaf in group.items.iter().chain(&group.possible) {
            if seen.insert(leaf.text.display()) {
                let who = one_named(view, group, &leaf.text, action, what);
                found.extend(who.map(|who| if leaf.sensitive { who.without_name() } else { who }));
            }
        }
    }
    found
}

fn one_named<'a>(
    view: &'a AccessView<'a>,
    group: &PrincipalGroup,
    text: &Text,
    action: &ActionFacts,
    what: &What<'a>,
) -> Option<Who<'a>> {
    let known = text.as_known();
    let stranger = |who| Some(principal::stranger(view, text.display(), who));
    match (group.kind.text.as_known().as_deref(), known.as_deref()) {
        (Some("AWS" | "*"), Some("*")) => principal::find(view, "*").ok(),
        (Some("AWS"), _) => identity(view, text, what),
        (Some("Service"), Some(service)) => stranger(Calling::Service(service.into())),
        // Who is known to an identity provider has other calls than the rest.
        (Some("Federated"), _) if action.action().starts_with("AssumeRoleWith") => {
            stranger(Calling::Federated(text.clone()))
        }
        (Some(_) | None, _) => None,
    }
}

/// A role, a user or an account. The account that owns the resource is not worth a word.
fn identity<'a>(view: &'a AccessView<'a>, text: &Text, what: &What<'a>) -> Option<Who<'a>> {
    if let Some(who) = view.iam().with_arn(text).find_map(|it| principal::in_view(view, it)) {
        return Some(who);
    }
    if text.is_known() && !has_wildcards(text) {
        return principal::find(view, &text.display())
            .ok()
            .filter(|who| who.principal.is_some() || !is_owner(who, what));
    }
    let account = view.accounts().of_arn(text)?;
    let is_root = text.known_suffix().ends_with(":root");
    let (arn, account) = (text.clone(), account.text.clone());
    let who = if is_root {
        principal::root(view, arn, account)
    } else {
        principal::stranger(view, text.display(), Calling::Role { arn, account })
    };
    (!is_root || !is_owner(&who, what)).then_some(who)
}

fn is_owner(who: &Who<'_>, what: &What<'_>) -> bool {
    let is_root = matches!(who.side.caller.principal(), Calling::Root { .. });
    let accounts = who.account.as_ref().zip(what.account.as_ref());
    is_root && accounts.is_some_and(|(who, owner)| same(who, owner).truth.is_yes())
}
