//! What accounts are called, so that no two of a view are called the same.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::eval::account::Account;
use crate::eval::symbol::Symbol;
use crate::iam::Key;

use super::view::AccessView;

/// What more than one account would be called: unknowns of one name in several stacks.
#[derive(Debug, Default)]
pub(super) struct Twins(FxHashSet<String>);

impl Twins {
    fn of(view: &AccessView<'_>) -> Self {
        let nodes = view.trust_graph().nodes().iter().filter_map(|node| node.account.as_ref());
        let principals = view.iam().principals().iter().map(|it| &it.account);
        let resources = view.iam().resources().iter().map(|it| &it.account);
        let mut keys: FxHashMap<String, Key> = FxHashMap::default();
        let mut twins = FxHashSet::default();
        for account in nodes.chain(principals).chain(resources).filter(|account| account.name.is_none()) {
            let (name, key) = (name(account), Key::new(&account.text));
            if *keys.entry(name.clone()).or_insert_with(|| key.clone()) != key {
                twins.insert(name);
            }
        }
        Self(twins)
    }
}

impl AccessView<'_> {
    /// The number of `account` with its name, or the unknown that it is: with its stack, where unknowns of
    /// several stacks have one name.
    #[must_use]
    pub fn account_name(&self, account: &Account) -> String {
        let name = name(account);
        let stack = account.text.holes().next().map(Symbol::scope).filter(|scope| !scope.is_empty());
        match stack {
            Some(stack) if account.name.is_none() && self.twins.get_or_init(|| Twins::of(self)).0.contains(&name) => {
                format!("{name} of {stack}")
            }
            Some(_) | None => name,
        }
    }
}

fn name(account: &Account) -> String {
    match (&account.id, &account.name) {
        (Some(id), Some(name)) => format!("{id} ({name})"),
        (None, Some(name)) => name.to_string(),
        (Some(_), None) | (None, None) => account.text.display(),
    }
}
