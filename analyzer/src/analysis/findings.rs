//! What is found: in everything in view, or at once in some files.

use std::sync::Arc;

use rayon::prelude::*;

use crate::access::AccessView;
use crate::aws::facts;
use crate::cancellation::{Cancellation, Cancelled};
use crate::cloudtrail::CloudTrail;
use crate::eval::account::KnownAccounts;
use crate::finding::Finding;
use crate::iam::IamModel;
use crate::policy::sites::PolicySite;
use crate::rules::{self, PolicyFindings, RuleContext};
use crate::source::{FileId, TextRange, path};

use super::memory::Evaluated;
use super::{Analysis, Options};

impl Analysis {
    /// What the rules find in the files at `paths` that look at one policy at a time: what can be said at once
    /// while someone types. The other rules are not asked, and where one of them would speak first, one of
    /// these speaks. What comments silence is left out, and nothing is said of comments that silence nothing.
    ///
    /// The cost is that of the stacks that the files belong to, as long as the host remembers.
    ///
    /// # Errors
    /// When they are not wanted any longer.
    pub fn policy_findings_in(
        &self,
        options: &Options,
        paths: &[&str],
        cancellation: &Cancellation,
    ) -> Result<Vec<Finding>, Cancelled> {
        if self.state.parts.parts.is_empty() {
            return self.findings_in(options, paths, cancellation);
        }
        let parts = self.parts_with(paths);
        let found = self.policy_findings(&parts, options, cancellation)?;
        let policies: Vec<PolicySite> = parts.iter().flat_map(|part| &part.sites).cloned().collect();
        let findings = self.with_policies(&policies, options, |ctx| rules::conclude(ctx, &options.select, found));
        let is_wanted = |file: FileId| paths.contains(&&**self.sources().file(file).path());
        let wanted = findings.into_iter().filter(|finding| is_wanted(finding.primary.file)).collect();
        Ok(self.suppressions(self.own_files_at(paths).into_iter()).silence(wanted))
    }

    /// What the rules find that look at one policy at a time in all policies of `parts`.
    pub(super) fn policy_findings(
        &self,
        parts: &[Arc<Evaluated>],
        options: &Options,
        cancellation: &Cancellation,
    ) -> Result<PolicyFindings, Cancelled> {
        let check = |part: &Arc<Evaluated>| {
            if let Some(found) = part.checked(options) {
                return Ok(found);
            }
            let select = &options.select;
            let found =
                self.with_policies(&part.sites, options, |ctx| rules::check_policies(ctx, select, cancellation))?;
            let found = Arc::new(found);
            part.keep_checked(options, Arc::clone(&found));
            Ok(found)
        };
        let found: Vec<Arc<PolicyFindings>> = parts.par_iter().map(check).collect::<Result<_, Cancelled>>()?;
        let mut all = PolicyFindings::default();
        let mut start = 0;
        for (part, found) in parts.iter().zip(found) {
            all.extend(start, &found);
            start += part.sites.len();
        }
        Ok(all)
    }

    /// What `ask` makes of a context that has `policies` and nothing else.
    fn with_policies<T>(
        &self,
        policies: &[PolicySite],
        options: &Options,
        ask: impl FnOnce(&RuleContext<'_>) -> T,
    ) -> T {
        let state = &*self.state;
        let (iam, cloudtrail) = (IamModel::default(), CloudTrail::default());
        let access = AccessView::new(&iam, policies, KnownAccounts::new(Some(&state.configuration), &state.sources));
        let foreign = |file| state.foreign.contains(&file);
        ask(&RuleContext {
            sources: &state.sources,
            policies,
            iam: &iam,
            cloudtrail: &cloudtrail,
            access: &access,
            lacks: rules::Lacks::default(),
            foreign: &foreign,
            as_of: options.as_of.unwrap_or_else(facts::date),
            anchor: self.own_files().next().map(|file| TextRange::empty(0).at(file)),
        })
    }

    /// What is kept of the stacks that files belong to, be it as modules or as what expressions read, in their order.
    fn parts_with(&self, paths: &[&str]) -> Vec<Arc<Evaluated>> {
        let reads = |part: &&Arc<Evaluated>| paths.iter().any(|path| part.paths.contains(*path));
        self.state.parts.parts.iter().filter(reads).cloned().collect()
    }

    /// The files at `paths` that are the user's own and belong to modules.
    fn own_files_at(&self, paths: &[&str]) -> Vec<FileId> {
        let state = &*self.state;
        let own = |path: &&str| {
            let file = state.sources.find(path)?;
            let modules = &state.workspace.modules;
            let at = modules.binary_search_by(|module| module.dir.as_str().cmp(path::parent(path))).ok()?;
            let is_own = modules.get(at)?.files.contains(&file) && !state.foreign.contains(&file);
            is_own.then_some(file)
        };
        paths.iter().filter_map(own).collect()
    }
}
