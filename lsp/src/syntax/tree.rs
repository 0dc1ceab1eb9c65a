//! A text as trees: of HCL or JSON, and of the JSON that heredocs hold.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use tree_sitter::{Language, Node, Parser, Tree};

use crate::documents::Document;

/// The shape of a text: parsed when someone first asks for it, and kept for those who ask next.
#[derive(Debug, Default)]
pub(crate) struct Shape(OnceLock<Option<Trees>>);

/// The trees of a text.
#[derive(Debug)]
pub(super) struct Trees {
    pub(super) text: Arc<str>,
    pub(super) outer: Tree,
    /// Trees of JSON within heredocs, in the order of the text.
    pub(super) inner: Vec<Tree>,
    pub(super) is_json: bool,
}

impl Trees {
    /// `None` if the text cannot be parsed at all.
    pub(super) fn of(document: &Document) -> Option<&Self> {
        let is_json = document.uri.path().as_str().ends_with(".json");
        document.shape.0.get_or_init(|| Self::parse(&document.text, is_json)).as_ref()
    }

    pub(super) fn parse(text: &Arc<str>, is_json: bool) -> Option<Self> {
        let language = if is_json { json() } else { tree_sitter_hcl::LANGUAGE.into() };
        let outer = parse(text, &language, &[])?;
        let inner = if is_json { Vec::new() } else { heredocs(&outer, text) };
        Some(Self { text: Arc::clone(text), outer, inner, is_json })
    }

    /// The tree within the heredoc `node`.
    pub(super) fn within(&self, node: Node<'_>) -> Option<&Tree> {
        if node.kind() != "heredoc_template" {
            return None;
        }
        let range = node.byte_range();
        let first = self.inner.partition_point(|tree| start(tree) < range.start);
        self.inner.get(first).filter(|tree| start(tree) < range.end)
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
    visit(tree.root_node(), &mut |node, _| {
        if node.kind() == "heredoc_template" {
            let parts: Vec<_> = children(node).into_iter().filter(|part| part.kind() == "template_literal").collect();
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
pub(super) fn children(node: Node<'_>) -> Vec<Node<'_>> {
    // To ask a node for its children one by one is to count to each of them.
    node.children(&mut node.walk()).collect()
}

/// What is shown of a tree: a node, and those that it is in, outermost first. To ask a node for what it
/// is in would be to search the tree for it.
pub(super) type Show<'t, 's> = dyn FnMut(Node<'t>, &[Node<'t>]) -> bool + 's;

/// Shows each node to `show`, those above first; what is in a node is shown if it says so.
/// However deep a text is nested, the stack is not.
pub(super) fn visit<'t>(root: Node<'t>, show: &mut Show<'t, '_>) {
    visit_below(root, Vec::new(), show);
}

/// The same for `root`, which is in the nodes `above`.
pub(super) fn visit_below<'t>(root: Node<'t>, mut above: Vec<Node<'t>>, show: &mut Show<'t, '_>) {
    let mut cursor = root.walk();
    loop {
        let node = cursor.node();
        let goes_in = show(node, &above);
        if goes_in && cursor.goto_first_child() {
            above.push(node);
            continue;
        }
        while !cursor.goto_next_sibling() {
            above.pop();
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_parsed_once_for_all_who_ask() {
        let document = Document::new("file:///w/a.tf".parse().unwrap(), 1, "a = 1\n");
        let again = document.clone();
        assert!(std::ptr::eq(Trees::of(&document).unwrap(), Trees::of(&again).unwrap()));
    }

    #[test]
    fn each_node_is_shown_with_those_that_it_is_in() {
        let text = "a \"b\" {\n  c = [{ d = e.f }, \"${g}\"]\n}\nh {}\n".into();
        let trees = Trees::parse(&text, false).unwrap();
        let mut count = 0;
        visit(trees.outer.root_node(), &mut |node, above| {
            let chain: Vec<_> = std::iter::successors(node.parent(), Node::parent).collect();
            assert!(chain.iter().rev().eq(above), "{node:?}");
            count += 1;
            true
        });
        assert!(count > 30);
    }

    #[test]
    fn each_heredoc_has_its_own_tree() {
        let text = "a = <<E\n{\"b\": 1}\nE\nc = <<E\ntext\nE\nd = <<E\n[2]\nE\n".into();
        let trees = Trees::parse(&text, false).unwrap();
        let mut found = Vec::new();
        visit(trees.outer.root_node(), &mut |node, _| {
            if node.kind() == "heredoc_template" {
                found.push(trees.within(node).map(|tree| text.get(start(tree)..start(tree) + 1).unwrap().to_owned()));
            }
            true
        });
        assert_eq!(found, [Some("{".to_owned()), None, Some("[".to_owned())]);
    }
}
