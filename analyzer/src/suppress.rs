//! Comments that silence findings: `# crosstrail:ignore[code] reason`.
//!
//! A comment at the end of a line speaks for that line, one on a line of its own for
//! what starts on the next: a line, or all of a block, list, object or heredoc that
//! opens there. Several codes are parted by commas. One that silences nothing is
//! reported, so that suppressions do not outlive their causes.
//!
//! Comments are not part of a syntax tree. This module scans texts itself, and only those
//! that hold the words at all; it must not know what a finding is about.

mod edit;

use std::ops::Range;
use std::sync::Arc;

use memchr::memmem;
use rustc_hash::FxHashMap;

use crate::finding::{Confidence, Finding, Fix, Severity, Silenced, sort};
use crate::rules::{self, Selection};
use crate::source::{FileId, SourceMap, Span, TextRange};

use crate::syntax::scan::{self, Line};
use edit::Removal;
pub use edit::comment;

/// The rule of what this module reports itself.
pub(crate) const UNUSED: &str = "unused-suppression";

/// What a comment starts with that silences.
const MARK: &str = "crosstrail:ignore";

/// The suppressions of some files.
#[derive(Debug, Default)]
pub struct Suppressions {
    entries: Vec<Entry>,
}

/// One code in one comment.
#[derive(Debug)]
struct Entry {
    /// The code as written; empty if the comment names none.
    code: String,
    /// Where the code stands; the comment's mark if it names none.
    span: Span,
    /// Where findings are silenced.
    scope: Range<u32>,
    /// What the comment says behind the codes, in one line.
    reason: Arc<str>,
    /// What goes with it.
    removal: Span,
}

/// Findings, parted by what comments say of them.
#[derive(Debug, Clone, Default)]
pub struct Parted {
    /// What is still to be shown, with a note for each suppression that silences nothing.
    pub kept: Vec<Finding>,
    /// What comments silence.
    pub silenced: Vec<Silenced>,
}

impl Suppressions {
    /// Reads the comments of a file in Terraform's native syntax.
    pub fn add(&mut self, sources: &SourceMap, file: FileId) {
        let source = sources.file(file);
        let text = source.text();
        if memmem::find(text.as_bytes(), MARK.as_bytes()).is_none() {
            return;
        }
        let lines = scan::lines(text);
        for (number, line) in lines.iter().enumerate() {
            for comment in &line.comments {
                let content = text.get(comment.content.clone()).unwrap_or_default();
                if let Some(Words { codes, reason }) = words(content) {
                    let reason: Arc<str> = reason.split_whitespace().collect::<Vec<_>>().join(" ").into();
                    let scope = scope(&lines, number, comment.alone);
                    let place = |range: &Range<usize>| offset(comment.content.start, range).at(file);
                    let removal = Removal::new(text, &comment.content, &codes);
                    let entry = |(index, (code, range)): (usize, &(String, Range<usize>))| Entry {
                        code: code.clone(),
                        span: place(range),
                        scope: scope.clone(),
                        reason: Arc::clone(&reason),
                        removal: offset(0, &removal.of(index)).at(file),
                    };
                    self.entries.extend(codes.iter().enumerate().map(entry));
                }
            }
        }
    }

    /// The findings that are not silenced.
    #[must_use]
    pub fn silence(&self, mut findings: Vec<Finding>) -> Vec<Finding> {
        findings.retain(|finding| !self.entries.iter().any(|entry| entry.silences(finding)));
        findings
    }

