//! What can be folded away.

use tower_lsp_server::ls_types::{FoldingRange, FoldingRangeKind};
use tree_sitter::Node;

use crate::documents::Document;

use super::tree::{Trees, visit};

/// Nodes of both languages that are worth folding.
const FOLDED: &[&str] =
    &["block", "object", "tuple", "array", "function_call", "heredoc_template", "for_object_expr", "for_tuple_expr"];

/// The ranges, in the order of the text. Only whole lines are folded, and the last one stays.
pub(crate) fn folding_ranges(document: &Document) -> Option<Vec<FoldingRange>> {
    let trees = Trees::of(document)?;
    let mut folds = Folds::default();
    let roots = std::iter::once(&trees.outer).chain(&trees.inner);
    roots.for_each(|tree| {
        visit(tree.root_node(), &mut |node, _| {
            folds.node(node);
            true
        });
    });
    Some(folds.finish())
}

/// Lines, and whether they are a comment.
#[derive(Default)]
struct Folds {
    lines: Vec<(usize, usize, bool)>,
    /// Comments that follow one another.
    comment: Option<(usize, usize)>,
}

impl Folds {
    fn node(&mut self, node: Node<'_>) {
        let (start, end) = (node.start_position().row, node.end_position().row);
        if node.kind() == "comment" {
            self.comment = match self.comment.take() {
                Some((first, last)) if last + 1 == start => Some((first, end)),
                other => {
                    self.push_comment(other);
                    Some((start, end))
                }
            };
        } else if FOLDED.contains(&node.kind()) {
            self.lines.push((start, end.saturating_sub(1), false));
        }
    }

    fn push_comment(&mut self, comment: Option<(usize, usize)>) {
        self.lines.extend(comment.map(|(first, last)| (first, last, true)));
    }

    fn finish(mut self) -> Vec<FoldingRange> {
        let comment = self.comment.take();
        self.push_comment(comment);
        self.lines.retain(|(start, end, _)| start < end);
        // Of two that begin in one line an editor takes the first: the larger one.
        self.lines.sort_by_key(|(start, end, _)| (*start, std::cmp::Reverse(*end)));
        self.lines.dedup_by_key(|(start, ..)| *start);
        self.lines.into_iter().map(|(start, end, is_comment)| range(start, end, is_comment)).collect()
    }
}

fn range(start: usize, end: usize, is_comment: bool) -> FoldingRange {
    let line = |line: usize| u32::try_from(line).unwrap_or(u32::MAX);
    FoldingRange {
        start_line: line(start),
        end_line: line(end),
        start_character: None,
        end_character: None,
        kind: is_comment.then_some(FoldingRangeKind::Comment),
        collapsed_text: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_lists_comments_and_json_fold() {
        let text = "# a\n# b\n\nb {\n  c = [\n    1,\n  ]\n  d = <<E\n{\n  \"e\": 1\n}\nE\n}\n# c\n";
        let uri = "file:///w/a.tf".parse().unwrap();
        let document = Document::new(uri, 1, text);
        let folds = folding_ranges(&document).unwrap();
        let lines: Vec<_> = folds.iter().map(|fold| (fold.start_line, fold.end_line)).collect();
        assert_eq!(lines, [(0, 1), (3, 11), (4, 5), (7, 10), (8, 9)]);
        assert_eq!(folds[0].kind, Some(FoldingRangeKind::Comment));
    }
}
