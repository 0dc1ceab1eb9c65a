//! A place in the text, what stands there, and the errors found so far.

use crate::source::TextRange;
use crate::syntax::SyntaxError;

/// More errors than these help nobody, and a text of noise must not cost memory.
const MAX_ERRORS: usize = 100;

/// What stands at the cursor.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// A hole.
    Hole(usize),
    /// A byte, the first of a character.
    Byte(u8),
    /// Nothing more.
    End,
}

/// A place to return to.
#[derive(Clone, Copy)]
pub(super) struct Checkpoint {
    at: usize,
    next_hole: usize,
    errors: usize,
}

/// Reads a text with holes from left to right.
pub(super) struct Cursor<'a> {
    text: &'a str,
    at: usize,
    holes: &'a [u32],
    next_hole: usize,
    pub(super) errors: Vec<SyntaxError>,
}

/// `at` as an offset; those beyond 4 GB are not told apart.
pub(super) fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// `start..end` as a range.
pub(super) fn range(start: usize, end: usize) -> TextRange {
    TextRange::new(offset(start), offset(end))
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str, holes: &'a [u32]) -> Self {
        let at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        Self { text, at, holes, next_hole: 0, errors: Vec::new() }
    }

    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Moves to `at`, which must be on a character boundary.
    pub(super) fn set(&mut self, at: usize) {
        self.at = at;
    }

    pub(super) fn bump(&mut self) {
        self.at += 1;
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.byte_at(self.at)
    }

    pub(super) fn byte_at(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    pub(super) fn slice(&self, start: usize, end: usize) -> &'a str {
        self.text.get(start..end).unwrap_or_default()
    }

    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Offset of the next hole, or of the end of the text. Holes that were passed, or
    /// that stand within a character or behind the end, are left out.
    pub(super) fn limit(&mut self) -> usize {
        while let Some(hole) = self.holes.get(self.next_hole) {
            let hole = *hole as usize;
            if hole >= self.at && self.text.is_char_boundary(hole) {
                return hole;
            }
            self.next_hole += 1;
        }
        self.text.len()
    }

    /// The hole at this very place.
    pub(super) fn hole(&mut self) -> Option<usize> {
        (self.limit() == self.at && self.next_hole < self.holes.len()).then_some(self.next_hole)
    }

    /// Steps over the hole at this place.
    pub(super) fn take_hole(&mut self) -> Option<usize> {
        let hole = self.hole()?;
        self.next_hole += 1;
        Some(hole)
    }

    /// Steps over white space and comments; gives what follows.
    pub(super) fn next(&mut self) -> Next {
        loop {
            if let Some(hole) = self.hole() {
                return Next::Hole(hole);
            }
            match self.peek() {
                Some(b' ' | b'\t' | b'\n' | b'\r') => self.bump(),
                Some(b'#') => self.comment("\n"),
                Some(b'/') if self.byte_at(self.at + 1) == Some(b'/') => self.comment("\n"),
                Some(b'/') if self.byte_at(self.at + 1) == Some(b'*') => self.comment("*/"),
                Some(byte) => return Next::Byte(byte),
                None => return Next::End,
            }
        }
    }

    fn comment(&mut self, end: &str) {
        let start = self.at;
        let length = self.rest().find(end).map_or(self.rest().len(), |found| found + end.len());
        self.at += length;
        self.error(range(start, start + self.slice(start, self.at).trim_end().len()), "JSON has no comments");
    }

    pub(super) fn error(&mut self, range: TextRange, message: impl Into<String>) {
        if self.errors.len() < MAX_ERRORS {
            self.errors.push(SyntaxError { range, message: message.into() });
        }
    }

    pub(super) fn checkpoint(&self) -> Checkpoint {
        Checkpoint { at: self.at, next_hole: self.next_hole, errors: self.errors.len() }
    }

    /// Returns to `place` and forgets the errors found since.
    pub(super) fn rewind(&mut self, place: Checkpoint) {
        self.at = place.at;
        self.next_hole = place.next_hole;
        self.errors.truncate(place.errors);
    }
}
