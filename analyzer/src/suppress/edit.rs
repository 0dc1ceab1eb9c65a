//! Comments that silence, as edits: where a new one goes, and what goes with an old one.
//!
//! Where a comment may stand is told by the same scan that reads comments, so that what is
//! written here is read there.

use std::ops::Range;

use crate::finding::{Edit, Fix, Safety};
use crate::source::{BYTE_ORDER_MARK, FileId, Span, TextRange};

use super::{MARK, opened, scan};

/// What stands where the writer of a new comment has to say why.
const REASON: &str = "TODO: say why";

/// The edit that silences `code` for what starts at `offset` of `text`, which is in native
/// syntax: a comment on a line of its own, above the line or above the string or heredoc that
/// the line is part of. `None` where no comment can stand.
#[must_use]
pub fn comment(file: FileId, text: &str, offset: u32, code: &str) -> Option<Edit> {
    let lines = scan::lines(text);
    let behind = lines.partition_point(|line| line.range.start <= offset);
    let number = (0..behind).rev().find(|number| {
        let is_open = lines.get(*number).is_some_and(|line| line.has_code && !line.in_text);
        is_open && opened(lines.get(*number..).unwrap_or_default()).contains(&offset)
    })?;
    let line = lines.get(number)?.range.clone();
    let whole = text.get(line.start as usize..line.end as usize)?;
    let mark = if line.start == 0 && whole.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len_utf8() } else { 0 };
    let whole = whole.get(mark..)?;
    let indentation = whole.get(..whole.len() - whole.trim_start_matches([' ', '\t']).len())?;
    let at = line.start + u32::try_from(mark).ok()?;
    Some(Edit { span: TextRange::empty(at).at(file), new_text: format!("{indentation}# {MARK}[{code}] {REASON}\n") })
}

/// The fix that takes a suppression out. An editor offers it; nothing does it unseen, since
/// what is silenced may be found only where more is in view.
pub(super) fn remove(span: Span) -> Fix {
    let edits = vec![Edit { span, new_text: String::new() }];
    Fix { title: "remove the suppression".to_owned(), safety: Safety::Unsafe, edits }
}

/// The fix that names another rule.
pub(super) fn replace(span: Span, code: &str) -> Fix {
    let edits = vec![Edit { span, new_text: code.to_owned() }];
    Fix { title: format!("replace with `{code}`"), safety: Safety::Unsafe, edits }
}

/// What goes with each code of a comment.
pub(super) struct Removal<'a> {
    text: &'a str,
    /// What is in the comment.
    content: &'a Range<usize>,
    codes: &'a [(String, Range<usize>)],
}

impl<'a> Removal<'a> {
    /// The codes have their places in the comment, whose content is a range of `text`.
    pub(super) fn new(text: &'a str, content: &'a Range<usize>, codes: &'a [(String, Range<usize>)]) -> Self {
        Self { text, content, codes }
    }

    /// What goes with the code at `index`: of several the code with a comma, else the comment.
    pub(super) fn of(&self, index: usize) -> Range<usize> {
        let place = |index: usize| {
            let (_, range) = self.codes.get(index)?;
            Some(self.content.start + range.start..self.content.start + range.end)
        };
        let before = index.checked_sub(1).and_then(place);
        match (before, place(index), place(index + 1)) {
            (_, Some(own), Some(next)) => own.start..next.start,
            (Some(before), Some(own), None) => before.end..own.end,
            (None, _, _) | (Some(_), None, _) => self.comment(),
        }
    }

    /// The comment with its marks and the space in front of it, and with its lines if nothing
    /// else is on them.
    fn comment(&self) -> Range<usize> {
        let before = self.text.get(..self.content.start).unwrap_or_default();
        let written = self.text.get(self.content.clone()).unwrap_or_default();
        let end = self.content.start + written.trim_end_matches('\r').len();
        let opened = ["/*", "//", "#"].into_iter().find_map(|mark| before.strip_suffix(mark)).unwrap_or(before);
        let behind = self.text.get(end..).unwrap_or_default();
        let closed = if before.ends_with("/*") { behind.strip_prefix("*/").unwrap_or(behind) } else { behind };
        let front = opened.trim_end_matches(BLANK);
        let rest = closed.trim_start_matches(['\r', ' ', '\t']);
        let is_alone = (front.is_empty() || front.ends_with('\n')) && (rest.is_empty() || rest.starts_with('\n'));
        match rest.strip_prefix('\n') {
            Some(next) if is_alone => front.len()..self.text.len() - next.len(),
            None if is_alone => front.len()..self.text.len(),
            // What a comment opens a line with goes with the space behind it, so that the line stays where it was.
            Some(_) | None if front.is_empty() || front.ends_with('\n') => {
                opened.len()..self.text.len() - closed.trim_start_matches(BLANK).len()
            }
            Some(_) | None => front.len()..self.text.len() - closed.len(),
        }
    }
}

const BLANK: [char; 2] = [' ', '\t'];

#[cfg(test)]
#[expect(clippy::string_slice, reason = "a test that slips fails, as it should")]
mod tests {
    use super::*;
    use crate::finding::Finding;
    use crate::rules::Selection;
    use crate::source::SourceMap;
    use crate::suppress::Suppressions;

