//! From fixes to new texts.
//!
//! Of the fixes that findings offer, those are chosen that go together, and each file is
//! written anew with them, in memory. A fix is done whole or not at all.

mod alignment;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::finding::{Edit, Finding, Fix, Safety};
use crate::source::{FileId, SourceMap, Span, TextRange};
use crate::syntax;

/// Which fixes may be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allowed {
    /// Those with one right answer.
    Safe,
    /// Good guesses as well.
    All,
}

impl Allowed {
    /// Whether a fix of this safety may be done.
    #[must_use]
    pub fn allows(self, safety: Safety) -> bool {
        self == Self::All || safety == Safety::Safe
    }
}

/// Why a fix is not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Obstacle {
    /// Another fix changes the same text.
    Overlap,
    /// A file would have more faults of syntax than it had.
    Syntax,
    /// The finding would still be there.
    NoUse,
}

/// A fix and the finding that it is to mend.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Candidate<'a> {
    /// The finding.
    pub finding: &'a Finding,
    /// Its first fix that may be done.
    pub fix: &'a Fix,
}

/// Files as they are after some fixes.
#[derive(Debug)]
pub struct Round<'a> {
    /// The files that change, in the order of their ids.
    pub files: Vec<Rewritten>,
    /// The fixes that are done.
    pub done: Vec<Candidate<'a>>,
    /// Those that are not, and why.
    pub left: Vec<(Candidate<'a>, Obstacle)>,
}

/// A file with edits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewritten {
    /// Its id before.
    pub file: FileId,
    /// Its path.
    pub path: Arc<str>,
    /// Its text before.
    pub old_text: Arc<str>,
    /// Its text afterwards.
    pub new_text: Arc<str>,
    /// What was replaced, in the order of the text, and by what range of the new text.
    pub places: Vec<(TextRange, TextRange)>,
}

impl Rewritten {
    /// Where `offset`, which no edit touches, of the old text is in the new one.
    #[must_use]
    pub fn moved(&self, offset: u32) -> u32 {
        let before = self.places.iter().take_while(|(old, _)| old.end <= offset).last();
        before.map_or(offset, |(old, new)| new.end.saturating_add(offset - old.end))
    }

    /// Where `offset` of the new text, which is not inside of what replaces something, was in the old one.
    #[must_use]
    fn origin(&self, offset: u32) -> Option<u32> {
        let is_inside = |(_, new): &(TextRange, TextRange)| new.start < offset && offset < new.end;
        if self.places.iter().any(is_inside) {
            return None;
        }
        let before = self.places.iter().take_while(|(_, new)| new.end <= offset).last();
        Some(before.map_or(offset, |(old, new)| old.end + (offset - new.end)))
    }

    /// Where what took the place of `old` is in the new text.
    #[must_use]
    pub fn place_of(&self, old: TextRange) -> Option<TextRange> {
        self.places.iter().find(|(replaced, _)| *replaced == old).map(|(_, new)| *new)
    }
}

/// The first fix of each finding that may be done and changes only files that may be changed.
pub fn candidates<'a>(
    findings: &'a [Finding],
    allowed: Allowed,
    may_change: &dyn Fn(FileId) -> bool,
) -> Vec<Candidate<'a>> {
    let is_possible = |fix: &&Fix| {
        let edits = &fix.edits;
        allowed.allows(fix.safety) && !edits.is_empty() && edits.iter().all(|edit| may_change(edit.span.file))
    };
    let candidate = |finding: &'a Finding| Some(Candidate { finding, fix: finding.fixes.iter().find(is_possible)? });
    findings.iter().filter_map(candidate).collect()
}

