//! `crosstrail lint [PATH...]`

use std::{io, mem};

use crosstrail_analyzer::analysis::Options;
use crosstrail_analyzer::render::Tally;
use crosstrail_analyzer::rules::{Selection, UnknownSelector};

use crate::arguments::LintArguments;
use crate::baseline::{self, Known};
use crate::fix::{self, Mended};
use crate::outcome::Outcome;
use crate::run::{self, Analysed};
use crate::show::{self, Shown};
use crate::terminal::{self, When};
use crate::watch::{self, Witness};
use crate::words;

/// Checks what is named and says what was found.
///
/// # Errors
/// When standard output cannot be written to.
pub(crate) fn run(arguments: &LintArguments, color: When) -> io::Result<Outcome> {
    if arguments.watch {
        return match refused(arguments) {
            Some(why) => Ok(failed(&why, color)),
            None => watch::run(arguments, color),
        };
    }
    let (outcome, analysed) = check(arguments, &Witness::none(), color)?;
    // The process ends: its memory goes back as a whole, sooner than one by one.
    mem::forget(analysed);
    Ok(outcome)
}

/// The same once, with a witness of what is read.
///
/// # Errors
/// When standard output cannot be written to.
pub(crate) fn once(arguments: &LintArguments, witness: &Witness, color: When) -> io::Result<Outcome> {
    check(arguments, witness, color).map(|(outcome, _)| outcome)
}

fn check(arguments: &LintArguments, witness: &Witness, color: When) -> io::Result<(Outcome, Option<Analysed>)> {
    let known = match prepare(arguments) {
        Ok(known) => known,
        Err(why) => return Ok((failed(&why, color), None)),
    };
    let Some(analysed) = run::analyse_before(witness, &arguments.paths, &arguments.configuration, color) else {
        return Ok((Outcome::Failed, None));
    };
    let mut options = analysed.options();
    options.select = select(arguments, options.select).map_err(io::Error::other)?;
    options.as_of = arguments.as_of.or(options.as_of);
    let run = Run { arguments, color, options, known };
    let outcome = run.carry_out(&analysed)?;
    Ok((outcome, Some(analysed)))
}

/// Why what is typed cannot be done, whatever there is to read.
fn refused(arguments: &LintArguments) -> Option<String> {
    if let Err(unknown) = select(arguments, Selection::default()) {
        return Some(unknown.to_string());
    }
    if arguments.statistics && !show::has_statistics(arguments.format) {
        return Some("`--statistics` goes with the formats human, concise and json".to_owned());
    }
    let is_standard_input = arguments.paths.iter().any(|path| path.as_os_str() == "-");
    (arguments.watch && is_standard_input).then(|| "standard input cannot be watched".to_owned())
}

/// The baseline, unless something is wrong with it or with what is typed.
fn prepare(arguments: &LintArguments) -> Result<Option<Known>, String> {
    if let Some(why) = refused(arguments) {
        return Err(why);
    }
    arguments.baselines.baseline.as_deref().map(Known::load).transpose()
}

/// `selection`, changed by what is typed.
fn select(arguments: &LintArguments, mut selection: Selection) -> Result<Selection, UnknownSelector> {
    arguments.select.iter().try_for_each(|name| selection.select(name.trim()))?;
    arguments.ignore.iter().try_for_each(|name| selection.ignore(name.trim()))?;
    Ok(selection)
}

fn failed(why: &str, color: When) -> Outcome {
    terminal::report(&terminal::error_line(why, color));
    Outcome::Failed
}

/// What is to be done with what was analysed.
struct Run<'a> {
    arguments: &'a LintArguments,
    color: When,
    options: Options,
    known: Option<Known>,
}

impl Run<'_> {
    fn carry_out(&self, analysed: &Analysed) -> io::Result<Outcome> {
        let fixes = &self.arguments.fixes;
        if let Some(file) = &self.arguments.baselines.write_baseline {
            return Ok(self.write_baseline(file, analysed));
        }
        if fixes.diff {
            fix::show(analysed, &self.options, fixes, self.color)?;
            return Ok(outcome(&self.shown(analysed), analysed));
        }
        if fixes.fix {
            return self.fix(analysed);
        }
        let shown = self.shown(analysed);
        let written = show::show(&shown, analysed, self.arguments, None, self.color)?;
        Ok(self.unless_unwritten(written, outcome(&shown, analysed)))
    }

    fn shown(&self, analysed: &Analysed) -> Shown {
        let found = analysed.findings(&self.options);
        Shown::of(found, analysed, &self.options, self.arguments.severity, self.known.as_ref())
    }

    /// Writes fixes and shows what is left. Of standard input, standard output has the fixed
    /// text and nothing beside it.
    fn fix(&self, analysed: &Analysed) -> io::Result<Outcome> {
        let Mended { analysed, tally, failed } =
            fix::write(analysed, &self.options, &self.arguments.fixes, self.color)?;
        let shown = self.shown(&analysed);
        let outcome = if failed { Outcome::Findings } else { outcome(&shown, &analysed) };
        if analysed.standard_input().is_some() {
            show::report_left(&shown, &analysed, tally);
            return Ok(outcome);
        }
        let written = show::show(&shown, &analysed, self.arguments, Some(tally), self.color)?;
        Ok(self.unless_unwritten(written, outcome))
    }

    fn write_baseline(&self, file: &std::path::Path, analysed: &Analysed) -> Outcome {
        let findings = analysed.findings(&self.options).wanted;
        if let Err(why) = baseline::write(file, &findings, analysed) {
            return failed(&why, self.color);
        }
        terminal::report(&words::baseline_written(findings.len(), &file.display().to_string()));
        if analysed.all_checked() { Outcome::Clean } else { Outcome::Findings }
    }

    fn unless_unwritten(&self, written: Result<(), String>, outcome: Outcome) -> Outcome {
        written.map_or_else(|why| failed(&why, self.color), |()| outcome)
    }
}

fn outcome(shown: &Shown, analysed: &Analysed) -> Outcome {
    let is_clean = Tally::of(&shown.findings).is_clean() && analysed.all_checked();
    if is_clean { Outcome::Clean } else { Outcome::Findings }
}
