//! Between values and JSON text, places and holes kept on both ways.
//!
//! Where a value that is not known stands in a JSON string, the text has a hole of
//! its symbol: that it might have to be escaped is left out of account, here as
//! where JSON around `${...}` is read. Identifiers of AWS hold nothing to escape.

use std::fmt::Write as _;
use std::sync::Arc;

use smol_str::SmolStr;

use super::canonical;
use super::error::EvalError;
use super::json_text::{self, JsonText};
use super::symbol::Symbol;
use super::text::{Known, Piece, Text};
use super::types::Type;
use super::value::{Field, Fields, Unknown, Value, ValueKind};

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
    let document = JsonText::new(text);
    let (tree, errors) = document.parse();
    match errors.first() {
        None => Ok(json_text::value(&document, &tree, None)),
        Some(_) if !text.is_known() => Ok(Value::unknown(text_symbol(text), Type::Dynamic)),
        Some(error) => {
            let message = format!("this is not JSON: {}", error.message);
            Err(EvalError { span: document.span(error.range), message })
        }
    }
}

fn text_symbol(text: &Text) -> Symbol {
    let value = Value::new(ValueKind::String(text.clone()));
    canonical::call_symbol("jsondecode", &[value])
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
