//! `crosstrail lint [PATH...]`

use std::io;

use crosstrail_analyzer::finding::Finding;
use crosstrail_analyzer::render::{self, Checked, Tally};
use crosstrail_analyzer::rules::{Selection, UnknownSelector};

use crate::arguments::{LintArguments, LintFormat};
use crate::fix::{self, Mended};
use crate::outcome::Outcome;
use crate::run::{self, Analysed};
use crate::terminal::{self, When};
use crate::words::{self, FixTally};

/// Checks what is named and says what was found.
///
/// # Errors
/// When standard output cannot be written to.
pub(crate) fn run(arguments: &LintArguments, color: When) -> io::Result<Outcome> {
    if let Err(unknown) = select(arguments, Selection::default()) {
        terminal::report(&terminal::error_line(&unknown.to_string(), color));
        return Ok(Outcome::Failed);
    }
    let Some(analysed) = run::analyse(&arguments.paths, &arguments.configuration, color) else {
        return Ok(Outcome::Failed);
    };
    let mut options = analysed.options();
    options.select = select(arguments, options.select).map_err(io::Error::other)?;
    options.as_of = arguments.as_of.or(options.as_of);
    if arguments.fixes.diff {
        fix::show(&analysed, &options, &arguments.fixes, color)?;
        return Ok(outcome(&analysed.findings(&options), &analysed));
    }
    if !arguments.fixes.fix {
        let findings = analysed.findings(&options);
        show(&findings, &analysed, arguments.format, color)?;
        return Ok(outcome(&findings, &analysed));
    }
    let Mended { analysed, tally, failed } = fix::write(&analysed, &options, &arguments.fixes, color)?;
    let findings = analysed.findings(&options);
    show_left(&findings, &analysed, tally, arguments.format, color)?;
    Ok(if failed { Outcome::Findings } else { outcome(&findings, &analysed) })
}

fn outcome(findings: &[Finding], analysed: &Analysed) -> Outcome {
    let is_clean = Tally::of(findings).is_clean() && analysed.all_checked();
    if is_clean { Outcome::Clean } else { Outcome::Findings }
}

/// What is left after fixes. Standard output has the fixed text of standard input, and
/// nothing beside it.
fn show_left(
    findings: &[Finding],
    analysed: &Analysed,
    tally: FixTally,
    format: LintFormat,
    color: When,
) -> io::Result<()> {
    if analysed.standard_input().is_some() {
        let mut text = String::new();
        render::concise::render(findings, analysed.sources(), &mut text).map_err(io::Error::other)?;
        terminal::report(&(text + words::summary(&analysed.summary(), Tally::of(findings)).trim_end()));
    } else {
        show(findings, analysed, format, color)?;
    }
    if format == LintFormat::Human && analysed.standard_input().is_none() {
        return terminal::print(&(words::fixed(tally) + "\n"));
    }
    terminal::report(&words::fixed(tally));
    Ok(())
}

/// `selection`, changed by what is typed.
fn select(arguments: &LintArguments, mut selection: Selection) -> Result<Selection, UnknownSelector> {
    arguments.select.iter().try_for_each(|name| selection.select(name.trim()))?;
    arguments.ignore.iter().try_for_each(|name| selection.ignore(name.trim()))?;
    Ok(selection)
}

/// Findings go to standard output; so does the summary for people, while a program
/// that reads lines or JSON finds nothing else there.
fn show(findings: &[Finding], analysed: &Analysed, format: LintFormat, color: When) -> io::Result<()> {
    let (sources, summary) = (analysed.sources(), analysed.summary());
    let last_lines = words::summary(&summary, Tally::of(findings));
    match format {
        LintFormat::Human => {
            terminal::print(&(render::human::render(findings, sources, terminal::style(color)) + &last_lines))
        }
        LintFormat::Concise => {
            let mut text = String::new();
            render::concise::render(findings, sources, &mut text).map_err(io::Error::other)?;
            terminal::print(&text)?;
            terminal::report(last_lines.trim_end());
            Ok(())
        }
        LintFormat::Json => {
            let checked = Checked { files: summary.files, stacks: summary.stacks, policies: summary.policies };
            terminal::print(&render::json::render(findings, sources, checked))
        }
    }
}
