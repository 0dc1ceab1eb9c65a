//! How modules hang together, and what is applied as one.

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::SmolStr;

use crate::config::{GivenVariables, Setting};
use crate::source::{FileId, Span};
use crate::syntax::SyntaxError;
use crate::syntax::ast::Attribute;

use super::declaration::{Module, ModuleCall};

/// All stacks in view.
#[derive(Debug, Clone, Default)]
pub struct Workspace {
    /// The stacks, sorted by directory and environment.
    pub stacks: Vec<Arc<Stack>>,
    /// Every module that was read, sorted by directory, called or not: each has the
    /// errors of its files.
    pub modules: Vec<Arc<Module>>,
    /// What is wrong with files that belong to no module: those with values for
    /// variables, and directories that cannot be read.
    pub errors: Vec<(FileId, SyntaxError)>,
}

/// One root module in one environment: what one `terraform apply` owns. A module
/// that nobody in view calls and that configures no provider is a library: it is a
/// stack too, whose variables are the callers' to give.
#[derive(Debug, Clone)]
pub struct Stack {
    /// The root module's directory.
    pub dir: SmolStr,
    /// The environment's name, if there are several: the workspace or the variable file's stem.
    pub environment: Option<SmolStr>,
    /// `terraform.workspace`, if it is known.
    pub workspace: Option<SmolStr>,
    /// The root module and what it calls.
    pub root: Arc<ModuleNode>,
    /// Values for the root's variables from files, later ones over earlier ones.
    pub variables: BTreeMap<SmolStr, VariableValue>,
    /// Values for the root's variables that are known beside what is written. One that is what is
    /// written, in `variables` or as a default, says nothing new.
    pub given: GivenVariables,
    /// Whether this is a library module.
    pub library: bool,
}

/// A value for a root variable.
#[derive(Debug, Clone)]
pub enum VariableValue {
    /// From a `.tfvars` file (its expressions are constant).
    File(Arc<Attribute>),
    /// Given as text, as `-var` and `TF_VAR_` do: parsed when the variable's type is complex.
    Text(SmolStr),
    /// From the configuration of the analysis, whose text is the file.
    Configured(Arc<Setting>, FileId),
}

/// A module as it is called: once for each place that calls it, not for each instance.
#[derive(Debug)]
pub struct ModuleNode {
    /// The names of the calls that lead here, from the root, which has none.
    pub path: Vec<SmolStr>,
    /// What the module declares; shared by all calls of one directory.
    pub module: Arc<Module>,
    /// The call that made it; `None` for the root.
    pub call: Option<Arc<ModuleCall>>,
    /// [`Module::downloaded`]
    pub downloaded: bool,
    /// What it calls, by name.
    pub children: BTreeMap<SmolStr, Child>,
}

/// A called module.
#[derive(Debug, Clone)]
pub enum Child {
    /// Its source is at hand.
    Loaded(Arc<ModuleNode>),
    /// Its source is not at hand.
    Missing {
        /// `source` as written; empty if it is no literal.
        source: SmolStr,
        /// Where `source` stands.
        span: Span,
        /// Why: "not downloaded: run `terraform init`", "no such directory".
        reason: String,
    },
    /// It calls itself, directly or through others.
    Recursive {
        /// Where `source` stands.
        span: Span,
    },
}
