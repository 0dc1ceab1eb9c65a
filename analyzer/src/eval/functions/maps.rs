//! Maps and objects.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::eval::convert::{convert, type_of};
use crate::eval::equality::equal;
use crate::eval::symbol::Symbol;
use crate::eval::types::Type;
use crate::eval::value::{Field, Fields, Refinement, Unknown, Value, ValueKind};
use crate::truth::Truth;

use super::call::{Call, Outcome};
use super::parts::{choice, element_type};
use super::table::Function;

pub(super) static FUNCTIONS: &[Function] = &[
    Function::selecting("keys", keys),
    Function::selecting("lookup", lookup),
    Function::selecting("merge", merge),
    Function::selecting("values", values),
    Function::selecting("zipmap", zipmap),
];

fn is_mapping(ty: &Type) -> bool {
    matches!(ty, Type::Map(_) | Type::Object(_) | Type::Dynamic)
}

/// The same of the type of a value, which is not built.
fn may_be_merged(value: &Value) -> bool {
    match &value.kind {
        ValueKind::Map(..) | ValueKind::Object(_) => true,
        ValueKind::Unknown(unknown) => is_mapping(&unknown.ty),
        _ => false,
    }
}

fn merge(call: &Call<'_>) -> Outcome {
    let given: Vec<&Value> = call.arguments.iter().filter(|argument| !argument.is_null()).collect();
    if let Some(index) = call.arguments.iter().position(|argument| !argument.is_null() && !may_be_merged(argument)) {
        return Err(call.fail_at(index, "maps or objects are required"));
    }
    let map_type = map_type(&given);
    if given.iter().any(|argument| argument.fields().is_none()) {
        let mut parts: Vec<Value> = Vec::new();
        given.iter().for_each(|argument| add_merged(argument, &mut parts));
        let ty = map_type.unwrap_or_default();
        return Ok(call.refined(ty, Refinement::Merged(parts.into())));
    }
    let mut merged = Fields::new();
    for fields in given.iter().filter_map(|argument| argument.fields()) {
        merged.extend(fields.iter().map(|(name, field)| (name.clone(), field.clone())));
    }
    Ok(Value::new(match map_type {
        Some(ty) => ValueKind::Map(element_type(&ty), Arc::new(merged)),
        None => ValueKind::Object(Arc::new(merged)),
    }))
}

/// The type that all of the values have, if it is one of maps.
fn map_type(values: &[&Value]) -> Option<Type> {
    let of_map = |value: &&Value| match &value.kind {
        ValueKind::Map(..) => Some(type_of(value)),
        ValueKind::Unknown(unknown) => Some(unknown.ty.clone()).filter(|ty| matches!(ty, Type::Map(_))),
        _ => None,
    };
    let mut types = values.iter().map(of_map);
    let first = types.next()??;
    types.all(|ty| ty.as_ref() == Some(&first)).then_some(first)
}

/// Adds a part; one that was merged itself as its own parts.
fn add_merged(value: &Value, parts: &mut Vec<Value>) {
    match &value.kind {
        ValueKind::Unknown(Unknown { refinement: Refinement::Merged(inner), .. }) => {
            parts.extend(inner.iter().cloned())
        }
        _ => parts.push(value.clone()),
    }
}

/// What a key leads to in a map that may be unknown.
enum Found {
    /// This.
    Yes(Value),
    /// Nothing.
    No,
    /// One of these, or nothing.
    Perhaps(Vec<Value>),
}

fn find(value: &Value, key: &str) -> Found {
    match &value.kind {
        ValueKind::Map(_, fields) | ValueKind::Object(fields) => {
            fields.get(key).map_or(Found::No, |field| Found::Yes(field.value.clone()))
        }
        ValueKind::Unknown(Unknown { refinement: Refinement::Merged(parts), .. }) => find_in_merged(parts, key),
        ValueKind::Unknown(Unknown { refinement: Refinement::Entry(entry), .. }) => {
            match equal(&entry.0, &Value::string(key)) {
                Truth::Yes => Found::Yes(entry.1.clone()),
                Truth::No => Found::No,
                Truth::Unknown => Found::Perhaps(vec![entry.1.clone()]),
            }
        }
        ValueKind::Unknown(unknown) => match &unknown.ty {
            Type::Object(attributes) => match attributes.get(key) {
                Some(ty) => Found::Yes(member(unknown, key, ty.clone())),
                None => Found::No,
            },
            ty => Found::Perhaps(vec![member(unknown, key, element_type(ty))]),
        },
        _ => Found::No,
    }
}

fn find_in_merged(parts: &[Value], key: &str) -> Found {
    let mut candidates = Vec::new();
    for part in parts.iter().rev() {
        match find(part, key) {
            Found::No => {}
            Found::Perhaps(values) => candidates.extend(values),
            Found::Yes(value) if candidates.is_empty() => return Found::Yes(value),
            Found::Yes(value) => {
                candidates.push(value);
                break;
            }
        }
    }
    if candidates.is_empty() { Found::No } else { Found::Perhaps(candidates) }
}

/// The entry of an unknown map, named as an index expression names it.
fn member(unknown: &Unknown, key: &str, ty: Type) -> Value {
    let symbol = &unknown.symbol;
    let symbol = Symbol::derived(format!("{}[{key:?}]", symbol.address()), vec![symbol.clone()]);
    Value::unknown(symbol, ty)
}

