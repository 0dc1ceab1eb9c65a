//! The files of the machine, within bounds.

use std::collections::BTreeSet;
use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use crosstrail_analyzer::source::{Entry, EntryKind, FileError, FileSystem};
use rustc_hash::FxHashMap;

use crate::area::Area;
use crate::base::Base;
use crate::content;
use crate::observer::Observer;
use crate::refusals::Refusals;

/// The largest file that is read, in bytes. Configuration written by people stays
/// below a megabyte; plans of large stacks reach some ten.
pub const FILE_LIMIT: u64 = 32 << 20;

/// The largest file that is read if the user names it and it is no configuration: a plan.
pub const PLAN_LIMIT: u64 = 1 << 30;

/// Reads from the disk what lies in the workspace, and modules outside of it.
#[derive(Debug)]
pub struct DiskFileSystem {
    base: Base,
    area: Area,
    /// Directories asked for so far, and whether they may be read.
    admitted: RwLock<FxHashMap<PathBuf, bool>>,
    /// The directories that a search for modules looks into.
    searched: RwLock<Option<BTreeSet<String>>>,
    limit: u64,
    /// The files that may be as large as a plan.
    plans: RwLock<BTreeSet<PathBuf>>,
    observer: Arc<dyn Observer>,
    refusals: Refusals,
}

impl DiskFileSystem {
    /// The workspace around `directories`, with names as `base` has them. Files larger than
    /// `limit` bytes are refused.
    #[must_use]
    pub fn new(base: Base, directories: &[PathBuf], limit: u64, observer: Arc<dyn Observer>) -> Self {
        Self {
            area: Area::around(directories, &base),
            base,
            admitted: RwLock::default(),
            searched: RwLock::default(),
            limit,
            plans: RwLock::default(),
            observer,
            refusals: Refusals::default(),
        }
    }

    /// How files are named.
    #[must_use]
    pub fn base(&self) -> &Base {
        &self.base
    }

    /// Lets the file at `path` be as large as a plan.
    pub fn may_be_plan(&self, path: &str) {
        self.plans.write().unwrap_or_else(PoisonError::into_inner).insert(self.base.locate(path).into_owned());
    }

    fn is_plan(&self, path: &Path) -> bool {
        self.plans.read().unwrap_or_else(PoisonError::into_inner).contains(path)
    }

    fn limit_of(&self, path: &Path) -> u64 {
        if self.is_plan(path) { self.limit.max(PLAN_LIMIT) } else { self.limit }
    }

    /// What the file at `name` starts with, however large it is: `length` bytes if it has as many.
    #[must_use]
    pub fn start(&self, name: &str, length: u64) -> Option<Vec<u8>> {
        let path = self.base.locate(name);
        self.admit(&path).ok().filter(Metadata::is_file)?;
        let mut bytes = Vec::new();
        File::open(&path).ok()?.take(length).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }

    /// What has been refused so far, and will be.
    #[must_use]
    pub fn refusals(&self) -> Refusals {
        self.refusals.clone()
    }

    /// Lets a search for modules look into these directories only. What was known of
    /// directories before is forgotten.
    pub fn search_only(&self, directories: BTreeSet<String>) {
        directories.iter().for_each(|dir| self.observer.reads(&self.base.locate(dir)));
        self.admitted.write().unwrap_or_else(PoisonError::into_inner).clear();
        self.area.forget();
        *self.searched.write().unwrap_or_else(PoisonError::into_inner) = Some(directories);
    }

    /// What is at `path`, links followed. Refuses what lies outside the area.
    fn admit(&self, path: &Path) -> Result<Metadata, FileError> {
        let own = fs::symlink_metadata(path).map_err(|error| from_io(&error))?;
        let admitted = if own.is_symlink() {
            let target = path.canonicalize().map_err(|error| from_io(&error))?;
            self.area.admits(target.parent().unwrap_or(&target))
        } else {
            self.admits_directory(path.parent().unwrap_or(path))
        };
        match (admitted, own.is_symlink()) {
            (false, _) => Err(FileError::OutsideWorkspace),
            (true, true) => fs::metadata(path).map_err(|error| from_io(&error)),
            (true, false) => Ok(own),
        }
    }

