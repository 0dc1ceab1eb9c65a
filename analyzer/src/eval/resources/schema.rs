//! What the provider's schema adds to what is written: types, and what is never computed.

use std::sync::Arc;

use crate::aws::attributes::{AttributeFacts, attribute};
use crate::module::Mode;

use super::super::convert::convert;
use super::super::evaluator::ResourceInstance;
use super::super::types::Type;
use super::super::value::{Value, ValueKind};

/// What the schema says of `name`.
pub(super) fn facts(instance: &ResourceInstance, name: &str) -> Option<AttributeFacts> {
    match instance.decl.address.mode {
        Mode::Managed => attribute(instance.ty(), name),
        Mode::Data => attribute(&format!("data.{}", instance.ty()), name),
        Mode::Ephemeral => None,
    }
}

/// `value` as the provider takes it: a number given for a string is its digits. What does not
/// fit is left as it is; it is the provider's to refuse.
pub(super) fn as_declared(value: Value, facts: Option<AttributeFacts>) -> Value {
    let Some(facts) = facts.filter(|facts| !facts.is_block) else { return value };
    let ty = attribute_type(facts);
    if ty == Type::Dynamic {
        return value;
    }
    let origin = value.origin.clone();
    match convert(&value, &ty) {
        Ok(converted) => converted.with_origin(origin),
        Err(_) => value,
    }
}

/// What is in an attribute that nobody sets and nobody computes.
pub(super) fn unset(facts: AttributeFacts) -> Option<Value> {
    match (facts.is_block, facts.computed) {
        (_, true) => None,
        (true, false) => Some(Value::new(ValueKind::Tuple(Arc::from([])))),
        (false, false) => Some(Value::new(ValueKind::Null(attribute_type(facts)))),
    }
}

/// Whether nested blocks of the type are lists and sets, never single objects: so it is
/// throughout the classic AWS provider.
pub(super) fn has_lists_only(instance: &ResourceInstance) -> bool {
    instance.ty().starts_with("aws_")
}

/// The type of an attribute; open for sets and lists, of which the schema names no elements.
pub(super) fn attribute_type(facts: AttributeFacts) -> Type {
    match facts.value_type {
        "String" => Type::String,
        "Boolean" => Type::Bool,
        "Number" => Type::Number,
        _ => Type::Dynamic,
    }
}
