//! The slow lane: what a newcomer does, with the release build, and what needs other programs.

use std::process::Command;

use crate::{Outcome, docs, formats, oracle, plans, root, say, tflint};

/// The README's first command.
const LINT: &[&str] = &["run", "--release", "--locked", "--quiet", "--", "lint", "examples/two-accounts"];

/// Where the site of the rules is built.
const SITE: &str = "target/rules-site";

/// Runs the README's first command, builds the site of the rules, has reports read by what reads
/// them elsewhere and a plan made and checked, compares decisions with those of iam-simulate, and has
/// TFLint run the plugin.
///
/// # Errors
/// When the first does not say what it should, a link in the site leads nowhere, a report is not
/// taken, a plan is not checked as it should be, decisions differ, or TFLint does not say what it should.
pub(crate) fn run(_arguments: &[String]) -> Outcome {
    example()?;
    docs::write(&root().join(SITE))?;
    formats::run(&[])?;
    plans::run(&[])?;
    oracle::run()?;
    tflint::run(&[])
}

/// The command has to end with findings and to say what was checked.
fn example() -> Outcome {
    let output = Command::new(env!("CARGO")).args(LINT).current_dir(root()).output()?;
    let (stdout, stderr) = (String::from_utf8(output.stdout)?, String::from_utf8(output.stderr)?);
    let last_lines = stdout.rsplit("\n\n").next().unwrap_or_default();
    if output.status.code() != Some(1) || !last_lines.contains(" errors") || !last_lines.contains("3 stacks") {
        say(&format!("{stdout}{stderr}"));
        return Err(format!("the example of two accounts is not checked as it should be: {}", output.status).into());
    }
    say(&format!("the example of two accounts: {last_lines}"));
    Ok(())
}
