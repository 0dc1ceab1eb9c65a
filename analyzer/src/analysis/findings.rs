//! What rules find that look at one policy at a time: it is kept as long as the policies are the same.

use std::sync::Arc;

use rayon::prelude::*;

use crate::access::AccessView;
use crate::aws::facts;
use crate::cancellation::{Cancellation, Cancelled};
use crate::cloudtrail::CloudTrail;
use crate::config::Configuration;
use crate::eval::account::KnownAccounts;
use crate::finding::Finding;
use crate::iam::IamModel;
use crate::policy::sites::PolicySite;
use crate::rules::{self, PolicyFindings, RuleContext};
use crate::source::{FileId, SourceMap, Span, TextRange};

use super::memory::Evaluated;
use super::{Analysis, Options};

/// What rules that look at one policy at a time are told beside it.
pub(super) struct Setting<'a> {
    pub(super) sources: &'a SourceMap,
    pub(super) configuration: &'a Configuration,
    pub(super) foreign: &'a (dyn Fn(FileId) -> bool + Sync),
    pub(super) anchor: Option<Span>,
}

impl Setting<'_> {
    /// What `ask` makes of a context that has `policies` and nothing else.
    fn with_policies<T>(
        &self,
        policies: &[PolicySite],
        options: &Options,
        ask: impl FnOnce(&RuleContext<'_>) -> T,
    ) -> T {
        let (iam, cloudtrail) = (IamModel::default(), CloudTrail::default());
        let access = AccessView::new(&iam, policies, KnownAccounts::new(Some(self.configuration), self.sources));
        ask(&RuleContext {
            sources: self.sources,
            policies,
            iam: &iam,
            cloudtrail: &cloudtrail,
            access: &access,
            lacks: rules::Lacks::default(),
            foreign: self.foreign,
            as_of: options.as_of.unwrap_or_else(facts::date),
            anchor: self.anchor,
        })
    }
}

/// What the rules find that look at one policy at a time in `policies`, as if there were no other rules.
pub(super) fn check_and_conclude(
    setting: &Setting<'_>,
    policies: &[PolicySite],
    options: &Options,
    cancellation: &Cancellation,
) -> Result<Vec<Finding>, Cancelled> {
    setting.with_policies(policies, options, |ctx| {
        let found = rules::check_policies(ctx, &options.select, cancellation)?;
        Ok(rules::conclude(ctx, &options.select, found))
    })
}

impl Analysis {
    /// What the rules find that look at one policy at a time in all policies of `parts`.
    pub(super) fn policy_findings(
        &self,
        parts: &[Arc<Evaluated>],
        options: &Options,
        cancellation: &Cancellation,
    ) -> Result<PolicyFindings, Cancelled> {
        let state = &*self.state;
        let foreign = |file| state.foreign.contains(&file);
        let setting = Setting {
            sources: &state.sources,
            configuration: &state.configuration,
            foreign: &foreign,
            anchor: self.own_files().next().map(|file| TextRange::empty(0).at(file)),
        };
        let check = |part: &Arc<Evaluated>| {
            if let Some(found) = part.checked(options) {
                return Ok(found);
            }
            let check = |ctx: &RuleContext<'_>| rules::check_policies(ctx, &options.select, cancellation);
            let found = setting.with_policies(&part.sites, options, check)?;
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
}
