//! Letters for numbers of accounts and ids of organisations that are not known.
//!
//! A path for an account is never one for an organisation, whatever their numbers and ids
//! are: `AWSLogs/111122223333/` and `AWSLogs/o-a1b2c3d4e5/`. Patterns cannot tell that of two
//! holes; of two texts that stand for them they can.

use smol_str::SmolStr;

use crate::eval::symbol::{Cause, Symbol};
use crate::eval::text::{Known, Piece, Text};
use crate::policy::model::PolicyDocument;

/// For an account.
const ACCOUNT: SmolStr = SmolStr::new_static("000000000000");
/// For an organisation.
const ORGANIZATION: SmolStr = SmolStr::new_static("o-0000000000");

/// `text` with letters for accounts and for the holes of `organization`.
pub(super) fn text(text: &Text, organization: &Text) -> Text {
    let letters = |symbol: &Symbol| {
        let is_organization = organization.holes().any(|hole| hole == symbol);
        let is_account = *symbol.cause() == Cause::Account;
        match (is_organization, is_account) {
            (true, _) => Some(ORGANIZATION),
            (false, true) => Some(ACCOUNT),
            (false, false) => None,
        }
    };
    Text::from_pieces(text.pieces().iter().map(|piece| match piece {
        Piece::Hole(symbol) => {
            letters(symbol).map_or_else(|| piece.clone(), |text| Piece::Known(Known { text, place: None }))
        }
        Piece::Known(_) => piece.clone(),
    }))
}

/// The document with letters in what its statements are about.
pub(super) fn document(document: &PolicyDocument, organization: &Text) -> PolicyDocument {
    let mut document = document.clone();
    for resources in document.statements.iter_mut().flat_map(|statement| &mut statement.resources) {
        for leaf in resources.items.iter_mut().chain(&mut resources.possible) {
            leaf.text = text(&leaf.text, organization);
        }
    }
    document
}
