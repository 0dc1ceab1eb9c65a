//! Trees from evaluated values: what `jsonencode` was given, what a data source renders.
//!
//! It must not know what a policy is. What is known of an unknown (its
//! [`Refinement`]) becomes part of the tree.

use std::ops::Range;

use smol_str::SmolStr;

use crate::eval::symbol::Symbol;
use crate::eval::text::{Known, Piece, Place, Text};
use crate::eval::types::Type;
use crate::eval::value::{Field, Fields, Origin, Refinement, SequencePart, Unknown, Value, ValueKind};
use crate::source::{Span, TextRange};
use crate::syntax::ast::{Literal, OffsetMap};

use super::node::{DEPTH_LIMIT, Entry, Layers, Node, NodeKind, Object, Part, SIZE_LIMIT};

/// The tree of `value`. `fallback` is the place of what has none.
#[must_use]
pub(super) fn tree(value: &Value, fallback: Span) -> Node {
    Builder { nodes: 0 }.node(value, fallback, 0)
}

struct Builder {
    /// How many nodes were made.
    nodes: usize,
}

impl Builder {
    fn node(&mut self, value: &Value, outer: Span, depth: usize) -> Node {
        self.nodes += 1;
        let place = value.origin.span.unwrap_or(outer);
        if depth > DEPTH_LIMIT || self.nodes > SIZE_LIMIT {
            return Node::beyond_limit(place);
        }
        Node {
            span: text_of(value).and_then(|text| text_span(text, value.origin.span)).unwrap_or(place),
            via: value.origin.references().collect(),
            written: is_written(value),
            sensitive: value.sensitive,
            kind: self.kind(value, place, depth + 1),
        }
    }

    fn kind(&mut self, value: &Value, place: Span, depth: usize) -> NodeKind {
        match &value.kind {
            ValueKind::Null(_) => NodeKind::Null,
            ValueKind::Bool(value) => NodeKind::Bool(*value),
            ValueKind::Number(number) => NodeKind::Number(number.to_string().into()),
            ValueKind::String(text) => NodeKind::String(text.clone()),
            ValueKind::List(_, items) | ValueKind::Set(_, items) | ValueKind::Tuple(items) => {
                NodeKind::Array(items.iter().map(|item| Part::One(self.node(item, place, depth))).collect())
            }
            ValueKind::Map(_, fields) | ValueKind::Object(fields) => {
                NodeKind::Object(self.object(fields, place, depth))
            }
            ValueKind::Unknown(unknown) => self.unknown(unknown, place, depth),
        }
    }

    fn object(&mut self, fields: &Fields, place: Span, depth: usize) -> Object {
        let mut entries: Vec<Entry> =
            fields.iter().map(|(name, field)| self.entry(name, field, place, depth)).collect();
        // Maps are sorted by key; people read in the order of the text. The numbers of files have no order.
        let file = entries.first().map(|entry| entry.key_span.file);
        if entries.iter().all(|entry| Some(entry.key_span.file) == file) {
            entries.sort_by_key(|entry| entry.key_span);
        }
        Object { entries, open: Vec::new() }
    }

    fn entry(&mut self, name: &SmolStr, field: &Field, place: Span, depth: usize) -> Entry {
        let value = self.node(&field.value, field.key.span.unwrap_or(place), depth);
        let (key, key_span) = key_text(name, &field.key).unwrap_or_else(|| (Text::known(name.clone()), place));
        Entry { key, key_span, written: field.key.span.is_some(), value }
    }

    fn unknown(&mut self, unknown: &Unknown, place: Span, depth: usize) -> NodeKind {
        match &unknown.refinement {
            Refinement::Opaque if unknown.ty == Type::String => NodeKind::String(Text::hole(unknown.symbol.clone())),
            Refinement::Opaque => NodeKind::Unknown(unknown.symbol.clone()),
            Refinement::OneOf(values) => self.one_of(&unknown.symbol, values, place, depth),
            Refinement::Sequence(parts) => {
                NodeKind::Array(parts.iter().map(|part| self.part(part, place, depth)).collect())
            }
            Refinement::Entry(entry) => NodeKind::Object(self.open_entry(&entry.0, &entry.1, place, depth)),
            Refinement::Merged(values) => {
                let mut layers = Layers::default();
                for value in values.iter() {
                    layers.push(self.node(value, place, depth));
                }
                NodeKind::Object(layers.finish())
            }
        }
    }