    /// Takes out the findings that are silenced, and adds a note for each code that
    /// silences nothing. A code whose rule does not run is not looked at.
    #[must_use]
    pub fn part(&self, findings: Vec<Finding>, selection: &Selection, sources: &SourceMap) -> Parted {
        let mut by_file: FxHashMap<FileId, Vec<usize>> = FxHashMap::default();
        for (index, entry) in self.entries.iter().enumerate() {
            by_file.entry(entry.span.file).or_default().push(index);
        }
        let mut used = vec![false; self.entries.len()];
        let mut parted = Parted::default();
        for finding in findings {
            let mut silencer = None;
            for index in by_file.get(&finding.primary.file).into_iter().flatten() {
                let (Some(entry), Some(used)) = (self.entries.get(*index), used.get_mut(*index)) else { continue };
                if entry.silences(&finding) {
                    *used = true;
                    silencer = silencer.or(Some(entry));
                }
            }
            match silencer {
                Some(entry) => parted.silenced.push(entry.silenced(finding)),
                None => parted.kept.push(finding),
            }
        }
        let unused = self.entries.iter().zip(used).filter(|(_, used)| !used).map(|(entry, _)| entry);
        parted.kept.extend(unused.filter_map(|entry| entry.unused(selection)));
        sort(&mut parted.kept, sources);
        parted
    }
}

impl Entry {
    fn silences(&self, finding: &Finding) -> bool {
        finding.code == self.code
            && finding.primary.file == self.span.file
            && self.scope.contains(&finding.primary.range.start)
    }

    fn silenced(&self, finding: Finding) -> Silenced {
        Silenced { finding, place: self.span, reason: self.reason.to_string() }
    }

    fn unused(&self, selection: &Selection) -> Option<Finding> {
        let severity = selection.severity(rules::find(UNUSED)?)?;
        let (message, fix) = match rules::find(&self.code) {
            Some(rule) => {
                selection.severity(rule)?;
                let message = format!("nothing is found here that `{}` would silence", self.code);
                (message, Some(edit::remove(self.removal)))
            }
            None if self.code.is_empty() => {
                (format!("a suppression names the rules it silences: `{MARK}[code]`"), None)
            }
            None => (unknown(&self.code), Some(self.mend())),
        };
        Some(finding(self.span, severity, message, fix))
    }

    /// The code that was meant instead of one that there is not, or none.
    fn mend(&self) -> Fix {
        rules::nearest(&self.code).map_or_else(|| edit::remove(self.removal), |code| edit::replace(self.span, code))
    }
}

fn unknown(code: &str) -> String {
    match rules::nearest(code) {
        Some(nearest) => format!("there is no rule `{code}`; did you mean `{nearest}`?"),
        None => format!("there is no rule `{code}`"),
    }
}

fn finding(primary: Span, severity: Severity, message: String, fix: Option<Fix>) -> Finding {
    Finding {
        code: UNUSED,
        severity,
        confidence: Confidence::Certain,
        message,
        primary,
        labels: Vec::new(),
        path: Vec::new(),
        help: None,
        fixes: fix.into_iter().collect(),
    }
}

/// What a comment that silences says.
struct Words<'a> {
    /// The codes, each with its place in the comment; one empty code if it names none.
    codes: Vec<(String, Range<usize>)>,
    /// What stands behind them.
    reason: &'a str,
}

/// What a comment's content says; `None` if the comment is no suppression.
fn words(content: &str) -> Option<Words<'_>> {
    let start = content.len() - content.trim_start().len();
    let behind = content.trim_start().strip_prefix(MARK)?;
    let at = start + MARK.len();
    let nameless = || vec![(String::new(), start..at)];
    let Some((list, reason)) = behind.strip_prefix('[').and_then(|rest| rest.split_once(']')) else {
        // `crosstrail:ignored` is a word of its own.
        let is_mark = !behind.starts_with(|letter: char| letter.is_alphanumeric() || letter == '-');
        return is_mark.then(|| Words { codes: nameless(), reason: "" });
    };
    let mut codes = Vec::new();
    let mut from = at + 1;
    for item in list.split(',') {
        let code = item.trim();
        let lead = item.len() - item.trim_start().len();
        if !code.is_empty() {
            codes.push((code.to_owned(), from + lead..from + lead + code.len()));
        }
        from += item.len() + 1;
    }
    Some(Words { codes: if codes.is_empty() { nameless() } else { codes }, reason })
}

