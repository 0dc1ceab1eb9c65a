//! The advanced event selectors of a trail or an event data store.

use smol_str::SmolStr;

use crate::cloudtrail::{Argument, Settings};
use crate::eval::evaluator::Existence;
use crate::policy::model::Leaf;

use super::arguments::{Items, items, leaf};

/// The operators of a field, in the names of the provider `aws`.
pub(super) const OPERATORS: [&str; 6] =
    ["ends_with", "equals", "not_ends_with", "not_equals", "not_starts_with", "starts_with"];

/// A selector that is there for certain.
pub(super) struct Selector<'a> {
    /// All that is said of it.
    pub(super) settings: &'a Settings,
    /// Its fields.
    pub(super) fields: Vec<Field<'a>>,
    /// Whether it may have others.
    pub(super) open: bool,
}

/// A field of a selector.
pub(super) struct Field<'a> {
    /// All that is said of it.
    pub(super) settings: &'a Settings,
    /// Its name.
    pub(super) name: Leaf,
}

/// The selectors of `settings`; `None` if there may be others, or if one is not certain.
pub(super) fn advanced(settings: &Settings) -> Option<Vec<Selector<'_>>> {
    let blocks = settings.blocks("advanced_event_selector");
    let is_closed = settings.open.is_empty() && blocks.iter().all(is_certain);
    is_closed.then(|| blocks.iter().map(Selector::read).collect())
}

/// The selectors of `settings` that are there for certain.
pub(super) fn certain(settings: &Settings) -> impl Iterator<Item = Selector<'_>> {
    settings.blocks("advanced_event_selector").iter().filter(|block| is_certain(block)).map(Selector::read)
}

/// Whether a block is there for certain, and once.
pub(super) fn is_certain(block: &Settings) -> bool {
    block.existence == Existence::Certain && !block.summary
}

impl<'a> Selector<'a> {
    fn read(settings: &'a Settings) -> Self {
        let blocks = settings.blocks("field_selector");
        let name = |block: &'a Settings| {
            let name = block.argument("field").and_then(leaf)?;
            Some(Field { settings: block, name })
        };
        let fields: Vec<Field<'_>> = blocks.iter().filter(|block| is_certain(block)).filter_map(name).collect();
        let is_known = |field: &Field<'_>| field.name.text.is_known();
        let open = !settings.open.is_empty() || fields.len() < blocks.len() || !fields.iter().all(is_known);
        Self { settings, fields, open }
    }

    /// The fields of that name.
    pub(super) fn named(&self, name: &str) -> impl Iterator<Item = &Field<'a>> {
        self.fields.iter().filter(move |field| field.name.text.as_known().is_some_and(|it| it == name))
    }

    /// The category of its events, where it is known and one.
    pub(super) fn category(&self) -> Option<(SmolStr, Leaf)> {
        let [category] = self.named("eventCategory").collect::<Vec<_>>()[..] else { return None };
        let values = category.values("equals")?;
        match &values.leaves[..] {
            [value] if !values.open => Some((value.text.as_known()?, value.clone())),
            _ => None,
        }
    }
}

impl<'a> Field<'a> {
    /// The values that it has with that operator, if it has it.
    pub(super) fn values(&self, operator: &str) -> Option<Items> {
        self.settings.argument(operator).map(items)
    }

    /// Its operators.
    pub(super) fn operators(&self) -> impl Iterator<Item = (&'static str, &'a Argument)> {
        let settings = self.settings;
        OPERATORS.into_iter().filter_map(|operator| Some((operator, settings.argument(operator)?)))
    }
}
