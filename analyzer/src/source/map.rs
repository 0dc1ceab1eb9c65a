//! All texts in view.

use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use rustc_hash::FxHashMap;

use super::{FileId, LineColumn, LineIndex, Span};

/// One text and the path it is known by.
#[derive(Debug)]
pub struct SourceFile {
    path: Arc<str>,
    text: Arc<str>,
    lines: OnceLock<LineIndex>,
}

impl SourceFile {
    /// The path, in the form of [`super::path`].
    #[must_use]
    pub fn path(&self) -> &Arc<str> {
        &self.path
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// Where its lines start; made when it is first asked for.
    #[must_use]
    pub fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(&self.text))
    }

    /// Line and column of a byte offset.
    #[must_use]
    pub fn line_column(&self, offset: u32) -> LineColumn {
        self.lines().line_column(&self.text, offset)
    }
}

/// Every text that the analysis has seen, by [`FileId`].
///
/// Texts are only ever added: an id stays valid as long as the map, and in the maps that
/// follow it as long as its path has that text. The lock is there because `file()` and
/// `templatefile()` bring in texts while stacks are evaluated side by side.
#[derive(Debug, Default)]
pub struct SourceMap {
    inner: RwLock<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    files: FxHashMap<FileId, Arc<SourceFile>>,
    by_path: FxHashMap<Arc<str>, FileId>,
    /// The number of the next file: one is never given twice, in maps that follow neither.
    next: u32,
}

impl SourceMap {
    /// The id of `path` with `text`. The same path with the same text keeps its id;
    /// with another text it gets a new one, and the old id keeps the old text.
    pub fn add(&self, path: &str, text: impl Into<Arc<str>>) -> FileId {
        let text = text.into();
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(id) = inner.by_path.get(path).copied()
            && inner.files.get(&id).is_some_and(|file| file.text == text)
        {
            return id;
        }
        let id = FileId(inner.next);
        inner.next = inner.next.saturating_add(1);
        let path: Arc<str> = path.into();
        inner.files.insert(id, Arc::new(SourceFile { path: Arc::clone(&path), text, lines: OnceLock::new() }));
        inner.by_path.insert(path, id);
        id
    }

    /// The file of `id`; an empty one for an id of another map.
    #[must_use]
    pub fn file(&self, id: FileId) -> Arc<SourceFile> {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        inner
            .files
            .get(&id)
            .cloned()
            .unwrap_or_else(|| Arc::new(SourceFile { path: "".into(), text: "".into(), lines: OnceLock::new() }))
    }

    /// A map to go on with when what is in view changes: it has the newest text of each path, under its id, as
    /// far as `is_kept` says so of the path.
    #[must_use]
    pub fn following(&self, is_kept: impl Fn(&str) -> bool) -> Self {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        let kept = inner.by_path.iter().filter(|(path, _)| is_kept(path));
        let by_path: FxHashMap<Arc<str>, FileId> = kept.map(|(path, id)| (Arc::clone(path), *id)).collect();
        let newest = by_path.values().filter_map(|id| Some((*id, Arc::clone(inner.files.get(id)?))));
        Self { inner: RwLock::new(Inner { files: newest.collect(), by_path, next: inner.next }) }
    }

    /// How many texts there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.inner.read().unwrap_or_else(PoisonError::into_inner).files.len()
    }

    /// Whether there is no text.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The newest id of `path`.
    #[must_use]
    pub fn find(&self, path: &str) -> Option<FileId> {
        self.inner.read().unwrap_or_else(PoisonError::into_inner).by_path.get(path).copied()
    }

    /// The text that `span` covers.
    #[must_use]
    pub fn text(&self, span: Span) -> String {
        self.file(span.file).text().get(span.range.as_usize()).unwrap_or_default().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_has_the_newest_text_under_its_id() {
        let map = SourceMap::default();
        let (old, other) = (map.add("a.tf", "old"), map.add("b.tf", "other"));
        let new = map.add("a.tf", "new");
        assert_ne!(old, new);
        let next = map.following(|path| path != "c.tf");
        assert_eq!((next.find("a.tf"), next.find("b.tf"), next.len()), (Some(new), Some(other), 2));
        assert_eq!(&**next.file(old).text(), "");
        assert_eq!(next.add("b.tf", "other"), other);
        assert!(![old, new, other].contains(&next.add("a.tf", "old")), "no id is given twice");
        assert_eq!(&**map.file(old).text(), "old");
    }
}
