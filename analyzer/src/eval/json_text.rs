//! JSON that is the value of a string: read with its holes, and with the way back
//! from every token to where its text was written.
//!
//! [`super::json`] decodes with it, and who needs duplicate keys and faults reads its
//! tree. It must not know what the JSON means.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use rustc_hash::FxHasher;
use smol_str::SmolStr;

use crate::source::{Span, TextRange};
use crate::syntax::SyntaxError;
use crate::syntax::ast::{Literal, OffsetMap};
use crate::syntax::json::{self, JsonKind, JsonMember, JsonPiece, JsonString, JsonValue};

use super::number::Number;
use super::symbol::{Cause, Symbol};
use super::text::{Known, Piece, Place, Text};
use super::types::Type;
use super::value::{Field, Fields, Origin, Refinement, SequencePart, Unknown, Value, ValueKind};

/// `text`, which stands in the file at `span` as it is.
#[must_use]
pub fn verbatim(text: impl Into<SmolStr>, span: Span) -> Text {
    let text = text.into();
    let literal = Literal { text: text.clone(), range: span.range, map: OffsetMap::default() };
    Text::from_pieces([Piece::Known(Known { text, place: Some(Place::of_literal(span.file, &literal)) })])
}

/// A string that holds JSON: its known text in one piece, and what lies behind it.
#[derive(Debug)]
pub struct JsonText {
    text: String,
    /// The known pieces, each with the offset in `text` at which it starts.
    pieces: Vec<(usize, Known)>,
    /// Offsets of the holes in `text`, ascending.
    offsets: Vec<u32>,
    symbols: Vec<Symbol>,
}

impl JsonText {
    /// Puts the known pieces of `source` together.
    #[must_use]
    pub fn new(source: &Text) -> Self {
        let mut result = Self { text: String::new(), pieces: Vec::new(), offsets: Vec::new(), symbols: Vec::new() };
        for piece in source.pieces() {
            match piece {
                Piece::Known(known) => {
                    result.pieces.push((result.text.len(), known.clone()));
                    result.text.push_str(&known.text);
                }
                Piece::Hole(symbol) => {
                    result.offsets.push(u32::try_from(result.text.len()).unwrap_or(u32::MAX));
                    result.symbols.push(symbol.clone());
                }
            }
        }
        result
    }

    /// The tree, with offsets in the known text, and what is wrong with it.
    #[must_use]
    pub fn parse(&self) -> (JsonValue, Vec<SyntaxError>) {
        json::parse(&self.text, &self.offsets)
    }

    /// The symbol of the hole with that number.
    #[must_use]
    pub fn hole(&self, number: usize) -> Symbol {
        self.symbols.get(number).cloned().unwrap_or_else(|| Symbol::new("", "hole", Cause::Failed, None))
    }

    /// The symbol for the part of the tree at `range`, which is not wholly known.
    ///
    /// The text is named by a hash: equal texts with equal holes have equal parts.
    fn derived(&self, range: TextRange) -> Symbol {
        let mut hasher = FxHasher::default();
        self.text.hash(&mut hasher);
        let names: Vec<&str> = self.symbols.iter().map(|symbol| symbol.address().as_str()).collect();
        let address = format!("jsondecode({:016x}, {})[{}]", hasher.finish(), names.join(", "), range.start);
        Symbol::derived(address, self.symbols.clone())
    }

    /// A string of the tree: each piece with its place in a file. One that is cut off
    /// ends in a hole.
    #[must_use]
    pub fn string(&self, string: &JsonString) -> Text {
        let mut pieces = Vec::new();
        for piece in &string.pieces {
            match piece {
                JsonPiece::Text { text, range, map } => self.locate(text, *range, map, &mut pieces),
                JsonPiece::Hole(number) => pieces.push(Piece::Hole(self.hole(*number))),
            }
        }
        if string.cut_off {
            let ends = string.pieces.iter().filter_map(|piece| match piece {
                JsonPiece::Text { range, .. } => Some(range.end),
                JsonPiece::Hole(_) => None,
            });
            pieces.push(Piece::Hole(self.derived(TextRange::empty(ends.max().unwrap_or_default()))));
        }
        Text::from_pieces(pieces)
    }

