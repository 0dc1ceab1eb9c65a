//! What a configuration wanted to read and was not let.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use super::{Problem, content};

/// The paths of refused files. A clone hears of the same ones.
#[derive(Debug, Clone, Default)]
pub(crate) struct Refusals(Arc<Mutex<BTreeSet<String>>>);

impl Refusals {
    /// The file at `path` lies outside of what may be read.
    pub(super) fn add(&self, path: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned());
    }

    /// One for each file. That a file of configuration is missing is said elsewhere.
    pub(crate) fn problems(&self) -> Vec<Problem> {
        let paths = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let named = paths.iter().filter(|path| !content::is_terraform(path));
        named
            .map(|path| Problem::new(path, "outside the workspace: not read, its content stays unknown").odd())
            .collect()
    }
}
