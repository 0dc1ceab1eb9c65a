//! From directories to stacks.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use crate::config::Configuration;
use crate::source::{EntryKind, FileSystem, SourceMap, path};

use super::environment::{Errors, StackBuilder};
use super::files::ModuleFiles;
use super::library::Library;
use super::stack::Workspace;
use super::{load, roots};

/// How deep directories are searched: symbolic links may lead in circles.
const MAX_DIRECTORY_DEPTH: usize = 32;

/// Reads every module below `dirs` and decides what is applied as one.
///
/// A directory that nobody calls is a stack. It is a root if it has a `backend` or
/// `cloud` block, a `provider` block with settings, or variable files, or if Terragrunt
/// runs it; otherwise it is a library. One that is called is a root only if it has a
/// backend or variables of its own.
///
/// Hidden directories are passed over, `.terraform` among them, and those that `fs`
/// passes over; what is called from there is read nevertheless. The result depends on the files alone.
#[must_use]
pub fn load_workspace(fs: &dyn FileSystem, sources: &SourceMap, dirs: &[String]) -> Workspace {
    load_configured_workspace(fs, sources, dirs, &Configuration::default())
}

/// [`load_workspace`] as `configuration` has it: which directories are no stacks, which
/// environments a stack has, and where the source of modules is.
#[must_use]
pub fn load_configured_workspace(
    fs: &dyn FileSystem,
    sources: &SourceMap,
    dirs: &[String],
    configuration: &Configuration,
) -> Workspace {
    let mut directories = BTreeMap::new();
    let mut errors = Vec::new();
    let dirs: Vec<String> = dirs.iter().map(|dir| path::normalize(dir)).collect();
    for dir in &dirs {
        // Who names a directory that is ignored wants to see it all the same.
        let ignored = |inner: &str| !configuration.ignores(dir) && configuration.ignores(inner);
        let mut search = Search { fs, sources, directories: &mut directories, errors: &mut errors, ignored: &ignored };
        search.directory(dir, MAX_DIRECTORY_DEPTH);
    }
    let library = Library::load(fs, sources, &dirs, &directories, configuration);
    let stacks = roots::find(&library, &directories);
    let builder = StackBuilder { fs, sources, library: &library };
    let build = |(dir, is_library): &(&str, bool)| builder.stacks(directories.get(*dir)?, dir, *is_library);
    let built: Vec<_> = stacks.par_iter().filter_map(build).collect();
    let mut workspace = Workspace { modules: library.modules().values().cloned().collect(), ..Workspace::default() };
    for (stacks, found) in built {
        workspace.stacks.extend(stacks.into_iter().map(Arc::new));
        errors.extend(found);
    }
    workspace.errors = errors;
    workspace
}

struct Search<'a> {
    fs: &'a dyn FileSystem,
    sources: &'a SourceMap,
    directories: &'a mut BTreeMap<String, ModuleFiles>,
    errors: &'a mut Errors,
    ignored: &'a dyn Fn(&str) -> bool,
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
        for inner in inner.map(|entry| path::join(dir, &entry.name)) {
            if !self.fs.passes_over(&inner) && !(self.ignored)(&inner) {
                self.directory(&inner, depth);
            }
        }
    }
}
