//! Operations over values of which only the alternatives are known.

use std::sync::Arc;

use super::super::convert::{type_of, unify};
use super::super::equality;
use super::super::error::EvalError;
use super::super::symbol::Symbol;
use super::super::types::Type;
use super::super::value::{Refinement, Unknown, Value, ValueKind};
use super::Result;

/// The most alternatives that are followed one by one.
pub(in crate::eval) const LIFT_LIMIT: usize = 8;

/// The alternatives of `value`, if only they are known.
pub(in crate::eval) fn alternatives(value: &Value) -> Option<&Arc<[Value]>> {
    match &value.kind {
        ValueKind::Unknown(Unknown { refinement: Refinement::OneOf(alternatives), .. })
            if alternatives.len() <= LIFT_LIMIT =>
        {
            Some(alternatives)
        }
        _ => None,
    }
}

/// Applies `operation` to each alternative of `unknown`. Those for which it fails are not
/// what the value can be; only if it fails for all of them is that an error.
pub(super) fn over_alternatives(
    alternatives: &[Value],
    symbol: impl FnOnce(&[Value]) -> Symbol,
    mut operation: impl FnMut(&Value) -> Result<Value>,
) -> Result<Value> {
    let mut results = Vec::with_capacity(alternatives.len());
    let mut last_error = None;
    for alternative in alternatives {
        match operation(alternative) {
            Ok(value) => results.push(value),
            Err(error) => last_error = Some(error),
        }
    }
    match last_error {
        Some(error) if results.is_empty() => Err(error),
        _ => {
            let symbol = symbol(&results);
            one_of(results, || symbol)
        }
    }
}

/// The value that is one of `candidates`: itself if there is one, else an unknown named by `symbol`.
///
/// # Errors
/// When there are none.
pub(in crate::eval) fn one_of(candidates: Vec<Value>, symbol: impl FnOnce() -> Symbol) -> Result<Value> {
    let mut flat: Vec<Value> = Vec::with_capacity(candidates.len());
    for candidate in candidates {
        match alternatives(&candidate) {
            Some(inner) => inner.iter().for_each(|value| push_distinct(value, candidate.sensitive, &mut flat)),
            None => push_distinct(&candidate, candidate.sensitive, &mut flat),
        }
    }
    if flat.len() <= 1 {
        return flat.pop().ok_or_else(|| EvalError::new("there is no value"));
    }
    let sensitive = flat.iter().any(|value| value.sensitive);
    let not_null = flat.iter().all(is_not_null);
    let ty = common_type(&flat);
    let refinement = if flat.len() > LIFT_LIMIT { Refinement::Opaque } else { Refinement::OneOf(flat.into()) };
    let mut value = Value::new(ValueKind::Unknown(Unknown { symbol: symbol(), ty, not_null, refinement }));
    value.sensitive = sensitive;
    Ok(value)
}

/// The same, or `otherwise` if there are no candidates.
pub(in crate::eval) fn one_of_or(candidates: Vec<Value>, symbol: impl FnOnce() -> Symbol, otherwise: Value) -> Value {
    one_of(candidates, symbol).unwrap_or(otherwise)
}

fn is_not_null(value: &Value) -> bool {
    match &value.kind {
        ValueKind::Null(_) => false,
        ValueKind::Unknown(unknown) => unknown.not_null,
        _ => true,
    }
}

fn push_distinct(value: &Value, sensitive: bool, flat: &mut Vec<Value>) {
    if flat.iter().any(|other| is_same(other, value)) {
        return;
    }
    let mut value = value.clone();
    value.sensitive |= sensitive;
    flat.push(value);
}

/// Whether the two are the same for certain, type included.
fn is_same(left: &Value, right: &Value) -> bool {
    match (&left.kind, &right.kind) {
        (ValueKind::Null(left), ValueKind::Null(right)) => left == right,
        (ValueKind::Unknown(left), ValueKind::Unknown(right)) => left.symbol == right.symbol,
        (ValueKind::Null(_) | ValueKind::Unknown(_), _) | (_, ValueKind::Null(_) | ValueKind::Unknown(_)) => false,
        _ => equality::equal(left, right).known() == Some(true),
    }
}

/// The type that all `values` share; open if there is none.
pub(super) fn common_type(values: &[Value]) -> Type {
    let types: Vec<Type> = values.iter().filter(|value| !value.is_null()).map(type_of).collect();
    let references: Vec<&Type> = types.iter().collect();
    unify(&references).unwrap_or_default()
}
