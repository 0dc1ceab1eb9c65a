//! The thread of a project that finds what is wrong in what the other has understood.
//!
//! It works beside the thread that takes changes and leaves it a processor, so that what can be said at once while
//! someone types does not wait for what was typed before.

use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::Instant;

use crosstrail_analyzer::analysis::{Cancellation, Cancelled};
use crosstrail_disk::Base;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::client::ClientInfo;
use crate::diagnostics::Reporter;
use crate::project::{Found, Outcome, Running, Understood, words};
use crate::server::Message;

/// Something to look at.
pub(crate) struct Job {
    pub(crate) understood: Understood,
    /// What is wrong with files as such.
    pub(crate) odd: Arc<[crosstrail_disk::Problem]>,
}

/// The thread, as the other sees it.
pub(crate) struct Finder {
    jobs: mpsc::Sender<Job>,
    running: Running,
    found: Arc<Mutex<Option<Found>>>,
}

impl Finder {
    pub(crate) fn start(number: usize, base: Base, client: Arc<ClientInfo>, server: mpsc::Sender<Message>) -> Self {
        let (jobs, waiting) = mpsc::channel();
        let (running, found) = (Running::default(), Arc::<Mutex<Option<Found>>>::default());
        let search = Search {
            number,
            base,
            client,
            server,
            running: running.clone(),
            found: Arc::clone(&found),
            pool: None,
            last: Instant::now(),
        };
        let thread = thread::Builder::new().name(format!("findings {number}"));
        // Without a thread nothing is found, but what files mean is still known.
        drop(thread.spawn(move || search.run(&waiting)));
        Self { jobs, running, found }
    }

    /// Has something looked at in place of what is being looked at.
    pub(crate) fn find(&self, job: Job) {
        // First, or else it might be this job that is ended.
        self.running.cancel();
        // A thread that is gone has said why.
        drop(self.jobs.send(job));
    }

    /// What was found last.
    pub(crate) fn found(&self) -> Option<Found> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The thread itself.
struct Search {
    number: usize,
    base: Base,
    client: Arc<ClientInfo>,
    server: mpsc::Sender<Message>,
    running: Running,
    found: Arc<Mutex<Option<Found>>>,
    /// The processors that are left; all of them until something was found.
    pool: Option<ThreadPool>,
    /// When something was found last.
    last: Instant,
}

impl Search {
    fn run(mut self, jobs: &mpsc::Receiver<Job>) {
        while let Ok(first) = jobs.recv() {
            let cancellation = self.running.begin(self.last);
            let job = jobs.try_iter().last().unwrap_or(first);
            let changes = job.understood.changes;
            let outcome = panic::catch_unwind(AssertUnwindSafe(|| self.found(&job, &cancellation)));
            let outcome = match outcome {
                // What is newer waits already.
                Ok(Err(Cancelled)) => continue,
                Ok(Ok(found)) => {
                    self.last = Instant::now();
                    // What was found before is freed when the other thread may ask again.
                    let _before = self.found.lock().unwrap_or_else(PoisonError::into_inner).replace(found.clone());
                    self.pool = self.pool.take().or_else(spare_pool);
                    Outcome::Found(found)
                }
                Err(panic) => Outcome::Failed { changes, message: words(&*panic) },
            };
            if self.server.send(Message::Analysed(self.number, Box::new(outcome))).is_err() {
                return;
            }
        }
    }

    fn found(&self, job: &Job, cancellation: &Cancellation) -> Result<Found, Cancelled> {
        let find = || self.find(job, cancellation);
        self.pool.as_ref().map_or_else(find, |pool| pool.install(find))
    }

    fn find(&self, job: &Job, cancellation: &Cancellation) -> Result<Found, Cancelled> {
        let understood = &job.understood;
        let findings: Arc<[_]> = understood.analysis.try_findings(&understood.options, cancellation)?.into();
        let before = self.found.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let sources = understood.analysis.sources();
        let reporter = Reporter { sources, base: &self.base, client: &self.client };
        let problems = understood.analysis.problems();
        let reports = Arc::new(reporter.reports(&findings, &problems, job.odd.iter(), before.as_ref()));
        cancellation.check()?;
        Ok(Found { understood: understood.clone(), findings, reports })
    }
}

/// All processors but one; `None` where threads cannot be had.
fn spare_pool() -> Option<ThreadPool> {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    let name = |number| format!("findings worker {number}");
    ThreadPoolBuilder::new().num_threads(processors.saturating_sub(1).max(1)).thread_name(name).build().ok()
}
