//! The text that names a value: equal texts of one stack mean equal values.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};
use smol_str::SmolStr;

use super::super::symbol::Symbol;
use super::super::text::Piece;
use super::super::value::{Fields, Refinement, Value, ValueKind};

/// Longer texts are cut and end in a hash of the whole.
const LONGEST: usize = 240;

/// The canonical text of `value`, in Terraform's syntax.
pub(in crate::eval) fn canonical(value: &Value) -> SmolStr {
    let mut text = String::new();
    write_value(value, &mut text);
    shorten(text)
}

/// The distinct symbols at the top of `values` and in their holes, in order.
pub(super) fn symbols(values: &[&Value]) -> Vec<Symbol> {
    let mut found = Vec::new();
    for value in values {
        collect_symbols(value, &mut found);
    }
    found
}

/// As many inputs are enough to say what something depends on.
const MOST_SYMBOLS: usize = 32;

fn collect_symbols(value: &Value, found: &mut Vec<Symbol>) {
    if found.len() >= MOST_SYMBOLS {
        return;
    }
    match &value.kind {
        ValueKind::Unknown(unknown) => add(&unknown.symbol, found),
        ValueKind::String(text) => text.holes().for_each(|hole| add(hole, found)),
        ValueKind::List(_, items) | ValueKind::Set(_, items) | ValueKind::Tuple(items) => {
            items.iter().for_each(|item| collect_symbols(item, found));
        }
        ValueKind::Map(_, fields) | ValueKind::Object(fields) => {
            fields.values().for_each(|field| collect_symbols(&field.value, found));
        }
        ValueKind::Null(_) | ValueKind::Bool(_) | ValueKind::Number(_) => {}
    }
}

fn add(symbol: &Symbol, found: &mut Vec<Symbol>) {
    if !found.contains(symbol) {
        found.push(symbol.clone());
    }
}

fn write_value(value: &Value, text: &mut String) {
    if value.sensitive && !matches!(value.kind, ValueKind::Unknown(_)) {
        let mut hidden = String::new();
        write_kind(&value.kind, &mut hidden);
        let _infallible = write!(text, "sensitive({})", digest(&hidden));
        return;
    }
    write_kind(&value.kind, text);
}

fn write_kind(kind: &ValueKind, text: &mut String) {
    match kind {
        ValueKind::Null(_) => text.push_str("null"),
        ValueKind::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
        ValueKind::Number(number) => {
            let _infallible = write!(text, "{number}");
        }
        ValueKind::String(string) => write_pieces(string.pieces(), text),
        ValueKind::List(_, items) => write_items("tolist([", items, "])", text),
        ValueKind::Set(_, items) => write_items("toset([", items, "])", text),
        ValueKind::Tuple(items) => write_items("[", items, "]", text),
        ValueKind::Map(_, fields) => write_fields("tomap({", fields, "})", text),
        ValueKind::Object(fields) => write_fields("{", fields, "}", text),
        ValueKind::Unknown(unknown) => {
            text.push_str(unknown.symbol.address());
            // Two names for one thing with different knowledge are still that one thing.
            debug_assert!(matches!(unknown.refinement, Refinement::Opaque) || !unknown.symbol.address().is_empty());
        }
    }
}

fn write_pieces(pieces: &[Piece], text: &mut String) {
    if let [Piece::Hole(symbol)] = pieces {
        text.push_str(symbol.address());
        return;
    }
    text.push('"');
    for piece in pieces {
        match piece {
            Piece::Known(known) => known.text.chars().for_each(|letter| write_letter(letter, text)),
            Piece::Hole(symbol) => {
                let _infallible = write!(text, "${{{}}}", symbol.address());
            }
        }
    }
    text.push('"');
}

fn write_letter(letter: char, text: &mut String) {
    match letter {
        '"' => text.push_str("\\\""),
        '\\' => text.push_str("\\\\"),
        '\n' => text.push_str("\\n"),
        '$' | '%' => {
            text.push(letter);
        }
        letter => text.push(letter),
    }
}

fn write_items(open: &str, items: &[Value], close: &str, text: &mut String) {
    text.push_str(open);
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            text.push_str(", ");
        }
        write_value(item, text);
    }
    text.push_str(close);
}

fn write_fields(open: &str, fields: &Fields, close: &str, text: &mut String) {
    text.push_str(open);
    for (index, (name, field)) in fields.iter().enumerate() {
        let separator = if index > 0 { ", " } else { "" };
        let _infallible = write!(text, "{separator}{name:?} = ");
        write_value(&field.value, text);
    }
    text.push_str(close);
}

/// `text`, cut to a readable length without losing its identity.
pub(in crate::eval) fn shorten(text: String) -> SmolStr {
    if text.len() <= LONGEST {
        return text.into();
    }
    let hash = digest(&text);
    let end = text.floor_char_boundary(LONGEST - 40);
    SmolStr::from(format!("{}…#{hash}", text.get(..end).unwrap_or_default()))
}

fn digest(text: &str) -> String {
    let hash = Sha256::digest(text.as_bytes());
    hash.iter().take(8).fold(String::new(), |mut hex, byte| {
        let _infallible = write!(hex, "{byte:02x}");
        hex
    })
}
