//! What shares a configuration is analysed as one: a project, with a thread of its own.
//!
//! Grants lead from root to root, so that roots without a configuration are one project, too.
//! The thread takes all changes that wait, analyses, and sends what it found to the server; a
//! change that comes in the meantime ends the analysis.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;

use crosstrail_analyzer::analysis::{Analysis, Cancellation, Cancelled, Host, Options, Problem, Roots};
use crosstrail_analyzer::config::FILE_NAME;
use crosstrail_analyzer::finding::Finding;
use crosstrail_disk::{Base, Configured, DiskFileSystem, FILE_LIMIT, Observer, Search, configuration, content};

use crate::client::ClientInfo;
use crate::diagnostics::{self, Reports};
use crate::outbox::Extent;
use crate::server::Message;

/// Something that changes what is found.
#[derive(Debug)]
pub(crate) enum Change {
    /// A text is open in the client, or no longer.
    Text { path: PathBuf, text: Option<(Arc<str>, i32)> },
    /// A file on the disk has another content.
    Content(PathBuf),
    /// Files or directories came or went.
    Names(PathBuf),
    /// The configuration has to be read anew.
    Configuration,
}

/// A project as the server sees it.
#[derive(Debug)]
pub(crate) struct Project {
    pub(crate) roots: Vec<PathBuf>,
    /// The configuration that it obeys, or would if it were there.
    pub(crate) configuration: PathBuf,
    pub(crate) base: Base,
    changes: mpsc::Sender<Change>,
    running: Arc<Mutex<Cancellation>>,
    /// How many changes were sent.
    sent: usize,
    /// What was understood last.
    pub(crate) latest: Option<Understood>,
    /// The changes after which the analysis failed.
    failed: Option<usize>,
}

/// What a project's thread has found out.
#[derive(Clone)]
pub(crate) struct Understood {
    pub(crate) analysis: Analysis,
    pub(crate) findings: Arc<[Finding]>,
    pub(crate) options: Arc<Options>,
    /// The versions of open texts that it is about, by name.
    pub(crate) versions: Arc<BTreeMap<String, i32>>,
    pub(crate) reports: Arc<Reports>,
    /// How many changes it knows.
    pub(crate) changes: usize,
}

impl std::fmt::Debug for Understood {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Understood").field("changes", &self.changes).finish_non_exhaustive()
    }
}

/// What a project's thread sends.
#[derive(Debug)]
pub(crate) enum Outcome {
    Understood(Understood),
    /// The analysis failed by a fault of its own.
    Failed {
        changes: usize,
        message: String,
    },
}

impl Project {
    /// Begins to analyse what lies in `roots`, as `named` or the configuration above them has it.
    pub(crate) fn start(
        number: usize,
        roots: Vec<PathBuf>,
        named: Option<PathBuf>,
        client: Arc<ClientInfo>,
        extent: Arc<Extent>,
        server: mpsc::Sender<Message>,
    ) -> Self {
        let base = common(&roots);
        let default = base.join(FILE_NAME);
        let configuration = named.or_else(|| configuration::find(&base)).unwrap_or(default);
        let base = Base::at(&base);
        let (changes, waiting) = mpsc::channel();
        let running = Arc::<Mutex<Cancellation>>::default();
        let analyst = Analyst {
            number,
            roots: roots.clone(),
            configuration: configuration.clone(),
            base: base.clone(),
            client,
            extent,
            server,
            running: Arc::clone(&running),
            texts: BTreeMap::new(),
            known: 0,
        };
        let thread = thread::Builder::new().name(format!("project {number}"));
        // Without a thread there are no findings; the server goes on with what it can do by itself.
        drop(thread.spawn(move || analyst.run(&waiting)));
        Self { roots, configuration, base, changes, running, sent: 0, latest: None, failed: None }
    }

    /// Has `change` taken into account, and ends an analysis that does not know of it.
    pub(crate) fn change(&mut self, change: Change) {
        self.sent += 1;
        // A thread that is gone has said why.
        drop(self.changes.send(change));
        self.running.lock().unwrap_or_else(PoisonError::into_inner).cancel();
    }

    /// Whether what was understood last is about all that was changed.
    pub(crate) fn is_current(&self) -> bool {
        self.latest.as_ref().is_some_and(|latest| latest.changes >= self.sent)
    }

    /// The analysis failed after `changes` changes.
    pub(crate) fn fail(&mut self, changes: usize) {
        self.failed = Some(changes);
    }

