//! Type expressions as variables declare them.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::eval::error::EvalError;
use crate::eval::number::Number;
use crate::eval::text::{Known, Piece, Place, Text};
use crate::eval::types::Type;
use crate::eval::value::{Field, Origin, Value, ValueKind};
use crate::source::FileId;
use crate::syntax::ast::{Call, Expr, ExprKind, ObjectItem, Template, TemplatePart, UnaryOp};

use super::constraint::{Attribute, TypeConstraint};

/// Reads type expressions.
#[derive(Clone, Copy)]
pub(super) struct Reader {
    /// The file that they stand in, if places are wanted.
    pub(super) file: Option<FileId>,
}

impl Reader {
    fn origin(self, expr: &Expr) -> Origin {
        Origin { span: self.file.map(|file| expr.range.at(file)), via: None }
    }

    fn fail(self, expr: &Expr, message: impl Into<String>) -> EvalError {
        EvalError { span: self.origin(expr).span, message: message.into() }
    }

    pub(super) fn constraint(self, expr: &Expr) -> Result<TypeConstraint, EvalError> {
        match &expr.kind {
            ExprKind::Variable(name) => self.keyword(expr, name),
            ExprKind::Call(call) => self.constructor(expr, call),
            ExprKind::Paren(inner) => self.constraint(inner),
            // Terraform 0.11 and JSON syntax quote the type.
            ExprKind::Template(template) => match literal(template) {
                Some(name) => self.keyword(expr, &name),
                None => Err(self.fail(expr, "a type has no holes")),
            },
            _ => Err(self.fail(expr, "a type is required, such as `string` or `list(string)`")),
        }
    }

    fn keyword(self, expr: &Expr, name: &str) -> Result<TypeConstraint, EvalError> {
        match name {
            "any" => Ok(TypeConstraint::Any),
            "bool" => Ok(TypeConstraint::Primitive(Type::Bool)),
            "number" => Ok(TypeConstraint::Primitive(Type::Number)),
            "string" => Ok(TypeConstraint::Primitive(Type::String)),
            "list" => Ok(TypeConstraint::List(Box::default())),
            "map" => Ok(TypeConstraint::Map(Box::default())),
            "set" => Ok(TypeConstraint::Set(Box::default())),
            _ => Err(self.fail(expr, format!("`{name}` is not a type"))),
        }
    }

    fn constructor(self, expr: &Expr, call: &Call) -> Result<TypeConstraint, EvalError> {
        let name = call.name.text.as_str();
        let [argument] = &*call.arguments else {
            return Err(self.fail(expr, format!("`{name}(...)` takes one argument")));
        };
        match name {
            "list" => self.constraint(argument).map(|element| TypeConstraint::List(Box::new(element))),
            "set" => self.constraint(argument).map(|element| TypeConstraint::Set(Box::new(element))),
            "map" => self.constraint(argument).map(|element| TypeConstraint::Map(Box::new(element))),
            "tuple" => match &argument.kind {
                ExprKind::Tuple(elements) => {
                    let elements = elements.iter().map(|element| self.constraint(element));
                    elements.collect::<Result<_, _>>().map(TypeConstraint::Tuple)
                }
                _ => Err(self.fail(argument, "`tuple` takes a list of types in brackets")),
            },
            "object" => match &argument.kind {
                ExprKind::Object(items) => {
                    let attributes = items.iter().map(|item| self.attribute(item));
                    attributes.collect::<Result<_, _>>().map(TypeConstraint::Object)
                }
                _ => Err(self.fail(argument, "`object` takes attributes in braces")),
            },
            _ => Err(self.fail(expr, format!("`{name}(...)` is not a type"))),
        }
    }

    fn attribute(self, item: &ObjectItem) -> Result<(SmolStr, Attribute), EvalError> {
        let name = match &item.key.kind {
            ExprKind::Variable(name) => Some(name.clone()),
            ExprKind::Template(template) => literal(template),
            _ => None,
        };
        let name = name.ok_or_else(|| self.fail(&item.key, "an attribute needs a fixed name"))?;
        let attribute = match &item.value.kind {
            ExprKind::Call(call) if call.name.text == "optional" => self.optional(&item.value, call)?,
            _ => Attribute { constraint: self.constraint(&item.value)?, optional: false, default: None },
        };
        Ok((name, attribute))
    }

    fn optional(self, expr: &Expr, call: &Call) -> Result<Attribute, EvalError> {
        let (ty, default) = match &*call.arguments {
            [ty] => (ty, None),
            [ty, default] => (ty, Some(default)),
            _ => return Err(self.fail(expr, "`optional(...)` takes a type and perhaps a default")),
        };
        let constraint = self.constraint(ty)?;
        let default = default.map(|default| self.constant(default)).transpose()?.filter(|default| !default.is_null());
        if let Some(default) = &default {
            constraint.apply(default)?;
        }
        Ok(Attribute { constraint, optional: true, default })
    }

    /// The value of a default, which has to be constant: no functions, no references.
    fn constant(self, expr: &Expr) -> Result<Value, EvalError> {
        let not_constant = || self.fail(expr, "the default of an optional attribute has to be constant");
        let kind = match &expr.kind {
            ExprKind::Null => ValueKind::Null(Type::Dynamic),
            ExprKind::Bool(value) => ValueKind::Bool(*value),
            ExprKind::Number(digits) => ValueKind::Number(Number::parse(digits).ok_or_else(not_constant)?),
            ExprKind::Template(template) => ValueKind::String(self.text(template).ok_or_else(not_constant)?),
            ExprKind::Paren(inner) => return self.constant(inner),
            ExprKind::Unary(UnaryOp::Negate, inner) => match self.constant(inner)?.kind {
                ValueKind::Number(number) => ValueKind::Number(number.negate()),
                _ => return Err(not_constant()),
            },
            ExprKind::Tuple(items) => {
                ValueKind::Tuple(items.iter().map(|item| self.constant(item)).collect::<Result<_, _>>()?)
            }
            ExprKind::Object(items) => {
                let fields = items.iter().map(|item| self.constant_field(item));
                ValueKind::Object(Arc::new(fields.collect::<Result<_, EvalError>>()?))
            }
            _ => return Err(not_constant()),
        };
        Ok(Value::new(kind).with_origin(self.origin(expr)))
    }

    fn constant_field(self, item: &ObjectItem) -> Result<(SmolStr, Field), EvalError> {
        let name = match &item.key.kind {
            ExprKind::Variable(name) => name.clone(),
            _ => {
                let key = super::convert(&self.constant(&item.key)?, &Type::String)?;
                key.as_str().ok_or_else(|| self.fail(&item.key, "a key must not be null"))?
            }
        };
        Ok((name, Field { key: self.origin(&item.key), value: self.constant(&item.value)? }))
    }

    fn text(self, template: &Template) -> Option<Text> {
        let pieces = template.parts.iter().map(|part| match part {
            TemplatePart::Literal(literal) => {
                let place = self.file.map(|file| Place::of_literal(file, literal));
                Some(Piece::Known(Known { text: literal.text.clone(), place }))
            }
            TemplatePart::Interpolation { .. } | TemplatePart::If(_) | TemplatePart::For(_) => None,
        });
        pieces.collect::<Option<Vec<_>>>().map(Text::from_pieces)
    }
}

fn literal(template: &Template) -> Option<SmolStr> {
    Reader { file: None }.text(template)?.as_known()
}
