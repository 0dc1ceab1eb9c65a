//! The slow lane: what a newcomer does, with the release build, and what needs other programs.

use std::process::Command;

use crate::{Outcome, oracle, root, say};

/// The README's first command.
const LINT: &[&str] = &["run", "--release", "--locked", "--quiet", "--", "lint", "examples/two-accounts"];

/// Runs the README's first command, then compares decisions with those of iam-simulate.
///
/// # Errors
/// When one of them is not as it should be.
pub(crate) fn run(_arguments: &[String]) -> Outcome {
    lint_the_example()?;
    oracle::run()
}

/// It has to end with findings and to say what was checked.
fn lint_the_example() -> Outcome {
    let output = Command::new(env!("CARGO")).args(LINT).current_dir(root()).output()?;
    let (stdout, stderr) = (String::from_utf8(output.stdout)?, String::from_utf8(output.stderr)?);
    let last_lines = stdout.rsplit("\n\n").next().unwrap_or_default();
    if output.status.code() != Some(1) || !last_lines.contains(" errors") || !last_lines.contains("2 stacks") {
        say(&format!("{stdout}{stderr}"));
        return Err(format!("the example of two accounts is not checked as it should be: {}", output.status).into());
    }
    say(&format!("the example of two accounts: {last_lines}"));
    Ok(())
}
