//! `crosstrail lsp`: serves an editor.

use std::io;

use crate::outcome::Outcome;

/// Serves the client on standard input and output until it wants no more. Nothing else may be
/// written to standard output.
///
/// # Errors
/// When the system does not let the server start.
pub(crate) fn run() -> io::Result<Outcome> {
    let was_shut_down = crosstrail_lsp::serve()?;
    Ok(if was_shut_down { Outcome::Clean } else { Outcome::Left })
}
