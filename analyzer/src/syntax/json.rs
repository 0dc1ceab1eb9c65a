//! JSON that may be broken and may have holes.
//!
//! Policies stand in heredocs with `${...}` in the middle, in templates and in
//! files. The text given here is decoded; where an interpolation of unknown
//! value stood, it has a hole of no length. Offsets are those of the decoded text.

use smol_str::SmolStr;

use crate::source::TextRange;

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
    /// `[...]`
    Array(Vec<JsonValue>),
    /// `{...}`: members in the order of the text, duplicates included.
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

/// A string: decoded pieces and holes, in order. Empty for `""`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct JsonString {
    /// The pieces.
    pub pieces: Vec<JsonPiece>,
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
