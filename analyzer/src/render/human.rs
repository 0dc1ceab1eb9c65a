//! Findings for people, as rustc shows its own: the text with what is wrong
//! underlined, the places that have to do with it, and what to do.

use std::ops::Range;

use annotate_snippets::{
    Annotation, AnnotationKind, Element, Level, Message, Origin, Renderer, Snippet, normalize_untrusted_str,
};

use crate::finding::{Confidence, Finding, Fix, Label, Safety, Severity};
use crate::rules;
use crate::source::{FileId, SourceFile, SourceMap, Span, TextRange};

/// How the text is to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Whether escape sequences colour it.
    pub color: Color,
    /// Whether the codes of rules are links to their pages.
    pub links: Links,
    /// Columns that a line may take; longer lines of source are cut around what matters.
    pub width: usize,
}

/// Whether escape sequences colour a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Color {
    /// They do.
    Ansi,
    /// Plain text.
    Plain,
}

/// Whether a text has links, which are escape sequences of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Links {
    /// It has.
    Shown,
    /// It has none.
    Absent,
}

/// Something to say that is no finding: a word, what it says, the places that it is about
/// and what else there is to say.
#[derive(Debug, Clone)]
pub struct Remark<'a> {
    /// The word in front: `allowed`.
    pub word: &'a str,
    /// As what it is coloured.
    pub severity: Severity,
    /// One line.
    pub message: &'a str,
    /// The places, the first one foremost.
    pub labels: &'a [Label],
    /// Lines below the text.
    pub notes: &'a [String],
}

/// `remark` with an empty line behind it.
#[must_use]
pub fn render_remark(remark: &Remark<'_>, sources: &SourceMap, style: Style) -> String {
    let title = level(remark.severity).with_name(remark.word).primary_title(normalize_untrusted_str(remark.message));
    let kinds = std::iter::once(AnnotationKind::Primary).chain(std::iter::repeat(AnnotationKind::Context));
    let marks = remark.labels.iter().zip(kinds).map(|(label, kind)| (label.span, kind, Some(label.message.as_str())));
    let excerpts = gathered(marks);
    let files: Vec<_> = excerpts.iter().map(|excerpt| sources.file(excerpt.id)).collect();
    let snippets = excerpts.iter().zip(&files).flat_map(|(excerpt, file)| drawn(excerpt, file));
    let notes = remark.notes.iter().map(|note| Level::NOTE.message(normalize_untrusted_str(note)));
    renderer(style).render(&[title.elements(snippets).elements(notes)]) + "\n\n"
}

fn renderer(style: Style) -> Renderer {
    let renderer = match style.color {
        Color::Ansi => Renderer::styled(),
        Color::Plain => Renderer::plain(),
    };
    renderer.term_width(style.width).hyperlink(style.links == Links::Shown)
}

/// All findings, an empty line behind each.
#[must_use]
pub fn render(findings: &[Finding], sources: &SourceMap, style: Style) -> String {
    let renderer = renderer(style);
    let mut text = String::new();
    for finding in findings {
        text.push_str(&one(finding, sources, &renderer));
        text.push_str("\n\n");
    }
    text
}

/// A place with its words: the primary one has none, its words are the title.
struct Mark<'a> {
    range: TextRange,
    kind: AnnotationKind,
    label: Option<&'a str>,
}

/// The marked part of one file.
struct Excerpt<'a> {
    id: FileId,
    marks: Vec<Mark<'a>>,
}

fn one(finding: &Finding, sources: &SourceMap, renderer: &Renderer) -> String {
    let mut title = level(finding.severity).primary_title(finding.message.as_str()).id(finding.code);
    if let Some(rule) = rules::find(finding.code) {
        title = title.id_url(rule.url());
    }
    let excerpts = excerpts(finding);
    let files: Vec<_> = excerpts.iter().map(|excerpt| sources.file(excerpt.id)).collect();
    let snippets = excerpts.iter().zip(&files).flat_map(|(excerpt, file)| drawn(excerpt, file));
    renderer.render(&[title.elements(snippets).elements(footers(finding))])
}

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    }
}

/// The marks of each file, the file of the primary place first, the others in the
/// order in which they are first named.
fn excerpts(finding: &Finding) -> Vec<Excerpt<'_>> {
    let others = finding.labels.iter().chain(&finding.path);
    let others = others.map(|Label { span, message }| (*span, AnnotationKind::Context, Some(message.as_str())));
    gathered(std::iter::once((finding.primary, AnnotationKind::Primary, None)).chain(others))
}

