//! Values, arrays and objects, and the ways out of what is missing in them.

use crate::source::TextRange;
use crate::syntax::SyntaxError;

use super::cursor::{Checkpoint, Cursor, Next, range};
use super::string::string;
use super::word::{self, Place};
use super::{JsonKind, JsonMember, JsonPiece, JsonString, JsonValue, MAX_DEPTH};

/// Parses a whole text: one value and nothing else.
pub(super) fn document(text: &str, holes: &[u32]) -> (JsonValue, Vec<SyntaxError>) {
    let mut parser = Parser { cursor: Cursor::new(text, holes), open: Vec::new(), end_reported: false };
    let value = parser.root();
    (value, parser.cursor.errors)
}

/// Parses the one value at `range` of `text`.
pub(super) fn part(text: &str, range: TextRange) -> JsonValue {
    let mut cursor = Cursor::new(text.get(..range.end as usize).unwrap_or(text), &[]);
    cursor.set(range.start as usize);
    Parser { cursor, open: Vec::new(), end_reported: false }.root()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Container {
    Array,
    Object,
}

impl Container {
    fn opening(self) -> char {
        if self == Self::Array { '[' } else { '{' }
    }

    fn closing(self) -> char {
        if self == Self::Array { ']' } else { '}' }
    }
}

/// What was last read in an array or object.
#[derive(Clone, Copy)]
enum Last {
    /// The opening bracket.
    Opening,
    /// A comma.
    Comma(TextRange),
    /// An element or member, and the last token of it.
    Entry(TextRange),
    /// Something behind which a comma may be missing: a hole, or what recovery left.
    Anything,
}

/// What a value was, beyond its tree: how the reader goes on depends on it.
struct Parsed {
    value: JsonValue,
    last: Last,
}

struct Parser<'a> {
    cursor: Cursor<'a>,
    /// The arrays and objects around the cursor, outermost first.
    open: Vec<Container>,
    /// The end of the text is reported once, not for each open bracket.
    end_reported: bool,
}

