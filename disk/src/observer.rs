//! Those who want to know what is read.

use std::fmt::Debug;
use std::path::Path;

/// Hears of what is read, from any thread.
pub trait Observer: Debug + Send + Sync {
    /// The file or directory at `path` is about to be read.
    fn reads(&self, _path: &Path) {}

    /// The file known as `name` has been read.
    fn has_read(&self, _name: &str) {}
}

/// Nobody.
impl Observer for () {}
