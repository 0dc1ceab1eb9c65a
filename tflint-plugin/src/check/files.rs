//! The host's files in front of those on the disk.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crosstrail_analyzer::source::{Entry, EntryKind, FileError, FileSystem, path};
use crosstrail_disk::DiskFileSystem;

/// The disk, but for the configuration in some directories, that of the root module among them:
/// that is what the host has loaded, which may not be saved yet.
pub(super) struct HostFiles {
    disk: Arc<DiskFileSystem>,
    dirs: BTreeSet<String>,
    texts: BTreeMap<String, Vec<u8>>,
}

/// A file that the host has loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct HostFile {
    /// As the analysis knows it.
    pub(super) path: String,
    /// As the host knows it.
    pub(super) name: String,
    pub(super) text: Vec<u8>,
}

impl HostFile {
    /// The file that the host calls `name`.
    pub(super) fn new((name, text): (String, Vec<u8>)) -> Self {
        Self { path: path::normalize(&name), name, text }
    }
}

/// Whether the host loads files of that name.
pub(super) fn is_loaded(name: &str) -> bool {
    name.ends_with(".tf") || name.ends_with(".tf.json")
}

impl HostFiles {
    /// `loaded`, which is all of each module that it has a file of, in front of `disk`. The root
    /// module is in `root`, also if it has no file.
    pub(super) fn new<'a>(disk: Arc<DiskFileSystem>, root: &str, loaded: impl Iterator<Item = &'a HostFile>) -> Self {
        let texts: BTreeMap<_, _> = loaded.map(|file| (file.path.clone(), file.text.clone())).collect();
        let dirs = texts.keys().map(|file| path::parent(file)).chain([root]).map(str::to_owned).collect();
        Self { disk, dirs, texts }
    }
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
        let dir = path::normalize(dir);
        if !self.dirs.contains(&dir) {
            return listed;
        }
        let mut entries = listed?;
        entries.retain(|entry| entry.kind == EntryKind::Directory || !is_loaded(&entry.name));
        let inside = self.texts.keys().filter(|file| path::parent(file) == dir);
        let file = |path: &String| Entry { name: path::file_name(path).to_owned(), kind: EntryKind::File };
        entries.extend(inside.map(file));
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
