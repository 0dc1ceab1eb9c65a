//! Lists: putting together, taking apart, asking.

use unicode_segmentation::UnicodeSegmentation as _;

use crate::eval::convert::{convert, type_of, unify};
use crate::eval::equality::equal;
use crate::eval::number::Number;
use crate::eval::truth::Truth;
use crate::eval::types::Type;
use crate::eval::value::{Refinement, SequencePart, Unknown, Value, ValueKind};

use super::call::{Call, Outcome, number};
use super::parts::{all_single, choice, element_type, list_of, parts_of, perhaps};
use super::table::Function;

pub(super) static FUNCTIONS: &[Function] = &[
    Function::selecting("coalesce", coalesce),
    Function::selecting("compact", compact),
    Function::selecting("concat", concat),
    Function::partial("contains", contains),
    Function::selecting("distinct", distinct),
    Function::selecting("element", element),
    Function::selecting("flatten", flatten),
    Function::selecting("length", length),
    Function::selecting("one", one),
    Function::selecting("reverse", reverse),
];

fn coalesce(call: &Call<'_>) -> Outcome {
    let types: Vec<Type> = call.arguments.iter().map(type_of).collect();
    let ty = unify(&types.iter().collect::<Vec<_>>()).ok_or_else(|| call.fail("the arguments have no common type"))?;
    let mut candidates = Vec::new();
    for (index, argument) in call.arguments.iter().enumerate() {
        let value = convert(argument, &ty).map_err(|error| call.fail_at(index, error.message))?;
        match is_filled(&value, &ty) {
            Truth::No => {}
            Truth::Unknown => candidates.push(value),
            Truth::Yes => {
                candidates.push(value);
                break;
            }
        }
    }
    match candidates.as_slice() {
        [] => Err(call.fail("every argument is null or an empty string")),
        [only] => Ok(only.clone()),
        _ => Ok(choice(call, candidates)),
    }
}

/// Whether `coalesce` takes it: not null, and among strings not the empty one.
fn is_filled(value: &Value, common: &Type) -> Truth {
    match &value.kind {
        ValueKind::Null(_) => Truth::No,
        ValueKind::String(_) if *common != Type::String => Truth::Yes,
        ValueKind::String(text) if text.is_empty() => Truth::No,
        ValueKind::String(text) => {
            let known = text.pieces().len() > text.holes().count();
            if known { Truth::Yes } else { Truth::Unknown }
        }
        ValueKind::Unknown(unknown) if unknown.not_null => match unknown.ty {
            Type::String | Type::Dynamic => Truth::Unknown,
            _ => Truth::Yes,
        },
        ValueKind::Unknown(_) => Truth::Unknown,
        _ => Truth::Yes,
    }
}

fn compact(call: &Call<'_>) -> Outcome {
    let Some(parts) = parts_of(&call.value(0)) else { return Ok(call.unknown(Type::list(Type::String))) };
    let mut kept = Vec::with_capacity(parts.len());
    for part in parts {
        match &part {
            SequencePart::One(value) => match is_filled(value, &Type::String) {
                Truth::Yes => kept.push(part),
                Truth::No => {}
                Truth::Unknown => kept.push(perhaps("compact", value)),
            },
            SequencePart::Spread(_) => kept.push(part),
        }
    }
    Ok(list_of(call, Type::String, kept))
}

fn concat(call: &Call<'_>) -> Outcome {
    if call.arguments.is_empty() {
        return Err(call.fail("at least one argument is required"));
    }
    let types: Vec<Type> = call.arguments.iter().map(type_of).collect();
    if let Some(index) = types.iter().position(|ty| !matches!(ty, Type::List(_) | Type::Tuple(_) | Type::Dynamic)) {
        return Err(call.fail_at(index, "lists or tuples are required"));
    }
    let mut parts = Vec::new();
    for argument in call.arguments {
        parts.extend(parts_of(argument).unwrap_or_default());
    }
    let is_list = types.iter().all(|ty| matches!(ty, Type::List(_)));
    let list_type = if is_list { unify(&types.iter().collect::<Vec<_>>()) } else { None };
    match (all_single(&parts), list_type) {
        (Some(items), None) => Ok(Value::new(ValueKind::Tuple(items.into()))),
        (Some(items), Some(ty)) => convert(&Value::new(ValueKind::Tuple(items.into())), &ty),
        (None, ty) => Ok(call.refined(ty.unwrap_or_default(), Refinement::Sequence(parts.into()))),
    }
}

