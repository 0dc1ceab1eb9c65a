//! How a run ends.

use std::process::ExitCode;

/// How a run ended, for the shell that started it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// What was asked for was done, and there is nothing to mend.
    Clean,
    /// Something is to be mended.
    Findings,
    /// What was asked for could not be done.
    Failed,
    /// What was asked has no certain answer.
    Open,
    /// An editor went away without a word.
    Left,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(match outcome {
            Outcome::Clean => 0,
            Outcome::Findings | Outcome::Left => 1,
            Outcome::Failed => 2,
            Outcome::Open => 3,
        })
    }
}
