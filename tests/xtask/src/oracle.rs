//! The slow lane: our decisions against those of iam-simulate.
//!
//! iam-simulate is fetched by npm into the build directory, as a program that a test runs;
//! it is no part of what is shipped.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::{Outcome, root};

/// What the program beside ours needs.
const FILES: [&str; 3] = ["package.json", "package-lock.json", "simulate.mjs"];

/// The comparison.
const TEST: &[&str] =
    &["test", "--release", "--locked", "--quiet", "--package", "crosstrail-tests", "--test", "oracle", "--"];

/// Installs iam-simulate and compares.
///
/// # Errors
/// When node or npm are missing, when npm cannot fetch, and when decisions differ.
pub(crate) fn run() -> Outcome {
    let directory = root().join("target/oracle");
    fs::create_dir_all(&directory)?;
    for file in FILES {
        fs::copy(root().join("tests/oracle").join(file), directory.join(file))?;
    }
    call("node", ["--version"], &directory)?;
    call("npm", ["ci", "--silent", "--ignore-scripts", "--no-audit", "--no-fund"], &directory)?;
    let mut test = Command::new(env!("CARGO"));
    test.args(TEST).args(["--ignored", "--nocapture"]).current_dir(root()).env("CROSSTRAIL_ORACLE", &directory);
    let status = test.status()?;
    if status.success() { Ok(()) } else { Err("our decisions are not those of iam-simulate".into()) }
}

fn call(program: &str, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>, directory: &Path) -> Outcome {
    let output = Command::new(program).args(arguments).current_dir(directory).output();
    let output = output.map_err(|error| format!("`{program}` is needed for the decisions to compare with: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("`{program}` failed: {}", String::from_utf8_lossy(&output.stderr).trim()).into())
}
