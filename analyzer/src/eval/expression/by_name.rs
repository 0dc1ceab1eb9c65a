//! Loops that look accounts up by their names.
//!
//! `[for a in ORG.accounts : a.id if a.name == "log"]` has one element, whatever else is
//! unknown: the names of an organisation's accounts are told apart by people, and code
//! that chooses by name takes the only one.

use crate::syntax::ast::{BinaryOp, Expr, ExprKind, ForExpr};

use super::super::account::{element_named, elements_by_name, is_account_map};
use super::super::evaluator::Evaluator;
use super::super::scope::Scope;
use super::super::symbol::Symbol;
use super::super::types::Type;
use super::super::value::{Refinement, Unknown, Value, ValueKind};
use super::Result;
use super::for_expr::perhaps_element;

impl Evaluator<'_> {
    /// What a loop over accounts that are not known gives, if it goes by their names.
    pub(super) fn accounts_by_name(&self, expr: &ForExpr, collection: &Value, scope: &Scope) -> Result<Option<Value>> {
        let ValueKind::Unknown(Unknown { symbol, refinement: Refinement::Opaque, .. }) = &collection.kind else {
            return Ok(None);
        };
        if expr.key_name.is_some() || expr.group || !is_account_map(symbol.address()) {
            return Ok(None);
        }
        let called = |address: String| {
            let symbol = Symbol::new(symbol.scope().clone(), address, symbol.cause().clone(), symbol.span());
            Value::unknown(symbol, Type::Dynamic)
        };
        if let Some(key) = &expr.key {
            let suffix = suffix(&expr.value, expr).filter(|_| is_name(key, expr));
            return Ok(suffix.map(|suffix| called(elements_by_name(symbol.address(), &suffix))));
        }
        let Some(condition) = &expr.condition else { return Ok(None) };
        let Some(name) = self.wanted_name(condition, expr, scope) else { return Ok(None) };
        let element = called(element_named(symbol.address(), &name));
        let value = self.part(&expr.value, &scope.bind(expr.value_name.text.clone(), element))?;
        Ok(Some(perhaps_element(value)))
    }

    /// The name that `condition` compares that of the element with.
    fn wanted_name(&self, condition: &Expr, expr: &ForExpr, scope: &Scope) -> Option<smol_str::SmolStr> {
        match &condition.kind {
            ExprKind::Paren(inner) => self.wanted_name(inner, expr, scope),
            ExprKind::Binary(BinaryOp::And, sides) => sides.iter().find_map(|side| self.wanted_name(side, expr, scope)),
            ExprKind::Binary(BinaryOp::Equal, sides) => {
                let [left, right] = &**sides;
                let other = if is_name(left, expr) { Some(right) } else { is_name(right, expr).then_some(left) };
                self.quiet_if(true, || self.evaluate(other?, scope).ok())?.as_str()
            }
            _ => None,
        }
    }
}

/// Whether `expression` is the name of the element.
fn is_name(expression: &Expr, expr: &ForExpr) -> bool {
    suffix(expression, expr).as_deref() == Some(".name")
}

/// What `expression` takes of the element, as it is written: `.id`.
fn suffix(expression: &Expr, expr: &ForExpr) -> Option<String> {
    match &expression.kind {
        ExprKind::Variable(name) => (*name == expr.value_name.text).then(String::new),
        ExprKind::GetAttr(base, name) => Some(format!("{}.{}", suffix(base, expr)?, name.text)),
        ExprKind::Paren(inner) => suffix(inner, expr),
        _ => None,
    }
}
