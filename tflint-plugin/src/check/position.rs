//! Places as the host counts them.

use crosstrail_analyzer::source::{BYTE_ORDER_MARK, SourceFile, TextRange};
use unicode_segmentation::UnicodeSegmentation as _;

use crate::wire::{Position, Range};

/// `range` of `file`, which the host calls `filename`.
pub(super) fn range(file: &SourceFile, range: TextRange, filename: String) -> Range {
    Range { filename, start: Some(position(file, range.start)), end: Some(position(file, range.end)) }
}

fn position(file: &SourceFile, offset: u32) -> Position {
    let lines = file.lines();
    let line = lines.line(offset);
    let start = lines.line_start(line).unwrap_or_default();
    let before = file.text().get(start as usize..offset as usize).unwrap_or_default();
    // The host counts the bytes of a mark, but no column.
    let before = before.strip_prefix(BYTE_ORDER_MARK).filter(|_| line == 0).unwrap_or(before);
    let column = i64::try_from(before.graphemes(true).count()).unwrap_or_default();
    Position { line: i64::from(line) + 1, column: column + 1, byte: i64::from(offset) }
}

#[cfg(test)]
mod tests {
    use crosstrail_analyzer::source::SourceMap;

    use super::*;

    #[test]
    fn columns_count_grapheme_clusters_and_bytes_count_from_zero() {
        let sources = SourceMap::default();
        let text = "a\ne\u{301}👩‍👩‍👧 = 1";
        let file = sources.file(sources.add("main.tf", text));
        let end = u32::try_from(text.len()).unwrap();
        let found = range(&file, TextRange::new(2, end), "x".to_owned());
        assert_eq!(found.start, Some(Position { line: 2, column: 1, byte: 2 }));
        assert_eq!(found.end, Some(Position { line: 2, column: 7, byte: i64::from(end) }));
    }
    #[test]
    fn a_byte_order_mark_has_bytes_and_no_column() {
        let sources = SourceMap::default();
        let file = sources.file(sources.add("main.tf", "\u{feff}ab\n\u{feff}c"));
        let found = range(&file, TextRange::new(4, 9), "x".to_owned());
        assert_eq!(found.start, Some(Position { line: 1, column: 2, byte: 4 }));
        assert_eq!(found.end, Some(Position { line: 2, column: 2, byte: 9 }));
    }
}
