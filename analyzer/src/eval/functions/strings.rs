//! Strings: cutting, putting together, asking. Holes stay holes, places stay places.

use smol_str::SmolStr;
use unicode_segmentation::UnicodeSegmentation as _;

use crate::eval::canonical;
use crate::eval::symbol::{Cause, Symbol};
use crate::eval::text::{Known, Piece, Text};
use crate::eval::types::Type;
use crate::eval::value::{SequencePart, Value, ValueKind};
use crate::truth::Truth;

use super::call::{Call, Outcome, text};
use super::parts::{list_of, parts_of};
use super::table::Function;

pub(super) static FUNCTIONS: &[Function] = &[
    Function::partial("endswith", endswith),
    Function::partial("indent", indent),
    Function::partial("join", join),
    Function::partial("split", split),
    Function::partial("startswith", startswith),
    Function::partial("strcontains", strcontains),
    Function::known("strrev", |call| Ok(Value::string(call.string(0).graphemes(true).rev().collect::<String>()))),
    Function::partial("substr", substr),
];

/// The text of a string argument: an unknown one is a hole.
pub(super) fn text_of(value: &Value) -> Text {
    match &value.kind {
        ValueKind::String(text) => text.clone(),
        ValueKind::Unknown(unknown) => Text::hole(unknown.symbol.clone()),
        _ => Text::default(),
    }
}

pub(super) fn known(text: impl Into<SmolStr>) -> Piece {
    Piece::Known(Known { text: text.into(), place: None })
}

/// The symbol of `name(arguments)` with a hole among the arguments.
fn hole_symbol(name: &str, arguments: &[Value]) -> Symbol {
    canonical::call_symbol(name, arguments)
}

fn hole_value(symbol: &Symbol) -> Value {
    text(Text::hole(symbol.clone()))
}

/// Each hole as the same call makes of it, and each known piece as `change` makes of it.
pub(super) fn map_pieces(call: &Call<'_>, index: usize, change: impl Fn(&Known) -> Vec<Piece>) -> Value {
    let source = text_of(&call.value(index));
    let pieces = source.pieces().iter().flat_map(|piece| match piece {
        Piece::Known(known) => change(known),
        Piece::Hole(symbol) => vec![Piece::Hole(with_argument(call, index, &hole_value(symbol)))],
    });
    text(Text::from_pieces(pieces.collect::<Vec<_>>()))
}

/// The symbol of the call with another argument at `index`.
pub(super) fn with_argument(call: &Call<'_>, index: usize, value: &Value) -> Symbol {
    let mut arguments = call.arguments.to_vec();
    if let Some(argument) = arguments.get_mut(index) {
        *argument = value.clone();
    }
    hole_symbol(call.name, &arguments)
}

fn join(call: &Call<'_>) -> Outcome {
    let separator = text_of(&call.value(0));
    if call.arguments.len() < 2 {
        return Err(call.fail("at least one list is required"));
    }
    let mut parts = Vec::new();
    for list in call.arguments.iter().skip(1) {
        parts.extend(parts_of(list).unwrap_or_default());
    }
    let mut pieces: Vec<Piece> = Vec::new();
    let mut after_element = false;
    for part in &parts {
        match part {
            SequencePart::One(value) if value.is_null() => return Err(call.fail("an element is null")),
            SequencePart::One(value) => {
                if after_element {
                    pieces.extend(separator.pieces().iter().cloned());
                }
                pieces.extend(text_of(value).pieces().iter().cloned());
                after_element = true;
            }
            // If it is empty even the separator before it is missing: the hole holds that too.
            SequencePart::Spread(value) => {
                pieces.push(Piece::Hole(hole_symbol("join", &[call.value(0), value.clone()])));
                after_element = false;
            }
        }
    }
    let joined = Text::from_pieces(pieces);
    Ok(text(only_json(&parts).map_or(joined.clone(), |json| joined.with_json(json))))
}

