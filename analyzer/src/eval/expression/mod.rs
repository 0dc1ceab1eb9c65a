//! Expressions to values.
//!
//! Every function here gives what Terraform would give for every value of the unknowns,
//! or an unknown that says what is known of it. Errors of one element or argument stay
//! with it, unless the scope is strict.

mod by_name;
mod calls;
mod canonical;
mod conditional;
mod constructors;
mod for_expr;
mod lift;
mod operators;
mod reference;
mod splat;
mod template;
mod text_builder;
mod traversal;

use smol_str::SmolStr;

use crate::syntax::ast::{Expr, ExprKind};

use super::error::EvalError;
use super::evaluator::Evaluator;
use super::number::Number;
use super::scope::Scope;
use super::symbol::{Cause, Symbol};
use super::types::Type;
use super::value::{Origin, Refinement, Unknown, Value, ValueKind};

pub(super) use canonical::canonical;
pub(super) use for_expr::{Round, rounds, sequence};
pub(super) use lift::{alternatives, one_of};
pub(super) use text_builder::{TextBuilder, known_piece};

use operators::known_bool;

/// How deep expressions may lie in each other, through references and calls of modules too.
const DEPTH_LIMIT: u32 = 600;

/// Stack that has to be left before an expression is evaluated, and what is added if it is not, in bytes.
/// An unoptimised build takes about 5 KiB for each level.
const STACK_LEFT: usize = 256 << 10;
const STACK_ADDED: usize = 2 << 20;

/// What an evaluation gives.
pub(super) type Result<T> = std::result::Result<T, EvalError>;

impl Evaluator<'_> {
    /// The value of `expression` in `scope`.
    pub(super) fn evaluate(&self, expression: &Expr, scope: &Scope) -> Result<Value> {
        let expressions = self.counters.expressions.get() + 1;
        self.counters.expressions.set(expressions);
        let depth = self.depth.get();
        if depth >= DEPTH_LIMIT {
            return Ok(self.limit("depth of expressions", expression, scope));
        }
        if expressions > self.options.expression_limit {
            return Ok(self.limit("number of expressions", expression, scope));
        }
        self.depth.set(depth + 1);
        let result = stacker::maybe_grow(STACK_LEFT, STACK_ADDED, || self.evaluate_kind(expression, scope));
        self.depth.set(depth);
        result.map_err(|error| error.or_at(scope.span(expression.range)))
    }

    fn evaluate_kind(&self, expression: &Expr, scope: &Scope) -> Result<Value> {
        match &expression.kind {
            ExprKind::Missing => Ok(self.missing(expression, scope)),
            ExprKind::Null => Ok(placed(ValueKind::Null(Type::Dynamic), expression, scope)),
            ExprKind::Bool(value) => Ok(placed(ValueKind::Bool(*value), expression, scope)),
            ExprKind::Number(digits) => number(digits, expression, scope),
            ExprKind::Template(template) => self.template(template, expression.range, scope),
            ExprKind::Tuple(items) => self.tuple(items, expression, scope),
            ExprKind::Object(items) => self.object(items, expression, scope),
            ExprKind::For(for_expr) => self.for_expression(for_expr, expression, scope),
            ExprKind::Call(call) => self.call(call, expression.range, scope),
            ExprKind::Paren(inner) => self.evaluate(inner, scope),
            ExprKind::Variable(_) | ExprKind::GetAttr(..) | ExprKind::Index(..) => self.reference(expression, scope),
            ExprKind::Splat(splat) => self.splat(splat, expression, scope),
            ExprKind::Unary(operator, operand) => self.unary(*operator, operand, expression, scope),
            ExprKind::Binary(operator, sides) => self.binary(*operator, sides, expression, scope),
            ExprKind::Conditional(conditional) => self.conditional(conditional, expression, scope),
        }
    }

    /// The value of one part of `scope`'s expression: an element, an argument. What is wrong
    /// with it is recorded and leaves the other parts alone, unless the scope is strict.
    fn part(&self, expression: &Expr, scope: &Scope) -> Result<Value> {
        match self.evaluate(expression, scope) {
            Err(error) if !scope.is_strict() => Ok(self.failed(error, scope.span(expression.range))),
            result => result,
        }
    }

    fn missing(&self, expression: &Expr, scope: &Scope) -> Value {
        let span = scope.span(expression.range);
        let address = format!("missing at {}:{}", self.sources.file(span.file).path(), span.range.start);
        self.fresh_unknown(&address, Cause::Failed, Some(span))
    }

    fn limit(&self, name: &'static str, expression: &Expr, scope: &Scope) -> Value {
        let span = scope.span(expression.range);
        let address = format!("limit at {}:{}", self.sources.file(span.file).path(), span.range.start);
        self.fresh_unknown(&address, Cause::Limit(name), Some(span))
    }

    /// Notes that what was just evaluated may yet fail when the unknowns become known.
    fn doubt(&self) {
        self.doubtful.set(true);
    }

    /// Runs `evaluate` and tells whether its result may yet fail.
    fn with_doubt<T>(&self, evaluate: impl FnOnce() -> T) -> (T, bool) {
        let before = self.doubtful.replace(false);
        let result = evaluate();
        let doubtful = self.doubtful.replace(before);
        (result, doubtful)
    }
}

/// A value written at `expression`.
fn placed(kind: ValueKind, expression: &Expr, scope: &Scope) -> Value {
    Value::new(kind).with_origin(Origin::at(scope.span(expression.range)))
}

fn number(digits: &str, expression: &Expr, scope: &Scope) -> Result<Value> {
    match Number::parse(digits) {
        Some(number) => Ok(placed(ValueKind::Number(number), expression, scope)),
        None => Err(EvalError::new(format!("`{digits}` is not a number"))),
    }
}

/// The unknown result of an operation whose canonical text is `text`.
pub(super) fn derived(text: impl Into<SmolStr>, inputs: &[&Value], ty: Type) -> Value {
    let symbols = canonical::symbols(inputs);
    let mut value = Value::unknown(Symbol::derived(text, symbols), ty);
    value.sensitive = inputs.iter().any(|input| input.sensitive);
    value
}

/// An unknown like `symbol`, with what is known about it.
pub(super) fn refined(symbol: Symbol, ty: Type, refinement: Refinement) -> Value {
    let not_null = matches!(refinement, Refinement::Sequence(_) | Refinement::Merged(_));
    Value::new(ValueKind::Unknown(Unknown { symbol, ty, not_null, refinement }))
}
