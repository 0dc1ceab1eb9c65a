//! `crosstrail init [FILE]`

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::arguments::InitArguments;
use crate::input::read_error;
use crate::outcome::Outcome;
use crate::run;
use crate::terminal::{self, When};

/// The name that stands for standard output.
const STANDARD_OUTPUT: &str = "-";

/// Writes a configuration with the accounts that were found. A file that is there stays as it is.
///
/// # Errors
/// When standard output cannot be written to.
pub(crate) fn run(arguments: &InitArguments, color: When) -> io::Result<Outcome> {
    let file = &arguments.file;
    let to_output = file.as_os_str() == STANDARD_OUTPUT;
    if !to_output && file.exists() {
        return Ok(failed(file, "is there already", color));
    }
    let here = [PathBuf::from(".")];
    let Some(analysed) = run::analyse(&here, &arguments.configuration, color) else { return Ok(Outcome::Failed) };
    let text = analysed.draft();
    if to_output {
        terminal::print(&text)?;
        return Ok(Outcome::Clean);
    }
    let written = OpenOptions::new().write(true).create_new(true).open(file);
    match written.and_then(|mut written| written.write_all(text.as_bytes())) {
        Ok(()) => Ok(Outcome::Clean),
        Err(error) => Ok(failed(file, &read_error(&error), color)),
    }
}

fn failed(file: &Path, why: &str, color: When) -> Outcome {
    terminal::report(&terminal::error_line(&format!("{}: {why}", file.display()), color));
    Outcome::Failed
}
