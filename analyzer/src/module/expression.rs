//! What can be read of an expression without evaluating it.

use smol_str::SmolStr;

use crate::syntax::ast::{Body, Expr, ExprKind};
use crate::syntax::literal_text;

/// The text of a string without interpolations.
pub(super) fn literal(expr: &Expr) -> Option<SmolStr> {
    match &expr.kind {
        ExprKind::Template(template) => literal_text(template),
        ExprKind::Paren(inner) => literal(inner),
        _ => None,
    }
}

/// The text of the attribute `name` of `body`, if it is a string without interpolations.
pub(super) fn literal_string(body: &Body, name: &str) -> Option<SmolStr> {
    literal(&body.attribute(name)?.value)
}

/// The attribute `name` of `body`, if it is `true` or `false` in so many words.
pub(super) fn literal_bool(body: &Body, name: &str) -> Option<bool> {
    let value = &body.attribute(name)?.value;
    match &value.kind {
        ExprKind::Bool(value) => Some(*value),
        _ => literal(value).and_then(|text| text.parse().ok()),
    }
}