/// Does as many of `candidates` as go together. Of two that change the same text the first
/// one is done; the same change counts once, whoever asks for it.
#[must_use]
pub fn apply<'a>(candidates: &[Candidate<'a>], sources: &SourceMap) -> Round<'a> {
    let mut wanted = candidates.to_vec();
    let mut left = Vec::new();
    loop {
        let mut edits = Edits::default();
        let (done, overlapping): (Vec<_>, Vec<_>) = wanted.iter().copied().partition(|it| edits.add(&it.fix.edits));
        let (files, broken) = edits.rewrite(sources);
        if broken.is_empty() {
            left.extend(overlapping.into_iter().map(|it| (it, Obstacle::Overlap)));
            return Round { files, done, left };
        }
        let breaks = |it: &Candidate<'_>| it.fix.edits.iter().any(|edit| broken.contains(&edit.span.file));
        left.extend(wanted.iter().copied().filter(breaks).map(|it| (it, Obstacle::Syntax)));
        wanted.retain(|it| !breaks(it));
    }
}

/// Edits that do not overlap, by place.
#[derive(Debug, Default)]
struct Edits<'a>(BTreeMap<Span, &'a str>);

impl<'a> Edits<'a> {
    /// Adds all of `edits`, or none if one of them meets another. Says whether it did.
    fn add(&mut self, edits: &'a [Edit]) -> bool {
        let mut added = Vec::new();
        for edit in edits {
            match self.0.get(&edit.span) {
                Some(text) if *text == edit.new_text => continue,
                None if !self.meets(edit.span) => {}
                Some(_) | None => {
                    for span in &added {
                        self.0.remove(span);
                    }
                    return false;
                }
            }
            self.0.insert(edit.span, &edit.new_text);
            added.push(edit.span);
        }
        true
    }

    /// Whether `span` overlaps a neighbour. Those that are there overlap none of each other.
    fn meets(&self, span: Span) -> bool {
        let meets = |(other, _): (&Span, _)| {
            let (one, other_range) = (span.range, other.range);
            other.file == span.file && other_range.start < one.end && one.start < other_range.end
        };
        self.0.range(..span).next_back().is_some_and(meets) || self.0.range(span..).next().is_some_and(meets)
    }

    /// The files with these edits, and those of them that the edits break.
    fn rewrite(&self, sources: &SourceMap) -> (Vec<Rewritten>, Vec<FileId>) {
        let mut by_file: BTreeMap<FileId, Vec<(TextRange, &str)>> = BTreeMap::new();
        for (span, text) in &self.0 {
            by_file.entry(span.file).or_default().push((span.range, text));
        }
        let (mut files, mut broken) = (Vec::new(), Vec::new());
        for (file, edits) in by_file {
            let rewritten = rewritten(file, &edits, sources);
            match rewritten.map(laid_out).filter(|it| !is_worse(it)) {
                Some(rewritten) => files.push(rewritten),
                None => broken.push(file),
            }
        }
        (files, broken)
    }
}

/// `file` after `edits`, which are in order; `None` if one of them is not inside the text.
fn rewritten(file: FileId, edits: &[(TextRange, &str)], sources: &SourceMap) -> Option<Rewritten> {
    let source = sources.file(file);
    let old_text = Arc::clone(source.text());
    let has_carriage_returns = old_text.split_once('\n').is_some_and(|(line, _)| line.ends_with('\r'));
    let (mut text, mut places, mut at) = (String::with_capacity(old_text.len()), Vec::new(), 0);
    for (range, new) in edits {
        text.push_str(old_text.get(at..range.as_usize().start)?);
        let start = u32::try_from(text.len()).ok()?;
        if has_carriage_returns {
            text.push_str(&new.replace("\r\n", "\n").replace('\n', "\r\n"));
        } else {
            text.push_str(new);
        }
        places.push((*range, TextRange::new(start, u32::try_from(text.len()).ok()?)));
        at = range.as_usize().end;
    }
    text.push_str(old_text.get(at..)?);
    Some(Rewritten { file, path: Arc::clone(source.path()), old_text, new_text: text.into(), places })
}

/// `file`, with what was laid out as `terraform fmt` does it still laid out so.
fn laid_out(file: Rewritten) -> Rewritten {
    let is_native = NATIVE.iter().any(|ending| file.path.ends_with(ending));
    if is_native { alignment::kept(file) } else { file }
}

