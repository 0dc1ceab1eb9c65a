//! `crosstrail inspect [PATH]`

use std::fmt;
use std::io;
use std::slice;

use crosstrail_analyzer::inspection::{render_human, render_json};

use crate::arguments::{Format, InspectArguments};
use crate::outcome::Outcome;
use crate::run::{self, Analysed};
use crate::terminal::{self, When};

/// Shows what was understood.
///
/// # Errors
/// When standard output cannot be written to.
pub(crate) fn run(arguments: &InspectArguments, color: When) -> io::Result<Outcome> {
    let paths = slice::from_ref(&arguments.path);
    let Some(analysed) = run::analyse(paths, &arguments.configuration, color) else { return Ok(Outcome::Failed) };
    let text = match arguments.format {
        Format::Human => human(&analysed).map_err(io::Error::other)?,
        Format::Json => render_json(&analysed.inspection(), analysed.sources()),
    };
    terminal::print(&text)?;
    Ok(Outcome::Clean)
}

fn human(analysed: &Analysed) -> Result<String, fmt::Error> {
    let mut text = String::new();
    render_human(&analysed.inspection(), analysed.sources(), &mut text)?;
    Ok(text)
}
