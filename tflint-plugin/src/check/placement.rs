//! To which directory a finding belongs.
//!
//! The host checks directory by directory. So that the findings of all directories together
//! are those of the whole, and none is told twice, each file is of one directory: the nearest
//! above it that holds a module.

use std::collections::BTreeSet;

use crosstrail_analyzer::finding::Finding;
use crosstrail_analyzer::module::Workspace;
use crosstrail_analyzer::source::{SourceMap, Span, path};

/// The directories that hold modules.
#[derive(Debug, Clone, Default)]
pub struct Owners(BTreeSet<String>);

impl Owners {
    /// Those of `workspace`.
    #[must_use]
    pub fn of(workspace: &Workspace) -> Self {
        let modules = workspace.modules.iter().filter(|module| !module.files.is_empty() && !module.downloaded);
        Self(modules.map(|module| module.dir.to_string()).collect())
    }

    /// The directory that the file at `path` is of; `None` if there is no module above it.
    #[must_use]
    pub fn owner<'p>(&self, path: &'p str) -> Option<&'p str> {
        let mut dir = path::parent(path);
        loop {
            if self.0.contains(dir) {
                return Some(dir);
            }
            let above = path::parent(dir);
            if above == dir || dir == ".." || dir.ends_with("/..") {
                return None;
            }
            dir = above;
        }
    }

    /// Whether `finding` is for the check of the root module in `dir`. What lies above all modules
    /// is for each of those that it has to do with.
    #[must_use]
    pub fn is_of(&self, finding: &Finding, dir: &str, sources: &SourceMap) -> bool {
        let owner = |span: Span| {
            let path = std::sync::Arc::clone(sources.file(span.file).path());
            self.owner(&path).map(str::to_owned)
        };
        match owner(finding.primary) {
            Some(owner) => owner == dir,
            None => {
                let related = finding.labels.iter().chain(&finding.path);
                related.map(|label| label.span).any(|span| owner(span).as_deref() == Some(dir))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_module_above_has_the_file() {
        let owners = Owners([".", "a", "a/b", "../c"].into_iter().map(str::to_owned).collect());
        for (file, owner) in [
            ("main.tf", Some(".")),
            ("policies/x.json", Some(".")),
            ("a/main.tf", Some("a")),
            ("a/b/c/d.json", Some("a/b")),
            ("../c/x.json", Some("../c")),
            ("../x.json", None),
            ("/etc/x.json", None),
        ] {
            assert_eq!(owners.owner(file), owner, "{file}");
        }
    }
}
