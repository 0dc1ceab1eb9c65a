//! `crosstrail explain CODE`

use std::io;

use crosstrail_analyzer::rules::{self, Selection};

use crate::arguments::ExplainArguments;
use crate::outcome::Outcome;
use crate::terminal::{self, When};
use crate::{markdown, rules as listing};

/// Prints the page of a rule, or the rules of a group.
///
/// # Errors
/// When standard output cannot be written to.
pub(crate) fn run(arguments: &ExplainArguments, color: When) -> io::Result<Outcome> {
    let style = terminal::style(color);
    if let Some(rule) = rules::find(&arguments.code) {
        terminal::print(&markdown::render(rule.doc(), style))?;
        return Ok(Outcome::Clean);
    }
    if let Err(unknown) = Selection::default().select(&arguments.code) {
        terminal::report(&terminal::error_line(&unknown.to_string(), color));
        return Ok(Outcome::Failed);
    }
    let of_group = rules::RULES.iter().copied().filter(|rule| rule.group.name() == arguments.code);
    terminal::print(&listing::table(of_group, style))?;
    Ok(Outcome::Clean)
}
