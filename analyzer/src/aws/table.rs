//! Sorted text tables that are searched where they lie.
//!
//! INVARIANT: one record a line, fields parted by tabs, lines sorted by their first
//! field in ASCII lower case, lines that start with `#` only at the top. Nothing is
//! parsed or copied before it is asked for, so a table costs nothing at start.

use std::cmp::Ordering;

/// A table that is part of the binary.
#[derive(Debug, Clone, Copy)]
pub(super) struct Table {
    text: &'static str,
}

/// A line of a [`Table`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Record {
    line: &'static str,
}

impl Record {
    /// The first field.
    pub(super) fn key(self) -> &'static str {
        self.field(0)
    }

    /// The first `N` fields, read in one pass; empty where the line ends before them.
    pub(super) fn fields<const N: usize>(self) -> [&'static str; N] {
        let mut fields = self.line.split('\t');
        std::array::from_fn(|_| fields.next().unwrap_or_default())
    }

    /// The field at `index` from 0; empty if the line ends before it.
    pub(super) fn field(self, index: usize) -> &'static str {
        self.line.split('\t').nth(index).unwrap_or_default()
    }
}

/// The items of `field`, parted by commas; none if it is empty.
pub(super) fn list(field: &'static str) -> impl Iterator<Item = &'static str> {
    field.split(',').filter(|item| !item.is_empty())
}

impl Table {
    /// The table with this text.
    pub(super) const fn new(text: &'static str) -> Self {
        Self { text }
    }

    /// All records, in order.
    pub(super) fn records(self) -> impl Iterator<Item = Record> {
        self.from(0)
    }

    /// The record whose key is `key`, letter case aside.
    pub(super) fn find(self, key: &str) -> Option<Record> {
        let record = self.from(self.lower_bound(key)).next()?;
        record.key().eq_ignore_ascii_case(key).then_some(record)
    }

    /// The records whose key starts with `prefix`, letter case aside, in order.
    pub(super) fn starting_with(self, prefix: impl AsRef<str>) -> impl Iterator<Item = Record> {
        let first = self.from(self.lower_bound(prefix.as_ref()));
        first.take_while(move |record| starts_with(record.key(), prefix.as_ref()))
    }

    fn from(self, offset: usize) -> impl Iterator<Item = Record> {
        let lines = self.text.get(offset..).unwrap_or_default().lines();
        lines.filter(|line| !line.starts_with('#')).map(|line| Record { line })
    }

    /// Offset of the first line whose key is not smaller than `key`.
    fn lower_bound(self, key: &str) -> usize {
        let (mut low, mut high) = (0, self.text.len());
        while low < high {
            let (start, line) = self.line_around(low.midpoint(high));
            let smaller = line.starts_with('#') || compare(Record { line }.key(), key) == Ordering::Less;
            if smaller {
                low = start + line.len() + 1;
            } else {
                high = start;
            }
        }
        low
    }

    /// The line that holds the byte at `offset`, and where it starts.
    fn line_around(self, offset: usize) -> (usize, &'static str) {
        let before = self.text.as_bytes().get(..offset).unwrap_or_default();
        let start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        (start, self.text.get(start..).unwrap_or_default().lines().next().unwrap_or_default())
    }
}

/// Whether `text` starts with `prefix`, letter case aside.
pub(super) fn starts_with(text: &str, prefix: &str) -> bool {
    text.as_bytes().get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
}

/// How the keys of a table are ordered: as bytes, letter case aside.
pub(super) fn compare(left: &str, right: &str) -> Ordering {
    let lower = |byte: u8| byte.to_ascii_lowercase();
    left.bytes().map(lower).cmp(right.bytes().map(lower))
}

#[cfg(test)]
mod tests {
    use super::{Table, list};

    #[test]
    fn finds_each_record_and_nothing_else() {
        // `-` sorts before `:`, as bytes do.
        const SORTED: Table = Table::new("# a header\na:B\t1\nA:c\t2\nb-c:a\t4\nb:a\t3\tx,y\n");
        for (key, value) in [("a:b", "1"), ("A:B", "1"), ("a:C", "2"), ("b-c:a", "4"), ("B:A", "3")] {
            assert_eq!(SORTED.find(key).map(|record| record.field(1)), Some(value), "{key}");
        }
        for key in ["", "#", "# a header", "a", "a:", "a:b1", "a:d", "b", "zz", "é"] {
            assert!(SORTED.find(key).is_none(), "{key}");
        }
        let keys: Vec<_> = SORTED.starting_with("A:").map(super::Record::key).collect();
        assert_eq!(keys, ["a:B", "A:c"]);
        assert_eq!(SORTED.starting_with("").count(), 4);
        assert_eq!(list(SORTED.find("b:a").unwrap().field(2)).collect::<Vec<_>>(), ["x", "y"]);
    }

    #[test]
    fn an_empty_table_has_nothing() {
        assert!(Table::new("").find("a").is_none());
        assert!(Table::new("# only a header\n").find("a").is_none());
    }
}
