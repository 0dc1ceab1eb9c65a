//! Where bytes come from.

use std::collections::BTreeMap;
use std::fmt;

use super::path;

/// Reads files for the analysis. The command line gives the disk, an editor its
/// open buffers over the disk, tests a [`MemoryFileSystem`].
///
/// All paths are in the form of [`super::path`].
pub trait FileSystem: Send + Sync {
    /// The bytes of the file at `path`, symbolic links followed.
    ///
    /// # Errors
    /// When there is no such file, or it cannot or must not be read.
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError>;

    /// What the directory at `path` holds, sorted by name, without `.` and `..`.
    ///
    /// # Errors
    /// When there is no such directory or it cannot be read.
    fn list(&self, path: &str) -> Result<Vec<Entry>, FileError>;

    /// What is at `path`, symbolic links followed; `None` if nothing is.
    fn kind(&self, path: &str) -> Option<EntryKind>;

    /// Whether a search for modules leaves out the directory at `path`: git ignores it,
    /// or it is another name of one that is searched. What names it reads it all the same.
    fn passes_over(&self, _path: &str) -> bool {
        false
    }

    /// What was made of the file at `path` before is used again, without the file being read.
    fn used(&self, _path: &str) {}
}

/// One name in a directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The name, without its directory.
    pub name: String,
    /// What it names, symbolic links followed.
    pub kind: EntryKind,
}

/// What a path names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
}

/// Why bytes could not be had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileError {
    /// Nothing is at the path.
    NotFound,
    /// Larger than the reader takes; both in bytes.
    TooLarge {
        /// Size of the file.
        size: u64,
        /// The most that is read.
        limit: u64,
    },
    /// Outside the directories that may be read.
    OutsideWorkspace,
    /// Anything else, in the words of the system.
    Other(String),
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => f.write_str("no such file or directory"),
            Self::TooLarge { size, limit } => write!(f, "{size} bytes are more than the {limit} that are read"),
            Self::OutsideWorkspace => f.write_str("outside the workspace"),
            Self::Other(reason) => f.write_str(reason),
        }
    }
}

impl std::error::Error for FileError {}

/// Files that exist only in memory.
#[derive(Debug, Clone, Default)]
pub struct MemoryFileSystem {
    files: BTreeMap<String, Vec<u8>>,
}

impl MemoryFileSystem {
    /// Puts `bytes` at `path`, in place of what was there.
    pub fn insert(&mut self, path: &str, bytes: impl Into<Vec<u8>>) {
        self.files.insert(path::normalize(path), bytes.into());
    }
}

impl FileSystem for MemoryFileSystem {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        self.files.get(&path::normalize(path)).cloned().ok_or(FileError::NotFound)
    }

    fn list(&self, dir: &str) -> Result<Vec<Entry>, FileError> {
        let dir = path::normalize(dir);
        let mut entries: BTreeMap<&str, EntryKind> = BTreeMap::new();
        for file in self.files.keys().filter(|file| path::is_within(file, &dir)) {
            let inside = if dir == "." {
                file.as_str()
            } else {
                file.get(dir.len()..).unwrap_or_default().trim_start_matches('/')
            };
            match inside.split_once('/') {
                Some((name, _)) => entries.insert(name, EntryKind::Directory),
                None => entries.insert(inside, EntryKind::File),
            };
        }
        if entries.is_empty() && dir != "." {
            return Err(FileError::NotFound);
        }
        Ok(entries.into_iter().map(|(name, kind)| Entry { name: name.to_owned(), kind }).collect())
    }

    fn kind(&self, path: &str) -> Option<EntryKind> {
        let path = path::normalize(path);
        if self.files.contains_key(&path) {
            return Some(EntryKind::File);
        }
        let is_dir = path == "." || self.files.keys().any(|file| path::is_within(file, &path));
        is_dir.then_some(EntryKind::Directory)
    }
}
