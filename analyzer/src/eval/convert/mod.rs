//! Values of one type as values of another, and the types that configurations declare.
//!
//! Conversion goes through unknowns: what is known of them stays known. Places stay too.

mod constraint;
mod declared;
mod unify;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::eval::error::EvalError;
use crate::eval::number::Number;
use crate::eval::set;
use crate::eval::symbol::Symbol;
use crate::eval::text::Text;
use crate::eval::types::Type;
use crate::eval::value::{Field, Fields, Refinement, SequencePart, Unknown, Value, ValueKind};

pub use constraint::TypeConstraint;
pub use unify::{is_convertible, unify};

/// The type of a value. Of an unknown it is what is known of its type.
#[must_use]
pub fn type_of(value: &Value) -> Type {
    match &value.kind {
        ValueKind::Null(ty) => ty.clone(),
        ValueKind::Bool(_) => Type::Bool,
        ValueKind::Number(_) => Type::Number,
        ValueKind::String(_) => Type::String,
        ValueKind::List(element, _) => Type::list(element.clone()),
        ValueKind::Set(element, _) => Type::set(element.clone()),
        ValueKind::Map(element, _) => Type::map(element.clone()),
        ValueKind::Tuple(items) => Type::Tuple(items.iter().map(type_of).collect()),
        ValueKind::Object(fields) => {
            Type::Object(fields.iter().map(|(name, field)| (name.clone(), type_of(&field.value))).collect())
        }
        ValueKind::Unknown(unknown) => unknown.ty.clone(),
    }
}

/// Whether `value` is of the type `ty` as it stands.
fn is_of(value: &Value, ty: &Type) -> bool {
    match (&value.kind, ty) {
        (_, Type::Dynamic)
        | (ValueKind::Bool(_), Type::Bool)
        | (ValueKind::Number(_), Type::Number)
        | (ValueKind::String(_), Type::String) => true,
        (ValueKind::Null(of), ty) => of == ty,
        (ValueKind::Unknown(unknown), ty) => unknown.ty == *ty,
        (ValueKind::List(of, _), Type::List(element))
        | (ValueKind::Set(of, _), Type::Set(element))
        | (ValueKind::Map(of, _), Type::Map(element)) => of == element.as_ref(),
        (ValueKind::Tuple(items), Type::Tuple(types)) => {
            items.len() == types.len() && items.iter().zip(types).all(|(item, ty)| is_of(item, ty))
        }
        (ValueKind::Object(fields), Type::Object(types)) => {
            fields.len() == types.len()
                && fields.iter().zip(types).all(|((name, field), (of, ty))| name == of && is_of(&field.value, ty))
        }
        _ => false,
    }
}

/// `value` as a value of the type `ty`, as Terraform converts arguments, elements and variables.
///
/// Origins are kept. An unknown stays the same unknown of another type; of its
/// alternatives those that cannot be converted are left out, since a configuration
/// in which they occur does not apply.
///
/// # Errors
/// When no value of that type is meant; the span is the innermost place that does not fit.
pub fn convert(value: &Value, ty: &Type) -> Result<Value, EvalError> {
    if is_of(value, ty) {
        return Ok(value.clone());
    }
    let kind = match (&value.kind, ty) {
        (ValueKind::Null(of), ty) if is_convertible(of, ty) => ValueKind::Null(ty.clone()),
        (ValueKind::Unknown(unknown), ty) => convert_unknown(value, unknown, ty)?,
        (
            ValueKind::Bool(_) | ValueKind::Number(_) | ValueKind::String(_),
            Type::Bool | Type::Number | Type::String,
        ) => convert_primitive(value, ty)?,
        (ValueKind::List(..) | ValueKind::Set(..) | ValueKind::Tuple(_), Type::List(element)) => {
            let (element, items) = convert_elements(value, element)?;
            ValueKind::List(element, items.into())
        }
        (ValueKind::List(..) | ValueKind::Set(..) | ValueKind::Tuple(_), Type::Set(element)) => {
            let (element, items) = convert_elements(value, element)?;
            ValueKind::Set(element, set::from_elements(items).into())
        }
        (ValueKind::Tuple(items), Type::Tuple(types)) if items.len() == types.len() => {
            let converted = items.iter().zip(types).map(|(item, ty)| convert(item, ty));
            ValueKind::Tuple(converted.collect::<Result<_, _>>()?)
        }
        (ValueKind::Map(_, fields) | ValueKind::Object(fields), Type::Map(element)) => {
            convert_fields(value, fields, element)?
        }
        (ValueKind::Map(_, fields) | ValueKind::Object(fields), Type::Object(types)) => {
            let converted = types.iter().map(|(name, ty)| {
                let field = fields.get(name).ok_or_else(|| missing_attribute(value, name))?;
                Ok((name.clone(), Field { key: field.key.clone(), value: convert(&field.value, ty)? }))
            });
            ValueKind::Object(Arc::new(converted.collect::<Result<_, EvalError>>()?))
        }
        _ => return Err(mismatch(value, ty)),
    };
    Ok(Value { kind, origin: value.origin.clone(), sensitive: value.sensitive })
}

