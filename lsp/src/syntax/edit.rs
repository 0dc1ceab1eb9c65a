//! What was typed, in the terms of a tree.

use crosstrail_analyzer::source::LineIndex;
use tree_sitter::{InputEdit, Point};

/// That `range` of a text gives way to `inserted`. `lines` are those of the text before.
pub(crate) fn edit(lines: &LineIndex, range: std::ops::Range<usize>, inserted: &[u8]) -> InputEdit {
    let (start_position, old_end_position) = (point(lines, range.start), point(lines, range.end));
    let new_end_position = match inserted.iter().rposition(|byte| *byte == b'\n') {
        None => Point { row: start_position.row, column: start_position.column + inserted.len() },
        Some(last) => {
            let rows = inserted.iter().filter(|byte| **byte == b'\n').count();
            Point { row: start_position.row + rows, column: inserted.len() - last - 1 }
        }
    };
    InputEdit {
        start_byte: range.start,
        old_end_byte: range.end,
        new_end_byte: range.start + inserted.len(),
        start_position,
        old_end_position,
        new_end_position,
    }
}

fn point(lines: &LineIndex, offset: usize) -> Point {
    let line = lines.line(u32::try_from(offset).unwrap_or(u32::MAX));
    let start = lines.line_start(line).unwrap_or_default() as usize;
    Point { row: line as usize, column: offset.saturating_sub(start) }
}
