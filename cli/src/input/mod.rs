//! What the command line names: directories with configuration, and policies that
//! stand by themselves. What cannot be read is said and left out.

mod archive;
mod rewrite;
mod standard;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crosstrail_analyzer::analysis::PlanFile;
use crosstrail_analyzer::source::{EntryKind, FileSystem, path};
use crosstrail_analyzer::syntax::decode_utf16;
use crosstrail_disk::{Base, DiskFileSystem, Observer, PLAN_LIMIT, Problem, Refusals, Search, content, from_io};

use archive::Archives;
pub(crate) use rewrite::{rewrite, write};
use standard::StandardInput;

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
    let observer = Arc::new(Audience { progress: progress.clone(), witness: witness.clone() });
    let disk = DiskFileSystem::new(Base::working_directory(), &directories, limit, observer);
    let mut input = if paths.iter().any(|path| path.as_os_str() == STANDARD_INPUT) {
        from_standard_input(paths, disk, limit)
    } else {
        from_disk(paths, disk, progress)
    };
    find_sources(&mut input, beside.source);
    input
}

/// Who hears of what is read.
#[derive(Debug)]
struct Audience {
    progress: Progress,
    witness: Witness,
}

impl Observer for Audience {
    fn reads(&self, path: &Path) {
        self.witness.note(path);
    }

    fn has_read(&self, name: &str) {
        self.progress.file_read(name);
    }
}

fn known_as(path: &Path) -> Option<String> {
    Base::working_directory().name_of(path)
}

fn problem_at(path: &Path, message: impl Into<String>) -> Problem {
    Problem::new(&Base::working_directory().shown(path), message)
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
    let mut search = Search::new(&files);
    let mut archives = Archives::default();
    for named in paths {
        match std::fs::metadata(named) {
            Err(error) => input.problems.push(problem_at(named, from_io(&error).to_string())),
            Ok(metadata) if metadata.is_dir() => {
                input.directories.extend(known_as(named));
                search.below(named);
            }
            Ok(_) => named_file(named, &files, &mut input, &mut search, &mut archives),
        }
    }
    if !input.plans.is_empty() || !archives.is_empty() {
        // What is found of a plan may be in its source.
        input.only = None;
    }
    let searched = search.finish();
    progress.expect(searched.configuration_files);
    input.documents.extend(searched.documents);
    input.problems.extend(searched.problems);
    input.problems.extend(passed_over(&searched.plans));
    input.directories.retain(|dir| searched.directories.contains(dir) || archives.has(dir));
    files.search_only(searched.directories);
    input.documents.sort();
    input.documents.dedup();
    if !archives.is_empty() {
        input.files = Arc::new(archives.over(files));
    }
    input
}

/// Plans that were met and not named, in one line: of which environment each is, and whether it is
/// of today, is not known.
fn passed_over(plans: &[String]) -> Option<Problem> {
    let first = plans.first()?;
    let message = match plans.len() - 1 {
        0 => "a plan or state of `terraform show -json`, passed over: name it to have it checked".to_owned(),
        more => format!(
            "a plan or state of `terraform show -json`, passed over as {more} more: name them to have them checked"
        ),
    };
    Some(Problem::new(first, message).odd())
}

/// A file that the user names: the module it is part of is analysed, or it is a plan or a
/// policy, or the user is told that it is neither.
fn named_file(
    named: &Path,
    files: &DiskFileSystem,
    input: &mut Input,
    search: &mut Search<'_>,
    archives: &mut Archives,
) {
    let Some(shown) = known_as(named) else {
        return input.problems.push(problem_at(named, "its name is not UTF-8"));
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
    match bytes.map(|bytes| decode_utf16(&bytes).or_else(|| String::from_utf8(bytes).ok())) {
        Err(error) => return input.problems.push(Problem::new(&shown, error.to_string())),
        Ok(Some(text)) if content::is_plan(&text) => {
            input.plans.push(PlanFile { path: shown.clone(), ..PlanFile::default() });
        }
        Ok(_) if content::is_terraform(&shown) => add_directory(path::parent(&shown), input, search),
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
fn add_directory(dir: &str, input: &mut Input, search: &mut Search<'_>) {
    input.directories.push(dir.to_owned());
    search.directory(dir);
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
