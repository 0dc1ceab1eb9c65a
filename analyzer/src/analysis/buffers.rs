//! Texts in front of files: an editor's open buffers, fixes that are tried.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use crate::source::{Entry, EntryKind, FileError, FileSystem, path};

/// Texts by normalised path.
pub(super) type Texts = BTreeMap<String, Arc<str>>;

/// The files of another file system, some with another text, and some that only have a text.
pub(super) struct Buffers {
    pub(super) files: Arc<dyn FileSystem>,
    pub(super) texts: Arc<Texts>,
}

impl Buffers {
    /// The texts at and below `path`.
    fn within<'a>(&'a self, path: &'a str) -> impl Iterator<Item = &'a str> {
        let start = if path == "." { "" } else { path };
        let behind = self.texts.range::<str, _>((Bound::Included(start), Bound::Unbounded));
        let near = behind.map(|(buffer, _)| buffer.as_str()).take_while(move |buffer| buffer.starts_with(start));
        near.filter(move |buffer| path::is_within(buffer, path))
    }

    /// What of the texts stands in the directory `dir`.
    fn entries(&self, dir: &str) -> Vec<Entry> {
        let below = self.within(dir).filter_map(|buffer| match dir {
            "." => Some(buffer),
            dir => buffer.strip_prefix(dir)?.strip_prefix('/').or_else(|| buffer.strip_prefix(dir)),
        });
        let entry = |below: &str| match below.split_once('/') {
            Some((name, _)) => Entry { name: name.to_owned(), kind: EntryKind::Directory },
            None => Entry { name: below.to_owned(), kind: EntryKind::File },
        };
        below.filter(|below| !below.is_empty()).map(entry).collect()
    }
}

impl FileSystem for Buffers {
    fn read(&self, path: &str) -> Result<Vec<u8>, FileError> {
        let text = self.texts.get(&path::normalize(path));
        text.map_or_else(|| self.files.read(path), |text| Ok(text.as_bytes().to_vec()))
    }

    fn list(&self, path: &str) -> Result<Vec<Entry>, FileError> {
        let buffers = self.entries(&path::normalize(path));
        let mut entries = match self.files.list(path) {
            Err(error) if buffers.is_empty() => return Err(error),
            entries => entries.unwrap_or_default(),
        };
        for buffer in buffers {
            if let Err(at) = entries.binary_search_by(|entry| entry.name.cmp(&buffer.name)) {
                entries.insert(at, buffer);
            }
        }
        Ok(entries)
    }

    fn kind(&self, path: &str) -> Option<EntryKind> {
        let place = path::normalize(path);
        if self.texts.contains_key(&place) {
            return Some(EntryKind::File);
        }
        let has_buffers = || self.within(&place).next().map(|_| EntryKind::Directory);
        self.files.kind(path).or_else(has_buffers)
    }

    fn passes_over(&self, path: &str) -> bool {
        self.files.passes_over(path)
    }

    fn used(&self, path: &str) {
        self.files.used(path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::MemoryFileSystem;

    fn buffers(files: &[&str], texts: &[&str]) -> Buffers {
        let mut disk = MemoryFileSystem::default();
        files.iter().for_each(|path| disk.insert(path, "disk"));
        let texts = texts.iter().map(|path| ((*path).to_owned(), Arc::from("buffer"))).collect();
        Buffers { files: Arc::new(disk), texts: Arc::new(texts) }
    }

    fn names(buffers: &Buffers, dir: &str) -> Vec<String> {
        let entry = |entry: Entry| match entry.kind {
            EntryKind::File => entry.name,
            EntryKind::Directory => format!("{}/", entry.name),
        };
        buffers.list(dir).unwrap().into_iter().map(entry).collect()
    }

    #[test]
    fn a_buffer_stands_for_its_file() {
        let buffers = buffers(&["a/main.tf", "a/x.tf"], &["a/main.tf"]);
        assert_eq!(buffers.read("./a/main.tf").unwrap(), b"buffer");
        assert_eq!(buffers.read("a/x.tf").unwrap(), b"disk");
        assert_eq!(names(&buffers, "a"), ["main.tf", "x.tf"]);
    }

    #[test]
    fn a_buffer_without_a_file_is_there() {
        let buffers = buffers(&["a/main.tf", "ab/c.tf"], &["a/b.tf", "new/x/y.tf"]);
        assert_eq!(names(&buffers, "a"), ["b.tf", "main.tf"]);
        assert_eq!(names(&buffers, "."), ["a/", "ab/", "new/"]);
        assert_eq!(names(&buffers, "new"), ["x/"]);
        assert_eq!(buffers.kind("new/x"), Some(EntryKind::Directory));
        assert_eq!(buffers.kind("new/x/y.tf"), Some(EntryKind::File));
        assert_eq!(buffers.kind("new/y.tf"), None);
        assert!(buffers.list("old").is_err());
    }

    #[test]
    fn the_root_may_be_listed() {
        let buffers = buffers(&["/w/main.tf"], &["/w/b.tf", "/x.tf"]);
        assert_eq!(names(&buffers, "/w"), ["b.tf", "main.tf"]);
        assert!(names(&buffers, "/").contains(&"x.tf".to_owned()));
    }
}