fn mismatch(value: &Value, ty: &Type) -> EvalError {
    let message = format!("{} is required, not {}", ty.with_article(), type_of(value).with_article());
    EvalError { span: value.origin.span, message }
}

fn missing_attribute(value: &Value, name: &str) -> EvalError {
    EvalError { span: value.origin.span, message: format!("the attribute `{name}` is required") }
}

fn convert_primitive(value: &Value, ty: &Type) -> Result<ValueKind, EvalError> {
    match (&value.kind, ty) {
        (ValueKind::Bool(holds), Type::String) => {
            Ok(ValueKind::String(Text::known(if *holds { "true" } else { "false" })))
        }
        (ValueKind::Number(number), Type::String) => Ok(ValueKind::String(Text::known(number.to_string()))),
        (ValueKind::String(text), Type::Bool | Type::Number) => match text.as_known() {
            Some(known) => parse_primitive(&known, ty).ok_or_else(|| unreadable(value, &known, ty)),
            None => Ok(unknown_kind(derived(value, ty), ty.clone(), true)),
        },
        _ => Err(mismatch(value, ty)),
    }
}

fn parse_primitive(text: &str, ty: &Type) -> Option<ValueKind> {
    match (ty, text) {
        (Type::Bool, "true" | "1") => Some(ValueKind::Bool(true)),
        (Type::Bool, "false" | "0") => Some(ValueKind::Bool(false)),
        (Type::Bool, _) => None,
        (_, text) => Number::parse(text).map(ValueKind::Number),
    }
}

fn unreadable(value: &Value, text: &str, ty: &Type) -> EvalError {
    let what = match ty {
        Type::Bool => "neither `true` nor `false`",
        _ => "not a decimal number",
    };
    let shown = if value.sensitive { "the text" } else { &format!("`{text}`") };
    EvalError { span: value.origin.span, message: format!("{shown} is {what}") }
}

/// The identity of what `value`, a text that is not known, reads as.
///
/// It is another than that of the text: `01` and `1` are the same number.
fn derived(value: &Value, ty: &Type) -> Symbol {
    let name = if *ty == Type::Bool { "tobool" } else { "tonumber" };
    crate::eval::canonical::call_symbol(name, std::slice::from_ref(value))
}

fn unknown_kind(symbol: Symbol, ty: Type, not_null: bool) -> ValueKind {
    ValueKind::Unknown(Unknown { symbol, ty, not_null, refinement: Refinement::Opaque })
}

fn convert_elements(value: &Value, element: &Type) -> Result<(Type, Vec<Value>), EvalError> {
    let items = value.elements().map(|items| &items[..]).unwrap_or_default();
    let converted: Vec<Value> = items.iter().map(|item| convert(item, element)).collect::<Result<_, _>>()?;
    if !element.has_dynamic() {
        return Ok((element.clone(), converted));
    }
    if let ValueKind::List(of, _) | ValueKind::Set(of, _) = &value.kind
        && (*element == Type::Dynamic || items.is_empty())
    {
        return Ok((of.clone(), converted));
    }
    let types: Vec<Type> = converted.iter().map(type_of).collect();
    let unified = unify::unify_elements(&types).ok_or_else(|| no_single_type(value, "list"))?;
    let converted = converted.iter().map(|item| convert(item, &unified)).collect::<Result<_, _>>()?;
    Ok((unified, converted))
}

