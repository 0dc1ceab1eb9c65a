//! The texts that are open in the client.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crosstrail_analyzer::source::{LineIndex, TextChange};
use tower_lsp_server::ls_types::{TextDocumentContentChangeEvent, Uri};
use tree_sitter::InputEdit;

use crate::encoding::{Encoding, Ruler};
use crate::syntax::{self, Shape};
use crate::uris;

/// An open text. A clone is a snapshot.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    pub(crate) uri: Uri,
    /// Where it is; `None` if it is on no disk.
    pub(crate) path: Option<PathBuf>,
    pub(crate) version: i32,
    pub(crate) text: Arc<str>,
    /// What the text looks like.
    pub(crate) shape: Arc<Shape>,
}

impl Document {
    pub(crate) fn new(uri: Uri, version: i32, text: &str) -> Self {
        Self { path: uris::path_of(&uri), uri, version, text: text.into(), shape: Arc::default() }
    }
}

/// All of them.
#[derive(Debug, Default)]
pub(crate) struct Documents(BTreeMap<Uri, Document>);

impl Documents {
    pub(crate) fn open(&mut self, uri: Uri, version: i32, text: &str) -> &Document {
        let document = Document::new(uri.clone(), version, text);
        match self.0.entry(uri) {
            std::collections::btree_map::Entry::Vacant(entry) => entry.insert(document),
            std::collections::btree_map::Entry::Occupied(entry) => {
                let place = entry.into_mut();
                *place = document;
                place
            }
        }
    }

    /// Does `changes` one after the other. `None` if the text is not open.
    pub(crate) fn change(
        &mut self,
        uri: &Uri,
        version: i32,
        changes: &[TextDocumentContentChangeEvent],
        encoding: Encoding,
    ) -> Option<&Document> {
        let document = self.0.get_mut(uri)?;
        let mut text = document.text.to_string();
        let edits: Vec<InputEdit> = changes.iter().map(|change| apply(&mut text, change, encoding)).collect();
        document.text = text.into();
        document.version = version;
        document.shape = Arc::new(document.shape.after(&edits));
        Some(document)
    }

    pub(crate) fn close(&mut self, uri: &Uri) -> Option<Document> {
        self.0.remove(uri)
    }

    pub(crate) fn get(&self, uri: &Uri) -> Option<&Document> {
        self.0.get(uri)
    }

    pub(crate) fn at(&self, path: &Path) -> Option<&Document> {
        self.iter().find(|document| document.path.as_deref() == Some(path))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Document> {
        self.0.values()
    }
}

/// Does a change, and says what it is to a tree.
pub(crate) fn apply(text: &mut String, change: &TextDocumentContentChangeEvent, encoding: Encoding) -> InputEdit {
    let lines = LineIndex::new(text);
    let Some(range) = change.range else {
        let TextChange { old, new } = TextChange::between(text, &change.text);
        let edit = syntax::edit(&lines, old.as_usize(), change.text.as_bytes().get(new.as_usize()).unwrap_or_default());
        text.clone_from(&change.text);
        return edit;
    };
    let range = Ruler::new(text, &lines, encoding).text_range(range).as_usize();
    let edit = syntax::edit(&lines, range.clone(), change.text.as_bytes());
    // INVARIANT: offsets of a ruler are boundaries of characters.
    text.replace_range(range, &change.text);
    edit
}

#[cfg(test)]
mod tests {
    use tower_lsp_server::ls_types::{Position, Range};

    use super::*;

    fn change(range: Option<(u32, u32, u32, u32)>, text: &str) -> TextDocumentContentChangeEvent {
        let range = range.map(|(line, character, end_line, end)| Range {
            start: Position { line, character },
            end: Position { line: end_line, character: end },
        });
        TextDocumentContentChangeEvent { range, range_length: None, text: text.to_owned() }
    }

    #[test]
    fn changes_are_done_one_after_the_other() {
        let uri: Uri = "file:///w/a.tf".parse().unwrap();
        let mut documents = Documents::default();
        documents.open(uri.clone(), 1, "a = \"é𝄞\"\r\nb = 2\r\n");
        let changes =
            [change(Some((0, 8, 0, 8)), "c"), change(Some((1, 4, 1, 99)), "3"), change(Some((9, 0, 9, 0)), "d = 4")];
        let document = documents.change(&uri, 2, &changes, Encoding::Utf16).unwrap();
        assert_eq!((&*document.text, document.version), ("a = \"é𝄞c\"\r\nb = 3\r\nd = 4", 2));
        let document = documents.change(&uri, 3, &[change(None, "")], Encoding::Utf8).unwrap();
        assert_eq!(&*document.text, "");
        assert!(documents.close(&uri).is_some() && documents.get(&uri).is_none());
    }

    #[test]
    fn a_range_that_runs_backwards_inserts() {
        let mut text = "abc".to_owned();
        apply(&mut text, &change(Some((0, 2, 0, 1)), "x"), Encoding::Utf16);
        assert_eq!(text, "abxc");
    }
}
