//! The way through directories: what is ignored by git or hidden is left out, links
//! are followed, and each directory counts once, however many ways lead to it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crosstrail_analyzer::source::{FileSystem, path};
use ignore::{DirEntry, Error, WalkBuilder};

use super::disk::{DiskFileSystem, from_io, known_as};
use super::{Input, Problem, content};

/// The largest JSON file that is looked into for a policy, in bytes. No policy of AWS
/// is larger than some 20 KB; other JSON is often larger by far.
const POLICY_LIMIT: u64 = 1 << 20;

/// Adds to `input` what lies below `root`; the modules' directories go to `modules`.
pub(super) fn walk(root: &Path, files: &DiskFileSystem, input: &mut Input, modules: &mut Modules) {
    let walk = WalkBuilder::new(root).follow_links(true).require_git(false).sort_by_file_name(Ord::cmp).build();
    for entry in walk {
        match entry {
            Ok(entry) => meet(&entry, files, input, modules),
            Err(error) => input.problems.extend(problem(&error, root)),
        }
    }
}

fn meet(entry: &DirEntry, files: &DiskFileSystem, input: &mut Input, modules: &mut Modules) {
    if !entry.file_type().is_some_and(|kind| kind.is_file()) {
        return;
    }
    let Some(shown) = known_as(entry.path()) else {
        let name = entry.path().to_string_lossy();
        let is_ours = content::is_text(&name.replace('\\', "/"));
        input.problems.extend(is_ours.then(|| Problem::new(&name, "its name is not UTF-8")));
        return;
    };
    if content::is_configuration(&shown) {
        modules.add(path::parent(&shown));
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

/// Directories that hold configuration, each once, by what they are on the disk.
#[derive(Debug, Default)]
pub(super) struct Modules {
    by_real: BTreeMap<PathBuf, String>,
    last: Option<String>,
    files: usize,
}

impl Modules {
    /// Adds the directory known as `dir`, which holds one more file of configuration.
    /// Of two names the one without links wins.
    pub(super) fn add(&mut self, dir: &str) {
        self.files += 1;
        if self.last.as_deref() == Some(dir) {
            return;
        }
        self.last = Some(dir.to_owned());
        let Ok(real) = Path::new(dir).canonicalize() else { return };
        let is_real = std::path::absolute(dir).is_ok_and(|absolute| absolute == real);
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

    /// The directories, sorted.
    pub(super) fn into_sorted(self) -> Vec<String> {
        let mut dirs: Vec<_> = self.by_real.into_values().collect();
        dirs.sort();
        dirs
    }
}
