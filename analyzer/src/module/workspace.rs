//! Finds modules and decides which of them are applied.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;
use smol_str::SmolStr;

use crate::source::{EntryKind, FileId, FileSystem, SourceMap, path};
use crate::syntax::SyntaxError;

use super::declaration::Module;
use super::files::ModuleFiles;
use super::library::{Library, local_directory};
use super::stack::{Stack, VariableValue, Workspace};
use super::{load, tree};

/// How deep directories are searched: symbolic links may lead in circles.
const MAX_DIRECTORY_DEPTH: usize = 32;

/// Directories beside a root that hold variable files for its environments.
const ENVIRONMENT_DIRECTORIES: &[&str] = &[
    "config",
    "configs",
    "env",
    "environment",
    "environments",
    "envs",
    "tfvars",
    "var",
    "var-files",
    "variables",
    "vars",
];

/// Reads every module below `dirs` and decides what is applied as one.
///
/// A directory that nobody calls is a stack. It is a root if it has a `backend` or
/// `cloud` block, a `provider` block with settings, or variable files, or if Terragrunt
/// runs it; otherwise it is a library. One that is called is a root only if it has a
/// backend or variables of its own.
///
/// Hidden directories are passed over, `.terraform` among them; what is called from
/// there is read nevertheless. The result depends on the files alone.
#[must_use]
pub fn load_workspace(fs: &dyn FileSystem, sources: &SourceMap, dirs: &[String]) -> Workspace {
    let mut directories = BTreeMap::new();
    let mut errors = Vec::new();
    let dirs: Vec<String> = dirs.iter().map(|dir| path::normalize(dir)).collect();
    for dir in &dirs {
        let mut search = Search { fs, sources, directories: &mut directories, errors: &mut errors };
        search.directory(dir, MAX_DIRECTORY_DEPTH);
    }
    let library = Library::load(fs, sources, &dirs, &directories);
    let candidates = stacks(&library, &directories);
    let build = |(dir, library_module): &(&str, bool)| {
        let mut errors = Vec::new();
        let variables = variables(fs, sources, dir, directories.get(*dir), &mut errors);
        let root = tree::root(&library, dir)?;
        // One stack for each root: environments that the configuration names will
        // multiply it here, with `ModuleFiles::other_variables` as their files.
        let stack =
            Stack { dir: (*dir).into(), environment: None, workspace: None, root, variables, library: *library_module };
        Some((Arc::new(stack), errors))
    };
    let built: Vec<_> = candidates.par_iter().filter_map(build).collect();
    let mut workspace = Workspace { modules: library.modules().values().cloned().collect(), ..Workspace::default() };
    for (stack, found) in built {
        workspace.stacks.push(stack);
        errors.extend(found);
    }
    workspace.errors = errors;
    workspace
}

struct Search<'a> {
    fs: &'a dyn FileSystem,
    sources: &'a SourceMap,
    directories: &'a mut BTreeMap<String, ModuleFiles>,
    errors: &'a mut Vec<(FileId, SyntaxError)>,
}

impl Search<'_> {
    fn directory(&mut self, dir: &str, depth: usize) {
        if self.directories.contains_key(dir) {
            return;
        }
        let entries = match self.fs.list(dir) {
            Ok(entries) => entries,
            Err(error) => {
                let tree = load::unreadable(self.sources.add(dir, ""), format!("cannot be read: {error}"));
                return self.errors.extend(tree.errors.into_iter().map(|error| (tree.file, error)));
            }
        };
        self.directories.insert(dir.to_owned(), ModuleFiles::new(&entries));
        let Some(depth) = depth.checked_sub(1) else { return };
        let inner = entries.iter().filter(|entry| entry.kind == EntryKind::Directory && !entry.name.starts_with('.'));
        for entry in inner {
            self.directory(&path::join(dir, &entry.name), depth);
        }
    }
}

