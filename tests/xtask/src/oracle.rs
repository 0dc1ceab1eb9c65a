//! The slow lane: our decisions against those of iam-simulate, and AWS's managed policies, in
//! which there are few faults.
//!
//! Both are fetched by npm into the build directory, as what tests run or read; they are no
//! part of what is shipped.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::{Outcome, root};

/// What the program beside ours needs.
const FILES: [&str; 3] = ["package.json", "package-lock.json", "simulate.mjs"];

/// The comparisons.
const TESTS: &[&str] = &[
    "test",
    "--release",
    "--locked",
    "--quiet",
    "--package",
    "crosstrail-tests",
    "--test",
    "oracle",
    "--test",
    "managed_policies",
    "--",
];

/// Installs iam-simulate and the managed policies, and compares.
///
/// # Errors
/// When node or npm are missing, when npm cannot fetch, when decisions differ, and when a policy of
/// AWS has an error that is not known.
pub(crate) fn run() -> Outcome {
    let directory = root().join("target/oracle");
    fs::create_dir_all(&directory)?;
    for file in FILES {
        fs::copy(root().join("tests/oracle").join(file), directory.join(file))?;
    }
    call("node", ["--version"], &directory)?;
    call("npm", ["ci", "--silent", "--ignore-scripts", "--no-audit", "--no-fund"], &directory)?;
    let mut test = Command::new(env!("CARGO"));
    test.args(TESTS).args(["--ignored", "--nocapture"]).current_dir(root()).env("CROSSTRAIL_ORACLE", &directory);
    let status = test.status()?;
    if status.success() {
        Ok(())
    } else {
        Err("our decisions are not those of iam-simulate, or our findings in AWS's policies not those that are known"
            .into())
    }
}

fn call(program: &str, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>, directory: &Path) -> Outcome {
    let output = Command::new(program).args(arguments).current_dir(directory).output();
    let output = output.map_err(|error| format!("`{program}` is needed for the decisions to compare with: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("`{program}` failed: {}", String::from_utf8_lossy(&output.stderr).trim()).into())
}
