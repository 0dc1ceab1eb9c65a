//! Sets of strings: actions, resources, identifiers.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::eval::text::{Known, Piece, Text};
use crate::eval::types::Type;
use crate::eval::value::{Refinement, SequencePart, Unknown, Value, ValueKind};

use super::block::{Identity, passed, unknown};

/// What is done to each string.
#[derive(Debug, Clone, Copy)]
pub(super) enum Variables {
    /// Nothing: actions.
    AsWritten,
    /// `&{name}` becomes `${name}`.
    Replaced,
}

/// The JSON form of the set `value`: one string as itself, several in reverse order.
/// `None` for an empty set, which leaves its element out.
pub(super) fn set(value: &Value, variables: Variables, identity: &Identity) -> Option<Value> {
    if let ValueKind::Unknown(unknown) = &value.kind
        && let Some(branches) = branches(unknown)
    {
        return set_of_branches(value, unknown, branches, variables, identity);
    }
    let parts = parts(value, variables)?;
    if parts.is_empty() {
        return None;
    }
    Some(one_or_list(parts, identity).with_origin_of(value))
}

fn branches(unknown: &Unknown) -> Option<&[Value]> {
    match &unknown.refinement {
        Refinement::OneOf(values) => Some(values),
        Refinement::Opaque | Refinement::Sequence(_) | Refinement::Merged(_) | Refinement::Entry(_) => None,
    }
}

fn set_of_branches(
    value: &Value,
    of: &Unknown,
    branches: &[Value],
    variables: Variables,
    identity: &Identity,
) -> Option<Value> {
    let sets: Vec<Option<Value>> = branches.iter().map(|branch| set(branch, variables, identity)).collect();
    if sets.iter().all(Option::is_none) {
        return None;
    }
    let absent = || Value::new(ValueKind::Null(Type::Dynamic));
    let sets = sets.into_iter().map(|set| set.unwrap_or_else(absent)).collect();
    Some(unknown(of.symbol.clone(), Refinement::OneOf(sets)).with_origin(value.origin.clone()))
}

/// The strings of `value` as parts of a list: the known ones in reverse order, each once, then
/// those with holes. `None` if it is no list at all.
pub(super) fn parts(value: &Value, variables: Variables) -> Option<Vec<SequencePart>> {
    let parts: Vec<SequencePart> = match &value.kind {
        ValueKind::List(_, items) | ValueKind::Set(_, items) | ValueKind::Tuple(items) => {
            items.iter().cloned().map(SequencePart::One).collect()
        }
        ValueKind::Unknown(unknown) => match &unknown.refinement {
            Refinement::Sequence(parts) => parts.to_vec(),
            Refinement::Opaque | Refinement::OneOf(_) | Refinement::Merged(_) | Refinement::Entry(_) => {
                vec![SequencePart::Spread(value.clone())]
            }
        },
        ValueKind::String(_) => vec![SequencePart::One(value.clone())],
        ValueKind::Null(_) | ValueKind::Bool(_) | ValueKind::Number(_) | ValueKind::Map(..) | ValueKind::Object(_) => {
            return None;
        }
    };
    Some(sorted(parts, variables))
}

fn sorted(parts: Vec<SequencePart>, variables: Variables) -> Vec<SequencePart> {
    let mut known: Vec<(SmolStr, Value)> = Vec::new();
    let mut rest = Vec::new();
    for part in parts {
        match part {
            SequencePart::One(value) if value.is_null() => {}
            SequencePart::One(value) => {
                let value = element(value, variables);
                match value.as_str() {
                    Some(text) => known.push((text, value)),
                    None => rest.push(SequencePart::One(value)),
                }
            }
            SequencePart::Spread(value) => rest.push(SequencePart::Spread(string(value, variables))),
        }
    }
    known.sort_by(|(a, _), (b, _)| b.cmp(a));
    known.dedup_by(|(later, _), (earlier, _)| later == earlier);
    known.into_iter().map(|(_, value)| SequencePart::One(value)).chain(rest).collect()
}

