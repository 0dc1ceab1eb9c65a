//! A text as trees: of HCL or JSON, and of the JSON that heredocs hold.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use tree_sitter::{InputEdit, Language, Node, Parser, Tree};

use crate::documents::Document;

/// So many edits are kept for who asks next. Behind more of them little is as it was.
const MOST_EDITS: usize = 1_000;

/// The shape of a text: parsed when someone first asks for it, and kept for those who ask next.
#[derive(Debug, Default)]
pub(crate) struct Shape {
    trees: OnceLock<Option<Arc<Trees>>>,
    before: Option<Before>,
}

/// The trees of an earlier text, and what was typed in it since.
#[derive(Debug, Clone)]
struct Before {
    trees: Arc<Trees>,
    edits: Vec<InputEdit>,
}

impl Shape {
    /// The shape of the text that these edits, one after the other, make of this one's.
    pub(crate) fn after(&self, edits: &[InputEdit]) -> Self {
        let parsed = self.trees.get().and_then(Option::as_ref);
        let parsed = parsed.map(|trees| Before { trees: Arc::clone(trees), edits: Vec::new() });
        let mut before = parsed.or_else(|| self.before.clone());
        before.iter_mut().for_each(|before| before.edits.extend_from_slice(edits));
        Self { trees: OnceLock::new(), before: before.filter(|before| before.edits.len() <= MOST_EDITS) }
    }

    fn trees(&self, text: &Arc<str>, is_json: bool) -> Option<&Trees> {
        let parsed = || {
            let before = self.before.as_ref().filter(|before| before.trees.is_json == is_json);
            let trees = before.and_then(|before| before.trees.after(&before.edits, text));
            trees.or_else(|| Trees::parse(text, is_json)).map(Arc::new)
        };
        self.trees.get_or_init(parsed).as_deref()
    }
}

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
        document.shape.trees(&document.text, is_json)
    }

    pub(super) fn parse(text: &Arc<str>, is_json: bool) -> Option<Self> {
        let outer = parse(text, &language(is_json), &[], None)?;
        Some(Self::with_heredocs(text, outer, is_json, |_| None))
    }

    /// The trees of `text`, which is what `edits` make of the text of these. `None` if they do not help: where a text
    /// is broken, how a parser goes on depends on what it has seen before.
    fn after(&self, edits: &[InputEdit], text: &Arc<str>) -> Option<Self> {
        let mut outer = self.outer.clone();
        edits.iter().for_each(|edit| outer.edit(edit));
        let outer = parse(text, &language(self.is_json), &[], Some(&outer))?;
        if outer.root_node().has_error() {
            return None;
        }
        let kept: Vec<Tree> = self.inner.iter().filter_map(|tree| moved(tree, edits)).collect();
        let kept = |parts: &[tree_sitter::Range]| {
            let at = parts.first()?.start_byte;
            let tree = kept.get(kept.partition_point(|tree| start(tree) < at))?;
            (tree.included_ranges() == parts).then(|| tree.clone())
        };
        Some(Self::with_heredocs(text, outer, self.is_json, kept))
    }

    fn with_heredocs(
        text: &Arc<str>,
        outer: Tree,
        is_json: bool,
        kept: impl Fn(&[tree_sitter::Range]) -> Option<Tree>,
    ) -> Self {
        let parsed = |parts: &Vec<_>| kept(parts).or_else(|| parse(text, &language(true), parts, None));
        let inner = if is_json { Vec::new() } else { heredocs(&outer, text).iter().filter_map(parsed).collect() };
        Self { text: Arc::clone(text), outer, inner, is_json }
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

fn language(is_json: bool) -> Language {
    if is_json { tree_sitter_json::LANGUAGE.into() } else { tree_sitter_hcl::LANGUAGE.into() }
}

/// Where what a tree was parsed from begins.
fn start(tree: &Tree) -> usize {
    tree.included_ranges().first().map_or(0, |range| range.start_byte)
}

/// A tree of JSON where it is after `edits`; `None` if one of them touches it.
fn moved(tree: &Tree, edits: &[InputEdit]) -> Option<Tree> {
    let mut tree = tree.clone();
    for edit in edits {
        let end = tree.included_ranges().last()?.end_byte;
        if edit.start_byte <= end && edit.old_end_byte >= start(&tree) {
            return None;
        }
        tree.edit(edit);
    }
    Some(tree)
}

fn parse(text: &str, language: &Language, parts: &[tree_sitter::Range], before: Option<&Tree>) -> Option<Tree> {
    let mut parser = Parser::new();
    parser.set_language(language).ok()?;
    parser.set_included_ranges(parts).ok()?;
    parser.parse(text, before)
}

/// The parts of heredocs that look like JSON: what is put into them is left out, as if it were not there.
fn heredocs(tree: &Tree, text: &str) -> Vec<Vec<tree_sitter::Range>> {
    let mut found = Vec::new();
    visit(tree.root_node(), &mut |node, _| {
        if node.kind() == "heredoc_template" {
            let parts: Vec<_> = children(node).into_iter().filter(|part| part.kind() == "template_literal").collect();
            let first = parts.first().and_then(|part| text.get(part.byte_range())).unwrap_or_default();
            if first.trim_start().starts_with(['{', '[']) {
                found.push(parts.iter().map(Node::range).collect());
            }
        }
        // A heredoc has lines of its own.
        node.kind() != "heredoc_template" && node.start_position().row < node.end_position().row
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
