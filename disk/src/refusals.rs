//! What a configuration wanted to read and was not let.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use crate::content;
use crate::problem::Problem;

/// The paths of refused files. A clone hears of the same ones.
#[derive(Debug, Clone, Default)]
pub struct Refusals(Arc<Mutex<BTreeSet<String>>>);

impl Refusals {
    /// The file at `path` lies outside of what may be read.
    pub(crate) fn add(&self, path: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(path.to_owned());
    }

    /// One for each file. That a file of configuration is missing is said elsewhere.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let paths = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let named = paths.iter().filter(|path| !content::is_terraform(path));
        named
            .map(|path| Problem::new(path, "outside the workspace: not read, its content stays unknown").odd())
            .collect()
    }
}
