//! The way through directories: what is ignored by git or hidden is left out, links
//! are followed, and each directory is searched once, however many ways lead to it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crosstrail_analyzer::source::{FileSystem, path};
use ignore::{DirEntry, Error, WalkBuilder};

use crate::base::Base;
use crate::content;
use crate::file_system::{DiskFileSystem, from_io};
use crate::problem::Problem;

/// The largest JSON file that is looked into for a policy, in bytes. No policy of AWS
/// is larger than some 20 KB; other JSON is often larger by far.
const POLICY_LIMIT: u64 = 1 << 20;

/// Looks for what is to be analysed.
#[derive(Debug)]
pub struct Search<'a> {
    files: &'a DiskFileSystem,
    directories: Directories,
    found: Searched,
}

/// What a search has come across.
#[derive(Debug, Default)]
pub struct Searched {
    /// The directories that may hold a module, each under one of its names.
    pub directories: BTreeSet<String>,
    /// Files that hold a policy and nothing else.
    pub documents: Vec<String>,
    /// Files that hold a plan or a state as JSON, as many as were met.
    pub plans: Vec<String>,
    /// How many files of configuration there are.
    pub configuration_files: usize,
    /// What is wrong on the way.
    pub problems: Vec<Problem>,
}

impl<'a> Search<'a> {
    /// One that has found nothing yet.
    #[must_use]
    pub fn new(files: &'a DiskFileSystem) -> Self {
        Self { files, directories: Directories::default(), found: Searched::default() }
    }

    /// Finds what lies in `root` and below it.
    pub fn below(&mut self, root: &Path) {
        let walk = WalkBuilder::new(root).follow_links(true).require_git(false).sort_by_file_name(Ord::cmp).build();
        for entry in walk {
            match entry {
                Ok(entry) => self.meet(&entry),
                Err(error) => self.found.problems.extend(problem(&error, root, self.files.base())),
            }
        }
    }

    /// Has the directory known as `dir` looked into, perhaps by a link, and none below it.
    pub fn directory(&mut self, dir: &str) {
        self.directories.directory(dir, self.files.base());
    }

    /// What there is.
    #[must_use]
    pub fn finish(self) -> Searched {
        Searched { directories: self.directories.by_real.into_values().collect(), ..self.found }
    }

    fn meet(&mut self, entry: &DirEntry) {
        let Some(kind) = entry.file_type().filter(|kind| kind.is_file() || kind.is_dir()) else { return };
        let base = self.files.base();
        let Some(shown) = base.name_of(entry.path()) else {
            let name = entry.path().to_string_lossy();
            let is_ours = kind.is_dir() || content::is_text(&name);
            self.found.problems.extend(is_ours.then(|| Problem::new(&name, "its name is not UTF-8")));
            return;
        };
        if kind.is_dir() {
            if entry.path_is_symlink() || entry.depth() == 0 {
                self.directories.directory(&shown, base);
            } else {
                self.directories.subdirectory(&shown, base);
            }
        } else if content::is_configuration(&shown) {
            self.found.configuration_files += 1;
        } else if shown.ends_with(".json") && !content::is_terraform(&shown) {
            match json_kind(entry, &shown, self.files) {
                JsonFile::Policy => self.found.documents.push(shown),
                JsonFile::Plan => self.found.plans.push(shown),
                JsonFile::Other => {}
            }
        }
    }
}

/// What a JSON file holds.
enum JsonFile {
    Policy,
    Plan,
    Other,
}

/// What the file holds. One that cannot be read is nothing: nobody has asked for this file by name.
fn json_kind(entry: &DirEntry, shown: &str, files: &DiskFileSystem) -> JsonFile {
    let is_small = entry.metadata().is_ok_and(|metadata| metadata.len() <= POLICY_LIMIT);
    let bytes = if is_small { files.read(shown).ok() } else { files.start(shown, content::PLAN_START as u64) };
    let bytes = bytes.unwrap_or_default();
    match std::str::from_utf8(&bytes) {
        Ok(text) if is_small && content::is_policy(text) => JsonFile::Policy,
        Ok(text) if content::is_surely_plan(text) => JsonFile::Plan,
        // What is cut off may be so within a character.
        Err(error) if !is_small && is_plan_up_to(&bytes, error.valid_up_to()) => JsonFile::Plan,
        Ok(_) | Err(_) => JsonFile::Other,
    }
}

fn is_plan_up_to(bytes: &[u8], end: usize) -> bool {
    bytes.get(..end).and_then(|start| std::str::from_utf8(start).ok()).is_some_and(content::is_surely_plan)
}

