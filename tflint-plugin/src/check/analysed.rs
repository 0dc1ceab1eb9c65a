//! The analysis of a root module and of what lies around it.

use std::path::PathBuf;
use std::sync::Arc;

use crosstrail_analyzer::analysis::{Analysis, Host, Options, Roots};
use crosstrail_analyzer::finding::Finding;
use crosstrail_analyzer::source::path;
use crosstrail_disk::{Base, Configured, DiskFileSystem, FILE_LIMIT, Problem, Search, configuration};

use crate::runner::Failure;

use super::files::{HostFile, HostFiles};
use super::log;
use super::placement::Owners;
use super::view::View;

/// What was understood and found.
pub(super) struct Analysed {
    pub(super) analysis: Analysis,
    pub(super) options: Options,
    pub(super) findings: Vec<Finding>,
    pub(super) owners: Owners,
    /// The directory of the root module.
    pub(super) dir: String,
    /// Its files.
    pub(super) files: Vec<HostFile>,
}

impl Analysed {
    /// Analyses `view` as `crosstrail lint` analyses a directory.
    ///
    /// # Errors
    /// When the configuration is wrong.
    pub(super) fn of(view: &View) -> Result<Self, Failure> {
        let dir = view.base.locate(&view.dir).into_owned();
        let root = view.workspace_root.clone().unwrap_or_else(|| dir.clone());
        if !root.is_dir() {
            return Err(Failure(format!("`workspace_root`: there is no directory {}", root.display())));
        }
        let file = view.config.clone().or_else(|| configuration::find(&dir));
        let Configured { configuration, mut options } = match &file {
            Some(file) => configuration::read(file, &view.base).map_err(|problems| listed(&problems))?,
            None => Configured::default(),
        };
        options.select = view.settings.select(options.select);
        let mut configuration = Arc::unwrap_or_clone(configuration);
        configuration.give_variables(view.dir.clone(), view.variables.clone());
        let around: Vec<PathBuf> =
            [Some(dir), Some(root.clone()), file.and_then(|file| Some(file.parent()?.to_owned()))]
                .into_iter()
                .flatten()
                .collect();
        let disk = Arc::new(DiskFileSystem::new(view.base.clone(), &around, FILE_LIMIT, Arc::new(())));
        let mut search = Search::new(&disk);
        search.below(&root);
        search.directory(&view.dir);
        let searched = search.finish();
        disk.search_only(searched.directories);
        let mut directories: Vec<String> = view.base.name_of(&root).into_iter().chain([view.dir.clone()]).collect();
        directories.dedup();
        let refusals = disk.refusals();
        let loaded = view.files.iter().chain(view.called.values().flatten());
        let mut host = Host::new(Arc::new(HostFiles::new(disk, &view.dir, loaded)));
        host.set_roots(Roots { directories, documents: searched.documents, ..Roots::default() });
        host.set_configuration(Arc::new(configuration));
        let analysis = host.analysis();
        log_unread(searched.problems.iter().chain(&refusals.problems()), &analysis);
        Ok(Self {
            findings: analysis.findings(&options),
            owners: Owners::of(analysis.workspace()),
            analysis,
            options,
            dir: view.dir.clone(),
            files: view.files.clone(),
        })
    }

    /// Whether one of `own`, the files of a called module, has another text than the one that was
    /// analysed, seen from `base`.
    pub(super) fn differs(&self, own: &[HostFile], base: &Base) -> bool {
        let sources = self.analysis.sources();
        own.iter().any(|file| match sources.find(&file.path) {
            Some(id) => sources.file(id).text().as_bytes() != file.text,
            // It may be new. What the analysis has passed over stays so.
            None => std::fs::read(base.locate(&file.path)).ok().as_ref() != Some(&file.text),
        })
    }

    /// The file of the root module that the analysis knows by `path`.
    pub(super) fn file(&self, path: &str) -> Option<&HostFile> {
        self.files.iter().find(|file| file.path == path)
    }

    /// What the host calls the file that the analysis knows by `path`.
    pub(super) fn host_name(&self, path: &str) -> String {
        match self.file(path) {
            Some(file) => file.name.clone(),
            None => native(path),
        }
    }
}

/// `path` as the system writes it.
fn native(path: &str) -> String {
    if path::is_absolute(path) || std::path::MAIN_SEPARATOR == '/' {
        return path.to_owned();
    }
    path.replace('/', std::path::MAIN_SEPARATOR_STR)
}

/// What is wrong with the configuration, in one line.
fn listed(problems: &[Problem]) -> Failure {
    let problems: Vec<String> = problems.iter().map(Problem::to_string).collect();
    Failure(problems.join("; "))
}

/// Has the host's log say what could not be read.
fn log_unread<'a>(problems: impl Iterator<Item = &'a Problem>, analysis: &Analysis) {
    let more = analysis.problems();
    let problems = problems.map(Problem::to_string);
    log::warn(problems.chain(more.iter().map(|problem| match problem.span {
        None => format!("{}: {}", problem.path, problem.message),
        Some(span) => {
            let at = analysis.sources().file(span.file).line_column(span.range.start);
            format!("{}:{}:{}: {}", problem.path, at.line, at.column, problem.message)
        }
    })));
}
