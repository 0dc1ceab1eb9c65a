//! From the files of a directory to its module.

use std::sync::Arc;

use rayon::prelude::*;

use crate::source::{FileId, FileSystem, SourceMap, TextRange, path};
use crate::syntax::ast::{Body, Notation, Tree};
use crate::syntax::{self, SyntaxError};

use super::declaration::Module;
use super::files::ModuleFiles;
use super::{declare, json_places};

/// Reads and parses the files of the module in `dir`.
pub(super) fn module(fs: &dyn FileSystem, sources: &SourceMap, dir: &str, files: &ModuleFiles) -> Module {
    let parse = |names: &[String]| -> Vec<Tree> {
        names.par_iter().map(|name| tree(fs, sources, &path::join(dir, name), json_places::configuration)).collect()
    };
    declare::module(dir, &parse(&files.primary), &parse(&files.overrides), sources)
}

/// Reads and parses a file with values for variables.
pub(super) fn variables(fs: &dyn FileSystem, sources: &SourceMap, path: &str) -> Tree {
    tree(fs, sources, path, json_places::variables)
}

fn tree(fs: &dyn FileSystem, sources: &SourceMap, path: &str, strings: json_places::Places) -> Tree {
    match read(fs, path) {
        Ok(text) => {
            let file = sources.add(path, Arc::clone(&text));
            if path.ends_with(".json") {
                syntax::parse_json_hcl_with(file, &text, strings)
            } else {
                syntax::parse_hcl(file, &text)
            }
        }
        Err(reason) => unreadable(sources.add(path, ""), reason),
    }
}

/// A file without items and one error at its start.
pub(super) fn unreadable(file: FileId, reason: String) -> Tree {
    let body = Body { items: Vec::new(), range: TextRange::default(), notation: Notation::Native };
    Tree { file, body, errors: vec![SyntaxError { range: TextRange::default(), message: reason }] }
}

fn read(fs: &dyn FileSystem, path: &str) -> Result<Arc<str>, String> {
    let bytes = fs.read(path).map_err(|error| format!("cannot be read: {error}"))?;
    syntax::decode(&bytes).map(|text| text.as_ref().into()).map_err(|error| error.message)
}