fn contains(call: &Call<'_>) -> Outcome {
    let list = call.value(0);
    let Some(parts) = parts_of(&list) else { return Err(call.fail_at(0, "a list, tuple or set is required")) };
    let wanted = call.value(1);
    let mut answer = Truth::No;
    for part in &parts {
        answer = answer.or(match part {
            SequencePart::One(item) => equal(item, &wanted),
            SequencePart::Spread(_) => Truth::Unknown,
        });
    }
    Ok(answer.known().map_or_else(|| call.unknown(Type::Bool), Value::bool))
}

fn distinct(call: &Call<'_>) -> Outcome {
    let list = call.value(0);
    let Some(parts) = parts_of(&list) else { return Ok(call.unknown(type_of(&list))) };
    let mut kept: Vec<SequencePart> = Vec::new();
    let mut seen: Vec<Value> = Vec::new();
    for part in parts {
        let SequencePart::One(value) = &part else {
            kept.push(part);
            continue;
        };
        let is_repeated = seen.iter().fold(Truth::No, |any, other| any.or(equal(value, other)));
        let after_spread = kept.iter().any(|part| matches!(part, SequencePart::Spread(_)));
        match is_repeated {
            Truth::Yes => continue,
            Truth::No if !after_spread => kept.push(part.clone()),
            Truth::No | Truth::Unknown => kept.push(perhaps("distinct", value)),
        }
        seen.push(value.clone());
    }
    Ok(list_of(call, element_type(&type_of(&list)), kept))
}

fn element(call: &Call<'_>) -> Outcome {
    let list = call.value(0);
    let ty = type_of(&list);
    if !matches!(ty, Type::List(_) | Type::Tuple(_) | Type::Dynamic) {
        return Err(call.fail_at(0, "a list or tuple is required"));
    }
    let Some(items) = list.elements() else { return Ok(call.unknown_perhaps_null(element_type(&ty))) };
    if items.is_empty() {
        return Err(call.fail_at(0, "the list is empty"));
    }
    if !call.value(1).is_wholly_known() {
        return Ok(choice(call, items.to_vec()));
    }
    // Of negative ones only multiples of the length lead to an element.
    let wrapped = i64::try_from(items.len()).ok().and_then(|length| call.integer(1).ok()?.checked_rem(length));
    let found = wrapped.and_then(|index| items.get(usize::try_from(index).ok()?));
    found.cloned().ok_or_else(|| call.fail_at(1, "a whole number that is not negative is required"))
}

fn flatten(call: &Call<'_>) -> Outcome {
    let list = call.value(0);
    if !matches!(type_of(&list), Type::List(_) | Type::Set(_) | Type::Tuple(_) | Type::Dynamic) {
        return Err(call.fail_at(0, "a list, set or tuple is required"));
    }
    let mut flat = Vec::new();
    for part in parts_of(&list).unwrap_or_default() {
        flatten_part(part, &mut flat);
    }
    Ok(match all_single(&flat) {
        Some(items) => Value::new(ValueKind::Tuple(items.into())),
        None => call.refined(Type::Dynamic, Refinement::Sequence(flat.into())),
    })
}

fn flatten_part(part: SequencePart, flat: &mut Vec<SequencePart>) {
    let (value, is_spread) = match &part {
        SequencePart::One(value) => (value, false),
        SequencePart::Spread(value) => (value, true),
    };
    match (&value.kind, parts_of(value)) {
        (ValueKind::Unknown(Unknown { refinement: Refinement::Sequence(_), .. }), Some(parts)) => {
            parts.into_iter().for_each(|part| flatten_part(part, flat));
        }
        (ValueKind::Unknown(unknown), Some(_)) => {
            let is_flat = match &unknown.ty {
                Type::List(element) | Type::Set(element) => element.is_primitive(),
                _ => false,
            };
            let spread = if is_flat { value.clone() } else { flattened_unknown(unknown, value) };
            flat.push(SequencePart::Spread(spread));
        }
        (_, Some(parts)) => parts.into_iter().for_each(|part| flatten_part(part, flat)),
        (_, None) if is_spread => flat.push(part),
        (_, None) => flat.push(SequencePart::One(value.clone())),
    }
}

