//! Which modules are applied as they are, and which wait for callers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::config::Configuration;
use crate::source::path;

use super::declaration::Module;
use super::files::ModuleFiles;
use super::library::Library;

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

/// The directories that are stacks, in their order, and whether each is a library.
pub(super) fn find<'a>(
    library: &'a Library<'_>,
    directories: &'a BTreeMap<String, ModuleFiles>,
) -> Vec<(&'a str, bool)> {
    let called = called_directories(library);
    let mut found = BTreeMap::new();
    let mut reached = BTreeSet::new();
    let own = || directories.keys().filter_map(|dir| Some((dir.as_str(), library.module(dir)?)));
    for (dir, module) in own() {
        let signs = Signs::new(dir, module, directories, library.configuration());
        if !called.contains(dir) || signs.applied_although_called() {
            found.insert(dir, !signs.is_root());
            reach(library, dir, &mut reached);
        }
    }
    // What is left is called only by itself, directly or in a circle.
    for (dir, module) in own() {
        if !reached.contains(dir) {
            found.insert(dir, !Signs::new(dir, module, directories, library.configuration()).is_root());
            reach(library, dir, &mut reached);
        }
    }
    found.into_iter().collect()
}

/// The directories that some other directory calls.
fn called_directories(library: &Library<'_>) -> BTreeSet<String> {
    let called_by = |(dir, module): (&String, &Arc<Module>)| {
        let targets = module.calls.values().filter_map(|call| library.directory_of(dir, call));
        targets.filter(|target| target != dir).collect::<Vec<_>>()
    };
    library.modules().iter().flat_map(called_by).collect()
}

/// Adds `start` and everything that it calls by path, directly or not, to `reached`.
fn reach(library: &Library<'_>, start: &str, reached: &mut BTreeSet<String>) {
    let mut open = vec![start.to_owned()];
    while let Some(dir) = open.pop() {
        let Some(module) = library.module(&dir) else { continue };
        let targets: Vec<String> = module.calls.values().filter_map(|call| library.directory_of(&dir, call)).collect();
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
    /// The configuration says that it is applied.
    configured: bool,
    /// It says so of this very directory.
    configured_by_name: bool,
}

impl Signs {
    fn new(
        dir: &str,
        module: &Module,
        directories: &BTreeMap<String, ModuleFiles>,
        configuration: &Configuration,
    ) -> Self {
        let files = directories.get(dir);
        Self {
            backend: module.backend.is_some(),
            configured_provider: module.providers.iter().any(|provider| provider.is_configured()),
            own_variables: files.is_some_and(|files| !files.variables.is_empty()),
            environment_variables: files.is_some_and(|files| !files.other_variables.is_empty())
                || has_environment_directory(dir, directories),
            terragrunt: files.is_some_and(|files| files.terragrunt),
            configured: configuration.applies(dir),
            configured_by_name: configuration.applies_by_name(dir),
        }
    }

    fn is_root(&self) -> bool {
        let signs = [self.configured_provider, self.environment_variables, self.terragrunt, self.configured];
        self.applied_although_called() || signs.contains(&true)
    }

    /// A module may have a configured provider and be meant to be called; nobody gives
    /// one a backend or values that are loaded only where it is the root.
    fn applied_although_called(&self) -> bool {
        self.backend || self.own_variables || self.configured_by_name
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
