//! Where a broken thing ends and the next begins.
//!
//! Brackets that are not closed cannot tell; the layout of lines can, since
//! nearly all Terraform is formatted: an item stands no further left than its
//! neighbours, and what belongs to it stands further right. The layout is only
//! asked about items that are known to be broken, so that no correct text is
//! refused for its looks.

use super::parser::{Mode, Parser};

/// An opening bracket and the layout around it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Opening {
    /// Offset of the bracket.
    pub(super) at: usize,
    /// Length of what is marked when it is not closed.
    pub(super) length: usize,
    /// Indentation of its line, when the layout may be asked.
    indentation: usize,
    /// The bracket that closes it.
    pub(super) closer: u8,
}

/// What is known of a block when its body is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Header {
    /// The column of its first character, when the layout may be asked.
    pub(super) column: usize,
    pub(super) has_labels: bool,
}

/// What the first characters of a line look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LineStart {
    /// `name =`, `name {` or `name "`
    Item,
    /// `}`
    Brace,
    Other,
}

impl Parser<'_> {
    /// Whether the layout of lines may be asked.
    pub(super) fn trusts_layout(&self) -> bool {
        self.mode == Mode::Recovering && self.item_column.is_some()
    }

    /// Notes the bracket of `length` bytes that was just read.
    pub(super) fn opening(&mut self, length: usize, closer: u8) -> Opening {
        let at = self.at.saturating_sub(length);
        let indentation = if self.trusts_layout() { self.indentation(at) } else { 0 };
        Opening { at, length, indentation, closer }
    }

    /// Reports that `opening` has no closing bracket.
    pub(super) fn unclosed(&mut self, opening: &Opening) {
        let range = self.range(opening.at, opening.at + opening.length);
        let text = self.slice(opening.at, opening.at + opening.length);
        let message = format!("this `{text}` is not closed: expected `{}`", char::from(opening.closer));
        self.fail(range, message);
    }

    /// Whether the item that is being read cannot go on in the line that starts at `line`.
    pub(super) fn item_ends_before(&self, line: usize) -> bool {
        let Some(column) = self.item_column.filter(|_| self.mode == Mode::Recovering) else { return false };
        let indentation = self.blanks_at(line);
        match self.line_looks_like(line + indentation) {
            LineStart::Item => indentation <= column,
            LineStart::Brace => indentation < column,
            LineStart::Other => false,
        }
    }

    /// Whether the item that is being read ends with the line that ends here.
    pub(super) fn item_ends_here(&self) -> bool {
        let length = self.line_end_length();
        self.at_end() || (length > 0 && self.item_ends_before(self.at + length))
    }

    fn line_looks_like(&self, offset: usize) -> LineStart {
        let byte = |offset: usize| self.text.as_bytes().get(offset).copied().unwrap_or(0);
        if byte(offset) == b'}' {
            return LineStart::Brace;
        }
        let name = self.name_length(offset);
        if name == 0 {
            return LineStart::Other;
        }
        let next = offset + name + self.blanks_at(offset + name);
        match (byte(next), byte(next + 1)) {
            (b'=', b'=' | b'>') => LineStart::Other,
            (b'=' | b'{' | b'"', _) => LineStart::Item,
            _ => LineStart::Other,
        }
    }

    /// Whether the line here is the first one of a block, and has labels if that is asked for.
    fn looks_like_header(&self, with_labels: bool) -> bool {
        let name = self.name_length(self.at);
        let line = self.rest().lines().next().unwrap_or_default();
        let behind = line.get(name..).unwrap_or_default();
        let next = behind.trim_start();
        name > 0
            && (next.starts_with('"') || (next.starts_with('{') && !with_labels))
            && behind.trim_end().ends_with('{')
    }

    /// Whether the body of a block ends before the item here, because that stands
    /// where only a neighbour of the block would.
    ///
    /// `indented` tells whether the items of the body stand further right than the
    /// block; `None` if there is none yet.
    pub(super) fn body_ends_here(&mut self, header: Header, indented: Option<bool>) -> bool {
        if self.mode == Mode::Strict || !self.is_first_in_line() || self.column(self.at) > header.column {
            return false;
        }
        match indented {
            Some(indented) => indented && self.line_looks_like(self.at) == LineStart::Item,
            None => self.looks_like_header(!header.has_labels),
        }
    }

    /// Whether the `}` here, behind an item in the same line, may be meant to close
    /// the block: not if the next line goes on where the item started.
    pub(super) fn brace_may_close(&self) -> bool {
        let Some(column) = self.item_column.filter(|column| *column > 0) else { return true };
        let mut lines = self.rest().lines().skip(1).filter(|line| !line.trim().is_empty());
        lines.next().is_none_or(|line| line.len() - line.trim_start_matches([' ', '\t']).len() < column)
    }

    /// Whether the bracket ends before the element here, by the same argument.
    pub(super) fn bracket_ends_here(&mut self, opening: &Opening) -> bool {
        if !self.trusts_layout() || self.line_start(self.at) <= opening.at || !self.is_first_in_line() {
            return false;
        }
        let column = self.column(self.at);
        let closes = matches!(self.peek(), b'}' | b']' | b')');
        if closes || column != opening.indentation {
            return column < opening.indentation;
        }
        self.line_looks_like(self.at) == LineStart::Item
    }

    /// Goes back to the end of what was read last, so that the line end behind it is seen again.
    pub(super) fn rewind(&mut self) {
        if self.mode == Mode::Recovering {
            self.at = self.previous_end;
        }
    }

    /// Moves to the start of the line with which the broken item has surely ended.
    pub(super) fn skip_item(&mut self) {
        loop {
            self.skip_line();
            if self.at_end() {
                return;
            }
            self.at += 1;
            if self.item_ends_before(self.at) {
                return;
            }
        }
    }

    /// Moves behind something broken in a list to where the list may go on: a
    /// comma, its closing bracket, or with `newline_ends` the end of the line.
    pub(super) fn skip_to_separator(&mut self, closer: u8, newline_ends: bool) -> bool {
        let mut level = 0_usize;
        loop {
            match self.peek() {
                0 if self.at_end() => return false,
                b'\n' if level == 0 && newline_ends => return true,
                b'\n' if self.item_ends_before(self.at + 1) => return false,
                b'"' => self.skip_string(),
                b'#' => self.skip_line(),
                b'/' if self.byte(1) == b'/' => self.skip_line(),
                b',' if level == 0 => return true,
                b'(' | b'[' | b'{' => {
                    level += 1;
                    self.at += 1;
                }
                byte @ (b')' | b']' | b'}') => {
                    let Some(outer) = level.checked_sub(1) else { return byte == closer };
                    level = outer;
                    self.at += 1;
                }
                _ => self.at += 1,
            }
        }
    }

    /// Moves behind the closing quote, or to the end of the line.
    fn skip_string(&mut self) {
        self.at += 1;
        loop {
            self.advance_to(|byte| matches!(byte, b'"' | b'\\' | b'\n'));
            match self.peek() {
                b'\\' if self.byte(1) != b'\n' => self.at = (self.at + 2).min(self.text.len()),
                b'\\' => self.at += 1,
                b'"' => {
                    self.at += 1;
                    return;
                }
                _ => return,
            }
        }
    }

    /// Whether an expression may start here.
    pub(super) fn starts_expression(&self) -> bool {
        matches!(self.peek(), b'"' | b'(' | b'[' | b'{' | b'0'..=b'9') || self.name_length(self.at) > 0
    }
}
