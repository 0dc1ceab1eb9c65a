//! What can be said of some texts first, when everything is read and nothing is evaluated yet.
//!
//! Only their own stacks are evaluated for it, and only rules are asked that look at one policy at a time: what lacks
//! its other half, or whom nobody declares, cannot be told before the rest of the workspace is understood.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use crate::cancellation::{Cancellation, Cancelled};
use crate::finding::Finding;
use crate::module::Stack;
use crate::policy::sites::{self, PolicySite};
use crate::rules;
use crate::source::{FileId, TextRange, path};

use super::at_once::MOST_STACKS;
use super::findings::{Setting, check_and_conclude};
use super::reading::Reading;
use super::{Options, document_site, foreign_files, read_document};

/// Files and what is found in them.
type Found = BTreeMap<FileId, Vec<Finding>>;

impl Reading<'_> {
    /// What can be said first of each of the files at `paths`. All of it is found when everything is understood, too.
    /// Files that are not in view, are not the user's own, or have too many readers are left out.
    ///
    /// # Errors
    /// When it is not wanted any longer.
    pub fn first_findings(
        &self,
        paths: &[&str],
        options: &Options,
        cancellation: &Cancellation,
    ) -> Result<Vec<(String, Vec<Finding>)>, Cancelled> {
        let foreign = foreign_files(&self.workspace);
        let mut found = Found::new();
        let mut stacks: Vec<Arc<Stack>> = Vec::new();
        let mut policies: Vec<PolicySite> = Vec::new();
        for path in paths.iter().map(|path| path::normalize(path)) {
            let Some(file) = self.file(&path).filter(|file| !foreign.contains(file)) else { continue };
            let own = self.memory.kept.stacks_of(path::parent(&path));
            if self.is_document(&path) {
                policies.push(document_site(&self.sources, file));
            } else if own.len() <= MOST_STACKS {
                stacks.extend(own);
            } else {
                continue;
            }
            found.insert(file, Vec::new());
        }
        policies.extend(self.policies_of(stacks, cancellation)?);
        let foreign = |file| foreign.contains(&file);
        let anchor = found.keys().next().map(|file| TextRange::empty(0).at(*file));
        let configuration = &self.host.configuration;
        let setting = Setting { sources: &self.sources, configuration, foreign: &foreign, anchor };
        for finding in check_and_conclude(&setting, &policies, options, cancellation)? {
            if let Some(all) = found.get_mut(&finding.primary.file)
                && !rules::may_give_way_to_others(finding.code)
            {
                all.push(finding);
            }
        }
        Ok(found.into_iter().map(|(file, findings)| self.told(file, findings)).collect())
    }

    /// The file at `path`, if it is one of a module or a policy.
    fn file(&self, path: &str) -> Option<FileId> {
        if self.is_document(path) {
            return read_document(&*self.files, &self.sources, path).ok();
        }
        self.memory.kept.tree(path).map(|tree| tree.file)
    }

    /// The policies of `stacks`, each of which is evaluated once.
    fn policies_of(
        &self,
        mut stacks: Vec<Arc<Stack>>,
        cancellation: &Cancellation,
    ) -> Result<Vec<PolicySite>, Cancelled> {
        let number = |stack: &Arc<Stack>| self.workspace.stacks.iter().position(|it| Arc::ptr_eq(it, stack));
        stacks.sort_by_cached_key(number);
        stacks.dedup_by(|one, other| Arc::ptr_eq(one, other));
        let knowing = self.knowing();
        let policies = |stack: &Arc<Stack>| {
            cancellation.check()?;
            Ok(knowing.with_evaluator(stack, sites::of_stack))
        };
        let policies: Vec<_> = stacks.par_iter().map(policies).collect::<Result<_, Cancelled>>()?;
        Ok(policies.into_iter().flatten().collect())
    }

    /// The path of a file, and what of `findings` is not silenced there.
    fn told(&self, file: FileId, findings: Vec<Finding>) -> (String, Vec<Finding>) {
        (self.sources.file(file).path().to_string(), self.not_silenced(file, findings))
    }
}