    /// Whether what lies in `dir` may be read; the links on the way are resolved once.
    fn admits_directory(&self, dir: &Path) -> bool {
        let dir = if dir.as_os_str().is_empty() { Path::new(".") } else { dir };
        let known = self.admitted.read().unwrap_or_else(PoisonError::into_inner).get(dir).copied();
        known.unwrap_or_else(|| {
            let admitted = dir.canonicalize().is_ok_and(|real| self.area.admits(&real));
            self.admitted.write().unwrap_or_else(PoisonError::into_inner).insert(dir.to_owned(), admitted);
            admitted
        })
    }

    /// The file at `path`, which is as `metadata` has it.
    fn open(&self, path: &Path, metadata: &Metadata) -> Result<File, FileError> {
        // Opening a pipe would wait for someone to write to it.
        if !metadata.is_file() {
            return Err(FileError::Other(not_a_file(metadata).to_owned()));
        }
        let limit = self.limit_of(path);
        if metadata.len() > limit {
            return Err(FileError::TooLarge { size: metadata.len(), limit });
        }
        File::open(path).map_err(|error| from_io(&error))
    }
}

impl FileSystem for DiskFileSystem {
    fn read(&self, name: &str) -> Result<Vec<u8>, FileError> {
        let path = self.base.locate(name);
        self.observer.reads(&path);
        let metadata = self.admit(&path).inspect_err(|error| {
            if *error == FileError::OutsideWorkspace {
                self.refusals.add(name);
            }
        })?;
        let file = self.open(&path, &metadata)?;
        let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or_default().saturating_add(1));
        let read = file.take(self.limit_of(&path)).read_to_end(&mut bytes);
        read.map_err(|error| from_io(&error))?;
        self.observer.has_read(name);
        // A plan may be in UTF-16, as PowerShell writes it.
        let is_wide = content::is_utf16(&bytes) && self.is_plan(&path);
        match content::not_text(&bytes).filter(|_| content::is_text(name) && !is_wide) {
            Some(reason) => Err(FileError::Other(reason.to_owned())),
            None => Ok(bytes),
        }
    }

    fn list(&self, dir: &str) -> Result<Vec<Entry>, FileError> {
        let directory = self.base.locate(dir);
        self.observer.reads(&directory);
        let entries = directory.read_dir().map_err(|error| from_io(&error))?;
        if !self.admits_directory(&directory) {
            return Err(FileError::OutsideWorkspace);
        }
        let mut entries: Vec<_> = entries.flatten().filter_map(|entry| named(&entry)).collect();
        entries.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(entries)
    }

    fn kind(&self, path: &str) -> Option<EntryKind> {
        let path = self.base.locate(path);
        let kind = kind(&fs::metadata(&path).ok()?)?;
        let admitted = match kind {
            EntryKind::File => self.admit(&path).is_ok(),
            EntryKind::Directory => self.admits_directory(&path),
        };
        admitted.then_some(kind)
    }

    fn passes_over(&self, path: &str) -> bool {
        let searched = self.searched.read().unwrap_or_else(PoisonError::into_inner);
        searched.as_ref().is_some_and(|searched| !searched.contains(path))
    }
}

/// The entry, unless its name is no text or it is neither file nor directory.
fn named(entry: &fs::DirEntry) -> Option<Entry> {
    let name = entry.file_name().into_string().ok()?;
    let own = entry.file_type().ok()?;
    let kind = match (own.is_file(), own.is_dir()) {
        (true, _) => EntryKind::File,
        (_, true) => EntryKind::Directory,
        (false, false) => kind(&fs::metadata(entry.path()).ok()?)?,
    };
    Some(Entry { name, kind })
}

fn kind(metadata: &Metadata) -> Option<EntryKind> {
    match (metadata.is_file(), metadata.is_dir()) {
        (true, _) => Some(EntryKind::File),
        (_, true) => Some(EntryKind::Directory),
        (false, false) => None,
    }
}

fn not_a_file(metadata: &Metadata) -> &'static str {
    if metadata.is_dir() { "a directory" } else { "neither a file nor a directory" }
}

/// The error in words that do not depend on the system where that can be.
#[must_use]
pub fn from_io(error: &io::Error) -> FileError {
    match error.kind() {
        io::ErrorKind::NotFound => FileError::NotFound,
        io::ErrorKind::PermissionDenied => FileError::Other("permission denied".to_owned()),
        _ => FileError::Other(words(error)),
    }
}

/// The system's words, without its number for them.
fn words(error: &io::Error) -> String {
    let words = error.to_string();
    words.split(" (os error").next().unwrap_or_default().to_lowercase()
}
