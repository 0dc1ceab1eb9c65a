//! The command line of Crosstrail.

mod arguments;
mod completions;
mod input;
mod outcome;
mod progress;
mod terminal;

use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Command};
use outcome::Outcome;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let color = arguments.color;
    let result = match &arguments.command {
        Command::Completions(arguments) => completions::run(arguments),
        _ => Ok(Outcome::Clean),
    };
    let outcome = result.unwrap_or_else(|error| {
        terminal::report(&terminal::error_line(&format!("standard output: {error}"), color));
        Outcome::Failed
    });
    outcome.into()
}
