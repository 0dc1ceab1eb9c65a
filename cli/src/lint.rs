//! `crosstrail lint [PATH...]`

use std::{io, mem};

use crosstrail_analyzer::render::{self, Checked, Tally};
use crosstrail_analyzer::rules::{Selection, UnknownSelector};

use crate::arguments::{LintArguments, LintFormat};
use crate::fix::{self, Mended};
use crate::outcome::Outcome;
use crate::run::{self, Analysed, Found};
use crate::terminal::{self, When};
use crate::words;

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
    let is_clean = if arguments.fixes.diff {
        fix::show(&analysed, &options, &arguments.fixes, color)?;
        is_clean(&analysed.findings(&options), &analysed)
    } else if arguments.fixes.fix {
        let mended = fix::write(&analysed, &options, &arguments.fixes, color)?;
        let found = mended.analysed.findings(&options);
        show_left(&found, &mended, arguments.format, color)?;
        is_clean(&found, &mended.analysed) && !mended.failed
    } else {
        let found = analysed.findings(&options);
        show(&found, &analysed, arguments.format, color)?;
        is_clean(&found, &analysed)
    };
    // The process ends: its memory goes back as a whole, sooner than one by one.
    mem::forget(analysed);
    Ok(if is_clean { Outcome::Clean } else { Outcome::Findings })
}

fn is_clean(found: &Found, analysed: &Analysed) -> bool {
    Tally::of(&found.wanted).is_clean() && analysed.all_checked()
}

/// What is left after fixes. Of standard input, standard output has the fixed text and
/// nothing beside it.
fn show_left(
    found: &Found,
    Mended { analysed, tally, .. }: &Mended,
    format: LintFormat,
    color: When,
) -> io::Result<()> {
    let fixed = words::fixed(*tally);
    if analysed.standard_input().is_some() {
        let mut text = String::new();
        render::concise::render(&found.wanted, analysed.sources(), &mut text).map_err(io::Error::other)?;
        let summary = words::summary(&analysed.summary(), Tally::of(&found.wanted), found.elsewhere);
        terminal::report(&(text + &summary + &fixed));
        return Ok(());
    }
    show(found, analysed, format, color)?;
    match format {
        LintFormat::Human => terminal::print(&(fixed + "\n")),
        LintFormat::Concise | LintFormat::Json => {
            terminal::report(&fixed);
            Ok(())
        }
    }
}

/// `selection`, changed by what is typed.
fn select(arguments: &LintArguments, mut selection: Selection) -> Result<Selection, UnknownSelector> {
    arguments.select.iter().try_for_each(|name| selection.select(name.trim()))?;
    arguments.ignore.iter().try_for_each(|name| selection.ignore(name.trim()))?;
    Ok(selection)
}

/// Findings go to standard output; so does the summary for people, while a program
/// that reads lines or JSON finds nothing else there.
fn show(found: &Found, analysed: &Analysed, format: LintFormat, color: When) -> io::Result<()> {
    let (sources, summary, findings) = (analysed.sources(), analysed.summary(), found.wanted.as_slice());
    let last_lines = words::summary(&summary, Tally::of(findings), found.elsewhere);
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
