//! Positions: byte ranges in one file, and the same with the file named.

use std::fmt;
use std::ops::Range;

/// Names a file of a [`super::SourceMap`]. The number has no meaning outside it
/// and no order that a reader may rely on: sort by path instead.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FileId(pub(super) u32);

/// A half-open range of byte offsets from 0, always on UTF-8 boundaries.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct TextRange {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset behind the last byte; never smaller than `start`.
    pub end: u32,
}

impl TextRange {
    /// The range from `start` to `end`; `end` is raised to `start` if it lies before it.
    #[must_use]
    pub const fn new(start: u32, end: u32) -> Self {
        Self { start, end: if end < start { start } else { end } }
    }

    /// The empty range at `offset`.
    #[must_use]
    pub const fn empty(offset: u32) -> Self {
        Self { start: offset, end: offset }
    }

    /// Length in bytes.
    #[must_use]
    pub const fn len(self) -> u32 {
        self.end - self.start
    }

    /// Whether no byte lies in the range.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Whether `other` lies wholly inside.
    #[must_use]
    pub const fn contains_range(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Whether the byte at `offset`, or the cursor behind the last byte, touches the range.
    #[must_use]
    pub const fn touches(self, offset: u32) -> bool {
        self.start <= offset && offset <= self.end
    }

    /// Whether the ranges have a byte in common, or nothing lies between them.
    #[must_use]
    pub const fn reaches(self, other: Self) -> bool {
        self.start <= other.end && other.start <= self.end
    }

    /// The smallest range that holds both.
    #[must_use]
    pub fn cover(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The same range in the form that slices take.
    #[must_use]
    pub const fn as_usize(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The range in `file`.
    #[must_use]
    pub const fn at(self, file: FileId) -> Span {
        Span { file, range: self }
    }
}

impl fmt::Debug for TextRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}

/// A range of bytes in a named file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// Byte offsets in it.
    pub range: TextRange,
}
