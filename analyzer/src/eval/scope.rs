//! What the names in an expression stand for.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::source::{FileId, Span, TextRange};

use super::evaluator::ModuleInstance;
use super::value::Value;

/// The surroundings of an expression: the module instance whose names it sees, the names
/// bound around it (`each`, `count`, `for` variables, iterators of `dynamic` blocks), and
/// the file that its ranges are offsets of. A clone costs three counters.
#[derive(Debug, Clone)]
pub struct Scope {
    names: Names,
    bindings: Option<Arc<Binding>>,
    file: FileId,
    strict: bool,
}

/// Where names that are not bound come from.
#[derive(Debug, Clone)]
enum Names {
    Module(Arc<ModuleInstance>),
    /// A template of `templatefile`, or a value of a variable file: nothing but what is bound.
    Isolated,
}

/// A bound name, and those around it.
#[derive(Debug)]
struct Binding {
    name: SmolStr,
    value: Value,
    outer: Option<Arc<Binding>>,
}

impl Scope {
    /// The scope of expressions of `module` that stand in `file`.
    #[must_use]
    pub fn of_module(module: Arc<ModuleInstance>, file: FileId) -> Self {
        Self { names: Names::Module(module), bindings: None, file, strict: false }
    }

    /// A scope without any names, for constants in `file`.
    #[must_use]
    pub fn isolated(file: FileId) -> Self {
        Self { names: Names::Isolated, bindings: None, file, strict: false }
    }

    /// The module instance whose names are seen; `None` inside a template file.
    #[must_use]
    pub fn module(&self) -> Option<&Arc<ModuleInstance>> {
        match &self.names {
            Names::Module(module) => Some(module),
            Names::Isolated => None,
        }
    }

    /// The same scope for expressions that stand in `file`.
    #[must_use]
    pub fn in_file(&self, file: FileId) -> Self {
        Self { file, ..self.clone() }
    }

    /// The same scope with one more name.
    #[must_use]
    pub fn bind(&self, name: impl Into<SmolStr>, value: Value) -> Self {
        let binding = Binding { name: name.into(), value, outer: self.bindings.clone() };
        Self { bindings: Some(Arc::new(binding)), ..self.clone() }
    }

    /// The value of the innermost binding of `name`.
    #[must_use]
    pub fn bound(&self, name: &str) -> Option<&Value> {
        let mut binding = self.bindings.as_deref();
        while let Some(current) = binding {
            if current.name == name {
                return Some(&current.value);
            }
            binding = current.outer.as_deref();
        }
        None
    }

    /// The file that ranges are offsets of.
    #[must_use]
    pub fn file(&self) -> FileId {
        self.file
    }

    /// Where `range` stands.
    #[must_use]
    pub fn span(&self, range: TextRange) -> Span {
        range.at(self.file)
    }

    /// The same scope where the first error ends the evaluation, as inside `try`.
    pub(super) fn strictly(&self) -> Self {
        Self { strict: true, ..self.clone() }
    }

    /// Whether the first error ends the evaluation.
    pub(super) fn is_strict(&self) -> bool {
        self.strict
    }

    /// A scope for a template file called from here: only `variables` are seen.
    pub(super) fn template(&self, file: FileId, variables: impl IntoIterator<Item = (SmolStr, Value)>) -> Self {
        let isolated = Self { names: Names::Isolated, bindings: None, file, strict: self.strict };
        variables.into_iter().fold(isolated, |scope, (name, value)| scope.bind(name, value))
    }
}
