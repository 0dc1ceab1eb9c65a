//! Names for the results of operations: equal names of one stack mean equal values.

pub(in crate::eval) use super::super::canonical::{shorten, value_name as canonical};
use super::super::symbol::Symbol;
use super::super::value::{Value, ValueKind};

/// As many inputs are enough to say what something depends on.
const MOST_SYMBOLS: usize = 32;

/// The distinct symbols in `values`, in order; no more than anyone wants to read.
pub(super) fn symbols(values: &[&Value]) -> Vec<Symbol> {
    let mut found = Vec::new();
    for value in values {
        collect_symbols(value, &mut found);
    }
    found
}

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
    if found.len() < MOST_SYMBOLS && !found.contains(symbol) {
        found.push(symbol.clone());
    }
}
