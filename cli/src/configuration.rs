//! Which `crosstrail.toml` a command obeys.

use std::path::{Path, PathBuf};

use crosstrail_analyzer::config::FILE_NAME;
use crosstrail_disk::{Base, Configured, Problem, configuration};

/// Reads the configuration that the user names or, if none is named, the one that lies in
/// the working directory or above it in the same repository.
///
/// # Errors
/// When it cannot be read, and with all that is wrong with it.
pub(crate) fn load(named: Option<&Path>) -> Result<Configured, Vec<Problem>> {
    let base = Base::working_directory();
    match named.map(Path::to_owned).or_else(find) {
        Some(file) => configuration::read(&file, &base),
        None => Ok(Configured::default()),
    }
}

/// Where a configuration would be read from, if it were there: one that comes into being changes
/// what is found.
pub(crate) fn candidates() -> Vec<PathBuf> {
    let here = PathBuf::from(FILE_NAME);
    find().into_iter().chain([here]).collect()
}

fn find() -> Option<PathBuf> {
    Base::working_directory().directory().and_then(configuration::find)
}
