//! The types that variables declare, optional attributes and their defaults included.

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::SmolStr;

use crate::eval::error::EvalError;
use crate::eval::types::Type;
use crate::eval::value::{Field, Origin, Refinement, Unknown, Value, ValueKind};
use crate::syntax::ast::{Call, Expr, ExprKind, ObjectItem, Template, TemplatePart};

use super::{Number, Text, convert, mismatch};

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
        match &expr.kind {
            ExprKind::Variable(name) => Self::keyword(expr, name),
            ExprKind::Call(call) => Self::constructor(call, expr),
            ExprKind::Paren(inner) => Self::parse(inner),
            // Terraform 0.11 and JSON syntax quote the type.
            ExprKind::Template(template) => Self::legacy(expr, template),
            _ => Err(not_a_type()),
        }
    }

    fn keyword(expr: &Expr, name: &str) -> Result<Self, EvalError> {
        match name {
            "any" => Ok(Self::Any),
            "bool" => Ok(Self::Primitive(Type::Bool)),
            "number" => Ok(Self::Primitive(Type::Number)),
            "string" => Ok(Self::Primitive(Type::String)),
            "list" => Ok(Self::List(Box::default())),
            "map" => Ok(Self::Map(Box::default())),
            "set" => Ok(Self::Set(Box::default())),
            _ => Err(EvalError { message: format!("`{name}` is not a type"), ..not_a_type_at(expr) }),
        }
    }

    fn legacy(expr: &Expr, template: &Template) -> Result<Self, EvalError> {
        match literal(template).as_deref() {
            Some("string") => Ok(Self::Primitive(Type::String)),
            Some("list") => Ok(Self::List(Box::new(Self::Any))),
            Some("map") => Ok(Self::Map(Box::new(Self::Any))),
            Some(name) => Self::keyword(expr, name),
            None => Err(not_a_type()),
        }
    }

    fn constructor(call: &Call, expr: &Expr) -> Result<Self, EvalError> {
        let name = call.name.text.as_str();
        let [argument] = call.arguments.as_slice() else {
            return Err(EvalError { span: None, message: format!("`{name}(...)` takes one argument") });
        };
        match name {
            "list" => Self::parse(argument).map(|element| Self::List(Box::new(element))),
            "set" => Self::parse(argument).map(|element| Self::Set(Box::new(element))),
            "map" => Self::parse(argument).map(|element| Self::Map(Box::new(element))),
            "tuple" => match &argument.kind {
                ExprKind::Tuple(elements) => {
                    elements.iter().map(Self::parse).collect::<Result<_, _>>().map(Self::Tuple)
                }
                _ => Err(EvalError { span: None, message: "`tuple` takes a list of types in brackets".to_owned() }),
            },
            "object" => match &argument.kind {
                ExprKind::Object(items) => items.iter().map(attribute).collect::<Result<_, _>>().map(Self::Object),
                _ => Err(EvalError { span: None, message: "`object` takes attributes in braces".to_owned() }),
            },
            _ => Err(EvalError { message: format!("`{name}(...)` is not a type"), ..not_a_type_at(expr) }),
        }
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

fn attribute(item: &ObjectItem) -> Result<(SmolStr, Attribute), EvalError> {
    let name = match &item.key.kind {
        ExprKind::Variable(name) => Some(name.clone()),
        ExprKind::Template(template) => literal(template),
        _ => None,
    };
    let name = name.ok_or_else(|| EvalError { span: None, message: "an attribute needs a fixed name".to_owned() })?;
    let attribute = match &item.value.kind {
        ExprKind::Call(call) if call.name.text == "optional" => optional(call)?,
        _ => Attribute { constraint: TypeConstraint::parse(&item.value)?, optional: false, default: None },
    };
    Ok((name, attribute))
}

fn optional(call: &Call) -> Result<Attribute, EvalError> {
    let (ty, default) = match call.arguments.as_slice() {
        [ty] => (ty, None),
        [ty, default] => (ty, Some(default)),
        _ => {
            let message = "`optional(...)` takes a type and perhaps a default".to_owned();
            return Err(EvalError { span: None, message });
        }
    };
    let constraint = TypeConstraint::parse(ty)?;
    let default = default.map(constant).transpose()?;
    // A default of an object type may leave out attributes that have defaults themselves.
    if let Some(default) = &default
        && !default.is_null()
    {
        constraint.apply(default)?;
    }
    let default = default.filter(|default| !default.is_null());
    Ok(Attribute { constraint, optional: true, default })
}

/// The value of a default, which has to be constant: no functions, no references.
fn constant(expr: &Expr) -> Result<Value, EvalError> {
    let kind = match &expr.kind {
        ExprKind::Null => ValueKind::Null(Type::Dynamic),
        ExprKind::Bool(value) => ValueKind::Bool(*value),
        ExprKind::Number(digits) => ValueKind::Number(Number::parse(digits).ok_or_else(not_constant)?),
        ExprKind::Template(template) => ValueKind::String(Text::known(literal(template).ok_or_else(not_constant)?)),
        ExprKind::Paren(inner) => return constant(inner),
        ExprKind::Unary(crate::syntax::ast::UnaryOp::Negate, inner) => match constant(inner)?.kind {
            ValueKind::Number(number) => ValueKind::Number(number.negate()),
            _ => return Err(not_constant()),
        },
        ExprKind::Tuple(items) => ValueKind::Tuple(items.iter().map(constant).collect::<Result<_, _>>()?),
        ExprKind::Object(items) => {
            let fields = items.iter().map(|item| {
                let name = match &item.key.kind {
                    ExprKind::Variable(name) => Some(name.clone()),
                    _ => constant(&item.key).ok().and_then(|key| convert(&key, &Type::String).ok()?.as_str()),
                };
                let field = Field { key: Origin::default(), value: constant(&item.value)? };
                Ok((name.ok_or_else(not_constant)?, field))
            });
            ValueKind::Object(Arc::new(fields.collect::<Result<_, EvalError>>()?))
        }
        _ => return Err(not_constant()),
    };
    Ok(Value::new(kind))
}

fn literal(template: &Template) -> Option<SmolStr> {
    match template.parts.as_slice() {
        [] => Some(SmolStr::default()),
        [TemplatePart::Literal(literal)] => Some(literal.text.clone()),
        parts => {
            let texts = parts.iter().map(|part| match part {
                TemplatePart::Literal(literal) => Some(literal.text.as_str()),
                TemplatePart::Interpolation { .. } | TemplatePart::If(_) | TemplatePart::For(_) => None,
            });
            texts.collect::<Option<String>>().map(SmolStr::from)
        }
    }
}

fn not_constant() -> EvalError {
    EvalError { span: None, message: "the default of an optional attribute has to be constant".to_owned() }
}

fn not_a_type() -> EvalError {
    EvalError { span: None, message: "a type is required, such as `string` or `list(string)`".to_owned() }
}

fn not_a_type_at(_expr: &Expr) -> EvalError {
    not_a_type()
}
