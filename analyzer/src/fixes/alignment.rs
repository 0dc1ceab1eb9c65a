//! What was laid out as `terraform fmt` does it stays so.
//!
//! On lines that follow each other the equals signs of attributes stand in one column, and so do
//! the comments behind them. Where a fix makes a name longer, or adds or takes a line, the rest
//! moves with it; but lines that someone has laid out in another way keep their way.

use std::collections::HashMap;

use unicode_segmentation::UnicodeSegmentation as _;

use super::Rewritten;
use crate::source::TextRange;
use crate::syntax::scan::{self, Line};

/// What is lined up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Assignments,
    Comments,
}

/// The space in front of what is lined up, in one line.
#[derive(Debug, Clone, Copy)]
struct Gap {
    line: usize,
    range: TextRange,
    /// How many characters are in front of it.
    before: usize,
}

/// `file` with what was lined up before its edits lined up again.
pub(super) fn kept(file: Rewritten) -> Rewritten {
    // Where the comments stand depends on where the equals signs do.
    [Column::Assignments, Column::Comments].into_iter().fold(file, |file, column| {
        let widths = widths(&file, column);
        let changed = if widths.is_empty() { None } else { widened(&file, &widths) };
        changed.unwrap_or(file)
    })
}

/// The gaps of the new text that have to have another width, in order, and the width.
fn widths(file: &Rewritten, column: Column) -> Vec<(TextRange, usize)> {
    let old = gaps(&file.old_text, column);
    let states = chains(&old).flat_map(|chain| {
        let is_aligned = is_aligned(chain);
        chain.iter().map(move |gap| (gap.range.end, is_aligned))
    });
    let was_aligned: HashMap<u32, bool> = states.collect();
    let mut widths = Vec::new();
    for chain in chains(&gaps(&file.new_text, column)) {
        let before = |gap: &Gap| was_aligned.get(&file.origin(gap.range.end)?).copied();
        let mut known = chain.iter().filter_map(before).peekable();
        if known.peek().is_some() && known.all(|is_aligned| is_aligned) && !is_aligned(chain) {
            widths.extend(chain.iter().map(|gap| (gap.range, widest(chain) + 1 - gap.before)));
        }
    }
    widths
}

/// `file` with spaces of these widths in the gaps; `None` if one of them is not told apart from an edit.
fn widened(file: &Rewritten, widths: &[(TextRange, usize)]) -> Option<Rewritten> {
    let (mut text, mut at, mut places) = (String::new(), 0, Vec::new());
    let mut moves: Vec<(u32, u32)> = Vec::new();
    for (gap, width) in widths {
        text.push_str(file.new_text.get(at..gap.as_usize().start)?);
        let start = u32::try_from(text.len()).ok()?;
        text.extend(std::iter::repeat_n(' ', *width));
        at = gap.as_usize().end;
        let end = u32::try_from(text.len()).ok()?;
        moves.push((gap.end, end));
        let is_inside = |(_, new): &&(TextRange, TextRange)| new.contains_range(*gap);
        if file.places.iter().any(|place| is_inside(&place)) {
            continue;
        }
        let meets = |(_, new): &(TextRange, TextRange)| new.start < gap.end && gap.start < new.end;
        if gap.is_empty() || file.places.iter().any(meets) {
            return None;
        }
        let origin = file.origin(gap.start)?;
        places.push((TextRange::new(origin, origin + gap.len()), TextRange::new(start, end)));
    }
    text.push_str(file.new_text.get(at..)?);
    let moved = |offset: u32| {
        let before = moves.iter().take_while(|(old, _)| *old <= offset).last();
        before.map_or(offset, |(old, new)| new + (offset - old))
    };
    places.extend(file.places.iter().map(|(old, new)| (*old, TextRange::new(moved(new.start), moved(new.end)))));
    places.sort_by_key(|(old, new)| (old.start, new.start));
    Some(Rewritten { new_text: text.into(), places, ..file.clone() })
}

/// Gaps of lines that follow each other.
fn chains(gaps: &[Gap]) -> impl Iterator<Item = &[Gap]> {
    gaps.chunk_by(|one, next| one.line + 1 == next.line)
}

fn widest(chain: &[Gap]) -> usize {
    chain.iter().map(|gap| gap.before).max().unwrap_or_default()
}

fn is_aligned(chain: &[Gap]) -> bool {
    let widest = widest(chain);
    chain.iter().all(|gap| gap.before + gap.range.len() as usize == widest + 1)
}

