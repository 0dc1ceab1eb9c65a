//! What is wrong with an expression, said once for people.

use std::fmt;

use crate::source::Span;

/// Why an expression has no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvalError {
    /// The smallest text that has to change; `None` until someone knows a place.
    pub span: Option<Span>,
    /// What is wrong, in one line, lower case, no full stop.
    pub message: String,
}

impl EvalError {
    /// An error without a place.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self { span: None, message: message.into() }
    }

    /// An error at `span`.
    #[must_use]
    pub fn at(span: Span, message: impl Into<String>) -> Self {
        Self { span: Some(span), message: message.into() }
    }

    /// The same error, placed at `span` if it has no place yet.
    #[must_use]
    pub fn or_at(mut self, span: Span) -> Self {
        self.span.get_or_insert(span);
        self
    }
}

impl fmt::Display for EvalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for EvalError {}
