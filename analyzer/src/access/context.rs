//! The condition keys of a request.
//!
//! Source: IAM User Guide, `reference_policies_condition-keys`.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::aws::pattern::Pattern;
use crate::eval::text::Text;

use super::hole::Hole;
use super::template::value_pattern;

/// What a request holds of a condition key.
#[derive(Debug, Clone)]
pub enum Presence {
    /// These values; the texts may have holes.
    Known(Vec<Text>),
    /// The request does not have the key.
    Absent,
    /// Not known, whether there or not.
    Unknown,
}

/// Condition keys and what a request holds of them. A key that is not named is unknown,
/// unless it follows from who calls, see [`super::Caller`].
#[derive(Debug, Clone, Default)]
pub struct Context {
    keys: FxHashMap<SmolStr, Entry>,
}

#[derive(Debug, Clone)]
enum Entry {
    Values(Vec<Value>),
    Absent,
    Unknown,
}

/// A value of a condition key.
#[derive(Debug, Clone)]
pub(super) struct Value {
    text: Text,
    known: Option<SmolStr>,
    pattern: Pattern<Hole>,
}

/// What was found for a key.
#[derive(Debug, Clone, Copy)]
pub(super) enum Found<'a> {
    /// Its values.
    Values(&'a [Value]),
    /// The request does not have it.
    Absent,
    /// Not known.
    Unknown,
}

/// Where the values of condition keys are found.
pub(super) trait Lookup {
    /// What a request holds of `key`, which is in lower case.
    fn find(&self, key: &str) -> Found<'_>;
}

impl Value {
    fn new(text: Text) -> Self {
        Self { known: text.as_known(), pattern: value_pattern(&text), text }
    }

    pub(super) const fn text(&self) -> &Text {
        &self.text
    }

    /// The text, if it has no holes.
    pub(super) fn known(&self) -> Option<&str> {
        self.known.as_deref()
    }

    pub(super) const fn pattern(&self) -> &Pattern<Hole> {
        &self.pattern
    }
}

impl Context {
    /// Says what the request holds of `key`; letter case aside, as everywhere.
    pub fn set(&mut self, key: &str, presence: Presence) {
        let entry = match presence {
            Presence::Known(values) => Entry::Values(values.into_iter().map(Value::new).collect()),
            Presence::Absent => Entry::Absent,
            Presence::Unknown => Entry::Unknown,
        };
        self.keys.insert(key.to_ascii_lowercase().into(), entry);
    }

    /// Says that the request holds this one value of `key`.
    pub fn set_value(&mut self, key: &str, value: Text) {
        self.set(key, Presence::Known(vec![value]));
    }

    /// What is said of `key`, which is in lower case; `None` if nothing is.
    pub(super) fn get(&self, key: &str) -> Option<Found<'_>> {
        self.keys.get(key).map(|entry| match entry {
            Entry::Values(values) => Found::Values(values),
            Entry::Absent => Found::Absent,
            Entry::Unknown => Found::Unknown,
        })
    }
}
