//! Sorted text tables that are searched where they lie.
//!
//! INVARIANT: one record a line, fields parted by tabs, lines sorted by their first
//! field in ASCII lower case, lines that start with `#` only at the top. Nothing is
//! parsed before it is asked for; the first search notes where the lines start, and the
//! first search for a whole key where the keys are.

use std::cmp::Ordering;
use std::sync::OnceLock;

use memchr::{memchr, memchr_iter};

/// A table that is part of the binary.
#[derive(Debug)]
pub(super) struct Table {
    text: &'static str,
    /// Where its records start, once one was searched for.
    starts: OnceLock<Vec<u32>>,
    /// Where its keys are, once a whole one was searched for.
    keys: OnceLock<Keys>,
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
        Self { text, starts: OnceLock::new(), keys: OnceLock::new() }
    }

    /// All records, in order.
    pub(super) fn records(&self) -> impl Iterator<Item = Record> + use<> {
        self.from(0)
    }

    /// The record whose key is `key`, letter case aside.
    pub(super) fn find(&self, key: &str) -> Option<Record> {
        self.find_parts([key.as_bytes()])
    }

    /// The record whose key is `first`, a dot and `second`, letter case aside.
    pub(super) fn find_dotted(&self, first: &str, second: &str) -> Option<Record> {
        self.find_parts([first.as_bytes(), b".", second.as_bytes()])
    }

    /// The record whose key is `parts`, one behind the other.
    fn find_parts<const N: usize>(&self, parts: [&[u8]; N]) -> Option<Record> {
        let keys = self.keys.get_or_init(|| Keys::of(self.text, self.starts()));
        let has_key = |start: &usize| {
            let mut rest = self.text.as_bytes().get(*start..).unwrap_or_default();
            parts.iter().all(|part| {
                let (found, behind) = rest.split_at_checked(part.len()).unwrap_or_default();
                rest = behind;
                found.eq_ignore_ascii_case(part)
            }) && matches!(rest.first(), None | Some(b'\t' | b'\n'))
        };
        let mut candidates = keys.candidates(parts.iter().copied().flatten().copied());
        self.from(candidates.find(has_key)?).next()
    }

    fn starts(&self) -> &[u32] {
        self.starts.get_or_init(|| starts(self.text))
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
    ///
    /// INVARIANT: the records around the place that is searched for share their first bytes with `key`, as many
    /// as both ends of the range do, so no byte of a long key is compared anew in each step.
    fn lower_bound(&self, key: &str) -> usize {
        let starts = self.starts();
        let (mut low, mut high) = (0, starts.len());
        let (mut low_shares, mut high_shares) = (0, 0);
        while low < high {
            let middle = low.midpoint(high);
            let start = starts.get(middle).map_or(self.text.len(), |start| *start as usize);
            let rest = self.text.as_bytes().get(start..).unwrap_or_default();
            let (order, shares) = compare_key(rest, key.as_bytes(), low_shares.min(high_shares));
            if order == Ordering::Less {
                (low, low_shares) = (middle + 1, shares);
            } else {
                (high, high_shares) = (middle, shares);
            }
        }
        starts.get(low).map_or(self.text.len(), |start| *start as usize)
    }
}

/// Where the keys of a table are, by their hashes: a search for one among thousands costs one look.
#[derive(Debug)]
struct Keys {
    /// Starts of records, each at the place of its key's hash or at the first free one behind it;
    /// [`FREE`] elsewhere. Their number is a power of two, and at least a half is free.
    slots: Vec<u32>,
}

/// No record starts here: no table is as large.
const FREE: u32 = u32::MAX;

impl Keys {
    fn of(text: &str, starts: &[u32]) -> Self {
        let mut slots = vec![FREE; (starts.len() * 2).next_power_of_two()];
        let mask = slots.len() - 1;
        for start in starts {
            let rest = text.as_bytes().get(*start as usize..).unwrap_or_default();
            let mut at = place(rest.iter().copied()) & mask;
            while let Some(slot) = slots.get_mut(at) {
                if *slot == FREE {
                    *slot = *start;
                    break;
                }
                at = (at + 1) & mask;
            }
        }
        Self { slots }
    }

    /// The starts of the records that may have `key`.
    fn candidates<K: Iterator<Item = u8>>(&self, key: K) -> impl Iterator<Item = usize> + use<'_, K> {
        let mask = self.slots.len().saturating_sub(1);
        let first = place(key);
        let slots = (0..self.slots.len()).map_while(move |step| self.slots.get((first + step) & mask));
        slots.take_while(|start| **start != FREE).map(|start| *start as usize)
    }
}

/// Where the key at the start of `rest` would like to be: a hash, the same for keys that differ in letter case
/// alone. The bit that tells letters apart is set in every byte, whatever it is.
fn place(rest: impl Iterator<Item = u8>) -> usize {
    const CASE: u8 = 0x20;
    const MULTIPLIER: u32 = 0x0100_0193;
    let key = rest.take_while(|byte| !matches!(byte, b'\t' | b'\n'));
    let hash = key.fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte | CASE)).wrapping_mul(MULTIPLIER));
    // The low bits of a product depend on the low bits of its factors alone.
    (hash ^ (hash >> 15)) as usize
}

/// Where the records of `text` start.
fn starts(text: &str) -> Vec<u32> {
    let bytes = text.as_bytes();
    let behind_lines = memchr_iter(b'\n', bytes).map(|at| at + 1);
    let lines = std::iter::once(0).chain(behind_lines).filter(|at| !matches!(bytes.get(*at), None | Some(b'#')));
    lines.filter_map(|at| u32::try_from(at).ok()).collect()
}

/// How the key of the record at the start of `rest` is ordered against `key`, and how many bytes they
/// share; that they share the first `known` of them is known.
fn compare_key(rest: &[u8], key: &[u8], known: usize) -> (Ordering, usize) {
    let is_end = |byte: Option<&u8>| matches!(byte, None | Some(b'\t' | b'\n'));
    let (found, wanted) = (rest.get(known..).unwrap_or_default(), key.get(known..).unwrap_or_default());
    let pairs = found.iter().zip(wanted);
    let same = pairs.take_while(|(found, wanted)| !is_end(Some(found)) && found.eq_ignore_ascii_case(wanted)).count();
    let shares = known + same;
    let order = match (rest.get(shares), key.get(shares)) {
        (found, None) if is_end(found) => Ordering::Equal,
        (_, None) => Ordering::Greater,
        (found, Some(_)) if is_end(found) => Ordering::Less,
        (found, wanted) => found.map(u8::to_ascii_lowercase).cmp(&wanted.map(u8::to_ascii_lowercase)),
    };
    (order, shares)
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