/// Marks by their files, in the order in which those are first named.
fn gathered<'a>(marks: impl Iterator<Item = (Span, AnnotationKind, Option<&'a str>)>) -> Vec<Excerpt<'a>> {
    let mut excerpts: Vec<Excerpt<'_>> = Vec::new();
    for (span, kind, label) in marks {
        let mark = Mark { range: span.range, kind, label };
        match excerpts.iter_mut().find(|excerpt| excerpt.id == span.file) {
            Some(excerpt) => excerpt.marks.push(mark),
            None => excerpts.push(Excerpt { id: span.file, marks: vec![mark] }),
        }
    }
    excerpts
}

/// Lines longer than this, in bytes, are those of programs: a plan in JSON is one line.
const LONGEST_LINE: usize = 2000;

/// The longest text that is put into a note, in characters.
const LONGEST_NOTE: usize = 120;

/// The text of one file with its marks. Of lines that are too long nothing is drawn but the place of
/// the first mark: what stands there, and the words of the other marks, are put below.
fn drawn<'a>(excerpt: &Excerpt<'a>, file: &'a SourceFile) -> Vec<Element<'a>> {
    let whole = window(&excerpt.marks, file);
    let Some(first) = excerpt.marks.first().filter(|_| is_too_long(&whole, file)) else {
        return vec![snippet(excerpt, file).into()];
    };
    let at = file.line_column(first.range.start);
    let origin = Origin::path(normalize_untrusted_str(file.path())).line(at.line as usize);
    let text = file.text().get(first.range.as_usize()).unwrap_or_default();
    let text = (1..=LONGEST_NOTE).contains(&text.chars().count()).then(|| format!("here: {text}"));
    let words = excerpt.marks.iter().filter_map(|mark| mark.label).map(str::to_owned);
    let notes = text.into_iter().chain(words).map(|note| Level::NOTE.message(normalize_untrusted_str(&note)).into());
    std::iter::once(origin.char_column(at.column as usize).into()).chain(notes).collect()
}

fn is_too_long(window: &Range<usize>, file: &SourceFile) -> bool {
    let text = file.text().get(window.clone()).unwrap_or_default();
    text.len() > LONGEST_LINE && text.lines().any(|line| line.len() > LONGEST_LINE)
}

/// The lines of `file` from the first mark to the last one: to be handed the whole
/// text for each finding would cost findings times size.
fn snippet<'a>(excerpt: &Excerpt<'a>, file: &'a SourceFile) -> Snippet<'a, Annotation<'a>> {
    let window = window(&excerpt.marks, file);
    let text = file.text().get(window.clone()).unwrap_or_default();
    let line = file.lines().line(u32::try_from(window.start).unwrap_or(u32::MAX));
    let annotations = excerpt.marks.iter().map(|mark| {
        let range = inside(mark.range, &window, file.text());
        mark.kind.span(range).label(mark.label.map(normalize_untrusted_str))
    });
    Snippet::source(text)
        .line_start(line as usize + 1)
        .path(normalize_untrusted_str(file.path()))
        .annotations(annotations)
}

/// The bytes of all lines that a mark touches, and those between them.
fn window(marks: &[Mark<'_>], file: &SourceFile) -> Range<usize> {
    let first = marks.iter().map(|mark| mark.range.start).min().unwrap_or_default();
    let last = marks.iter().map(|mark| mark.range.end).max().unwrap_or_default();
    let lines = file.lines();
    let start = lines.line_start(lines.line(first)).unwrap_or_default() as usize;
    let end = lines.line_start(lines.line(last) + 1).map_or(file.text().len(), |behind| behind as usize);
    start..end.max(start)
}

/// `range` from the start of `window`, within it and on characters' borders: what
/// draws the text takes nothing else, and a finding may be older than its text.
fn inside(range: TextRange, window: &Range<usize>, text: &str) -> Range<usize> {
    let border = |offset: u32| {
        let offset = (offset as usize).clamp(window.start, window.end.min(text.len()).max(window.start));
        (window.start..=offset).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(window.start) - window.start
    };
    let start = border(range.start);
    start..border(range.end).max(start)
}

/// What is said below the text.
fn footers(finding: &Finding) -> Vec<Message<'static>> {
    let help = finding.help.iter().map(|help| Level::HELP.message(normalize_untrusted_str(help)));
    let doubt = (finding.confidence == Confidence::Likely)
        .then(|| Level::NOTE.message("likely: rests on what usually holds, such as a default that nobody overrides"));
    help.chain(finding.fixes.iter().map(fix)).chain(doubt).collect()
}