/// Where a comment on line `number` speaks: on its line, or on all that opens on the next one with code.
fn scope(lines: &[Line], number: usize, alone: bool) -> Range<u32> {
    let rest = lines.get(number..).unwrap_or_default();
    let Some(first) =
        (if alone { rest.iter().skip(1).position(|line| line.has_code).map(|at| at + 1) } else { Some(0) })
    else {
        return 0..0;
    };
    let rest = rest.get(first..).unwrap_or_default();
    if alone { opened(rest) } else { rest.first().map_or(0..0, |line| line.range.clone()) }
}

/// The first of `lines` with all that opens on it.
fn opened(lines: &[Line]) -> Range<u32> {
    let Some(start) = lines.first() else { return 0..0 };
    start.range.start..last_line(lines).range.end.max(start.range.end)
}

/// The line on which all is closed that opens on the first of `lines`.
fn last_line(lines: &[Line]) -> &Line {
    static NONE: Line = Line::NONE;
    let Some(first) = lines.first() else { return &NONE };
    if first.depth_after <= first.depth_before {
        return first;
    }
    let closed = lines.iter().skip(1).find(|line| line.depth_after <= first.depth_before);
    closed.or(lines.last()).unwrap_or(first)
}

fn offset(base: usize, range: &Range<usize>) -> TextRange {
    let at = |offset: usize| u32::try_from(base + offset).unwrap_or(u32::MAX);
    TextRange::new(at(range.start), at(range.end))
}

#[cfg(test)]
#[expect(clippy::string_slice, reason = "a test that slips fails, as it should")]
mod tests {
    use super::*;

    /// Which of the words `bad` in `text` are still reported, by line, and what is said of the suppressions.
    fn apply(text: &str) -> (Vec<usize>, Vec<String>) {
        let sources = SourceMap::default();
        let file = sources.add("main.tf", text);
        let bad = text.match_indices("bad").map(|(at, _)| {
            let mut found = finding(offset(at, &(0..3)).at(file), Severity::Error, String::new(), None);
            found.code = "unknown-action";
            found
        });
        let mut suppressions = Suppressions::default();
        suppressions.add(&sources, file);
        let kept = suppressions.part(bad.collect(), &Selection::default(), &sources).kept;
        let line = |found: &Finding| sources.file(file).line_column(found.primary.range.start).line as usize;
        let (found, unused): (Vec<_>, Vec<_>) = kept.iter().partition(|found| found.code == "unknown-action");
        let said = |found: &&Finding| format!("{}: {}", sources.text(found.primary), found.message);
        (found.into_iter().map(line).collect(), unused.iter().map(said).collect())
    }

    fn kept(text: &str) -> Vec<usize> {
        let (found, said) = apply(text);
        assert_eq!(said, [""; 0], "all are used");
        found
    }

    #[test]
    fn one_line() {
        assert_eq!(kept("a = \"bad\" # crosstrail:ignore[unknown-action] why\nb = \"bad\"\n"), [2]);
        assert_eq!(kept("# crosstrail:ignore[unknown-action]\n\n# why\na = \"bad\"\nb = \"bad\"\n"), [5]);
        assert_eq!(kept("// crosstrail:ignore[unknown-action]\na = \"bad\"\n"), [0; 0]);
        assert_eq!(kept("/* crosstrail:ignore[unknown-action] */ a = \"bad\"\nb = \"bad\"\n"), [2]);
        assert_eq!(kept("/*\ncrosstrail:ignore[unknown-action]\n*/\na = \"bad\"\nb = \"bad\"\n"), [5]);
    }

    #[test]
    fn a_whole_block_list_or_heredoc() {
        let block = "# crosstrail:ignore[unknown-action]\nresource \"a\" \"b\" {\n  c = [\"bad\"]\n  d {\n  }\n e = \"bad\"\n}\nf = \"bad\"\n";
        assert_eq!(kept(block), [8]);
        let heredoc = "# crosstrail:ignore[unknown-action]\na = <<-EOF\n  { bad }\n }}}\n  EOF\nb = \"bad\"\n";
        assert_eq!(kept(heredoc), [6]);
        let call =
            "# crosstrail:ignore[unknown-action]\na = jsonencode({\n  b = [\n    \"bad\"\n  ]\n})\nc = \"bad\"\n";
        assert_eq!(kept(call), [7]);
    }

