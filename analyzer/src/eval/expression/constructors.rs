//! `[...]` and `{...}`

use std::sync::Arc;

use smol_str::SmolStr;

use crate::syntax::ast::{Expr, ExprKind, ObjectItem};

use super::super::error::EvalError;
use super::super::evaluator::Evaluator;
use super::super::scope::Scope;
use super::super::types::Type;
use super::super::value::{Field, Fields, Origin, Refinement, Value, ValueKind};
use super::{Result, canonical, derived, placed, refined};

/// What a key of an object turned out to be.
pub(super) enum ObjectKey {
    Known(SmolStr),
    Unknown(Value),
}

impl Evaluator<'_> {
    pub(super) fn tuple(&self, items: &[Expr], expression: &Expr, scope: &Scope) -> Result<Value> {
        let items = items.iter().map(|item| self.part(item, scope)).collect::<Result<Vec<_>>>()?;
        Ok(placed(ValueKind::Tuple(items.into()), expression, scope))
    }

    pub(super) fn object(&self, items: &[ObjectItem], expression: &Expr, scope: &Scope) -> Result<Value> {
        let mut fields = Fields::new();
        let mut open = Vec::new();
        let mut sensitive = false;
        for item in items {
            let value = self.part(&item.value, scope)?;
            let key = match self.object_key(&item.key, scope) {
                Err(error) if !scope.is_strict() => ObjectKey::Unknown(self.failed(error, scope.span(item.key.range))),
                key => key?,
            };
            match key {
                ObjectKey::Known(name) => {
                    let key = Origin::at(scope.span(item.key.range));
                    fields.insert(name, Field { key, value });
                }
                ObjectKey::Unknown(key) => {
                    sensitive |= key.sensitive;
                    open.push((key, value));
                }
            }
        }
        let mut object = self.object_of(fields, &open).with_origin(Origin::at(scope.span(expression.range)));
        object.sensitive |= sensitive;
        Ok(object)
    }

    /// An object of `fields`, and those entries of `open` whose keys are not known.
    pub(super) fn object_of(&self, fields: Fields, open: &[(Value, Value)]) -> Value {
        if open.is_empty() {
            return Value::new(ValueKind::Object(Arc::new(fields)));
        }
        let known = Value::new(ValueKind::Object(Arc::new(fields)));
        let rest: Vec<Value> = open.iter().map(|(key, value)| entry_under(key, value)).collect();
        let text = format!("merge({}, {})", canonical(&known), names(&rest));
        let symbol = derived(text.clone(), &rest.iter().collect::<Vec<_>>(), Type::Dynamic);
        let ValueKind::Unknown(unknown) = symbol.kind else { return known };
        let parts: Vec<Value> = std::iter::once(known).chain(rest).collect();
        refined(unknown.symbol, Type::Dynamic, Refinement::Merged(parts.into()))
    }

    /// The key of an entry: a bare word is the text itself.
    fn object_key(&self, key: &Expr, scope: &Scope) -> Result<ObjectKey> {
        match &key.kind {
            ExprKind::Variable(name) => Ok(ObjectKey::Known(name.clone())),
            _ => self.key_of(&self.evaluate(key, scope)?),
        }
    }

    /// `value` as the key of an object or map.
    pub(super) fn key_of(&self, value: &Value) -> Result<ObjectKey> {
        match &value.kind {
            ValueKind::String(text) => {
                Ok(text.as_known().map_or_else(|| ObjectKey::Unknown(value.clone()), ObjectKey::Known))
            }
            ValueKind::Number(number) => Ok(ObjectKey::Known(number.to_string().into())),
            ValueKind::Bool(value) => Ok(ObjectKey::Known(if *value { "true" } else { "false" }.into())),
            ValueKind::Unknown(_) => Ok(ObjectKey::Unknown(value.clone())),
            ValueKind::Null(_) => Err(EvalError::new("a key must not be null")),
            ValueKind::List(..)
            | ValueKind::Set(..)
            | ValueKind::Tuple(_)
            | ValueKind::Map(..)
            | ValueKind::Object(_) => Err(EvalError::new("a key must be a string")),
        }
    }
}

/// The object with `value` under a key that is not known.
fn entry_under(key: &Value, value: &Value) -> Value {
    let entry = derived(format!("{{({}) = {}}}", canonical(key), canonical(value)), &[key, value], Type::Dynamic);
    let ValueKind::Unknown(unknown) = entry.kind else { return entry };
    refined(unknown.symbol, Type::Dynamic, Refinement::Entry(Arc::new((key.clone(), value.clone()))))
}

fn names(values: &[Value]) -> String {
    values.iter().map(|value| canonical(value).to_string()).collect::<Vec<_>>().join(", ")
}
