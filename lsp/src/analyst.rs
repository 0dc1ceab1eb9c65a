//! The thread of a project that takes its changes: what files mean is worked out here.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Arc, mpsc};
use std::time::Instant;

use crosstrail_analyzer::analysis::{Cancellation, Cancelled, Host, Options, Reading, Roots};
use crosstrail_analyzer::config::FILE_NAME;
use crosstrail_analyzer::finding::Finding;
use crosstrail_disk::{Base, Configured, DiskFileSystem, FILE_LIMIT, Observer, Search, configuration, content};

use crate::client::ClientInfo;
use crate::diagnostics::Reporter;
use crate::finder::{Finder, Job};
use crate::outbox::Extent;
use crate::project::{AtOnce, Change, Outcome, Running, Understood, common, words};
use crate::server::Message;

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

/// What a project is made of.
pub(crate) struct Ground {
    pub(crate) number: usize,
    pub(crate) roots: Vec<PathBuf>,
    /// The configuration that it obeys, or would if it were there.
    pub(crate) configuration: PathBuf,
    pub(crate) base: Base,
    pub(crate) client: Arc<ClientInfo>,
    pub(crate) extent: Arc<Extent>,
    pub(crate) server: mpsc::Sender<Message>,
}

impl Ground {
    /// What lies in `roots`, as `named` or the configuration above them has it.
    pub(crate) fn new(
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
        Self { number, roots, configuration, base: Base::at(&base), client, extent, server }
    }
}

/// The thread of a project.
pub(crate) struct Analyst {
    ground: Ground,
    running: Running,
    finder: Finder,
    /// The open texts, by name.
    texts: BTreeMap<String, (Arc<str>, i32)>,
    known: usize,
    /// The text in which someone types, until it is understood.
    typed_in: Option<PathBuf>,
    /// When something was understood last.
    last: Instant,
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
    /// What is wrong with files as such: names, links, the configuration.
    problems: Vec<crosstrail_disk::Problem>,
    configuration_problems: Vec<crosstrail_disk::Problem>,
}

impl Analyst {
    pub(crate) fn new(ground: Ground, running: Running) -> Self {
        let Ground { number, base, client, server, .. } = &ground;
        let finder = Finder::start(*number, base.clone(), Arc::clone(client), server.clone());
        let (texts, last) = (BTreeMap::new(), Instant::now());
        Self { ground, running, finder, texts, known: 0, typed_in: None, last }
    }

    /// Takes changes until no more will come.
    pub(crate) fn run(mut self, changes: &mpsc::Receiver<Change>) {
        let mut desk = self.desk();
        let mut is_due = true;
        loop {
            let first = if is_due { None } else { changes.recv().ok() };
            if !is_due && first.is_none() {
                return;
            }
            let cancellation = self.running.begin(self.last);
            for change in first.into_iter().chain(changes.try_iter()) {
                self.known += 1;
                self.take(&mut desk, change);
            }
            let outcome = panic::catch_unwind(AssertUnwindSafe(|| self.understand(&desk, &cancellation)));
            is_due = matches!(outcome, Ok(Err(Cancelled)));
            let is_wanted = match outcome {
                Ok(Err(Cancelled)) => true,
                Ok(Ok(understood)) => {
                    self.last = Instant::now();
                    self.typed_in = None;
                    self.finder.find(Job { understood: understood.clone(), odd: desk.odd() });
                    self.send(Outcome::Understood(understood))
                }
                Err(panic) => {
                    desk = self.desk();
                    self.send(Outcome::Failed { changes: self.known, message: words(&*panic) })
                }
            };
            if !is_wanted {
                return;
            }
        }
    }

    /// Whether someone takes it.
    fn send(&self, outcome: Outcome) -> bool {
        self.ground.server.send(Message::Analysed(self.ground.number, Box::new(outcome))).is_ok()
    }

