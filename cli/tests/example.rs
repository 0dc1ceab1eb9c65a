//! The example of two accounts: what it was given is found, and the README shows it.

use std::io;
use std::path::Path;
use std::process::{Command, Output};

/// The faults that the example was given. Later rules may find more in it.
const FAULTS: &[&str] = &[
    "action-needs-star-resource",
    "action-resource-mismatch",
    "assume-role-missing-identity-half",
    "assume-role-missing-trust-half",
    "duplicate-sid",
    "invalid-effect",
    "invalid-json",
    "malformed-account-id",
    "malformed-arn",
    "missing-identity-half",
    "missing-key-half",
    "missing-principal",
    "missing-resource-half",
    "principal-in-identity-policy",
    "resource-in-trust-policy",
    "unknown-action",
    "unknown-condition-key",
    "unknown-condition-operator",
    "unknown-service",
];

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

fn lint(options: &[&str]) -> io::Result<Output> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_crosstrail"));
    command.args(["lint", "examples/two-accounts"]).args(options).current_dir(root()).output()
}

#[test]
fn every_fault_is_found() {
    let output = lint(&[]).unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let missed: Vec<_> = FAULTS.iter().filter(|code| !text.contains(&format!("[{code}]"))).collect();
    assert_eq!(missed, [&""; 0], "{text}");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}

#[test]
fn the_readme_shows_what_is_printed() {
    let printed = String::from_utf8(lint(&[]).unwrap().stdout).unwrap();
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let block = readme.split("```\n").find(|block| block.starts_with("error[")).unwrap();
    let shown = block.split("\n\n").map(str::trim_end).filter(|paragraph| *paragraph != "...");
    let stale: Vec<_> = shown.filter(|paragraph| !printed.contains(paragraph)).collect();
    assert!(stale.is_empty(), "README.md shows what is not printed:\n{}", stale.join("\n\n"));
}

#[test]
fn the_readme_shows_a_fix() {
    let printed = String::from_utf8(lint(&["--diff"]).unwrap().stdout).unwrap();
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let shown = readme.split("```diff\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    assert!(printed.contains(shown.trim_end()), "README.md shows another diff than\n{printed}");
}
