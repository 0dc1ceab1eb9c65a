//! What stands without quotes: numbers, `true`, `false`, `null`, and what should have had quotes.

use smol_str::SmolStr;

use crate::syntax::ast::OffsetMap;

use super::cursor::{Cursor, range};
use super::{JsonKind, JsonPiece, JsonString};

/// Where a word stands: a key ends at its colon.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Key,
    Value,
}

/// Steps over the word at the cursor, up to the next hole at most. Always moves if
/// there is anything but a bracket, a comma, a quote or white space.
pub(super) fn skip(cursor: &mut Cursor<'_>, place: Place) -> (usize, usize) {
    let start = cursor.at();
    let limit = cursor.limit();
    let run = cursor.slice(start, limit);
    let end = run.find(|character: char| {
        matches!(character, ' ' | '\t' | '\n' | '\r' | ',' | '[' | ']' | '{' | '}' | '"')
            || place == Place::Key && matches!(character, ':' | '=')
    });
    cursor.set(start + end.unwrap_or(run.len()));
    (start, cursor.at())
}

/// The value that the word `start..end` stands for. An error is reported if it is none.
pub(super) fn value(cursor: &mut Cursor<'_>, start: usize, end: usize) -> JsonKind {
    let word = cursor.slice(start, end);
    match word {
        "null" => return JsonKind::Null,
        "true" => return JsonKind::Bool(true),
        "false" => return JsonKind::Bool(false),
        _ if is_number(word) => return JsonKind::Number(word.into()),
        _ => {}
    }
    if let Some(kind) = python_literal(word) {
        cursor.error(range(start, end), format!("JSON writes `{}`", word.to_ascii_lowercase().replace("none", "null")));
        return kind;
    }
    if word.parse::<f64>().is_ok_and(f64::is_finite) {
        cursor.error(range(start, end), format!("`{word}` is not a JSON number"));
        return JsonKind::Number(word.into());
    }
    cursor.error(range(start, end), "expected a value: a string takes double quotes");
    JsonKind::String(text(word, start))
}

fn python_literal(word: &str) -> Option<JsonKind> {
    match word {
        "True" | "TRUE" => Some(JsonKind::Bool(true)),
        "False" | "FALSE" => Some(JsonKind::Bool(false)),
        "None" | "Null" | "NULL" => Some(JsonKind::Null),
        _ => None,
    }
}

/// `word` as a string without escapes that starts at `start`.
pub(super) fn text(word: &str, start: usize) -> JsonString {
    if word.is_empty() {
        return JsonString::default();
    }
    let piece = JsonPiece::Text {
        text: SmolStr::new(word),
        range: range(start, start + word.len()),
        map: OffsetMap::default(),
    };
    JsonString { pieces: vec![piece], cut_off: false }
}

/// Whether `word` is a number by RFC 8259, section 6.
fn is_number(word: &str) -> bool {
    let unsigned = word.strip_prefix('-').unwrap_or(word);
    let (integer, rest) = split_digits(unsigned);
    let well_formed = match integer {
        "" => false,
        "0" => true,
        _ => !integer.starts_with('0'),
    };
    let rest = match rest.strip_prefix('.').map(split_digits) {
        None => Some(rest),
        Some(("", _)) => None,
        Some((_, rest)) => Some(rest),
    };
    well_formed && rest.is_some_and(|rest| rest.is_empty() || is_exponent(rest))
}

fn is_exponent(text: &str) -> bool {
    let digits = text.strip_prefix(['e', 'E']).map(|rest| rest.strip_prefix(['+', '-']).unwrap_or(rest));
    digits.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

fn split_digits(text: &str) -> (&str, &str) {
    let end = text.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}