/// `parts` as the provider writes them: a string alone stands for itself.
pub(super) fn one_or_list(mut parts: Vec<SequencePart>, identity: &Identity) -> Value {
    match parts.pop() {
        Some(SequencePart::One(value)) if parts.is_empty() => value,
        Some(SequencePart::Spread(value)) if parts.is_empty() => value,
        last => {
            parts.extend(last);
            identity.list(parts)
        }
    }
}

/// An element of a set of strings: an unknown one is a string of unknown text.
pub(super) fn element(value: Value, variables: Variables) -> Value {
    let value = string(value, variables);
    match &value.kind {
        ValueKind::Unknown(Unknown { symbol, refinement: Refinement::Opaque, .. }) => {
            Value { kind: ValueKind::String(Text::hole(symbol.clone())), ..value }
        }
        _ => value,
    }
}

/// `value` as a string, its variables written as IAM wants them; likewise the strings of which
/// an unknown is known to be one, or to hold some.
pub(super) fn string(value: Value, variables: Variables) -> Value {
    let kind = match &value.kind {
        ValueKind::Bool(known) => ValueKind::String(Text::known(if *known { "true" } else { "false" })),
        ValueKind::Number(number) => ValueKind::String(Text::known(number.to_string())),
        ValueKind::String(text) => match variables {
            Variables::AsWritten => return value,
            Variables::Replaced => ValueKind::String(replaced(text)),
        },
        ValueKind::List(ty, items) => ValueKind::List(ty.clone(), strings(items, variables)),
        ValueKind::Set(ty, items) => ValueKind::Set(ty.clone(), strings(items, variables)),
        ValueKind::Tuple(items) => ValueKind::Tuple(strings(items, variables)),
        ValueKind::Unknown(unknown) => {
            let refinement = refinement(&unknown.refinement, variables);
            ValueKind::Unknown(Unknown { refinement, ..unknown.clone() })
        }
        ValueKind::Null(_) | ValueKind::Map(..) | ValueKind::Object(_) => return value,
    };
    Value { kind, ..value }
}

fn strings(values: &[Value], variables: Variables) -> Arc<[Value]> {
    values.iter().map(|value| string(value.clone(), variables)).collect()
}

fn refinement(refinement: &Refinement, variables: Variables) -> Refinement {
    match refinement {
        Refinement::OneOf(values) => Refinement::OneOf(strings(values, variables)),
        Refinement::Sequence(parts) => {
            let part = |part: &SequencePart| match part {
                SequencePart::One(value) => SequencePart::One(string(value.clone(), variables)),
                SequencePart::Spread(value) => SequencePart::Spread(string(value.clone(), variables)),
            };
            Refinement::Sequence(parts.iter().map(part).collect())
        }
        Refinement::Opaque | Refinement::Merged(_) | Refinement::Entry(_) => refinement.clone(),
    }
}

/// `&{` becomes `${`, which is as long: every piece keeps its place.
fn replaced(text: &Text) -> Text {
    let piece = |piece: &Piece| match piece {
        Piece::Known(known) if known.text.contains("&{") => {
            Piece::Known(Known { text: known.text.replace("&{", "${").into(), place: known.place.clone() })
        }
        Piece::Known(_) | Piece::Hole(_) => piece.clone(),
    };
    Text::from_pieces(text.pieces().iter().map(piece))
}

trait WithOriginOf {
    /// What was made of `source`: a list has its place, a string of it keeps its own; both passed
    /// the references of `source`.
    fn with_origin_of(self, source: &Value) -> Value;
}

impl WithOriginOf for Value {
    fn with_origin_of(mut self, source: &Value) -> Value {
        let is_part = self.origin.span.is_some() || self.as_text().is_some();
        self.origin = if is_part { passed(self.origin, &source.origin) } else { source.origin.clone() };
        self
    }
}
