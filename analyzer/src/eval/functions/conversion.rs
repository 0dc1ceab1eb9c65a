//! Functions that give their argument as another type, or with another mark.

use std::sync::Arc;

use crate::eval::convert::convert;
use crate::eval::types::Type;
use crate::eval::value::{Field, Value, ValueKind};

use super::call::{Call, Outcome};
use super::has_marks;
use super::table::Function;

pub(super) static FUNCTIONS: &[Function] = &[
    Function::selecting("ephemeralasnull", |call| Ok(call.value(0))),
    Function::marking("issensitive", |call| Ok(Value::bool(call.argument(0).is_some_and(has_marks)))),
    Function::marking("nonsensitive", |call| Ok(unmarked(&call.value(0)))),
    Function::marking("sensitive", |call| Ok(Value { sensitive: true, ..call.value(0) })),
    Function::partial("tobool", |call| to(call, &Type::Bool)),
    Function::selecting("tolist", |call| to(call, &Type::list(Type::Dynamic))),
    Function::selecting("tomap", |call| to(call, &Type::map(Type::Dynamic))),
    Function::partial("tonumber", |call| to(call, &Type::Number)),
    Function::selecting("toset", |call| to(call, &Type::set(Type::Dynamic))),
    Function::partial("tostring", |call| to(call, &Type::String)),
];

fn to(call: &Call<'_>, ty: &Type) -> Outcome {
    convert(&call.value(0), ty).map_err(|error| call.fail_at(0, error.message))
}

/// The value without any marks.
fn unmarked(value: &Value) -> Value {
    if !has_marks(value) {
        return value.clone();
    }
    let kind = match &value.kind {
        ValueKind::List(ty, items) => ValueKind::List(ty.clone(), items.iter().map(unmarked).collect()),
        ValueKind::Set(ty, items) => ValueKind::Set(ty.clone(), items.iter().map(unmarked).collect()),
        ValueKind::Tuple(items) => ValueKind::Tuple(items.iter().map(unmarked).collect()),
        ValueKind::Map(ty, fields) => ValueKind::Map(ty.clone(), Arc::new(fields.iter().map(unmarked_field).collect())),
        ValueKind::Object(fields) => ValueKind::Object(Arc::new(fields.iter().map(unmarked_field).collect())),
        kind => kind.clone(),
    };
    Value { kind, origin: value.origin.clone(), sensitive: false }
}

fn unmarked_field((name, field): (&smol_str::SmolStr, &Field)) -> (smol_str::SmolStr, Field) {
    (name.clone(), Field { key: field.key.clone(), value: unmarked(&field.value) })
}
