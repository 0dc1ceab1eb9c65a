//! Strings without what they start or end with.

use crate::eval::text::{Known, Piece, Text};
use crate::eval::truth::Truth;
use crate::eval::types::Type;
use crate::eval::value::Value;

use super::call::{Call, Outcome, text};
use super::strings::{ends_with, starts_with, text_of};
use super::table::Function;

pub(super) static FUNCTIONS: &[Function] = &[
    Function::partial("chomp", |call| Ok(trimmed(call, None, &|char| matches!(char, '\r' | '\n')))),
    Function::partial("trim", trim),
    Function::partial("trimprefix", trimprefix),
    Function::partial("trimspace", |call| Ok(trimmed(call, Some(&char::is_whitespace), &char::is_whitespace))),
    Function::partial("trimsuffix", trimsuffix),
];

fn trim(call: &Call<'_>) -> Outcome {
    let Some(cut) = call.argument(1).and_then(Value::as_str) else { return Ok(call.unknown(Type::String)) };
    let is_cut = |char| cut.contains(char);
    Ok(trimmed(call, Some(&is_cut), &is_cut))
}

/// Which characters are cut off.
type Cut<'a> = &'a dyn Fn(char) -> bool;

/// The text without the characters at its ends, if both ends are known as far as that reaches.
fn trimmed(call: &Call<'_>, at_start: Option<Cut<'_>>, at_end: Cut<'_>) -> Value {
    let source = text_of(&call.value(0));
    let start_is_known = at_start.is_none_or(|is_cut| source.known_prefix().contains(|char| !is_cut(char)));
    let end_is_known = source.known_suffix().contains(|char| !at_end(char));
    let is_decided = source.is_known() || (start_is_known && end_is_known);
    if !is_decided {
        return call.unknown(Type::String);
    }
    let mut pieces = source.pieces().to_vec();
    if let Some(is_cut) = at_start {
        trim_start(&mut pieces, is_cut);
    }
    trim_end(&mut pieces, at_end);
    text(Text::from_pieces(pieces))
}

fn trim_start(pieces: &mut Vec<Piece>, is_cut: Cut<'_>) {
    while let Some(Piece::Known(known)) = pieces.first() {
        let rest = known.text.trim_start_matches(is_cut).len();
        let kept = known.slice(known.text.len() - rest..known.text.len());
        if replace_edge(pieces, 0, kept) {
            return;
        }
    }
}

fn trim_end(pieces: &mut Vec<Piece>, is_cut: Cut<'_>) {
    while let Some(Piece::Known(known)) = pieces.last() {
        let kept = known.slice(0..known.text.trim_end_matches(is_cut).len());
        let last = pieces.len() - 1;
        if replace_edge(pieces, last, kept) {
            return;
        }
    }
}

/// Puts what is left of a piece in its place; `false` if nothing is left, so that the next piece is up.
fn replace_edge(pieces: &mut Vec<Piece>, index: usize, kept: Option<Known>) -> bool {
    match (kept, pieces.get_mut(index)) {
        (Some(kept), Some(piece)) if !kept.text.is_empty() => {
            *piece = Piece::Known(kept);
            true
        }
        _ => {
            pieces.remove(index);
            false
        }
    }
}

fn trimprefix(call: &Call<'_>) -> Outcome {
    let source = text_of(&call.value(0));
    let Some(prefix) = call.argument(1).and_then(Value::as_str) else { return Ok(call.unknown(Type::String)) };
    Ok(match starts_with(&source, &prefix) {
        Truth::Yes => text(without_start(&source, prefix.len())),
        Truth::No => call.value(0),
        Truth::Unknown => call.unknown(Type::String),
    })
}

fn trimsuffix(call: &Call<'_>) -> Outcome {
    let source = text_of(&call.value(0));
    let Some(suffix) = call.argument(1).and_then(Value::as_str) else { return Ok(call.unknown(Type::String)) };
    Ok(match ends_with(&source, &suffix) {
        Truth::Yes => text(without_end(&source, suffix.len())),
        Truth::No => call.value(0),
        Truth::Unknown => call.unknown(Type::String),
    })
}

fn without_start(source: &Text, mut bytes: usize) -> Text {
    Text::from_pieces(source.pieces().iter().filter_map(|piece| match piece {
        Piece::Known(known) if bytes > 0 => {
            let cut = bytes.min(known.text.len());
            bytes -= cut;
            known.slice(cut..known.text.len()).map(Piece::Known)
        }
        piece => Some(piece.clone()),
    }))
}

/// The text without its last bytes, which are known.
pub(super) fn without_end(source: &Text, mut bytes: usize) -> Text {
    let mut pieces: Vec<Piece> = source.pieces().to_vec();
    while bytes > 0 {
        let Some(Piece::Known(known)) = pieces.pop() else { break };
        let cut = bytes.min(known.text.len());
        bytes -= cut;
        pieces.extend(known.slice(0..known.text.len() - cut).filter(|kept| !kept.text.is_empty()).map(Piece::Known));
    }
    Text::from_pieces(pieces)
}