/// What flattening an unknown gives: its elements, or theirs, or itself.
fn flattened_unknown(unknown: &Unknown, value: &Value) -> Value {
    let symbol = crate::eval::canonical::call_symbol("flatten", std::slice::from_ref(value));
    let refinement = match &unknown.refinement {
        Refinement::OneOf(alternatives) => {
            let flat = alternatives.iter().map(|alternative| {
                let mut parts = Vec::new();
                flatten_part(SequencePart::One(alternative.clone()), &mut parts);
                all_single(&parts).map(|items| Value::new(ValueKind::Tuple(items.into())))
            });
            flat.collect::<Option<_>>().map_or(Refinement::Opaque, Refinement::OneOf)
        }
        _ => Refinement::Opaque,
    };
    Value::new(ValueKind::Unknown(Unknown { symbol, ty: Type::Dynamic, not_null: true, refinement }))
}

fn length(call: &Call<'_>) -> Outcome {
    let value = call.value(0);
    let count = match &value.kind {
        ValueKind::String(text) => text.as_known().map(|text| text.graphemes(true).count()),
        // Of a set with unknown elements some may turn out equal.
        ValueKind::Set(_, items) if items.len() > 1 && !value.is_wholly_known() => None,
        ValueKind::List(_, items) | ValueKind::Set(_, items) | ValueKind::Tuple(items) => Some(items.len()),
        ValueKind::Map(_, fields) | ValueKind::Object(fields) => Some(fields.len()),
        ValueKind::Unknown(Unknown { refinement: Refinement::Entry(_), .. }) => Some(1),
        ValueKind::Unknown(unknown) => match &unknown.ty {
            Type::Bool | Type::Number => return Err(call.fail_at(0, "a string or a collection is required")),
            Type::Tuple(types) => Some(types.len()),
            Type::Object(attributes) => Some(attributes.len()),
            _ => None,
        },
        ValueKind::Null(_) | ValueKind::Bool(_) | ValueKind::Number(_) => {
            return Err(call.fail_at(0, "a string or a collection is required"));
        }
    };
    Ok(count.map_or_else(|| call.unknown(Type::Number), |count| number(Number::from_count(count))))
}

fn one(call: &Call<'_>) -> Outcome {
    let list = call.value(0);
    let ty = type_of(&list);
    let Some(parts) = parts_of(&list) else { return Err(call.fail_at(0, "a list, set or tuple is required")) };
    match (all_single(&parts).as_deref(), &list.kind) {
        (Some([]), _) => Ok(Value::new(ValueKind::Null(element_type(&ty)))),
        (Some([only]), _) => Ok(only.clone()),
        (Some(_), ValueKind::Set(..)) if !list.is_wholly_known() => Ok(call.unknown_perhaps_null(element_type(&ty))),
        (Some(_), _) => Err(call.fail_at(0, "at most one element is allowed")),
        (None, _) => Ok(call.unknown_perhaps_null(element_type(&ty))),
    }
}

fn reverse(call: &Call<'_>) -> Outcome {
    let list = call.value(0);
    let reversed = |items: &[Value]| items.iter().rev().cloned().collect();
    match &list.kind {
        ValueKind::Tuple(items) => Ok(Value::new(ValueKind::Tuple(reversed(items)))),
        ValueKind::List(ty, items) | ValueKind::Set(ty, items) => {
            Ok(Value::new(ValueKind::List(ty.clone(), reversed(items))))
        }
        ValueKind::Unknown(unknown) => match (&unknown.refinement, &unknown.ty) {
            (Refinement::Sequence(parts), ty) if parts.iter().all(|part| matches!(part, SequencePart::One(_))) => {
                Ok(call.refined(ty.clone(), Refinement::Sequence(parts.iter().rev().cloned().collect())))
            }
            (_, Type::List(_) | Type::Dynamic) => Ok(call.unknown(unknown.ty.clone())),
            (_, Type::Set(element)) => Ok(call.unknown(Type::List(element.clone()))),
            (_, Type::Tuple(types)) => Ok(call.unknown(Type::Tuple(types.iter().rev().cloned().collect()))),
            _ => Err(call.fail_at(0, "a list, set or tuple is required")),
        },
        _ => Err(call.fail_at(0, "a list, set or tuple is required")),
    }
}
