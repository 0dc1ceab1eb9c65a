//! Sequences of which some parts are unknown.

use rustc_hash::FxHashSet;

use crate::eval::canonical;
use crate::eval::convert::{type_of, unify};
use crate::eval::equality::equal;
use crate::eval::truth::Truth;
use crate::eval::types::Type;
use crate::eval::value::{Refinement, SequencePart, Unknown, Value, ValueKind};

use super::call::Call;

/// The parts of a sequence, known or not. `None` for what is no sequence.
pub(super) fn parts_of(value: &Value) -> Option<Vec<SequencePart>> {
    match &value.kind {
        ValueKind::List(_, items) | ValueKind::Set(_, items) | ValueKind::Tuple(items) => {
            Some(items.iter().cloned().map(SequencePart::One).collect())
        }
        ValueKind::Unknown(Unknown { refinement: Refinement::Sequence(parts), .. }) => Some(parts.to_vec()),
        ValueKind::Unknown(unknown) => match unknown.ty {
            Type::Dynamic | Type::List(_) | Type::Set(_) | Type::Tuple(_) => {
                Some(vec![SequencePart::Spread(value.clone())])
            }
            _ => None,
        },
        _ => None,
    }
}

/// The elements, if all parts are single elements.
pub(super) fn all_single(parts: &[SequencePart]) -> Option<Vec<Value>> {
    let single = parts.iter().map(|part| match part {
        SequencePart::One(value) => Some(value.clone()),
        SequencePart::Spread(_) => None,
    });
    single.collect()
}

/// A list of these parts: a known one if none is spread.
pub(super) fn list_of(call: &Call<'_>, element: Type, parts: Vec<SequencePart>) -> Value {
    match all_single(&parts) {
        Some(items) => Value::new(ValueKind::List(element, items.into())),
        None => call.refined(Type::list(element), Refinement::Sequence(parts.into())),
    }
}

/// An element that may be left out, as `name` decides.
pub(super) fn perhaps(name: &str, value: &Value) -> SequencePart {
    let ty = type_of(value);
    let with = Value::new(ValueKind::List(ty.clone(), [value.clone()].into()));
    let without = Value::new(ValueKind::List(ty.clone(), [].into()));
    let symbol = canonical::call_symbol(name, std::slice::from_ref(&with));
    let refinement = Refinement::OneOf([with, without].into());
    let unknown = Unknown { symbol, ty: Type::list(ty), not_null: true, refinement };
    SequencePart::Spread(Value::new(ValueKind::Unknown(unknown)))
}

/// The element type of a list, set or map type; open for others.
pub(super) fn element_type(ty: &Type) -> Type {
    match ty {
        Type::List(element) | Type::Set(element) | Type::Map(element) => Type::clone(element),
        _ => Type::Dynamic,
    }
}

/// One of the `values`, which one being unknown.
pub(super) fn choice(call: &Call<'_>, values: Vec<Value>) -> Value {
    /// More than these are not worth following.
    const MOST_ALTERNATIVES: usize = 32;
    let types: Vec<Type> = values.iter().map(type_of).collect();
    let ty = unify(&types.iter().collect::<Vec<_>>()).unwrap_or_default();
    let not_null = values.iter().all(is_not_null);
    let refinement =
        if values.len() <= MOST_ALTERNATIVES { Refinement::OneOf(values.into()) } else { Refinement::Opaque };
    Value::new(ValueKind::Unknown(Unknown { symbol: call.symbol(), ty, not_null, refinement }))
}

/// Elements that others are looked for among, known ones by hash.
#[derive(Default)]
pub(super) struct Elements {
    all: Vec<Value>,
    known: FxHashSet<String>,
    /// Those that are not wholly known.
    open: Vec<Value>,
}

impl Elements {
    pub(super) fn add(&mut self, value: &Value) {
        self.all.push(value.clone());
        match canonical::key(value) {
            Some(key) => {
                self.known.insert(key);
            }
            None => self.open.push(value.clone()),
        }
    }

    /// Whether one of them is equal to `value`, which has the same type.
    pub(super) fn hold(&self, value: &Value) -> Truth {
        let others = match canonical::key(value) {
            Some(key) if self.known.contains(&key) => return Truth::Yes,
            Some(_) => &self.open,
            None => &self.all,
        };
        others.iter().fold(Truth::No, |held, other| held.or(equal(value, other)))
    }
}

/// Whether the value is certainly not null.
pub(super) fn is_not_null(value: &Value) -> bool {
    match &value.kind {
        ValueKind::Null(_) => false,
        ValueKind::Unknown(unknown) => unknown.not_null,
        _ => true,
    }
}