fn lookup(call: &Call<'_>) -> Outcome {
    if call.arguments.len() > 3 {
        return Err(call.fail("two or three arguments are taken"));
    }
    let map = call.value(0);
    let ty = type_of(&map);
    if !is_mapping(&ty) {
        return Err(call.fail_at(0, "a map or object is required"));
    }
    let default = call.argument(2).map(|default| match &ty {
        Type::Map(element) => {
            convert(default, element).map_err(|_| call.fail_at(2, "the default must have the type of the elements"))
        }
        _ => Ok(default.clone()),
    });
    let default = default.transpose()?;
    let Some(key) = call.argument(1).and_then(Value::as_str) else {
        let values = call.fields(0).values().map(|field| field.value.clone());
        let values: Vec<Value> = values.chain(default).collect();
        return Ok(if map.fields().is_some() {
            choice(call, values)
        } else {
            call.unknown_perhaps_null(element_type(&ty))
        });
    };
    match (find(&map, &key), default) {
        (Found::Yes(value), _) => Ok(value),
        (Found::No, Some(default)) => Ok(default),
        (Found::No, None) => Err(call.fail_at(1, format!("there is no key `{key}`"))),
        (Found::Perhaps(mut values), default) => {
            values.extend(default);
            match values.as_slice() {
                [only] => Ok(only.clone()),
                _ => Ok(choice(call, values)),
            }
        }
    }
}

/// The only key or value of a mapping of the type `ty`.
fn only(ty: &Type, element: Type, value: Value) -> Value {
    Value::new(match ty {
        Type::Map(_) => ValueKind::List(element, [value].into()),
        _ => ValueKind::Tuple([value].into()),
    })
}

fn keys(call: &Call<'_>) -> Outcome {
    let map = call.value(0);
    let names = |fields: &Fields| {
        fields.iter().map(|(name, field)| Value::string(name.clone()).with_origin(field.key.clone())).collect()
    };
    match &map.kind {
        ValueKind::Map(_, fields) => Ok(Value::new(ValueKind::List(Type::String, names(fields)))),
        ValueKind::Object(fields) => Ok(Value::new(ValueKind::Tuple(names(fields)))),
        ValueKind::Unknown(Unknown { refinement: Refinement::Entry(entry), ty, .. }) => {
            Ok(only(ty, Type::String, entry.0.clone()))
        }
        ValueKind::Unknown(unknown) => match &unknown.ty {
            Type::Map(_) => Ok(call.unknown(Type::list(Type::String))),
            Type::Dynamic => Ok(call.unknown(Type::Dynamic)),
            Type::Object(attributes) => {
                let names = attributes.keys().map(|name| Value::string(name.clone()));
                Ok(Value::new(ValueKind::Tuple(names.collect())))
            }
            _ => Err(call.fail_at(0, "a map or object is required")),
        },
        _ => Err(call.fail_at(0, "a map or object is required")),
    }
}

fn values(call: &Call<'_>) -> Outcome {
    let map = call.value(0);
    let contents = |fields: &Fields| fields.values().map(|field| field.value.clone()).collect();
    match &map.kind {
        ValueKind::Map(ty, fields) => Ok(Value::new(ValueKind::List(ty.clone(), contents(fields)))),
        ValueKind::Object(fields) => Ok(Value::new(ValueKind::Tuple(contents(fields)))),
        ValueKind::Unknown(Unknown { refinement: Refinement::Entry(entry), ty, .. }) => {
            Ok(only(ty, element_type(ty), entry.1.clone()))
        }
        ValueKind::Unknown(unknown) => match &unknown.ty {
            Type::Map(element) => Ok(call.unknown(Type::List(element.clone()))),
            Type::Dynamic => Ok(call.unknown(Type::Dynamic)),
            Type::Object(attributes) => {
                let members = attributes.iter().map(|(name, ty)| member(unknown, name, ty.clone()));
                Ok(Value::new(ValueKind::Tuple(members.collect())))
            }
            _ => Err(call.fail_at(0, "a map or object is required")),
        },
        _ => Err(call.fail_at(0, "a map or object is required")),
    }
}

fn zipmap(call: &Call<'_>) -> Outcome {
    let (keys, values) = (call.value(0), call.value(1));
    let ty = type_of(&values);
    if !matches!(ty, Type::List(_) | Type::Tuple(_) | Type::Dynamic) {
        return Err(call.fail_at(1, "a list or tuple is required"));
    }
    let result_type = if let Type::List(element) = &ty { Type::Map(element.clone()) } else { Type::Dynamic };
    let (Some(keys), Some(items)) = (keys.elements(), values.elements()) else { return Ok(call.unknown(result_type)) };
    if keys.len() != items.len() {
        return Err(call.fail(format!("there are {} keys for {} values", keys.len(), items.len())));
    }
    let mut fields = Fields::new();
    for (key, value) in keys.iter().zip(items.iter()) {
        if key.is_null() {
            return Err(call.fail_at(0, "keys must not be null"));
        }
        let Some(name): Option<SmolStr> = key.as_str() else { return Ok(call.unknown(result_type)) };
        fields.insert(name, Field { key: key.origin.clone(), value: value.clone() });
    }
    Ok(Value::new(match ty {
        Type::List(element) => ValueKind::Map(*element, Arc::new(fields)),
        _ => ValueKind::Object(Arc::new(fields)),
    }))
}
