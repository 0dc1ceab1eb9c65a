//! A text as trees: of HCL or JSON, and of the JSON that heredocs hold.

use std::ops::Range;

use tree_sitter::{Language, Node, Parser, Tree};

use crate::documents::Document;

/// The trees of a text.
pub(super) struct Trees<'a> {
    pub(super) text: &'a str,
    pub(super) outer: Tree,
    /// Trees of JSON within heredocs, in the order of the text.
    pub(super) inner: Vec<Tree>,
    pub(super) is_json: bool,
}

impl<'a> Trees<'a> {
    /// `None` if the text cannot be parsed at all.
    pub(super) fn of(document: &'a Document) -> Option<Self> {
        let is_json = document.uri.path().as_str().ends_with(".json");
        Self::parse(&document.text, is_json)
    }

    pub(super) fn parse(text: &'a str, is_json: bool) -> Option<Self> {
        let language = if is_json { json() } else { tree_sitter_hcl::LANGUAGE.into() };
        let outer = parse(text, &language, &[])?;
        let inner = if is_json { Vec::new() } else { heredocs(&outer, text) };
        Some(Self { text, outer, inner, is_json })
    }

    /// The tree within the heredoc `node`.
    pub(super) fn within(&self, node: Node<'_>) -> Option<&Tree> {
        let holds = |tree: &&Tree| node.byte_range().contains(&start(tree));
        self.inner.iter().find(holds).filter(|_| node.kind() == "heredoc_template")
    }
}

fn json() -> Language {
    tree_sitter_json::LANGUAGE.into()
}

/// Where what a tree was parsed from begins.
fn start(tree: &Tree) -> usize {
    tree.included_ranges().first().map_or(0, |range| range.start_byte)
}

fn parse(text: &str, language: &Language, parts: &[tree_sitter::Range]) -> Option<Tree> {
    let mut parser = Parser::new();
    parser.set_language(language).ok()?;
    parser.set_included_ranges(parts).ok()?;
    parser.parse(text, None)
}

/// Heredocs that look like JSON: what is put into them is left out, as if it were not there.
fn heredocs(tree: &Tree, text: &str) -> Vec<Tree> {
    let mut found = Vec::new();
    visit(tree.root_node(), &mut |node| {
        if node.kind() == "heredoc_template" {
            let parts: Vec<_> = children(node).filter(|part| part.kind() == "template_literal").collect();
            let first = parts.first().and_then(|part| text.get(part.byte_range())).unwrap_or_default();
            if first.trim_start().starts_with(['{', '[']) {
                let parts: Vec<_> = parts.iter().map(Node::range).collect();
                found.extend(parse(text, &json(), &parts));
            }
        }
        node.kind() != "heredoc_template"
    });
    found
}

/// The children of `node`, names and signs alike.
pub(super) fn children(node: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    (0..node.child_count()).filter_map(move |index| node.child(index))
}

/// Shows each node to `show`, those above first; what is in a node is shown if it says so.
/// However deep a text is nested, the stack is not.
pub(super) fn visit<'t>(root: Node<'t>, show: &mut dyn FnMut(Node<'t>) -> bool) {
    let mut cursor = root.walk();
    loop {
        let goes_in = show(cursor.node());
        if goes_in && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return;
            }
        }
    }
}

/// The range of `node` in bytes.
pub(super) fn text_range(range: &Range<usize>) -> crosstrail_analyzer::source::TextRange {
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    crosstrail_analyzer::source::TextRange::new(offset(range.start), offset(range.end))
}
