//! What the command line names: directories with configuration, and policies that
//! stand by themselves. What cannot be read is said and left out.

mod archive;
mod area;
pub(crate) mod content;
mod disk;
mod refusals;
mod rewrite;
mod standard;
mod walk;

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crosstrail_analyzer::analysis::PlanFile;
use crosstrail_analyzer::source::{EntryKind, FileSystem, LineColumn, path};

use archive::Archives;
use disk::{DiskFileSystem, PLAN_LIMIT, from_io};
pub(crate) use disk::{FILE_LIMIT, known_as};
use refusals::Refusals;
pub(crate) use rewrite::{rewrite, write};
use standard::StandardInput;
use walk::Searched;

use crate::progress::Progress;
use crate::watch::Witness;

/// The argument that stands for standard input.
const STANDARD_INPUT: &str = "-";

/// What there is to check.
pub(crate) struct Input {
    /// Where its bytes come from.
    pub(crate) files: Arc<dyn FileSystem>,
    /// Directories below which modules are searched.
    pub(crate) directories: Vec<String>,
    /// Files that hold a policy, sorted.
    pub(crate) documents: Vec<String>,
    /// Plans and states in JSON.
    pub(crate) plans: Vec<PlanFile>,
    /// The files that findings are wanted for, if only files were named.
    pub(crate) only: Option<BTreeSet<String>>,
    /// What standard input is called, if it was named.
    pub(crate) standard_input: Option<&'static str>,
    /// What was named or met and cannot be checked.
    pub(crate) problems: Vec<Problem>,
    /// What the configuration will not be let to read.
    pub(crate) refusals: Refusals,
}

/// Something that cannot be checked or is odd, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Problem {
    /// The file or directory.
    pub(crate) path: String,
    /// Line and column in it, from 1, if they are known.
    pub(crate) at: Option<(u32, u32)>,
    /// Why, in lower case and without a full stop.
    pub(crate) message: String,
    /// What it means for the run.
    pub(crate) weight: Weight,
}

/// What a problem means for the run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Weight {
    /// Something that should have been checked was not.
    Unchecked,
    /// It is odd, but nothing was missed.
    Odd,
}

impl Problem {
    pub(crate) fn new(path: &str, message: impl Into<String>) -> Self {
        Self { path: path.to_owned(), at: None, message: message.into(), weight: Weight::Unchecked }
    }

    /// The same at a place in the file.
    pub(crate) fn in_file(path: &str, at: LineColumn, message: impl Into<String>) -> Self {
        Self { at: Some((at.line, at.column)), ..Self::new(path, message) }
    }

    fn odd(self) -> Self {
        Self { weight: Weight::Odd, ..self }
    }

    pub(crate) fn at(path: &Path, message: impl Into<String>) -> Self {
        Self::new(&known_as(path).unwrap_or_else(|| path.to_string_lossy().into_owned()), message)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.at {
            Some((line, column)) => write!(f, "{}:{line}:{column}: {}", self.path, self.message),
            None => write!(f, "{}: {}", self.path, self.message),
        }
    }
}

/// Why something could not be read, in words that do not depend on the system where that can be.
pub(crate) fn read_error(error: &std::io::Error) -> String {
    from_io(error).to_string()
}

/// What is named beside the paths.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Beside<'a> {
    /// The configuration of the analysis.
    pub(crate) configuration: Option<&'a Path>,
    /// The directory of the root module that plans were made from.
    pub(crate) source: Option<&'a Path>,
}

/// Finds what there is to check at `paths`. What lies around what is named `beside` them
/// may be read as well. `witness` hears of all that is read.
pub(crate) fn gather(
    paths: &[PathBuf],
    beside: Beside<'_>,
    limit: u64,
    progress: &Progress,
    witness: &Witness,
) -> Input {
    let named = paths.iter().map(PathBuf::as_path).chain(beside.configuration).chain(beside.source);
    let mut directories: Vec<_> = named.map(directory_of).collect();
    if !paths.iter().any(|path| path.is_dir()) {
        directories.push(PathBuf::from("."));
    }
    let disk = DiskFileSystem::new(&directories, limit, progress.clone(), witness.clone());
    let mut input = if paths.iter().any(|path| path.as_os_str() == STANDARD_INPUT) {
        from_standard_input(paths, disk, limit)
    } else {
        from_disk(paths, disk, progress)
    };
    find_sources(&mut input, beside.source);
    input
}

/// Tells the plans where their source may be: where the user says, else in a plan file that has it,
/// in the working directory, or beside the plan.
fn find_sources(input: &mut Input, source: Option<&Path>) {
    let archives: Vec<String> = input.directories.iter().filter(|dir| Path::new(dir).is_file()).cloned().collect();
    let given = source.and_then(known_as);
    if let Some(given) = given.as_deref().filter(|dir| input.files.kind(dir) != Some(EntryKind::Directory)) {
        input.problems.push(Problem::new(given, "there is no such directory to take the source from"));
    }
    for plan in &mut input.plans {
        plan.source.clone_from(&given);
        let beside = path::parent(&plan.path).to_owned();
        plan.candidates = archives.iter().cloned().chain([".".to_owned(), beside]).collect();
        plan.candidates.dedup();
    }
}

