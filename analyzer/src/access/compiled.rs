//! Policy documents, made ready to be asked many times.

use thin_vec::ThinVec;

use crate::eval::symbol::Symbol;
use crate::policy::model::{PolicyDocument, PolicyKind};
use crate::source::Span;
use crate::truth::Truth;

use super::statement::Statement;

/// A policy document whose patterns, operators and values are read.
#[derive(Debug)]
pub struct CompiledPolicy {
    span: Span,
    statements: Vec<Statement>,
    open: ThinVec<Symbol>,
    readable: bool,
}

/// The version with policy variables.
const VERSION: &str = "2012-10-17";

impl CompiledPolicy {
    /// Reads `document` as a policy of this kind.
    ///
    /// AWS refuses to store a document with a fault in it, so that one may say anything.
    #[must_use]
    pub fn new(document: &PolicyDocument, kind: PolicyKind) -> Self {
        let variables = has_variables(document);
        let compile = |statement| Statement::compile(statement, kind, variables);
        Self {
            span: document.span,
            statements: document.statements.iter().map(compile).collect(),
            open: document.open.clone(),
            readable: document.faults.is_empty(),
        }
    }

    /// The whole document.
    #[must_use]
    pub const fn span(&self) -> Span {
        self.span
    }

    /// The place of a statement, by its number in the document.
    #[must_use]
    pub fn statement_span(&self, statement: usize) -> Option<Span> {
        self.statements.get(statement).map(|statement| statement.span)
    }

    /// Whether it may allow anything at all.
    pub(super) fn may_allow(&self) -> bool {
        !self.is_closed() || self.statements.iter().any(|statement| statement.effect.allows().may_be())
    }

    pub(super) fn statements(&self) -> &[Statement] {
        &self.statements
    }

    /// What may add statements.
    pub(super) fn open(&self) -> &[Symbol] {
        &self.open
    }

    /// Whether it says nothing but what its statements say.
    pub(super) fn is_closed(&self) -> bool {
        self.readable && self.open.is_empty()
    }
}

/// Whether `${key}` is a policy variable. Without a version the older one is in force.
fn has_variables(document: &PolicyDocument) -> Truth {
    match &document.version {
        None if document.open.is_empty() => Truth::No,
        None => Truth::Unknown,
        Some(version) => version.text.as_known().map_or(Truth::Unknown, |version| (version == VERSION).into()),
    }
}
