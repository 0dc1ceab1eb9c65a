//! Takes elements out of lists, as the text of a file has them.

use crate::finding::Edit;
use crate::policy::model::Leaf;
use crate::source::{FileId, Span, TextRange};

use super::Report;

/// The edits that take `leaves` out of the list that they are written in. `None` unless
/// each of them stands there as a quoted text of its own.
pub(super) fn remove(leaves: &[&Leaf], report: &Report<'_>) -> Option<Vec<Edit>> {
    let file = leaves.first()?.span.file;
    let text = report.file_text(file);
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for leaf in leaves {
        let is_here = leaf.span.file == file && leaf.via.is_empty() && report.is_literal(leaf);
        let element = element(&text, leaf.span.range.as_usize()).filter(|_| is_here)?;
        ranges.push(with_comma(&text, element)?);
    }
    ranges.sort_unstable();
    let mut joined: Vec<(usize, usize)> = Vec::new();
    for (start, end) in ranges {
        match joined.last_mut() {
            Some((_, last)) if start <= *last => *last = end.max(*last),
            _ => joined.push((start, end)),
        }
    }
    joined.into_iter().map(|range| edit(file, without_last_comma(&text, range))).collect()
}

/// The element with its quotes.
fn element(text: &str, content: std::ops::Range<usize>) -> Option<(usize, usize)> {
    let (before, behind) = (text.get(..content.start)?, text.get(content.end..)?);
    let is_plain = before.ends_with('"') && !before.ends_with("\\\"") && behind.starts_with('"');
    is_plain.then_some((content.start - 1, content.end + 1))
}

/// The element with the comma behind it and the space up to the next element, or with
/// the whole line if it has one of its own. `None` if it stands in no list.
fn with_comma(text: &str, (start, end): (usize, usize)) -> Option<(usize, usize)> {
    let behind = text.get(end..)?.trim_start_matches([' ', '\t']);
    let end = text.len() - behind.strip_prefix(',').unwrap_or(behind).len();
    let is_element = text.get(..start)?.trim_end().ends_with(['[', ',']) && behind.trim_start().starts_with([',', ']']);
    let line_start = text.get(..start)?.rfind('\n').map_or(0, |at| at + 1);
    let starts_line = text.get(line_start..start)?.trim().is_empty();
    let rest = text.get(end..)?;
    let blank = rest.len() - rest.trim_start_matches([' ', '\t', '\r']).len();
    let ends_line = rest.get(blank..)?.starts_with('\n');
    is_element.then_some(match (starts_line, ends_line) {
        (true, true) => (line_start, end + blank + 1),
        (_, false) => (start, end + blank),
        (false, true) => (start, end),
    })
}

/// Where the elements were the last of their list and had no comma behind them, the one in front goes as well.
fn without_last_comma(text: &str, (start, end): (usize, usize)) -> (usize, usize) {
    let had_comma = text.get(start..end).is_some_and(|removed| removed.trim_end().ends_with(','));
    let is_last = !had_comma && text.get(end..).is_some_and(|behind| behind.trim_start().starts_with(']'));
    let before = text.get(..start).unwrap_or_default();
    let kept = before.trim_end();
    match kept.strip_suffix(',') {
        // What lies between the comma and the elements stays, if it is the indentation of the bracket.
        Some(kept_without) if is_last && before.ends_with('\n') => {
            (kept_without.len(), end.saturating_sub(1).max(start))
        }
        Some(kept_without) if is_last => (kept_without.len(), end),
        _ => (start, end),
    }
}

fn edit(file: FileId, (start, end): (usize, usize)) -> Option<Edit> {
    let range = TextRange::new(u32::try_from(start).ok()?, u32::try_from(end).ok()?);
    let span: Span = range.at(file);
    Some(Edit { span, new_text: String::new() })
}
