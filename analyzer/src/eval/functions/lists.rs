//! Lists: searching, cutting, sorting.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use smol_str::SmolStr;

use crate::eval::convert::{convert, type_of, unify};
use crate::eval::equality::equal;
use crate::eval::number::Number;
use crate::eval::text::{Piece, Text};
use crate::eval::truth::Truth;
use crate::eval::types::Type;
use crate::eval::value::{Field, Fields, Origin, SequencePart, Value, ValueKind};

use super::call::{Call, Outcome, list, number};
use super::parts::{all_single, choice, element_type, parts_of};
use super::strings::text_of;
use super::table::Function;

pub(super) static FUNCTIONS: &[Function] = &[
    Function::selecting("chunklist", chunklist),
    Function::selecting("coalescelist", coalescelist),
    Function::partial("index", index),
    Function::selecting("matchkeys", matchkeys),
    Function::selecting("slice", slice),
    Function::selecting("sort", sort),
    Function::known("transpose", transpose),
];

fn chunklist(call: &Call<'_>) -> Outcome {
    let argument = call.value(0);
    let ValueKind::List(element, items) = &argument.kind else {
        return Ok(call.unknown(Type::list(type_of(&argument))));
    };
    if !call.value(1).is_wholly_known() {
        return Ok(call.unknown(Type::list(type_of(&argument))));
    }
    let size = usize::try_from(call.integer(1)?).map_err(|_| call.fail_at(1, "the size must not be negative"))?;
    let size = if size == 0 { items.len().max(1) } else { size };
    let chunks = items.chunks(size).map(|chunk| list(element.clone(), chunk.iter().cloned()));
    Ok(list(Type::list(element.clone()), chunks))
}

fn coalescelist(call: &Call<'_>) -> Outcome {
    let types: Vec<Type> = call.arguments.iter().map(type_of).collect();
    let is_sequence = |argument: &Value, ty: &Type| {
        matches!(ty, Type::List(_) | Type::Tuple(_)) || (*ty == Type::Dynamic && !argument.is_null())
    };
    if let Some(index) = call.arguments.iter().zip(&types).position(|(argument, ty)| !is_sequence(argument, ty)) {
        return Err(call.fail_at(index, "lists or tuples are required"));
    }
    let mut candidates = Vec::new();
    for argument in call.arguments.iter().filter(|argument| !argument.is_null()) {
        let parts = parts_of(argument).unwrap_or_default();
        if parts.is_empty() {
            continue;
        }
        let is_certain = parts.iter().any(|part| matches!(part, SequencePart::One(_)));
        candidates.push(argument.clone());
        if is_certain {
            break;
        }
    }
    match candidates.as_slice() {
        [] => Err(call.fail("every argument is null or empty")),
        [only] => Ok(only.clone()),
        _ => Ok(choice(call, candidates)),
    }
}

fn index(call: &Call<'_>) -> Outcome {
    let argument = call.value(0);
    let Some(items) = argument.elements() else {
        return match type_of(&argument) {
            Type::Dynamic | Type::List(_) | Type::Tuple(_) => Ok(call.unknown(Type::Number)),
            _ => Err(call.fail_at(0, "a list or tuple is required")),
        };
    };
    if matches!(argument.kind, ValueKind::Set(..)) {
        return Err(call.fail_at(0, "a list or tuple is required"));
    }
    if items.is_empty() {
        return Err(call.fail_at(0, "the list is empty"));
    }
    let wanted = call.value(1);
    for (position, item) in items.iter().enumerate() {
        match equal(item, &wanted) {
            Truth::Yes => return Ok(number(Number::from_count(position))),
            Truth::No => {}
            Truth::Unknown => return Ok(call.unknown(Type::Number)),
        }
    }
    Err(call.fail("the list does not hold the value"))
}

fn matchkeys(call: &Call<'_>) -> Outcome {
    let (values, keys, wanted) = (call.value(0), call.value(1), call.value(2));
    let ty = type_of(&values);
    let (Some(items), Some(keys), Some(wanted)) = (values.elements(), keys.elements(), wanted.elements()) else {
        return Ok(call.unknown(ty));
    };
    if items.len() != keys.len() {
        return Err(call.fail(format!("there are {} keys for {} values", keys.len(), items.len())));
    }
    let types = [type_of(&call.value(1)), type_of(&call.value(2))].map(|ty| element_type(&ty));
    let Some(key_type) = unify(&types.iter().collect::<Vec<_>>()) else {
        return Err(call.fail("keys and the search set are of different types"));
    };
    let mut matched = Vec::new();
    for (item, key) in items.iter().zip(keys.iter()) {
        let key = convert(key, &key_type)?;
        let mut found = Truth::No;
        for candidate in wanted.iter() {
            found = found.or(equal(&key, &convert(candidate, &key_type)?));
        }
        match found {
            Truth::Yes => matched.push(item.clone()),
            Truth::No => {}
            Truth::Unknown => return Ok(call.unknown(ty)),
        }
    }
    Ok(list(element_type(&ty), matched))
}

