//! What shares a configuration is analysed as one: a project, with two threads of its own.
//!
//! Grants lead from root to root, so that roots without a configuration are one project, too.
//! One thread takes the changes, says at once what can be said of the text that was typed in, and
//! works out what all texts mean; the other finds what is wrong in that ([`analyst`], [`finder`]).
//! A change that comes in the meantime ends what they do, unless that happened for too long.
//!
//! [`analyst`]: crate::analyst
//! [`finder`]: crate::finder

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use crosstrail_analyzer::analysis::{Analysis, Cancellation, Options};
use crosstrail_analyzer::finding::Finding;
use crosstrail_disk::Base;

use crate::analyst::{Analyst, Ground};
use crate::diagnostics::{Report, Reports};

/// So long work may be ended over and over by what someone types. Then it is done to its end.
const PATIENCE: Duration = Duration::from_millis(500);

/// Something that changes what is found.
#[derive(Debug, Clone)]
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
    running: Running,
    /// How many changes were sent.
    sent: usize,
    /// The changes after which texts were edited that are open, by path.
    pub(crate) edits: BTreeMap<PathBuf, usize>,
    /// What was said at once of files since something was found last, by name.
    at_once: BTreeMap<String, AtOnce>,
    /// What was understood last.
    pub(crate) understood: Option<Understood>,
    /// What was found last; it may be behind what was understood.
    pub(crate) found: Option<Found>,
    /// The changes after which the analysis failed.
    failed: Option<usize>,
}

/// What can be said of a file before all is understood.
#[derive(Debug, Clone)]
pub(crate) struct AtOnce {
    pub(crate) name: String,
    pub(crate) version: i32,
    pub(crate) report: Report,
    pub(crate) findings: Arc<[Finding]>,
    /// How many changes it knows.
    pub(crate) changes: usize,
}

/// What all texts mean.
#[derive(Clone)]
pub(crate) struct Understood {
    pub(crate) analysis: Analysis,
    pub(crate) options: Arc<Options>,
    /// The versions of open texts that it is about, by name.
    pub(crate) versions: Arc<BTreeMap<String, i32>>,
    /// How many changes it knows.
    pub(crate) changes: usize,
}

/// What was found in what was understood.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    pub(crate) understood: Understood,
    pub(crate) findings: Arc<[Finding]>,
    pub(crate) reports: Arc<Reports>,
}

impl std::fmt::Debug for Understood {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Understood").field("changes", &self.changes).finish_non_exhaustive()
    }
}

/// What a project's threads send.
#[derive(Debug)]
pub(crate) enum Outcome {
    AtOnce(AtOnce),
    Understood(Understood),
    Found(Found),
    /// The analysis failed by a fault of its own.
    Failed {
        changes: usize,
        message: String,
    },
}

impl Project {
    /// Begins to analyse what lies on `ground`. The texts that are `open` are known from the first moment on.
    pub(crate) fn start(ground: Ground, open: impl Iterator<Item = Change>) -> Self {
        let (changes, waiting) = mpsc::channel();
        let running = Running::default();
        let (roots, configuration, base) = (ground.roots.clone(), ground.configuration.clone(), ground.base.clone());
        let number = ground.number;
        let analyst = Analyst::new(ground, running.clone());
        let mut project = Self {
            roots,
            configuration,
            base,
            changes,
            running,
            sent: 0,
            edits: BTreeMap::new(),
            at_once: BTreeMap::new(),
            understood: None,
            found: None,
            failed: None,
        };
        open.for_each(|change| project.change(change));
        let thread = thread::Builder::new().name(format!("project {number}"));
        // Without a thread there are no findings; the server goes on with what it can do by itself.
        drop(thread.spawn(move || analyst.run(&waiting)));
        project
    }

    /// Has `change` taken into account, and ends an analysis that does not know of it.
    pub(crate) fn change(&mut self, change: Change) {
        self.sent += 1;
        if let Change::Text { path, text: Some(_) } = &change {
            self.edits.insert(path.clone(), self.sent);
        }
        // A thread that is gone has said why.
        drop(self.changes.send(change));
        self.running.cancel();
    }

    /// Whether something knows all that was changed.
    fn is_newest(&self, changes: usize) -> bool {
        changes >= self.sent
    }

    /// Whether what was understood last is about all that was changed.
    pub(crate) fn is_understood(&self) -> bool {
        self.understood.as_ref().is_some_and(|understood| self.is_newest(understood.changes))
    }

    /// Whether what was found last is about all that was changed.
    pub(crate) fn is_current(&self) -> bool {
        self.found.as_ref().is_some_and(|found| self.is_newest(found.understood.changes))
    }

    /// What can be said of the file at `path` at once, if that is about all that was changed.
    pub(crate) fn at_once(&self, path: &Path) -> Option<&AtOnce> {
        self.at_once.get(&self.base.name_of(path)?).filter(|at_once| self.is_newest(at_once.changes))
    }

    /// Something was said at once.
    pub(crate) fn said(&mut self, at_once: AtOnce) {
        self.at_once.insert(at_once.name.clone(), at_once);
    }

    /// Something was found; what was found before.
    pub(crate) fn found(&mut self, found: Found) -> Option<Found> {
        self.at_once.retain(|_, at_once| at_once.changes > found.understood.changes);
        self.found.replace(found)
    }

    /// Whether the file at `path` was edited after the changes that are known to who asks.
    pub(crate) fn is_edited_after(&self, path: &Path, changes: usize) -> bool {
        self.edits.get(path).is_some_and(|edit| *edit > changes)
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
pub(crate) fn common(roots: &[PathBuf]) -> PathBuf {
    let Some((first, others)) = roots.split_first() else { return PathBuf::from("/") };
    let holds_all = |directory: &&Path| others.iter().all(|root| root.starts_with(directory));
    first.ancestors().find(holds_all).unwrap_or(first).to_owned()
}

/// Work that ends when it is not wanted any longer. A clone is about the same work.
#[derive(Debug, Clone, Default)]
pub(crate) struct Running(Arc<Mutex<Cancellation>>);

impl Running {
    /// A flag for the work that begins now. If none came to its end since `last`, long ago, this one will.
    pub(crate) fn begin(&self, last: Instant) -> Cancellation {
        let cancellation = Cancellation::default();
        let known = if last.elapsed() < PATIENCE { cancellation.clone() } else { Cancellation::default() };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = known;
        cancellation
    }

    /// Ends the work, if it can be ended.
    pub(crate) fn cancel(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).cancel();
    }
}

/// What a panic says.
pub(crate) fn words(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied().map(str::to_owned);
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "a panic".to_owned())
}

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used, reason = "a test that slips fails, as it should")]
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

    #[test]
    fn work_that_was_ended_for_long_is_done() {
        let running = Running::default();
        let ended = |last: Instant| {
            let work = running.begin(last);
            running.cancel();
            work.is_cancelled()
        };
        assert!(ended(Instant::now()));
        assert!(!ended(Instant::now().checked_sub(PATIENCE).unwrap()));
    }
}
