//! What is parsed with what was parsed before is what is parsed from nothing.

#![allow(clippy::unwrap_used, reason = "a test that slips fails, as it should")]

use crosstrail_analyzer::source::{LineIndex, TextRange};
use tower_lsp_server::ls_types::{Position, Range, TextDocumentContentChangeEvent, Uri};
use tree_sitter::Tree;

use crate::documents::{Documents, apply};
use crate::encoding::{Encoding, Ruler};

use super::tree::{Trees, visit};

/// A tree as text, with all places.
fn shown(tree: &Tree) -> String {
    let mut text = String::new();
    visit(tree.root_node(), &mut |node, above| {
        let flags = [node.is_error(), node.is_missing(), node.is_extra()];
        text.push_str(&format!("{:indent$}{} {:?} {flags:?}\n", "", node.kind(), node.range(), indent = above.len()));
        true
    });
    text
}

/// So many series of edits are tried.
const SEEDS: u64 = 150;

/// What chance decides, from one number to the next.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end.max(1)
    }
}

const TYPED: &[&str] = &[
    "a",
    "é𝄞",
    " ",
    "\n",
    "\r\n",
    "\"",
    "{",
    "}",
    "[",
    "]",
    ",",
    "=",
    "${",
    "%{",
    "#",
    "/*",
    "*/",
    "<<E\n",
    "E\n",
    "<<-E\n",
    "x = 1\n",
    "\"a\": 1,\n",
    "\\",
    "1",
    ":",
    "b \"c\" {\n  d = <<E\n{\"e\": [1]}\nE\n}\n",
    "",
];

const TEXT: &str = "# é𝄞\nresource \"a\" \"b\" {\n  policy = <<E\n{\n  \"Statement\": [{\"Action\": \"s3:${var.x}\", \"é\": \
                    [\"𝄞\"]}]\n}\nE\n  c = jsonencode({ d = [1, true, \"e${f}\"], \"𝄞\" = null })\n}\n\ndata \"g\" \"h\" {\n  i = \
                    [for j in k : j if l]\n  m = <<-E\n    [1, {\"n\": \"%{if o}p%{endif}\"}]\n    E\n}\nlocals {\n  q = <<T\ntext\nT\n}\n";

/// A change somewhere, in the units of the client.
fn change(chance: &mut Chance, text: &str, encoding: Encoding) -> TextDocumentContentChangeEvent {
    let lines = LineIndex::new(text);
    let ruler = Ruler::new(text, &lines, encoding);
    let start = chance.below(text.len() + 1);
    let end = (start + [0, 0, 0, 1, 2, 9, 60][chance.below(7)]).min(text.len());
    let boundary = |at: usize| u32::try_from((at..).find(|at| text.is_char_boundary(*at)).unwrap()).unwrap();
    let range = ruler.range(TextRange::new(boundary(start), boundary(end)));
    let inserted = TYPED[chance.below(TYPED.len())].to_owned();
    TextDocumentContentChangeEvent { range: Some(range), range_length: None, text: inserted }
}

#[test]
fn what_was_parsed_before_changes_nothing() {
    for seed in 0..SEEDS {
        let mut chance = Chance(seed);
        let encoding = [Encoding::Utf8, Encoding::Utf16][chance.below(2)];
        let is_json = chance.below(6) == 0;
        let uri: Uri = if is_json { "file:///w/a.json" } else { "file:///w/a.tf" }.parse().unwrap();
        let first =
            if is_json { "{\n  \"Statement\": [{\"Action\": \"s3:*\", \"é𝄞\": [1, true]}]\n}\n" } else { TEXT };
        let mut documents = Documents::default();
        documents.open(uri.clone(), 1, first);
        let mut is_broken = false;
        for version in 2..30 {
            let mut text = documents.get(&uri).unwrap().text.to_string();
            let changes: Vec<_> = (0..=chance.below(3))
                .map(|_| {
                    // What is broken is written anew, or else it would never be whole again.
                    let anew = if is_broken { 3 } else { 15 };
                    let change = match chance.below(anew) {
                        0 => TextDocumentContentChangeEvent { range: None, range_length: None, text: first.to_owned() },
                        _ => change(&mut chance, &text, encoding),
                    };
                    apply(&mut text, &change, encoding);
                    change
                })
                .collect();
            let document = documents.change(&uri, version, &changes, encoding).unwrap();
            assert_eq!(&*document.text, &*text);
            // Sometimes nobody asks between two edits.
            if chance.below(3) > 0 {
                let (trees, anew) = (Trees::of(document).unwrap(), Trees::parse(&document.text, is_json).unwrap());
                assert_eq!(shown(&trees.outer), shown(&anew.outer), "{}", text);
                is_broken = anew.outer.root_node().has_error();
                assert_eq!(trees.inner.len(), anew.inner.len());
                for (tree, anew) in trees.inner.iter().zip(&anew.inner) {
                    assert_eq!(shown(tree), shown(anew), "{}", text);
                    assert_eq!(tree.included_ranges(), anew.included_ranges());
                }
            }
        }
    }
}

/// The nodes of a kind that stand in one of another kind.
fn nodes(tree: &Tree, kind: &str, parent: &str) -> Vec<usize> {
    let mut found = Vec::new();
    visit(tree.root_node(), &mut |node, above| {
        let is_wanted = node.kind() == kind && above.last().is_some_and(|it| it.kind() == parent);
        found.extend(is_wanted.then(|| node.id()));
        true
    });
    found
}

/// The bodies of blocks.
fn bodies(trees: &Trees) -> Vec<usize> {
    nodes(&trees.outer, "body", "block")
}

#[test]
fn what_nothing_was_typed_in_is_not_parsed_again() {
    let uri: Uri = "file:///w/a.tf".parse().unwrap();
    let mut documents = Documents::default();
    let before = documents.open(uri.clone(), 1, TEXT).clone();
    let first = Trees::of(&before).unwrap();
    let start = Position { line: 11, character: 2 };
    let typed = |text: &str| TextDocumentContentChangeEvent {
        range: Some(Range { start, end: start }),
        range_length: None,
        text: text.to_owned(),
    };
    let after = documents.change(&uri, 2, &[typed("x"), typed("y")], Encoding::Utf16).unwrap().clone();
    let second = Trees::of(&after).unwrap();
    assert!(after.text.contains("yxi = [for"), "{}", after.text);
    let (old, new) = (bodies(first), bodies(second));
    let same: Vec<bool> = old.iter().zip(&new).map(|(old, new)| old == new).collect();
    assert_eq!((same, new.len()), (vec![true, false, true], 3));
    let pairs =
        |trees: &Trees| -> Vec<usize> { trees.inner.iter().flat_map(|tree| nodes(tree, "pair", "object")).collect() };
    assert_eq!((pairs(first), pairs(first).len()), (pairs(second), 4));

    // A text that is broken is parsed from its start.
    let broken = documents.change(&uri, 3, &[typed("{\"")], Encoding::Utf16).unwrap().clone();
    let third = Trees::of(&broken).unwrap();
    assert!(third.outer.root_node().has_error());
    assert!(bodies(third).iter().all(|body| !new.contains(body)));
}
