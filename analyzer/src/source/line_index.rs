//! From byte offsets to lines and columns.

/// A position as people count: both from 1, the column in characters (Unicode scalar values).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct LineColumn {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1. A byte order mark at the start of the file is not counted.
    pub column: u32,
}

/// What some editors write at the start of a file. It has no width, and takes no column.
pub const BYTE_ORDER_MARK: char = '\u{feff}';

/// Bytes of a line of which the characters are counted when one of them is asked for.
const STRIDE: usize = 4096;

/// Where each line of a text starts.
#[derive(Debug, Clone, Default)]
pub struct LineIndex {
    starts: Vec<u32>,
    /// Places in lines that are longer than [`STRIDE`], and the number of characters before each of
    /// them in its line: a plan is one line of many megabytes.
    marks: Vec<(u32, u32)>,
}

impl LineIndex {
    /// Scans `text` once for line feeds.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut starts = vec![0];
        let feeds = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        starts.extend(feeds.map(|(at, _)| u32::try_from(at + 1).unwrap_or(u32::MAX)));
        let marks = marks(text);
        Self { starts, marks }
    }

    /// Line from 0 that holds the byte `offset`.
    #[must_use]
    pub fn line(&self, offset: u32) -> u32 {
        let behind = self.starts.partition_point(|start| *start <= offset);
        u32::try_from(behind.saturating_sub(1)).unwrap_or(u32::MAX)
    }

    /// Offset of the first byte of `line` (from 0); `None` behind the last one.
    #[must_use]
    pub fn line_start(&self, line: u32) -> Option<u32> {
        self.starts.get(line as usize).copied()
    }

    /// Number of lines; a text that ends in a line feed has an empty last one.
    #[must_use]
    pub fn line_count(&self) -> usize {
        self.starts.len()
    }

    /// Line and column of the byte `offset` of `text`, the text that the index was made from.
    #[must_use]
    pub fn line_column(&self, text: &str, offset: u32) -> LineColumn {
        let line = self.line(offset);
        let start = self.line_start(line).unwrap_or(0);
        let behind = self.marks.partition_point(|(at, _)| *at <= offset);
        let mark = behind.checked_sub(1).and_then(|last| self.marks.get(last)).filter(|(at, _)| *at > start);
        let (start, counted) = mark.copied().unwrap_or((start, 0));
        let before = text.get(start as usize..offset as usize).unwrap_or_default();
        let column = u32::try_from(before.chars().count()).unwrap_or(u32::MAX);
        let mark = u32::from(line == 0 && text.starts_with(BYTE_ORDER_MARK));
        let before = counted.saturating_add(column).saturating_sub(mark);
        LineColumn { line: line + 1, column: before.saturating_add(1) }
    }
}

fn marks(text: &str) -> Vec<(u32, u32)> {
    let mut marks = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let (mut at, mut counted) = (0, 0);
        while line.len() - at > STRIDE {
            let Some(part) = line.get(at..line.floor_char_boundary(at + STRIDE)).filter(|part| !part.is_empty()) else {
                break;
            };
            at += part.len();
            counted += part.chars().count();
            marks.extend(u32::try_from(start + at).ok().zip(u32::try_from(counted).ok()));
        }
        start += line.len();
    }
    marks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let text = "é = 1\nab";
        let index = LineIndex::new(text);
        assert_eq!(index.line_column(text, 0), LineColumn { line: 1, column: 1 });
        assert_eq!(index.line_column(text, 2), LineColumn { line: 1, column: 2 });
        assert_eq!(index.line_column(text, 7), LineColumn { line: 2, column: 1 });
        assert_eq!(index.line_column(text, 9), LineColumn { line: 2, column: 3 });
    }

    #[test]
    fn a_byte_order_mark_takes_no_column() {
        for text in ["\u{feff}ab\ncd".to_owned(), format!("\u{feff}{}", "a".repeat(5000))] {
            let index = LineIndex::new(&text);
            let column = |offset| index.line_column(&text, offset).column;
            assert_eq!([0, 3, 4, 5].map(column), [1, 1, 2, 3]);
            let end = u32::try_from(text.len()).unwrap();
            assert_eq!(column(end), if text.contains('\n') { 3 } else { 5001 });
        }
    }

    #[test]
    fn columns_of_long_lines_are_counted_from_marks() {
        let line = "aé€".repeat(5000);
        let text = format!("first\n{line}\n{line}last");
        let index = LineIndex::new(&text);
        assert!(index.marks.len() > 10);
        let mut expected = LineColumn { line: 1, column: 1 };
        for (offset, character) in text.char_indices() {
            assert_eq!(index.line_column(&text, u32::try_from(offset).unwrap()), expected);
            expected = match character {
                '\n' => LineColumn { line: expected.line + 1, column: 1 },
                _ => LineColumn { column: expected.column + 1, ..expected },
            };
        }
    }
}
