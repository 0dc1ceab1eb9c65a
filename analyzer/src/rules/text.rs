//! Questions about texts that may have holes.

use crate::aws::pattern::{self, Pattern, Syntax};
use crate::eval::symbol::Symbol;
use crate::eval::text::{Piece, Text};

/// Whether `text` is `wanted` for some value of its holes.
pub(super) fn may_be(text: &Text, wanted: &str) -> bool {
    let mut rest = wanted;
    let mut after_hole = false;
    let mut pieces = text.pieces().iter().peekable();
    while let Some(piece) = pieces.next() {
        let Piece::Known(known) = piece else {
            after_hole = true;
            continue;
        };
        let is_last = pieces.peek().is_none();
        let found = match (after_hole, is_last) {
            (false, _) => rest.strip_prefix(known.text.as_str()),
            (true, true) => return rest.ends_with(known.text.as_str()),
            (true, false) => rest.split_once(known.text.as_str()).map(|(_, behind)| behind),
        };
        let Some(behind) = found else { return false };
        rest = behind;
        after_hole = false;
    }
    after_hole || rest.is_empty()
}

/// The pattern that a text of a policy is, with its holes.
pub(super) fn pattern(text: &Text, syntax: Syntax) -> Pattern<&Symbol> {
    let pieces = text.pieces().iter().map(|piece| match piece {
        Piece::Known(known) => pattern::Piece::Text(known.text.as_str()),
        Piece::Hole(symbol) => pattern::Piece::Hole(symbol),
    });
    Pattern::new(pieces, syntax)
}

/// The text with `*` for each hole: what it matches for some value of the holes.
pub(super) fn with_wildcards(text: &Text) -> String {
    let pieces = text.pieces().iter().map(|piece| match piece {
        Piece::Known(known) => known.text.as_str(),
        Piece::Hole(_) => "*",
    });
    pieces.collect()
}

/// What is known of a text, piece by piece.
pub(super) fn known_parts(text: &Text) -> impl Iterator<Item = &str> {
    text.pieces().iter().filter_map(|piece| match piece {
        Piece::Known(known) => Some(known.text.as_str()),
        Piece::Hole(_) => None,
    })
}

/// Whether two holes with this symbol have one value wherever they are met in one document.
pub(super) fn is_stable(symbol: &Symbol) -> bool {
    symbol.is_stable()
}

#[cfg(test)]
mod tests {
    use super::may_be;
    use crate::eval::symbol::{Cause, Symbol};
    use crate::eval::text::Text;

    #[test]
    fn a_hole_may_be_anything() {
        let hole = || Text::hole(Symbol::new("", "x", Cause::Variable, None));
        let around = |start: &str, end: &str| Text::known(start).concat(hole()).concat(Text::known(end));
        assert!(may_be(&around("A", "w"), "Allow"));
        assert!(may_be(&around("Allow", ""), "Allow"));
        assert!(may_be(&around("", "").concat(hole()), "Allow"));
        assert!(!may_be(&around("All", "llow"), "Allow"), "the ends must not share letters");
        assert!(!may_be(&around("a", ""), "Allow"));
        assert!(!may_be(&around("", "Allow").concat(Text::known("s")), "Allow"));
        assert!(!may_be(&Text::known("Allo"), "Allow"));
    }
}
