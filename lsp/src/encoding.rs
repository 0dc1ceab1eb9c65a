//! From offsets in bytes to lines and characters as the client counts them, and back.

use crosstrail_analyzer::source::{LineIndex, SourceFile, TextRange};
use tower_lsp_server::ls_types::{Position, PositionEncodingKind, Range};

/// What the client counts within a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// Bytes.
    Utf8,
    /// Units of UTF-16: what every client understands.
    Utf16,
}

impl Encoding {
    /// The best of those that a client offers.
    pub(crate) fn of(offered: Option<&[PositionEncodingKind]>) -> Self {
        match offered {
            Some(offered) if offered.contains(&PositionEncodingKind::UTF8) => Self::Utf8,
            _ => Self::Utf16,
        }
    }

    pub(crate) fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
        }
    }

    fn length(self, text: &str) -> usize {
        match self {
            Self::Utf8 => text.len(),
            Self::Utf16 => text.encode_utf16().count(),
        }
    }

    /// How many bytes of `line` come before the `character`th unit; all of them if it is shorter.
    fn bytes(self, line: &str, character: usize) -> usize {
        let mut units = 0;
        for (at, it) in line.char_indices() {
            units += match self {
                Self::Utf8 => it.len_utf8(),
                Self::Utf16 => it.len_utf16(),
            };
            if units > character {
                return at;
            }
        }
        line.len()
    }
}

/// A text, where its lines start, and how the client counts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ruler<'a> {
    text: &'a str,
    lines: &'a LineIndex,
    encoding: Encoding,
}

impl<'a> Ruler<'a> {
    pub(crate) fn new(text: &'a str, lines: &'a LineIndex, encoding: Encoding) -> Self {
        Self { text, lines, encoding }
    }

    pub(crate) fn of(file: &'a SourceFile, encoding: Encoding) -> Self {
        Self::new(file.text(), file.lines(), encoding)
    }

    pub(crate) fn position(&self, offset: u32) -> Position {
        let line = self.lines.line(offset);
        let start = self.lines.line_start(line).unwrap_or_default();
        let before = self.text.get(start as usize..offset as usize).unwrap_or_default();
        Position { line, character: u32::try_from(self.encoding.length(before)).unwrap_or(u32::MAX) }
    }

    pub(crate) fn range(&self, range: TextRange) -> Range {
        Range { start: self.position(range.start), end: self.position(range.end) }
    }

    /// The offset of `position`: the end of the line if the line is shorter, that of the text
    /// if it has fewer lines.
    pub(crate) fn offset(&self, position: Position) -> u32 {
        let end = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
        let Some(start) = self.lines.line_start(position.line) else { return end };
        let next = self.lines.line_start(position.line + 1).unwrap_or(end);
        let line = self.text.get(start as usize..next as usize).unwrap_or_default();
        let line = line.strip_suffix('\n').map_or(line, |line| line.strip_suffix('\r').unwrap_or(line));
        let inside = self.encoding.bytes(line, position.character as usize);
        start.saturating_add(u32::try_from(inside).unwrap_or_default())
    }

    pub(crate) fn text_range(&self, range: Range) -> TextRange {
        let (start, end) = (self.offset(range.start), self.offset(range.end));
        TextRange::new(start, end.max(start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn positions(encoding: Encoding, text: &str) -> Vec<(u32, u32)> {
        let lines = LineIndex::new(text);
        let ruler = Ruler::new(text, &lines, encoding);
        let offsets = text.char_indices().map(|(at, _)| u32::try_from(at).unwrap());
        let position = |offset| {
            let position = ruler.position(offset);
            // The other way leads back, but for the second half of a line's end.
            assert!(text.as_bytes()[offset as usize..].starts_with(b"\n") || ruler.offset(position) == offset);
            (position.line, position.character)
        };
        offsets.map(position).collect()
    }

    #[test]
    fn characters_are_counted_as_the_client_does() {
        let text = "é𝄞a\r\nb";
        assert_eq!(positions(Encoding::Utf8, text), [(0, 0), (0, 2), (0, 6), (0, 7), (0, 8), (1, 0)]);
        assert_eq!(positions(Encoding::Utf16, text), [(0, 0), (0, 1), (0, 3), (0, 4), (0, 5), (1, 0)]);
    }

    #[test]
    fn what_is_outside_of_the_text_is_moved_into_it() {
        let text = "é𝄞\r\nb";
        let lines = LineIndex::new(text);
        let ruler = Ruler::new(text, &lines, Encoding::Utf16);
        let offset = |line, character| ruler.offset(Position { line, character });
        assert_eq!((offset(0, 99), offset(0, 2), offset(1, 9), offset(7, 0)), (6, 2, 9, 9));
    }
}