/// The JSON value of the only element: `join("", x[*].json)` changes nothing.
fn only_json(parts: &[SequencePart]) -> Option<std::sync::Arc<Value>> {
    match parts {
        [SequencePart::One(value)] => value.as_text()?.json().cloned(),
        _ => None,
    }
}

/// Whether the text of the symbol holds none of the characters that separate things in ARNs and paths.
fn is_plain_word(symbol: &Symbol, separator: &str) -> bool {
    let is_word = matches!(symbol.cause(), Cause::Account | Cause::Region | Cause::Partition);
    is_word && separator.contains(|char: char| !char.is_alphanumeric() && char != '-')
}

fn split(call: &Call<'_>) -> Outcome {
    let source = text_of(&call.value(1));
    let Some(separator) = call.argument(0).and_then(Value::as_str) else {
        return Ok(call.unknown(Type::list(Type::String)));
    };
    if separator.is_empty() {
        return Ok(match source.as_known() {
            Some(source) => super::call::strings(source.chars().map(|char| SmolStr::from_iter([char]))),
            None => call.unknown(Type::list(Type::String)),
        });
    }
    let elements = cut_at(&source, &separator);
    let parts = elements.into_iter().map(|(pieces, is_open)| {
        let value = text(Text::from_pieces(pieces));
        if is_open {
            let symbol = hole_symbol("split", &[call.value(0), value]);
            SequencePart::Spread(Value::unknown(symbol, Type::list(Type::String)))
        } else {
            SequencePart::One(value)
        }
    });
    Ok(list_of(call, Type::String, parts.collect()))
}

/// The pieces between separators, and whether a hole among them may hold a separator.
pub(super) fn cut_at(source: &Text, separator: &str) -> Vec<(Vec<Piece>, bool)> {
    let mut elements = vec![(Vec::new(), false)];
    for piece in source.pieces() {
        match piece {
            Piece::Hole(symbol) => add_piece(&mut elements, piece.clone(), !is_plain_word(symbol, separator)),
            Piece::Known(known) => split_known(known, separator, &mut elements),
        }
    }
    elements
}

fn add_piece(elements: &mut [(Vec<Piece>, bool)], piece: Piece, opens: bool) {
    if let Some((pieces, is_open)) = elements.last_mut() {
        pieces.push(piece);
        *is_open |= opens;
    }
}

fn split_known(known: &Known, separator: &str, elements: &mut Vec<(Vec<Piece>, bool)>) {
    let mut start = 0;
    for (index, part) in known.text.split(separator).enumerate() {
        if index > 0 {
            elements.push((Vec::new(), false));
        }
        if let Some(cut) = known.slice(start..start + part.len()) {
            add_piece(elements, Piece::Known(cut), false);
        }
        start += part.len() + separator.len();
    }
}

fn truth(call: &Call<'_>, truth: Truth) -> Outcome {
    Ok(truth.known().map_or_else(|| call.unknown(Type::Bool), Value::bool))
}

/// Whether `text` starts with `prefix`, as far as its known start tells.
pub(super) fn starts_with(text: &Text, prefix: &str) -> Truth {
    let start = text.known_prefix();
    if start.starts_with(prefix) {
        Truth::Yes
    } else if text.is_known() || !prefix.starts_with(start.as_str()) {
        Truth::No
    } else {
        Truth::Unknown
    }
}

/// Whether `text` ends with `suffix`, as far as its known end tells.
pub(super) fn ends_with(text: &Text, suffix: &str) -> Truth {
    let end = text.known_suffix();
    if end.ends_with(suffix) {
        Truth::Yes
    } else if text.is_known() || !suffix.ends_with(end.as_str()) {
        Truth::No
    } else {
        Truth::Unknown
    }
}

fn startswith(call: &Call<'_>) -> Outcome {
    let prefix = call.argument(1).and_then(Value::as_str);
    truth(call, prefix.map_or(Truth::Unknown, |prefix| starts_with(&text_of(&call.value(0)), &prefix)))
}

fn endswith(call: &Call<'_>) -> Outcome {
    let suffix = call.argument(1).and_then(Value::as_str);
    truth(call, suffix.map_or(Truth::Unknown, |suffix| ends_with(&text_of(&call.value(0)), &suffix)))
}

