//! One spelling for each value, so that what is calculated from equal values has equal names.

use std::fmt::Write as _;

use rustc_hash::FxHashSet;
use sha1::{Digest as _, Sha1};
use smol_str::SmolStr;

use super::symbol::Symbol;
use super::text::{Piece, Text};
use super::value::{Value, ValueKind};

/// Longer names are shortened by a hash, in bytes.
const LONGEST_NAME: usize = 240;

/// The name of the result of `name(arguments)` where arguments are unknown:
/// the same call with equal arguments gives an equal symbol.
#[must_use]
pub fn call_symbol(name: &str, arguments: &[Value]) -> Symbol {
    let inputs = symbols_of(arguments);
    let scope = inputs.first().map(|input: &Symbol| input.scope().clone()).unwrap_or_default();
    let mut writer = Writer { scope, text: format!("{name}("), hides: true };
    for (index, argument) in arguments.iter().enumerate() {
        if index > 0 {
            writer.text.push_str(", ");
        }
        writer.value(argument);
    }
    writer.text.push(')');
    Symbol::derived(shortened(name, writer.text), inputs)
}

/// The name of `value` itself, for a part of other names; of something sensitive it shows nothing.
#[must_use]
pub fn value_name(value: &Value) -> SmolStr {
    let mut writer = Writer { scope: first_scope(value).unwrap_or_default(), text: String::new(), hides: true };
    writer.value(value);
    shorten(writer.text)
}

/// `text` as a name: a long one is cut and ends in a hash of the whole.
#[must_use]
pub fn shorten(text: String) -> SmolStr {
    if text.len() <= LONGEST_NAME {
        return text.into();
    }
    let start = text.get(..text.floor_char_boundary(LONGEST_NAME - HASH_LENGTH)).unwrap_or_default();
    format!("{start}…#{}", digest(&text)).into()
}

fn shortened(name: &str, text: String) -> SmolStr {
    if text.len() <= LONGEST_NAME {
        return text.into();
    }
    format!("{name}(#{})", digest(&text)).into()
}

/// Room for the end of a name that was cut, in bytes.
const HASH_LENGTH: usize = 40;

fn digest(text: &str) -> String {
    let mut hex = String::new();
    for byte in Sha1::digest(text.as_bytes()).iter().take(12) {
        let _infallible = write!(hex, "{byte:02x}");
    }
    hex
}

/// The scope of the first symbol in `value`.
fn first_scope(value: &Value) -> Option<SmolStr> {
    match &value.kind {
        ValueKind::Null(_) | ValueKind::Bool(_) | ValueKind::Number(_) => None,
        ValueKind::String(text) => text.holes().next().map(|hole| hole.scope().clone()),
        ValueKind::List(_, items) | ValueKind::Set(_, items) | ValueKind::Tuple(items) => {
            items.iter().find_map(first_scope)
        }
        ValueKind::Map(_, fields) | ValueKind::Object(fields) => {
            fields.values().find_map(|field| first_scope(&field.value))
        }
        ValueKind::Unknown(unknown) => Some(unknown.symbol.scope().clone()),
    }
}

/// A text that equal values have in common and others of their type have not;
/// `None` for values that are not wholly known.
#[must_use]
pub fn key(value: &Value) -> Option<String> {
    if !value.is_wholly_known() {
        return None;
    }
    let mut writer = Writer { scope: SmolStr::default(), text: String::new(), hides: false };
    writer.value(value);
    Some(writer.text)
}

/// Each symbol that the values depend on, once, in the order in which they stand.
#[must_use]
pub fn symbols_of(values: &[Value]) -> Vec<Symbol> {
    let mut collector = Collector::default();
    values.iter().for_each(|value| collector.value(value));
    collector.symbols
}

#[derive(Default)]
struct Collector {
    symbols: Vec<Symbol>,
    seen: FxHashSet<Symbol>,
}

impl Collector {
    fn value(&mut self, value: &Value) {
        match &value.kind {
            ValueKind::Null(_) | ValueKind::Bool(_) | ValueKind::Number(_) => {}
            ValueKind::String(text) => text.holes().for_each(|hole| self.symbol(hole)),
            ValueKind::List(_, items) | ValueKind::Set(_, items) | ValueKind::Tuple(items) => {
                items.iter().for_each(|item| self.value(item));
            }
            ValueKind::Map(_, fields) | ValueKind::Object(fields) => {
                fields.values().for_each(|field| self.value(&field.value));
            }
            ValueKind::Unknown(unknown) => self.symbol(&unknown.symbol),
        }
    }

    fn symbol(&mut self, symbol: &Symbol) {
        if self.seen.insert(symbol.clone()) {
            self.symbols.push(symbol.clone());
        }
    }
}

struct Writer {
    /// Symbols of this scope are written without it.
    scope: SmolStr,
    text: String,
    /// Whether of sensitive values only a hash is written: names are shown to people.
    hides: bool,
}

impl Writer {
    fn value(&mut self, value: &Value) {
        if self.hides && value.sensitive && !matches!(value.kind, ValueKind::Unknown(_)) {
            let mut hidden = Self { scope: self.scope.clone(), text: String::new(), hides: false };
            hidden.value(value);
            let _infallible = write!(self.text, "sensitive(#{})", digest(&hidden.text));
            return;
        }
        match &value.kind {
            ValueKind::Null(_) => self.text.push_str("null"),
            ValueKind::Bool(holds) => self.text.push_str(if *holds { "true" } else { "false" }),
            // Negative zero is equal to zero.
            ValueKind::Number(number) if number.is_zero() => self.text.push('0'),
            ValueKind::Number(number) => {
                let _infallible = write!(self.text, "{number}");
            }
            ValueKind::String(text) => self.string(text),
            ValueKind::List(_, items) | ValueKind::Set(_, items) | ValueKind::Tuple(items) => {
                self.text.push('[');
                for (index, item) in items.iter().enumerate() {
                    self.separator(index);
                    self.value(item);
                }
                self.text.push(']');
            }
            ValueKind::Map(_, fields) | ValueKind::Object(fields) => {
                self.text.push('{');
                for (index, (name, field)) in fields.iter().enumerate() {
                    self.separator(index);
                    let _infallible = write!(self.text, "{name:?} = ");
                    self.value(&field.value);
                }
                self.text.push('}');
            }
            // The symbol says all: refinements follow from it.
            ValueKind::Unknown(unknown) => self.symbol(&unknown.symbol),
        }
    }

    fn separator(&mut self, index: usize) {
        if index > 0 {
            self.text.push_str(", ");
        }
    }

    fn string(&mut self, text: &Text) {
        if let ([Piece::Hole(symbol)], None) = (text.pieces(), text.json()) {
            return self.symbol(symbol);
        }
        self.text.push('"');
        for piece in text.pieces() {
            match piece {
                Piece::Known(known) => {
                    let _infallible = write!(self.text, "{}", known.text.escape_debug());
                }
                Piece::Hole(symbol) => {
                    self.text.push_str("${");
                    self.symbol(symbol);
                    self.text.push('}');
                }
            }
        }
        self.text.push('"');
    }

    fn symbol(&mut self, symbol: &Symbol) {
        if *symbol.scope() != self.scope {
            let _infallible = write!(self.text, "{}//", symbol.scope());
        }
        self.text.push_str(symbol.address());
    }
}
