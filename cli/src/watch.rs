//! `crosstrail lint --watch`: checks again when something that was read has changed.
//!
//! Files are looked at every now and then: that works on every file system, in containers
//! too, and needs no more than what the check reads anyway.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use crate::arguments::LintArguments;
use crate::configuration;
use crate::lint;
use crate::outcome::Outcome;
use crate::terminal::{self, When};
use crate::words;

/// How often files are looked at, unless that takes long.
const INTERVAL: Duration = Duration::from_millis(200);

/// Of the time no more than one part in this many goes into looking.
const PATIENCE: u32 = 20;

/// How long nothing may change before files are read: an editor writes in several steps.
const QUIET: Duration = Duration::from_millis(50);

/// How often a change may follow another one before files are read all the same.
const RESTLESS: usize = 20;

/// Remembers what is read, and as what it was found. A clone remembers for the same one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Witness(Option<Arc<Mutex<Seen>>>);

/// Files and directories, and what they were when they were read; `None` if they were not there.
type Seen = BTreeMap<PathBuf, Option<Stamp>>;

/// What changes with the content of a file, and with the names in a directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    modified: Option<SystemTime>,
    length: u64,
}

impl Witness {
    /// One that remembers nothing.
    pub(crate) fn none() -> Self {
        Self(None)
    }

    fn attentive() -> Self {
        Self(Some(Arc::default()))
    }

    /// The file or directory at `path` is about to be read.
    pub(crate) fn note(&self, path: &Path) {
        if let Some(seen) = &self.0 {
            let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
            seen.entry(path.to_owned()).or_insert_with(|| stamp(path));
        }
    }

    fn seen(&self) -> Seen {
        let seen = self.0.as_ref().map(|seen| seen.lock().unwrap_or_else(PoisonError::into_inner).clone());
        seen.unwrap_or_default()
    }
}

fn stamp(path: &Path) -> Option<Stamp> {
    let metadata = fs::metadata(path).ok()?;
    Some(Stamp { modified: metadata.modified().ok(), length: metadata.len() })
}

/// Checks, waits for a change, and checks again, until the process is ended or nobody reads
/// what it prints.
///
/// # Errors
/// When standard output cannot be written to.
pub(crate) fn run(arguments: &LintArguments, color: When) -> io::Result<Outcome> {
    loop {
        terminal::clear();
        let witness = Witness::attentive();
        let named = [&arguments.configuration.config, &arguments.baselines.baseline];
        named.into_iter().flatten().chain(&arguments.paths).for_each(|path| witness.note(path));
        configuration::candidates().iter().for_each(|path| witness.note(path));
        let outcome = lint::once(arguments, &witness, color)?;
        if terminal::reader_is_gone() {
            return Ok(outcome);
        }
        let mut seen = witness.seen();
        if let Some(report) = &arguments.output {
            forgive(&mut seen, report);
        }
        terminal::report(&words::watching(seen.keys().filter(|path| path.is_file()).count()));
        wait(&seen);
    }
}

/// Takes the directory of a report, which has just been written, to be as it is now.
fn forgive(seen: &mut Seen, report: &Path) {
    let parent = report.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let Ok(parent) = parent.canonicalize() else { return };
    for (path, before) in seen {
        if path.canonicalize().is_ok_and(|path| path == parent) {
            *before = stamp(path);
        }
    }
}

/// Returns when something has changed and all has been quiet for a moment.
fn wait(seen: &Seen) {
    let mut pause = INTERVAL;
    while !has_changed(seen, &mut pause) {
        thread::sleep(pause);
    }
    let now = || -> Vec<_> { seen.keys().map(|path| stamp(path)).collect() };
    let mut before = now();
    for _ in 0..RESTLESS {
        thread::sleep(QUIET);
        let after = now();
        if before == after {
            return;
        }
        before = after;
    }
}

fn has_changed(seen: &Seen, pause: &mut Duration) -> bool {
    let started = Instant::now();
    let has_changed = seen.iter().any(|(path, before)| stamp(path) != *before);
    *pause = INTERVAL.max(started.elapsed() * PATIENCE);
    has_changed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_noted_is_remembered() {
        let witness = Witness::attentive();
        witness.clone().note(Path::new("Cargo.toml"));
        witness.note(Path::new("nowhere"));
        let seen = witness.seen();
        assert_eq!(seen.len(), 2);
        assert!(seen[Path::new("Cargo.toml")].is_some() && seen[Path::new("nowhere")].is_none());
        assert!(!has_changed(&seen, &mut INTERVAL.clone()));
        let other = Seen::from([(PathBuf::from("Cargo.toml"), None)]);
        assert!(has_changed(&other, &mut INTERVAL.clone()));

        let nothing = Witness::none();
        nothing.note(Path::new("Cargo.toml"));
        assert_eq!(nothing.seen().len(), 0);
    }
}