    /// Cuts decoded text where it leaves its place: at escapes, and where one known piece follows another.
    fn locate(&self, text: &SmolStr, range: TextRange, map: &OffsetMap, pieces: &mut Vec<Piece>) {
        let mut start = 0;
        while start < text.len() {
            let from = offset_of(map, range, start);
            let (known, end) = match self.piece_at(from) {
                Some((piece_start, piece)) => {
                    let limit = start + (piece_start + piece.text.len()).saturating_sub(from);
                    let end = if map.is_identity() {
                        limit.min(text.len())
                    } else {
                        run_end(text, start, limit, |at| offset_of(map, range, at))
                    };
                    let skip = u32::try_from(from - piece_start).unwrap_or(u32::MAX);
                    (piece.place.as_ref().map(|place| place.skip(skip)), end)
                }
                None => (None, text.len()),
            };
            let Some(part) = text.get(start..end).filter(|part| !part.is_empty()) else { return };
            pieces.push(Piece::Known(Known { text: part.into(), place: known }));
            start = end;
        }
    }

    /// The known piece that holds the byte at `offset`, and where it starts.
    fn piece_at(&self, offset: usize) -> Option<(usize, &Known)> {
        let behind = self.pieces.partition_point(|(start, _)| *start <= offset);
        let (start, piece) = self.pieces.get(behind.checked_sub(1)?)?;
        (offset < start + piece.text.len()).then_some((*start, piece))
    }

    /// Where the byte at `offset` was written: with its escape, if it has one.
    fn byte(&self, offset: u32) -> Option<Span> {
        let offset = offset as usize;
        let (start, piece) = self.piece_at(offset)?;
        let at = offset - start;
        piece.span_of(at..at + 1)
    }

    /// Where the bytes of `range` were written. What was put in between by a hole or a
    /// reference is covered, if start and end stand in one file in this order.
    #[must_use]
    pub fn span(&self, range: TextRange) -> Option<Span> {
        if range.is_empty() {
            return self.position(range.start);
        }
        cover(self.byte(range.start)?, self.byte(range.end - 1)?)
    }

    fn position(&self, offset: u32) -> Option<Span> {
        if let Some(next) = self.byte(offset) {
            return Some(TextRange::empty(next.range.start).at(next.file));
        }
        let last = self.byte(offset.checked_sub(1)?)?;
        Some(TextRange::empty(last.range.end).at(last.file))
    }

    /// Where the content of the string at `range` (with its quotes) was written.
    #[must_use]
    pub fn content_span(&self, range: TextRange) -> Option<Span> {
        let text = self.text.as_bytes();
        let is_quote = |offset: u32| text.get(offset as usize) == Some(&b'"');
        let last = range.end.checked_sub(1).filter(|last| range.start < *last)?;
        if !is_quote(range.start) || !is_quote(last) {
            return self.span(range);
        }
        let (open, close) = (self.byte(range.start)?, self.byte(last)?);
        let content = open.file == close.file && open.range.end <= close.range.start;
        content.then(|| TextRange::new(open.range.end, close.range.start).at(open.file))
    }
}

/// The value of `tree`, a part of `json`; what has no place of its own has that of what holds it, `outer`.
///
/// Of a key that stands twice the last value counts, as in Go and Terraform. A hole in
/// place of elements or members makes its list or object unknown, with the rest kept.
#[must_use]
pub fn value(json: &JsonText, tree: &JsonValue, outer: Option<Span>) -> Value {
    let span = json.span(tree.range).or(outer);
    let kind = match &tree.kind {
        JsonKind::Missing => missing(json, tree.range),
        JsonKind::Null => ValueKind::Null(Type::Dynamic),
        JsonKind::Bool(value) => ValueKind::Bool(*value),
        JsonKind::Number(digits) => Number::parse(digits).map_or_else(|| missing(json, tree.range), ValueKind::Number),
        JsonKind::String(string) => ValueKind::String(json.string(string)),
        JsonKind::Array(items) => list(json, items, tree.range, span),
        JsonKind::Object(members) => object(json, members, tree.range, span),
        JsonKind::Hole(number) => return hole(json, *number),
    };
    Value { kind, origin: Origin { span, via: None }, sensitive: false }
}