    fn desk(&self) -> Desk {
        let observer = Arc::new(Reader(Arc::clone(&self.ground.extent)));
        let files = Arc::new(DiskFileSystem::new(self.ground.base.clone(), &self.ground.roots, FILE_LIMIT, observer));
        let host = Host::new(Arc::<DiskFileSystem>::clone(&files)).remembering();
        let mut desk = Desk {
            files,
            host,
            options: Arc::default(),
            directories: BTreeSet::new(),
            documents: BTreeSet::new(),
            in_view: None,
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
                self.typed_in = text.is_some().then(|| path.clone());
                let Some(name) = self.ground.base.name_of(&path) else { return };
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
                let Some(name) = self.ground.base.name_of(&path) else { return };
                desk.host.disk_changed(&name);
                if may_be_document(&name) {
                    self.search(desk);
                }
            }
            Change::Names(path) => {
                let Some(name) = self.ground.base.name_of(&path) else { return };
                desk.host.disk_changed(&name);
                self.search(desk);
            }
            Change::Configuration => self.configure(desk),
        }
    }

    /// Reads the configuration. One that is wrong leaves what was known before.
    fn configure(&self, desk: &mut Desk) {
        let read = match self.ground.configuration.is_file() {
            true => configuration::read(&self.ground.configuration, &self.ground.base),
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
        self.ground.roots.iter().for_each(|root| search.below(root));
        let searched = search.finish();
        self.ground.extent.all.store(searched.configuration_files, Ordering::Relaxed);
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
        let directories = self.ground.roots.iter().filter_map(|root| self.ground.base.name_of(root)).collect();
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

    /// What all texts mean. What can be said of the one that was typed in is said before.
    fn understand(&self, desk: &Desk, cancellation: &Cancellation) -> Result<Understood, Cancelled> {
        let analysis = match desk.host.try_reading(cancellation)? {
            Some(reading) => {
                for at_once in self.at_once(desk, &reading, cancellation)? {
                    self.send(Outcome::AtOnce(at_once));
                }
                reading.try_analysis(cancellation)?
            }
            None => desk.host.try_analysis(cancellation)?,
        };
        let versions = self.texts.iter().map(|(name, (_, version))| (name.clone(), *version)).collect();
        let (options, versions) = (Arc::clone(&desk.options), Arc::new(versions));
        Ok(Understood { analysis, options, versions, changes: self.known })
    }

    /// What can be said of the text that was typed in; of all open texts, as long as nothing was found anywhere.
    fn at_once(
        &self,
        desk: &Desk,
        reading: &Reading<'_>,
        cancellation: &Cancellation,
    ) -> Result<Vec<AtOnce>, Cancelled> {
        let name = self.typed_in.as_ref().and_then(|path| self.ground.base.name_of(path));
        let found = match (self.finder.found(), name) {
            (None, _) if self.ground.client.hears_more() => {
                let open: Vec<&str> = self.texts.keys().map(String::as_str).collect();
                reading.first_findings(&open, &desk.options, cancellation)?
            }
            (Some(before), Some(name)) if self.texts.contains_key(&name) => {
                let analysis = &before.understood.analysis;
                let found = reading.findings_at_once(&name, analysis, &before.findings, &desk.options, cancellation)?;
                found.map(|found| (name, found)).into_iter().collect()
            }
            _ => Vec::new(),
        };
        Ok(found.into_iter().filter_map(|(name, findings)| self.report(desk, reading, name, findings)).collect())
    }

    /// What is to be said of an open text at once.
    fn report(&self, desk: &Desk, reading: &Reading<'_>, name: String, findings: Vec<Finding>) -> Option<AtOnce> {
        let Ground { base, client, .. } = &self.ground;
        let reporter = Reporter { sources: reading.sources(), base, client };
        let report = reporter.report(&name, &findings, &reading.problems_in(&name), desk.odd().iter())?;
        let version = self.texts.get(&name).map(|(_, version)| *version)?;
        Some(AtOnce { name, version, report, findings: findings.into(), changes: self.known })
    }
}

impl Desk {
    /// What is wrong with files as such.
    fn odd(&self) -> Arc<[crosstrail_disk::Problem]> {
        self.problems.iter().chain(&self.configuration_problems).cloned().collect()
    }
}

/// Whether the file is JSON that may be a policy and nothing else.
fn may_be_document(name: &str) -> bool {
    let ending = Path::new(name).extension();
    ending.is_some_and(|ending| ending.eq_ignore_ascii_case("json")) && !content::is_terraform(name)
}
