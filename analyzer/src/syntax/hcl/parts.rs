//! From the parts of a template as they stand in the text to what they mean:
//! blanks trimmed, escapes decoded, directives nested.

use smol_str::SmolStr;

use super::collection::ForIntro;
use super::parser::{Mode, Parser};
use crate::source::TextRange;
use crate::syntax::ast::{Expr, ForDirective, IfDirective, Literal, OffsetMap, TemplatePart};

/// Literal text: offsets in the text at hand.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece {
    start: usize,
    end: usize,
}

/// A sequence of a template, not yet nested.
pub(super) enum Part {
    Interpolation(Expr),
    If(Expr),
    Else,
    EndIf,
    For(ForIntro),
    EndFor,
}

enum Flat {
    Literal(Piece),
    Sequence(Part, TextRange),
}

/// The parts of a template in the order of the text.
pub(super) struct Parts {
    flat: Vec<Flat>,
    /// Whether a backslash escapes.
    pub(super) quoted: bool,
    /// Whether anything has to be decoded.
    pub(super) escaped: bool,
    /// `~}` came last: blanks at the start of the literal that follows go.
    pub(super) trims_next: bool,
}

impl Parts {
    pub(super) fn new(quoted: bool) -> Self {
        Self { flat: Vec::new(), quoted, escaped: false, trims_next: false }
    }

    /// Adds the text from `start` to `end`, if it is not empty.
    pub(super) fn push_literal(&mut self, text: &str, start: usize, end: usize) {
        if start >= end {
            return;
        }
        let mut piece = Piece { start, end };
        if std::mem::take(&mut self.trims_next) {
            let raw = text.get(start..end).unwrap_or_default();
            let kept = units(raw, self.quoted).find(|unit| !unit.character.is_whitespace());
            piece.start = kept.map_or(end, |unit| start + unit.offset);
        }
        self.flat.push(Flat::Literal(piece));
    }

    pub(super) fn push(&mut self, part: Part, range: TextRange) {
        self.trims_next = false;
        self.flat.push(Flat::Sequence(part, range));
    }

    /// `${~` or `%{~`: blanks at the end of the literal before it go. In a
    /// heredoc that is at most the line.
    pub(super) fn trim_before(&mut self, text: &str) {
        let quoted = self.quoted;
        if let Some(Flat::Literal(piece)) = self.flat.last_mut() {
            let raw = text.get(piece.start..piece.end).unwrap_or_default();
            let kept = units(raw, quoted).filter(|unit| !unit.character.is_whitespace()).last();
            piece.end = kept.map_or(piece.start, |unit| piece.start + unit.offset + unit.length);
        }
    }

    /// The rule of `<<-`: every line loses as many blanks at its start as the line
    /// that has the fewest. Lines of blanks only neither count nor lose any.
    ///
    /// It comes after the `~` markers: a line whose end they took does not begin a
    /// new line behind it.
    pub(super) fn dedent(&mut self, text: &str) {
        let mut fewest = usize::MAX;
        let mut starts = Vec::new();
        let mut starts_line = true;
        for (index, flat) in self.flat.iter().enumerate() {
            let Flat::Literal(piece) = flat else {
                if std::mem::take(&mut starts_line) {
                    fewest = 0;
                }
                continue;
            };
            let raw = text.get(piece.start..piece.end).unwrap_or_default();
            let trimmed = raw.trim_start();
            if starts_line && !(trimmed.is_empty() && raw.ends_with('\n')) {
                let blanks = raw.get(..raw.len() - trimmed.len()).unwrap_or_default();
                fewest = fewest.min(blanks.chars().count());
                starts.push(index);
            }
            starts_line = raw.ends_with('\n');
        }
        for index in starts {
            if let Some(Flat::Literal(piece)) = self.flat.get_mut(index) {
                let raw = text.get(piece.start..piece.end).unwrap_or_default();
                piece.start += raw.chars().take(fewest).map(char::len_utf8).sum::<usize>();
            }
        }
    }
}

/// A character as the text means it.
struct Unit {
    offset: usize,
    length: usize,
    character: char,
}

/// The characters of `raw`, with the escapes of a quoted string resolved.
fn units(raw: &str, quoted: bool) -> impl Iterator<Item = Unit> {
    let mut offset = 0;
    std::iter::from_fn(move || {
        let rest = raw.get(offset..)?;
        let first = rest.chars().next()?;
        let (length, character) =
            if quoted && first == '\\' { escaped_character(rest) } else { (first.len_utf8(), first) };
        let unit = Unit { offset, length, character };
        offset += length;
        Some(unit)
    })
}

