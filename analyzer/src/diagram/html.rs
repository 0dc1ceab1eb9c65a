//! A page of its own: the picture with a search, and the statements behind each arrow.
//!
//! Without a script it is the picture. Nothing in it leads out, and it says so to the browser.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{Diagram, json, svg};
use crate::render::json::document;
use crate::source::{SourceMap, Span};

const PAGE: &str = include_str!("page.html");
const SCRIPT: &str = include_str!("page.js");

/// `diagram` as a page that needs nothing else.
#[must_use]
pub fn render(diagram: &Diagram, sources: &SourceMap) -> String {
    let data = Data { diagram: json::Output::new(diagram, sources), statements: statements(diagram, sources) };
    // What could end the element, or start a comment in it, is written as JSON lets it be.
    let data = document(&data).replace('<', "\\u003c");
    let parts = [("picture", svg::render(diagram)), ("data", data), ("script", SCRIPT.to_owned())];
    let mut page = String::new();
    let mut rest = PAGE;
    for (name, text) in &parts {
        let mark = format!("<!-- the {name} -->\n");
        let (before, behind) = rest.split_once(&mark).unwrap_or((rest, ""));
        page.push_str(before);
        page.push_str(text);
        rest = behind;
    }
    page.push_str(rest);
    page
}

#[derive(Serialize)]
struct Data<'a> {
    #[serde(flatten)]
    diagram: json::Output<'a>,
    /// The texts of statements by `FILE:START-END`, each once.
    statements: BTreeMap<String, String>,
}

fn statements(diagram: &Diagram, sources: &SourceMap) -> BTreeMap<String, String> {
    let spans = diagram.arrows.iter().flat_map(|arrow| arrow.identity.iter().chain(&arrow.resource));
    let spans: BTreeSet<Span> = spans.copied().collect();
    let entry = |span: &Span| {
        let file = sources.file(span.file);
        let text = file.text().get(span.range.as_usize())?.to_owned();
        Some((format!("{}:{}-{}", file.path(), span.range.start, span.range.end), text))
    };
    spans.iter().filter_map(entry).collect()
}
