//! Actions: `s3:GetObject`.

use std::cmp::Ordering;

use crate::aws::glob;
use crate::aws::table::{Record, Table, compare, list};

use super::service::prefixes;

static ACTIONS: Table = Table::new(include_str!("../../../data/actions.tsv"));
static EXTRA: Table = Table::new(include_str!("../../../data/actions_extra.tsv"));

/// An action. Reading a list costs a walk over a line of text and no memory.
#[derive(Debug, Clone, Copy)]
pub struct ActionFacts {
    /// Prefix and name as AWS spells them: `s3:GetObject`.
    pub name: &'static str,
    /// What it lets a caller do; the reference's coarse grouping, with its oddities
    /// (`cloudtrail:PutResourcePolicy` is `Write`).
    pub access_level: AccessLevel,
    /// Whether it is a permission without an API operation of that name.
    pub permission_only: bool,
    /// Whether it is gone from AWS's reference, as services that are shut down are.
    pub retired: bool,
    resource_types: &'static str,
    condition_keys: &'static str,
    dependent_actions: &'static str,
}

/// AWS's grouping of actions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccessLevel {
    /// Shows that resources exist.
    List,
    /// Shows what they hold.
    Read,
    /// Changes tags and nothing else.
    Tagging,
    /// Creates, changes or deletes.
    Write,
    /// Grants or changes permissions.
    PermissionsManagement,
}

/// The action of a name such as `s3:getobject`, letter case aside.
#[must_use]
pub fn action(name: &str) -> Option<ActionFacts> {
    ACTIONS.find(name).or_else(|| EXTRA.find(name)).map(ActionFacts::read)
}

/// The actions of a service, sorted by name.
pub fn actions(prefix: &str) -> impl Iterator<Item = ActionFacts> {
    starting_with(format!("{prefix}:")).map(ActionFacts::read)
}

/// The names of the actions of a service, sorted.
pub(super) fn action_names(prefix: &str) -> impl Iterator<Item = &'static str> {
    starting_with(format!("{prefix}:")).map(Record::key)
}

/// The actions that `pattern` matches (`s3:Get*`, `*`), sorted by name. As in a policy,
/// `*` stands for any run of characters and `?` for one.
///
/// The text before the first wildcard is found at once; what follows is compared one by one.
pub fn expand(pattern: &str) -> impl Iterator<Item = ActionFacts> {
    matching(pattern).map(ActionFacts::read)
}

/// Whether `pattern` matches an action.
#[must_use]
pub fn matches_any(pattern: &str) -> bool {
    matching(pattern).next().is_some()
}

fn matching(pattern: &str) -> impl Iterator<Item = Record> {
    let fixed = pattern.split(['*', '?']).next().unwrap_or_default();
    // A plain name is one record: nothing has to be merged to find it.
    let is_plain = fixed.len() == pattern.len();
    let named = is_plain.then(|| ACTIONS.find(pattern).or_else(|| EXTRA.find(pattern))).flatten();
    let records = (!is_plain).then(|| starting_with(fixed.to_owned())).into_iter().flatten();
    named.into_iter().chain(records.filter(move |record| glob::matches_ignoring_case(pattern, record.key())))
}

/// Whether `pattern` matches `action`.
#[must_use]
pub fn is_matched(pattern: &str, action: &ActionFacts) -> bool {
    glob::matches_ignoring_case(pattern, action.name)
}

/// The actions of all services that have the name `name` without prefix: `PutAuditEvents`.
///
/// A look into the table for each service; [`same_name_in`] is cheaper where few come into question.
pub fn same_name(name: &str) -> impl Iterator<Item = ActionFacts> {
    same_name_in(name, |_| true)
}

/// The actions named `name` of the services whose prefix is `wanted`.
pub(super) fn same_name_in(name: &str, wanted: impl Fn(&str) -> bool) -> impl Iterator<Item = ActionFacts> {
    let prefixes = prefixes().filter(move |prefix| wanted(prefix));
    prefixes.filter_map(move |prefix| action(&format!("{prefix}:{name}")))
}

/// Both tables, merged in order.
fn starting_with(prefix: String) -> impl Iterator<Item = Record> {
    let mut extra: Vec<Record> = EXTRA.starting_with(&prefix).collect();
    extra.reverse();
    let mut records = ACTIONS.starting_with(prefix).peekable();
    std::iter::from_fn(move || match (records.peek(), extra.last()) {
        (Some(listed), Some(other)) if compare(other.key(), listed.key()) == Ordering::Less => extra.pop(),
        (Some(_), _) => records.next(),
        (None, _) => extra.pop(),
    })
}

impl ActionFacts {
    fn read(record: Record) -> Self {
        let [name, kind, resource_types, condition_keys, dependent_actions] = record.fields();
        Self {
            name,
            access_level: AccessLevel::read(kind),
            permission_only: kind.contains('o'),
            retired: kind.contains('x'),
            resource_types,
            condition_keys,
            dependent_actions,
        }
    }

    /// The prefix of its service: `s3`.
    #[must_use]
    pub fn service(&self) -> &'static str {
        self.name.split(':').next().unwrap_or_default()
    }

    /// Its name without the prefix: `GetObject`.
    #[must_use]
    pub fn action(&self) -> &'static str {
        self.name.split_once(':').map_or("", |(_, name)| name)
    }

    /// The resource types of its service that it works on, each with whether the
    /// request must name one. With none, only the resource `*` matches.
    pub fn resource_types(&self) -> impl Iterator<Item = (&'static str, bool)> {
        list(self.resource_types).map(|name| match name.strip_suffix('*') {
            Some(name) => (name, true),
            None => (name, false),
        })
    }

    /// Whether a statement can narrow it to resources.
    #[must_use]
    pub fn has_resource_types(&self) -> bool {
        !self.resource_types.is_empty()
    }

    /// The condition keys that the reference lists for it, templates as they stand
    /// (`aws:RequestTag/${TagKey}`). Keys of its resource types come on top, see
    /// [`super::ResourceTypeFacts::condition_keys`], and global keys of the principal,
    /// the network and the session are never listed.
    pub fn condition_keys(&self) -> impl Iterator<Item = &'static str> {
        list(self.condition_keys)
    }

    /// Actions that the caller may need besides, under circumstances that the
    /// reference does not say.
    pub fn dependent_actions(&self) -> impl Iterator<Item = &'static str> {
        list(self.dependent_actions)
    }
}

impl AccessLevel {
    fn read(kind: &str) -> Self {
        match kind.chars().next() {
            Some('L') => Self::List,
            Some('R') => Self::Read,
            Some('T') => Self::Tagging,
            Some('P') => Self::PermissionsManagement,
            _ => Self::Write,
        }
    }

    /// The name that AWS uses for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::List => "List",
            Self::Read => "Read",
            Self::Tagging => "Tagging",
            Self::Write => "Write",
            Self::PermissionsManagement => "Permissions management",
        }
    }
}
