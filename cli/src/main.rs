//! The command line of Crosstrail.
//!
//! It names files, calls the library and prints what the library has rendered. It
//! must not know what a policy is or why something is a fault.

mod arguments;
mod ask;
mod baseline;
mod completions;
mod configuration;
mod diff;
mod explain;
mod fix;
mod graph;
mod init;
mod input;
mod inspect;
mod lint;
mod lsp;
mod man;
mod markdown;
mod outcome;
mod progress;
mod rules;
mod run;
mod show;
mod terminal;
mod watch;
mod words;

use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Command, LspArguments};
use outcome::Outcome;

/// Values and trees are many small allocations, which it is made for.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let Arguments { command, color } = Arguments::parse();
    let result = match &command {
        Command::Lint(arguments) => lint::run(arguments, color),
        Command::Rules(arguments) => rules::run(arguments, color),
        Command::Explain(arguments) => explain::run(arguments, color),
        Command::Can(arguments) => ask::can(arguments, color),
        Command::WhoCan(arguments) => ask::who_can(arguments, color),
        Command::Completions(arguments) => completions::run(arguments),
        Command::Man(arguments) => man::run(arguments, color),
        Command::Init(arguments) => init::run(arguments, color),
        Command::Graph(arguments) => graph::run(arguments, color),
        Command::Inspect(arguments) => inspect::run(arguments, color),
        Command::Lsp(LspArguments { stdio: _, client_process_id: _ }) => lsp::run(),
    };
    let outcome = result.unwrap_or_else(|error| {
        terminal::report(&terminal::error_line(&format!("standard output: {error}"), color));
        Outcome::Failed
    });
    outcome.into()
}
