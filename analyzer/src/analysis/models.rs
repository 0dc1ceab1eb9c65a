//! The models of everything in view, joined from what the stacks say.

use std::sync::{Arc, OnceLock};

use crate::cloudtrail::CloudTrail;
use crate::iam::{self, IamModel};
use crate::policy::sites::PolicySite;

use super::memory::Evaluated;
use super::places::PolicyPlace;

/// What is known of all stacks.
pub(super) struct Models {
    pub(super) policies: Vec<PolicySite>,
    pub(super) iam: IamModel,
    pub(super) cloudtrail: CloudTrail,
}

impl Models {
    /// Joins `parts`, which are in the order of their stacks.
    pub(super) fn of<'a>(parts: impl Iterator<Item = &'a Evaluated> + Clone) -> Self {
        let policies: Vec<PolicySite> = parts.clone().flat_map(|part| &part.sites).cloned().collect();
        Self::with(policies, parts)
    }

    /// The same, of parts that nobody keeps.
    pub(super) fn of_owned(mut parts: Vec<Evaluated>) -> Self {
        let mut lists: Vec<Vec<PolicySite>> = parts.iter_mut().map(|part| std::mem::take(&mut part.sites)).collect();
        let mut policies = lists.first_mut().map(std::mem::take).unwrap_or_default();
        policies.reserve_exact(lists.iter().map(Vec::len).sum());
        lists.into_iter().for_each(|mut list| policies.append(&mut list));
        Self::with(policies, parts.iter())
    }

    fn with<'a>(policies: Vec<PolicySite>, parts: impl Iterator<Item = &'a Evaluated> + Clone) -> Self {
        let stacks: Vec<&iam::StackPart> = parts.clone().map(|part| &part.iam).collect();
        let iam = IamModel::new(&stacks, &policies);
        let cloudtrail = CloudTrail::new(parts.map(|part| part.trails.clone()).collect(), &iam);
        Self { policies, iam, cloudtrail }
    }
}

/// What the stacks say, and the models of it.
pub(super) struct Parts {
    /// What is kept of each stack, and behind them of the files that are policies; nothing if the models have it.
    pub(super) parts: Vec<Arc<Evaluated>>,
    /// Joined when they are first asked for.
    pub(super) models: OnceLock<Models>,
}

impl Parts {
    /// The policies of each part, without joining anything if that can be had.
    pub(super) fn policies(&self) -> impl Iterator<Item = &[PolicySite]> {
        let all = self.parts.is_empty().then(|| self.models().policies.as_slice());
        self.parts.iter().map(|part| part.sites.as_slice()).chain(all)
    }

    /// One of them.
    pub(super) fn policy(&self, (part, number): PolicyPlace) -> Option<&PolicySite> {
        match self.parts.get(part) {
            Some(part) => part.sites.get(number),
            None => self.models().policies.get(number),
        }
    }

    pub(super) fn models(&self) -> &Models {
        self.models.get_or_init(|| Models::of(self.parts.iter().map(|part| &**part)))
    }
}
