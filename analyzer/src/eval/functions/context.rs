//! What functions may look at outside their arguments.

use std::sync::Arc;

use crate::eval::error::EvalError;
use crate::eval::file_values::FileValues;
use crate::eval::symbol::{Cause, Symbol};
use crate::eval::text::{Piece, Text};
use crate::eval::value::Value;
use crate::source::{EntryKind, FileError, FileId, FileSystem, SourceMap, path};

/// Makes a value.
pub type Make<'a> = &'a dyn Fn() -> Result<Value, EvalError>;

/// The surroundings of a call: files, by paths as Terraform sees them, which is
/// relative to the directory of the root module.
pub trait FunctionContext {
    /// The bytes of a file.
    ///
    /// # Errors
    /// When it is not there or must not be read.
    fn read_bytes(&self, path: &str) -> Result<Vec<u8>, FileError>;

    /// Makes `text`, the content of the file at `path`, known to the analysis, so that findings can point into it.
    fn add_source(&self, path: &str, text: Arc<str>) -> FileId;

    /// What is at `path`; `None` if nothing is.
    ///
    /// # Errors
    /// When that must not be looked at.
    fn kind(&self, path: &str) -> Result<Option<EntryKind>, FileError>;

    /// The symbol of `path.cwd`, the directory that the root module is in.
    fn working_directory(&self) -> Symbol {
        Symbol::new("", "path.cwd", Cause::Data, None)
    }

    /// The files below the directory `path`, relative to it, sorted.
    ///
    /// # Errors
    /// When it is not there or must not be read.
    fn files_below(&self, path: &str) -> Result<Vec<String>, FileError>;

    /// The text of the file at `path`, which `make` makes unless someone has asked for it before.
    ///
    /// # Errors
    /// Those of `make`.
    fn text_of(&self, _path: &str, make: Make<'_>) -> Result<Value, EvalError> {
        make()
    }

    /// What is encoded in `text`, which `make` makes unless it is all of a file and someone has asked for it before.
    ///
    /// # Errors
    /// Those of `make`.
    fn decoded(&self, _text: &Text, make: Make<'_>) -> Result<Value, EvalError> {
        make()
    }
}

/// The files of a root module.
pub struct RootFiles<'a> {
    /// Where bytes come from.
    pub files: &'a dyn FileSystem,
    /// Where texts are kept.
    pub sources: &'a SourceMap,
    /// The directory of the root module.
    pub root: &'a str,
    /// What others made of files before.
    pub values: Option<&'a FileValues>,
}

impl RootFiles<'_> {
    /// The file that `text` is all of.
    fn whole_file(&self, text: &Text) -> Option<FileId> {
        let [Piece::Known(known)] = text.pieces() else { return None };
        let place = known.place.as_ref().filter(|place| place.is_start_of_file())?;
        let is_whole = self.sources.file(place.file).text().len() == known.text.len();
        is_whole.then_some(place.file)
    }
}

/// Directories are not followed deeper than this: links may lead in circles.
const DEEPEST_DIRECTORY: usize = 32;

/// No more files than this are listed.
const MOST_FILES: usize = 100_000;

impl FunctionContext for RootFiles<'_> {
    fn read_bytes(&self, path: &str) -> Result<Vec<u8>, FileError> {
        self.files.read(&path::join(self.root, path))
    }

    fn add_source(&self, path: &str, text: Arc<str>) -> FileId {
        self.sources.add(&path::join(self.root, path), text)
    }

    fn kind(&self, path: &str) -> Result<Option<EntryKind>, FileError> {
        let path = path::join(self.root, path);
        match self.files.kind(&path) {
            None if !path::is_within(&path, ".") => Err(FileError::OutsideWorkspace),
            kind => Ok(kind),
        }
    }

    fn files_below(&self, path: &str) -> Result<Vec<String>, FileError> {
        let mut found = Vec::new();
        let mut pending = vec![(path::join(self.root, path), String::new(), 0)];
        while let Some((dir, prefix, depth)) = pending.pop() {
            for entry in self.files.list(&dir)? {
                let relative = format!("{prefix}{}", entry.name);
                match entry.kind {
                    EntryKind::File => found.push(relative),
                    EntryKind::Directory if depth < DEEPEST_DIRECTORY => {
                        pending.push((path::join(&dir, &entry.name), format!("{relative}/"), depth + 1));
                    }
                    EntryKind::Directory => {}
                }
            }
            if found.len() > MOST_FILES {
                return Err(FileError::Other(format!("more than {MOST_FILES} files")));
            }
        }
        found.sort_unstable();
        Ok(found)
    }

    fn text_of(&self, path: &str, make: Make<'_>) -> Result<Value, EvalError> {
        match self.values {
            Some(values) => {
                let path = path::join(self.root, path);
                self.files.used(&path);
                values.text(path, make)
            }
            None => make(),
        }
    }

    fn decoded(&self, text: &Text, make: Make<'_>) -> Result<Value, EvalError> {
        match (self.values, self.whole_file(text)) {
            (Some(values), Some(file)) => values.decoded(file, make),
            _ => make(),
        }
    }
}
