//! From what stacks say to what there is.

mod encryption;
mod organization;
mod principals;
mod resources;
mod strangers;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::policy::sites::PolicySite;

pub(super) use organization::organization_policies;
pub(super) use principals::principals;
pub(super) use resources::resources;

/// Things of one name whose accounts are compared one by one; more are taken to be open.
const MOST_NAMESAKES: usize = 32;

/// Policies by the stack and address of the resource that has them.
pub(super) struct SitesAt<'p> {
    sites: &'p [PolicySite],
    at: FxHashMap<(SmolStr, SmolStr), Vec<usize>>,
}

impl<'p> SitesAt<'p> {
    pub(super) fn new(sites: &'p [PolicySite]) -> Self {
        let mut at: FxHashMap<(SmolStr, SmolStr), Vec<usize>> = FxHashMap::default();
        for (index, site) in sites.iter().enumerate().filter(|(_, site)| site.site.is_some()) {
            at.entry((site.stack.clone(), site.address.clone())).or_default().push(index);
        }
        Self { sites, at }
    }

    /// The policies of the resource at `address`, with their indices.
    fn of<'s>(
        &'s self,
        stack: &SmolStr,
        address: &SmolStr,
    ) -> impl Iterator<Item = (usize, &'p PolicySite)> + use<'s, 'p> {
        let indices = self.at.get(&(stack.clone(), address.clone())).into_iter().flatten();
        indices.filter_map(|index| Some((*index, self.sites.get(*index)?)))
    }
}
