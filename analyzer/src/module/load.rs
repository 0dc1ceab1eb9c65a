//! From the files of a directory to its module.

use std::collections::BTreeSet;
use std::sync::Arc;

use rayon::prelude::*;

use crate::source::{FileId, FileSystem, SourceMap, TextRange, path};
use crate::syntax::ast::{Body, Notation, Tree};
use crate::syntax::{self, SyntaxError};

use super::declaration::Module;
use super::files::ModuleFiles;
use super::kept::{Kept, KeptModule, NamedTree};
use super::{declare, json_places};

/// What is read, and what is kept of earlier readings.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    pub(super) fs: &'a dyn FileSystem,
    pub(super) sources: &'a SourceMap,
    /// What is kept, and the files that may have another text since.
    pub(super) kept: Option<(&'a Kept, &'a BTreeSet<String>)>,
}

impl Reader<'_> {
    /// The module in `dir`, whose files are `files`.
    pub(super) fn module(&self, dir: &str, files: &ModuleFiles, downloaded: bool) -> Arc<Module> {
        let Some((kept, _)) = self.kept else {
            let parse = |names: &[String]| -> Vec<Tree> {
                names.par_iter().map(|name| self.tree(&path::join(dir, name), json_places::configuration)).collect()
            };
            let (primary, overriding) = (parse(&files.primary), parse(&files.overrides));
            return Arc::new(declare::module(dir, downloaded, &primary, &overriding, self.sources));
        };
        let before = kept.module(dir);
        let trees_before = before.as_ref().map(|before| before.trees.as_slice()).unwrap_or_default();
        let names: Vec<&String> = files.primary.iter().chain(&files.overrides).collect();
        let tree = |name: &&String| {
            let before = trees_before.iter().find(|(before, _)| before == *name).map(|(_, tree)| tree);
            (String::clone(name), self.tree_after(before, &path::join(dir, name), json_places::configuration))
        };
        let trees: Vec<NamedTree> = names.par_iter().map(tree).collect();
        let is_same = |(now, before): (&NamedTree, &NamedTree)| now.0 == before.0 && Arc::ptr_eq(&now.1, &before.1);
        if let Some(before) = &before
            && before.module.downloaded == downloaded
            && before.trees.len() == trees.len()
            && trees.iter().zip(&before.trees).all(is_same)
        {
            return Arc::clone(&before.module);
        }
        let (primary, overriding) = trees.split_at(files.primary.len().min(trees.len()));
        let of = |trees: &[NamedTree]| trees.iter().map(|(_, tree)| Arc::clone(tree)).collect::<Vec<_>>();
        let module = Arc::new(declare::module(dir, downloaded, &of(primary), &of(overriding), self.sources));
        kept.keep_module(dir, KeptModule { files: files.clone(), trees, module: Arc::clone(&module) });
        module
    }

    /// The files of the module that is kept of `dir`.
    pub(super) fn files_before(&self, dir: &str) -> Option<ModuleFiles> {
        let before = self.kept?.0.module(dir)?;
        Some(before.files)
    }

    /// A file with values for variables.
    pub(super) fn variables(&self, path: &str) -> Arc<Tree> {
        let Some((kept, _)) = self.kept else { return Arc::new(self.tree(path, json_places::variables)) };
        let tree = self.tree_after(kept.variables(path).as_ref(), path, json_places::variables);
        kept.keep_variables(path, Arc::clone(&tree));
        tree
    }

    /// The tree of a file that had the tree `before`: the same if it has the same text.
    fn tree_after(&self, before: Option<&Arc<Tree>>, path: &str, strings: json_places::Places) -> Arc<Tree> {
        let Some((kept, changed)) = self.kept else { return Arc::new(self.tree(path, strings)) };
        if let Some(before) = before {
            let is_readable = || read(self.fs, path).is_ok_and(|text| self.sources.add(path, text) == before.file);
            if !changed.contains(path) || before.errors.is_empty() && is_readable() {
                return Arc::clone(before);
            }
        }
        kept.count_parsed();
        Arc::new(self.tree(path, strings))
    }

    fn tree(&self, path: &str, strings: json_places::Places) -> Tree {
        match read(self.fs, path) {
            Ok(text) => {
                let file = self.sources.add(path, Arc::clone(&text));
                if path.ends_with(".json") {
                    syntax::parse_json_hcl_with(file, &text, strings)
                } else {
                    syntax::parse_hcl(file, &text)
                }
            }
            Err(reason) => unreadable(self.sources.add(path, ""), reason),
        }
    }
}

/// A file without items and one error at its start.
pub(super) fn unreadable(file: FileId, reason: String) -> Tree {
    let body = Body { items: Arc::default(), range: TextRange::default(), notation: Notation::Native };
    Tree { file, body, errors: vec![SyntaxError { range: TextRange::default(), message: reason }] }
}

fn read(fs: &dyn FileSystem, path: &str) -> Result<Arc<str>, String> {
    let bytes = fs.read(path).map_err(|error| format!("cannot be read: {error}"))?;
    syntax::decode(&bytes).map(|text| text.as_ref().into()).map_err(|error| error.message)
}
