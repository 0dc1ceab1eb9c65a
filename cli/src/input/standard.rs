//! Standard input as a file: of the working directory if it is configuration, so
//! that the modules it calls are found, and by itself if it is a policy.

use std::io::{self, Read};

use crosstrail_analyzer::source::{Entry, EntryKind, FileError, FileSystem, path};
use crosstrail_analyzer::syntax::decode_utf16;
use crosstrail_disk::{DiskFileSystem, content};

/// The name under which findings show a policy from standard input.
const POLICY: &str = "<stdin>";

/// The names under which they show configuration.
const CONFIGURATION: &str = "<stdin>.tf";
const CONFIGURATION_JSON: &str = "<stdin>.tf.json";

/// The name under which they show a plan.
const PLAN: &str = "<stdin>.json";

/// The disk, with standard input in place of the working directory's configuration.
#[derive(Debug)]
pub(super) struct StandardInput {
    name: &'static str,
    bytes: Vec<u8>,
    disk: DiskFileSystem,
}

impl StandardInput {
    /// Reads all of standard input, at most `limit` bytes.
    ///
    /// # Errors
    /// When it is larger, cannot be read, or is no text.
    pub(super) fn read(disk: DiskFileSystem, limit: u64) -> Result<Self, FileError> {
        let mut bytes = Vec::new();
        let read = io::stdin().lock().take(limit + 1).read_to_end(&mut bytes);
        read.map_err(|error| FileError::Other(error.to_string()))?;
        if bytes.len() as u64 > limit {
            return Err(FileError::TooLarge { size: bytes.len() as u64, limit });
        }
        if let Some(text) = decode_utf16(&bytes) {
            bytes = text.into_bytes();
        }
        if let Some(reason) = content::not_text(&bytes) {
            return Err(FileError::Other(reason.to_owned()));
        }
        let name = name(std::str::from_utf8(&bytes).unwrap_or_default());
        Ok(Self { name, bytes, disk })
    }

    /// The name of the file.
    pub(super) fn name(&self) -> &'static str {
        self.name
    }

    /// The name of the file, if it is a policy.
    pub(super) fn policy(&self) -> Option<&'static str> {
        (self.name == POLICY).then_some(self.name)
    }

    /// The name of the file, if it is a plan.
    pub(super) fn plan(&self) -> Option<&'static str> {
        (self.name == PLAN).then_some(self.name)
    }

    fn is_it(&self, path: &str) -> bool {
        path::normalize(path) == self.name
    }
}

fn name(text: &str) -> &'static str {
    if content::is_plan(text) {
        PLAN
    } else if content::is_terraform_json(text) {
        CONFIGURATION_JSON
    } else if content::starts_as_object(text) {
        POLICY
    } else {
        CONFIGURATION
    }
}

impl FileSystem for StandardInput {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        if self.is_it(path) { Ok(self.bytes.clone()) } else { self.disk.read(path) }
    }

    fn list(&self, dir: &str) -> Result<Vec<Entry>, FileError> {
        let mut entries = self.disk.list(dir)?;
        if path::normalize(dir) == "." && self.policy().is_none() && self.plan().is_none() {
            entries.retain(|entry| !content::is_terraform(&entry.name));
            entries.insert(0, Entry { name: self.name.to_owned(), kind: EntryKind::File });
        }
        Ok(entries)
    }

    fn kind(&self, path: &str) -> Option<EntryKind> {
        if self.is_it(path) { Some(EntryKind::File) } else { self.disk.kind(path) }
    }

    fn passes_over(&self, path: &str) -> bool {
        self.disk.passes_over(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_decides() {
        assert_eq!(name(r#"{"Version": "2012-10-17", "Statement": []}"#), POLICY);
        assert_eq!(name("{ broken"), POLICY);
        assert_eq!(name(r#"{"format_version":"1.2","planned_values":{}}"#), PLAN);
        assert_eq!(name(r#"{"resource": {}}"#), CONFIGURATION_JSON);
        assert_eq!(name("resource \"a\" \"b\" {}"), CONFIGURATION);
        assert_eq!(name(""), CONFIGURATION);
    }
}