fn gaps(text: &str, column: Column) -> Vec<Gap> {
    let lines = scan::lines(text).into_iter().enumerate();
    lines.filter_map(|(number, line)| gap(text, number, &line, column)).collect()
}

fn gap(text: &str, line: usize, of: &Line, column: Column) -> Option<Gap> {
    let end = match column {
        // The value of one that opens more than it closes goes on below.
        Column::Assignments => of.equals.filter(|equals| equals.depth == of.depth_after)?.at,
        Column::Comments => match of.comments.as_slice() {
            [comment] if of.has_code && !of.in_text => comment.start,
            _ => return None,
        },
    };
    let before = text.get(of.range.start as usize..end)?;
    let code = before.trim_end_matches([' ', '\t']);
    let start = of.range.start.checked_add(u32::try_from(code.len()).ok()?)?;
    let range = TextRange::new(start, u32::try_from(end).ok()?);
    (!code.trim().is_empty()).then(|| Gap { line, range, before: code.graphemes(true).count() })
}

#[cfg(test)]
mod tests {
    use crate::source::SourceMap;

    use super::super::rewritten;
    use super::*;

    /// `old` with `from` replaced by `to`, lined up.
    fn after(old: &str, from: &str, to: &str) -> String {
        let sources = SourceMap::default();
        let file = sources.add("a.tf", old);
        let start = u32::try_from(old.find(from).unwrap()).unwrap();
        let range = TextRange::new(start, start + u32::try_from(from.len()).unwrap());
        let rewritten = kept(rewritten(file, &[(range, to)], &sources).unwrap());
        for (old_range, new_range) in &rewritten.places {
            let texts = [old.get(old_range.as_usize()), rewritten.new_text.get(new_range.as_usize())];
            assert!(*old_range == range || texts.iter().all(|text| text.unwrap().trim().is_empty()));
        }
        let last = u32::try_from(old.len() - 1).unwrap();
        assert_eq!(rewritten.new_text.get(rewritten.moved(last) as usize..), Some("\n"));
        rewritten.new_text.to_string()
    }

    #[test]
    fn lines_around_a_longer_name_move_with_it() {
        let old = "a = {\n  Efct = \"Allow\"\n  Sid  = \"x\" # why\n  Action = [\n    \"é\",  # one\n    \"b\", # two\n  ]\n}\n";
        let new = "a = {\n  Effect = \"Allow\"\n  Sid    = \"x\" # why\n  Action = [\n    \"é\",  # one\n    \"b\", # two\n  ]\n}\n";
        assert_eq!(after(old, "Efct", "Effect"), new);
        // Comments that stood in one column still do.
        let old = "a = [\n  \"x\",   # one\n  \"yyy\", # two\n]\n";
        assert_eq!(after(old, "yyy", "z"), "a = [\n  \"x\", # one\n  \"z\", # two\n]\n");
        let old = "aa = 1   # one\nb  = 222 # two\n";
        assert_eq!(after(old, "aa", "a"), "a = 1   # one\nb = 222 # two\n");
        assert_eq!(after(old, "222", "2"), "aa = 1 # one\nb  = 2 # two\n");
    }

    #[test]
    fn a_line_that_comes_or_goes_moves_the_others() {
        let old = "a {\n  b = 1\n}\n";
        assert_eq!(after(old, "  b", "  longer = 2\n  b"), "a {\n  longer = 2\n  b      = 1\n}\n");
        assert_eq!(after("a      = 1\nlonger = 2\nb      = \"=\"\n", "longer = 2\n", ""), "a = 1\nb = \"=\"\n");
        assert_eq!(after("a = 1\r\nb = 2\r\n", "b", "b1"), "a  = 1\r\nb1 = 2\r\n");
    }

    #[test]
    fn what_was_not_lined_up_keeps_its_way() {
        for old in ["a     = 1\nb = 2\n", "a=1\nb = 2\n", "a = 1\nbbb = 2\n"] {
            assert_eq!(after(old, "b", "bb"), old.replacen('b', "bb", 1));
        }
        // These are not lined up by anybody: several on a line, a value that goes on below, a heredoc.
        let old = "a = [\n  { b = 1, c = 2 },\n  { ddd = 1, c = 2 },\n]\ne = <<-X\n  b = 1\n  ccc = 2\nX\n";
        assert_eq!(after(old, "b", "bbbb"), old.replacen('b', "bbbb", 1));
        let old = "a = 1\nbb = {\n  c = a == b\n}\n";
        assert_eq!(after(old, "a", "aaa"), old.replacen('a', "aaa", 1));
    }
}
