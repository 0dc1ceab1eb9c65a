//! A configuration to start from: the accounts that the source speaks of, for people to number.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use rayon::prelude::*;

use crate::aws::arn::AccountId;
use crate::eval::account::{Account, EvidenceKind, KnownAccounts};
use crate::eval::evaluator::{Evaluator, ResourceInstance};
use crate::module::Stack;
use crate::policy::model::{PolicyDocument, PrincipalGroup};

use super::State;
use super::knowledge::Knowing;

/// What the source speaks of.
#[derive(Debug, Default)]
struct Draft {
    /// Accounts by name.
    named: BTreeMap<String, Option<AccountId>>,
    /// Accounts of which only the number is known, with names that suit them.
    numbered: BTreeMap<AccountId, BTreeSet<String>>,
    /// The directories of stacks of which nothing says where they are applied.
    homeless: BTreeSet<String>,
}

/// The text of a configuration with the accounts of `state`.
pub(super) fn draft(state: &State) -> String {
    let (knowing, _) =
        Knowing::new(&*state.files, &state.sources, &state.configuration, &state.workspace.stacks, &state.planned);
    let of_stack = |stack: &Arc<Stack>| {
        knowing.with_evaluator(stack, |evaluator| {
            let mut draft = Draft::default();
            evaluator.resources().iter().for_each(|instance| draft.resource(evaluator, stack, instance));
            draft
        })
    };
    let stacks: Vec<Draft> = state.workspace.stacks.par_iter().map(of_stack).collect();
    let mut draft = stacks.into_iter().fold(Draft::default(), Draft::with);
    let accounts = KnownAccounts::new(Some(&state.configuration), &state.sources);
    state.models().policies.iter().for_each(|site| draft.principals(&site.document, accounts));
    draft.text()
}

impl Draft {
    fn resource(&mut self, evaluator: &Evaluator<'_>, stack: &Stack, instance: &ResourceInstance) {
        if !instance.ty().starts_with("aws") {
            return;
        }
        let provider = evaluator.provider(instance);
        let account = evaluator.provider_account(&provider);
        let alias = provider.root_name.as_deref().and_then(|name| name.split_once('.')).map(|(_, alias)| alias);
        let suggestion = alias.or_else(|| provider.is_default().then(|| last_segment(&stack.dir)).flatten());
        match (account.evidence.kind, account.id) {
            (EvidenceKind::Home, None) if !stack.library => {
                self.homeless.insert(stack.dir.to_string());
            }
            _ => self.account(&account, suggestion),
        }
    }

    /// The accounts of principals, as far as they have names: a number may be anyone's.
    fn principals(&mut self, document: &PolicyDocument, accounts: KnownAccounts<'_>) {
        let groups = document.statements.iter().flat_map(|statement| &statement.principals);
        let groups = groups.flat_map(|principals| &principals.groups);
        for leaf in groups.flat_map(|group: &PrincipalGroup| group.items.iter().chain(&group.possible)) {
            let account = accounts.of_arn(&leaf.text).unwrap_or_else(|| accounts.of_text(&leaf.text));
            if account.name.is_some() {
                self.account(&account, None);
            }
        }
    }

    fn account(&mut self, account: &Account, suggestion: Option<&str>) {
        match (&account.name, account.id) {
            (Some(name), id) => {
                let known = self.named.entry(name.to_string()).or_default();
                *known = known.or(id);
            }
            (None, Some(id)) => self.numbered.entry(id).or_default().extend(suggestion.map(str::to_owned)),
            (None, None) => {}
        }
    }

    fn with(mut self, other: Self) -> Self {
        for (name, id) in other.named {
            let known = self.named.entry(name).or_default();
            *known = known.or(id);
        }
        for (id, names) in other.numbered {
            self.numbered.entry(id).or_default().extend(names);
        }
        self.homeless.extend(other.homeless);
        self
    }

    /// All accounts under names that are theirs alone.
    fn accounts(&self) -> BTreeMap<String, Option<AccountId>> {
        let mut accounts = self.named.clone();
        let given: BTreeSet<AccountId> = accounts.values().flatten().copied().collect();
        for (id, names) in self.numbered.iter().filter(|(id, _)| !given.contains(id)) {
            let is_alone = |name: &&String| self.numbered.values().filter(|names| names.contains(*name)).count() == 1;
            let free = names.iter().filter(is_alone).find(|name| !accounts.contains_key(*name));
            let name = free.cloned().unwrap_or_else(|| format!("account-{id}"));
            accounts.insert(name, Some(*id));
        }
        accounts
    }

    fn text(&self) -> String {
        let mut text = String::from(HEAD);
        for (name, id) in self.accounts() {
            let _infallible = match id {
                Some(id) => write!(text, "\n[accounts.{}]\nid = \"{id}\"\n", key(&name)),
                None => write!(text, "\n[accounts.{}]\n# id = \"\"\n", key(&name)),
            };
        }
        if !self.homeless.is_empty() {
            text.push_str(HOMELESS);
        }
        for dir in &self.homeless {
            let _infallible = write!(text, "\n# [stacks.{}]\n# account = \"\"\n", key(dir));
        }
        text
    }
}

const HEAD: &str = "\
# The accounts that the source speaks of.
# Give them their numbers. One account under two names is one table, with the other name in `aliases`.
";

const HOMELESS: &str = "
# Nothing says which account these stacks are applied in.
";

/// `name` as a key of TOML.
fn key(name: &str) -> String {
    let is_bare = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-');
    if !name.is_empty() && name.chars().all(is_bare) { name.to_owned() } else { toml::Value::from(name).to_string() }
}

fn last_segment(dir: &str) -> Option<&str> {
    dir.rsplit('/').next().filter(|name| !matches!(*name, "." | ".." | ""))
}
