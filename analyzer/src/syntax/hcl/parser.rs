//! The state of a parse, and the smallest things that can be read: characters,
//! blanks, comments, names, numbers.
//!
//! The bytes are read directly: HCL has no keywords and its tokens depend on the
//! context (a string, a heredoc, an object), so a separate lexer would need the
//! same state a second time.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::source::{FileId, TextRange};
use crate::syntax::SyntaxError;
use crate::syntax::ast::{Expr, ExprKind, Ident, OffsetMap};

/// How deep blocks, brackets, templates, signs and conditionals may be nested.
///
/// Each level costs the parser a handful of stack frames; 200 of them fit into a
/// thread of 2 MB even without optimisation.
pub const MAX_NESTING: u32 = 200;

/// How many operations may build upon each other in an expression. It is more than
/// [`MAX_NESTING`] because a chain (`a + b + c`, `a.b.c`) costs the parser no
/// stack, but costs those who walk the tree a level for each link.
///
/// No tree is higher than the sum of the two, broken texts included.
pub const MAX_HEIGHT: u32 = 400;

/// Errors kept of one text: a binary read as text should not fill the memory.
const MAX_ERRORS: usize = 200;

/// What to do about a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Give up the item at once; it will be read again by `Recovering`.
    Strict,
    /// Report it and go on, taking the layout of the text as a hint at what was meant.
    Recovering,
}

/// Leads from offsets in the text at hand to offsets in the file.
#[derive(Debug, Clone)]
pub(super) struct Origin {
    /// Where the text starts in the file.
    pub(super) start: u32,
    /// How it was decoded.
    pub(super) map: OffsetMap,
}

/// What [`Parser::enter`] puts aside until [`Parser::leave`].
pub(super) struct Saved {
    ignore_newlines: bool,
    height: u32,
}

/// A parser at a place in a text.
pub(super) struct Parser<'a> {
    pub(super) file: FileId,
    pub(super) text: &'a str,
    origin: Origin,
    /// The offset that is read next.
    pub(super) at: usize,
    /// The end of the last thing that was read, blanks not counted.
    pub(super) previous_end: usize,
    /// Whether a line end is a blank, as between brackets.
    pub(super) ignore_newlines: bool,
    pub(super) mode: Mode,
    /// An error was reported and nothing sensible was read since: what follows
    /// from it is not reported.
    pub(super) broken: bool,
    /// Where `Mode::Strict` gave up.
    pub(super) gave_up_at: Option<usize>,
    /// The column of the item that is being read, if the layout of lines may tell
    /// where it ends.
    pub(super) item_column: Option<usize>,
    pub(super) errors: Vec<SyntaxError>,
    depth: u32,
    /// The height of the highest expression since the last `enter` (or chain).
    height: u32,
    /// (an offset, the start of its line), for [`Parser::line_start`].
    line_mark: (usize, usize),
    /// For every name that stands alone in a line, where the last such line starts;
    /// made when a heredoc is found to have no closing line.
    pub(super) last_lines: Option<FxHashMap<&'a str, usize>>,
    /// No `*/` stands behind the place where one was last sought.
    comments_unclosed: bool,
}

impl<'a> Parser<'a> {
    pub(super) fn new(file: FileId, text: &'a str, origin: Origin) -> Self {
        Self {
            file,
            text,
            origin,
            at: 0,
            previous_end: 0,
            ignore_newlines: false,
            mode: Mode::Recovering,
            broken: false,
            gave_up_at: None,
            item_column: None,
            errors: Vec::new(),
            depth: 0,
            height: 0,
            line_mark: (0, 0),
            last_lines: None,
            comments_unclosed: false,
        }
    }

    /// The byte `ahead` of the place; 0 behind the end (and for a NUL in the text).
    pub(super) fn byte(&self, ahead: usize) -> u8 {
        self.text.as_bytes().get(self.at + ahead).copied().unwrap_or(0)
    }

    pub(super) fn peek(&self) -> u8 {
        self.byte(0)
    }

    pub(super) fn at_end(&self) -> bool {
        self.at >= self.text.len()
    }

