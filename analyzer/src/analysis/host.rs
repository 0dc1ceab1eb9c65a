//! What is in view, and how it changes.

use std::sync::{Arc, OnceLock};

use rayon::prelude::*;

use crate::cancellation::{Cancellation, Cancelled};
use crate::cloudtrail::{self, CloudTrail};
use crate::config::Configuration;
use crate::iam::{self, IamModel};
use crate::module::{Stack, load_configured_workspace};
use crate::policy::sites::{self, PolicySite};
use crate::source::{FileSystem, SourceMap, path};

use super::buffers::{Buffers, Texts};
use super::knowledge::Knowing;
use super::planned::Planned;
use super::{Analysis, Roots, State, document_site, foreign_files, read_document, syntax_problems};

/// Holds what is in view.
///
/// What the file system says is taken to stay as it is until the host is told that it changed.
pub struct Host {
    files: Arc<dyn FileSystem>,
    buffers: Arc<Texts>,
    roots: Roots,
    configuration: Arc<Configuration>,
}

impl Host {
    /// A host that reads through `files` and has nothing in view yet.
    #[must_use]
    pub fn new(files: Arc<dyn FileSystem>) -> Self {
        Self { files, buffers: Arc::default(), roots: Roots::default(), configuration: Arc::default() }
    }

    /// The same host, which keeps what it has worked out for the analyses that follow: for
    /// programs that stay while what is in view changes.
    #[must_use]
    pub fn remembering(self) -> Self {
        self
    }

    /// Puts `roots` in view, in place of what was.
    pub fn set_roots(&mut self, roots: Roots) {
        self.roots = roots;
    }

    /// Has what follows analysed as `configuration` has it.
    pub fn set_configuration(&mut self, configuration: Arc<Configuration>) {
        self.configuration = configuration;
    }

    /// Puts `text` in front of the file at `path`, whether there is one or not, or takes away
    /// what was put there.
    pub fn set_text(&mut self, path: &str, text: Option<Arc<str>>) {
        let path = path::normalize(path);
        let buffers = Arc::make_mut(&mut self.buffers);
        match text {
            Some(text) => buffers.insert(path, text),
            None => buffers.remove(&path),
        };
    }

    /// The file or directory at `path` was made, changed or taken away: nothing that was known of
    /// it and of what is in it holds any longer.
    pub fn disk_changed(&mut self, _path: &str) {}

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
        let files = self.files();
        let sources = SourceMap::default();
        let configuration = &*self.configuration;
        let mut workspace = load_configured_workspace(&*files, &sources, &self.roots.directories, configuration);
        cancellation.check()?;
        let planned = Planned::join(&*files, &sources, configuration, &self.roots.plans, &mut workspace);
        let mut problems = syntax_problems(&workspace, &sources);
        problems.extend(planned.problems.iter().cloned());
        let (knowledge, unread) = Knowing::new(&*files, &sources, configuration, &workspace.stacks, &planned);
        problems.extend(unread);
        let evaluate = |stack: &Arc<Stack>| {
            cancellation.check()?;
            Ok(knowledge.with_evaluator(stack, |evaluator| {
                (sites::of_stack(evaluator), (iam::of_stack(evaluator), cloudtrail::of_stack(evaluator)))
            }))
        };
        let evaluated: Vec<_> = workspace.stacks.par_iter().map(evaluate).collect::<Result<_, Cancelled>>()?;
        let (of_stacks, parts): (Vec<_>, Vec<_>) = evaluated.into_iter().unzip();
        let (parts, trail_parts) = parts.into_iter().unzip();
        let mut policies: Vec<PolicySite> = of_stacks.into_iter().flatten().collect();
        let iam = IamModel::new(parts, &policies);
        let cloudtrail = CloudTrail::new(trail_parts, &iam);
        let is_wanted = |path: &&String| !configuration.ignores(path) || self.roots.directories.is_empty();
        for path in self.roots.documents.iter().filter(is_wanted) {
            match read_document(&*files, &sources, path) {
                Ok(file) => policies.push(document_site(&sources, file)),
                Err(problem) => problems.push(problem),
            }
        }
        cancellation.check()?;
        Ok(Analysis {
            state: Arc::new(State {
                foreign: foreign_files(&workspace),
                files,
                configuration: Arc::clone(&self.configuration),
                roots: self.roots.clone(),
                sources,
                workspace,
                planned,
                policies,
                iam,
                cloudtrail,
                problems,
                summary: OnceLock::new(),
                trust_graph: OnceLock::new(),
                policy_places: OnceLock::new(),
            }),
        })
    }

    /// The files as they are seen through the open buffers.
    fn files(&self) -> Arc<dyn FileSystem> {
        let (files, texts) = (Arc::clone(&self.files), Arc::clone(&self.buffers));
        if texts.is_empty() { files } else { Arc::new(Buffers { files, texts }) }
    }
}

impl Analysis {
    /// What is there if files have other texts.
    #[must_use]
    pub fn with_texts(&self, texts: Texts) -> Self {
        let state = &*self.state;
        let (files, buffers) = (Arc::clone(&state.files), Arc::new(texts));
        let (roots, configuration) = (state.roots.clone(), Arc::clone(&state.configuration));
        Host { files, buffers, roots, configuration }.analysis()
    }
}
