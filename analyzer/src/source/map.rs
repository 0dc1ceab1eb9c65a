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
/// Texts are only ever added: an id stays valid as long as the map. The lock is
/// there because `file()` and `templatefile()` bring in texts while stacks are
/// evaluated side by side.
#[derive(Debug, Default)]
pub struct SourceMap {
    inner: RwLock<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    files: Vec<Arc<SourceFile>>,
    by_path: FxHashMap<Arc<str>, FileId>,
}

impl SourceMap {
    /// The id of `path` with `text`. The same path with the same text keeps its id;
    /// with another text it gets a new one, and the old id keeps the old text.
    pub fn add(&self, path: &str, text: impl Into<Arc<str>>) -> FileId {
        let text = text.into();
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(id) = inner.by_path.get(path).copied()
            && inner.files.get(id.0 as usize).is_some_and(|file| file.text == text)
        {
            return id;
        }
        let id = FileId(u32::try_from(inner.files.len()).unwrap_or(u32::MAX));
        let path: Arc<str> = path.into();
        inner.files.push(Arc::new(SourceFile { path: Arc::clone(&path), text, lines: OnceLock::new() }));
        inner.by_path.insert(path, id);
        id
    }

    /// The file of `id`; an empty one for an id of another map.
    #[must_use]
    pub fn file(&self, id: FileId) -> Arc<SourceFile> {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        inner
            .files
            .get(id.0 as usize)
            .cloned()
            .unwrap_or_else(|| Arc::new(SourceFile { path: "".into(), text: "".into(), lines: OnceLock::new() }))
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