    /// The text from here on; nothing if the place is inside a character.
    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn slice(&self, start: usize, end: usize) -> &'a str {
        self.text.get(start..end).unwrap_or_default()
    }

    /// Reads `length` bytes.
    pub(super) fn bump(&mut self, length: usize) {
        self.at = (self.at + length).min(self.text.len());
        self.previous_end = self.at;
    }

    /// Whether the next byte is `byte`; reads it if so.
    pub(super) fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == byte && !self.at_end();
        if found {
            self.bump(1);
        }
        found
    }

    /// Moves on to the first byte that is one of `stops`, or to the end.
    pub(super) fn advance_to(&mut self, stops: impl Fn(u8) -> bool) {
        let rest = self.text.as_bytes().get(self.at..).unwrap_or_default();
        self.at += rest.iter().position(|byte| stops(*byte)).unwrap_or(rest.len());
    }

    // Places and errors.

    /// Offset in the file of an offset in the text at hand.
    pub(super) fn file_offset(&self, offset: usize) -> u32 {
        let offset = u32::try_from(offset).unwrap_or(u32::MAX);
        if self.is_contiguous() {
            return self.origin.start.saturating_add(offset);
        }
        self.origin.map.source_offset(self.origin.start, offset)
    }

    /// Whether offsets in the file run side by side with those in the text.
    pub(super) fn is_contiguous(&self) -> bool {
        self.origin.map.is_identity()
    }

    pub(super) fn range(&self, start: usize, end: usize) -> TextRange {
        TextRange::new(self.file_offset(start), self.file_offset(end))
    }

    /// From `start` to the end of what was read last.
    pub(super) fn range_from(&self, start: usize) -> TextRange {
        self.range(start, self.previous_end)
    }

    /// An error that does not get in the way of reading on.
    pub(super) fn note(&mut self, range: TextRange, message: String) {
        if self.errors.len() < MAX_ERRORS {
            self.errors.push(SyntaxError { range, message });
        }
    }

    /// An error behind which the structure is in doubt.
    pub(super) fn fail(&mut self, range: TextRange, message: String) {
        if self.mode == Mode::Strict {
            self.gave_up_at.get_or_insert(self.at);
            self.at = self.text.len();
        } else if !self.broken {
            self.note(range, message);
        }
        self.broken = true;
    }

    /// `wanted` should stand here.
    pub(super) fn expected(&mut self, wanted: &str) {
        if self.mode == Mode::Strict || self.broken {
            return self.fail(TextRange::default(), String::new());
        }
        let (length, found) = self.found();
        let range = if length == 0 {
            self.range(self.previous_end, self.previous_end)
        } else {
            self.range(self.at, self.at + length)
        };
        self.fail(range, format!("expected {wanted}, found {found}"));
    }

    /// What stands here, in words, and its length; 0 at the end of a line.
    fn found(&self) -> (usize, String) {
        let Some(next) = self.rest().chars().next() else { return (0, "the end of the text".to_owned()) };
        match next {
            '\n' | '\r' | '#' => (0, "the end of the line".to_owned()),
            '"' => (1, "a string".to_owned()),
            next if next.is_control() || (!next.is_ascii() && !next.is_alphanumeric()) => {
                (next.len_utf8(), format!("the character U+{:04X}", u32::from(next)))
            }
            next => {
                let length = self.name_length(self.at).max(next.len_utf8());
                (length, format!("`{}`", self.slice(self.at, self.at + length)))
            }
        }
    }

    /// What stands for an expression that is not there.
    pub(super) fn missing(&self) -> Expr {
        Expr { kind: ExprKind::Missing, range: self.range(self.previous_end, self.previous_end) }
    }

    // Limits.

    /// Goes one level down; `None`, with an error, at the limit.
    pub(super) fn enter(&mut self, ignore_newlines: bool) -> Option<Saved> {
        if self.depth >= MAX_NESTING {
            let range = self.range(self.at, self.at);
            self.fail(range, format!("nested more than {MAX_NESTING} levels deep"));
            return None;
        }
        self.depth += 1;
        Some(Saved {
            ignore_newlines: std::mem::replace(&mut self.ignore_newlines, ignore_newlines),
            height: self.begin_chain(),
        })
    }

    /// Comes back from [`Parser::enter`].
    pub(super) fn leave(&mut self, saved: Saved) {
        self.depth -= 1;
        self.ignore_newlines = saved.ignore_newlines;
        self.grow();
        self.end_chain(saved.height);
    }

    /// Starts to measure the height of a chain; what was measured before is given back.
    pub(super) fn begin_chain(&mut self) -> u32 {
        std::mem::take(&mut self.height)
    }

    pub(super) fn end_chain(&mut self, before: u32) {
        self.height = self.height.max(before);
    }

    /// Puts one more level on top of the expression that is being built; `false`,
    /// with an error, if that is one too many.
    pub(super) fn grow(&mut self) -> bool {
        self.add_height(1)
    }

    /// Puts `levels` on top of the expression that is being built.
    pub(super) fn add_height(&mut self, levels: u32) -> bool {
        self.height = self.height.saturating_add(levels);
        let fits = self.height <= MAX_HEIGHT;
        if !fits {
            let range = self.range(self.previous_end, self.previous_end);
            self.fail(range, format!("more than {MAX_HEIGHT} operations build upon each other"));
        }
        fits
    }

    /// Whether `levels` more may be nested here.
    pub(super) fn has_room_for(&self, levels: usize) -> bool {
        u32::try_from(levels).is_ok_and(|levels| levels + self.depth <= MAX_NESTING)
    }

    // Blanks.

    /// Blanks and comments; line ends and line comments if they are blanks here.
    pub(super) fn skip_space(&mut self) {
        loop {
            match self.peek() {
                b' ' | b'\t' => self.at += 1,
                b'\n' | b'\r' if self.ignore_newlines => {
                    if !self.cross_line() {
                        return;
                    }
                }
                b'#' if self.ignore_newlines => self.skip_line(),
                b'/' if self.byte(1) == b'/' && self.ignore_newlines => self.skip_line(),
                b'/' if self.byte(1) == b'*' => self.skip_comment(),
                _ => return,
            }
        }
    }

    /// Blanks, comments and line ends.
    pub(super) fn skip_blank_lines(&mut self) {
        let before = std::mem::replace(&mut self.ignore_newlines, true);
        self.skip_space();
        self.ignore_newlines = before;
    }

    /// Moves to the line end.
    pub(super) fn skip_line(&mut self) {
        self.advance_to(|byte| byte == b'\n');
    }

    /// Length of the line end here: 0 if there is none.
    pub(super) fn line_end_length(&self) -> usize {
        match (self.peek(), self.byte(1)) {
            (b'\n', _) => 1,
            (b'\r', b'\n') => 2,
            _ => 0,
        }
    }

    /// Steps over a line end, unless the layout says that the item ends with this line.
    fn cross_line(&mut self) -> bool {
        let length = self.line_end_length();
        if length == 0 || self.item_ends_before(self.at + length) {
            return false;
        }
        self.at += length;
        true
    }

    /// `/* ... */`; one that is not closed ends with its line.
    fn skip_comment(&mut self) {
        let end = if self.comments_unclosed { None } else { self.rest().get(2..).and_then(|rest| rest.find("*/")) };
        if let Some(length) = end {
            self.at += length + 4;
            return;
        }
        self.comments_unclosed = true;
        let range = self.range(self.at, self.at + 2);
        if self.mode == Mode::Strict {
            self.fail(range, String::new());
        } else {
            self.note(range, "this comment is not closed: expected `*/`".to_owned());
            self.skip_line();
        }
    }

    /// Whether nothing but a comment follows in this line.
    pub(super) fn at_line_end(&mut self) -> bool {
        let before = std::mem::replace(&mut self.ignore_newlines, false);
        self.skip_space();
        self.ignore_newlines = before;
        self.at_end()
            || self.line_end_length() > 0
            || self.peek() == b'#'
            || (self.peek() == b'/' && self.byte(1) == b'/')
    }

    // Names and numbers.

    /// Length of the name at `start`; 0 if none starts there.
    pub(super) fn name_length(&self, start: usize) -> usize {
        let bytes = self.text.as_bytes().get(start..).unwrap_or_default();
        if !bytes.first().is_some_and(|first| first.is_ascii_alphabetic() || *first == b'_' || !first.is_ascii()) {
            return 0;
        }
        let ascii = bytes.iter().position(|byte| !is_name_byte(*byte)).unwrap_or(bytes.len());
        if bytes.get(ascii).is_none_or(u8::is_ascii) {
            return ascii;
        }
        let text = self.text.get(start..).unwrap_or_default();
        if !text.starts_with(|first| first == '_' || unicode_ident::is_xid_start(first)) {
            return 0;
        }
        text.find(|next| next != '-' && !unicode_ident::is_xid_continue(next)).unwrap_or(text.len())
    }

    /// A name, if one stands here.
    pub(super) fn name(&mut self) -> Option<Ident> {
        let length = self.name_length(self.at);
        (length > 0).then(|| {
            let start = self.at;
            self.bump(length);
            Ident { text: SmolStr::new(self.slice(start, self.at)), range: self.range_from(start) }
        })
    }

    /// Whether the name `word` stands here.
    pub(super) fn at_word(&self, word: &str) -> bool {
        self.name_length(self.at) == word.len() && self.rest().starts_with(word)
    }

    /// The word `word`, if it stands here.
    pub(super) fn eat_word(&mut self, word: &str) -> bool {
        let found = self.at_word(word);
        if found {
            self.bump(word.len());
        }
        found
    }

    /// The digits that stand here, as HCL cuts them out: with every point and
    /// exponent that follows, sensible or not, but for points at the end.
    pub(super) fn number_length(&self) -> usize {
        let mut length = 0;
        let mut points = 0;
        loop {
            let ahead = length + points;
            length += match (self.byte(ahead), self.byte(ahead + 1), self.byte(ahead + 2)) {
                (b'.', ..) => {
                    points += 1;
                    continue;
                }
                (b'0'..=b'9', ..) => 1,
                (b'e' | b'E', b'0'..=b'9', _) => 2,
                (b'e' | b'E', b'+' | b'-', b'0'..=b'9') => 3,
                _ => return length,
            } + std::mem::take(&mut points);
        }
    }

    // Lines.

    /// The offset at which the line of `offset` starts.
    ///
    /// Offsets are asked in nearly ascending order, so the line of the last one
    /// is kept: a search from each offset back to its line would be quadratic in
    /// a text of one long line.
    pub(super) fn line_start(&mut self, offset: usize) -> usize {
        let (mark, start) = self.line_mark;
        if offset >= start && offset <= mark {
            return start;
        }
        let (from, known) = if offset > mark { (mark, start) } else { (0, 0) };
        let between = self.text.as_bytes().get(from..offset).unwrap_or_default();
        let line = between.iter().rposition(|byte| *byte == b'\n').map_or(known, |position| from + position + 1);
        self.line_mark = (offset, line);
        line
    }

    /// The number of bytes before `offset` in its line.
    pub(super) fn column(&mut self, offset: usize) -> usize {
        offset - self.line_start(offset)
    }

    /// The number of blanks at the start of the line of `offset`.
    pub(super) fn indentation(&mut self, offset: usize) -> usize {
        let start = self.line_start(offset);
        self.blanks_at(start)
    }

    /// The number of spaces and tabs at `offset`.
    pub(super) fn blanks_at(&self, offset: usize) -> usize {
        let bytes = self.text.as_bytes().get(offset..).unwrap_or_default();
        bytes.iter().position(|byte| !matches!(byte, b' ' | b'\t')).unwrap_or(bytes.len())
    }

    /// Whether only blanks stand before this place in its line.
    pub(super) fn is_first_in_line(&mut self) -> bool {
        self.column(self.at) == self.indentation(self.at)
    }
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}
