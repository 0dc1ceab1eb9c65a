//! The way through directories: what is ignored by git or hidden is left out, links
//! are followed, and each directory is searched once, however many ways lead to it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crosstrail_analyzer::source::{FileSystem, path};
use ignore::{DirEntry, Error, WalkBuilder};

use super::disk::{DiskFileSystem, from_io, known_as, working_directory};
use super::{Input, Problem, content};

/// The largest JSON file that is looked into for a policy, in bytes. No policy of AWS
/// is larger than some 20 KB; other JSON is often larger by far.
const POLICY_LIMIT: u64 = 1 << 20;

/// Adds to `input` the policies below `root` and what is wrong on the way; the
/// directories, `root` among them, go to `searched`.
pub(super) fn walk(root: &Path, files: &DiskFileSystem, input: &mut Input, searched: &mut Searched) {
    let walk = WalkBuilder::new(root).follow_links(true).require_git(false).sort_by_file_name(Ord::cmp).build();
    for entry in walk {
        match entry {
            Ok(entry) => meet(&entry, files, input, searched),
            Err(error) => input.problems.extend(problem(&error, root)),
        }
    }
}

fn meet(entry: &DirEntry, files: &DiskFileSystem, input: &mut Input, searched: &mut Searched) {
    let Some(kind) = entry.file_type().filter(|kind| kind.is_file() || kind.is_dir()) else { return };
    let Some(shown) = known_as(entry.path()) else {
        let name = entry.path().to_string_lossy();
        let is_ours = kind.is_dir() || content::is_text(&name);
        input.problems.extend(is_ours.then(|| Problem::new(&name, "its name is not UTF-8")));
        return;
    };
    if kind.is_dir() {
        if entry.path_is_symlink() || entry.depth() == 0 {
            searched.directory(&shown);
        } else {
            searched.subdirectory(&shown);
        }
    } else if content::is_configuration(&shown) {
        searched.files += 1;
    } else if shown.ends_with(".json") && is_policy(entry, &shown, files) {
        input.documents.push(shown);
    }
}

/// Whether the file holds a policy. One that cannot be read is none: nobody has asked
/// for this file by name.
fn is_policy(entry: &DirEntry, shown: &str, files: &DiskFileSystem) -> bool {
    let is_small = entry.metadata().is_ok_and(|metadata| metadata.len() <= POLICY_LIMIT);
    let bytes = if is_small && !content::is_terraform(shown) { files.read(shown).ok() } else { None };
    bytes.is_some_and(|bytes| std::str::from_utf8(&bytes).is_ok_and(content::is_policy))
}

/// What went wrong on the way, unless it is about an ignore file.
fn problem(error: &Error, at: &Path) -> Option<Problem> {
    match error {
        Error::WithPath { path, err } => problem(err, path),
        Error::WithDepth { err, .. } => problem(err, at),
        Error::Loop { ancestor, child } => {
            let above = known_as(ancestor).unwrap_or_default();
            Some(Problem::at(child, format!("a symbolic link to `{above}`, which it lies in: not followed")).odd())
        }
        Error::Io(error) if fs::symlink_metadata(at).is_ok_and(|metadata| metadata.is_symlink()) => {
            Some(Problem::at(at, format!("a symbolic link that leads nowhere: {}", from_io(error))).odd())
        }
        Error::Io(error) => Some(Problem::at(at, from_io(error).to_string())),
        Error::Partial(_)
        | Error::WithLineNumber { .. }
        | Error::Glob { .. }
        | Error::UnrecognizedFileType(_)
        | Error::InvalidDefinition => None,
    }
}

/// Directories, each once, by what they are on the disk.
#[derive(Debug, Default)]
pub(super) struct Searched {
    by_real: BTreeMap<PathBuf, String>,
    /// What the directories are on the disk, by the names that led there.
    reals: BTreeMap<String, PathBuf>,
    files: usize,
}

impl Searched {
    /// Adds the directory known as `dir`, perhaps by a link. Of two names the one without links wins.
    pub(super) fn directory(&mut self, dir: &str) {
        self.add(dir, Path::new(dir).canonicalize().ok());
    }

    /// The same of one that is no link itself: what is above it need not be looked at again.
    fn subdirectory(&mut self, dir: &str) {
        let above = self.reals.get(path::parent(dir)).map(|above| above.join(path::file_name(dir)));
        self.add(dir, above.or_else(|| Path::new(dir).canonicalize().ok()));
    }

    fn add(&mut self, dir: &str, real: Option<PathBuf>) {
        let Some(real) = real else { return };
        self.reals.insert(dir.to_owned(), real.clone());
        let is_real = working_directory().is_some_and(|working| working.join(dir) == real);
        match self.by_real.get_mut(&real) {
            Some(known) if is_real => dir.clone_into(known),
            Some(_) => {}
            None => drop(self.by_real.insert(real, dir.to_owned())),
        }
    }

    /// How many files of configuration they hold.
    pub(super) fn files(&self) -> usize {
        self.files
    }

    /// The directories.
    pub(super) fn into_directories(self) -> BTreeSet<String> {
        self.by_real.into_values().collect()
    }
}
