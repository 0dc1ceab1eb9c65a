//! All texts in view.

use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use rustc_hash::{FxHashMap, FxHashSet};

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
    /// The same in all maps that follow the same first one.
    line: Arc<()>,
    /// What the maps before had, shared with them.
    base: Arc<Base>,
    /// The files of the base of which a map before had a newer text.
    outdated: FxHashSet<FileId>,
    files: FxHashMap<FileId, Arc<SourceFile>>,
    /// Says more than the base; `None` for what is there no longer.
    by_path: FxHashMap<Arc<str>, Option<FileId>>,
    /// The number of the next file: one is never given twice, in maps that follow neither.
    next: u32,
}

#[derive(Debug, Default)]
struct Base {
    files: FxHashMap<FileId, Arc<SourceFile>>,
    by_path: FxHashMap<Arc<str>, FileId>,
}

/// As soon as one in so many texts is not in the base any longer, there is a new base.
const SHARED_AT_LEAST: usize = 4;

impl Inner {
    fn file(&self, id: FileId) -> Option<&Arc<SourceFile>> {
        let of_base = || self.base.files.get(&id).filter(|_| !self.outdated.contains(&id));
        self.files.get(&id).or_else(of_base)
    }

    fn find(&self, path: &str) -> Option<FileId> {
        match self.by_path.get(path) {
            Some(known) => *known,
            None => self.base.by_path.get(path).copied(),
        }
    }

    /// The newest text of each path but those that are `gone`. The cost is that of what is not in the base.
    fn following<'a>(&self, gone: impl Iterator<Item = &'a str>) -> Self {
        let mut by_path = self.by_path.clone();
        for path in gone {
            if self.base.by_path.contains_key(path) {
                by_path.insert(path.into(), None);
            } else {
                by_path.remove(path);
            }
        }
        if by_path.len().saturating_mul(SHARED_AT_LEAST) > self.base.by_path.len() {
            return self.with_new_base(&by_path);
        }
        let newest = by_path.values().flatten().filter_map(|id| Some((*id, Arc::clone(self.files.get(id)?))));
        let files = newest.collect();
        let outdated = by_path.keys().filter_map(|path| self.base.by_path.get(path).copied()).collect();
        let (line, base) = (Arc::clone(&self.line), Arc::clone(&self.base));
        Self { line, base, outdated, files, by_path, next: self.next }
    }

    fn with_new_base(&self, newer: &FxHashMap<Arc<str>, Option<FileId>>) -> Self {
        let mut by_path = self.base.by_path.clone();
        by_path.retain(|path, _| !newer.contains_key(path));
        by_path.extend(newer.iter().filter_map(|(path, id)| Some((Arc::clone(path), (*id)?))));
        let files = by_path.values().filter_map(|id| Some((*id, Arc::clone(self.file(*id)?)))).collect();
        let (line, base) = (Arc::clone(&self.line), Arc::new(Base { files, by_path }));
        Self { line, base, next: self.next, ..Self::default() }
    }
}

impl SourceMap {
    /// The id of `path` with `text`. The same path with the same text keeps its id;
    /// with another text it gets a new one, and the old id keeps the old text.
    pub fn add(&self, path: &str, text: impl Into<Arc<str>>) -> FileId {
        let text = text.into();
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(id) = inner.find(path)
            && inner.file(id).is_some_and(|file| file.text == text)
        {
            return id;
        }
        let id = FileId(inner.next);
        inner.next = inner.next.saturating_add(1);
        let path: Arc<str> = path.into();
        inner.files.insert(id, Arc::new(SourceFile { path: Arc::clone(&path), text, lines: OnceLock::new() }));
        inner.by_path.insert(path, Some(id));
        id
    }

    /// The file of `id`; an empty one for an id of another map.
    #[must_use]
    pub fn file(&self, id: FileId) -> Arc<SourceFile> {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        inner
            .file(id)
            .cloned()
            .unwrap_or_else(|| Arc::new(SourceFile { path: "".into(), text: "".into(), lines: OnceLock::new() }))
    }

    /// Whether the map has the file of `id`.
    #[must_use]
    pub fn has(&self, id: FileId) -> bool {
        self.inner.read().unwrap_or_else(PoisonError::into_inner).file(id).is_some()
    }

    /// A map to go on with when what is in view changes: it has the newest text of each path, under its id, but
    /// none of the paths that are `gone`. The cost is that of what has changed since the first of these maps.
    #[must_use]
    pub fn following<'a>(&self, gone: impl Iterator<Item = &'a str>) -> Self {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        Self { inner: RwLock::new(inner.following(gone)) }
    }

    /// Whether both follow the same first map, so that an id names the same text in both as long as both have it.
    #[must_use]
    pub fn is_in_line_with(&self, other: &Self) -> bool {
        let line = |map: &Self| Arc::clone(&map.inner.read().unwrap_or_else(PoisonError::into_inner).line);
        Arc::ptr_eq(&line(self), &line(other))
    }

    /// How many texts there are.
    #[must_use]
    pub fn len(&self) -> usize {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        inner.files.len() + inner.base.files.len() - inner.outdated.len()
    }

    /// Whether there is no text.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The newest id of `path`.
    #[must_use]
    pub fn find(&self, path: &str) -> Option<FileId> {
        self.inner.read().unwrap_or_else(PoisonError::into_inner).find(path)
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
        let next = map.following(std::iter::once("c.tf"));
        assert_eq!((next.find("a.tf"), next.find("b.tf"), next.len()), (Some(new), Some(other), 2));
        assert_eq!(&**next.file(old).text(), "");
        assert_eq!(next.add("b.tf", "other"), other);
        assert!(![old, new, other].contains(&next.add("a.tf", "old")), "no id is given twice");
        assert_eq!(&**map.file(old).text(), "old");
    }

    #[test]
    fn maps_share_what_has_not_changed() {
        let map = SourceMap::default();
        for number in 0..100 {
            map.add(&format!("{number}.tf"), "text");
        }
        let base = map.following(std::iter::empty());
        assert!(base.is_in_line_with(&map) && !base.is_in_line_with(&SourceMap::default()));
        let old = base.find("7.tf").unwrap();
        let new = base.add("7.tf", "new");
        assert_eq!((&**base.file(old).text(), base.len()), ("text", 101));
        let next = base.following(["8.tf", "none.tf"].into_iter());
        assert_eq!((next.find("7.tf"), next.find("8.tf"), next.len()), (Some(new), None, 99));
        assert_eq!((&**next.file(old).text(), &**next.file(new).text()), ("", "new"));
        let shared = |map: &SourceMap| Arc::as_ptr(&map.inner.read().unwrap().base);
        assert_eq!(shared(&base), shared(&next));
        assert!(next.inner.read().unwrap().files.len() == 1, "only what is new is copied");
        let again = next.add("8.tf", "text");
        let mut last = next.following(std::iter::empty());
        assert_eq!((last.find("8.tf"), last.len()), (Some(again), 100));
        for number in 0..40 {
            last.add(&format!("{number}.tf"), "newer");
            last = last.following(std::iter::empty());
        }
        assert_ne!(shared(&last), shared(&base), "there is a new base by and by");
        assert_eq!((last.len(), &**last.file(last.find("50.tf").unwrap()).text()), (100, "text"));
    }
}
