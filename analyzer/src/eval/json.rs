//! Between values and JSON text, places and holes kept on both ways.
//!
//! Where a value that is not known stands in a JSON string, the text has a hole of
//! its symbol: that it might have to be escaped is left out of account, here as
//! where JSON around `${...}` is read. Identifiers of AWS hold nothing to escape.

use std::fmt::Write as _;
use std::ops::Range;
use std::sync::Arc;

use smol_str::SmolStr;
use unicode_normalization::UnicodeNormalization as _;

use crate::source::Span;
use crate::syntax::json::{self, JsonKind, JsonMember, JsonPiece, JsonString, JsonValue};

use super::canonical;
use super::error::EvalError;
use super::number::Number;
use super::symbol::Symbol;
use super::text::{Known, Piece, Text};
use super::types::Type;
use super::value::{Field, Fields, Origin, Refinement, SequencePart, Unknown, Value, ValueKind};

/// The text that Terraform's `jsonencode` gives; it also holds the value itself.
///
/// # Errors
/// For infinity, which JSON cannot write.
pub fn encode(value: &Value) -> Result<Text, EvalError> {
    let mut encoder = Encoder::default();
    encoder.value(value)?;
    encoder.flush();
    Ok(Text::from_pieces(encoder.pieces).with_json(Arc::new(value.clone())))
}

#[derive(Default)]
struct Encoder {
    pieces: Vec<Piece>,
    pending: String,
}

impl Encoder {
    fn flush(&mut self) {
        if !self.pending.is_empty() {
            self.pieces.push(Piece::Known(Known { text: SmolStr::from(self.pending.as_str()), place: None }));
            self.pending.clear();
        }
    }

    fn hole(&mut self, symbol: Symbol) {
        self.flush();
        self.pieces.push(Piece::Hole(symbol));
    }

    fn value(&mut self, value: &Value) -> Result<(), EvalError> {
        match &value.kind {
            ValueKind::Null(_) => self.pending.push_str("null"),
            ValueKind::Bool(holds) => self.pending.push_str(if *holds { "true" } else { "false" }),
            ValueKind::Number(number) if number.is_infinite() => {
                return Err(EvalError { span: value.origin.span, message: "infinity has no form in JSON".to_owned() });
            }
            ValueKind::Number(number) => {
                let _infallible = write!(self.pending, "{number}");
            }
            ValueKind::String(text) => self.text(text),
            // Where unknown elements of a set will stand is not known.
            ValueKind::Set(_, items) if items.len() > 1 && !value.is_wholly_known() => self.unknown(value),
            ValueKind::List(_, items) | ValueKind::Set(_, items) | ValueKind::Tuple(items) => self.items(items)?,
            ValueKind::Map(_, fields) | ValueKind::Object(fields) => self.fields(fields)?,
            ValueKind::Unknown(unknown) if unknown.ty == Type::String && unknown.not_null => {
                self.text(&Text::hole(unknown.symbol.clone()));
            }
            ValueKind::Unknown(_) => self.unknown(value),
        }
        Ok(())
    }

    fn unknown(&mut self, value: &Value) {
        self.hole(canonical::call_symbol("jsonencode", std::slice::from_ref(value)));
    }

    fn items(&mut self, items: &[Value]) -> Result<(), EvalError> {
        self.pending.push('[');
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.pending.push(',');
            }
            self.value(item)?;
        }
        self.pending.push(']');
        Ok(())
    }

    fn fields(&mut self, fields: &Fields) -> Result<(), EvalError> {
        self.pending.push('{');
        for (index, (name, field)) in fields.iter().enumerate() {
            if index > 0 {
                self.pending.push(',');
            }
            self.pending.push('"');
            escape(name, &mut self.pending);
            self.pending.push_str("\":");
            self.value(&field.value)?;
        }
        self.pending.push('}');
        Ok(())
    }

    fn text(&mut self, text: &Text) {
        self.pending.push('"');
        for piece in text.pieces() {
            match piece {
                Piece::Known(known) => escape(&known.text, &mut self.pending),
                Piece::Hole(symbol) => self.hole(symbol.clone()),
            }
        }
        self.pending.push('"');
    }
}

