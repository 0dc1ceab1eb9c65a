//! What to select around a place, from the smallest to the whole text.

use std::ops::Range;

use crosstrail_analyzer::source::LineIndex;
use tower_lsp_server::ls_types::{self, Position, SelectionRange};
use tree_sitter::{Node, Tree};

use crate::documents::Document;
use crate::encoding::{Encoding, Ruler};

use super::tree::{Trees, text_range};

/// For each position the ranges around it.
pub(crate) fn selection_ranges(
    document: &Document,
    positions: &[Position],
    encoding: Encoding,
) -> Option<Vec<SelectionRange>> {
    let trees = Trees::of(document)?;
    let lines = LineIndex::new(&document.text);
    let ruler = Ruler::new(&document.text, &lines, encoding);
    let of_position = |position: &Position| {
        let ranges = around(trees, ruler.offset(*position) as usize);
        let outer_first = ranges.into_iter().rev();
        let selection = outer_first.fold(None, |parent: Option<SelectionRange>, range| {
            let range = ruler.range(text_range(&range));
            Some(SelectionRange { range, parent: parent.map(Box::new) })
        });
        let here = ls_types::Range { start: *position, end: *position };
        selection.unwrap_or(SelectionRange { range: here, parent: None })
    };
    Some(positions.iter().map(of_position).collect())
}

/// The ranges around `offset`, each within the next one.
fn around(trees: &Trees, offset: usize) -> Vec<Range<usize>> {
    let outer = chain(&trees.outer, offset);
    let inner = outer.iter().find_map(|node| trees.within(*node));
    let inner = inner.map(|tree| chain(tree, offset)).unwrap_or_default();
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for range in inner.iter().chain(&outer).map(Node::byte_range) {
        // A tree of JSON may be no larger than what it stands in.
        let grows =
            ranges.last().is_none_or(|last| range.start <= last.start && last.end <= range.end && range != *last);
        if grows && !range.is_empty() {
            ranges.push(range);
        }
    }
    ranges
}

/// The nodes at `offset`, the smallest first.
fn chain(tree: &Tree, offset: usize) -> Vec<Node<'_>> {
    let root = tree.root_node();
    let smallest = root.descendant_for_byte_range(offset, offset).unwrap_or(root);
    std::iter::successors(Some(smallest), Node::parent).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selections(text: &str, is_json: bool) -> Vec<String> {
        let offset = text.find('|').unwrap();
        let text = text.replace('|', "").into();
        let trees = Trees::parse(&text, is_json).unwrap();
        around(&trees, offset).into_iter().map(|range| text.get(range).unwrap().to_owned()).collect()
    }

    #[test]
    fn from_a_word_to_the_whole_text() {
        let found = selections("a \"b\" {\n  c = [\"d|e\"]\n}\n", false);
        assert_eq!(found[0], "de");
        assert!(found.contains(&"\"de\"".to_owned()) && found.contains(&"c = [\"de\"]".to_owned()));
        assert!(found.last().unwrap().starts_with("a \"b\" {"));
    }

    #[test]
    fn json_in_a_heredoc_has_its_own_steps() {
        let found = selections("a {\n  b = <<E\n{\"c\": [\"d|e\"]}\nE\n}\n", false);
        assert_eq!(found[..3], ["de", "\"de\"", "[\"de\"]"]);
        assert!(found.contains(&"\"c\": [\"de\"]".to_owned()));
        assert!(found.iter().any(|it| it.starts_with("b = <<E")));
        assert_eq!(selections("{\"a\": tr|ue}", true)[0], "true");
        assert_eq!(selections("|", false), [""; 0]);
    }
}
