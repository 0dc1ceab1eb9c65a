//! Strings that may have holes, and that know where each part was written.

use std::fmt::Write as _;
use std::ops::Range;
use std::sync::Arc;

use smol_str::SmolStr;

use crate::source::{FileId, Span, TextRange};
use crate::syntax::ast::{Literal, OffsetMap};

use super::symbol::Symbol;
use super::value::Value;

/// A string: known pieces and holes, in order.
///
/// A string made by `jsonencode` (or rendered by a data source as JSON) also holds
/// the value it was made from, so that nothing known is lost to one hole inside.
/// A clone costs a counter or two.
#[derive(Debug, Clone, Default)]
pub struct Text {
    pieces: Arc<[Piece]>,
    json: Option<Arc<Value>>,
}

/// A part of a [`Text`].
#[derive(Debug, Clone)]
pub enum Piece {
    /// Known text; never empty.
    Known(Known),
    /// A string that is not known: any text, the empty one included.
    Hole(Symbol),
}

/// Known text and where it was written.
#[derive(Debug, Clone)]
pub struct Known {
    /// The text.
    pub text: SmolStr,
    /// Where its bytes stand in a file, if they stand there as they are.
    pub place: Option<Place>,
}

/// Where decoded text stands in a file.
#[derive(Debug, Clone)]
pub struct Place {
    /// The file.
    pub file: FileId,
    /// Offset in the file of the decoded text's first byte.
    start: u32,
    /// How far into the literal that `map` describes this piece starts, in decoded bytes.
    skip: u32,
    map: OffsetMap,
}

impl Place {
    /// The place of `literal` in `file`.
    #[must_use]
    pub fn of_literal(file: FileId, literal: &Literal) -> Self {
        Self { file, start: literal.range.start, skip: 0, map: literal.map.clone() }
    }

    /// The place of the whole text of `file`.
    #[must_use]
    pub fn of_file(file: FileId) -> Self {
        Self { file, start: 0, skip: 0, map: OffsetMap::default() }
    }

    /// Whether it is the place of a text that stands at the start of its file as it is.
    #[must_use]
    pub fn is_start_of_file(&self) -> bool {
        self.start == 0 && self.skip == 0 && self.map.is_identity()
    }

    /// The place of the text that starts `bytes` further on.
    #[must_use]
    pub fn skip(&self, bytes: u32) -> Self {
        Self { skip: self.skip + bytes, ..self.clone() }
    }

    /// Offset in the file of the decoded byte `offset`.
    #[must_use]
    pub fn source_offset(&self, offset: u32) -> u32 {
        self.map.source_offset(self.start, self.skip + offset)
    }

    /// Where the non-empty decoded range stands: up to the end of its last byte, so that a range
    /// does not reach into the indentation of the next line.
    fn span(&self, range: Range<u32>) -> Span {
        let start = self.source_offset(range.start);
        let end = if range.is_empty() { start } else { self.source_offset(range.end - 1) + 1 };
        // An escape is longer than what it stands for: its end is where the next byte starts.
        let behind = self.source_offset(range.end);
        let end = if behind > end && behind - end <= ESCAPE_LENGTH && !range.is_empty() { behind } else { end };
        TextRange::new(start, end).at(self.file)
    }
}

/// `\U0010FFFF`, less the byte that every decoded character has.
const ESCAPE_LENGTH: u32 = 9;

impl Known {
    /// Where its bytes `range` were written, if it has a place.
    #[must_use]
    pub fn span_of(&self, range: Range<usize>) -> Option<Span> {
        let offset = |at: usize| u32::try_from(at).ok();
        Some(self.place.as_ref()?.span(offset(range.start)?..offset(range.end)?))
    }

    /// The bytes `range` of it, in their place; `None` if they are not whole characters.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Option<Self> {
        let start = u32::try_from(range.start).ok()?;
        let text = self.text.get(range)?;
        Some(Self { text: text.into(), place: self.place.as_ref().map(|place| place.skip(start)) })
    }
}

impl Text {
    /// A known text without a place.
    #[must_use]
    pub fn known(text: impl Into<SmolStr>) -> Self {
        Self::from_pieces([Piece::Known(Known { text: text.into(), place: None })])
    }

    /// A text of which nothing is known.
    #[must_use]
    pub fn hole(symbol: Symbol) -> Self {
        Self { pieces: Arc::new([Piece::Hole(symbol)]), json: None }
    }

