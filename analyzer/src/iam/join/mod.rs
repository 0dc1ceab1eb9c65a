//! From what stacks say to what there is.

mod encryption;
mod organization;
mod principals;
mod resources;
mod strangers;

use crate::iam::index::Index;
use crate::policy::sites::PolicySite;

pub(super) use organization::organization_policies;
pub(super) use principals::principals;
pub(super) use resources::{Resources, resources};

/// Things of one name whose accounts are compared one by one; more are taken to be open.
const MOST_NAMESAKES: usize = 32;

/// Policies by the stack and address of the resource that has them.
pub(super) struct SitesAt<'p> {
    sites: &'p [PolicySite],
    at: Index,
}

impl<'p> SitesAt<'p> {
    pub(super) fn new(sites: &'p [PolicySite]) -> Self {
        let used = sites.iter().zip(0..).filter(|(site, _)| site.site.is_some());
        let at = Index::of(used.map(|(site, index)| ((site.stack.as_str(), site.address.as_str()), index)));
        Self { sites, at }
    }

    /// The policies of the resource at `address`, with their indices.
    fn of<'s>(
        &'s self,
        stack: &'s str,
        address: &'s str,
    ) -> impl Iterator<Item = (usize, &'p PolicySite)> + use<'s, 'p> {
        let is_there = |(stack, address): &(&str, &str), index: usize| {
            self.sites.get(index).is_some_and(|it| it.stack == *stack && it.address == *address)
        };
        let indices = self.at.get((stack, address), is_there);
        indices.filter_map(|index| Some((index, self.sites.get(index)?)))
    }
}