fn hole(json: &JsonText, number: usize) -> Value {
    Value::unknown(json.hole(number), Type::Dynamic)
}

fn missing(json: &JsonText, range: TextRange) -> ValueKind {
    let symbol = json.derived(range);
    ValueKind::Unknown(Unknown { symbol, ty: Type::Dynamic, not_null: false, refinement: Refinement::Opaque })
}

fn refined(symbol: Symbol, refinement: Refinement) -> ValueKind {
    ValueKind::Unknown(Unknown { symbol, ty: Type::Dynamic, not_null: true, refinement })
}

fn list(json: &JsonText, items: &[JsonValue], range: TextRange, span: Option<Span>) -> ValueKind {
    if items.iter().all(|item| !matches!(item.kind, JsonKind::Hole(_))) {
        return ValueKind::Tuple(items.iter().map(|item| value(json, item, span)).collect());
    }
    let part = |item: &JsonValue| match item.kind {
        JsonKind::Hole(number) => SequencePart::Spread(hole(json, number)),
        _ => SequencePart::One(value(json, item, span)),
    };
    refined(json.derived(range), Refinement::Sequence(items.iter().map(part).collect()))
}

fn object(json: &JsonText, members: &[JsonMember], range: TextRange, span: Option<Span>) -> ValueKind {
    let mut fields = Fields::new();
    let mut open = Vec::new();
    for member in members {
        let key = json.string(&member.key);
        match (member.as_hole(), key.as_known()) {
            (Some(number), _) => open.push(hole(json, number)),
            (None, Some(name)) => {
                let key = Origin { span: json.content_span(member.key_range).or(span), via: None };
                fields.insert(name, Field { key, value: value(json, &member.value, span) });
            }
            (None, None) => open.extend(key.holes().take(1).map(|hole| Value::unknown(hole.clone(), Type::Dynamic))),
        }
    }
    let fields = ValueKind::Object(Arc::new(fields));
    if open.is_empty() {
        return fields;
    }
    open.push(Value::new(fields));
    refined(json.derived(range), Refinement::Merged(open.into()))
}

/// Offset in the document of the decoded byte `at` of a string piece.
fn offset_of(map: &OffsetMap, range: TextRange, at: usize) -> usize {
    map.source_offset(range.start, u32::try_from(at).unwrap_or(u32::MAX)) as usize
}

/// The end of the run that starts at `start` and stands in the document as it is, at most `limit`.
fn run_end(text: &str, start: usize, limit: usize, offset_of: impl Fn(usize) -> usize) -> usize {
    let first = offset_of(start);
    let runs_on = |at: usize| at < limit && offset_of(at) == first + (at - start);
    let ends = (start + 1..text.len()).find(|at| text.is_char_boundary(*at) && !runs_on(*at));
    ends.unwrap_or(text.len())
}

/// From the start of `first` to the end of `last`.
fn cover(first: Span, last: Span) -> Option<Span> {
    let ordered = first.file == last.file && first.range.start <= last.range.start;
    ordered.then(|| TextRange::new(first.range.start, last.range.end.max(first.range.end)).at(first.file))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceMap;
    use crate::syntax::json::JsonKind;

    #[test]
    fn escapes_keep_their_places() {
        let sources = SourceMap::default();
        let written = r#"["a\/b\u0041c"]"#;
        let file = sources.add("a.json", written);
        let text = verbatim(written, TextRange::new(0, 15).at(file));
        let json = JsonText::new(&text);
        let JsonKind::Array(items) = json.parse().0.kind else { panic!("no list") };
        let JsonKind::String(string) = &items[0].kind else { panic!("no string") };
        let found = json.string(string);
        assert_eq!(found.as_known().unwrap(), "a/bAc");
        let underlined = |range| sources.text(found.span_of(range).unwrap());
        assert_eq!(underlined(0..1), "a");
        assert_eq!(underlined(2..3), "b");
        assert_eq!(underlined(4..5), "c");
        assert_eq!(sources.text(json.content_span(items[0].range).unwrap()), r"a\/b\u0041c");
    }
}
