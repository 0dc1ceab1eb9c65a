//! What is kept of a workspace from one loading to the next.
//!
//! The result is the same as without: a tree is kept as long as its file has the same text, a
//! module as long as its files have the same trees, a stack as long as its modules and its
//! variables are the same. A loading keeps what it has used and nothing else.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::source::path;
use crate::syntax::ast::Tree;

use super::declaration::Module;
use super::environment::Errors;
use super::files::ModuleFiles;
use super::library::Modules;
use super::stack::{Child, ModuleNode, Stack, VariableValue};

/// What has happened since a workspace was loaded.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    /// The files that may have another text.
    pub texts: BTreeSet<String>,
    /// Whether something was made or taken away, or something else is in view.
    pub structure: bool,
}

/// What is kept of a workspace.
#[derive(Debug, Default)]
pub struct Kept {
    /// The trees of the files with values for variables, by path; and those of the loading before.
    variables: Mutex<FxHashMap<String, Arc<Tree>>>,
    variables_before: FxHashMap<String, Arc<Tree>>,
    modules: Mutex<FxHashMap<String, KeptModule>>,
    pub(super) whole: Option<Whole>,
    parsed: AtomicUsize,
    listed: AtomicUsize,
}

/// The name of a file and its tree.
pub(super) type NamedTree = (String, Arc<Tree>);

/// A module and the trees that it was made from.
#[derive(Debug, Clone)]
pub(super) struct KeptModule {
    pub(super) files: ModuleFiles,
    pub(super) trees: Vec<NamedTree>,
    pub(super) module: Arc<Module>,
}

/// All of a workspace.
#[derive(Debug)]
pub(super) struct Whole {
    pub(super) directories: BTreeMap<String, ModuleFiles>,
    pub(super) modules: Modules,
    pub(super) roots: Vec<Root>,
    /// The indices of the roots whose modules are in a directory.
    pub(super) used_by: FxHashMap<SmolStr, Vec<usize>>,
    /// What is wrong with directories.
    pub(super) errors: Errors,
}

/// The stacks of one directory.
#[derive(Debug)]
pub(super) struct Root {
    pub(super) dir: String,
    pub(super) is_library: bool,
    pub(super) stacks: Vec<Arc<Stack>>,
    /// What is wrong with its variable files.
    pub(super) errors: Errors,
}

impl Kept {
    /// How many files were parsed so far.
    #[must_use]
    pub fn parsed(&self) -> usize {
        self.parsed.load(Ordering::Relaxed)
    }

    /// How many directories were listed so far in search of modules.
    #[must_use]
    pub fn listed(&self) -> usize {
        self.listed.load(Ordering::Relaxed)
    }

    /// How many trees and modules are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        let modules = self.modules.lock().unwrap_or_else(PoisonError::into_inner);
        let variables = self.variables.lock().unwrap_or_else(PoisonError::into_inner);
        let trees: usize = modules.values().map(|module| module.trees.len()).sum();
        modules.len() + trees + variables.len() + self.variables_before.len()
    }

    /// Whether nothing is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The files that are kept at and below `path`.
    #[must_use]
    pub fn files_within(&self, path: &str) -> Vec<String> {
        let modules = self.modules.lock().unwrap_or_else(PoisonError::into_inner);
        let variables = self.variables.lock().unwrap_or_else(PoisonError::into_inner);
        let names =
            modules.iter().flat_map(|(dir, module)| module.trees.iter().map(move |(name, _)| path::join(dir, name)));
        names.chain(variables.keys().cloned()).filter(|file| path::is_within(file, path)).collect()
    }

    /// The tree of the file at `path`, if it is one of a module that was loaded.
    #[must_use]
    pub fn tree(&self, path: &str) -> Option<Arc<Tree>> {
        let modules = self.modules.lock().unwrap_or_else(PoisonError::into_inner);
        let module = modules.get(path::parent(path))?;
        module.trees.iter().find(|(name, _)| name == path::file_name(path)).map(|(_, tree)| Arc::clone(tree))
    }

    /// The stacks that the module in `dir` is a part of.
    #[must_use]
    pub fn stacks_of(&self, dir: &str) -> Vec<Arc<Stack>> {
        let Some(whole) = &self.whole else { return Vec::new() };
        let users = whole.used_by.get(dir).map(Vec::as_slice).unwrap_or_default();
        users.iter().filter_map(|index| whole.roots.get(*index)).flat_map(|root| &root.stacks).cloned().collect()
    }

    /// Whether `path` is a file of a module that was loaded.
    #[must_use]
    pub fn is_module_file(&self, path: &str) -> bool {
        self.tree(path).is_some()
    }

    pub(super) fn count_parsed(&self) {
        self.parsed.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn count_listed(&self) {
        self.listed.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn module(&self, dir: &str) -> Option<KeptModule> {
        self.modules.lock().unwrap_or_else(PoisonError::into_inner).get(dir).cloned()
    }

    pub(super) fn keep_module(&self, dir: &str, module: KeptModule) {
        self.modules.lock().unwrap_or_else(PoisonError::into_inner).insert(dir.to_owned(), module);
    }

    pub(super) fn variables(&self, path: &str) -> Option<Arc<Tree>> {
        let now = self.variables.lock().unwrap_or_else(PoisonError::into_inner).get(path).cloned();
        now.or_else(|| self.variables_before.get(path).cloned())
    }

    pub(super) fn keep_variables(&self, path: &str, tree: Arc<Tree>) {
        self.variables.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned(), tree);
    }

    /// All is loaded anew: what is not used again is let go of.
    pub(super) fn begin(&mut self) {
        let variables = std::mem::take(self.variables.get_mut().unwrap_or_else(PoisonError::into_inner));
        self.variables_before.extend(variables);
    }

    /// Keeps `whole`, and lets go of what is not in it.
    pub(super) fn keep(&mut self, mut whole: Whole, before: Option<Whole>) {
        let is_loaded = |dir: &str| whole.modules.module(dir).is_some();
        self.modules.get_mut().unwrap_or_else(PoisonError::into_inner).retain(|dir, _| is_loaded(dir));
        self.variables_before.clear();
        let before = before.map(|before| before.roots).unwrap_or_default();
        let before: FxHashMap<&str, &Root> = before.iter().map(|root| (root.dir.as_str(), root)).collect();
        for root in &mut whole.roots {
            if let Some(before) = before.get(root.dir.as_str()) {
                root.keep(before);
            }
        }
        whole.index();
        self.whole = Some(whole);
    }
}