/// Escapes as Go's `encoding/json` does, which is made for HTML.
fn escape(text: &str, out: &mut String) {
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..'\u{20}' => {
                let _infallible = write!(out, "\\u{:04x}", u32::from(char));
            }
            char => out.push(char),
        }
    }
}

/// The value that Terraform's `jsondecode` gives, of a text that may have holes.
///
/// # Errors
/// When the text has no holes and is not JSON.
pub fn decode(text: &Text) -> Result<Value, EvalError> {
    if let Some(value) = text.json() {
        return Ok(decoded_form(value));
    }
    let (source, holes) = flatten(text);
    let (tree, errors) = json::parse(&source, &holes);
    let decoder = Decoder { text };
    match errors.first() {
        None => Ok(decoder.value(&tree)),
        Some(_) if !holes.is_empty() => Ok(unknown(text_symbol(text), Type::Dynamic)),
        Some(error) => {
            let message = format!("this is not JSON: {}", error.message);
            Err(EvalError { span: decoder.span(error.range.as_usize()), message })
        }
    }
}

fn text_symbol(text: &Text) -> Symbol {
    let value = Value::new(ValueKind::String(text.clone()));
    canonical::call_symbol("jsondecode", &[value])
}

fn unknown(symbol: Symbol, ty: Type) -> Value {
    Value::unknown(symbol, ty)
}

/// The known text put together, and where in it the holes are.
fn flatten(text: &Text) -> (String, Vec<u32>) {
    let mut source = String::new();
    let mut holes = Vec::new();
    for piece in text.pieces() {
        match piece {
            Piece::Known(known) => source.push_str(&known.text),
            Piece::Hole(_) => holes.push(u32::try_from(source.len()).unwrap_or(u32::MAX)),
        }
    }
    (source, holes)
}

/// A value as it comes back from JSON: there are only tuples, objects and untyped nulls.
#[must_use]
pub fn decoded_form(value: &Value) -> Value {
    let items = |items: &[Value]| ValueKind::Tuple(items.iter().map(decoded_form).collect());
    let kind = match &value.kind {
        ValueKind::Null(_) => ValueKind::Null(Type::Dynamic),
        ValueKind::List(_, list) | ValueKind::Set(_, list) | ValueKind::Tuple(list) => items(list),
        ValueKind::Map(_, fields) | ValueKind::Object(fields) => {
            let fields = fields.iter().map(|(name, field)| {
                (name.clone(), Field { key: field.key.clone(), value: decoded_form(&field.value) })
            });
            ValueKind::Object(Arc::new(fields.collect()))
        }
        ValueKind::Unknown(unknown) if !unknown.ty.is_primitive() => {
            ValueKind::Unknown(Unknown { ty: Type::Dynamic, ..unknown.clone() })
        }
        kind => kind.clone(),
    };
    Value { kind, origin: value.origin.clone(), sensitive: value.sensitive }
}

struct Decoder<'a> {
    text: &'a Text,
}