fn fix(fix: &Fix) -> Message<'static> {
    let name = match fix.safety {
        Safety::Safe => "fix",
        Safety::Unsafe => "possible fix",
    };
    Level::HELP.with_name(name).message(normalize_untrusted_str(&fix.title))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;

    const PLAIN: Style = Style { color: Color::Plain, links: Links::Absent, width: 100 };

    #[test]
    fn all_that_can_be_said() {
        let sample = sample::trust();
        let expected = "\
error[wildcard-trust]: anyone in any AWS account can assume `aws_iam_role.admin`
 --> org/prod/main.tf:2:15
  |
2 |   principal = \"*\"
  |   ---------   ^^^
  |   |
  |   no condition narrows this statement
...
8 |   policy    = local.trust
  |               ----------- and used here
  |
 ::: org/prod/locals.tf:2:11
  |
2 |   trust = module.trust.json
  |           ----------------- the policy is put together here
  |
  = help: name the accounts or roles that may assume it
  = possible fix: name the account of this stack
  = note: likely: rests on what usually holds, such as a default that nobody overrides

note[odd-name]: `é` is no name
 --> org/prod/main.tf:1:25
  |
1 | resource \"aws_iam_role\" \"é\" {
  |                         ^^^

";
        assert_eq!(render(&sample.findings, &sample.sources, PLAIN), expected);
    }

    #[test]
    fn color_is_the_callers_choice() {
        let sample = sample::trust();
        let colored = render(&sample.findings, &sample.sources, Style { color: Color::Ansi, ..PLAIN });
        assert!(colored.contains("\u{1b}["));
        assert!(!render(&sample.findings, &sample.sources, PLAIN).contains('\u{1b}'));
    }

    #[test]
    fn a_code_is_a_link_where_that_is_wanted() {
        let mut sample = sample::trust();
        sample.findings.truncate(1);
        sample.findings[0].code = "unknown-action";
        let url = rules::find("unknown-action").unwrap().url();
        let linked = render(&sample.findings, &sample.sources, Style { links: Links::Shown, ..PLAIN });
        let expected = format!("error[\u{1b}]8;;{url}\u{1b}\\unknown-action\u{1b}]8;;\u{1b}\\]: ");
        assert!(linked.starts_with(&expected), "{linked:?}");
        assert!(!render(&sample.findings, &sample.sources, PLAIN).contains('\u{1b}'));
    }

    #[test]
    fn of_a_line_that_is_too_long_the_place_is_told() {
        let text = format!("{} \"*\" {}", "x".repeat(3000), "y".repeat(3000));
        let expected = "--> a.tf:1:3002\n = note: here: \"*\"\n\n";
        let drawn = lonely(&text, 3001, 3004);
        assert!(drawn.ends_with(expected), "{drawn}");
    }

    fn lonely(text: &str, start: u32, end: u32) -> String {
        let mut sample = sample::trust();
        let file = sample.sources.add("a.tf", text);
        let mut finding = sample.findings.remove(1);
        finding.primary = Span { file, range: TextRange::new(start, end) };
        render(&[finding], &sample.sources, PLAIN)
    }

    #[test]
    fn a_place_outside_the_text_is_drawn_at_its_end() {
        for (text, start, end) in
            [("", 0, 9), ("a = 1\n", 6, 6), ("a = 1\n", 99, 100), ("é", 1, 2), ("a\r\nb\r\n", 2, 4)]
        {
            let shown = lonely(text, start, end);
            assert!(shown.contains("a.tf:"), "{text:?} {start}..{end}: {shown}");
        }
    }

    #[test]
    fn escape_sequences_of_a_text_do_not_reach_the_terminal() {
        let mut sample = sample::trust();
        let file = sample.sources.add("\u{1b}[31m.tf", "x = \"\u{1b}[31m\"\n");
        let mut finding = sample.findings.remove(0);
        finding.primary = Span { file, range: TextRange::new(4, 10) };
        for text in [&mut finding.message, &mut finding.labels[0].message, &mut finding.fixes[0].title] {
            text.push_str("\u{1b}[2J");
        }
        finding.help = Some("\u{1b}[2J".to_owned());
        let shown = render(&[finding], &sample.sources, PLAIN);
        assert!(!shown.contains('\u{1b}'), "{shown:?}");
    }
}
