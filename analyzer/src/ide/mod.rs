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

mod code;
mod completion;
mod context;
mod elements;
mod hover;
mod place;
mod sketch;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod tree;
mod words;
mod written;

pub use completion::{CompletionItem, CompletionItemKind, Completions, completions};
pub use hover::{Hover, hover};

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