fn no_single_type(value: &Value, collection: &str) -> EvalError {
    let message = format!("the elements have no single type that a {collection} could have");
    EvalError { span: value.origin.span, message }
}

fn convert_fields(value: &Value, fields: &Fields, element: &Type) -> Result<ValueKind, EvalError> {
    let mut converted = fields.clone();
    for field in converted.values_mut() {
        field.value = convert(&field.value, element)?;
    }
    let mut ty = element.clone();
    if element.has_dynamic() {
        ty = map_element_type(value, &converted)?;
        for field in converted.values_mut() {
            field.value = convert(&field.value, &ty)?;
        }
    }
    Ok(ValueKind::Map(ty, Arc::new(converted)))
}

fn map_element_type(value: &Value, fields: &Fields) -> Result<Type, EvalError> {
    if let ValueKind::Map(of, _) = &value.kind
        && fields.is_empty()
    {
        return Ok(of.clone());
    }
    let types: Vec<Type> = fields.values().map(|field| type_of(&field.value)).collect();
    // A bare `null` fits into any map, though not into any list.
    let typed: Vec<Type> = types.into_iter().filter(|ty| *ty != Type::Dynamic).collect();
    unify::unify_elements(&typed).ok_or_else(|| no_single_type(value, "map"))
}

fn convert_unknown(value: &Value, unknown: &Unknown, ty: &Type) -> Result<ValueKind, EvalError> {
    if let Refinement::OneOf(alternatives) = &unknown.refinement {
        return convert_alternatives(unknown, alternatives, ty);
    }
    if !is_convertible(&unknown.ty, ty) {
        return Err(mismatch(value, ty));
    }
    let reads_text = matches!(ty, Type::Bool | Type::Number) && unknown.ty != *ty;
    let symbol = if reads_text { derived(value, ty) } else { unknown.symbol.clone() };
    let refinement = convert_refinement(&unknown.refinement, ty);
    Ok(ValueKind::Unknown(Unknown { symbol, ty: ty.clone(), not_null: unknown.not_null, refinement }))
}

fn convert_alternatives(unknown: &Unknown, alternatives: &[Value], ty: &Type) -> Result<ValueKind, EvalError> {
    let mut failure = None;
    let mut converted = Vec::with_capacity(alternatives.len());
    for alternative in alternatives {
        match convert(alternative, ty) {
            Ok(value) => converted.push(value),
            Err(error) => failure = Some(error),
        }
    }
    match (converted.as_slice(), failure) {
        ([], Some(error)) => Err(error),
        ([only], Some(_)) => Ok(only.kind.clone()),
        _ => Ok(ValueKind::Unknown(Unknown {
            symbol: unknown.symbol.clone(),
            ty: ty.clone(),
            not_null: unknown.not_null,
            refinement: Refinement::OneOf(converted.into()),
        })),
    }
}

/// Parts that do not fit are an error at apply time; here they stay as they are.
fn convert_refinement(refinement: &Refinement, ty: &Type) -> Refinement {
    match (refinement, ty) {
        (Refinement::Sequence(parts), Type::List(element) | Type::Set(element)) => {
            let parts = parts.iter().map(|part| match part {
                SequencePart::One(value) => {
                    SequencePart::One(convert(value, element).unwrap_or_else(|_| value.clone()))
                }
                SequencePart::Spread(value) => {
                    SequencePart::Spread(convert(value, ty).unwrap_or_else(|_| value.clone()))
                }
            });
            Refinement::Sequence(parts.collect())
        }
        (Refinement::Merged(parts), Type::Map(_)) => {
            Refinement::Merged(parts.iter().map(|part| convert(part, ty).unwrap_or_else(|_| part.clone())).collect())
        }
        (Refinement::Entry(entry), Type::Map(element)) => {
            let value = convert(&entry.1, element).unwrap_or_else(|_| entry.1.clone());
            Refinement::Entry(Arc::new((entry.0.clone(), value)))
        }
        (
            Refinement::Sequence(_) | Refinement::Merged(_) | Refinement::Entry(_),
            Type::Dynamic | Type::Object(_) | Type::Tuple(_),
        ) => refinement.clone(),
        _ => Refinement::Opaque,
    }
}
