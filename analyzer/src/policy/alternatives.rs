//! One template whose parts may be one of several: what all its values have in common.
//!
//! `"arn:${join("", x[*].partition)}:iam::1:root"` is one string with a hole, not several
//! strings of which only one was meant.

use smol_str::SmolStr;

use crate::eval::symbol::Symbol;
use crate::eval::text::{Piece, Text};
use crate::eval::value::Value;
use crate::source::Span;

/// The text that `values` have in common, with a hole for the rest, if they are the values
/// of one expression: `place` is that of those without their own. `symbol` decides which of them it is.
pub(super) fn common_text(values: &[Value], symbol: &Symbol, place: Span) -> Option<Text> {
    let first = values.first()?;
    let origin = first.origin.span.unwrap_or(place);
    let texts: Vec<&Text> = values.iter().map(Value::as_text).collect::<Option<_>>()?;
    let same_origin = values.iter().all(|value| value.origin.span.unwrap_or(place) == origin);
    if !same_origin || texts.iter().any(|text| text.json().is_some()) {
        return None;
    }
    let text = first.as_text()?;
    let prefix = common_length(&texts, Text::known_prefix, |a, b| {
        a.chars().zip(b.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum()
    });
    let suffix = common_length(&texts, Text::known_suffix, |a, b| {
        a.chars().rev().zip(b.chars().rev()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum()
    });
    // A wholly known text is its own prefix and suffix: the two must not overlap in any.
    let suffix = suffix.min(texts.iter().map(|text| known_length(text).saturating_sub(prefix)).min()?);
    let length = known_length(text);
    let hole = Piece::Hole(Symbol::derived(format!("part of {}", symbol.address()), vec![symbol.clone()]));
    let before = text.slice(0..prefix).into_iter().map(Piece::Known);
    let behind = text.slice(length - suffix..length).into_iter().map(Piece::Known);
    Some(Text::from_pieces(before.chain([hole]).chain(behind)))
}

/// How many bytes of a known end all texts share.
fn common_length(texts: &[&Text], end: fn(&Text) -> SmolStr, shared: fn(&str, &str) -> usize) -> usize {
    let ends: Vec<SmolStr> = texts.iter().map(|text| end(text)).collect();
    let Some((first, rest)) = ends.split_first() else { return 0 };
    rest.iter().map(|other| shared(first, other)).min().unwrap_or(first.len())
}

fn known_length(text: &Text) -> usize {
    let length = |piece: &Piece| match piece {
        Piece::Known(known) => known.text.len(),
        Piece::Hole(_) => 0,
    };
    text.pieces().iter().map(length).sum()
}
