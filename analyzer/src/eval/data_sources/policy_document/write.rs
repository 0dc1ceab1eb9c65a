//! The JSON text of a rendered document. Strings keep their places in it, unknown parts are holes.

use crate::eval::text::{Known, Piece, Text};
use crate::eval::value::{Field, Refinement, SequencePart, Value, ValueKind};

/// How the text is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// Two spaces for each level, as Go's `MarshalIndent` does it.
    Indented,
    /// No space at all.
    Minified,
}

/// The text of `value`.
pub(super) fn text(value: &Value, layout: Layout) -> Text {
    let mut writer = Writer { pieces: Vec::new(), known: String::new(), layout, depth: 0 };
    writer.value(value);
    writer.flush();
    Text::from_pieces(writer.pieces)
}

/// The order in which the provider writes the elements.
const ORDER: [&str; 12] = [
    "Version",
    "Id",
    "Statement",
    "Sid",
    "Effect",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Principal",
    "NotPrincipal",
    "Condition",
];

struct Writer {
    pieces: Vec<Piece>,
    /// Text without a place that is not among the pieces yet.
    known: String,
    layout: Layout,
    depth: usize,
}

impl Writer {
    fn value(&mut self, value: &Value) {
        match &value.kind {
            ValueKind::Null(_) => self.known.push_str("null"),
            ValueKind::Bool(known) => self.known.push_str(if *known { "true" } else { "false" }),
            ValueKind::Number(number) => self.known.push_str(&number.to_string()),
            ValueKind::String(text) => self.string(text),
            ValueKind::List(_, items) | ValueKind::Set(_, items) | ValueKind::Tuple(items) => {
                self.bracketed(['[', ']'], items.iter(), |writer, item| writer.value(item));
            }
            ValueKind::Map(_, fields) | ValueKind::Object(fields) => {
                let mut fields: Vec<(&str, &Field)> =
                    fields.iter().map(|(name, field)| (name.as_str(), field)).collect();
                fields.sort_by_key(|(name, _)| ORDER.iter().position(|element| element == name).unwrap_or(ORDER.len()));
                self.bracketed(['{', '}'], fields.into_iter(), |writer, (name, field)| {
                    writer.string(&Text::known(name));
                    writer.known.push_str(if writer.layout == Layout::Indented { ": " } else { ":" });
                    writer.value(&field.value);
                });
            }
            ValueKind::Unknown(unknown) => match &unknown.refinement {
                Refinement::Sequence(parts) => self.bracketed(['[', ']'], parts.iter(), |writer, part| match part {
                    SequencePart::One(value) => writer.value(value),
                    SequencePart::Spread(value) => writer.hole(value),
                }),
                Refinement::Opaque | Refinement::OneOf(_) | Refinement::Merged(_) | Refinement::Entry(_) => {
                    self.hole(value)
                }
            },
        }
    }

    fn bracketed<T>(
        &mut self,
        brackets: [char; 2],
        items: impl Iterator<Item = T>,
        mut each: impl FnMut(&mut Self, T),
    ) {
        let [open, close] = brackets;
        self.known.push(open);
        self.depth += 1;
        let mut is_empty = true;
        for item in items {
            if !is_empty {
                self.known.push(',');
            }
            is_empty = false;
            self.line();
            each(self, item);
        }
        self.depth -= 1;
        if !is_empty {
            self.line();
        }
        self.known.push(close);
    }

    fn line(&mut self) {
        if self.layout == Layout::Indented {
            self.known.push('\n');
            self.known.extend(std::iter::repeat_n("  ", self.depth));
        }
    }

    fn string(&mut self, text: &Text) {
        self.known.push('"');
        for piece in text.pieces() {
            match piece {
                Piece::Known(known) if needs_escapes(&known.text) => escape(&known.text, &mut self.known),
                Piece::Known(known) if known.place.is_some() => self.piece(Piece::Known(known.clone())),
                Piece::Known(known) => self.known.push_str(&known.text),
                Piece::Hole(_) => self.piece(piece.clone()),
            }
        }
        self.known.push('"');
    }

    fn hole(&mut self, value: &Value) {
        if let ValueKind::Unknown(unknown) = &value.kind {
            self.piece(Piece::Hole(unknown.symbol.clone()));
        }
    }

    fn piece(&mut self, piece: Piece) {
        self.flush();
        self.pieces.push(piece);
    }

    fn flush(&mut self) {
        if !self.known.is_empty() {
            let text = std::mem::take(&mut self.known).into();
            self.pieces.push(Piece::Known(Known { text, place: None }));
        }
    }
}

fn needs_escapes(text: &str) -> bool {
    // The two other ends of lines start with this byte.
    const LINE_ENDS: u8 = 0xe2;
    let may_need = |byte: u8| byte < b' ' || matches!(byte, b'"' | b'\\' | b'<' | b'>' | b'&' | LINE_ENDS);
    text.bytes().any(may_need) && text.chars().any(|character| escape_of(character).is_some())
}

/// Go escapes what could end a script in HTML, too.
fn escape_of(character: char) -> Option<String> {
    match character {
        '"' => Some("\\\"".to_owned()),
        '\\' => Some("\\\\".to_owned()),
        '\n' => Some("\\n".to_owned()),
        '\r' => Some("\\r".to_owned()),
        '\t' => Some("\\t".to_owned()),
        '\u{8}' => Some("\\b".to_owned()),
        '\u{c}' => Some("\\f".to_owned()),
        '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => Some(format!("\\u{:04x}", u32::from(character))),
        _ => None,
    }
}

fn escape(text: &str, to: &mut String) {
    for character in text.chars() {
        match escape_of(character) {
            Some(escaped) => to.push_str(&escaped),
            None => to.push(character),
        }
    }
}
