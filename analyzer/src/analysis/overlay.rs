//! Texts in front of files.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::source::{Entry, EntryKind, FileError, FileSystem, path};

/// The files of another file system, some with another text.
pub(super) struct Overlay {
    pub(super) files: Arc<dyn FileSystem>,
    /// By normalised path.
    pub(super) texts: BTreeMap<String, Arc<str>>,
}

impl FileSystem for Overlay {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        let text = self.texts.get(&path::normalize(path));
        text.map_or_else(|| self.files.read(path), |text| Ok(text.as_bytes().to_vec()))
    }

    fn list(&self, path: &str) -> Result<Vec<Entry>, FileError> {
        self.files.list(path)
    }

    fn kind(&self, path: &str) -> Option<EntryKind> {
        self.files.kind(path)
    }

    fn passes_over(&self, path: &str) -> bool {
        self.files.passes_over(path)
    }
}
