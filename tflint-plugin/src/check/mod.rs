//! A check of one module: what the host knows is asked for, what `crosstrail lint` would
//! find in its directory is found, and what of that belongs to the module is emitted.
//!
//! The host checks the root and each call of a module by themselves. All of them are parts of
//! one analysis, that of the root, which [`Memory`] keeps.

mod analysed;
mod emit;
mod enclosing;
mod files;
mod log;
mod message;
mod placement;
mod position;
mod root;
mod view;

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crosstrail_analyzer::source::path;

use crate::runner::{Failure, Runner};
use crate::settings::Settings;
use crate::wire::EmitIssueRequest;

use analysed::Analysed;
use files::HostFile;
use view::View;

pub use message::message;
pub use placement::Owners;

/// What is kept from check to check.
#[derive(Default)]
pub(crate) struct Memory {
    /// The last analysis, and of what it is one.
    last: Mutex<Option<(Arc<View>, Arc<Analysed>)>>,
    round: Mutex<Round>,
}

/// What is kept from when the host says what it wants until it says so again: so long it has
/// the same texts, but for those that it has us change.
#[derive(Default)]
struct Round {
    /// What the root module was last.
    root: Option<Arc<View>>,
    /// The files of called modules whose texts are not those of the disk, by directory.
    called: BTreeMap<String, Vec<HostFile>>,
    /// What was emitted of called modules since the root was last checked: the host has each
    /// instance of a call checked, and would show it for each.
    told: HashSet<Told>,
}

/// The calls that lead to a module, and a rule, a place and a message there.
#[derive(PartialEq, Eq, Hash)]
struct Told(Vec<String>, String, String, i64, String);

impl Memory {
    /// The host says anew what it wants.
    pub(crate) fn begin(&self) {
        *self.round() = Round::default();
    }

    /// What comes of called modules now is to be told whatever was told before.
    fn begin_root(&self) {
        self.round().told.clear();
    }

    fn round(&self) -> MutexGuard<'_, Round> {
        self.round.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the root module was last.
    fn root(&self) -> Option<Arc<View>> {
        self.round().root.clone()
    }

    /// The root module is as `view` says. The same view, with the texts of called modules.
    fn keep_root(&self, view: View) -> Arc<View> {
        let mut round = self.round();
        let view = Arc::new(View { called: round.called.clone(), ..view });
        round.root = Some(Arc::clone(&view));
        view
    }

    /// The files `own` of a called module are not those of the disk. `view` with them, and with
    /// those of which that was said before.
    fn keep_called(&self, view: &View, own: Vec<HostFile>) -> Arc<View> {
        let mut round = self.round();
        if let Some(file) = own.first() {
            let dir = path::parent(&file.path).to_owned();
            round.called.insert(dir, own);
        }
        let view = Arc::new(View { called: round.called.clone(), ..view.clone() });
        round.root = Some(Arc::clone(&view));
        view
    }

    /// Whether `issue` of the module that `calls` lead to has not been told yet.
    fn is_news(&self, calls: &[String], issue: &EmitIssueRequest) -> bool {
        let rule = issue.rule.as_ref().map(|rule| rule.name.clone()).unwrap_or_default();
        let (file, start) = match &issue.range {
            Some(range) => (range.filename.clone(), range.start.map_or(0, |start| start.byte)),
            None => (String::new(), 0),
        };
        let told = Told(calls.to_vec(), rule, file, start, issue.message.clone());
        self.round().told.insert(told)
    }

    /// The analysis of `view`. Who asks for the same meanwhile waits for it.
    async fn analysed(self: &Arc<Self>, view: &Arc<View>) -> Result<Arc<Analysed>, Failure> {
        let (memory, view) = (Arc::clone(self), Arc::clone(view));
        let analysed = tokio::task::spawn_blocking(move || memory.analyse(view)).await;
        analysed.map_err(|_panic| Failure("the analysis has failed; please report it".to_owned()))?
    }

    fn analyse(&self, view: Arc<View>) -> Result<Arc<Analysed>, Failure> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, analysed)) = last.as_ref().filter(|(known, _)| *known == view) {
            return Ok(Arc::clone(analysed));
        }
        let analysed = Arc::new(Analysed::of(&view)?);
        *last = Some((view, Arc::clone(&analysed)));
        Ok(analysed)
    }
}

/// Checks the module of `runner`.
///
/// # Errors
/// When the host does not answer, and when what the user has configured is wrong.
pub(crate) async fn check(settings: Settings, memory: Arc<Memory>, runner: Runner) -> Result<(), Failure> {
    let module = runner.module_path().await?;
    let own: Vec<HostFile> = runner.files().await?.files.into_iter().map(HostFile::new).collect();
    if module.is_empty() {
        root(settings, &memory, &runner, own).await
    } else {
        called(settings, &memory, &runner, &module, own).await
    }
}

/// Checks the root module, which has the files `own`.
async fn root(settings: Settings, memory: &Arc<Memory>, runner: &Runner, own: Vec<HostFile>) -> Result<(), Failure> {
    memory.begin_root();
    view::check_rule_blocks(&settings, runner).await?;
    let wants_fixes = settings.rules.fix;
    let view = memory.keep_root(View::gather(settings, runner, Some(own)).await?);
    let analysed = memory.analysed(&view).await?;
    if wants_fixes { emit::root_with_fixes(&analysed, runner).await } else { emit::root(&analysed, runner).await }
}

/// Checks a module with the files `own`, to which the calls of `module` lead.
async fn called(
    settings: Settings,
    memory: &Arc<Memory>,
    runner: &Runner,
    module: &[String],
    own: Vec<HostFile>,
) -> Result<(), Failure> {
    // The root may have been changed since it was checked.
    let known = memory.root().filter(|_| !settings.rules.fix);
    let mut view = match known {
        Some(view) => view,
        None => memory.keep_root(View::gather(settings, runner, None).await?),
    };
    let mut analysed = memory.analysed(&view).await?;
    if analysed.differs(&own, &view.base) {
        view = memory.keep_called(&view, own.clone());
        analysed = memory.analysed(&view).await?;
    }
    let is_news = |issue: &EmitIssueRequest| memory.is_news(module, issue);
    emit::called(&analysed, runner, &own, &is_news).await
}
