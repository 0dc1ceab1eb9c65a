//! From directories to stacks.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;
use smol_str::SmolStr;

use crate::source::{EntryKind, FileId, FileSystem, SourceMap, path};
use crate::syntax::SyntaxError;

use super::files::ModuleFiles;
use super::library::Library;
use super::stack::{Stack, VariableValue, Workspace};
use super::{load, roots, tree};

type Errors = Vec<(FileId, SyntaxError)>;

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
    let mut directories = BTreeMap::new();
    let mut errors = Vec::new();
    let dirs: Vec<String> = dirs.iter().map(|dir| path::normalize(dir)).collect();
    for dir in &dirs {
        let mut search = Search { fs, sources, directories: &mut directories, errors: &mut errors };
        search.directory(dir, MAX_DIRECTORY_DEPTH);
    }
    let library = Library::load(fs, sources, &dirs, &directories);
    let stacks = roots::find(&library, &directories);
    let build =
        |(dir, is_library): &(&str, bool)| stack(fs, sources, &library, directories.get(*dir)?, dir, *is_library);
    let built: Vec<_> = stacks.par_iter().filter_map(build).collect();
    let mut workspace = Workspace { modules: library.modules().values().cloned().collect(), ..Workspace::default() };
    for (stack, found) in built {
        workspace.stacks.push(Arc::new(stack));
        errors.extend(found);
    }
    workspace.errors = errors;
    workspace
}

/// The stack of the root in `dir`, and what is wrong with its variable files.
///
/// There is one for each root: environments that the configuration names will multiply
/// it here, with `ModuleFiles::other_variables` as their files.
fn stack(
    fs: &dyn FileSystem,
    sources: &SourceMap,
    library: &Library,
    files: &ModuleFiles,
    dir: &str,
    is_library: bool,
) -> Option<(Stack, Errors)> {
    let mut errors = Vec::new();
    let variables = variables(fs, sources, dir, files, &mut errors);
    let root = tree::root(library, dir)?;
    let stack = Stack { dir: dir.into(), environment: None, workspace: None, root, variables, library: is_library };
    Some((stack, errors))
}

struct Search<'a> {
    fs: &'a dyn FileSystem,
    sources: &'a SourceMap,
    directories: &'a mut BTreeMap<String, ModuleFiles>,
    errors: &'a mut Errors,
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
            if !self.fs.passes_over(&inner) {
                self.directory(&inner, depth);
            }
        }
    }
}

/// The values that Terraform loads for the root in `dir` without being told.
fn variables(
    fs: &dyn FileSystem,
    sources: &SourceMap,
    dir: &str,
    files: &ModuleFiles,
    errors: &mut Errors,
) -> BTreeMap<SmolStr, VariableValue> {
    let mut values = BTreeMap::new();
    for name in &files.variables {
        let tree = load::variables(fs, sources, &path::join(dir, name));
        for attribute in tree.body.attributes() {
            values.insert(attribute.name.text.clone(), VariableValue::File(Arc::clone(attribute)));
        }
        errors.extend(tree.errors.into_iter().map(|error| (tree.file, error)));
    }
    values
}
