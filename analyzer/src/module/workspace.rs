//! From directories to stacks.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::config::Configuration;
use crate::source::{EntryKind, FileSystem, SourceMap, path};

use super::declaration::Module;
use super::environment::{Errors, StackBuilder};
use super::files::ModuleFiles;
use super::kept::{Changes, Kept, Root, Whole};
use super::library::Library;
use super::load::Reader;
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
    let reader = Reader { fs, sources, kept: None };
    let dirs = normalized(dirs);
    let (directories, errors) = search(reader, &dirs, configuration);
    let library = Library::load(reader, &dirs, &directories, configuration);
    let roots = roots(reader, &library, &directories);
    let whole = Whole { directories, modules: library.into_modules(), roots, used_by: FxHashMap::default(), errors };
    whole.workspace()
}

/// [`load_configured_workspace`] with the help of what is `kept` of it. `changes` have happened since; `dirs` and
/// `configuration` are the same, unless they are said to be changes of the structure.
#[must_use]
pub fn reload_workspace(
    kept: &mut Kept,
    changes: &Changes,
    fs: &dyn FileSystem,
    sources: &SourceMap,
    dirs: &[String],
    configuration: &Configuration,
) -> Workspace {
    let mut before = kept.whole.take();
    let reader = Reader { fs, sources, kept: Some((kept, &changes.texts)) };
    let is_known = !changes.structure && changes.texts.iter().all(|path| kept.is_module_file(path));
    if let Some(whole) = before.as_mut().filter(|_| is_known)
        && change(whole, reader, &changes.texts, configuration)
    {
        let workspace = whole.workspace();
        kept.whole = before;
        return workspace;
    }
    kept.begin();
    let reader = Reader { fs, sources, kept: Some((kept, &changes.texts)) };
    let dirs = normalized(dirs);
    let (directories, errors) = search(reader, &dirs, configuration);
    let library = Library::load(reader, &dirs, &directories, configuration);
    let roots = roots(reader, &library, &directories);
    let new = Whole { directories, modules: library.into_modules(), roots, used_by: FxHashMap::default(), errors };
    kept.keep(new, before);
    kept.whole.as_ref().map(Whole::workspace).unwrap_or_default()
}

fn normalized(dirs: &[String]) -> Vec<String> {
    dirs.iter().map(|dir| path::normalize(dir)).collect()
}

/// The directories below `dirs`, and what is wrong with them.
fn search(
    reader: Reader<'_>,
    dirs: &[String],
    configuration: &Configuration,
) -> (BTreeMap<String, ModuleFiles>, Errors) {
    let mut directories = BTreeMap::new();
    let mut errors = Vec::new();
    for dir in dirs {
        // Who names a directory that is ignored wants to see it all the same.
        let ignored = |inner: &str| !configuration.ignores(dir) && configuration.ignores(inner);
        let mut search = Search { reader, directories: &mut directories, errors: &mut errors, ignored: &ignored };
        search.directory(dir, MAX_DIRECTORY_DEPTH);
    }
    (directories, errors)
}

/// The stacks of all directories that are some.
fn roots(reader: Reader<'_>, library: &Library<'_>, directories: &BTreeMap<String, ModuleFiles>) -> Vec<Root> {
    let stacks = roots::find(library, directories);
    let build = |(dir, is_library): &(&str, bool)| root(reader, library, directories.get(*dir)?, dir, *is_library);
    stacks.par_iter().filter_map(build).collect()
}

fn root(reader: Reader<'_>, library: &Library<'_>, files: &ModuleFiles, dir: &str, is_library: bool) -> Option<Root> {
    let (stacks, errors) = StackBuilder { reader, library }.stacks(files, dir, is_library)?;
    Some(Root { dir: dir.to_owned(), is_library, stacks: stacks.into_iter().map(Arc::new).collect(), errors })
}

/// Takes other texts of some files of its modules into `whole`, unless that may change which directories are stacks:
/// whether it could be done.
fn change(whole: &mut Whole, reader: Reader<'_>, texts: &BTreeSet<String>, configuration: &Configuration) -> bool {
    let mut library = Library::of(std::mem::take(&mut whole.modules), configuration);
    let changed = changed_modules(&mut library, reader, texts);
    let users = changed.iter().flatten().filter_map(|dir| whole.used_by.get(dir.as_str())).flatten();
    for index in users.copied().collect::<BTreeSet<_>>() {
        let Some(before) = whole.roots.get_mut(index) else { continue };
        let files = whole.directories.get(&before.dir);
        let root = files.and_then(|files| root(reader, &library, files, &before.dir, before.is_library));
        if let Some(root) = root {
            *before = root;
        }
    }
    whole.modules = library.into_modules();
    changed.is_some()
}

/// Reads the modules of the files anew, and gives the directories of those that are others now; `None` if one of
/// them calls other modules.
fn changed_modules(library: &mut Library<'_>, reader: Reader<'_>, texts: &BTreeSet<String>) -> Option<Vec<String>> {
    let mut changed = Vec::new();
    for dir in texts.iter().map(|path| path::parent(path)).collect::<BTreeSet<_>>() {
        let before = Arc::clone(library.module(dir)?);
        let module = reader.module(dir, &reader.files_before(dir)?, before.downloaded);
        if !calls_alike(&before, &module) {
            return None;
        }
        if !Arc::ptr_eq(&before, &module) {
            library.replace(dir, module);
            changed.push(dir.to_owned());
        }
    }
    Some(changed)
}

/// Whether two states of a module call the same modules and look the same to those who wonder whether it is a root.
fn calls_alike(one: &Module, other: &Module) -> bool {
    let calls = |module: &Module| -> Vec<_> {
        module.calls.iter().map(|(name, call)| (name.clone(), call.source.clone())).collect()
    };
    let signs = |module: &Module| (module.backend.is_some(), module.providers.iter().any(|it| it.is_configured()));
    signs(one) == signs(other) && calls(one) == calls(other)
}

impl Whole {
    fn workspace(&self) -> Workspace {
        let errors = self.errors.iter().chain(self.roots.iter().flat_map(|root| &root.errors));
        Workspace {
            stacks: self.roots.iter().flat_map(|root| &root.stacks).cloned().collect(),
            modules: self.modules.all().cloned().collect(),
            errors: errors.cloned().collect(),
        }
    }
}

struct Search<'a> {
    reader: Reader<'a>,
    directories: &'a mut BTreeMap<String, ModuleFiles>,
    errors: &'a mut Errors,
    ignored: &'a dyn Fn(&str) -> bool,
}

impl Search<'_> {
    fn directory(&mut self, dir: &str, depth: usize) {
        if self.directories.contains_key(dir) {
            return;
        }
        if let Some((kept, _)) = self.reader.kept {
            kept.count_listed();
        }
        let entries = match self.reader.fs.list(dir) {
            Ok(entries) => entries,
            Err(error) => {
                let tree = load::unreadable(self.reader.sources.add(dir, ""), format!("cannot be read: {error}"));
                return self.errors.extend(tree.errors.into_iter().map(|error| (tree.file, error)));
            }
        };
        self.directories.insert(dir.to_owned(), ModuleFiles::new(&entries));
        let Some(depth) = depth.checked_sub(1) else { return };
        let inner = entries.iter().filter(|entry| entry.kind == EntryKind::Directory && !entry.name.starts_with('.'));
        for inner in inner.map(|entry| path::join(dir, &entry.name)) {
            if !self.reader.fs.passes_over(&inner) && !(self.ignored)(&inner) {
                self.directory(&inner, depth);
            }
        }
    }
}