/// What went wrong on the way, unless it is about an ignore file.
fn problem(error: &Error, at: &Path, base: &Base) -> Option<Problem> {
    match error {
        Error::WithPath { path, err } => problem(err, path, base),
        Error::WithDepth { err, .. } => problem(err, at, base),
        Error::Loop { ancestor, child } => {
            let above = base.name_of(ancestor).unwrap_or_default();
            Some(
                Problem::new(
                    &base.shown(child),
                    format!("a symbolic link to `{above}`, which it lies in: not followed"),
                )
                .odd(),
            )
        }
        Error::Io(error) if fs::symlink_metadata(at).is_ok_and(|metadata| metadata.is_symlink()) => {
            Some(Problem::new(&base.shown(at), format!("a symbolic link that leads nowhere: {}", from_io(error))).odd())
        }
        Error::Io(error) => Some(Problem::new(&base.shown(at), from_io(error).to_string())),
        Error::Partial(_)
        | Error::WithLineNumber { .. }
        | Error::Glob { .. }
        | Error::UnrecognizedFileType(_)
        | Error::InvalidDefinition => None,
    }
}

/// Directories, each once, by what they are on the disk.
#[derive(Debug, Default)]
struct Directories {
    by_real: BTreeMap<PathBuf, String>,
    /// What the directories are on the disk, by the names that led there.
    reals: BTreeMap<String, PathBuf>,
}

impl Directories {
    /// Adds the directory known as `dir`, perhaps by a link. Of two names the one without links wins.
    fn directory(&mut self, dir: &str, base: &Base) {
        self.add(dir, base.locate(dir).canonicalize().ok(), base);
    }

    /// The same of one that is no link itself: what is above it need not be looked at again.
    fn subdirectory(&mut self, dir: &str, base: &Base) {
        let above = self.reals.get(path::parent(dir)).map(|above| above.join(path::file_name(dir)));
        self.add(dir, above.or_else(|| base.locate(dir).canonicalize().ok()), base);
    }

    fn add(&mut self, dir: &str, real: Option<PathBuf>, base: &Base) {
        let Some(real) = real else { return };
        self.reals.insert(dir.to_owned(), real.clone());
        let is_real = base.absolute(dir).is_some_and(|absolute| absolute == real);
        match self.by_real.get_mut(&real) {
            Some(known) if is_real => dir.clone_into(known),
            Some(_) => {}
            None => drop(self.by_real.insert(real, dir.to_owned())),
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::symlink;
    use std::sync::Arc;

    use super::*;
    use crate::FILE_LIMIT;

    #[test]
    fn directories_and_policies_are_found_once_under_the_names_of_the_base() {
        let parent = std::env::temp_dir().join(format!("crosstrail-search-{}", std::process::id()));
        drop(fs::remove_dir_all(&parent));
        let root = parent.join("infra");
        fs::create_dir_all(root.join("org/prod")).unwrap();
        fs::create_dir_all(root.join("cache")).unwrap();
        fs::write(root.join(".gitignore"), "cache\n").unwrap();
        fs::write(root.join("org/prod/main.tf"), "").unwrap();
        fs::write(root.join("org/policy.json"), r#"{"Statement": []}"#).unwrap();
        fs::write(root.join("org/other.json"), r#"{"a": []}"#).unwrap();
        let plan = r#"{"format_version": "1.2", "terraform_version": "1.11.4", "variables": ["#;
        fs::write(root.join("org/plan.json"), plan).unwrap();
        let large = format!("{plan}\"{}\"]}}", "é".repeat(1 << 20));
        fs::write(root.join("org/large.json"), large).unwrap();
        symlink(root.join("org"), root.join("same")).unwrap();
        let root = root.canonicalize().unwrap();
        let files = DiskFileSystem::new(Base::at(&root), std::slice::from_ref(&root), FILE_LIMIT, Arc::new(()));
        let mut search = Search::new(&files);
        search.below(&root);
        let searched = search.finish();
        files.search_only(searched.directories.clone());
        let listed = files.list("org/prod").map(|entries| entries.len());
        let outside = files.read("../other/main.tf");
        fs::remove_dir_all(&parent).unwrap();
        assert_eq!(searched.directories.into_iter().collect::<Vec<_>>(), [".", "org", "org/prod"]);
        let own = |paths: &[String]| paths.iter().filter(|path| path.starts_with("org/")).cloned().collect::<Vec<_>>();
        assert_eq!(own(&searched.documents), ["org/policy.json"]);
        assert_eq!(own(&searched.plans), ["org/large.json", "org/plan.json"]);
        assert_eq!((searched.configuration_files > 0, listed.unwrap()), (true, 1));
        assert!(files.passes_over("same") && !files.passes_over("org"));
        assert!(outside.is_err());
    }
}
