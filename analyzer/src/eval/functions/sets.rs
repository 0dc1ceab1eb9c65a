//! Sets.

use crate::eval::convert::{convert, type_of, unify};
use crate::eval::equality::equal;
use crate::eval::error::EvalError;
use crate::eval::set;
use crate::eval::truth::Truth;
use crate::eval::types::Type;
use crate::eval::value::{Refinement, SequencePart, Value, ValueKind};

use super::call::{Call, Outcome};
use super::parts::{all_single, element_type, parts_of, perhaps};
use super::table::Function;

pub(super) static FUNCTIONS: &[Function] = &[
    Function::selecting("setintersection", |call| combine(call, |left, right| keep(call, left, right, Truth::Yes))),
    Function::selecting("setproduct", setproduct),
    Function::selecting("setsubtract", |call| combine(call, |left, right| keep(call, left, right, Truth::No))),
    Function::selecting("setunion", |call| combine(call, |left, right| [left, right].concat())),
];

type Parts = Vec<SequencePart>;

/// Converts all sets to one element type and puts them together from the left.
fn combine(call: &Call<'_>, step: impl Fn(Parts, Parts) -> Parts) -> Outcome {
    // An empty set fits to any other.
    let is_empty = |argument: &&Value| argument.elements().is_some_and(|items| items.is_empty());
    let filled = call.arguments.iter().filter(|argument| !is_empty(argument));
    let types: Vec<Type> = filled.map(|argument| element_type(&type_of(argument))).collect();
    let unified = unify(&types.iter().collect::<Vec<_>>());
    let is_open = types.iter().any(|ty| *ty != Type::Dynamic) && unified == Some(Type::Dynamic);
    let are_known = call.arguments.iter().all(|argument| argument.elements().is_some());
    let element = match unified {
        Some(_) if is_open && are_known => None,
        None if types.is_empty() => Some(Type::Dynamic),
        unified => unified,
    };
    let element = element.ok_or_else(|| call.fail("the sets have elements of different types"))?;
    let ty = Type::set(element.clone());
    let converted = call.arguments.iter().map(|argument| Ok(parts_of(&convert(argument, &ty)?).unwrap_or_default()));
    let converted: Vec<Parts> = converted.collect::<Result<_, EvalError>>()?;
    let parts = converted.into_iter().reduce(step).unwrap_or_default();
    Ok(match all_single(&parts) {
        Some(items) => Value::new(ValueKind::Set(element, set::from_elements(items).into())),
        None => call.refined(ty, Refinement::Sequence(parts.into())),
    })
}

/// The parts of `left` of which the answer to "is it in `right`?" is `wanted`.
fn keep(call: &Call<'_>, left: Parts, right: Parts, wanted: Truth) -> Parts {
    let mut kept = Vec::new();
    for part in left {
        let SequencePart::One(value) = &part else {
            let symbol = crate::eval::canonical::call_symbol(call.name, call.arguments);
            let ty = Type::set(Type::Dynamic);
            kept.push(SequencePart::Spread(Value::unknown(symbol, ty)));
            continue;
        };
        let found = right.iter().fold(Truth::No, |found, other| {
            found.or(match other {
                SequencePart::One(other) => equal(value, other),
                SequencePart::Spread(_) => Truth::Unknown,
            })
        });
        if found == wanted {
            kept.push(part);
        } else if found == Truth::Unknown {
            kept.push(perhaps(call.name, value));
        }
    }
    kept
}

/// More combinations than this are not made.
const MOST_COMBINATIONS: usize = 10_000;

fn setproduct(call: &Call<'_>) -> Outcome {
    if call.arguments.len() < 2 {
        return Err(call.fail("at least two collections are required"));
    }
    let mut columns: Vec<(Type, Vec<Value>)> = Vec::new();
    for (index, argument) in call.arguments.iter().enumerate() {
        let ty = match type_of(argument) {
            ty @ (Type::List(_) | Type::Set(_)) => ty,
            Type::Tuple(_) | Type::Dynamic => Type::list(Type::Dynamic),
            _ => return Err(call.fail_at(index, "a list, set or tuple is required")),
        };
        let converted = convert(argument, &ty).map_err(|error| call.fail_at(index, error.message))?;
        let Some(items) = converted.elements() else { return Ok(call.unknown(product_type(call, Type::Dynamic))) };
        columns.push((element_type(&type_of(&converted)), items.to_vec()));
    }
    let count = columns.iter().try_fold(1_usize, |product, (_, items)| product.checked_mul(items.len()));
    if count.is_none_or(|count| count > MOST_COMBINATIONS) {
        return Ok(call.limited(product_type(call, Type::Dynamic), "size of a product"));
    }
    let element = Type::Tuple(columns.iter().map(|(ty, _)| ty.clone()).collect());
    let mut rows: Vec<Vec<Value>> = vec![Vec::new()];
    for (_, items) in &columns {
        rows = rows
            .iter()
            .flat_map(|row| items.iter().map(|item| [row.as_slice(), std::slice::from_ref(item)].concat()))
            .collect();
    }
    let tuples = rows.into_iter().map(|row| Value::new(ValueKind::Tuple(row.into())));
    Ok(Value::new(match product_type(call, element.clone()) {
        Type::Set(_) => ValueKind::Set(element, set::from_elements(tuples.collect()).into()),
        _ => ValueKind::List(element, tuples.collect()),
    }))
}

/// Only of sets alone the product is a set.
fn product_type(call: &Call<'_>, element: Type) -> Type {
    let are_sets = call.arguments.iter().all(|argument| matches!(type_of(argument), Type::Set(_)));
    if are_sets { Type::set(element) } else { Type::list(element) }
}
