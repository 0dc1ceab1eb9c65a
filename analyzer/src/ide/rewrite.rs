//! From two texts of a file to the edits between them.

use std::ops::Range;

use crate::source::TextRange;

/// What is replaced by what, in the order of the text. `places` are where the new text has what the old one
/// does not: between them the two are alike.
pub(super) fn edits(old: &str, new: &str, places: impl Iterator<Item = TextRange>) -> Vec<(TextRange, String)> {
    in_places(old, new, &joined(new, places)).unwrap_or_else(|| vec![whole(old, new)])
}

/// `text` with the line ends of `old`.
pub(super) fn with_line_ends_of(old: &str, text: &str) -> String {
    let has_carriage_returns = old.split_once('\n').is_some_and(|(line, _)| line.ends_with('\r'));
    if has_carriage_returns { text.replace("\r\n", "\n").replace('\n', "\r\n") } else { text.to_owned() }
}

/// The places in their order, those that have no whole line between them put together.
fn joined(new: &str, places: impl Iterator<Item = TextRange>) -> Vec<Range<usize>> {
    let mut places: Vec<Range<usize>> = places.map(TextRange::as_usize).collect();
    places.sort_by_key(|place| (place.start, place.end));
    let mut joined: Vec<Range<usize>> = Vec::new();
    for place in places {
        match joined.last_mut() {
            Some(last) if new.get(last.end..place.start).is_none_or(|gap| gap.matches('\n').count() < 2) => {
                last.end = last.end.max(place.end);
            }
            Some(_) | None => joined.push(place),
        }
    }
    joined
}

/// Finds each text between two places in the old text, in order: the first place that fits is one that
/// leaves the most to those behind it, so that all are found if they are there at all.
fn in_places(old: &str, new: &str, places: &[Range<usize>]) -> Option<Vec<(TextRange, String)>> {
    let (mut edits, mut at_new, mut at_old) = (Vec::new(), 0, 0);
    for (index, place) in places.iter().enumerate() {
        let gap = new.get(at_new..place.start)?;
        let found = if index == 0 { old.starts_with(gap).then_some(0)? } else { old.get(at_old..)?.find(gap)? };
        edits.push((at_old..at_old + found, at_new));
        (at_old, at_new) = (at_old + found + gap.len(), place.end);
    }
    let end = old.len().checked_sub(new.get(at_new..)?.len())?;
    let is_end = end >= at_old && old.get(end..) == new.get(at_new..);
    edits.push((at_old..end, at_new));
    let starts = places.iter().map(|place| place.start);
    // The first of the edits is what stands before the first place: nothing.
    let edits = edits.into_iter().skip(1).zip(starts).map(|((range, end), start)| {
        let text = new.get(start..end)?.to_owned();
        Some((TextRange::new(u32::try_from(range.start).ok()?, u32::try_from(range.end).ok()?), text))
    });
    edits.collect::<Option<Vec<_>>>().filter(|_| is_end)
}

/// One edit from the first difference to the last.
fn whole(old: &str, new: &str) -> (TextRange, String) {
    let same = |(a, b): &(char, char)| a == b;
    let front: usize = old.chars().zip(new.chars()).take_while(same).map(|(letter, _)| letter.len_utf8()).sum();
    let (old_rest, new_rest) = (old.get(front..).unwrap_or_default(), new.get(front..).unwrap_or_default());
    let ends = old_rest.chars().rev().zip(new_rest.chars().rev());
    let back: usize = ends.take_while(same).map(|(letter, _)| letter.len_utf8()).sum();
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    let text = new_rest.get(..new_rest.len() - back).unwrap_or_default().to_owned();
    (TextRange::new(offset(front), offset(old.len() - back)), text)
}

#[cfg(test)]
#[expect(clippy::string_slice, reason = "a test that slips fails, as it should")]
mod tests {
    use super::*;

    fn applied(old: &str, edits: &[(TextRange, String)]) -> String {
        let mut text = old.to_owned();
        for (range, new) in edits.iter().rev() {
            text.replace_range(range.as_usize(), new);
        }
        text
    }

    /// The old parts of the edits from `old` to `new`, whose places are those in brackets.
    fn replaced(old: &str, marked: &str) -> Vec<String> {
        let (mut new, mut places) = (String::new(), Vec::new());
        for part in marked.split_inclusive(['[', ']']) {
            let start = new.len();
            new.push_str(part.trim_end_matches(['[', ']']));
            if part.ends_with(']') {
                places.push(TextRange::new(u32::try_from(start).unwrap(), u32::try_from(new.len()).unwrap()));
            }
        }
        let edits = edits(old, &new, places.into_iter());
        assert_eq!(applied(old, &edits), new);
        edits.iter().map(|(range, _)| old[range.as_usize()].to_owned()).collect()
    }

    #[test]
    fn edits_are_as_small_as_the_places() {
        assert_eq!(replaced("a1b\n\nc2d\n", "a[one]b\n\nc[two]d\n"), ["1", "2"]);
        assert_eq!(replaced("a\n\n\nb", "a[x]\n\n\n[y]b"), ["", ""]);
        assert_eq!(replaced("a1b", "a[]b"), ["1"]);
        assert_eq!(replaced("a1b2c", "a[x]b[y]c"), ["1b2"], "no line lies between them");
    }

    #[test]
    fn what_stands_twice_is_found() {
        assert_eq!(replaced("a\n\nb\n\na\n\nc", "a\n\n[x]\n\na\n\nc"), ["b"]);
        assert_eq!(replaced("1\n\n\n\n2\n\n3", "[x]\n\n[y]\n\n[z]"), ["1", "", "2\n\n3"]);
    }

    #[test]
    fn places_that_are_wrong_do_no_harm() {
        let wrong = [TextRange::new(0, 1), TextRange::new(40, 50)];
        for places in [&wrong[..], &wrong[..1], &[]] {
            let edits = edits("a äb c", "a äx c", places.iter().copied());
            assert_eq!(applied("a äb c", &edits), "a äx c");
        }
    }

    #[test]
    fn line_ends_are_those_of_the_file() {
        assert_eq!(with_line_ends_of("a\r\nb", "x\ny\r\n"), "x\r\ny\r\n");
        assert_eq!(with_line_ends_of("a\nb", "x\ny"), "x\ny");
    }
}
