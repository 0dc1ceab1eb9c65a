//! JSON that may be broken and may have holes.
//!
//! Policies stand in heredocs with `${...}` in the middle, in templates and in
//! files. The text given here is decoded; where an interpolation of unknown
//! value stood, it has a hole of no length. Offsets are those of the decoded text.
//!
//! What a hole stands for is taken to be balanced: it may be empty, part of a
//! string, a value, several elements or members, but it closes no bracket that
//! stands outside of it.

mod cursor;
mod string;
#[cfg(test)]
mod tests;
mod value;
mod word;

use smol_str::SmolStr;

use crate::source::TextRange;

use super::SyntaxError;

/// How many arrays and objects may stand in each other; the limit of serde_json.
pub const MAX_DEPTH: usize = 127;

/// Parses `text`, which has holes at the byte offsets `holes` (ascending; several
/// may share an offset).
///
/// A text without holes gives no error exactly if it is JSON by RFC 8259 that is
/// not nested deeper than [`MAX_DEPTH`]; a byte order mark at its start is ignored.
/// Whatever can be read of another is in the value.
#[must_use]
pub fn parse(text: &str, holes: &[u32]) -> (JsonValue, Vec<SyntaxError>) {
    value::document(text, holes)
}

/// Parses the value that stands at `range` of `text`, with offsets into the whole text.
#[must_use]
pub fn parse_part(text: &str, range: TextRange) -> JsonValue {
    value::part(text, range)
}

/// A JSON value.
#[derive(Debug, Clone, PartialEq)]
pub struct JsonValue {
    /// What it is.
    pub kind: JsonKind,
    /// Where it stands in the decoded text, quotes included.
    pub range: TextRange,
}

/// The forms of a JSON value.
#[derive(Debug, Clone, PartialEq)]
pub enum JsonKind {
    /// What recovery leaves where a value should stand.
    Missing,
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// The digits as written.
    Number(SmolStr),
    /// A string.
    String(JsonString),
    /// `[...]`: an element that is a hole may be any number of elements.
    Array(Vec<JsonValue>),
    /// `{...}`: members in the order of the text, duplicates included. A member may
    /// be a hole that stands for any number of them: [`JsonMember::as_hole`].
    Object(Vec<JsonMember>),
    /// A hole where a value should stand: it may be any JSON text.
    Hole(usize),
}

/// One member of an object.
#[derive(Debug, Clone, PartialEq)]
pub struct JsonMember {
    /// The key.
    pub key: JsonString,
    /// Where the key stands, quotes included.
    pub key_range: TextRange,
    /// The value.
    pub value: JsonValue,
}

impl JsonValue {
    /// The value of the member `key`, if this is an object that has it.
    #[must_use]
    pub fn member(&self, key: &str) -> Option<&Self> {
        let member = self.members().iter().find(|member| member.key.is_text(key))?;
        Some(&member.value)
    }

    /// The members; none if this is no object.
    #[must_use]
    pub fn members(&self) -> &[JsonMember] {
        match &self.kind {
            JsonKind::Object(members) => members,
            _ => &[],
        }
    }

    /// The elements; none if this is no array.
    #[must_use]
    pub fn elements(&self) -> &[Self] {
        match &self.kind {
            JsonKind::Array(elements) => elements,
            _ => &[],
        }
    }

    /// The text, if this is a string without holes.
    #[must_use]
    pub fn as_text(&self) -> Option<SmolStr> {
        match &self.kind {
            JsonKind::String(string) => string.as_text(),
            _ => None,
        }
    }
}

impl JsonMember {
    /// The hole that stands in place of this and any number of other members.
    ///
    /// Such a member has the hole as its key and as its value, and an empty `key_range`.
    #[must_use]
    pub fn as_hole(&self) -> Option<usize> {
        match (self.key.pieces.as_slice(), &self.value.kind) {
            ([JsonPiece::Hole(key)], JsonKind::Hole(value)) if key == value && self.key_range.is_empty() => Some(*key),
            _ => None,
        }
    }
}

/// A string: decoded pieces and holes, in order. Empty for `""`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct JsonString {
    /// The pieces.
    pub pieces: Vec<JsonPiece>,
    /// Whether the closing quote is missing: the text goes on in a way that nobody knows yet.
    pub cut_off: bool,
}

/// A piece of a string.
#[derive(Debug, Clone, PartialEq)]
pub enum JsonPiece {
    /// Text without escapes.
    Text {
        /// The decoded text.
        text: SmolStr,
        /// Where it stands in the decoded text of the document, escapes included.
        range: TextRange,
        /// Leads from offsets in `text` to offsets in the document.
        map: super::ast::OffsetMap,
    },
    /// The hole of that number (index into the holes given to the parser).
    Hole(usize),
}

impl JsonString {
    /// Whether this is `text`, without holes.
    #[must_use]
    pub fn is_text(&self, text: &str) -> bool {
        match self.pieces.as_slice() {
            [] => text.is_empty(),
            [JsonPiece::Text { text: own, .. }] => own == text,
            _ => false,
        }
    }

    /// The text, if it has no holes.
    #[must_use]
    pub fn as_text(&self) -> Option<SmolStr> {
        match self.pieces.as_slice() {
            [] => Some(SmolStr::default()),
            [JsonPiece::Text { text, .. }] => Some(text.clone()),
            _ => None,
        }
    }
}
