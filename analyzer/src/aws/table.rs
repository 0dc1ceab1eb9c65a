//! Sorted text tables that are searched where they lie.
//!
//! INVARIANT: one record a line, fields parted by tabs, lines sorted by their first
//! field in ASCII lower case, lines that start with `#` only at the top. Nothing is
//! parsed before it is asked for; the first search notes where the lines start.

use std::cmp::Ordering;
use std::sync::OnceLock;

use memchr::{memchr, memchr_iter};

/// A table that is part of the binary.
#[derive(Debug)]
pub(super) struct Table {
    text: &'static str,
    /// Where its records start, once one was searched for.
    starts: OnceLock<Vec<u32>>,
}

/// A line of a [`Table`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Record {
    line: &'static str,
}

impl Record {
    /// The first field.
    pub(super) fn key(self) -> &'static str {
        cut(self.line, b'\t').0
    }

    /// The first `N` fields, read in one pass; empty where the line ends before them.
    pub(super) fn fields<const N: usize>(self) -> [&'static str; N] {
        let mut rest = self.line;
        std::array::from_fn(|_| {
            let (field, behind) = cut(rest, b'\t');
            rest = behind;
            field
        })
    }

    /// The field at `index` from 0; empty if the line ends before it.
    pub(super) fn field(self, index: usize) -> &'static str {
        let rest = (0..index).fold(self.line, |rest, _| cut(rest, b'\t').1);
        cut(rest, b'\t').0
    }
}

/// What stands before the first `at`, an ASCII character, and what stands behind it.
fn cut(text: &'static str, at: u8) -> (&'static str, &'static str) {
    let Some(end) = memchr(at, text.as_bytes()) else { return (text, "") };
    (text.get(..end).unwrap_or_default(), text.get(end + 1..).unwrap_or_default())
}

/// The items of `field`, parted by commas; none if it is empty.
pub(super) fn list(field: &'static str) -> impl Iterator<Item = &'static str> {
    field.split(',').filter(|item| !item.is_empty())
}

impl Table {
    /// The table with this text.
    pub(super) const fn new(text: &'static str) -> Self {
        Self { text, starts: OnceLock::new() }
    }

    /// All records, in order.
    pub(super) fn records(&self) -> impl Iterator<Item = Record> + use<> {
        self.from(0)
    }

    /// The record whose key is `key`, letter case aside.
    pub(super) fn find(&self, key: &str) -> Option<Record> {
        let record = self.from(self.lower_bound(key)).next()?;
        record.key().eq_ignore_ascii_case(key).then_some(record)
    }

    /// The records whose key starts with `prefix`, letter case aside, in order.
    pub(super) fn starting_with<P: AsRef<str>>(&self, prefix: P) -> impl Iterator<Item = Record> + use<P> {
        let first = self.from(self.lower_bound(prefix.as_ref()));
        first.take_while(move |record| starts_with(record.key(), prefix.as_ref()))
    }

    /// The records from that offset on, which is the start of a line.
    fn from(&self, offset: usize) -> impl Iterator<Item = Record> + use<> {
        let mut rest = self.text.get(offset..).unwrap_or_default();
        std::iter::from_fn(move || {
            while !rest.is_empty() {
                let (line, behind) = cut(rest, b'\n');
                rest = behind;
                if !line.starts_with('#') {
                    return Some(Record { line });
                }
            }
            None
        })
    }

    /// Offset of the first record whose key is not smaller than `key`; the end of the text if there is none.
    fn lower_bound(&self, key: &str) -> usize {
        let starts = self.starts.get_or_init(|| starts(self.text));
        let rest = |start: &u32| self.text.as_bytes().get(*start as usize..).unwrap_or_default();
        let at = starts.partition_point(|start| compare_key(rest(start), key.as_bytes()) == Ordering::Less);
        starts.get(at).map_or(self.text.len(), |start| *start as usize)
    }
}

/// Where the records of `text` start.
fn starts(text: &str) -> Vec<u32> {
    let bytes = text.as_bytes();
    let behind_lines = memchr_iter(b'\n', bytes).map(|at| at + 1);
    let lines = std::iter::once(0).chain(behind_lines).filter(|at| !matches!(bytes.get(*at), None | Some(b'#')));
    lines.filter_map(|at| u32::try_from(at).ok()).collect()
}

/// How the key of the record at the start of `rest` is ordered against `key`.
fn compare_key(rest: &[u8], key: &[u8]) -> Ordering {
    let is_end = |byte: Option<&u8>| matches!(byte, None | Some(b'\t' | b'\n'));
    for (at, wanted) in key.iter().enumerate() {
        let found = match rest.get(at) {
            Some(found) if !is_end(Some(found)) => found.to_ascii_lowercase(),
            _ => return Ordering::Less,
        };
        match found.cmp(&wanted.to_ascii_lowercase()) {
            Ordering::Equal => {}
            other => return other,
        }
    }
    if is_end(rest.get(key.len())) { Ordering::Equal } else { Ordering::Greater }
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
        static SORTED: Table = Table::new("# a header\na:B\t1\nA:c\t2\nb-c:a\t4\nb:a\t3\tx,y\n");
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