    /// The text with a comment that silences what starts at the first `?`.
    fn silenced(text: &str) -> String {
        let sources = SourceMap::default();
        let file = sources.add("main.tf", text);
        let at = u32::try_from(text.find('?').unwrap()).unwrap();
        let Some(edit) = comment(file, text, at, "unknown-action") else { return "none".to_owned() };
        let mut new = text.to_owned();
        new.replace_range(edit.span.range.as_usize(), &edit.new_text);
        new
    }

    #[test]
    fn a_comment_goes_above_the_line() {
        let comment = "# crosstrail:ignore[unknown-action] TODO: say why\n";
        assert_eq!(silenced("a = 1\nb = \"?\"\n"), format!("a = 1\n{comment}b = \"?\"\n"));
        assert_eq!(silenced("a {\n\tb = [\n\t\t?,\n"), format!("a {{\n\tb = [\n\t\t{comment}\t\t?,\n"));
        assert_eq!(silenced("\u{feff}b = \"?\"\n"), format!("\u{feff}{comment}b = \"?\"\n"));
    }

    #[test]
    fn a_comment_does_not_go_into_a_text() {
        let comment = "# crosstrail:ignore[unknown-action] TODO: say why\n";
        let heredoc = "a {\n  b = <<EOF\n{\n  ?\nEOF\n}\n";
        assert_eq!(silenced(heredoc), format!("a {{\n  {comment}{}", &heredoc[4..]));
        let call = "a {\n  b = f(\"x\", <<EOF\n{\n  ?\nEOF\n)\n}\n";
        assert_eq!(silenced(call), format!("a {{\n  {comment}{}", &call[4..]));
    }

    #[test]
    fn what_is_written_silences() {
        for text in [
            "a = ?\n",
            "?",
            "a = [\n\n  # x\n  ?\n]\n",
            "a = \"${f(\n  ?\n)}\"\n",
            "a = { b = \"${c(\n{\n ?\n})}\"\n}\n",
            "a = <<A\n ${f(\"?\")}\nA\n",
            "/* x\n */ a = ?\n",
            "a = <<A\n?",
        ] {
            let sources = SourceMap::default();
            let new = silenced(text);
            let file = sources.add("main.tf", new.as_str());
            let mut suppressions = Suppressions::default();
            suppressions.add(&sources, file);
            let at = u32::try_from(new.find('?').unwrap()).unwrap();
            let found = Finding {
                code: "unknown-action",
                ..super::super::finding(
                    TextRange::empty(at).at(file),
                    crate::finding::Severity::Error,
                    String::new(),
                    None,
                )
            };
            let parted = suppressions.part(vec![found], &Selection::default(), &sources);
            assert_eq!((parted.kept, parted.silenced.len()), (Vec::new(), 1), "{new}");
        }
    }

    /// The text after each suppression that silences nothing is mended alone.
    fn mended(text: &str) -> Vec<String> {
        let sources = SourceMap::default();
        let file = sources.add("main.tf", text);
        let mut suppressions = Suppressions::default();
        suppressions.add(&sources, file);
        let found = suppressions.part(Vec::new(), &Selection::default(), &sources).kept;
        let fixes = found.into_iter().flat_map(|finding| finding.fixes);
        let after = fixes.map(|fix| {
            let mut new = text.to_owned();
            for edit in fix.edits {
                new.replace_range(edit.span.range.as_usize(), &edit.new_text);
            }
            new
        });
        after.collect()
    }

    #[test]
    fn a_suppression_goes_with_its_comment() {
        let one = |comment: &str| comment.replace('@', "crosstrail:ignore[duplicate-sid]");
        assert_eq!(mended(&one("a = 1\n  # @ why\nb = 2\n")), ["a = 1\nb = 2\n"]);
        assert_eq!(mended(&one("a = 1 # @ why\nb = 2\n")), ["a = 1\nb = 2\n"]);
        assert_eq!(mended(&one("a = 1 // @\r\nb = 2\r\n")), ["a = 1\r\nb = 2\r\n"]);
        assert_eq!(mended(&one("  /* @ */ a = 1\n")), ["  a = 1\n"]);
        assert_eq!(mended(&one("  /* @\n why */\na = 1\n")), ["a = 1\n"]);
        assert_eq!(mended(&one("a = 1 /* @ */ + 2\n")), ["a = 1 + 2\n"]);
        assert_eq!(mended(&one("a = 1\n# @")), ["a = 1\n"]);
    }

    #[test]
    fn one_of_several_codes_goes_alone() {
        let text = "# crosstrail:ignore[duplicate-sid, invalid-effect, missing-version] why\na = 1\n";
        let expected = [
            "# crosstrail:ignore[invalid-effect, missing-version] why\na = 1\n",
            "# crosstrail:ignore[duplicate-sid, missing-version] why\na = 1\n",
            "# crosstrail:ignore[duplicate-sid, invalid-effect] why\na = 1\n",
        ];
        assert_eq!(mended(text), expected);
    }

    #[test]
    fn a_slip_is_mended() {
        assert_eq!(
            mended("a = 1 # crosstrail:ignore[duplicate-sdi]\n"),
            ["a = 1 # crosstrail:ignore[duplicate-sid]\n"]
        );
        assert_eq!(mended("a = 1 # crosstrail:ignore\n"), [""; 0]);
    }
}