    /// The object with one entry, whose key has holes; one of which nothing is known may be any.
    fn open_entry(&mut self, key: &Value, value: &Value, place: Span, depth: usize) -> Object {
        let value = self.node(value, place, depth);
        let text = match &key.kind {
            ValueKind::String(text) => text.clone(),
            ValueKind::Unknown(unknown) => Text::hole(unknown.symbol.clone()),
            ValueKind::Null(_)
            | ValueKind::Bool(_)
            | ValueKind::Number(_)
            | ValueKind::List(..)
            | ValueKind::Set(..)
            | ValueKind::Tuple(_)
            | ValueKind::Map(..)
            | ValueKind::Object(_) => return Object::default(),
        };
        let key_span = text_span(&text, key.origin.span).or(key.origin.span).unwrap_or(place);
        Object { entries: vec![Entry { key: text, key_span, written: true, value }], open: Vec::new() }
    }

    fn one_of(&mut self, symbol: &Symbol, values: &[Value], place: Span, depth: usize) -> NodeKind {
        NodeKind::OneOf(symbol.clone(), values.iter().map(|value| self.node(value, place, depth)).collect())
    }

    fn part(&mut self, part: &SequencePart, place: Span, depth: usize) -> Part {
        match part {
            SequencePart::One(value) => Part::One(self.node(value, place, depth)),
            SequencePart::Spread(value) => Part::Spread(self.node(value, place, depth)),
        }
    }
}

fn text_of(value: &Value) -> Option<&Text> {
    value.as_text()
}

/// Whether someone wrote it: a default has no place at all.
fn is_written(value: &Value) -> bool {
    let has_place = |piece: &Piece| match piece {
        Piece::Known(known) => known.place.is_some(),
        Piece::Hole(_) => true,
    };
    value.origin.span.is_some()
        || value.origin.via.is_some()
        || value.as_text().is_some_and(|text| text.pieces().iter().any(has_place))
}

/// Where `text`, the value of the expression at `origin`, stands: its content without
/// quotes if it is written as one string there, `None` if it is put together
/// from several places.
pub(super) fn text_span(text: &Text, origin: Option<Span>) -> Option<Span> {
    let length: usize = text.pieces().iter().map(piece_length).sum();
    if let ([Piece::Known(_)], Some(span)) = (text.pieces(), text.span_of(0..length)) {
        return Some(span);
    }
    content_of_template(text, length, origin?)
}

fn piece_length(piece: &Piece) -> usize {
    match piece {
        Piece::Known(known) => known.text.len(),
        Piece::Hole(_) => 0,
    }
}

/// The longest quote: `\"` where an expression stands in a JSON string.
const LONGEST_QUOTE: u32 = 2;

/// The content of a quoted template: known text that stands directly behind its first quote, or
/// before its last one, shows how long the quotes are. Behind a bracket no text can stand.
fn content_of_template(text: &Text, length: usize, origin: Span) -> Option<Span> {
    let span_of = |range: Range<usize>| text.span_of(range).filter(|span| span.file == origin.file);
    let is_known = |piece: Option<&Piece>| matches!(piece, Some(Piece::Known(_)));
    let first = is_known(text.pieces().first()).then(|| span_of(0..1)).flatten();
    let last = is_known(text.pieces().last()).then(|| span_of(length.saturating_sub(1)..length)).flatten();
    let before = first.and_then(|first| first.range.start.checked_sub(origin.range.start));
    let behind = last.and_then(|last| origin.range.end.checked_sub(last.range.end));
    let quote = before.into_iter().chain(behind).find(|quote| (1..=LONGEST_QUOTE).contains(quote))?;
    Some(TextRange::new(origin.range.start + quote, origin.range.end.checked_sub(quote)?).at(origin.file))
}

/// Keys that data sources write under another name, which is as long as the key in quotes: `not_actions`.
const RENAMED: [&str; 3] = ["NotAction", "NotPrincipal", "NotResource"];

/// The text of a key with its place, if the place shows how it was written: bare or in quotes.
fn key_text(name: &SmolStr, origin: &Origin) -> Option<(Text, Span)> {
    let span = origin.span?;
    let length = u32::try_from(name.len()).ok()?;
    let quotes = span.range.len().checked_sub(length)?;
    if quotes != 0 && quotes != 2 || RENAMED.contains(&name.as_str()) {
        return Some((Text::known(name.clone()), span));
    }
    let start = span.range.start + quotes / 2;
    let range = TextRange::new(start, start + length);
    let literal = Literal { text: name.clone(), range, map: OffsetMap::default() };
    let place = Place::of_literal(span.file, &literal);
    let text = Text::from_pieces([Piece::Known(Known { text: name.clone(), place: Some(place) })]);
    Some((text, range.at(span.file)))
}
