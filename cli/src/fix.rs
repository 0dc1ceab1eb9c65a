//! `crosstrail lint --diff` and `crosstrail lint --fix`

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use crosstrail_analyzer::analysis::{Fixed, FixedFile, LeftFix, Options};
use crosstrail_analyzer::finding::{Fix, Safety};
use crosstrail_analyzer::fixes::{Allowed, Obstacle};

use crate::arguments::FixArguments;
use crate::diff;
use crate::run::Analysed;
use crate::terminal::{self, When};
use crate::words::{self, FixTally};

/// What was done, and what is to be linted now.
pub(crate) struct Mended {
    pub(crate) analysed: Analysed,
    pub(crate) tally: FixTally,
    /// Whether a file could not be written.
    pub(crate) failed: bool,
}

/// Which fixes are done or shown. What `--diff` shows nobody has done yet: that is all of
/// them, unless it is to show what `--fix` does.
fn allowed(arguments: &FixArguments) -> Allowed {
    if arguments.unsafe_too || !arguments.fix { Allowed::All } else { Allowed::Safe }
}

/// Shows what fixes would change, and changes nothing.
///
/// # Errors
/// When standard output cannot be written to.
pub(crate) fn show(analysed: &Analysed, options: &Options, arguments: &FixArguments, color: When) -> io::Result<()> {
    let fixed = analysed.fixed(options, allowed(arguments));
    let diff: String = fixed.files.iter().map(|file| diff::of_file(file, &fixed.done)).collect();
    terminal::print(&diff)?;
    report_left(&fixed.left, color);
    let unsafe_fixes = fixed.done.iter().filter(|fix| fix.safety == Safety::Unsafe).count();
    let tally = FixTally { fixes: fixed.done.len(), files: fixed.files.len(), unsafe_fixes };
    terminal::report(&words::would_fix(tally));
    Ok(())
}

/// Writes what is fixed, and gives what there is afterwards. Fixed standard input goes to standard output.
///
/// # Errors
/// When standard output cannot be written to.
pub(crate) fn write(
    analysed: &Analysed,
    options: &Options,
    arguments: &FixArguments,
    color: When,
) -> io::Result<Mended> {
    let fixed = analysed.fixed(options, allowed(arguments));
    report_left(&fixed.left, color);
    if let Some(name) = analysed.standard_input() {
        let now = fixed.analysis.sources();
        let text = now.find(name).map(|file| Arc::clone(now.file(file).text())).unwrap_or_default();
        terminal::print(&text)?;
        return Ok(mended(analysed, fixed, options, arguments, &[]));
    }
    let mut unwritten = Vec::new();
    for file in &fixed.files {
        if let Err(why) = analysed.rewrite(file) {
            terminal::report(&terminal::error_line(&format!("{}: {why}", file.path), color));
            unwritten.push(Arc::clone(&file.path));
        }
    }
    Ok(mended(analysed, fixed, options, arguments, &unwritten))
}

/// What there is after all files but `unwritten` were written.
fn mended(
    analysed: &Analysed,
    fixed: Fixed,
    options: &Options,
    arguments: &FixArguments,
    unwritten: &[Arc<str>],
) -> Mended {
    let is_written = |file: &&FixedFile| !unwritten.contains(&file.path);
    let files = fixed.files.iter().filter(is_written).count();
    let is_done = |places: &[(Arc<str>, _)]| places.iter().all(|(path, _)| !unwritten.contains(path));
    let fixes = fixed.done.iter().filter(|fix| is_done(&fix.places)).count();
    let analysis = if unwritten.is_empty() {
        fixed.analysis
    } else {
        let text = |file: &FixedFile| (file.path.to_string(), Arc::clone(&file.new_text));
        let texts: BTreeMap<_, _> = fixed.files.iter().filter(is_written).map(text).collect();
        analysed.with_texts(texts)
    };
    let analysed = analysed.followed_by(analysis);
    let findings = analysed.findings(options).wanted;
    // Of those that were asked for and could not be done it was said why.
    let is_unsafe = |fix: &Fix| fix.safety == Safety::Unsafe && !arguments.unsafe_too;
    let unsafe_fixes = findings.iter().filter(|finding| finding.fixes.first().is_some_and(is_unsafe)).count();
    Mended { analysed, tally: FixTally { fixes, files, unsafe_fixes }, failed: !unwritten.is_empty() }
}

/// Says which fixes are not done though they may be.
fn report_left(left: &[LeftFix], color: When) {
    for LeftFix { title, path, obstacle } in left {
        let why = match obstacle {
            Obstacle::Overlap => "another fix changes the same text",
            Obstacle::Syntax => "the file could no longer be read",
            Obstacle::NoUse => "the finding would still be there",
        };
        terminal::report(&terminal::warning_line(&format!("{path}: not fixed ({title}): {why}"), color));
    }
}
