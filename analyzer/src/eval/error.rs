//! What is wrong with an expression.

use crate::source::Span;

/// An expression that has no value, in Terraform or here, with a message for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvalError {
    /// The smallest text that has to change; `None` where the caller knows it.
    pub span: Option<Span>,
    /// What is wrong, in one line, lower case, no full stop.
    pub message: String,
}
