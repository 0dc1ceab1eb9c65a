//! `crosstrail man [DIRECTORY]`

use std::fs;
use std::io;

use clap::CommandFactory;

use crate::arguments::{Arguments, ManArguments};
use crate::input::read_error;
use crate::outcome::Outcome;
use crate::terminal::{self, When};

/// Prints the manual page of the program, or writes the pages of all commands.
///
/// # Errors
/// When standard output cannot be written to.
pub(crate) fn run(arguments: &ManArguments, color: When) -> io::Result<Outcome> {
    let command = Arguments::command();
    let Some(directory) = &arguments.directory else {
        let mut page = Vec::new();
        clap_mangen::Man::new(command).render(&mut page)?;
        terminal::print(&String::from_utf8_lossy(&page))?;
        return Ok(Outcome::Clean);
    };
    let written = fs::create_dir_all(directory).and_then(|()| clap_mangen::generate_to(command, directory));
    Ok(written.map_or_else(
        |error| {
            let why = format!("{}: {}", directory.display(), read_error(&error));
            terminal::report(&terminal::error_line(&why, color));
            Outcome::Failed
        },
        |()| Outcome::Clean,
    ))
}