/// The length and the meaning of the escape at the start of `text`. A wrong one
/// means the backslash itself.
fn escaped_character(text: &str) -> (usize, char) {
    let digits = |count: usize| {
        let character = text.get(2..2 + count).and_then(character_of_digits);
        character.map_or((1, '\\'), |character| (2 + count, character))
    };
    match text.as_bytes().get(1) {
        Some(b'n') => (2, '\n'),
        Some(b'r') => (2, '\r'),
        Some(b't') => (2, '\t'),
        Some(b'"') => (2, '"'),
        Some(b'\\') => (2, '\\'),
        Some(b'u') => digits(4),
        Some(b'U') => digits(8),
        _ => (1, '\\'),
    }
}

/// The character of a `\u` or `\U` escape; `None` for a surrogate or what is no number.
pub(super) fn character_of_digits(digits: &str) -> Option<char> {
    let valid = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    valid.then(|| u32::from_str_radix(digits, 16).ok()).flatten().and_then(char::from_u32)
}

/// A text that is being decoded, and how it lies in the file.
struct Decoded {
    text: String,
    jumps: Vec<(u32, u32)>,
    /// Offset in the file of the next decoded byte, if nothing intervenes.
    next: u32,
}

impl Decoded {
    /// What follows stands at `offset` of the file.
    fn push_end(&mut self, offset: u32) {
        if offset != self.next {
            self.jumps.push((u32::try_from(self.text.len()).unwrap_or(u32::MAX), offset));
        }
    }

    /// Adds `text`, which stands at `offset` of the file.
    fn push(&mut self, text: &str, offset: u32) {
        self.push_end(offset);
        self.text.push_str(text);
        self.next = offset.saturating_add(u32::try_from(text.len()).unwrap_or(u32::MAX));
    }
}

