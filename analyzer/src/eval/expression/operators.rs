//! Operators, with the conversions that Terraform makes for them.

use crate::syntax::ast::{BinaryOp, Expr, UnaryOp};

use super::super::convert::convert;
use super::super::equality;
use super::super::error::EvalError;
use super::super::evaluator::Evaluator;
use super::super::number::Number;
use super::super::scope::Scope;
use super::super::symbol::Symbol;
use super::super::types::Type;
use super::super::value::{Origin, Value, ValueKind};
use super::lift::{alternatives, over_alternatives};
use super::{Result, canonical, derived};

impl Evaluator<'_> {
    pub(super) fn unary(&self, operator: UnaryOp, operand: &Expr, at: &Expr, scope: &Scope) -> Result<Value> {
        let operand = self.evaluate(operand, scope)?;
        let result = unary_value(operator, &operand)?;
        Ok(finish(result, &[&operand], at, scope))
    }

    pub(super) fn binary(
        &self,
        operator: BinaryOp,
        [left, right]: &[Expr; 2],
        at: &Expr,
        scope: &Scope,
    ) -> Result<Value> {
        let left = self.evaluate(left, scope)?;
        let right = self.evaluate(right, scope)?;
        let result = binary_value(operator, &left, &right)?;
        Ok(finish(result, &[&left, &right], at, scope))
    }
}

fn finish(mut result: Value, operands: &[&Value], at: &Expr, scope: &Scope) -> Value {
    result.origin = Origin::at(scope.span(at.range));
    result.sensitive |= operands.iter().any(|operand| operand.sensitive);
    result
}

fn unary_value(operator: UnaryOp, operand: &Value) -> Result<Value> {
    let text = || format!("{}{}", unary_name(operator), canonical(operand));
    if let Some(options) = alternatives(operand) {
        let symbol = |_: &[Value]| Symbol::derived(text(), super::canonical::symbols(&[operand]));
        return over_alternatives(options, symbol, |operand| unary_value(operator, operand));
    }
    let ty = if operator == UnaryOp::Not { Type::Bool } else { Type::Number };
    let operand = operand_as(operand, &ty, unary_name(operator))?;
    match &operand.kind {
        ValueKind::Bool(value) => Ok(Value::bool(!value)),
        ValueKind::Number(number) => Ok(Value::new(ValueKind::Number(number.negate()))),
        _ => Ok(not_null(derived(text(), &[&operand], ty))),
    }
}

fn binary_value(operator: BinaryOp, left: &Value, right: &Value) -> Result<Value> {
    let text = || format!("({} {} {})", canonical(left), binary_name(operator), canonical(right));
    let symbol = |_: &[Value]| Symbol::derived(text(), super::canonical::symbols(&[left, right]));
    if let Some(options) = alternatives(left) {
        return over_alternatives(options, symbol, |left| binary_value(operator, left, right));
    }
    if let Some(options) = alternatives(right) {
        return over_alternatives(options, symbol, |right| binary_value(operator, left, right));
    }
    let unknown = |ty: Type| not_null(derived(text(), &[left, right], ty));
    match operator {
        BinaryOp::Equal | BinaryOp::NotEqual => Ok(match equality::equal(left, right).known() {
            Some(equal) => Value::bool(equal == (operator == BinaryOp::Equal)),
            None => unknown(Type::Bool),
        }),
        BinaryOp::And | BinaryOp::Or => {
            let name = binary_name(operator);
            let left = operand_as(left, &Type::Bool, name)?;
            let right = operand_as(right, &Type::Bool, name)?;
            let decides = operator == BinaryOp::Or;
            Ok(match (known_bool(&left), known_bool(&right)) {
                (Some(known), _) | (_, Some(known)) if known == decides => Value::bool(decides),
                (Some(_), _) => right,
                (_, Some(_)) => left,
                (None, None) => unknown(Type::Bool),
            })
        }
        _ => numeric(operator, left, right, unknown),
    }
}

fn numeric(operator: BinaryOp, left: &Value, right: &Value, unknown: impl FnOnce(Type) -> Value) -> Result<Value> {
    let name = binary_name(operator);
    let left = operand_as(left, &Type::Number, name)?;
    let right = operand_as(right, &Type::Number, name)?;
    let (ValueKind::Number(left), ValueKind::Number(right)) = (&left.kind, &right.kind) else {
        return Ok(unknown(result_type(operator)));
    };
    let kind = match operator {
        BinaryOp::Less => ValueKind::Bool(left < right),
        BinaryOp::LessOrEqual => ValueKind::Bool(left <= right),
        BinaryOp::Greater => ValueKind::Bool(left > right),
        BinaryOp::GreaterOrEqual => ValueKind::Bool(left >= right),
        _ => ValueKind::Number(arithmetic(operator, left, right)?),
    };
    Ok(Value::new(kind))
}

fn arithmetic(operator: BinaryOp, left: &Number, right: &Number) -> Result<Number> {
    let result = match operator {
        BinaryOp::Subtract => left.subtract(right),
        BinaryOp::Multiply => left.multiply(right),
        BinaryOp::Divide => left.divide(right),
        BinaryOp::Remainder => left.remainder(right),
        _ => left.add(right),
    };
    result.map_err(|error| EvalError::new(error.to_string()))
}

fn result_type(operator: BinaryOp) -> Type {
    match operator {
        BinaryOp::Add | BinaryOp::Subtract | BinaryOp::Multiply | BinaryOp::Divide | BinaryOp::Remainder => {
            Type::Number
        }
        _ => Type::Bool,
    }
}

fn operand_as(operand: &Value, ty: &Type, operator: &str) -> Result<Value> {
    if operand.is_null() {
        return Err(EvalError::new(format!("an operand of `{operator}` must not be null")));
    }
    convert(operand, ty).map_err(|error| EvalError {
        span: error.span,
        message: format!("unsuitable operand of `{operator}`: {}", error.message),
    })
}

fn not_null(mut value: Value) -> Value {
    if let ValueKind::Unknown(unknown) = &mut value.kind {
        unknown.not_null = true;
    }
    value
}

/// The truth value, if it is known.
pub(in crate::eval) fn known_bool(value: &Value) -> Option<bool> {
    match &value.kind {
        ValueKind::Bool(value) => Some(*value),
        _ => None,
    }
}

fn unary_name(operator: UnaryOp) -> &'static str {
    match operator {
        UnaryOp::Negate => "-",
        UnaryOp::Not => "!",
    }
}

fn binary_name(operator: BinaryOp) -> &'static str {
    match operator {
        BinaryOp::Or => "||",
        BinaryOp::And => "&&",
        BinaryOp::Equal => "==",
        BinaryOp::NotEqual => "!=",
        BinaryOp::Less => "<",
        BinaryOp::LessOrEqual => "<=",
        BinaryOp::Greater => ">",
        BinaryOp::GreaterOrEqual => ">=",
        BinaryOp::Add => "+",
        BinaryOp::Subtract => "-",
        BinaryOp::Multiply => "*",
        BinaryOp::Divide => "/",
        BinaryOp::Remainder => "%",
    }
}
