//! The order of sets: that in which Terraform iterates and prints them.

use std::cmp::Ordering;
use std::fmt::Write as _;

use super::value::{Value, ValueKind};

/// The elements of a set: sorted, without those that are certainly equal to another.
///
/// Elements with unknown parts come last; two of them may turn out equal.
#[must_use]
pub fn from_elements(elements: Vec<Value>) -> Vec<Value> {
    let mut keyed: Vec<(Key, Value)> = elements.into_iter().map(|element| (Key::new(&element), element)).collect();
    keyed.sort_by(|(left, _), (right, _)| left.cmp(right));
    keyed.dedup_by(|(later, _), (earlier, _)| later == earlier);
    keyed.into_iter().map(|(_, element)| element).collect()
}

/// Where an element stands. Elements of one set have one type.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Bool(bool),
    Number(super::number::Number),
    String(smol_str::SmolStr),
    Structure(String),
    Null,
    Unknown(String),
}

impl Key {
    fn new(element: &Value) -> Self {
        match &element.kind {
            ValueKind::Null(_) => Self::Null,
            ValueKind::Bool(value) => Self::Bool(*value),
            ValueKind::Number(number) => Self::Number(number.clone()),
            ValueKind::String(text) if text.is_known() => Self::String(text.as_known().unwrap_or_default()),
            _ => {
                let mut bytes = String::new();
                write_bytes(element, &mut bytes);
                if element.is_wholly_known() { Self::Structure(bytes) } else { Self::Unknown(bytes) }
            }
        }
    }
}

/// The text by which cty sorts structures: `appendSetHashBytes` in its `set_internals.go`.
fn write_bytes(value: &Value, out: &mut String) {
    match &value.kind {
        ValueKind::Null(_) => out.push('~'),
        ValueKind::Bool(holds) => out.push(if *holds { 'T' } else { 'F' }),
        ValueKind::Number(number) => {
            let _infallible = write!(out, "{number}");
        }
        ValueKind::String(text) => {
            let _infallible = write!(out, "{:?}", text.display());
        }
        ValueKind::List(_, items) | ValueKind::Set(_, items) => write_items(items, ('[', ']'), out),
        ValueKind::Tuple(items) => write_items(items, ('<', '>'), out),
        ValueKind::Map(_, fields) => {
            out.push('{');
            for (name, field) in fields.iter() {
                let _infallible = write!(out, "{name:?}:");
                write_bytes(&field.value, out);
                out.push(';');
            }
            out.push('}');
        }
        ValueKind::Object(fields) => {
            out.push('<');
            for field in fields.values() {
                write_bytes(&field.value, out);
                out.push(';');
            }
            out.push('>');
        }
        ValueKind::Unknown(unknown) => {
            let _infallible = write!(out, "?{}/{}", unknown.symbol.scope(), unknown.symbol.address());
        }
    }
}

fn write_items(items: &[Value], (open, close): (char, char), out: &mut String) {
    out.push(open);
    for item in items {
        write_bytes(item, out);
        out.push(';');
    }
    out.push(close);
}

/// How two known elements of one set are sorted.
#[must_use]
pub fn compare(left: &Value, right: &Value) -> Ordering {
    Key::new(left).cmp(&Key::new(right))
}
