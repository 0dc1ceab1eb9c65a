//! A check of one module: what the host knows is asked for, what `crosstrail lint` would
//! find in its directory is found, and what of that belongs to the module is emitted.
//!
//! The host checks the root and each call of a module by themselves. All of them are parts of
//! one analysis, that of the root, which [`Memory`] keeps.

mod analysed;
mod emit;
mod enclosing;
mod files;
mod message;
mod placement;
mod position;
mod view;

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use crate::runner::{Failure, Runner};
use crate::settings::Settings;
use crate::wire::EmitIssueRequest;

use analysed::Analysed;
use view::View;

pub use message::message;
pub use placement::Owners;

/// What is kept from check to check.
#[derive(Default)]
pub(crate) struct Memory {
    /// The last analysis, and of what it is one.
    last: Mutex<Option<(View, Arc<Analysed>)>>,
    /// What was emitted of called modules since the root was last checked, or the settings were
    /// last set: the host has each instance of a call checked, and would show it for each.
    told: Mutex<HashSet<Told>>,
}

/// The calls that lead to a module, and a rule, a place and a message there.
#[derive(PartialEq, Eq, Hash)]
struct Told(Vec<String>, String, String, i64, String);

impl Memory {
    /// What comes now is to be told whatever was told before.
    pub(crate) fn begin(&self) {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Whether `issue` of the module that `calls` lead to has not been told yet.
    fn is_news(&self, calls: &[String], issue: &EmitIssueRequest) -> bool {
        let rule = issue.rule.as_ref().map(|rule| rule.name.clone()).unwrap_or_default();
        let (file, start) = match &issue.range {
            Some(range) => (range.filename.clone(), range.start.map_or(0, |start| start.byte)),
            None => (String::new(), 0),
        };
        let told = Told(calls.to_vec(), rule, file, start, issue.message.clone());
        self.told.lock().unwrap_or_else(PoisonError::into_inner).insert(told)
    }

    /// The analysis of `view`. Who asks for the same meanwhile waits for it.
    fn analysed(&self, view: View) -> Result<Arc<Analysed>, Failure> {
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
    let own = runner.files().await?.files;
    if module.is_empty() {
        memory.begin();
        view::check_rule_blocks(&settings, &runner).await?;
    }
    let wants_fixes = settings.rules.fix;
    let view = View::gather(settings, &runner, &module, own.clone()).await?;
    let analysing = Arc::clone(&memory);
    let analysed = tokio::task::spawn_blocking(move || analysing.analysed(view)).await;
    let analysed = analysed.map_err(|_panic| Failure("the analysis has failed; please report it".to_owned()))??;
    match (module.is_empty(), wants_fixes) {
        (true, false) => emit::root(&analysed, &runner).await,
        (true, true) => emit::root_with_fixes(&analysed, &runner).await,
        (false, _) => {
            let is_news = |issue: &EmitIssueRequest| memory.is_news(&module, issue);
            emit::called(&analysed, &runner, &own, &is_news).await
        }
    }
}