impl Parser<'_> {
    fn root(&mut self) -> JsonValue {
        let hole = self.skip_holes();
        let value = match (self.cursor.next(), hole) {
            (Next::End, Some(hole)) => self.here(JsonKind::Hole(hole)),
            (Next::End, None) => {
                self.cursor.error(self.here_range(), "expected a JSON value, found nothing");
                self.here(JsonKind::Missing)
            }
            _ => self.value().value,
        };
        self.skip_holes();
        if self.cursor.next() != Next::End {
            let token = self.token();
            self.cursor.error(token, "unexpected text behind the JSON value");
        }
        value
    }

    fn skip_holes(&mut self) -> Option<usize> {
        let mut first = None;
        while let Next::Hole(hole) = self.cursor.next() {
            self.cursor.take_hole();
            first = first.or(Some(hole));
        }
        first
    }

    fn here_range(&self) -> TextRange {
        range(self.cursor.at(), self.cursor.at())
    }

    fn here(&self, kind: JsonKind) -> JsonValue {
        JsonValue { kind, range: self.here_range() }
    }

    /// The token at the cursor, for a message about it.
    fn token(&mut self) -> TextRange {
        let place = self.cursor.checkpoint();
        let (start, mut end) = word::skip(&mut self.cursor, Place::Value);
        self.cursor.rewind(place);
        if start == end {
            end += self.cursor.rest().chars().next().map_or(0, char::len_utf8);
        }
        range(start, end)
    }

    /// Reports the character at the cursor and steps over it.
    fn unexpected(&mut self, expected: &str) {
        let at = self.cursor.at();
        let found = self.cursor.rest().chars().next().unwrap_or_default();
        let end = at + found.len_utf8();
        self.cursor.error(range(at, end), format!("unexpected `{found}`, expected {expected}"));
        self.cursor.set(end);
    }

    fn value(&mut self) -> Parsed {
        match self.cursor.next() {
            Next::Hole(hole) => self.bare(Some(hole)),
            Next::Byte(quote @ (b'"' | b'\'')) => self.string_value(quote),
            Next::Byte(b'[') => self.container(Container::Array),
            Next::Byte(b'{') => self.container(Container::Object),
            Next::Byte(b']' | b'}' | b',' | b':') | Next::End => {
                Parsed { value: self.here(JsonKind::Missing), last: Last::Anything }
            }
            Next::Byte(_) => self.bare(None),
        }
    }

    fn string_value(&mut self, quote: u8) -> Parsed {
        let scanned = self.quoted(quote);
        let last = if scanned.string.cut_off { Last::Anything } else { Last::Entry(scanned.range) };
        Parsed { value: JsonValue { kind: JsonKind::String(scanned.string), range: scanned.range }, last }
    }

    fn quoted(&mut self, quote: u8) -> super::string::Scanned {
        let scanned = string(&mut self.cursor, quote);
        if quote == b'\'' && !scanned.string.cut_off {
            self.cursor.error(scanned.range, "JSON strings take double quotes");
        }
        scanned
    }

    /// A number, a word, a hole, or several of them without white space between: a
    /// number with a hole in it is as unknown as the hole.
    fn bare(&mut self, mut hole: Option<usize>) -> Parsed {
        let start = self.cursor.at();
        loop {
            let (from, to) = word::skip(&mut self.cursor, Place::Value);
            match self.cursor.take_hole() {
                Some(found) => hole = hole.or(Some(found)),
                None if from == to => break,
                None => {}
            }
        }
        let end = self.cursor.at();
        let (kind, last) = match hole {
            Some(hole) => (JsonKind::Hole(hole), Last::Anything),
            None => (word::value(&mut self.cursor, start, end), Last::Entry(range(start, end))),
        };
        Parsed { value: JsonValue { kind, range: range(start, end) }, last }
    }

    fn container(&mut self, container: Container) -> Parsed {
        let start = self.cursor.at();
        if self.open.len() >= MAX_DEPTH {
            self.cursor.error(range(start, start + 1), format!("nested deeper than {MAX_DEPTH} levels"));
            self.skip_balanced();
            let value = JsonValue { kind: JsonKind::Missing, range: range(start, self.cursor.at()) };
            return Parsed { value, last: Last::Anything };
        }
        self.open.push(container);
        self.cursor.bump();
        let (kind, closed) = match container {
            Container::Array => self.array(start),
            Container::Object => self.object(start),
        };
        self.open.pop();
        let end = self.cursor.at();
        let last = if closed { Last::Entry(range(end - 1, end)) } else { Last::Anything };
        Parsed { value: JsonValue { kind, range: range(start, end) }, last }
    }

    /// Steps over brackets and everything in them without recursion.
    fn skip_balanced(&mut self) {
        let mut depth = 0usize;
        let mut in_string = false;
        while let Some(byte) = self.cursor.peek() {
            self.cursor.bump();
            match byte {
                b'\\' if in_string && self.cursor.peek().is_some_and(|next| next.is_ascii()) => self.cursor.bump(),
                b'"' => in_string = !in_string,
                b'[' | b'{' if !in_string => depth += 1,
                b']' | b'}' if !in_string && depth <= 1 => return,
                b']' | b'}' if !in_string => depth -= 1,
                _ => {}
            }
        }
    }

    fn array(&mut self, start: usize) -> (JsonKind, bool) {
        let mut elements: Vec<JsonValue> = Vec::new();
        let mut last = Last::Opening;
        let mut before_last = self.cursor.checkpoint();
        let closed = loop {
            match self.cursor.next() {
                Next::End | Next::Byte(b']' | b'}') => match self.close(Container::Array, start, last) {
                    Some(closed) => break closed,
                    None => continue,
                },
                Next::Byte(b',') => last = self.comma(last, "value"),
                Next::Byte(b':') => {
                    if self.is_key_of_parent(elements.last()) {
                        elements.pop();
                        self.cursor.rewind(before_last);
                        self.unclosed(Container::Array, start);
                        break false;
                    }
                    self.unexpected("`,` or `]`");
                }
                next => {
                    self.check_comma(last, next, Container::Array);
                    before_last = self.cursor.checkpoint();
                    let parsed = self.value();
                    elements.push(parsed.value);
                    last = parsed.last;
                }
            }
        };
        (JsonKind::Array(elements), closed)
    }

    /// Whether a colon behind `element` shows that the array was not closed before the
    /// next member of the object around it.
    fn is_key_of_parent(&self, element: Option<&JsonValue>) -> bool {
        let in_object = matches!(self.open.as_slice(), [.., Container::Object, Container::Array]);
        in_object && element.is_some_and(|element| matches!(element.kind, JsonKind::String(_)))
    }

    fn object(&mut self, start: usize) -> (JsonKind, bool) {
        let mut members: Vec<JsonMember> = Vec::new();
        let mut last = Last::Opening;
        let closed = loop {
            match self.cursor.next() {
                Next::End | Next::Byte(b']' | b'}') => match self.close(Container::Object, start, last) {
                    Some(closed) => break closed,
                    None => continue,
                },
                Next::Byte(b',') => last = self.comma(last, "member"),
                Next::Byte(b'{') if self.is_next_element(last) => {
                    self.unclosed(Container::Object, start);
                    break false;
                }
                Next::Byte(b'{' | b'[') => {
                    let token = self.token();
                    self.cursor.error(token, "expected a key in double quotes");
                    last = self.value().last;
                }
                Next::Byte(b':' | b'=') => self.unexpected("a key in double quotes"),
                next => {
                    self.check_comma(last, next, Container::Object);
                    let (member, behind) = self.member();
                    members.push(member);
                    last = behind;
                }
            }
        };
        (JsonKind::Object(members), closed)
    }

    /// Whether `{` where a key should stand is the next element of the array around
    /// this object, which then was not closed.
    fn is_next_element(&self, last: Last) -> bool {
        let in_array = matches!(self.open.as_slice(), [.., Container::Array, Container::Object]);
        in_array && !matches!(last, Last::Opening)
    }

    /// Handles a closing bracket or the end of the text in `container`, which was opened
    /// at `start`. `None` means that the bracket closes nothing and was stepped over;
    /// otherwise the container ends here, closed or not.
    fn close(&mut self, container: Container, start: usize, last: Last) -> Option<bool> {
        let found = self.cursor.peek();
        if found == u8::try_from(container.closing()).ok() {
            if let Last::Comma(comma) = last {
                self.cursor.error(comma, format!("JSON allows no comma before `{}`", container.closing()));
            }
            self.cursor.bump();
            return Some(true);
        }
        let opened_outside = |byte: u8| match byte {
            b']' => self.open.contains(&Container::Array),
            _ => self.open.contains(&Container::Object),
        };
        if found.is_some_and(|byte| !opened_outside(byte)) {
            self.unexpected(&format!("`,` or `{}`", container.closing()));
            return None;
        }
        self.unclosed(container, start);
        Some(false)
    }

    fn unclosed(&mut self, container: Container, start: usize) {
        if self.cursor.peek().is_none() && std::mem::replace(&mut self.end_reported, true) {
            return;
        }
        self.cursor.error(range(start, start + 1), format!("this `{}` is not closed", container.opening()));
    }

    fn comma(&mut self, last: Last, entry: &str) -> Last {
        let comma = range(self.cursor.at(), self.cursor.at() + 1);
        if matches!(last, Last::Opening | Last::Comma(_)) {
            self.cursor.error(comma, format!("expected a {entry} before this comma"));
        }
        self.cursor.bump();
        Last::Comma(comma)
    }

    fn check_comma(&mut self, last: Last, next: Next, container: Container) {
        if let (Last::Entry(token), Next::Byte(_)) = (last, next) {
            self.cursor.error(token, format!("expected `,` or `{}` after this value", container.closing()));
        }
    }

    /// A member, or a hole that stands for members.
    fn member(&mut self) -> (JsonMember, Last) {
        let (key, key_range, closed) = self.key();
        let next = self.cursor.next();
        if next == Next::Byte(b':') || next == Next::Byte(b'=') {
            let colon = range(self.cursor.at(), self.cursor.at() + 1);
            if next == Next::Byte(b'=') {
                self.cursor.error(colon, "expected `:` between key and value");
            }
            self.cursor.bump();
            let missing = |parser: &mut Self| parser.cursor.error(colon, "expected a value after this colon");
            return self.member_value(key, key_range, missing);
        }
        if let ([JsonPiece::Hole(hole)], true) = (key.pieces.as_slice(), key_range.is_empty()) {
            let value = JsonValue { kind: JsonKind::Hole(*hole), range: key_range };
            return (JsonMember { key, key_range, value }, Last::Anything);
        }
        if !closed {
            let value = self.here(JsonKind::Missing);
            return (JsonMember { key, key_range, value }, Last::Anything);
        }
        self.cursor.error(key_range, "expected `:` and a value after this key");
        self.member_value(key, key_range, |_| {})
    }

    /// The value of `key`. A string before a colon is no value but the next key.
    fn member_value(
        &mut self,
        key: JsonString,
        key_range: TextRange,
        missing: impl FnOnce(&mut Self),
    ) -> (JsonMember, Last) {
        let after_colon = self.cursor.at();
        let next = self.cursor.next();
        let place: Checkpoint = self.cursor.checkpoint();
        let mut parsed = self.value();
        let is_key = matches!(next, Next::Byte(b'"')) && self.cursor.next() == Next::Byte(b':');
        if is_key {
            self.cursor.rewind(place);
        }
        let absent = matches!(next, Next::End | Next::Byte(b',' | b':' | b']' | b'}'));
        if is_key || absent {
            missing(self);
            let value = JsonValue { kind: JsonKind::Missing, range: range(after_colon, after_colon) };
            parsed = Parsed { value, last: Last::Anything };
        }
        (JsonMember { key, key_range, value: parsed.value }, parsed.last)
    }

    /// A key, where it stands, and whether more of the member is to be expected.
    fn key(&mut self) -> (JsonString, TextRange, bool) {
        if let Next::Byte(quote @ (b'"' | b'\'')) = self.cursor.next() {
            let scanned = self.quoted(quote);
            let goes_on = !scanned.string.cut_off;
            return (scanned.string, scanned.range, goes_on);
        }
        self.bare_key()
    }

    /// A key without quotes: words and holes without white space between.
    fn bare_key(&mut self) -> (JsonString, TextRange, bool) {
        let start = self.cursor.at();
        let mut key = JsonString::default();
        loop {
            let (from, to) = word::skip(&mut self.cursor, Place::Key);
            key.pieces.extend(word::text(self.cursor.slice(from, to), from).pieces);
            match self.cursor.take_hole() {
                Some(hole) => key.pieces.push(JsonPiece::Hole(hole)),
                None if from == to => break,
                None => {}
            }
        }
        let key_range = range(start, self.cursor.at());
        if key_range.is_empty() {
            key.pieces.truncate(1);
        } else {
            self.cursor.error(key_range, "expected a key in double quotes");
        }
        (key, key_range, true)
    }
}