fn directory_of(path: &Path) -> PathBuf {
    if path.as_os_str() == STANDARD_INPUT {
        return PathBuf::from(".");
    }
    match path.parent().filter(|_| !path.is_dir()) {
        Some(parent) if parent.as_os_str().is_empty() => PathBuf::from("."),
        Some(parent) => parent.to_owned(),
        None => path.to_owned(),
    }
}

fn from_disk(paths: &[PathBuf], disk: DiskFileSystem, progress: &Progress) -> Input {
    let files = Arc::new(disk);
    let mut input = Input {
        files: Arc::<DiskFileSystem>::clone(&files),
        directories: Vec::new(),
        documents: Vec::new(),
        plans: Vec::new(),
        only: paths.iter().all(|path| path.is_file()).then(BTreeSet::new),
        standard_input: None,
        problems: Vec::new(),
        refusals: files.refusals(),
    };
    let mut searched = Searched::default();
    let mut archives = Archives::default();
    for named in paths {
        match std::fs::metadata(named) {
            Err(error) => input.problems.push(Problem::at(named, from_io(&error).to_string())),
            Ok(metadata) if metadata.is_dir() => {
                input.directories.extend(known_as(named));
                walk::walk(named, &files, &mut input, &mut searched);
            }
            Ok(_) => named_file(named, &files, &mut input, &mut searched, &mut archives),
        }
    }
    if !input.plans.is_empty() || !archives.is_empty() {
        // What is found of a plan may be in its source.
        input.only = None;
    }
    progress.expect(searched.files());
    let searched = searched.into_directories();
    input.directories.retain(|dir| searched.contains(dir) || archives.has(dir));
    files.search_only(searched);
    input.documents.sort();
    input.documents.dedup();
    if !archives.is_empty() {
        input.files = Arc::new(archives.over(files));
    }
    input
}

/// A file that the user names: the module it is part of is analysed, or it is a plan or a
/// policy, or the user is told that it is neither.
fn named_file(
    named: &Path,
    files: &DiskFileSystem,
    input: &mut Input,
    searched: &mut Searched,
    archives: &mut Archives,
) {
    let Some(shown) = known_as(named) else {
        return input.problems.push(Problem::at(named, "its name is not UTF-8"));
    };
    if !content::is_terraform(&shown) {
        files.may_be_plan(&shown);
    }
    let bytes = files.read(&shown);
    if let Some(zip) = bytes.as_deref().ok().filter(|bytes| content::is_zip(bytes)) {
        match archives.add(&shown, zip) {
            Ok(()) => input.directories.push(shown),
            Err(message) => input.problems.push(Problem::new(&shown, message)),
        }
        return;
    }
    match bytes.map(|bytes| String::from_utf8(bytes).ok()) {
        Err(error) => return input.problems.push(Problem::new(&shown, error.to_string())),
        Ok(Some(text)) if content::is_plan(&text) => {
            input.plans.push(PlanFile { path: shown.clone(), ..PlanFile::default() });
        }
        Ok(_) if content::is_terraform(&shown) => add_directory(path::parent(&shown), input, searched),
        Ok(Some(text)) if content::may_be_policy(&text) => input.documents.push(shown.clone()),
        Ok(Some(text)) if content::is_raw_state(&text) => {
            let message = "a raw state file: give what `terraform show -json` makes of it";
            return input.problems.push(Problem::new(&shown, message));
        }
        Ok(_) => {
            let message = "neither Terraform, nor a plan or state of `terraform show -json`, nor a policy document";
            return input.problems.push(Problem::new(&shown, message));
        }
    }
    if let Some(only) = &mut input.only {
        only.insert(shown);
    }
}

/// Has the modules in `dir` analysed, and none below it unless they are called.
fn add_directory(dir: &str, input: &mut Input, searched: &mut Searched) {
    input.directories.push(dir.to_owned());
    searched.directory(dir);
}

fn from_standard_input(paths: &[PathBuf], disk: DiskFileSystem, limit: u64) -> Input {
    disk.search_only(BTreeSet::from([".".to_owned()]));
    let problem = |message: String| Problem::new(STANDARD_INPUT, message);
    let nothing = |problem| Input {
        files: Arc::new(crosstrail_analyzer::source::MemoryFileSystem::default()),
        directories: Vec::new(),
        documents: Vec::new(),
        plans: Vec::new(),
        only: None,
        standard_input: None,
        problems: vec![problem],
        refusals: Refusals::default(),
    };
    if paths.len() > 1 {
        return nothing(problem("standard input cannot be combined with other paths".to_owned()));
    }
    let refusals = disk.refusals();
    let standard = match StandardInput::read(disk, limit.max(PLAN_LIMIT)) {
        Ok(standard) => standard,
        Err(error) => return nothing(problem(error.to_string())),
    };
    let documents: Vec<_> = standard.policy().map(str::to_owned).into_iter().collect();
    let plans: Vec<_> =
        standard.plan().map(|path| PlanFile { path: path.to_owned(), ..PlanFile::default() }).into_iter().collect();
    let is_configuration = documents.is_empty() && plans.is_empty();
    let directories = if is_configuration { vec![".".to_owned()] } else { Vec::new() };
    let standard_input = Some(standard.name());
    let (files, only, problems) = (Arc::new(standard), None, Vec::new());
    Input { files, directories, documents, plans, only, standard_input, problems, refusals }
}
