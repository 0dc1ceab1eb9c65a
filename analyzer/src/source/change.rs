//! What of a text has become what of another.

use super::TextRange;

/// The one place in which two texts differ: all that was typed between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextChange {
    /// What was there, in the old text.
    pub old: TextRange,
    /// What is there instead, in the new text; it starts where the old one started.
    pub new: TextRange,
}

impl TextChange {
    /// What makes `new` of `old`: all but the longest common start and end.
    #[must_use]
    pub fn between(old: &str, new: &str) -> Self {
        let start = common(old.bytes(), new.bytes(), old.len().min(new.len()));
        let rest = old.len().min(new.len()) - start;
        let end = common(old.bytes().rev(), new.bytes().rev(), rest);
        let range = |length: usize| {
            let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
            TextRange::new(offset(start), offset(length - end))
        };
        Self { old: range(old.len()), new: range(new.len()) }
    }

    /// Where what stood at `range` of the old text stands in the new one. What it lay in part in is in it as a whole.
    #[must_use]
    pub fn follow(self, range: TextRange) -> TextRange {
        if range.end <= self.old.start {
            return range;
        }
        let behind = |offset: u32| offset.saturating_sub(self.old.end).saturating_add(self.new.end);
        let start = if range.start >= self.old.end { behind(range.start) } else { range.start.min(self.old.start) };
        let end = if range.end >= self.old.end { behind(range.end) } else { self.new.end };
        TextRange::new(start, end)
    }

    /// The same the other way round.
    #[must_use]
    pub const fn reversed(self) -> Self {
        Self { old: self.new, new: self.old }
    }
}

/// How many bytes, at most `most`, are the same from the start.
fn common(one: impl Iterator<Item = u8>, other: impl Iterator<Item = u8>, most: usize) -> usize {
    one.zip(other).take(most).take_while(|(one, other)| one == other).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(start: u32, end: u32) -> TextRange {
        TextRange::new(start, end)
    }

    #[test]
    fn what_is_common_is_left_out() {
        let change = TextChange::between("one two three", "one 2 three");
        assert_eq!(change, TextChange { old: range(4, 7), new: range(4, 5) });
        let typed = TextChange::between("aaa", "aaaa");
        assert_eq!(typed, TextChange { old: range(3, 3), new: range(3, 4) });
        assert_eq!(TextChange::between("a", "a").old, range(1, 1));
        assert_eq!(TextChange::between("", "abc").new, range(0, 3));
    }

    #[test]
    fn what_is_around_moves_with_the_text() {
        let change = TextChange::between("one two three", "one 2 three");
        assert_eq!(change.follow(range(0, 3)), range(0, 3));
        assert_eq!(change.follow(range(8, 13)), range(6, 11));
        assert_eq!(change.follow(range(4, 7)), range(4, 5));
        assert_eq!(change.follow(range(0, 13)), range(0, 11));
        assert_eq!(change.follow(range(2, 5)), range(2, 5), "half of it is typed over");
        assert_eq!(change.follow(range(5, 9)), range(4, 7));
        assert_eq!(change.reversed().follow(range(6, 11)), range(8, 13));
    }
}
