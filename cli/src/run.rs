//! A run of the analysis: everything that depends on the form of the library's facade
//! is here, and so is what all commands that analyse have in common.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::sync::Arc;

use crosstrail_analyzer::analysis::{self, Analysis, Fixed, FixedFile, Host, Options, Roots};
use crosstrail_analyzer::answer::{Answer, Refusal, Roll};
use crosstrail_analyzer::diagram::Diagram;
use crosstrail_analyzer::finding::{Finding, Severity, Silenced};
use crosstrail_analyzer::fixes::Allowed;
use crosstrail_analyzer::inspection::Inspection;
use crosstrail_analyzer::render::Notice;
use crosstrail_analyzer::source::{FileId, FileSystem, SourceMap, Span};
use crosstrail_analyzer::suppress::Parted;
use crosstrail_disk::{Configured, FILE_LIMIT, Problem, Weight};

use crate::arguments::ConfigurationArguments;
use crate::configuration;
use crate::input::{self, Beside, Input};
use crate::progress::Progress;
use crate::terminal::{self, When};
use crate::watch::Witness;
use crate::words;

/// What was analysed.
pub(crate) struct Analysed {
    analysis: Analysis,
    options: Options,
    files: Arc<dyn FileSystem>,
    only: Option<BTreeSet<String>>,
    standard_input: Option<&'static str>,
    problems: Vec<Problem>,
}

/// What was found.
pub(crate) struct Found {
    /// In the files that are named and in the policies that they use; all if directories are named.
    pub(crate) wanted: Vec<Finding>,
    /// Those of them that comments silence.
    pub(crate) silenced: Vec<Silenced>,
    /// How many there are elsewhere.
    pub(crate) elsewhere: usize,
}

/// Analyses what is at `paths` as the configuration has it, and says what of it could not
/// be checked. `None` if that was all of it, or if the configuration is wrong.
pub(crate) fn analyse(paths: &[PathBuf], arguments: &ConfigurationArguments, color: When) -> Option<Analysed> {
    analyse_before(&Witness::none(), paths, arguments, color)
}

/// The same, with a witness of what is read.
pub(crate) fn analyse_before(
    witness: &Witness,
    paths: &[PathBuf],
    arguments: &ConfigurationArguments,
    color: When,
) -> Option<Analysed> {
    let configured = match configuration::load(arguments.config.as_deref()) {
        Ok(configured) => configured,
        Err(problems) => {
            problems.iter().for_each(|it| terminal::report(&terminal::error_line(&it.to_string(), color)));
            return None;
        }
    };
    let progress = if io::stderr().is_terminal() { Progress::on_terminal() } else { Progress::silent() };
    let beside = Beside { configuration: arguments.config.as_deref(), source: arguments.source.as_deref() };
    let input = input::gather(paths, beside, FILE_LIMIT, &progress, witness);
    let analysed = Analysed::new(input, configured);
    progress.finish();
    analysed.report_problems(color);
    if analysed.summary().files > 0 {
        return Some(analysed);
    }
    if analysed.all_checked() {
        terminal::report(&terminal::error_line(&words::nothing_to_check(paths), color));
    }
    None
}

impl Analysed {
    fn new(input: Input, configured: Configured) -> Self {
        let Input { files, directories, documents, plans, only, standard_input, problems, refusals } = input;
        let mut host = Host::new(Arc::clone(&files));
        host.set_roots(Roots { directories, documents, plans });
        host.set_configuration(configured.configuration);
        let (analysis, options) = (host.analysis(), configured.options);
        let mut analysed = Self { analysis, options, files, only, standard_input, problems };
        let more: Vec<_> = analysed.analysis.problems().iter().map(|problem| analysed.problem(problem)).collect();
        analysed.problems.extend(more);
        analysed.problems.extend(refusals.problems());
        analysed.problems.sort();
        analysed.problems.dedup();
        analysed
    }

    /// What the configuration chooses, for the command line to change.
    pub(crate) fn options(&self) -> Options {
        self.options.clone()
    }

    /// What the selected rules find.
    pub(crate) fn findings(&self, options: &Options) -> Found {
        let Parted { kept, mut silenced } = self.analysis.parted_findings(options);
        let Some(only) = &self.only else { return Found { wanted: kept, silenced, elsewhere: 0 } };
        let is_named = |file: FileId| only.contains(self.sources().file(file).path().as_ref());
        let sites = self.analysis.policies().iter().filter(|site| is_named(site.span.file));
        let documents: Vec<Span> = sites.map(|site| site.document.span).collect();
        let is_wanted = |finding: &Finding| {
            let place = finding.primary;
            let is_part = |whole: &Span| whole.file == place.file && whole.range.contains_range(place.range);
            is_named(place.file) || documents.iter().any(is_part)
        };
        silenced.retain(|silenced| is_wanted(&silenced.finding));
        let (wanted, elsewhere): (Vec<_>, Vec<_>) = kept.into_iter().partition(is_wanted);
        Found { wanted, silenced, elsewhere: elsewhere.len() }
    }