/// The directories that are stacks, in their order, and whether each is a library.
fn stacks<'a>(library: &'a Library, directories: &'a BTreeMap<String, ModuleFiles>) -> Vec<(&'a str, bool)> {
    let called = called_directories(library);
    let mut found = BTreeMap::new();
    let mut reached = BTreeSet::new();
    let own = || directories.keys().filter_map(|dir| Some((dir.as_str(), library.module(dir)?)));
    for (dir, module) in own() {
        let signs = Signs::new(dir, module, directories);
        if !called.contains(dir) || signs.applied_although_called() {
            found.insert(dir, !signs.is_root());
            reach(library, dir, &mut reached);
        }
    }
    // What is left is called only by itself, directly or in a circle.
    for (dir, module) in own() {
        if !reached.contains(dir) {
            found.insert(dir, !Signs::new(dir, module, directories).is_root());
            reach(library, dir, &mut reached);
        }
    }
    found.into_iter().collect()
}

/// The directories that some other directory calls.
fn called_directories(library: &Library) -> BTreeSet<String> {
    let called_by = |(dir, module): (&String, &Arc<Module>)| {
        let targets = module.calls.values().filter_map(|call| local_directory(dir, call));
        targets.filter(|target| target != dir).collect::<Vec<_>>()
    };
    library.modules().iter().flat_map(called_by).collect()
}

/// Adds `start` and everything that it calls by path, directly or not, to `reached`.
fn reach(library: &Library, start: &str, reached: &mut BTreeSet<String>) {
    let mut open = vec![start.to_owned()];
    while let Some(dir) = open.pop() {
        let Some(module) = library.module(&dir) else { continue };
        let targets: Vec<String> = module.calls.values().filter_map(|call| local_directory(&dir, call)).collect();
        if reached.insert(dir) {
            open.extend(targets);
        }
    }
}

/// What tells a root from a module that others call.
#[derive(Debug, Default)]
struct Signs {
    backend: bool,
    configured_provider: bool,
    own_variables: bool,
    environment_variables: bool,
    terragrunt: bool,
}

impl Signs {
    fn new(dir: &str, module: &Module, directories: &BTreeMap<String, ModuleFiles>) -> Self {
        let files = directories.get(dir);
        Self {
            backend: module.backend.is_some(),
            configured_provider: module.providers.iter().any(|provider| provider.is_configured()),
            own_variables: files.is_some_and(|files| !files.variables.is_empty()),
            environment_variables: files.is_some_and(|files| !files.other_variables.is_empty())
                || has_environment_directory(dir, directories),
            terragrunt: files.is_some_and(|files| files.terragrunt),
        }
    }

    fn is_root(&self) -> bool {
        self.applied_although_called() || self.configured_provider || self.environment_variables || self.terragrunt
    }

    /// A module may have a configured provider and be meant to be called; nobody gives
    /// one a backend or values that are loaded only where it is the root.
    fn applied_although_called(&self) -> bool {
        self.backend || self.own_variables
    }
}

/// Whether a directory of variable files lies below `dir`, at most two levels deep.
fn has_environment_directory(dir: &str, directories: &BTreeMap<String, ModuleFiles>) -> bool {
    let has_values = |files: &ModuleFiles| !files.variables.is_empty() || !files.other_variables.is_empty();
    let holds_values =
        |below: &str| directories.get(below).is_some_and(|files| has_values(files) && !files.is_module());
    ENVIRONMENT_DIRECTORIES.iter().map(|name| path::join(dir, name)).any(|environments| {
        let prefix = format!("{environments}/");
        let below = directories.range(prefix.clone()..).map(|(below, _)| below);
        let mut inner =
            below.take_while(|below| below.starts_with(&prefix)).filter(|below| path::parent(below) == environments);
        holds_values(&environments) || inner.any(|below| holds_values(below))
    })
}

/// The values that Terraform loads for the root in `dir` without being told.
fn variables(
    fs: &dyn FileSystem,
    sources: &SourceMap,
    dir: &str,
    files: Option<&ModuleFiles>,
    errors: &mut Vec<(FileId, SyntaxError)>,
) -> BTreeMap<SmolStr, VariableValue> {
    let mut values = BTreeMap::new();
    for name in files.map(|files| files.variables.as_slice()).unwrap_or_default() {
        let tree = load::variables(fs, sources, &path::join(dir, name));
        for attribute in tree.body.attributes() {
            values.insert(attribute.name.text.clone(), VariableValue::File(Arc::clone(attribute)));
        }
        errors.extend(tree.errors.into_iter().map(|error| (tree.file, error)));
    }
    values
}
