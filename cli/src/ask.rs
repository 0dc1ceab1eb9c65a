//! `crosstrail can PRINCIPAL ACTION ARN` and `crosstrail who-can ACTION`

use std::io;
use std::slice;

use crosstrail_analyzer::access::Verdict;
use crosstrail_analyzer::answer::{self, Refusal};

use crate::arguments::{AskedArguments, CanArguments, Format, WhoCanArguments};
use crate::outcome::Outcome;
use crate::run::{self, Analysed};
use crate::terminal::{self, When};

/// Says whether someone may do something.
///
/// # Errors
/// When standard output cannot be written to.
pub(crate) fn can(arguments: &CanArguments, color: When) -> io::Result<Outcome> {
    let CanArguments { principal, action, resource, asked } = arguments;
    let Some(analysed) = analyse(action, asked, color) else { return Ok(Outcome::Failed) };
    let answer = match analysed.can(principal, action, resource) {
        Ok(answer) => answer,
        Err(refusal) => return Ok(refused(&refusal, color)),
    };
    terminal::print(&match asked.format {
        Format::Human => answer::render_can(&answer, analysed.sources(), terminal::style(color)),
        Format::Json => answer::can_json(&answer, analysed.sources()),
    })?;
    Ok(match answer.verdict {
        Verdict::Allowed => Outcome::Clean,
        Verdict::Denied => Outcome::Findings,
        Verdict::Unknown => Outcome::Open,
    })
}

/// Lists who may do something.
///
/// # Errors
/// When standard output cannot be written to.
pub(crate) fn who_can(arguments: &WhoCanArguments, color: When) -> io::Result<Outcome> {
    let WhoCanArguments { action, on, asked } = arguments;
    let Some(analysed) = analyse(action, asked, color) else { return Ok(Outcome::Failed) };
    let roll = match analysed.who_can(action, on.as_deref()) {
        Ok(roll) => roll,
        Err(refusal) => return Ok(refused(&refusal, color)),
    };
    terminal::print(&match asked.format {
        Format::Human => answer::render_who(&roll, analysed.sources()),
        Format::Json => answer::who_json(&roll, analysed.sources()),
    })?;
    Ok(Outcome::Clean)
}

/// A wrong action is said before anything is read.
fn analyse(action: &str, asked: &AskedArguments, color: When) -> Option<Analysed> {
    if let Err(refusal) = answer::known_action(action) {
        refused(&refusal, color);
        return None;
    }
    run::analyse(slice::from_ref(&asked.path), &asked.configuration, color)
}

fn refused(refusal: &Refusal, color: When) -> Outcome {
    terminal::report(&terminal::error_line(&refusal.to_string(), color));
    Outcome::Failed
}
