//! All modules in view: each directory is read once, whoever calls it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use crate::config::Configuration;
use crate::source::{EntryKind, path};

use super::declaration::{Module, ModuleCall};
use super::files::ModuleFiles;
use super::load::Reader;
use super::manifest::Manifest;

/// The modules as a configuration has them.
pub(super) struct Library<'c> {
    configuration: &'c Configuration,
    modules: Modules,
}

/// The modules by directory.
#[derive(Debug, Default)]
pub(super) struct Modules {
    modules: BTreeMap<String, Arc<Module>>,
    manifests: BTreeMap<String, Manifest>,
    /// Why a directory that is called has no module.
    missing: BTreeMap<String, &'static str>,
}

/// Whether `source` is a path and not an address to download from.
pub(super) fn is_local(source: &str) -> bool {
    let relative = ["./", "../", ".\\", "..\\"].iter().any(|prefix| source.starts_with(prefix));
    relative || matches!(source, "." | "..") || source.starts_with('/')
}

/// The directory of a call with a local source, seen from the module in `dir`.
fn local_directory(dir: &str, call: &ModuleCall) -> Option<String> {
    let source = call.source.as_deref().filter(|source| is_local(source))?;
    Some(path::join(dir, source))
}

/// Whether `dir` was downloaded or lies outside the workspace.
fn is_foreign(workspace: &[String], dir: &str) -> bool {
    let inside = workspace.iter().any(|own| path::is_within(dir, own));
    !inside || dir.split('/').any(|segment| segment == ".terraform")
}

impl<'c> Library<'c> {
    /// Reads the modules in `directories`, and whatever they call that is at hand.
    /// `workspace` are the directories that are the user's own.
    pub(super) fn load(
        reader: Reader<'_>,
        workspace: &[String],
        directories: &BTreeMap<String, ModuleFiles>,
        configuration: &'c Configuration,
    ) -> Self {
        let initialized = directories.iter().filter(|(_, files)| files.initialized).map(|(dir, _)| dir);
        let manifests = initialized.map(|dir| (dir.clone(), Manifest::read(reader.fs, dir))).collect();
        let mut library = Self { configuration, modules: Modules { manifests, ..Modules::default() } };
        let downloaded = library.modules.manifests.values().flat_map(Manifest::directories).map(str::to_owned);
        let start = directories.iter().filter(|(_, files)| files.is_module()).map(|(dir, _)| dir.clone());
        let mut wanted: BTreeSet<String> = start.chain(downloaded).collect();
        while !wanted.is_empty() {
            let wave: Vec<String> = wanted.into_iter().collect();
            let read = |dir: &String| read(reader, dir, directories.get(dir), is_foreign(workspace, dir));
            let found: Vec<_> = wave.par_iter().map(read).collect();
            wanted = library.add(wave, found);
        }
        library
    }

    /// Takes what was read, gives the directories that it calls and that are not read yet.
    fn add(&mut self, dirs: Vec<String>, found: Vec<Result<Arc<Module>, &'static str>>) -> BTreeSet<String> {
        let mut called = BTreeSet::new();
        for (dir, module) in dirs.into_iter().zip(found) {
            match module {
                Ok(module) => {
                    called.extend(module.calls.values().filter_map(|call| self.directory_of(&dir, call)));
                    self.modules.modules.insert(dir, module);
                }
                Err(reason) => {
                    self.modules.missing.insert(dir, reason);
                }
            }
        }
        let Modules { modules, missing, .. } = &self.modules;
        called.retain(|dir| !modules.contains_key(dir) && !missing.contains_key(dir));
        called
    }

    /// The directory of what `call` of the module in `dir` names, if that can be told
    /// without what `terraform init` downloaded.
    pub(super) fn directory_of(&self, dir: &str, call: &ModuleCall) -> Option<String> {
        let configured = || self.configuration.module_directory(call.source.as_deref()?);
        local_directory(dir, call).or_else(configured)
    }

    /// What is said of stacks.
    pub(super) fn configuration(&self) -> &'c Configuration {
        self.configuration
    }

    /// The same modules, read before.
    pub(super) fn of(modules: Modules, configuration: &'c Configuration) -> Self {
        Self { configuration, modules }
    }

    /// The modules, to be kept.
    pub(super) fn into_modules(self) -> Modules {
        self.modules
    }

    /// Takes `module` in place of the one in the same directory.
    pub(super) fn replace(&mut self, dir: &str, module: Arc<Module>) {
        self.modules.modules.insert(dir.to_owned(), module);
    }

    pub(super) fn module(&self, dir: &str) -> Option<&Arc<Module>> {
        self.modules.module(dir)
    }

    /// All modules, by directory.
    pub(super) fn modules(&self) -> &BTreeMap<String, Arc<Module>> {
        &self.modules.modules
    }

    /// What `terraform init` downloaded for the root in `dir`.
    pub(super) fn manifest(&self, dir: &str) -> Option<&Manifest> {
        self.modules.manifests.get(dir)
    }

    /// Why there is no module in `dir`, which is called by a path.
    pub(super) fn why_missing(&self, dir: &str) -> &'static str {
        self.modules.missing.get(dir).copied().unwrap_or("no such directory")
    }
}

impl Modules {
    pub(super) fn module(&self, dir: &str) -> Option<&Arc<Module>> {
        self.modules.get(dir)
    }

    /// All of them, by directory.
    pub(super) fn all(&self) -> impl Iterator<Item = &Arc<Module>> {
        self.modules.values()
    }
}

fn read(
    reader: Reader<'_>,
    dir: &str,
    known: Option<&ModuleFiles>,
    downloaded: bool,
) -> Result<Arc<Module>, &'static str> {
    let files = match known {
        Some(files) => files.clone(),
        None => {
            if reader.fs.kind(dir) != Some(EntryKind::Directory) {
                return Err("no such directory");
            }
            let entries = reader.fs.list(dir).map_err(|_| "the directory cannot be read")?;
            if entries.is_empty() {
                return Err("the directory is empty: a git submodule that is not checked out looks like this");
            }
            ModuleFiles::new(&entries)
        }
    };
    if files.is_module() {
        Ok(reader.module(dir, &files, downloaded))
    } else {
        Err("no Terraform files in the directory")
    }
}
