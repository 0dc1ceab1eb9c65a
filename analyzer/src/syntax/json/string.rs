//! Strings: escapes, holes, and strings that are not closed.

use smol_str::SmolStr;

use crate::source::TextRange;
use crate::syntax::ast::OffsetMap;

use super::cursor::{Cursor, offset, range};
use super::{JsonPiece, JsonString};

/// A string as it was found.
pub(super) struct Scanned {
    pub(super) string: JsonString,
    /// Quotes included.
    pub(super) range: TextRange,
}

/// Reads the string whose opening `quote` is at the cursor. A string ends with its line.
pub(super) fn string(cursor: &mut Cursor<'_>, quote: u8) -> Scanned {
    let start = cursor.at();
    cursor.bump();
    let mut pieces = Pieces::new(cursor.at(), quote);
    let closed = loop {
        if let Some(hole) = cursor.take_hole() {
            pieces.finish_text(cursor, cursor.at());
            pieces.done.push(JsonPiece::Hole(hole));
            continue;
        }
        match cursor.peek() {
            Some(byte) if byte == quote => break true,
            None | Some(b'\n') => break false,
            Some(b'\r') if cursor.byte_at(cursor.at() + 1) == Some(b'\n') => break false,
            Some(b'\\') => pieces.escape(cursor),
            Some(0..0x20) => control(cursor),
            Some(_) => plain(cursor, quote),
        }
    };
    if closed {
        pieces.finish_text(cursor, cursor.at());
        cursor.bump();
    } else {
        let end = pieces.end_of_unclosed(cursor);
        pieces.finish_text(cursor, end);
        cursor.set(end);
        cursor.error(range(start, end), "this string has no closing quote");
    }
    let string = JsonString { pieces: pieces.done, cut_off: !closed };
    Scanned { string, range: range(start, cursor.at()) }
}

/// Steps to the next byte that means something in a string, or the next hole.
fn plain(cursor: &mut Cursor<'_>, quote: u8) {
    let limit = cursor.limit();
    let run = cursor.slice(cursor.at(), limit);
    let length = run.bytes().position(|byte| byte == quote || byte == b'\\' || byte < 0x20);
    cursor.set(cursor.at() + length.unwrap_or(run.len()));
}

fn control(cursor: &mut Cursor<'_>) {
    let at = cursor.at();
    let byte = cursor.peek().unwrap_or_default();
    let message = match byte {
        b'\t' => "a tab in a string must be written `\\t`".to_owned(),
        byte => format!("a control character in a string must be written `\\u{byte:04x}`"),
    };
    cursor.error(range(at, at + 1), message);
    cursor.bump();
}

/// The pieces of a string while it is read.
struct Pieces {
    done: Vec<JsonPiece>,
    /// What is decoded of the current piece up to `raw`; empty until there is an escape.
    decoded: String,
    jumps: Vec<(u32, u32)>,
    /// Where the current piece starts in the text.
    start: usize,
    /// From here on the current piece stands in the text as it is.
    raw: usize,
    quote: u8,
}

impl Pieces {
    fn new(start: usize, quote: u8) -> Self {
        Self { done: Vec::new(), decoded: String::new(), jumps: Vec::new(), start, raw: start, quote }
    }

    /// Makes room for the rest of the piece, so that a policy in a string is not moved with every few escapes.
    fn make_room(&mut self, cursor: &mut Cursor<'_>) {
        let limit = cursor.limit();
        let (length, escapes) = measured(cursor.slice(self.raw, limit), self.quote);
        self.decoded.reserve_exact(length);
        self.jumps.reserve_exact(escapes);
    }

    /// Keeps `piece`. Most strings are one.
    fn keep(&mut self, piece: JsonPiece) {
        if self.done.is_empty() {
            self.done.reserve_exact(1);
        }
        self.done.push(piece);
    }

    /// Ends the current piece at `end`; the next one starts at the cursor.
    fn finish_text(&mut self, cursor: &Cursor<'_>, end: usize) {
        if end > self.start {
            let raw = cursor.slice(self.raw, end);
            let text = if self.jumps.is_empty() {
                SmolStr::new(raw)
            } else {
                self.decoded.push_str(raw);
                SmolStr::new(&self.decoded)
            };
            let map = OffsetMap::new(std::mem::take(&mut self.jumps));
            self.keep(JsonPiece::Text { text, range: range(self.start, end), map });
        }
        self.decoded.clear();
        self.start = cursor.at();
        self.raw = cursor.at();
    }

