//! The arguments of resources as strings with places, as the parts of a policy are.

use crate::cloudtrail::{Argument, Settings};
use crate::eval::value::{Refinement, SequencePart, Unknown, Value, ValueKind};
use crate::policy::model::Leaf;
use crate::policy::read_string;
use crate::source::Span;
use crate::truth::Truth;

use super::RuleContext;

/// The string that an argument is; numbers and truth values as text.
pub(super) fn leaf(argument: &Argument) -> Option<Leaf> {
    string(&argument.value, argument.span)
}

/// The string that `value` is.
fn string(value: &Value, place: Span) -> Option<Leaf> {
    let mut leaf = read_string(value, place)?;
    leaf.via.retain(|via| *via != leaf.span);
    Some(leaf)
}

/// Whether an argument gives something for certain: neither null nor the empty text.
pub(super) fn is_given(settings: &Settings, name: &str) -> Truth {
    let Some(argument) = settings.argument(name) else {
        return if settings.open.is_empty() { Truth::No } else { Truth::Unknown };
    };
    let is_empty = argument.text().is_some_and(|text| text.is_empty());
    if is_empty { Truth::No } else { argument.is_set() }
}

/// Whether a value is a default of a module that nobody in view calls: its callers may give another.
pub(super) fn is_default_of_library(leaf: &Leaf, stack: &str, ctx: &RuleContext<'_>) -> bool {
    !leaf.via.is_empty() && ctx.iam.stacks().iter().any(|it| it.library && it.stack == stack)
}

/// The strings of an argument that is a list.
#[derive(Debug, Default)]
pub(super) struct Items {
    /// Those that are there for certain.
    pub(super) leaves: Vec<Leaf>,
    /// Whether there may be others.
    pub(super) open: bool,
}

/// The strings of an argument that is a list.
pub(super) fn items(argument: &Argument) -> Items {
    let mut items = Items::default();
    items.add(&argument.value, argument.span);
    items
}

impl Items {
    fn add(&mut self, value: &Value, place: Span) {
        let place = value.origin.span.unwrap_or(place);
        if let Some(elements) = value.elements() {
            elements.iter().for_each(|element| self.add_one(element, place));
            return;
        }
        match &value.kind {
            ValueKind::Unknown(Unknown { refinement: Refinement::Sequence(parts), .. }) => {
                for part in parts.iter() {
                    match part {
                        SequencePart::One(value) => self.add_one(value, place),
                        SequencePart::Spread(_) => self.open = true,
                    }
                }
            }
            ValueKind::Unknown(_) => self.open = true,
            _ => {}
        }
    }

    fn add_one(&mut self, value: &Value, place: Span) {
        match &value.kind {
            ValueKind::Unknown(_) => self.open = true,
            _ => self.leaves.extend(string(value, place)),
        }
    }
}
