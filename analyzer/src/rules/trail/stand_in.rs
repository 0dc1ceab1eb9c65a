//! Letters for numbers of accounts and ids of organisations that are not known.
//!
//! What is of an account is never of an organisation, whatever their numbers and ids are: the paths
//! `AWSLogs/111122223333/` and `AWSLogs/o-a1b2c3d4e5/`, the log streams `111122223333_CloudTrail_eu-west-1` and
//! `o-a1b2c3d4e5_111122223333_CloudTrail_eu-west-1`. Patterns cannot tell that of two holes; of two texts that stand
//! for them they can.

use smol_str::SmolStr;

use crate::cloudtrail::ID_START;
use crate::eval::symbol::Cause;
use crate::eval::text::{Known, Piece, Text};
use crate::policy::model::PolicyDocument;

/// For an account.
const ACCOUNT: &str = "000000000000";
/// What stands at the start of the id of an organisation, in a path and in the name of a stream.
const STARTS: [&str; 2] = ["/o-", ":o-"];
/// What stands in front of the name of a log stream.
const STREAM: &str = ":log-stream:";
/// For what is behind the start of the id of an organisation.
const ORGANIZATION: &str = "0000000000";

/// What is told apart.
#[derive(Debug, Clone, Copy)]
pub(super) struct StandIn<'t> {
    /// The organisation of the trail.
    pub(super) organization: &'t Text,
    /// Whether accounts have letters too: where it is asked for something of the organisation, which account is
    /// meant does not matter.
    pub(super) with_accounts: bool,
}

impl StandIn<'_> {
    /// `text` with letters for accounts and for the holes of the organisation. Where that is not known, an id that is
    /// written out may be its own.
    pub(super) fn text(self, text: &Text) -> Text {
        let is_unknown = self.organization.as_known().is_none();
        let known = |run: &str| {
            let text = if is_unknown { one_organization(run) } else { run.into() };
            Piece::Known(Known { text, place: None })
        };
        let (mut pieces, mut run) = (Vec::new(), String::new());
        for piece in text.pieces() {
            match piece {
                Piece::Known(known) => run.push_str(&known.text),
                Piece::Hole(symbol) if self.organization.holes().any(|hole| hole == symbol) => {
                    let start = if STARTS.iter().any(|start| run.ends_with(start)) { "" } else { ID_START };
                    run.extend([start, ORGANIZATION]);
                }
                Piece::Hole(symbol) if *symbol.cause() == Cause::Account && self.is_account_behind(&run) => {
                    run.push_str(ACCOUNT);
                }
                Piece::Hole(_) => {
                    pieces.extend([known(&run), piece.clone()]);
                    run.clear();
                }
            }
        }
        pieces.push(known(&run));
        Text::from_pieces(pieces)
    }

    /// Whether what comes behind `run` is where the account stands that something belongs to. Elsewhere, as in the
    /// name of a bucket, a number that is written out may be the same.
    fn is_account_behind(self, run: &str) -> bool {
        self.with_accounts && (run.ends_with('/') || run.ends_with(STREAM))
    }

    /// The document with letters in what its statements are about.
    pub(super) fn document(self, document: &PolicyDocument) -> PolicyDocument {
        let mut document = document.clone();
        for resources in document.statements.iter_mut().flat_map(|statement| &mut statement.resources) {
            for leaf in resources.items.iter_mut().chain(&mut resources.possible) {
                leaf.text = self.text(&leaf.text);
            }
        }
        document
    }
}

/// `text` with the same letters for every organisation that it names.
fn one_organization(text: &str) -> SmolStr {
    let mut found = text.to_owned();
    for start in STARTS {
        let mut parts = found.split(start);
        let mut replaced = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let behind = part.trim_start_matches(|letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit());
            let id = if behind.len() == part.len() { "" } else { ORGANIZATION };
            replaced.extend([start, id, behind]);
        }
        found = replaced;
    }
    found.into()
}