/// Whether the new text has more faults of syntax than the old one.
fn is_worse(file: &Rewritten) -> bool {
    let faults = |text: &str| faults(&file.path, file.file, text);
    faults(&file.new_text) > faults(&file.old_text)
}

/// How files in native syntax are named.
const NATIVE: [&str; 2] = [".tf", ".tfvars"];

fn faults(path: &str, file: FileId, text: &str) -> usize {
    let is = |endings: &[&str]| endings.iter().any(|ending| path.ends_with(ending));
    if is(&NATIVE) {
        syntax::parse_hcl(file, text).errors.len()
    } else if is(&[".tf.json", ".tfvars.json"]) {
        syntax::parse_json_hcl(file, text).errors.len()
    } else if is(&[".json", "<stdin>"]) {
        syntax::json::parse(text, &[]).1.len()
    } else {
        syntax::parse_template(file, text).1.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Confidence, Severity};

    /// Two files, and findings with one fix each.
    struct Case {
        sources: SourceMap,
        findings: Vec<Finding>,
    }

    type Change<'a> = (&'a str, &'a str, &'a str);

    impl Case {
        /// `fixes` are lists of `(path, old text, new text)`; an old text `x|` inserts behind `x`.
        fn new(files: &[(&str, &str)], fixes: &[&[Change<'_>]]) -> Self {
            let sources = SourceMap::default();
            for (path, text) in files {
                sources.add(path, *text);
            }
            let edit = |(path, old, new): &Change<'_>| {
                let file = sources.find(path).unwrap();
                let found = old.trim_end_matches('|');
                let start = sources.file(file).text().find(found).unwrap();
                let end = u32::try_from(start + found.len()).unwrap();
                let start = if old.ends_with('|') { end } else { u32::try_from(start).unwrap() };
                Edit { span: TextRange::new(start, end).at(file), new_text: (*new).to_owned() }
            };
            let findings = fixes.iter().map(|changes| finding(changes.iter().map(edit).collect())).collect();
            Self { sources, findings }
        }

        /// The texts afterwards, and how many fixes were done, met others and broke a file.
        fn outcome(&self) -> (Vec<(String, String)>, [usize; 3]) {
            let round = apply(&candidates(&self.findings, Allowed::Safe, &|_| true), &self.sources);
            let count = |wanted| round.left.iter().filter(|(_, why)| *why == wanted).count();
            let files = round.files.iter().map(|it| (it.path.to_string(), it.new_text.to_string())).collect();
            (files, [round.done.len(), count(Obstacle::Overlap), count(Obstacle::Syntax)])
        }
    }

    fn finding(edits: Vec<Edit>) -> Finding {
        Finding {
            code: "a",
            severity: Severity::Error,
            confidence: Confidence::Certain,
            message: String::new(),
            primary: edits[0].span,
            labels: Vec::new(),
            path: Vec::new(),
            help: None,
            fixes: vec![Fix { title: String::new(), safety: Safety::Safe, edits }],
        }
    }

    const A: (&str, &str) = ("a.tf", "a = \"one\"\nb = \"two\"\n");
    const B: (&str, &str) = ("b.json", "{\"one\": 1}");

    fn files(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn fixes_of_several_files_are_done_together() {
        let case = Case::new(
            &[A, B],
            &[
                &[("a.tf", "two", "2"), ("b.json", "one", "eins")],
                &[("a.tf", "one", "1"), ("a.tf", "\"two\"\n|", "c = 3\n")],
            ],
        );
        let expected = files(&[("a.tf", "a = \"1\"\nb = \"2\"\nc = 3\n"), ("b.json", "{\"eins\": 1}")]);
        assert_eq!(case.outcome(), (expected, [2, 0, 0]));
    }

    #[test]
    fn of_two_that_overlap_the_first_is_done_and_the_other_not_even_in_part() {
        let case = Case::new(
            &[A, B],
            &[
                &[("a.tf", "one", "1")],
                &[("b.json", "one", "eins"), ("a.tf", "\"one\"", "2")],
                &[("a.tf", "on|", "x")],
                &[("b.json", "1", "2")],
            ],
        );
        let expected = files(&[("a.tf", "a = \"1\"\nb = \"two\"\n"), ("b.json", "{\"one\": 2}")]);
        assert_eq!(case.outcome(), (expected, [2, 2, 0]));
    }

    #[test]
    fn what_several_ask_for_is_done_once() {
        let case = Case::new(
            &[A],
            &[
                &[("a.tf", "one\"|", " # x")],
                &[("a.tf", "one\"|", " # x"), ("a.tf", "two", "2")],
                &[("a.tf", "one\"|", " # y")],
            ],
        );
        assert_eq!(case.outcome(), (files(&[("a.tf", "a = \"one\" # x\nb = \"2\"\n")]), [2, 1, 0]));
    }

    #[test]
    fn edits_that_touch_do_not_overlap() {
        let case = Case::new(&[A], &[&[("a.tf", "one", "1")], &[("a.tf", "a = \"|", "0")], &[("a.tf", "one|", "2")]]);
        assert_eq!(case.outcome(), (files(&[("a.tf", "a = \"012\"\nb = \"two\"\n")]), [3, 0, 0]));
    }

    #[test]
    fn a_file_that_would_no_longer_parse_keeps_its_text() {
        let case =
            Case::new(&[A, B], &[&[("a.tf", "\"one\"", "\"one")], &[("b.json", "1", "2")], &[("b.json", "{", "[")]]);
        assert_eq!(case.outcome(), (Vec::new(), [0, 0, 3]));
        let case = Case::new(&[A, ("b.json", "{\"one\": 1,}")], &[&[("b.json", "1", "2")]]);
        assert_eq!(case.outcome(), (files(&[("b.json", "{\"one\": 2,}")]), [1, 0, 0]));
    }

    #[test]
    fn line_ends_and_the_byte_order_mark_stay() {
        let case = Case::new(&[("a.tf", "\u{feff}a = 1\r\nb = 2\r\n")], &[&[("a.tf", "1|", "\nc = 3")]]);
        assert_eq!(case.outcome(), (files(&[("a.tf", "\u{feff}a = 1\r\nc = 3\r\nb = 2\r\n")]), [1, 0, 0]));
    }

    #[test]
    fn only_what_is_allowed_is_a_candidate() {
        let mut case = Case::new(&[A, B], &[&[("a.tf", "one", "1")], &[("b.json", "one", "1")]]);
        case.findings[0].fixes[0].safety = Safety::Unsafe;
        let count =
            |allowed, may_change: &dyn Fn(FileId) -> bool| candidates(&case.findings, allowed, may_change).len();
        let a = case.sources.find("a.tf").unwrap();
        assert_eq!(count(Allowed::Safe, &|_| true), 1);
        assert_eq!(count(Allowed::All, &|_| true), 2);
        assert_eq!(count(Allowed::All, &|file| file == a), 1);
        assert_eq!(count(Allowed::Safe, &|file| file == a), 0);
    }

    #[test]
    fn places_are_known_afterwards() {
        let case = Case::new(&[A], &[&[("a.tf", "one", "longer")], &[("a.tf", "\"one\"|", "!")]]);
        let round = apply(&candidates(&case.findings, Allowed::Safe, &|_| true), &case.sources);
        // `!` breaks the file.
        assert_eq!(round.files, []);
        let round = apply(&candidates(&case.findings[..1], Allowed::Safe, &|_| true), &case.sources);
        let file = &round.files[0];
        assert_eq!((file.moved(0), file.moved(8), file.moved(9)), (0, 11, 12));
        assert_eq!(file.place_of(TextRange::new(5, 8)), Some(TextRange::new(5, 11)));
    }
}