fn slice(call: &Call<'_>) -> Outcome {
    let argument = call.value(0);
    let ty = type_of(&argument);
    if !matches!(ty, Type::List(_) | Type::Tuple(_) | Type::Dynamic) {
        return Err(call.fail_at(0, "a list or tuple is required"));
    }
    let are_known = call.value(1).is_wholly_known() && call.value(2).is_wholly_known();
    let (Some(items), true) = (argument.elements(), are_known) else {
        return Ok(call.unknown(if matches!(ty, Type::List(_)) { ty } else { Type::Dynamic }));
    };
    let bound = |index: usize| {
        let value = call.integer(index)?;
        usize::try_from(value).map_err(|_| call.fail_at(index, "an index must not be negative"))
    };
    let (start, end) = (bound(1)?, bound(2)?);
    if start > end {
        return Err(call.fail_at(1, "the start must not be greater than the end"));
    }
    let cut = items.get(start..end).ok_or_else(|| call.fail_at(2, "the end is behind the end of the list"))?;
    Ok(match ty {
        Type::List(element) => list(*element, cut.iter().cloned()),
        _ => Value::new(ValueKind::Tuple(cut.into())),
    })
}

fn sort(call: &Call<'_>) -> Outcome {
    let argument = call.value(0);
    let items = parts_of(&argument).and_then(|parts| all_single(&parts));
    let Some(mut items) = items else { return Ok(call.unknown(Type::list(Type::String))) };
    if items.iter().any(Value::is_null) {
        return Err(call.fail_at(0, "null cannot be sorted"));
    }
    let texts: Vec<Text> = items.iter().map(text_of).collect();
    let is_settled = argument.is_wholly_known() || all_pairs(&texts, |left, right| order(left, right).is_some());
    if is_settled {
        items.sort_by(|left, right| order(&text_of(left), &text_of(right)).unwrap_or(Ordering::Equal));
        return Ok(list(Type::String, items));
    }
    match items.as_slice() {
        // Of two elements there are two orders.
        [first, second] => {
            let orders = [[first, second], [second, first]];
            Ok(choice(call, orders.map(|pair| list(Type::String, pair.map(Value::clone))).to_vec()))
        }
        _ => Ok(call.unknown(Type::list(Type::String))),
    }
}

fn all_pairs(texts: &[Text], holds: impl Fn(&Text, &Text) -> bool) -> bool {
    /// The comparison of all pairs is quadratic.
    const MOST_TEXTS: usize = 64;
    let pairs =
        texts.iter().enumerate().flat_map(|(at, left)| texts.iter().skip(at + 1).map(move |right| (left, right)));
    texts.len() <= MOST_TEXTS && pairs.into_iter().all(|(left, right)| holds(left, right))
}

/// Which of two texts comes first, if that does not depend on their holes.
fn order(left: &Text, right: &Text) -> Option<Ordering> {
    if let (Some(left), Some(right)) = (left.as_known(), right.as_known()) {
        return Some(left.as_bytes().cmp(right.as_bytes()));
    }
    let (mut left, mut right) = (units(left).into_iter(), units(right).into_iter());
    loop {
        match (left.next(), right.next()) {
            (None, None) => return Some(Ordering::Equal),
            (Some(Ok(one)), Some(Ok(other))) if one != other => return Some(one.cmp(&other)),
            (Some(one), Some(other)) if one == other => {}
            (None, Some(Ok(_))) => return Some(Ordering::Less),
            (Some(Ok(_)), None) => return Some(Ordering::Greater),
            _ => return None,
        }
    }
}

/// Bytes and holes.
fn units(text: &Text) -> Vec<Result<u8, &crate::eval::symbol::Symbol>> {
    let mut units = Vec::new();
    for piece in text.pieces() {
        match piece {
            Piece::Known(known) => units.extend(known.text.bytes().map(Ok)),
            Piece::Hole(symbol) => units.push(Err(symbol)),
        }
    }
    units
}

fn transpose(call: &Call<'_>) -> Outcome {
    let mut lists: BTreeMap<SmolStr, Vec<Value>> = BTreeMap::new();
    for (name, field) in call.fields(0) {
        if field.value.is_null() {
            return Err(call.fail_at(0, format!("the list of `{name}` is null")));
        }
        for item in field.value.elements().map(|items| &items[..]).unwrap_or_default() {
            let key = item.as_str().ok_or_else(|| call.fail_at(0, "null cannot become a key"))?;
            lists.entry(key).or_default().push(Value::string(name.clone()).with_origin(field.key.clone()));
        }
    }
    let fields: Fields = lists
        .into_iter()
        .map(|(name, items)| (name, Field { key: Origin::default(), value: list(Type::String, items) }))
        .collect();
    Ok(Value::new(ValueKind::Map(Type::list(Type::String), std::sync::Arc::new(fields))))
}
