//! Changes of files as a unified diff.

use std::fmt::{self, Write};
use std::ops::Range;

use crosstrail_analyzer::analysis::{DoneFix, FixedFile};
use crosstrail_analyzer::finding::Safety;
use crosstrail_analyzer::source::{LineIndex, TextRange};
use similar::{ChangeTag, DiffOp, TextDiff};

/// Lines around a change.
const CONTEXT: usize = 3;

/// What fixes change in `file`, for people, `patch` and `git apply`. A hunk with fixes that
/// someone has to look at stands below a line for each of them, and has a header of its own:
/// what reads diffs takes such a line for the end of the file's hunks.
pub(crate) fn of_file(file: &FixedFile, done: &[DoneFix]) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    let _always_ok = write(file, done, &mut text);
    text
}

fn write(file: &FixedFile, done: &[DoneFix], to: &mut String) -> fmt::Result {
    let diff = TextDiff::from_lines(&*file.old_text, &*file.new_text);
    let index = LineIndex::new(&file.new_text);
    let mut base = None;
    for hunk in diff.grouped_ops(CONTEXT) {
        let (Some(old), Some(new)) = (lines(&hunk, DiffOp::old_range), lines(&hunk, DiffOp::new_range)) else {
            continue;
        };
        let titles = unsafe_titles(file, done, &index, &new);
        for title in &titles {
            writeln!(to, "# unsafe: {title}")?;
        }
        if base.is_none() || !titles.is_empty() {
            writeln!(to, "--- a/{path}\n+++ b/{path}", path = file.path)?;
            // A further header is about the file as the hunks above have left it.
            base = Some(base.map_or((0, 0), |_: (usize, usize)| (old.start, new.start)));
        }
        let (old_base, new_base) = base.unwrap_or_default();
        let start = (old.start + new_base).saturating_sub(old_base);
        writeln!(to, "@@ -{} +{} @@", place(start, old.len()), place(new.start, new.len()))?;
        for change in hunk.iter().flat_map(|op| diff.iter_changes(op)) {
            let end = if change.missing_newline() { "\n\\ No newline at end of file\n" } else { "" };
            write!(to, "{}{}{end}", sign(change.tag()), change.value())?;
        }
    }
    Ok(())
}

fn sign(tag: ChangeTag) -> char {
    match tag {
        ChangeTag::Delete => '-',
        ChangeTag::Insert => '+',
        ChangeTag::Equal => ' ',
    }
}

/// The lines that the parts of a hunk are in, from 0.
fn lines(hunk: &[DiffOp], range: fn(&DiffOp) -> Range<usize>) -> Option<Range<usize>> {
    Some(range(hunk.first()?).start..range(hunk.last()?).end)
}

/// Where a hunk starts and how long it is. An empty one is behind the line that it names.
fn place(start: usize, lines: usize) -> String {
    match lines {
        0 => format!("{start},0"),
        1 => (start + 1).to_string(),
        _ => format!("{},{lines}", start + 1),
    }
}

/// The titles of the unsafe fixes that changed something in these lines, each once.
fn unsafe_titles<'a>(file: &FixedFile, done: &'a [DoneFix], index: &LineIndex, hunk: &Range<usize>) -> Vec<&'a str> {
    let is_here = |range: TextRange| {
        let (first, last) = (index.line(range.start) as usize, index.line(range.end) as usize);
        first < hunk.end && hunk.start <= last
    };
    let changes_here = |fix: &&DoneFix| fix.places.iter().any(|(path, range)| *path == file.path && is_here(*range));
    let mut titles = Vec::new();
    for fix in done.iter().filter(|fix| fix.safety == Safety::Unsafe).filter(changes_here) {
        if !titles.contains(&fix.title.as_str()) {
            titles.push(&fix.title);
        }
    }
    titles
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(old: &str, new: &str) -> FixedFile {
        FixedFile { path: "a/b.tf".into(), old_text: old.into(), new_text: new.into() }
    }

    fn fix(title: &str, file: &FixedFile, text: &str) -> DoneFix {
        let start = u32::try_from(file.new_text.find(text).unwrap()).unwrap();
        let range = TextRange::new(start, start + u32::try_from(text.len()).unwrap());
        DoneFix { code: "x", title: title.to_owned(), safety: Safety::Unsafe, places: vec![("a/b.tf".into(), range)] }
    }

    fn numbers(count: usize) -> String {
        (1..=count).map(|number| format!("{number}\n")).collect()
    }

    #[test]
    fn hunks_have_three_lines_of_context() {
        let old = numbers(20);
        let file = file(&old, &old.replace("\n5\n", "\nfive\n").replace("\n15\n", "\n15\nnew\n"));
        let expected = "--- a/a/b.tf\n+++ b/a/b.tf\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n\
                        @@ -13,6 +13,7 @@\n 13\n 14\n 15\n+new\n 16\n 17\n 18\n";
        assert_eq!(of_file(&file, &[]), expected);
    }

    #[test]
    fn an_unsafe_hunk_says_so_and_can_still_be_applied() {
        let old = numbers(20);
        let file = file(&old, &old.replace("\n5\n", "\n5\nfive\n").replace("\n15\n", "\nfifteen\n"));
        let expected = "--- a/a/b.tf\n+++ b/a/b.tf\n@@ -3,6 +3,7 @@\n 3\n 4\n 5\n+five\n 6\n 7\n 8\n\
                        # unsafe: guess\n--- a/a/b.tf\n+++ b/a/b.tf\n@@ -13,7 +13,7 @@\n 12\n";
        let text = of_file(&file, &[fix("guess", &file, "fifteen"), fix("guess", &file, "fifteen")]);
        assert!(text.starts_with(expected), "{text}");
    }

    #[test]
    fn a_last_line_without_an_end_is_marked() {
        let expected = "--- a/a/b.tf\n+++ b/a/b.tf\n@@ -1 +1,2 @@\n-a\n\\ No newline at end of file\n+a\n+b\n";
        assert_eq!(of_file(&file("a", "a\nb\n"), &[]), expected);
        assert_eq!(of_file(&file("", "a\n"), &[]), "--- a/a/b.tf\n+++ b/a/b.tf\n@@ -0,0 +1 @@\n+a\n");
    }
}