impl Decoder<'_> {
    /// Where a range of the decoded text was written, also if it reaches over several pieces of one file.
    fn span(&self, range: Range<usize>) -> Option<Span> {
        if let Some(span) = self.text.span_of(range.clone()) {
            return Some(span);
        }
        let last = range.end.checked_sub(1)?;
        let start = self.text.span_of(range.start..range.start + 1)?;
        let end = self.text.span_of(last..range.end)?;
        (start.file == end.file).then(|| start.range.cover(end.range).at(start.file))
    }

    fn origin(&self, range: Range<usize>) -> Origin {
        Origin { span: self.span(range), via: None }
    }

    fn value(&self, tree: &JsonValue) -> Value {
        let kind = match &tree.kind {
            JsonKind::Missing | JsonKind::Null => ValueKind::Null(Type::Dynamic),
            JsonKind::Bool(holds) => ValueKind::Bool(*holds),
            JsonKind::Number(digits) => match Number::parse(digits) {
                Some(number) => ValueKind::Number(number),
                None => ValueKind::Unknown(Unknown {
                    symbol: Symbol::new("", digits.clone(), super::symbol::Cause::Limit("size of a number"), None),
                    ty: Type::Number,
                    not_null: true,
                    refinement: Refinement::Opaque,
                }),
            },
            JsonKind::String(string) => ValueKind::String(self.string(string)),
            JsonKind::Array(items) => self.array(items),
            JsonKind::Object(members) => self.object(members),
            JsonKind::Hole(index) => self.hole(*index).kind,
        };
        Value { kind, origin: self.origin(tree.range.as_usize()), sensitive: false }
    }

    fn symbol(&self, index: usize) -> Symbol {
        self.text.holes().nth(index).cloned().unwrap_or_else(|| text_symbol(self.text))
    }

    /// What a hole is that stands for JSON of its own.
    fn hole(&self, index: usize) -> Value {
        let text = Value::new(ValueKind::String(Text::hole(self.symbol(index))));
        unknown(canonical::call_symbol("jsondecode", &[text]), Type::Dynamic)
    }

    fn whole(&self, refinement: Refinement) -> ValueKind {
        let unknown = Unknown { symbol: text_symbol(self.text), ty: Type::Dynamic, not_null: true, refinement };
        ValueKind::Unknown(unknown)
    }

    fn array(&self, items: &[JsonValue]) -> ValueKind {
        if items.iter().any(|item| matches!(item.kind, JsonKind::Hole(_))) {
            let parts = items.iter().map(|item| match &item.kind {
                JsonKind::Hole(index) => SequencePart::Spread(self.hole(*index)),
                _ => SequencePart::One(self.value(item)),
            });
            return self.whole(Refinement::Sequence(parts.collect()));
        }
        ValueKind::Tuple(items.iter().map(|item| self.value(item)).collect())
    }

    fn object(&self, members: &[JsonMember]) -> ValueKind {
        let mut parts: Vec<Value> = Vec::new();
        let mut fields = Fields::new();
        for member in members {
            let name = member.as_hole().is_none().then(|| self.string(&member.key).as_known()).flatten();
            match name {
                Some(name) => {
                    let key = self.origin(member.key_range.as_usize());
                    fields.insert(name, Field { key, value: self.value(&member.value) });
                }
                None => {
                    parts.push(Value::new(ValueKind::Object(Arc::new(std::mem::take(&mut fields)))));
                    parts.push(self.unknown_member(member));
                }
            }
        }
        if parts.is_empty() {
            return ValueKind::Object(Arc::new(fields));
        }
        parts.push(Value::new(ValueKind::Object(Arc::new(fields))));
        self.whole(Refinement::Merged(parts.into()))
    }

    /// Members that a hole stands for, or one whose name has a hole.
    fn unknown_member(&self, member: &JsonMember) -> Value {
        match member.as_hole() {
            Some(index) => self.hole(index),
            None => {
                let key = Value::new(ValueKind::String(self.string(&member.key)));
                unknown(canonical::call_symbol("jsondecode", &[key, self.value(&member.value)]), Type::Dynamic)
            }
        }
    }

    fn string(&self, string: &JsonString) -> Text {
        let pieces = string.pieces.iter().flat_map(|piece| match piece {
            JsonPiece::Hole(index) => vec![Piece::Hole(self.symbol(*index))],
            JsonPiece::Text { text, range, map } if map.is_identity() => self.cut(text, range.as_usize()),
            JsonPiece::Text { text, .. } => vec![known(text.nfc().collect::<String>())],
        });
        Text::from_pieces(pieces)
    }

    /// Text that stands in the document as it is, with the places that its parts have there.
    fn cut(&self, text: &SmolStr, range: Range<usize>) -> Vec<Piece> {
        if !unicode_normalization::is_nfc(text) {
            return vec![known(text.nfc().collect::<String>())];
        }
        let cut = self.text.slice(range);
        if cut.iter().map(|known| known.text.len()).sum::<usize>() == text.len() {
            cut.into_iter().map(Piece::Known).collect()
        } else {
            vec![known(text.as_str())]
        }
    }
}

fn known(text: impl Into<SmolStr>) -> Piece {
    Piece::Known(Known { text: text.into(), place: None })
}
