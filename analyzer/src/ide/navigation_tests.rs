//! The pages of what leads from one place to another, and of what is offered at a place.

#![allow(clippy::unwrap_used, reason = "a test that slips fails, as it should")]

use std::fmt::Write as _;

use crate::analysis::{Analysis, Options};
use crate::source::{Span, TextRange};

use super::code_actions::CodeAction;
use super::document_symbols::DocumentSymbol;
use super::lenses;
use super::links::LinkTarget;
use super::testing::{Fixture, check};
use super::trust::TrustStep;
use super::{
    Position, code_actions, code_lenses, definition, document_links, document_symbols, fix_all, inlay_hints,
    references, trust_items, what_it_can_assume, who_can_assume, workspace_symbols,
};

/// `main.tf:3:5 text`
fn place(analysis: &Analysis, span: Span) -> String {
    let source = analysis.sources().file(span.file);
    let at = source.line_column(span.range.start);
    let text = source.text().get(span.range.as_usize()).unwrap_or_default();
    let text = text.lines().next().unwrap_or_default();
    format!("{}:{}:{} {text}", source.path(), at.line, at.column).trim_end().to_owned()
}

fn places(analysis: &Analysis, spans: &[Span]) -> String {
    spans.iter().map(|span| place(analysis, *span)).collect::<Vec<_>>().join("\n")
}

#[test]
fn definitions() {
    check("definition.md", |fixture: &Fixture| {
        let Some(found) = definition(&fixture.analysis, fixture.position) else { return "nothing".to_owned() };
        let origin = fixture.analysis.sources().text(found.origin.at(fixture.position.file));
        format!("[{origin}]\n{}", places(&fixture.analysis, &found.targets))
    });
}

#[test]
fn uses() {
    check("references.md", |fixture: &Fixture| {
        let found = references(&fixture.analysis, fixture.position);
        if found.is_empty() { "nothing".to_owned() } else { places(&fixture.analysis, &found) }
    });
}

fn action(analysis: &Analysis, action: &CodeAction) -> String {
    let preferred = if action.is_preferred { ", preferred" } else { "" };
    let mut shown = format!("{}{preferred}: {}\n", action.codes.join(", "), action.title);
    for change in &action.changes {
        let text = analysis.sources().file(change.file);
        for (range, new) in &change.edits {
            let at = text.line_column(range.start);
            let old = text.text().get(range.as_usize()).unwrap();
            writeln!(shown, "  {}:{}:{} {old:?} -> {new:?}", change.path, at.line, at.column).unwrap();
        }
    }
    shown
}

#[test]
fn actions() {
    check("code_actions.md", |fixture: &Fixture| {
        let Fixture { analysis, position } = fixture;
        let span = TextRange::empty(position.offset).at(position.file);
        let mut found = code_actions(analysis, &fixture.findings(), span);
        found.extend(fix_all(analysis, &Options::default(), position.file));
        if found.is_empty() { "nothing".to_owned() } else { found.iter().map(|it| action(analysis, it)).collect() }
    });
}

#[test]
fn links() {
    check("links.md", |fixture: &Fixture| {
        let found = document_links(&fixture.analysis, fixture.position.file);
        let shown = found.iter().map(|link| {
            let target = match &link.target {
                LinkTarget::File(path) => path,
                LinkTarget::Page(url) => url,
            };
            format!("{} -> {target}\n", place(&fixture.analysis, link.range.at(fixture.position.file)))
        });
        if found.is_empty() { "nothing".to_owned() } else { shown.collect() }
    });
}

fn symbols(list: &[DocumentSymbol], depth: usize, fixture: &Fixture) -> String {
    let text = |range: TextRange| fixture.analysis.sources().text(range.at(fixture.position.file));
    let mut shown = String::new();
    for symbol in list {
        let DocumentSymbol { name, detail, kind, range, selection, children } = symbol;
        assert!(range.contains_range(*selection), "{name}");
        let detail = if detail.is_empty() { String::new() } else { format!(" ({detail})") };
        let lines = text(*range).lines().count();
        let space = "  ".repeat(depth);
        writeln!(shown, "{space}{kind:?} {name}{detail} [{}] {lines} lines", text(*selection).replace('\n', " "))
            .unwrap();
        shown.push_str(&symbols(children, depth + 1, fixture));
    }
    shown
}

#[test]
fn outlines() {
    check("document_symbols.md", |fixture: &Fixture| {
        let found = document_symbols(&fixture.analysis, fixture.position.file);
        if found.is_empty() { "nothing".to_owned() } else { symbols(&found, 0, fixture) }
    });
}

#[test]
fn what_is_declared_is_found_by_name() {
    let fixture = Fixture::new(&[
        (
            "main.tf",
            "$0resource \"aws_iam_role\" \"deploy\" {\n  name = \"ci-deployer\"\n}\nresource \"aws_s3_bucket\" \"logs\" {\n  bucket = \"example-logs\"\n}\n\nresource \"aws_cloudtrail\" \"all\" {\n  name = \"trail\"\n}\ndata \"aws_iam_role\" \"other\" {\n  name = \"deploy\"\n}\n",
        ),
        ("crosstrail.toml", "[accounts.prod]\nid = \"111122223333\"\n\n[stacks.\".\"]\naccount = \"prod\"\n"),
    ]);
    let found = |query: &str| {
        let all = workspace_symbols(&fixture.analysis, query);
        all.into_iter().map(|it| format!("{:?} {} ({})", it.kind, it.name, it.container)).collect::<Vec<_>>()
    };
    assert_eq!(found("deploy"), ["Principal aws_iam_role.deploy (ci-deployer, account prod, .)"]);
    assert_eq!(found("CIDEP"), ["Principal aws_iam_role.deploy (ci-deployer, account prod, .)"]);
    assert_eq!(found("example-l"), ["Resource aws_s3_bucket.logs (example-logs, account prod, .)"]);
    assert_eq!(found("1111"), ["Account prod (111122223333)"]);
    assert_eq!(found("trail"), ["Trail aws_cloudtrail.all (trail, .)"]);
    assert_eq!(found("nothing"), [""; 0]);
    assert_eq!(found("").len(), 4);
}

