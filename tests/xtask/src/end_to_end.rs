//! The slow lane: what a newcomer does, with the release build.

use std::process::Command;

use crate::{Outcome, root, say};

/// The README's first command.
const LINT: &[&str] = &["run", "--release", "--locked", "--quiet", "--", "lint", "examples/two-accounts"];

/// The faults that the example was given. Later rules may find more in it.
const FAULTS: &[&str] = &[
    "action-needs-star-resource",
    "action-resource-mismatch",
    "duplicate-sid",
    "invalid-effect",
    "invalid-json",
    "malformed-account-id",
    "malformed-arn",
    "missing-principal",
    "principal-in-identity-policy",
    "resource-in-trust-policy",
    "unknown-action",
    "unknown-condition-key",
    "unknown-condition-operator",
    "unknown-service",
];

/// Runs the README's first command and checks what it finds.
///
/// # Errors
/// When it does not run, ends otherwise than with findings, or misses a fault.
pub(crate) fn run(_arguments: &[String]) -> Outcome {
    let output = Command::new(env!("CARGO")).args(LINT).current_dir(root()).output()?;
    let (stdout, stderr) = (String::from_utf8(output.stdout)?, String::from_utf8(output.stderr)?);
    let missed: Vec<_> = FAULTS.iter().copied().filter(|code| !stdout.contains(&format!("[{code}]"))).collect();
    if output.status.code() != Some(1) || !missed.is_empty() {
        say(&format!("{stdout}{stderr}"));
        return Err(format!("the example: {}; missed: {}", output.status, missed.join(", ")).into());
    }
    let last_lines = stdout.rsplit("\n\n").next().unwrap_or_default();
    say(&format!("the example: {last_lines}"));
    Ok(())
}