    /// The pieces put together; empty ones are left out.
    #[must_use]
    pub fn from_pieces(pieces: impl IntoIterator<Item = Piece>) -> Self {
        let is_empty = |piece: &Piece| matches!(piece, Piece::Known(known) if known.text.is_empty());
        let mut rest = pieces.into_iter().filter(|piece| !is_empty(piece));
        let Some(first) = rest.next() else { return Self::default() };
        let pieces: Arc<[Piece]> = match rest.next() {
            // Most texts are one piece.
            None => Arc::new([first]),
            Some(second) => [first, second].into_iter().chain(rest).collect(),
        };
        Self { pieces, json: None }
    }

    /// The same text, known to be the JSON encoding of `value`.
    #[must_use]
    pub fn with_json(mut self, value: Arc<Value>) -> Self {
        self.json = Some(value);
        self
    }

    /// The value that this is the JSON encoding of.
    #[must_use]
    pub fn json(&self) -> Option<&Arc<Value>> {
        self.json.as_ref()
    }

    /// The pieces, in order.
    #[must_use]
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// Whether there are no holes.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.pieces.iter().all(|piece| matches!(piece, Piece::Known(_)))
    }

    /// Whether this is the empty string for certain.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// The text, if it has no holes.
    #[must_use]
    pub fn as_known(&self) -> Option<SmolStr> {
        match &*self.pieces {
            [] => Some(SmolStr::default()),
            [Piece::Known(known)] => Some(known.text.clone()),
            pieces => pieces
                .iter()
                .map(|piece| match piece {
                    Piece::Known(known) => Some(known.text.as_str()),
                    Piece::Hole(_) => None,
                })
                .collect::<Option<String>>()
                .map(SmolStr::from),
        }
    }

    /// The symbols of the holes, in order.
    pub fn holes(&self) -> impl Iterator<Item = &Symbol> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Hole(symbol) => Some(symbol),
            Piece::Known(_) => None,
        })
    }

    /// What is known of the start: the text up to the first hole.
    #[must_use]
    pub fn known_prefix(&self) -> SmolStr {
        let known = self.pieces.iter().map_while(|piece| match piece {
            Piece::Known(known) => Some(known.text.as_str()),
            Piece::Hole(_) => None,
        });
        known.collect::<String>().into()
    }

    /// What is known of the end: the text behind the last hole.
    #[must_use]
    pub fn known_suffix(&self) -> SmolStr {
        let behind = self.pieces.iter().rposition(|piece| matches!(piece, Piece::Hole(_))).map_or(0, |at| at + 1);
        let known = self.pieces.iter().skip(behind).filter_map(|piece| match piece {
            Piece::Known(known) => Some(known.text.as_str()),
            Piece::Hole(_) => None,
        });
        known.collect::<String>().into()
    }

    /// This text with `other` behind it.
    #[must_use]
    pub fn concat(self, other: Self) -> Self {
        if self.is_empty() {
            return other;
        }
        if other.is_empty() {
            return self;
        }
        Self { pieces: self.pieces.iter().chain(&*other.pieces).cloned().collect(), json: None }
    }

    /// For people: holes as `{address}`.
    #[must_use]
    pub fn display(&self) -> String {
        let mut shown = String::new();
        for piece in self.pieces.iter() {
            let _infallible = match piece {
                Piece::Known(known) => write!(shown, "{}", known.text),
                Piece::Hole(symbol) => write!(shown, "{{{}}}", symbol.address()),
            };
        }
        shown
    }

    /// The known pieces in the bytes `range` of the text (holes have no length), cut to it.
    #[must_use]
    pub fn slice(&self, range: Range<usize>) -> Vec<Known> {
        let mut cut = Vec::new();
        let mut start = 0;
        for piece in self.pieces.iter() {
            let Piece::Known(known) = piece else { continue };
            let end = start + known.text.len();
            let (from, to) = (range.start.max(start), range.end.min(end));
            if from < to {
                cut.extend(known.slice(from - start..to - start));
            }
            start = end;
        }
        cut
    }

    /// Where the bytes `range` of the text (holes have no length) were written, if
    /// they lie in one piece that has a place.
    #[must_use]
    pub fn span_of(&self, range: Range<usize>) -> Option<Span> {
        let mut start = 0;
        for piece in self.pieces.iter() {
            let Piece::Known(known) = piece else { continue };
            let end = start + known.text.len();
            if start <= range.start && range.end <= end && (range.start < end || range.is_empty()) {
                return known.span_of(range.start - start..range.end - start);
            }
            start = end;
        }
        None
    }
}
