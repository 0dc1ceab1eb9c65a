//! The types that variables declare, optional attributes and their defaults included.

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::SmolStr;

use crate::eval::error::EvalError;
use crate::eval::types::Type;
use crate::eval::value::{Field, Origin, Refinement, Unknown, Value, ValueKind};
use crate::source::FileId;
use crate::syntax::ast::Expr;

use super::{convert, declared, mismatch};

/// What stands behind `type =` of a variable.
#[derive(Debug, Clone, Default)]
pub enum TypeConstraint {
    /// `any`
    #[default]
    Any,
    /// `bool`, `number`, `string`
    Primitive(Type),
    /// `list(T)`
    List(Box<TypeConstraint>),
    /// `set(T)`
    Set(Box<TypeConstraint>),
    /// `map(T)`
    Map(Box<TypeConstraint>),
    /// `tuple([T, ...])`
    Tuple(Vec<TypeConstraint>),
    /// `object({ ... })`
    Object(BTreeMap<SmolStr, Attribute>),
}

/// An attribute of an object type.
#[derive(Debug, Clone)]
pub struct Attribute {
    /// Its type.
    pub constraint: TypeConstraint,
    /// Whether it may be left out: `optional(T)`.
    pub optional: bool,
    /// What it is then: `optional(T, default)`.
    pub default: Option<Value>,
}

impl TypeConstraint {
    /// Reads a type expression: `map(object({ a = optional(string, "x") }))`.
    ///
    /// # Errors
    /// For what is not a type.
    pub fn parse(expr: &Expr) -> Result<Self, EvalError> {
        declared::Reader { file: None }.constraint(expr)
    }

    /// The same for an expression of `file`: defaults and errors have their places.
    ///
    /// # Errors
    /// For what is not a type.
    pub fn parse_in(file: FileId, expr: &Expr) -> Result<Self, EvalError> {
        declared::Reader { file: Some(file) }.constraint(expr)
    }

    /// The type that values have once defaults are filled in; parts that are `any` are open.
    #[must_use]
    pub fn ty(&self) -> Type {
        match self {
            Self::Any => Type::Dynamic,
            Self::Primitive(ty) => ty.clone(),
            Self::List(element) => Type::list(element.ty()),
            Self::Set(element) => Type::set(element.ty()),
            Self::Map(element) => Type::map(element.ty()),
            Self::Tuple(elements) => Type::Tuple(elements.iter().map(Self::ty).collect()),
            Self::Object(attributes) => Type::Object(
                attributes.iter().map(|(name, attribute)| (name.clone(), attribute.constraint.ty())).collect(),
            ),
        }
    }

    /// `value` with defaults filled in where optional attributes are missing or null,
    /// converted to the type.
    ///
    /// # Errors
    /// When the value does not fit.
    pub fn apply(&self, value: &Value) -> Result<Value, EvalError> {
        convert(&self.with_defaults(value)?, &self.ty())
    }

    /// Goes through the value along the type, as far as both have the same shape.
    fn with_defaults(&self, value: &Value) -> Result<Value, EvalError> {
        if let ValueKind::Unknown(unknown) = &value.kind {
            return self.defaults_in_unknown(value, unknown);
        }
        let kind = match (self, &value.kind) {
            (
                Self::List(element) | Self::Set(element),
                ValueKind::List(..) | ValueKind::Set(..) | ValueKind::Tuple(_),
            ) => {
                let items = value.elements().map(|items| &items[..]).unwrap_or_default();
                ValueKind::Tuple(items.iter().map(|item| element.with_defaults(item)).collect::<Result<_, _>>()?)
            }
            (Self::Tuple(elements), ValueKind::Tuple(items)) if elements.len() == items.len() => {
                let filled = elements.iter().zip(items.iter()).map(|(element, item)| element.with_defaults(item));
                ValueKind::Tuple(filled.collect::<Result<_, _>>()?)
            }
            (Self::Map(element), ValueKind::Map(_, fields) | ValueKind::Object(fields)) => {
                let filled = fields.iter().map(|(name, field)| {
                    Ok((name.clone(), Field { key: field.key.clone(), value: element.with_defaults(&field.value)? }))
                });
                ValueKind::Object(Arc::new(filled.collect::<Result<_, EvalError>>()?))
            }
            (Self::Object(attributes), ValueKind::Map(_, fields) | ValueKind::Object(fields)) => {
                let filled = attributes
                    .iter()
                    .map(|(name, attribute)| Ok((name.clone(), attribute.fill(name, fields.get(name), value)?)));
                ValueKind::Object(Arc::new(filled.collect::<Result<_, EvalError>>()?))
            }
            _ => return Ok(value.clone()),
        };
        Ok(Value { kind, ..value.clone() })
    }

    fn defaults_in_unknown(&self, value: &Value, unknown: &Unknown) -> Result<Value, EvalError> {
        let Refinement::OneOf(alternatives) = &unknown.refinement else { return Ok(value.clone()) };
        let filled: Vec<Value> = alternatives.iter().filter_map(|item| self.with_defaults(item).ok()).collect();
        if filled.is_empty() {
            return Err(mismatch(value, &self.ty()));
        }
        let refinement = Refinement::OneOf(filled.into());
        // The alternatives may have become of other types than the unknown was.
        let kind = ValueKind::Unknown(Unknown { ty: Type::Dynamic, refinement, ..unknown.clone() });
        Ok(Value { kind, ..value.clone() })
    }
}

impl Attribute {
    fn fill(&self, name: &str, field: Option<&Field>, whole: &Value) -> Result<Field, EvalError> {
        match (field, &self.default) {
            (Some(field), Some(default)) if field.value.is_null() => {
                Ok(Field { key: field.key.clone(), value: self.constraint.with_defaults(default)? })
            }
            (Some(field), _) => {
                Ok(Field { key: field.key.clone(), value: self.constraint.with_defaults(&field.value)? })
            }
            (None, Some(default)) => {
                Ok(Field { key: default.origin.clone(), value: self.constraint.with_defaults(default)? })
            }
            (None, None) if self.optional => {
                let null = Value::new(ValueKind::Null(self.constraint.ty()));
                Ok(Field { key: Origin::default(), value: null })
            }
            (None, None) => Err(super::missing_attribute(whole, name)),
        }
    }
}