    /// The end of a string that is not closed: a comma at the end of its line is
    /// more likely to stand behind the string than in it.
    fn end_of_unclosed(&self, cursor: &Cursor<'_>) -> usize {
        let line = cursor.slice(self.raw, cursor.at()).trim_end();
        self.raw + line.strip_suffix(',').unwrap_or(line).trim_end().len()
    }

    fn escape(&mut self, cursor: &mut Cursor<'_>) {
        let start = cursor.at();
        let decoded = match cursor.byte_at(start + 1) {
            Some(b'u') => unicode(cursor, start),
            Some(byte) => simple(byte).map(|character| (character, 2)),
            None => None,
        };
        let room = cursor.limit() - start;
        match decoded {
            Some((character, length)) if length <= room => {
                if self.jumps.is_empty() {
                    self.make_room(cursor);
                }
                self.decoded.push_str(cursor.slice(self.raw, start));
                self.decoded.push(character);
                cursor.set(start + length);
                self.raw = cursor.at();
                self.jumps.push((offset(self.decoded.len()), offset(cursor.at())));
            }
            // With a hole in the escape nobody knows what it means.
            _ if room < 2 || decoded.is_some() => cursor.bump(),
            _ => keep_faulty(cursor, room),
        }
    }
}

/// How long the string is whose rest starts with `text`, at most, and how many escapes it has.
fn measured(text: &str, quote: u8) -> (usize, usize) {
    let mut escapes = 0;
    let mut bytes = text.bytes().enumerate();
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'\\' => {
                escapes += 1;
                bytes.next();
            }
            b'\n' => return (at, escapes),
            byte if byte == quote => return (at, escapes),
            _ => {}
        }
    }
    (text.len(), escapes)
}

fn simple(byte: u8) -> Option<char> {
    Some(match byte {
        b'"' => '"',
        b'\\' => '\\',
        b'/' => '/',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        _ => return None,
    })
}

/// The character of a `\u` escape and the length of the escape. Half a surrogate pair
/// is correct by the grammar and means no character: it gives U+FFFD, as in Terraform.
fn unicode(cursor: &Cursor<'_>, start: usize) -> Option<(char, usize)> {
    let first = four_digits(cursor, start)?;
    if let Some(character) = char::from_u32(first) {
        return Some((character, 6));
    }
    let pair = four_digits(cursor, start + 6)
        .filter(|second| (0xd800..0xdc00).contains(&first) && (0xdc00..0xe000).contains(second))
        .and_then(|second| char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + (second - 0xdc00)));
    Some(pair.map_or((char::REPLACEMENT_CHARACTER, 6), |character| (character, 12)))
}

/// The number in `\uXXXX` at `start`.
fn four_digits(cursor: &Cursor<'_>, start: usize) -> Option<u32> {
    let digits = cursor.slice(start, start + 6).strip_prefix("\\u")?;
    digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok())?
}

/// Steps over a backslash that starts no escape: it stays in the text. A hole or the
/// end of the text is `room` bytes away.
fn keep_faulty(cursor: &mut Cursor<'_>, room: usize) {
    let at = cursor.at();
    let behind = cursor.slice(at + 1, at + room);
    match behind.chars().next() {
        Some('u') if !may_have_four_digits(cursor, behind) => {
            cursor.error(range(at, at + 2), "expected four hexadecimal digits after `\\u`");
        }
        Some('u' | '\n' | '\r') | None => {}
        Some(escaped) => {
            let message = "JSON has no such escape: write `\\\\` for a backslash";
            cursor.error(range(at, at + 1 + escaped.len_utf8()), message);
        }
    }
    cursor.bump();
}

/// Whether a hole may complete the digits of the `\u` escape that `behind` continues.
fn may_have_four_digits(cursor: &Cursor<'_>, behind: &str) -> bool {
    let digits = behind.get(1..).unwrap_or_default();
    let ends_text = cursor.rest().len() == behind.len() + 1;
    !ends_text && digits.len() < 4 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
}
