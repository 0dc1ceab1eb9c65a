//! What is in view, and how it changes.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use rayon::prelude::*;

use crate::cancellation::{Cancellation, Cancelled};
use crate::cloudtrail;
use crate::config::Configuration;
use crate::eval::evaluator::Evaluator;
use crate::iam;
use crate::module::{Stack, Workspace, load_configured_workspace};
use crate::policy::sites;
use crate::source::{EntryKind, FileSystem, SourceMap, path};

use super::buffers::{Buffers, Texts};
use super::knowledge::Knowing;
use super::memory::{Evaluated, Memory, Work};
use super::models::{Models, Parts};
use super::planned::Planned;
use super::reading::Reading;
use super::{Analysis, Problem, Roots, State, document_site, foreign_files, read_document, syntax_problems};

/// Holds what is in view.
///
/// What the file system says is taken to stay as it is until the host is told that it changed.
pub struct Host {
    files: Arc<dyn FileSystem>,
    pub(super) buffers: Arc<Texts>,
    pub(super) roots: Roots,
    pub(super) configuration: Arc<Configuration>,
    /// `None` if nothing is kept from one analysis to the next.
    memory: Option<Mutex<Memory>>,
}

impl Host {
    /// A host that reads through `files` and has nothing in view yet.
    #[must_use]
    pub fn new(files: Arc<dyn FileSystem>) -> Self {
        Self { files, buffers: Arc::default(), roots: Roots::default(), configuration: Arc::default(), memory: None }
    }

    /// The same host, which keeps what it has worked out for the analyses that follow: for
    /// programs that stay while what is in view changes.
    #[must_use]
    pub fn remembering(self) -> Self {
        let memory = Some(Mutex::new(Memory::new(Arc::clone(&self.files))));
        Self { memory, ..self }
    }

    /// Puts `roots` in view, in place of what was.
    pub fn set_roots(&mut self, roots: Roots) {
        let before = std::mem::replace(&mut self.roots, roots);
        if before.directories != self.roots.directories
            && let Some(memory) = self.memory()
        {
            memory.reset();
        }
    }

    /// Has what follows analysed as `configuration` has it.
    pub fn set_configuration(&mut self, configuration: Arc<Configuration>) {
        self.configuration = configuration;
        if let Some(memory) = self.memory() {
            memory.reset();
        }
    }

    /// Puts `text` in front of the file at `path`, whether there is one or not, or takes away
    /// what was put there.
    pub fn set_text(&mut self, path: &str, text: Option<Arc<str>>) {
        let path = path::normalize(path);
        let buffers = Arc::make_mut(&mut self.buffers);
        let is_open = text.is_some();
        let was_open = match text {
            Some(text) => buffers.insert(path.clone(), text).is_some(),
            None => buffers.remove(&path).is_some(),
        };
        let Some(memory) = self.memory() else { return };
        if was_open && is_open || memory.files.kind(&path) == Some(EntryKind::File) {
            memory.text_changed(path);
        } else if was_open || is_open {
            memory.structure_changed(&path);
        }
    }

    /// The file or directory at `path` was made, changed or taken away: nothing that was known of
    /// it and of what is in it holds any longer.
    pub fn disk_changed(&mut self, path: &str) {
        let path = path::normalize(path);
        let is_open = self.buffers.contains_key(&path);
        let Some(memory) = self.memory() else { return };
        let is_known = memory.kept.is_module_file(&path);
        memory.files.forget(&path);
        if is_open {
            return;
        }
        if is_known && memory.files.kind(&path) == Some(EntryKind::File) {
            memory.text_changed(path);
        } else {
            memory.structure_changed(&path);
        }
    }

    /// How much was done so far; nothing for a host that does not remember.
    #[must_use]
    pub fn work(&self) -> Work {
        let memory = self.memory.as_ref();
        memory.map(|memory| memory.lock().unwrap_or_else(PoisonError::into_inner).work()).unwrap_or_default()
    }

