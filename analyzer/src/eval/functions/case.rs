//! Upper and lower case as Go maps them: one character to one character.

use crate::eval::text::{Known, Piece};
use crate::eval::value::Value;

use super::strings::map_pieces;
use super::table::Function;

pub(super) static FUNCTIONS: &[Function] = &[
    Function::partial("lower", |call| Ok(map_pieces(call, 0, |piece| mapped(piece, lower)))),
    Function::known("title", |call| Ok(Value::string(titled(&call.string(0))))),
    Function::partial("upper", |call| Ok(map_pieces(call, 0, |piece| mapped(piece, upper)))),
];

/// A piece that is in the case already keeps its place.
fn mapped(piece: &Known, map: fn(char) -> char) -> Vec<Piece> {
    if piece.text.chars().all(|char| map(char) == char) {
        return vec![Piece::Known(piece.clone())];
    }
    let text: String = piece.text.chars().map(map).collect();
    // Letters of one byte stay where they were written.
    let place = if text.is_ascii() && piece.text.is_ascii() { piece.place.clone() } else { None };
    vec![Piece::Known(Known { text: text.into(), place })]
}

/// The simple upper case mapping of Unicode, which has no expansions such as `SS` for `ß`.
fn upper(char: char) -> char {
    match char {
        // Letters with iota subscript, of which the full mapping gives two letters.
        '\u{1f80}'..='\u{1f87}' | '\u{1f90}'..='\u{1f97}' | '\u{1fa0}'..='\u{1fa7}' => offset(char, 8),
        '\u{1fb3}' | '\u{1fc3}' | '\u{1ff3}' => offset(char, 9),
        _ => only(char.to_uppercase()).unwrap_or(char),
    }
}

fn lower(char: char) -> char {
    // `İ` is the one letter whose full mapping has two characters.
    if char == '\u{130}' { 'i' } else { only(char.to_lowercase()).unwrap_or(char) }
}

/// The title case mapping: that of digraphs has only its first letter in upper case.
fn title(char: char) -> char {
    match char {
        '\u{1c4}'..='\u{1c6}' => '\u{1c5}',
        '\u{1c7}'..='\u{1c9}' => '\u{1c8}',
        '\u{1ca}'..='\u{1cc}' => '\u{1cb}',
        '\u{1f1}'..='\u{1f3}' => '\u{1f2}',
        // Georgian has capitals but does not use them at the start of words.
        '\u{10d0}'..='\u{10ff}' => char,
        _ => upper(char),
    }
}

fn offset(char: char, by: u32) -> char {
    char::from_u32(u32::from(char) + by).unwrap_or(char)
}

fn only(mut mapped: impl Iterator<Item = char>) -> Option<char> {
    let first = mapped.next();
    if mapped.next().is_none() { first } else { None }
}

/// Go's `strings.Title`: a letter behind anything but a letter, a digit or `_`.
fn titled(text: &str) -> String {
    let mut is_start = true;
    let map = |char: char| {
        let mapped = if is_start { title(char) } else { char };
        is_start = is_separator(char);
        mapped
    };
    text.chars().map(map).collect()
}

fn is_separator(char: char) -> bool {
    if char.is_ascii() {
        !char.is_ascii_alphanumeric() && char != '_'
    } else {
        !char.is_alphanumeric() && char.is_whitespace()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(text: &str, map: fn(char) -> char) -> String {
        text.chars().map(map).collect()
    }

    #[test]
    fn maps_as_go() {
        assert_eq!(map("straße ŉ ǆ ﬁ ᾳ", upper), "STRAßE ŉ Ǆ ﬁ ᾼ");
        assert_eq!(map("İΣΑΣ", lower), "iσασ");
        assert_eq!(titled("hello wOrld foo-bar baz_qux éa it's ǆ ß"), "Hello WOrld Foo-Bar Baz_qux Éa It'S ǅ ß");
    }
}
