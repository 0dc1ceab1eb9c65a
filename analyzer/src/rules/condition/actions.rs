//! The actions of a statement, and which condition keys come with them.

use crate::aws::facts::{self, ActionFacts};
use crate::policy::model::{Leaf, Statement, Strings};
use crate::rules::listing::some_of;
use crate::rules::strings;
use crate::rules::text::with_wildcards;

/// An action of a statement, with all that it may be.
pub(in crate::rules) struct Named<'a> {
    /// As it is written.
    pub(in crate::rules) leaf: &'a Leaf,
    matched: Vec<ActionFacts>,
}

/// The actions that a statement is about. `None` if there may be others, or some of them
/// may be of any service.
pub(in crate::rules) fn named(statement: &Statement) -> Option<Vec<Named<'_>>> {
    let is_closed = statement.open.is_empty()
        && !statement.actions.is_empty()
        && statement.actions.iter().all(|actions| !actions.negated && actions.open.is_empty());
    if !is_closed {
        return None;
    }
    let actions: Vec<Named<'_>> = strings::actions(statement).map(Named::read).collect::<Option<_>>()?;
    (!actions.is_empty()).then_some(actions)
}

/// The `NotAction` of a statement that leaves out nothing but actions of services that are known,
/// so that it takes in those of all others.
pub(in crate::rules) fn excluded(statement: &Statement) -> Option<&Strings> {
    let [actions] = statement.actions.as_slice() else { return None };
    let is_closed = actions.negated && actions.open.is_empty() && statement.open.is_empty();
    let service = |leaf: &Leaf| leaf.text.known_prefix().split_once(':').map(|(prefix, _)| prefix.to_owned());
    let of_known_service = |leaf: &Leaf| service(leaf).is_some_and(|prefix| !prefix.contains(['*', '?']));
    (is_closed && !actions.items.is_empty() && actions.items.iter().all(of_known_service)).then_some(actions)
}

impl<'a> Named<'a> {
    /// `None` if it may be of any service.
    fn read(leaf: &'a Leaf) -> Option<Self> {
        let pattern = with_wildcards(&leaf.text);
        pattern.split_once(':').filter(|(prefix, _)| !prefix.contains(['*', '?']))?;
        Some(Self { leaf, matched: facts::expand(&pattern).collect() })
    }

    /// The actions that it matches.
    pub(in crate::rules) fn matched(&self) -> impl Iterator<Item = &ActionFacts> {
        self.matched.iter()
    }

    /// Whether one of the actions that it matches passes `wanted`, or may: the reference
    /// does not say what a retired action has, and nothing of those that it leaves out.
    pub(in crate::rules) fn may_be(&self, wanted: impl Fn(&ActionFacts) -> bool) -> bool {
        self.matched.is_empty() || self.matched.iter().any(|action| action.retired || wanted(action))
    }
}

/// `a`, `b` and 3 more: some of the actions, for people.
pub(in crate::rules) fn list(actions: &[&Named<'_>]) -> String {
    let names = actions.iter().map(|action| format!("`{}`", action.leaf.text.display()));
    some_of(names.collect(), NAMED, "more")
}

/// How many actions a finding names.
pub(in crate::rules) const NAMED: usize = 3;