    fn memory(&mut self) -> Option<&mut Memory> {
        Some(self.memory.as_mut()?.get_mut().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads and evaluates everything in view.
    #[must_use]
    pub fn analysis(&self) -> Analysis {
        loop {
            if let Ok(analysis) = self.try_analysis(&Cancellation::default()) {
                return analysis;
            }
        }
    }

    /// Reads and evaluates everything in view, as long as it is wanted.
    ///
    /// # Errors
    /// When it is not.
    pub fn try_analysis(&self, cancellation: &Cancellation) -> Result<Analysis, Cancelled> {
        match self.try_reading(cancellation)? {
            Some(reading) => reading.try_analysis(cancellation),
            None => self.once(cancellation),
        }
    }

    /// Reads everything in view, as long as it is wanted, and evaluates nothing. `None` if nothing is kept of what was
    /// read before, so that reading would not be the smaller part.
    ///
    /// # Errors
    /// When it is not wanted any longer.
    pub fn try_reading(&self, cancellation: &Cancellation) -> Result<Option<Reading<'_>>, Cancelled> {
        // Plans lay what they know over stacks of their own making, which are new each time.
        let Some(memory) = self.memory.as_ref().filter(|_| self.roots.plans.is_empty()) else { return Ok(None) };
        Reading::new(self, memory.lock().unwrap_or_else(PoisonError::into_inner), cancellation).map(Some)
    }

    fn once(&self, cancellation: &Cancellation) -> Result<Analysis, Cancelled> {
        let files = self.files(&self.files);
        let (sources, configuration) = (SourceMap::default(), &*self.configuration);
        let mut workspace = load_configured_workspace(&*files, &sources, &self.roots.directories, configuration);
        cancellation.check()?;
        let planned = Planned::join(&*files, &sources, configuration, &self.roots.plans, &mut workspace);
        let (knowing, unread) = Knowing::new(&*files, &sources, configuration, &workspace.stacks, &planned);
        let evaluate = |stack: &Arc<Stack>| {
            cancellation.check()?;
            Ok(knowing.with_evaluator(stack, evaluated))
        };
        let mut parts: Vec<Evaluated> = workspace.stacks.par_iter().map(evaluate).collect::<Result<_, Cancelled>>()?;
        let (documents, undocumented) = self.documents(&*files, &sources, |_| None);
        parts.extend(documents.into_iter().filter_map(|(_, document)| Arc::into_inner(document)));
        let models = OnceLock::from(Models::of_owned(parts));
        cancellation.check()?;
        let unread = [planned.problems.clone(), unread, undocumented].concat();
        Ok(self.state(files, Arc::new(sources), workspace, planned, unread, Parts { parts: Vec::new(), models }))
    }

    pub(super) fn state(
        &self,
        files: Arc<dyn FileSystem>,
        sources: Arc<SourceMap>,
        workspace: Workspace,
        planned: Planned,
        unread: Vec<Problem>,
        parts: Parts,
    ) -> Analysis {
        let mut problems = syntax_problems(&workspace, &sources);
        problems.extend(unread);
        let state = State {
            foreign: foreign_files(&workspace),
            files,
            configuration: Arc::clone(&self.configuration),
            roots: self.roots.clone(),
            sources,
            workspace,
            planned,
            parts,
            problems,
            summary: OnceLock::new(),
            trust_graph: OnceLock::new(),
            policy_places: OnceLock::new(),
        };
        Analysis { state: Arc::new(state) }
    }

    /// The files that are policies, by path, and what is wrong with them. `kept` is what is kept of one.
    pub(super) fn documents(
        &self,
        files: &dyn FileSystem,
        sources: &SourceMap,
        kept: impl Fn(&str) -> Option<Arc<Evaluated>>,
    ) -> (Vec<(String, Arc<Evaluated>)>, Vec<Problem>) {
        let is_wanted = |path: &&String| !self.configuration.ignores(path) || self.roots.directories.is_empty();
        let (mut documents, mut problems) = (Vec::new(), Vec::new());
        for path in self.roots.documents.iter().filter(is_wanted) {
            if let Some(document) = kept(path) {
                documents.push((path.clone(), document));
                continue;
            }
            match read_document(files, sources, path) {
                Ok(file) => {
                    let document = Evaluated::of_document(&path::normalize(path), document_site(sources, file));
                    documents.push((path.clone(), Arc::new(document)));
                }
                Err(problem) => problems.push(problem),
            }
        }
        (documents, problems)
    }

    /// `files` as they are seen through the open buffers.
    pub(super) fn files(&self, files: &Arc<dyn FileSystem>) -> Arc<dyn FileSystem> {
        let (files, texts) = (Arc::clone(files), Arc::clone(&self.buffers));
        if texts.is_empty() { files } else { Arc::new(Buffers { files, texts }) }
    }
}

pub(super) fn evaluated(evaluator: &Evaluator<'_>) -> Evaluated {
    Evaluated::new(sites::of_stack(evaluator), iam::of_stack(evaluator), cloudtrail::of_stack(evaluator))
}

impl Analysis {
    /// What is there if files have other texts.
    #[must_use]
    pub fn with_texts(&self, texts: Texts) -> Self {
        let state = &*self.state;
        let (files, buffers) = (Arc::clone(&state.files), Arc::new(texts));
        let (roots, configuration) = (state.roots.clone(), Arc::clone(&state.configuration));
        Host { files, buffers, roots, configuration, memory: None }.analysis()
    }
}