    /// Whether nothing new is to be expected until something changes.
    pub(crate) fn is_settled(&self) -> bool {
        self.is_current() || self.failed.is_some_and(|failed| failed >= self.sent)
    }

    /// How many steps lead from the nearest root to `path`; `None` if it lies outside.
    pub(crate) fn distance(&self, path: &Path) -> Option<usize> {
        let steps = self.roots.iter().filter_map(|root| path.strip_prefix(root).ok());
        steps.map(|inside| inside.components().count()).min()
    }
}

/// The deepest directory that holds all of `roots`.
fn common(roots: &[PathBuf]) -> PathBuf {
    let Some((first, others)) = roots.split_first() else { return PathBuf::from("/") };
    let holds_all = |directory: &&Path| others.iter().all(|root| root.starts_with(directory));
    first.ancestors().find(holds_all).unwrap_or(first).to_owned()
}

/// Counts the files that are read.
#[derive(Debug)]
struct Reader(Arc<Extent>);

impl Observer for Reader {
    fn has_read(&self, name: &str) {
        if content::is_configuration(name) {
            self.0.done.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// The thread of a project.
struct Analyst {
    number: usize,
    roots: Vec<PathBuf>,
    configuration: PathBuf,
    base: Base,
    client: Arc<ClientInfo>,
    extent: Arc<Extent>,
    server: mpsc::Sender<Message>,
    running: Arc<Mutex<Cancellation>>,
    /// The open texts, by name.
    texts: BTreeMap<String, (Arc<str>, i32)>,
    known: usize,
}

/// What the thread keeps from analysis to analysis, and begins anew with after a failure.
struct Desk {
    files: Arc<DiskFileSystem>,
    host: Host,
    options: Arc<Options>,
    /// Directories that may hold modules.
    directories: BTreeSet<String>,
    /// Policies found on the disk.
    documents: BTreeSet<String>,
    /// Those in view, with the open ones.
    in_view: Option<BTreeSet<String>>,
    /// What was understood last.
    latest: Option<Understood>,
    /// What is wrong with files as such: names, links, the configuration.
    problems: Vec<crosstrail_disk::Problem>,
    configuration_problems: Vec<crosstrail_disk::Problem>,
}

impl Analyst {
    fn run(mut self, changes: &mpsc::Receiver<Change>) {
        let mut desk = self.desk();
        let mut is_due = true;
        loop {
            let first = if is_due { None } else { changes.recv().ok() };
            if !is_due && first.is_none() {
                return;
            }
            let cancellation = self.renew();
            for change in first.into_iter().chain(changes.try_iter()) {
                self.known += 1;
                self.take(&mut desk, change);
            }
            let outcome = panic::catch_unwind(AssertUnwindSafe(|| self.understand(&desk, &cancellation)));
            let outcome = match outcome {
                Ok(Err(Cancelled)) => {
                    is_due = true;
                    continue;
                }
                Ok(Ok(understood)) => {
                    desk.latest = Some(understood.clone());
                    Outcome::Understood(understood)
                }
                Err(panic) => {
                    desk = self.desk();
                    Outcome::Failed { changes: self.known, message: words(&*panic) }
                }
            };
            is_due = false;
            if self.server.send(Message::Analysed(self.number, Box::new(outcome))).is_err() {
                return;
            }
        }
    }

    /// A flag for the analysis that comes now.
    fn renew(&self) -> Cancellation {
        let cancellation = Cancellation::default();
        *self.running.lock().unwrap_or_else(PoisonError::into_inner) = cancellation.clone();
        cancellation
    }

    fn desk(&self) -> Desk {
        let observer = Arc::new(Reader(Arc::clone(&self.extent)));
        let files = Arc::new(DiskFileSystem::new(self.base.clone(), &self.roots, FILE_LIMIT, observer));
        let host = Host::new(Arc::<DiskFileSystem>::clone(&files)).remembering();
        let mut desk = Desk {
            files,
            host,
            options: Arc::default(),
            directories: BTreeSet::new(),
            documents: BTreeSet::new(),
            in_view: None,
            latest: None,
            problems: Vec::new(),
            configuration_problems: Vec::new(),
        };
        for (name, (text, _)) in &self.texts {
            desk.host.set_text(name, Some(Arc::clone(text)));
        }
        self.configure(&mut desk);
        self.search(&mut desk);
        desk
    }

    fn take(&mut self, desk: &mut Desk, change: Change) {
        match change {
            Change::Text { path, text } => {
                let Some(name) = self.base.name_of(&path) else { return };
                desk.host.set_text(&name, text.as_ref().map(|(text, _)| Arc::clone(text)));
                match text {
                    Some(text) => drop(self.texts.insert(name.clone(), text)),
                    None => drop(self.texts.remove(&name)),
                }
                if may_be_document(&name) {
                    self.set_roots(desk);
                }
            }
            Change::Content(path) => {
                let Some(name) = self.base.name_of(&path) else { return };
                desk.host.disk_changed(&name);
                if may_be_document(&name) {
                    self.search(desk);
                }
            }
            Change::Names(path) => {
                let Some(name) = self.base.name_of(&path) else { return };
                desk.host.disk_changed(&name);
                self.search(desk);
            }
            Change::Configuration => self.configure(desk),
        }
    }

    /// Reads the configuration. One that is wrong leaves what was known before.
    fn configure(&self, desk: &mut Desk) {
        let read = match self.configuration.is_file() {
            true => configuration::read(&self.configuration, &self.base),
            false => Ok(Configured::default()),
        };
        match read {
            Ok(Configured { configuration, options }) => {
                desk.host.set_configuration(configuration);
                desk.options = Arc::new(options);
                desk.configuration_problems.clear();
            }
            Err(problems) => desk.configuration_problems = problems,
        }
    }

    /// Looks for modules and policies anew.
    fn search(&self, desk: &mut Desk) {
        let mut search = Search::new(&desk.files);
        self.roots.iter().for_each(|root| search.below(root));
        let searched = search.finish();
        self.extent.all.store(searched.configuration_files, Ordering::Relaxed);
        if searched.directories != desk.directories {
            desk.directories.clone_from(&searched.directories);
            desk.in_view = None;
        }
        desk.files.search_only(searched.directories);
        desk.documents = searched.documents.into_iter().collect();
        desk.problems = searched.problems;
        self.set_roots(desk);
    }

    /// Puts in view what there is. The host begins anew then, so that it is only told what it does not know.
    fn set_roots(&self, desk: &mut Desk) {
        let directories = self.roots.iter().filter_map(|root| self.base.name_of(root)).collect();
        let mut documents = desk.documents.clone();
        let is_policy = |text: &str| content::is_policy(text);
        for (name, (text, _)) in self.texts.iter().filter(|(name, _)| may_be_document(name)) {
            if is_policy(text) {
                documents.insert(name.clone())
            } else {
                documents.remove(name)
            };
        }
        if desk.in_view.as_ref() == Some(&documents) {
            return;
        }
        desk.in_view = Some(documents.clone());
        let documents = documents.into_iter().collect();
        desk.host.set_roots(Roots { directories, documents, plans: Vec::new() });
    }

    fn understand(&self, desk: &Desk, cancellation: &Cancellation) -> Result<Understood, Cancelled> {
        let analysis = desk.host.try_analysis(cancellation)?;
        let findings: Arc<[Finding]> = analysis.try_findings(&desk.options, cancellation)?.into();
        let versions = self.texts.iter().map(|(name, (_, version))| (name.clone(), *version)).collect();
        let problems: Vec<Problem> = analysis.problems();
        let odd = desk.problems.iter().chain(&desk.configuration_problems);
        let reports = diagnostics::Reporter { analysis: &analysis, base: &self.base, client: &self.client };
        let reports = Arc::new(reports.reports(&findings, &problems, odd, desk.latest.as_ref()));
        cancellation.check()?;
        Ok(Understood {
            findings,
            options: Arc::clone(&desk.options),
            versions: Arc::new(versions),
            reports,
            changes: self.known,
            analysis,
        })
    }
}

/// Whether the file is JSON that may be a policy and nothing else.
fn may_be_document(name: &str) -> bool {
    let ending = Path::new(name).extension();
    ending.is_some_and(|ending| ending.eq_ignore_ascii_case("json")) && !content::is_terraform(name)
}

/// What a panic says.
pub(crate) fn words(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied().map(str::to_owned);
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "a panic".to_owned())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn names_start_where_all_roots_are() {
        let common = |roots: &[&str]| common(&roots.iter().map(PathBuf::from).collect::<Vec<_>>());
        assert_eq!(common(&["/w/a"]), Path::new("/w/a"));
        assert_eq!(common(&["/w/a", "/w/b/c"]), Path::new("/w"));
        assert_eq!(common(&["/w/a", "/w/a/b"]), Path::new("/w/a"));
        assert_eq!(common(&["/w", "/x"]), Path::new("/"));
    }
}
