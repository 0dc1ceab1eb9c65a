//! Which directories may be read.
//!
//! A configuration can name any file of the machine: `file("/etc/passwd")`. What is
//! read is the workspace, and module directories outside it, which `source` names.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock};

use rustc_hash::FxHashMap;

use crate::base::Base;
use crate::content;

/// The directories that may be read, links resolved.
#[derive(Debug)]
pub(crate) struct Area {
    roots: BTreeSet<PathBuf>,
    /// Directories outside the roots, and whether they are part of a module.
    outside: RwLock<FxHashMap<PathBuf, bool>>,
}

impl Area {
    /// The workspace around each of `directories`; `base` is where names start.
    pub(crate) fn around(directories: &[PathBuf], base: &Base) -> Self {
        let working = base.directory().and_then(|dir| dir.canonicalize().ok());
        let resolved = directories.iter().filter_map(|dir| dir.canonicalize().ok());
        let roots = resolved.map(|dir| workspace(&dir, working.as_deref())).collect();
        Self { roots, outside: RwLock::default() }
    }

    /// Whether what lies in `dir`, a directory with its links resolved, may be read.
    pub(crate) fn admits(&self, dir: &Path) -> bool {
        self.roots.iter().any(|root| dir.starts_with(root)) || self.is_module(dir)
    }

    /// Looks again at what is outside of the roots.
    pub(crate) fn forget(&self) {
        self.outside.write().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Whether `dir` or a directory above it holds configuration.
    fn is_module(&self, dir: &Path) -> bool {
        let known = self.outside.read().unwrap_or_else(PoisonError::into_inner).get(dir).copied();
        known.unwrap_or_else(|| {
            let is_module = dir.ancestors().any(holds_configuration);
            self.outside.write().unwrap_or_else(PoisonError::into_inner).insert(dir.to_owned(), is_module);
            is_module
        })
    }
}

/// The repository that holds `dir`; without one the `working` directory if `dir` lies
/// in it, unless that is the whole machine; else `dir` itself.
fn workspace(dir: &Path, working: Option<&Path>) -> PathBuf {
    let repository = dir.ancestors().find(|above| above.join(".git").exists());
    let working = working.filter(|working| dir.starts_with(working) && working.parent().is_some());
    repository.or(working).unwrap_or(dir).to_owned()
}

fn holds_configuration(dir: &Path) -> bool {
    let is_configuration = |name: &OsStr| name.to_str().is_some_and(content::is_configuration);
    let Ok(entries) = dir.read_dir() else { return false };
    entries.flatten().any(|entry| is_configuration(&entry.file_name()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspace_is_the_repository_or_the_working_directory() {
        let crate_dir = Path::new(env!("CARGO_MANIFEST_DIR"));
        let outside = std::env::temp_dir();
        assert_eq!(workspace(&outside.join("no"), Some(&outside)), outside);
        assert_eq!(workspace(&outside, Some(crate_dir)), outside);
        assert_eq!(workspace(&outside, Some(Path::new("/"))), outside);
    }

    #[test]
    fn a_module_outside_is_read_and_the_rest_is_not() {
        let base = std::env::temp_dir().join(format!("crosstrail-area-{}", std::process::id()));
        for dir in ["stack", "module/policies", "other"] {
            std::fs::create_dir_all(base.join(dir)).unwrap();
        }
        std::fs::write(base.join("module/main.tf"), "").unwrap();
        let base = base.canonicalize().unwrap();
        let area = Area::around(&[base.join("stack")], &Base::working_directory());
        let admitted = ["stack", "module", "module/policies", "other"].map(|dir| area.admits(&base.join(dir)));
        std::fs::remove_dir_all(&base).unwrap();
        assert_eq!(admitted, [true, true, true, false]);
    }
}
