//! The host's files in front of those on the disk.

use std::collections::BTreeMap;
use std::sync::Arc;

use crosstrail_analyzer::source::{Entry, EntryKind, FileError, FileSystem, path};
use crosstrail_disk::DiskFileSystem;

/// The disk, but for the configuration in the directory of the root module: that is what the
/// host has loaded, which may not be saved yet.
pub(super) struct HostFiles {
    pub(super) disk: Arc<DiskFileSystem>,
    /// The directory of the root module.
    pub(super) dir: String,
    /// What the host has loaded of it, by name.
    pub(super) texts: BTreeMap<String, Vec<u8>>,
}

/// Whether the host loads files of that name.
pub(super) fn is_loaded(name: &str) -> bool {
    name.ends_with(".tf") || name.ends_with(".tf.json")
}

impl FileSystem for HostFiles {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        match self.texts.get(&path::normalize(path)) {
            Some(text) => Ok(text.clone()),
            None => self.disk.read(path),
        }
    }

    fn list(&self, dir: &str) -> Result<Vec<Entry>, FileError> {
        let listed = self.disk.list(dir);
        if path::normalize(dir) != self.dir {
            return listed;
        }
        let mut entries = listed?;
        entries.retain(|entry| entry.kind == EntryKind::Directory || !is_loaded(&entry.name));
        let file = |name: &String| Entry { name: path::file_name(name).to_owned(), kind: EntryKind::File };
        entries.extend(self.texts.keys().map(file));
        entries.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(entries)
    }

    fn kind(&self, path: &str) -> Option<EntryKind> {
        let is_loaded = self.texts.contains_key(&path::normalize(path));
        if is_loaded { Some(EntryKind::File) } else { self.disk.kind(path) }
    }

    fn passes_over(&self, path: &str) -> bool {
        self.disk.passes_over(path)
    }
}
