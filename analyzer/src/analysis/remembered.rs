//! What a file system has said, until it is told that it changed; and what was asked of one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use crate::source::{Entry, EntryKind, FileError, FileSystem, path};

/// The names and kinds of what another file system has: a search of thousands of directories asks it only once.
pub(super) struct Remembered {
    files: Arc<dyn FileSystem>,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    kinds: BTreeMap<String, Option<EntryKind>>,
    lists: BTreeMap<String, Result<Vec<Entry>, FileError>>,
    passed_over: BTreeMap<String, bool>,
}

impl Remembered {
    pub(super) fn new(files: Arc<dyn FileSystem>) -> Self {
        Self { files, known: Mutex::default() }
    }

    /// Forgets what was said of `path`, of what is in it, and of what it is in.
    pub(super) fn forget(&self, path: &str) {
        let is_touched = |known: &str| path::is_within(known, path) || path::is_within(path, known);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.kinds.retain(|known, _| !is_touched(known));
        known.lists.retain(|known, _| !is_touched(known));
        known.passed_over.retain(|known, _| !is_touched(known));
    }
}

/// What `know` has of `path`, or what `ask` says.
fn kept<V: Clone>(
    known: &Mutex<Known>,
    know: impl Fn(&mut Known) -> &mut BTreeMap<String, V>,
    path: &str,
    ask: impl FnOnce() -> V,
) -> V {
    let value = know(&mut known.lock().unwrap_or_else(PoisonError::into_inner)).get(path).cloned();
    value.unwrap_or_else(|| {
        let value = ask();
        know(&mut known.lock().unwrap_or_else(PoisonError::into_inner)).insert(path.to_owned(), value.clone());
        value
    })
}

impl FileSystem for Remembered {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        self.files.read(path)
    }

    fn list(&self, path: &str) -> Result<Vec<Entry>, FileError> {
        kept(&self.known, |known| &mut known.lists, path, || self.files.list(path))
    }

    fn kind(&self, path: &str) -> Option<EntryKind> {
        kept(&self.known, |known| &mut known.kinds, path, || self.files.kind(path))
    }

    fn passes_over(&self, path: &str) -> bool {
        kept(&self.known, |known| &mut known.passed_over, path, || self.files.passes_over(path))
    }

    fn used(&self, path: &str) {
        self.files.used(path);
    }
}

/// What a value was made from, beside the module tree of its stack.
#[derive(Debug, Clone, Default)]
pub(super) struct Reads {
    /// The files and directories that were read or asked for.
    pub(super) paths: BTreeSet<String>,
    /// The numbers of the stacks whose outputs were read.
    pub(super) stacks: BTreeSet<usize>,
    /// Whether it was asked which stacks there are.
    pub(super) asked_for_stacks: bool,
}

impl Reads {
    pub(super) fn add(&mut self, other: &Self) {
        self.paths.extend(other.paths.iter().cloned());
        self.stacks.extend(&other.stacks);
        self.asked_for_stacks |= other.asked_for_stacks;
    }
}

/// Notes what is read through it.
pub(super) struct Recording<'a> {
    files: &'a dyn FileSystem,
    /// For each value that is being made, the one that waits for another before it.
    open: Mutex<Vec<Reads>>,
}

impl<'a> Recording<'a> {
    pub(super) fn new(files: &'a dyn FileSystem) -> Self {
        Self { files, open: Mutex::new(vec![Reads::default()]) }
    }

    /// Changes what is noted for the value that is being made.
    pub(super) fn note(&self, change: impl FnOnce(&mut Reads)) {
        if let Some(reads) = self.open.lock().unwrap_or_else(PoisonError::into_inner).last_mut() {
            change(reads);
        }
    }

    /// Another value is made, for the one that is being made.
    pub(super) fn begin(&self) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).push(Reads::default());
    }

    /// It is made: what it was made from, and so the value that it was made for.
    pub(super) fn end(&self) -> Reads {
        let reads = self.open.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default();
        self.note(|outer| outer.add(&reads));
        reads
    }

    fn path(&self, path: &str) {
        self.note(|reads| reads.paths.extend([path::normalize(path)]));
    }
}

impl FileSystem for Recording<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        self.path(path);
        self.files.read(path)
    }

    fn list(&self, path: &str) -> Result<Vec<Entry>, FileError> {
        self.path(path);
        self.files.list(path)
    }

    fn kind(&self, path: &str) -> Option<EntryKind> {
        self.path(path);
        self.files.kind(path)
    }

    fn passes_over(&self, path: &str) -> bool {
        self.path(path);
        self.files.passes_over(path)
    }

    fn used(&self, path: &str) {
        self.path(path);
    }
}