    #[test]
    fn what_looks_like_a_comment_is_none() {
        assert_eq!(kept("a = \"# crosstrail:ignore[unknown-action] bad\"\n"), [1]);
        assert_eq!(kept("a = \"${b(\"x\")} # crosstrail:ignore[unknown-action] bad\"\n"), [1]);
        assert_eq!(kept("a = <<EOF\n# crosstrail:ignore[unknown-action]\nbad\nEOF\n"), [3]);
        assert_eq!(kept("a = \"bad\" # see crosstrail:ignore[unknown-action]\n"), [1]);
        assert_eq!(kept("a = \"bad\" # crosstrail:ignored\n"), [1]);
    }

    #[test]
    fn an_unclosed_string_ends_with_its_line() {
        assert_eq!(kept("a = \"x\nb = \"bad\" # crosstrail:ignore[unknown-action]\n"), [0; 0]);
    }

    #[test]
    fn what_silences_nothing_is_said() {
        let (found, said) = apply("# crosstrail:ignore[unknown-action, duplicate-sid]\na = \"bad\"\n");
        assert_eq!(found, [0; 0]);
        assert_eq!(said, ["duplicate-sid: nothing is found here that `duplicate-sid` would silence"]);
        let (_, said) = apply("# crosstrail:ignore[unknown-actoin]\na = 1\n");
        assert_eq!(said, ["unknown-actoin: there is no rule `unknown-actoin`; did you mean `unknown-action`?"]);
        let (found, said) = apply("# crosstrail:ignore\na = \"bad\"\n");
        assert_eq!(found, [2]);
        assert_eq!(said, ["crosstrail:ignore: a suppression names the rules it silences: `crosstrail:ignore[code]`"]);
    }

    #[test]
    fn a_rule_that_does_not_run_leaves_nothing_unused() {
        let sources = SourceMap::default();
        let file = sources.add("main.tf", "# crosstrail:ignore[duplicate-sid]\na = 1\n");
        let mut suppressions = Suppressions::default();
        suppressions.add(&sources, file);
        let mut selection = Selection::default();
        selection.ignore("duplicate-sid").unwrap();
        assert_eq!(suppressions.part(Vec::new(), &selection, &sources).kept, []);
    }

    #[test]
    fn what_is_silenced_keeps_its_reason() {
        let silenced = |comment: &str| {
            let sources = SourceMap::default();
            let text = format!("a = \"bad\" {comment}\n");
            let file = sources.add("main.tf", text.as_str());
            let mut bad = finding(TextRange::new(5, 8).at(file), Severity::Error, String::new(), None);
            bad.code = "unknown-action";
            let mut suppressions = Suppressions::default();
            suppressions.add(&sources, file);
            let parted = suppressions.part(vec![bad], &Selection::default(), &sources);
            assert_eq!(parted.kept, []);
            let [silenced] = parted.silenced.try_into().unwrap();
            (sources.text(silenced.place), silenced.reason)
        };
        let said = |code: &str, reason: &str| (code.to_owned(), reason.to_owned());
        assert_eq!(
            silenced("# crosstrail:ignore[unknown-action]  new  this week "),
            said("unknown-action", "new this week")
        );
        assert_eq!(silenced("/* crosstrail:ignore[unknown-action]\n why */"), said("unknown-action", "why"));
        assert_eq!(silenced("// crosstrail:ignore[unknown-action]"), said("unknown-action", ""));
    }

    #[test]
    fn any_text_is_taken() {
        for text in [
            "# crosstrail:ignore[",
            "/* crosstrail:ignore[a",
            "a = <<EOF\n# crosstrail:ignore[a]",
            "\"${\"${ # crosstrail:ignore[é]\n\n",
            "}}]) # crosstrail:ignore[a]\r\n{",
        ] {
            for end in (0..=text.len()).filter(|end| text.is_char_boundary(*end)) {
                apply(&text[..end]);
            }
        }
    }
}