impl Parser<'_> {
    /// The parts as the tree has them.
    pub(super) fn assemble(&mut self, parts: Parts) -> Vec<TemplatePart> {
        let Parts { flat, quoted, escaped, .. } = parts;
        let mut nesting = Nesting::default();
        let mut pieces: Vec<Piece> = Vec::new();
        for flat in flat {
            match flat {
                Flat::Literal(piece) => pieces.push(piece),
                Flat::Sequence(part, range) => {
                    self.push_literal(&mut pieces, quoted, escaped, &mut nesting);
                    self.push_part(part, range, &mut nesting);
                }
            }
        }
        self.push_literal(&mut pieces, quoted, escaped, &mut nesting);
        while let Some(open) = nesting.open.pop() {
            let range = open.range();
            let (name, end) = open.names();
            self.unbalanced(range, format!("this `{name}` has no `{end}`"));
            let end = nesting.last_end.max(range.end);
            nesting.close(open, end);
        }
        self.add_height(u32::try_from(nesting.deepest).unwrap_or(u32::MAX));
        nesting.parts
    }

    /// Joins the pieces of one literal. Pieces that were trimmed to nothing stay:
    /// a template of a blank and an interpolation is a string, one of an
    /// interpolation alone is that value.
    fn push_literal(&mut self, pieces: &mut Vec<Piece>, quoted: bool, escaped: bool, nesting: &mut Nesting) {
        let (Some(first), Some(last)) = (pieces.first().copied(), pieces.last().copied()) else { return };
        let joined = pieces.windows(2).all(|pair| matches!(pair, [left, right] if left.end == right.start));
        let range = self.range(first.start, last.end);
        let literal = if joined && !escaped && self.is_contiguous() {
            Literal { text: SmolStr::new(self.slice(first.start, last.end)), range, map: OffsetMap::default() }
        } else {
            let mut decoded = Decoded { text: String::new(), jumps: Vec::new(), next: range.start };
            for piece in pieces.iter() {
                self.decode(*piece, quoted, &mut decoded);
            }
            // The end maps to the end, behind an escape too.
            decoded.push_end(range.end);
            Literal { text: SmolStr::new(&decoded.text), range, map: OffsetMap::new(decoded.jumps) }
        };
        pieces.clear();
        nesting.push(TemplatePart::Literal(literal), range.end);
    }

    fn decode(&self, piece: Piece, quoted: bool, decoded: &mut Decoded) {
        let mut at = piece.start;
        while at < piece.end {
            let rest = self.slice(at, piece.end);
            if rest.is_empty() {
                return;
            }
            let plain = rest.find(['\\', '$', '%']).unwrap_or(rest.len());
            self.push_plain(at, at + plain, decoded);
            at += plain;
            let rest = self.slice(at, piece.end);
            if rest.starts_with("$${") || rest.starts_with("%%{") {
                self.push_plain(at + 1, at + 3, decoded);
                at += 3;
            } else if quoted && rest.starts_with('\\') {
                let (length, character) = escaped_character(rest);
                decoded.push(character.encode_utf8(&mut [0; 4]), self.file_offset(at));
                at += length;
            } else if !rest.is_empty() {
                self.push_plain(at, at + 1, decoded);
                at += 1;
            }
        }
    }

    /// Adds text that means itself.
    fn push_plain(&self, start: usize, end: usize, decoded: &mut Decoded) {
        let text = self.slice(start, end);
        if text.is_empty() {
            return;
        }
        if self.is_contiguous() {
            return decoded.push(text, self.file_offset(start));
        }
        for (offset, character) in text.char_indices() {
            decoded.push(character.encode_utf8(&mut [0; 4]), self.file_offset(start + offset));
        }
    }

    fn push_part(&mut self, part: Part, range: TextRange, nesting: &mut Nesting) {
        match part {
            Part::Interpolation(expr) => nesting.push(TemplatePart::Interpolation { expr, range }, range.end),
            Part::If(condition) => {
                let directive = IfDirective { condition, then: Vec::new(), otherwise: Vec::new(), range };
                self.open(Open::If { directive, in_else: false }, nesting);
            }
            Part::For(ForIntro { key_name, value_name, collection }) => {
                let body = Vec::new();
                self.open(Open::For(ForDirective { key_name, value_name, collection, body, range }), nesting);
            }
            Part::Else => match nesting.open.last_mut() {
                Some(Open::If { in_else, .. }) if !*in_else => *in_else = true,
                _ => self.unbalanced(range, "this `else` belongs to no `if`".to_owned()),
            },
            Part::EndIf => self.end(matches!(nesting.open.last(), Some(Open::If { .. })), "endif", range, nesting),
            Part::EndFor => self.end(matches!(nesting.open.last(), Some(Open::For(_))), "endfor", range, nesting),
        }
    }

    fn open(&mut self, open: Open, nesting: &mut Nesting) {
        if !self.has_room_for(nesting.open.len() + 1) {
            let levels = super::MAX_NESTING;
            return self.unbalanced(open.range(), format!("nested more than {levels} levels deep"));
        }
        nesting.open.push(open);
        nesting.deepest = nesting.deepest.max(nesting.open.len());
    }

    fn end(&mut self, fits: bool, word: &str, range: TextRange, nesting: &mut Nesting) {
        match nesting.open.pop() {
            Some(open) if fits => nesting.close(open, range.end),
            open => {
                nesting.open.extend(open);
                let opener = word.trim_start_matches("end");
                self.unbalanced(range, format!("this `{word}` belongs to no `{opener}`"));
            }
        }
    }

    /// A directive that has no partner: the parts around it are kept.
    fn unbalanced(&mut self, range: TextRange, message: String) {
        if self.mode == Mode::Strict {
            self.fail(range, message);
        } else if !self.broken {
            self.note(range, message);
        }
    }
}

/// A directive whose end is still to come.
enum Open {
    If { directive: IfDirective, in_else: bool },
    For(ForDirective),
}

impl Open {
    fn range(&self) -> TextRange {
        match self {
            Self::If { directive, .. } => directive.range,
            Self::For(directive) => directive.range,
        }
    }

    fn names(&self) -> (&'static str, &'static str) {
        match self {
            Self::If { .. } => ("if", "endif"),
            Self::For(_) => ("for", "endfor"),
        }
    }
}

/// Directives being nested.
#[derive(Default)]
struct Nesting {
    parts: Vec<TemplatePart>,
    open: Vec<Open>,
    /// The most that were open at once.
    deepest: usize,
    /// Where the last part ends.
    last_end: u32,
}

impl Nesting {
    fn push(&mut self, part: TemplatePart, end: u32) {
        self.last_end = self.last_end.max(end);
        match self.open.last_mut() {
            None => self.parts.push(part),
            Some(Open::If { directive, in_else: false }) => directive.then.push(part),
            Some(Open::If { directive, in_else: true }) => directive.otherwise.push(part),
            Some(Open::For(directive)) => directive.body.push(part),
        }
    }

    /// Ends a directive at `end`.
    fn close(&mut self, open: Open, end: u32) {
        let part = match open {
            Open::If { mut directive, .. } => {
                directive.range.end = end;
                TemplatePart::If(Box::new(directive))
            }
            Open::For(mut directive) => {
                directive.range.end = end;
                TemplatePart::For(Box::new(directive))
            }
        };
        self.push(part, end);
    }
}
