//! Questions about texts that may have holes.

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
