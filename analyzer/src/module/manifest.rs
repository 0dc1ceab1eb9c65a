//! Where `terraform init` put the modules it downloaded.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::source::{FileSystem, path};

/// What `.terraform/modules/modules.json` of a root says: the directory of each call,
/// by the names of the calls that lead to it, joined by dots.
#[derive(Debug, Clone, Default)]
pub(super) struct Manifest {
    directories: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Document {
    #[serde(default)]
    modules: Vec<Record>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Record {
    #[serde(default)]
    key: String,
    #[serde(default)]
    dir: String,
}

impl Manifest {
    /// The manifest of the root in `dir`. Without one, and with one that cannot be
    /// read, nothing counts as downloaded: `terraform init` writes it anew.
    pub(super) fn read(fs: &dyn FileSystem, dir: &str) -> Self {
        let bytes = fs.read(&path::join(dir, ".terraform/modules/modules.json")).unwrap_or_default();
        let modules = serde_json::from_slice::<Document>(&bytes).map(|document| document.modules).unwrap_or_default();
        let entry = |record: Record| (record.key, path::join(dir, &record.dir));
        Self { directories: modules.into_iter().map(entry).collect() }
    }

    /// All directories.
    pub(super) fn directories(&self) -> impl Iterator<Item = &str> {
        self.directories.values().map(String::as_str)
    }

    /// The directory of the call at `key`.
    pub(super) fn directory(&self, key: &str) -> Option<&str> {
        self.directories.get(key).map(String::as_str)
    }
}