    /// Whether what is found in the file at `path` is wanted and was looked for.
    pub(crate) fn looked_at(&self, path: &str) -> bool {
        self.is_wanted(path) && self.sources().find(path).is_some()
    }

    /// Whether what is found in the file at `path` is wanted.
    pub(crate) fn is_wanted(&self, path: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only.contains(path))
    }

    /// What is there after fixes, in the files that findings are wanted for: of standard
    /// input, in nothing else.
    pub(crate) fn fixed(&self, options: &Options, allowed: Allowed) -> Fixed {
        let may_change = |path: &str| match (self.standard_input, &self.only) {
            (Some(name), _) => path == name,
            (None, Some(only)) => only.contains(path),
            (None, None) => true,
        };
        self.analysis.fixed(options, allowed, &may_change)
    }

    /// Writes a file that fixes change.
    ///
    /// # Errors
    /// When it cannot be written. It is then as it was.
    pub(crate) fn rewrite(&self, file: &FixedFile) -> Result<(), String> {
        input::rewrite(&*self.files, &file.path, &file.old_text, &file.new_text)
    }

    /// What is there if files have other texts.
    pub(crate) fn with_texts(&self, texts: BTreeMap<String, Arc<str>>) -> Analysis {
        self.analysis.with_texts(texts)
    }

    /// The same input, changed and analysed anew.
    pub(crate) fn followed_by(&self, analysis: Analysis) -> Self {
        Self {
            analysis,
            options: self.options.clone(),
            files: Arc::clone(&self.files),
            only: self.only.clone(),
            standard_input: self.standard_input,
            problems: self.problems.clone(),
        }
    }

    /// What standard input is called, if that is what was analysed.
    pub(crate) fn standard_input(&self) -> Option<&'static str> {
        self.standard_input
    }

    /// The texts.
    pub(crate) fn sources(&self) -> &SourceMap {
        self.analysis.sources()
    }

    /// How much was looked at and understood.
    pub(crate) fn summary(&self) -> analysis::Summary {
        self.analysis.summary()
    }

    /// Whether someone may do something, all as it is typed.
    pub(crate) fn can(&self, principal: &str, action: &str, resource: &str) -> Result<Answer, Refusal> {
        self.analysis.can(principal, action, resource)
    }

    /// Who may do something.
    pub(crate) fn who_can(&self, action: &str, resource: Option<&str>) -> Result<Roll, Refusal> {
        self.analysis.who_can(action, resource)
    }

    /// What is granted, as a picture.
    pub(crate) fn diagram(&self) -> Diagram {
        self.analysis.diagram()
    }

    /// What was understood.
    pub(crate) fn inspection(&self) -> Inspection {
        self.analysis.inspect()
    }

    /// A configuration to start from.
    pub(crate) fn draft(&self) -> String {
        self.analysis.draft_configuration()
    }

    /// Whether all that should have been checked was.
    pub(crate) fn all_checked(&self) -> bool {
        self.problems.iter().all(|problem| problem.weight != Weight::Unchecked)
    }

    /// What could not be checked or is odd.
    pub(crate) fn notices(&self) -> Vec<Notice> {
        let notice = |problem: &Problem| Notice {
            path: problem.path.clone(),
            at: problem.at,
            message: problem.message.clone(),
            severity: match problem.weight {
                Weight::Unchecked => Severity::Error,
                Weight::Odd => Severity::Warning,
            },
        };
        self.problems.iter().map(notice).collect()
    }

    fn report_problems(&self, color: When) {
        for problem in &self.problems {
            let text = problem.to_string();
            terminal::report(&match problem.weight {
                Weight::Unchecked => terminal::error_line(&text, color),
                Weight::Odd => terminal::warning_line(&text, color),
            });
        }
    }

    fn problem(&self, problem: &analysis::Problem) -> Problem {
        let Some(span) = problem.span else { return Problem::new(&problem.path, problem.message.as_str()) };
        let file = self.sources().file(span.file);
        let at = file.line_column(span.range.start);
        Problem::in_file(file.path(), at, problem.message.as_str())
    }
}
