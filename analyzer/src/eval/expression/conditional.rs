//! `condition ? then : otherwise`

use crate::syntax::ast::{Conditional, Expr, ExprKind};

use super::super::convert::{convert, type_of, unify};
use super::super::error::EvalError;
use super::super::evaluator::Evaluator;
use super::super::scope::Scope;
use super::super::symbol::Symbol;
use super::super::types::Type;
use super::super::value::{Refinement, Value, ValueKind};
use super::lift::{alternatives, one_of};
use super::{Result, canonical, known_bool};

impl Evaluator<'_> {
    pub(super) fn conditional(&self, conditional: &Conditional, at: &Expr, scope: &Scope) -> Result<Value> {
        let condition = self.condition(&conditional.condition, scope)?;
        let mut value = match possible(&condition) {
            Some(true) => self.branch(&conditional.then, &conditional.otherwise, scope)?,
            Some(false) => self.branch(&conditional.otherwise, &conditional.then, scope)?,
            None => self.either(&condition, conditional, scope)?,
        };
        if value.origin.span.is_none() {
            value.origin.span = Some(scope.span(at.range));
        }
        value.sensitive |= condition.sensitive;
        Ok(value)
    }

    /// The truth value of a condition; unknown, never null.
    pub(super) fn condition(&self, condition: &Expr, scope: &Scope) -> Result<Value> {
        let value = self.evaluate(condition, scope)?;
        self.truth_of(value).map_err(|error| error.or_at(scope.span(condition.range)))
    }

    pub(super) fn truth_of(&self, value: Value) -> Result<Value> {
        if value.is_null() {
            return Err(EvalError::new("a condition must not be null"));
        }
        let sensitive = value.sensitive;
        let mut truth = convert(&value, &Type::Bool).map_err(|error| EvalError {
            span: error.span,
            message: format!("a condition must be true or false: {}", error.message),
        })?;
        truth.sensitive |= sensitive;
        Ok(truth)
    }

    /// The chosen branch, converted to the type that both have in common.
    fn branch(&self, chosen: &Expr, other: &Expr, scope: &Scope) -> Result<Value> {
        let value = self.evaluate(chosen, scope)?;
        if is_settled(&value, other) {
            return Ok(value);
        }
        match self.quietly(other, scope) {
            Some(other) => match agree(value.clone(), &other) {
                Ok((value, _)) => Ok(value),
                // An empty map of any type takes the type of the other result if it can become no map.
                Err(_) if is_untyped_collection(&type_of(&other)) => Ok(value),
                Err(error) => Err(error),
            },
            None => Ok(value),
        }
    }

    /// The value of a branch that was not chosen: only its type counts.
    fn quietly(&self, expression: &Expr, scope: &Scope) -> Option<Value> {
        let (value, _) = self.with_doubt(|| self.evaluate(expression, &scope.strictly()));
        value.ok()
    }

    fn either(&self, condition: &Value, conditional: &Conditional, scope: &Scope) -> Result<Value> {
        // What is wrong with a branch is no fault as long as the condition may avoid it.
        let then = self.quiet_if(true, || self.evaluate(&conditional.then, scope));
        let otherwise = self.quiet_if(true, || self.evaluate(&conditional.otherwise, scope));
        let (then, otherwise) = match (then, otherwise) {
            (Ok(then), Ok(otherwise)) => agree(then, &otherwise)?,
            (Ok(value), Err(_)) | (Err(_), Ok(value)) => {
                self.doubt();
                return Ok(value);
            }
            (Err(error), Err(_)) => return Err(error),
        };
        let text = format!("({} ? {} : {})", canonical(condition), canonical(&then), canonical(&otherwise));
        let symbols = super::canonical::symbols(&[condition, &then, &otherwise]);
        one_of(vec![then, otherwise], || Symbol::derived(text, symbols))
    }
}

fn is_untyped_collection(ty: &Type) -> bool {
    matches!(ty, Type::Map(element) | Type::List(element) | Type::Set(element) if **element == Type::Dynamic)
}

/// What the condition is, if it is the same in all its alternatives.
fn possible(condition: &Value) -> Option<bool> {
    let Some(options) = alternatives(condition) else { return known_bool(condition) };
    let first = options.first().and_then(known_bool)?;
    options.iter().all(|option| known_bool(option) == Some(first)).then_some(first)
}

/// Whether the other branch cannot change the value: both are strings as they are written.
fn is_settled(value: &Value, other: &Expr) -> bool {
    let is_string = matches!(value.kind, ValueKind::String(_));
    match &other.kind {
        ExprKind::Paren(inner) => is_settled(value, inner),
        ExprKind::Null => !value.is_null(),
        ExprKind::Template(template) => is_string && super::template::single_interpolation(template).is_none(),
        ExprKind::Number(_) => matches!(value.kind, ValueKind::Number(_)),
        ExprKind::Bool(_) => matches!(value.kind, ValueKind::Bool(_)),
        _ => false,
    }
}

/// Both values in the type that they have in common.
fn agree(left: Value, right: &Value) -> Result<(Value, Value)> {
    let (left_type, right_type) = (type_of(&left), type_of(right));
    if left_type == right_type {
        return Ok((left, right.clone()));
    }
    let is_open = |value: &Value, ty: &Type| value.is_null() && *ty == Type::Dynamic;
    let target = if is_open(&left, &left_type) {
        right_type
    } else if is_open(right, &right_type) {
        left_type
    } else if has_refinement(&left) || has_refinement(right) {
        return Ok((left, right.clone()));
    } else {
        unify(&[&left_type, &right_type])
            .ok_or_else(|| EvalError::new("the two results of a condition must have a type in common"))?
    };
    Ok((convert_kept(left, &target)?, convert_kept(right.clone(), &target)?))
}

/// A conversion that an unknown survives with what is known of it.
fn convert_kept(value: Value, target: &Type) -> Result<Value> {
    if *target == Type::Dynamic || has_refinement(&value) {
        return Ok(value);
    }
    convert(&value, target)
}

fn has_refinement(value: &Value) -> bool {
    matches!(&value.kind, ValueKind::Unknown(unknown) if !matches!(unknown.refinement, Refinement::Opaque))
}
