//! A bar on the terminal for work that takes long.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crosstrail_disk::content;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Work that takes no longer than this shows no bar.
const PATIENCE: Duration = Duration::from_millis(500);

/// Counts files. A clone counts for the same bar; all of it may be told from any thread.
#[derive(Debug, Clone)]
pub(crate) struct Progress(Option<Arc<Bar>>);

#[derive(Debug)]
struct Bar {
    bar: ProgressBar,
    started: Instant,
    is_shown: AtomicBool,
}

impl Progress {
    /// One that shows nothing.
    pub(crate) fn silent() -> Self {
        Self(None)
    }

    /// One that shows itself on standard error, when the work takes long.
    pub(crate) fn on_terminal() -> Self {
        let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::hidden());
        let style = ProgressStyle::with_template("{spinner} {msg} [{bar:30}] {pos}/{len}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self(Some(Arc::new(Bar { bar, started: Instant::now(), is_shown: AtomicBool::new(false) })))
    }

    /// `count` more files will be read.
    pub(crate) fn expect(&self, count: usize) {
        if let Some(bar) = &self.0 {
            bar.bar.inc_length(count as u64);
            bar.bar.set_message("reading");
        }
    }

    /// The file at `path` has been read. Only configuration is counted: what else a
    /// configuration names is not known beforehand.
    pub(crate) fn file_read(&self, path: &str) {
        if let Some(bar) = self.0.as_deref().filter(|_| content::is_configuration(path)) {
            bar.bar.inc(1);
            bar.show_when_late();
        }
    }

    /// All is done: the bar goes away.
    pub(crate) fn finish(&self) {
        if let Some(bar) = &self.0 {
            bar.bar.finish_and_clear();
        }
    }
}

impl Bar {
    fn show_when_late(&self) {
        if self.started.elapsed() > PATIENCE && !self.is_shown.swap(true, Ordering::Relaxed) {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
            self.bar.enable_steady_tick(Duration::from_millis(100));
        }
    }
}
