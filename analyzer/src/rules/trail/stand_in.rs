//! Letters for numbers of accounts and ids of organisations that are not known.
//!
//! A path for an account is never one for an organisation, whatever their numbers and ids
//! are: `AWSLogs/111122223333/` and `AWSLogs/o-a1b2c3d4e5/`. Patterns cannot tell that of two
//! holes; of two texts that stand for them they can.

use smol_str::SmolStr;

use crate::cloudtrail::ID_START;
use crate::eval::symbol::Cause;
use crate::eval::text::{Known, Piece, Text};
use crate::policy::model::PolicyDocument;

/// For an account.
const ACCOUNT: &str = "000000000000";
/// What stands at the start of the id of an organisation, in a path.
const IN_PATH: &str = "/o-";
/// For what is behind it.
const ORGANIZATION: &str = "0000000000";

/// `text` with letters for accounts and for the holes of `organization`. Where that is not known, an id that is
/// written out may be its own.
pub(super) fn text(text: &Text, organization: &Text) -> Text {
    let is_unknown = organization.as_known().is_none();
    let known = |run: &str| {
        let text = if is_unknown { one_organization(run) } else { run.into() };
        Piece::Known(Known { text, place: None })
    };
    let (mut pieces, mut run) = (Vec::new(), String::new());
    for piece in text.pieces() {
        match piece {
            Piece::Known(known) => run.push_str(&known.text),
            Piece::Hole(symbol) if organization.holes().any(|hole| hole == symbol) => {
                let start = if run.ends_with(IN_PATH) { "" } else { ID_START };
                run.extend([start, ORGANIZATION]);
            }
            Piece::Hole(symbol) if *symbol.cause() == Cause::Account => run.push_str(ACCOUNT),
            Piece::Hole(_) => {
                pieces.extend([known(&run), piece.clone()]);
                run.clear();
            }
        }
    }
    pieces.push(known(&run));
    Text::from_pieces(pieces)
}

/// `text` with the same letters for every organisation that a path of it names.
fn one_organization(text: &str) -> SmolStr {
    let mut parts = text.split(IN_PATH);
    let mut found = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let behind = part.trim_start_matches(|letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit());
        let id = if behind.len() == part.len() { "" } else { ORGANIZATION };
        found.extend([IN_PATH, id, behind]);
    }
    found.into()
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
