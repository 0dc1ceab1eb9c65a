//! `crosstrail completions SHELL`

use std::io;

use clap::CommandFactory;

use crate::arguments::{Arguments, CompletionsArguments};
use crate::outcome::Outcome;
use crate::terminal;

/// Prints what the shell needs to complete commands and options.
///
/// # Errors
/// When standard output cannot be written to.
pub(crate) fn run(arguments: &CompletionsArguments) -> io::Result<Outcome> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "crosstrail", &mut script);
    terminal::print(&String::from_utf8_lossy(&script))?;
    Ok(Outcome::Clean)
}
