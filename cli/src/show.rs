//! What `crosstrail lint` shows of what was found, and where it goes.

use std::io;
use std::path::PathBuf;

use crosstrail_analyzer::analysis::Options;
use crosstrail_analyzer::finding::{Finding, Severity, Silenced};
use crosstrail_analyzer::render::human::Style;
use crosstrail_analyzer::render::{self, Base, Checked, Report, Tally};
use crosstrail_analyzer::source::SourceMap;

use crate::arguments::{Level, LintArguments, LintFormat};
use crate::baseline::{Known, Sifted};
use crate::input;
use crate::run::{Analysed, Found};
use crate::terminal::{self, When};
use crate::words::{self, FixTally, Hidden};

/// The name that stands for standard output.
const STANDARD_OUTPUT: &str = "-";

/// What is to be shown, and what is there beside it.
pub(crate) struct Shown {
    /// What is new and bad enough.
    pub(crate) findings: Vec<Finding>,
    /// What the baseline has, if there is one.
    known: Option<Vec<Finding>>,
    silenced: Vec<Silenced>,
    hidden: Hidden,
}

impl Shown {
    /// What of `found` is to be shown.
    pub(crate) fn of(
        found: Found,
        analysed: &Analysed,
        options: &Options,
        severity: Level,
        known: Option<&Known>,
    ) -> Self {
        let Found { wanted, silenced, elsewhere } = found;
        let (new, known, of_baseline) = match known {
            None => (wanted, None, None),
            Some(baseline) => {
                let Sifted { new, known, gone } = baseline.sift(wanted, analysed, options);
                let counts = words::Known { file: baseline.file.clone(), known: known.len(), gone };
                (new, Some(known), Some(counts))
            }
        };
        let least = least(severity);
        let (findings, below): (Vec<_>, Vec<_>) = new.into_iter().partition(|finding| finding.severity >= least);
        let hidden = Hidden { elsewhere, below: below.len(), known: of_baseline };
        Self { findings, known, silenced, hidden }
    }

    /// How many findings are shown.
    pub(crate) fn tally(&self) -> Tally {
        Tally::of(&self.findings)
    }

    /// The last lines for people: what was found and, if fixes were asked for, what was `fixed`.
    fn last_lines(&self, analysed: &Analysed, fixed: Option<FixTally>) -> String {
        let mut lines = words::summary(&analysed.summary(), self.tally(), &self.hidden);
        if let Some(fixed) = fixed {
            lines.push_str(&words::fixed(fixed));
            lines.push('\n');
        }
        lines
    }

    /// What was found, in the form that is asked for.
    fn document(&self, analysed: &Analysed, arguments: &LintArguments, style: Style) -> String {
        let (findings, sources) = (self.findings.as_slice(), analysed.sources());
        if arguments.statistics {
            return match arguments.format {
                LintFormat::Json => render::statistics::render_json(findings),
                _ => render::statistics::render(findings),
            };
        }
        let (base, notices) = (base(), analysed.notices());
        let known = self.known.as_deref();
        let report = Report { findings, silenced: &self.silenced, known, notices: &notices, sources, base: &base };
        match arguments.format {
            LintFormat::Human => render::human::render(findings, sources, style),
            LintFormat::Concise => concise(findings, sources),
            LintFormat::Json => render::json::render(findings, sources, checked(analysed)),
            LintFormat::Sarif => render::sarif::render(&report),
            LintFormat::Github => render::github::render(&report),
            LintFormat::Gitlab => render::gitlab::render(&report),
            LintFormat::Junit => render::junit::render(&report),
            LintFormat::Checkstyle => render::checkstyle::render(&report),
        }
    }
}

/// Whether `--statistics` has a form in that format.
pub(crate) fn has_statistics(format: LintFormat) -> bool {
    matches!(format, LintFormat::Human | LintFormat::Concise | LintFormat::Json)
}

/// Shows what was found. A report that machines read has its file or standard output to
/// itself; people find the last lines on standard error then.
///
/// # Errors
/// When standard output cannot be written to.
pub(crate) fn show(
    shown: &Shown,
    analysed: &Analysed,
    arguments: &LintArguments,
    fixed: Option<FixTally>,
    color: When,
) -> io::Result<Result<(), String>> {
    let last_lines = shown.last_lines(analysed, fixed);
    let is_for_people = arguments.format == LintFormat::Human;
    if let Some(file) = arguments.output.as_ref().filter(|file| file.as_os_str() != STANDARD_OUTPUT) {
        let mut text = shown.document(analysed, arguments, terminal::file_style());
        if is_for_people {
            text.push_str(&last_lines);
        }
        let written = input::write(file, text.as_bytes()).map_err(|why| format!("{}: {why}", file.display()));
        terminal::report(last_lines.trim_end());
        return Ok(written);
    }
    let text = shown.document(analysed, arguments, terminal::style(color));
    match arguments.format {
        LintFormat::Human => terminal::print(&(text + &last_lines))?,
        LintFormat::Json => {
            terminal::print(&text)?;
            fixed.into_iter().for_each(|fixed| terminal::report(&words::fixed(fixed)));
        }
        _ => {
            terminal::print(&text)?;
            terminal::report(last_lines.trim_end());
        }
    }
    Ok(Ok(()))
}

/// Shows what is left of standard input, which standard output has the fixed text of.
pub(crate) fn report_left(shown: &Shown, analysed: &Analysed, fixed: FixTally) {
    let text = concise(&shown.findings, analysed.sources()) + &shown.last_lines(analysed, Some(fixed));
    terminal::report(text.trim_end());
}

fn concise(findings: &[Finding], sources: &SourceMap) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    let _always_ok = render::concise::render(findings, sources, &mut text);
    text
}

fn checked(analysed: &Analysed) -> Checked {
    let summary = analysed.summary();
    Checked { files: summary.files, stacks: summary.stacks, policies: summary.policies }
}

fn least(severity: Level) -> Severity {
    match severity {
        Level::Error => Severity::Error,
        Level::Warning => Severity::Warning,
        Level::Note => Severity::Note,
    }
}

/// The variables in which GitHub and GitLab say where the repository lies that they check.
const ROOTS: [&str; 2] = ["GITHUB_WORKSPACE", "CI_PROJECT_DIR"];

/// The root of the repository where a check knows it, else the working directory.
fn base() -> Base {
    let working = std::env::current_dir().and_then(|dir| dir.canonicalize()).unwrap_or_default();
    let inside = |name: &str| {
        let root = PathBuf::from(std::env::var_os(name)?).canonicalize().ok()?;
        Some(Base::above(working.strip_prefix(root).ok()?.to_str()?))
    };
    ROOTS.into_iter().find_map(inside).unwrap_or_else(Base::working)
}
