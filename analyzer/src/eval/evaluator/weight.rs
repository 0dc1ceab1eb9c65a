//! How large values are: what is written in few words may be large beyond measure.

use std::sync::Arc;

use super::super::symbol::Cause;
use super::super::text::Piece;
use super::super::value::{Refinement, SequencePart, Value, ValueKind};
use super::Evaluator;

/// Larger values are not kept, in elements, nested ones included.
const LARGEST: u64 = 250_000;

/// Bytes of a text that weigh as much as an element.
const BYTES_OF_ONE: u64 = 16;

impl Evaluator<'_> {
    /// `value`, or an unknown if it is too large to be looked through.
    ///
    /// A value that was kept before counts without being looked through again, so a value
    /// made of others in many places is weighed in the time that it took to make it.
    pub(super) fn bounded(&self, value: Value, name: &str) -> Value {
        let weight = self.weight(&value);
        if weight > LARGEST {
            let address = format!("{name} (too large)");
            return self.fresh_unknown(&address, Cause::Limit("size of a value"), value.origin.span);
        }
        if let Some(key) = shared(&value).filter(|_| weight > 1) {
            self.weights.borrow_mut().insert(key, weight);
        }
        value
    }

    fn weight(&self, value: &Value) -> u64 {
        if let Some(known) = shared(value).and_then(|key| self.weights.borrow().get(&key).copied()) {
            return known;
        }
        let all = |items: &[Value]| {
            items
                .iter()
                .fold(1, |sum: u64, item| if sum > LARGEST { sum } else { sum.saturating_add(self.weight(item)) })
        };
        match &value.kind {
            ValueKind::List(_, items) | ValueKind::Set(_, items) | ValueKind::Tuple(items) => all(items),
            ValueKind::Map(_, fields) | ValueKind::Object(fields) => {
                fields.values().fold(
                    1,
                    |sum: u64, field| {
                        if sum > LARGEST { sum } else { sum.saturating_add(self.weight(&field.value)) }
                    },
                )
            }
            ValueKind::Unknown(unknown) => match &unknown.refinement {
                Refinement::Opaque => 1,
                Refinement::OneOf(items) | Refinement::Merged(items) => all(items),
                Refinement::Entry(entry) => self.weight(&entry.0).saturating_add(self.weight(&entry.1)),
                Refinement::Sequence(parts) => parts.iter().fold(1, |sum: u64, part| match part {
                    SequencePart::One(item) | SequencePart::Spread(item) if sum <= LARGEST => {
                        sum.saturating_add(self.weight(item))
                    }
                    _ => sum,
                }),
            },
            ValueKind::String(text) => {
                let json = text.json().map_or(0, |json| self.weight(json));
                text.pieces().iter().fold(json.saturating_add(1), |sum, piece| match piece {
                    Piece::Known(known) => sum.saturating_add(1 + known.text.len() as u64 / BYTES_OF_ONE),
                    Piece::Hole(_) => sum.saturating_add(1),
                })
            }
            ValueKind::Null(_) | ValueKind::Bool(_) | ValueKind::Number(_) => 1,
        }
    }
}

/// The identity of shared content. Content that was kept lives as long as the evaluator, so
/// its identity is not given to other content.
fn shared(value: &Value) -> Option<usize> {
    match &value.kind {
        ValueKind::List(_, items) | ValueKind::Set(_, items) | ValueKind::Tuple(items) => {
            Some(Arc::as_ptr(items).cast::<()>().addr())
        }
        ValueKind::Map(_, fields) | ValueKind::Object(fields) => Some(Arc::as_ptr(fields).addr()),
        ValueKind::Unknown(unknown) => match &unknown.refinement {
            Refinement::OneOf(items) | Refinement::Merged(items) => Some(Arc::as_ptr(items).cast::<()>().addr()),
            Refinement::Sequence(parts) => Some(Arc::as_ptr(parts).cast::<()>().addr()),
            Refinement::Entry(entry) => Some(Arc::as_ptr(entry).addr()),
            Refinement::Opaque => None,
        },
        ValueKind::Null(_) | ValueKind::Bool(_) | ValueKind::Number(_) | ValueKind::String(_) => None,
    }
}