impl Root {
    /// Takes the stacks of `before` in place of those that are the same.
    pub(super) fn keep(&mut self, before: &Self) {
        for (stack, before) in self.stacks.iter_mut().zip(&before.stacks) {
            if is_same(stack, before) {
                *stack = Arc::clone(before);
            }
        }
    }
}

impl Whole {
    /// Notes which roots use which directories.
    pub(super) fn index(&mut self) {
        let mut used_by: FxHashMap<SmolStr, Vec<usize>> = FxHashMap::default();
        for (index, root) in self.roots.iter().enumerate() {
            let nodes = root.stacks.first().map(|stack| stack.root.descendants()).unwrap_or_default();
            for node in nodes {
                let users = used_by.entry(node.module.dir.clone()).or_default();
                if users.last() != Some(&index) {
                    users.push(index);
                }
            }
        }
        self.used_by = used_by;
    }
}

/// Whether both are made of the same modules and the same values.
fn is_same(one: &Stack, other: &Stack) -> bool {
    // What is given follows from the configuration, which is the same.
    let Stack { dir, environment, workspace, root, variables, given: _, library } = one;
    (dir, environment, workspace, library) == (&other.dir, &other.environment, &other.workspace, &other.library)
        && variables.len() == other.variables.len()
        && variables
            .iter()
            .zip(&other.variables)
            .all(|((name, value), (other_name, other))| name == other_name && is_same_value(value, other))
        && is_same_tree(root, &other.root)
}

fn is_same_value(one: &VariableValue, other: &VariableValue) -> bool {
    match (one, other) {
        (VariableValue::File(one), VariableValue::File(other)) => Arc::ptr_eq(one, other),
        (VariableValue::Text(one), VariableValue::Text(other)) => one == other,
        (VariableValue::Configured(one, file), VariableValue::Configured(other, other_file)) => {
            one == other && file == other_file
        }
        (VariableValue::File(_) | VariableValue::Text(_) | VariableValue::Configured(..), _) => false,
    }
}

/// The same modules are called by the same calls: calls belong to the module that has them.
fn is_same_tree(one: &ModuleNode, other: &ModuleNode) -> bool {
    Arc::ptr_eq(&one.module, &other.module)
        && one.children.len() == other.children.len()
        && one.children.values().zip(other.children.values()).all(|(one, other)| match (one, other) {
            (Child::Loaded(one), Child::Loaded(other)) => is_same_tree(one, other),
            (Child::Missing { reason, .. }, Child::Missing { reason: other, .. }) => reason == other,
            (Child::Recursive { .. }, Child::Recursive { .. }) => true,
            (Child::Loaded(_) | Child::Missing { .. } | Child::Recursive { .. }, _) => false,
        })
}
