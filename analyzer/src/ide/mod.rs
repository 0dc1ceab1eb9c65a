//! What an editor shows and does, as plain data.
//!
//! A feature is a function of an [`Analysis`] and a [`Position`] in one of its files, and each has
//! a file of its own here. Texts are Markdown or plain, places are [`Span`]s in bytes; who speaks an
//! editor's protocol converts both at its edge. A file need not be whole: what stands at a position is
//! read from the text where the analysis has nothing to say of it.
//!
//! This layer must not know a protocol, reads no file, and finds no faults: those are the rules'.
//!
//! [`Span`]: crate::source::Span

mod attributes;
#[cfg(test)]
mod broken_tests;
mod code;
mod code_actions;
mod completion;
mod context;
mod definition;
mod document_symbols;
mod elements;
mod entity;
mod hints;
mod hover;
mod lenses;
mod links;
#[cfg(test)]
mod navigation_tests;
mod place;
mod references;
mod rewrite;
mod sketch;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod tree;
mod trust;
mod walk;
mod words;
mod workspace_symbols;
mod written;

pub use code_actions::{CodeAction, CodeActionKind, FileChange, code_actions, fix_all};
pub use completion::{CompletionItem, CompletionItemKind, Completions, completions};
pub use definition::{Definition, definition};
pub use document_symbols::{DocumentSymbol, DocumentSymbolKind, document_symbols};
pub use hints::{InlayHint, inlay_hints};
pub use hover::{Hover, hover};
pub use lenses::{CodeLens, code_lenses};
pub use links::{DocumentLink, LinkTarget, document_links};
pub use references::references;
pub use trust::{TrustItem, TrustItemKind, TrustStep, trust_items, what_it_can_assume, who_can_assume};
pub use workspace_symbols::{WorkspaceSymbol, WorkspaceSymbolKind, workspace_symbols};

use crate::analysis::Analysis;
use crate::source::FileId;

/// A place between two characters of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Position {
    /// The file, by the newest id of its path.
    pub file: FileId,
    /// Bytes before it. One that is behind the end of the text, or within a character, has nothing at it.
    pub offset: u32,
}

impl Position {
    /// Whether it is in the text, and not within a character.
    fn is_between_characters(self, analysis: &Analysis) -> bool {
        analysis.sources().file(self.file).text().is_char_boundary(self.offset as usize)
    }
}