#[test]
fn lines_above_blocks() {
    check("lenses.md", |fixture: &Fixture| {
        let (analysis, file) = (&fixture.analysis, fixture.position.file);
        let found = code_lenses(analysis, file);
        assert_eq!(found, lenses::of_graph(analysis, analysis.trust_graph(), file), "the whole graph says the same");
        let shown = found.iter().map(|lens| {
            let head = place(analysis, lens.range.at(file));
            format!("{head}: {} ({} places)\n", lens.title, lens.places.len())
        });
        if found.is_empty() { "nothing".to_owned() } else { shown.collect() }
    });
}

#[test]
fn hints() {
    check("hints.md", |fixture: &Fixture| {
        let source = fixture.analysis.sources().file(fixture.position.file);
        let whole = TextRange::new(0, u32::try_from(source.text().len()).unwrap()).at(fixture.position.file);
        let found = inlay_hints(&fixture.analysis, whole);
        let shown = found.iter().map(|hint| {
            let at = source.line_column(hint.offset);
            let detail = if hint.detail.is_empty() { String::new() } else { format!(" ({})", hint.detail) };
            format!("{}:{} {}{detail}\n", at.line, at.column, hint.label)
        });
        if found.is_empty() { "nothing".to_owned() } else { shown.collect() }
    });
}

fn steps(analysis: &Analysis, arrow: &str, steps: &[TrustStep]) -> String {
    let mut shown = String::new();
    for step in steps {
        let TrustStep { item, standing, identity, trust } = step;
        let at = place(analysis, item.span);
        writeln!(shown, "{arrow} {:?} {} ({}) at {at}\n   {standing}", item.kind, item.name, item.detail).unwrap();
        for (side, spans) in [("caller", identity), ("trust", trust)] {
            spans.iter().for_each(|span| writeln!(shown, "   {side}: {}", place(analysis, *span)).unwrap());
        }
    }
    shown
}

#[test]
fn trust() {
    check("trust.md", |fixture: &Fixture| {
        let analysis = &fixture.analysis;
        let mut shown = String::new();
        for item in trust_items(analysis, fixture.position) {
            let at = place(analysis, item.span);
            writeln!(shown, "{:?} {} ({}) at {at}", item.kind, item.name, item.detail).unwrap();
            shown.push_str(&steps(analysis, "<-", &who_can_assume(analysis, &item)));
            shown.push_str(&steps(analysis, "->", &what_it_can_assume(analysis, &item)));
        }
        if shown.is_empty() { "nothing".to_owned() } else { shown }
    });
}

/// The pages of this module, each with all files of all its tests.
const PAGES: [&str; 8] = [
    include_str!("tests/code_actions.md"),
    include_str!("tests/definition.md"),
    include_str!("tests/document_symbols.md"),
    include_str!("tests/hints.md"),
    include_str!("tests/lenses.md"),
    include_str!("tests/links.md"),
    include_str!("tests/references.md"),
    include_str!("tests/trust.md"),
];

#[test]
fn any_offset_of_any_text_is_taken() {
    let blocks = PAGES.iter().flat_map(|page| page.split("```hcl\n").skip(1));
    let texts: Vec<String> = blocks.filter_map(|it| it.split("```\n").next()).map(|it| it.replace("$0", "")).collect();
    assert!(texts.len() > 50);
    for text in texts {
        // What is half typed is cut off somewhere; a character of several bytes is among the rest.
        for text in [text.clone(), format!("# \u{e9}\n{}", text.get(..text.len() / 2).unwrap_or_default())] {
            let marked = format!("$0{text}");
            let fixture = Fixture::new(&[("main.tf", marked.as_str())]);
            let (analysis, file) = (&fixture.analysis, fixture.position.file);
            let length = u32::try_from(text.len()).unwrap();
            ask(document_symbols(analysis, file));
            ask(document_links(analysis, file));
            ask(code_lenses(analysis, file));
            let findings = fixture.findings();
            for offset in (0..=length + 1).step_by(STRIDE) {
                let position = Position { file, offset };
                ask(definition(analysis, position));
                ask(references(analysis, position));
                ask(code_actions(analysis, &findings, TextRange::empty(offset).at(file)));
                ask(inlay_hints(analysis, TextRange::new(offset, offset.saturating_add(40)).at(file)));
                for item in trust_items(analysis, position) {
                    ask(who_can_assume(analysis, &item));
                    ask(what_it_can_assume(analysis, &item));
                }
            }
        }
    }
}

/// Every offset would take long, and what parts words is never far.
const STRIDE: usize = 3;

fn ask<T>(_answer: T) {}