fn strcontains(call: &Call<'_>) -> Outcome {
    let source = text_of(&call.value(0));
    let Some(part) = call.argument(1).and_then(Value::as_str) else { return truth(call, Truth::Unknown) };
    let in_piece = |piece: &Piece| matches!(piece, Piece::Known(known) if known.text.contains(part.as_str()));
    let found = match source.as_known() {
        Some(known) => known.contains(part.as_str()).into(),
        None if part.is_empty() || source.pieces().iter().any(in_piece) => Truth::Yes,
        None => Truth::Unknown,
    };
    truth(call, found)
}

fn indent(call: &Call<'_>) -> Outcome {
    /// More spaces than this are never meant.
    const WIDEST: i64 = 4096;
    if !call.value(0).is_wholly_known() {
        return Ok(call.unknown(Type::String));
    }
    let width = call.integer(0)?;
    if width > WIDEST {
        return Ok(call.limited(Type::String, "width of an indentation"));
    }
    let spaces = " ".repeat(usize::try_from(width).map_err(|_| call.fail_at(0, "a positive number is required"))?);
    Ok(map_pieces(call, 1, |piece| {
        let mut pieces = Vec::new();
        let mut start = 0;
        for line in piece.text.split_inclusive('\n') {
            pieces.extend(piece.slice(start..start + line.len()).map(Piece::Known));
            if line.ends_with('\n') {
                pieces.push(known(spaces.as_str()));
            }
            start += line.len();
        }
        pieces
    }))
}

fn substr(call: &Call<'_>) -> Outcome {
    if !call.value(1).is_wholly_known() || !call.value(2).is_wholly_known() {
        return Ok(call.unknown(Type::String));
    }
    let (offset, length) = (call.integer(1)?, call.integer(2)?);
    let source = text_of(&call.value(0));
    let Some(whole) = source.as_known() else { return Ok(substr_of_partly_known(call, &source, offset, length)) };
    // Terraform takes no notice of a length of zero when it counts from the end.
    let length = if offset < 0 && length == 0 { -1 } else { length };
    let offset = if offset < 0 {
        let count = i64::try_from(whole.graphemes(true).count()).unwrap_or(i64::MAX);
        offset.saturating_add(count).max(0)
    } else {
        offset
    };
    let starts: Vec<usize> = whole.grapheme_indices(true).map(|(at, _)| at).collect();
    let at =
        |index: i64| usize::try_from(index).ok().and_then(|index| starts.get(index)).copied().unwrap_or(whole.len());
    let end = if length < 0 { whole.len() } else { at(offset.saturating_add(length)) };
    let cut = source.slice(at(offset)..end.max(at(offset)));
    Ok(text(Text::from_pieces(cut.into_iter().map(Piece::Known))))
}

/// What is known of the start stays; a hole that reaches to the end of the cut stands for the rest.
fn substr_of_partly_known(call: &Call<'_>, source: &Text, offset: i64, length: i64) -> Value {
    let prefix = source.known_prefix();
    let count = i64::try_from(prefix.graphemes(true).count()).unwrap_or(i64::MAX);
    if offset < 0 {
        return call.unknown(Type::String);
    }
    let end = if length < 0 { i64::MAX } else { offset.saturating_add(length) };
    let starts: Vec<usize> = prefix.grapheme_indices(true).map(|(at, _)| at).collect();
    let at =
        |index: i64| usize::try_from(index).ok().and_then(|index| starts.get(index)).copied().unwrap_or(prefix.len());
    // The last known character may be continued by the first of the hole.
    let is_inside = end < count;
    let pieces = source.slice(at(offset)..if is_inside { at(end) } else { prefix.len() }.max(at(offset)));
    let rest = (!is_inside)
        .then(|| Piece::Hole(Symbol::derived(format!("{}#rest", call.symbol().address()), vec![call.symbol()])));
    text(Text::from_pieces(pieces.into_iter().map(Piece::Known).chain(rest)))
}
