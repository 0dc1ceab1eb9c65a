//! The step between a change and its analysis: texts and modules are known, nothing is evaluated yet.

use std::sync::{Arc, MutexGuard, OnceLock};

use rayon::prelude::*;

use crate::cancellation::{Cancellation, Cancelled};
use crate::module::{Stack, Workspace, reload_workspace};
use crate::source::{FileSystem, SourceMap};

use super::host::evaluated;
use super::knowledge::Knowing;
use super::memory::{Evaluated, Memory};
use super::models::Parts;
use super::planned::Planned;
use super::remembered::{Reads, Recording};
use super::{Analysis, Host};

/// Everything in view as it was read, with the help of what earlier analyses have left.
///
/// What it costs is what has changed since the last analysis, and a counter for each file.
pub struct Reading<'a> {
    pub(super) host: &'a Host,
    pub(super) memory: MutexGuard<'a, Memory>,
    pub(super) files: Arc<dyn FileSystem>,
    pub(super) sources: Arc<SourceMap>,
    pub(super) workspace: Workspace,
    /// Plans are never part of it.
    pub(super) planned: Planned,
}

impl<'a> Reading<'a> {
    pub(super) fn new(
        host: &'a Host,
        mut memory: MutexGuard<'a, Memory>,
        cancellation: &Cancellation,
    ) -> Result<Self, Cancelled> {
        cancellation.check()?;
        let files = host.files(&(Arc::clone(&memory.files) as Arc<dyn FileSystem>));
        let sources = memory.next_sources(|path| host.buffers.contains_key(path));
        let changes = memory.changes.clone();
        let workspace = reload_workspace(
            &mut memory.kept,
            &changes,
            &*files,
            &sources,
            &host.roots.directories,
            &host.configuration,
        );
        Ok(Self { host, memory, files, sources, workspace, planned: Planned::default() })
    }

    /// The texts.
    #[must_use]
    pub fn sources(&self) -> &SourceMap {
        &self.sources
    }

    /// What evaluators are made from. What is wrong with that, the analysis says.
    pub(super) fn knowing(&self) -> Knowing<'_> {
        let configuration = &self.host.configuration;
        Knowing::new(&*self.files, &self.sources, configuration, &self.workspace.stacks, &self.planned).0
    }

    /// Evaluates what has to be evaluated anew, as long as it is wanted.
    ///
    /// # Errors
    /// When it is not.
    pub fn try_analysis(self, cancellation: &Cancellation) -> Result<Analysis, Cancelled> {
        let Self { host, mut memory, files, sources, workspace, planned } = self;
        let memory = &mut *memory;
        let recording = Recording::new(&*files);
        let (knowing, unread) = Knowing::new(&recording, &sources, &host.configuration, &workspace.stacks, &planned);
        memory.forget_changed(&workspace.stacks, &recording.end());
        let missing: Vec<&Arc<Stack>> =
            workspace.stacks.iter().filter(|stack| memory.evaluated(stack).is_none()).collect();
        let evaluate = |stack: &&Arc<Stack>| {
            cancellation.check().ok()?;
            let made = knowing.with_recorded_evaluator(stack, cancellation, evaluated);
            // What was left off half-way must not be kept.
            cancellation.check().ok()?;
            Some((Arc::clone(stack), made))
        };
        let new: Vec<(Arc<Stack>, (Evaluated, Reads))> = missing.par_iter().filter_map(evaluate).collect();
        for (stack, (evaluated, reads)) in new {
            let others = reads.stacks.iter().filter_map(|number| workspace.stacks.get(*number)).cloned().collect();
            memory.keep(&stack, evaluated, reads, others);
        }
        cancellation.check()?;
        let mut parts: Vec<Arc<Evaluated>> =
            workspace.stacks.iter().filter_map(|stack| memory.evaluated(stack)).collect();
        let (documents, undocumented) = host.documents(&*files, &sources, |path| memory.document(path));
        parts.extend(documents.iter().map(|(_, document)| Arc::clone(document)));
        memory.keep_documents(documents.into_iter().collect());
        let unread = [unread, undocumented].concat();
        let parts = Parts { parts, models: OnceLock::new() };
        Ok(host.state(files, sources, workspace, planned, unread, parts))
    }
}
