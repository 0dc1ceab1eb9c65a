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
const ORGANIZATION: SmolStr = SmolStr::new_static(ORGANIZATION_ID);
const ORGANIZATION_ID: &str = "o-0000000000";

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
        Piece::Known(known) if !organization.is_known() => {
            Piece::Known(Known { text: without_ids(&known.text, organization), place: None })
        }
        Piece::Known(_) => piece.clone(),
    }))
}

/// `path` with letters for the ids of organisations in it: each may be that of `organization`.
fn without_ids(path: &str, organization: &Text) -> SmolStr {
    let pieces = organization.pieces().iter().map(|piece| match piece {
        Piece::Known(known) => known.text.as_str(),
        Piece::Hole(_) => ORGANIZATION_ID,
    });
    let own: String = pieces.collect();
    let segments: Vec<&str> =
        path.split('/').map(|segment| if is_id(segment) { own.as_str() } else { segment }).collect();
    segments.join("/").into()
}

/// Whether a segment of a path is the id of an organisation.
///
/// Source: AWS Organizations API Reference, `API_Organization`.
fn is_id(segment: &str) -> bool {
    segment.strip_prefix("o-").is_some_and(|id| {
        (10..=32).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    })
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

#[cfg(test)]
mod tests {
    use super::text;
    use crate::eval::symbol::{Cause, Symbol};
    use crate::eval::text::Text;

    #[test]
    fn an_id_may_be_the_one_that_is_not_known() {
        let unknown = Text::known("o-").concat(Text::hole(Symbol::new("", "id", Cause::Computed, None)));
        let path = |text: &str| Text::known(format!("arn:aws:s3:::logs/AWSLogs/{text}/*"));
        let shown = |written: &str, organization: &Text| text(&path(written), organization).display();
        let own = text(
            &Text::known("arn:aws:s3:::logs/AWSLogs/").concat(unknown.clone()).concat(Text::known("/*")),
            &unknown,
        );
        assert_eq!(shown("o-a1b2c3d4e5", &unknown), own.display());
        assert_eq!(shown("o-a1b2c3d4e5", &Text::known("o-f6g7h8i9j0")), path("o-a1b2c3d4e5").display());
        for other in ["111122223333", "o-short", "o-A1B2C3D4E5", "logs-o-a1b2c3d4e5"] {
            assert_eq!(shown(other, &unknown), path(other).display());
        }
    }
}
