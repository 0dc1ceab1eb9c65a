//! Attributes of resources that hold a policy, or name one.

use std::sync::Arc;

use crate::aws::sites::{self, Link, PolicySite, Site};
use crate::syntax::ast::{Attribute, Block};

/// What `attribute`, which is in `blocks`, outermost first, makes of the policy that it holds.
pub(super) fn policy(blocks: &[Arc<Block>], attribute: &Attribute) -> Option<Site<PolicySite>> {
    let (ty, path) = path(blocks, attribute)?;
    sites::policies(ty).find(|site| is_at(site, &path))
}

/// How it ties what it names to the resource.
pub(super) fn link(blocks: &[Arc<Block>], attribute: &Attribute) -> Option<Site<Link>> {
    let (ty, path) = path(blocks, attribute)?;
    sites::links(ty).find(|site| is_at(site, &path))
}

/// The type of the resource and the names from its block to the attribute.
fn path<'b>(blocks: &'b [Arc<Block>], attribute: &Attribute) -> Option<(&'b str, String)> {
    let (resource, inner) = blocks.split_first()?;
    let ty = resource.label(0).filter(|_| resource.kind.text == "resource")?;
    let names = inner.iter().map(|block| block.kind.text.as_str()).chain([attribute.name.text.as_str()]);
    Some((&ty.text, names.collect::<Vec<_>>().join(".")))
}

fn is_at<Kind>(site: &Site<Kind>, path: &str) -> bool {
    site.attribute.replace("[]", "") == path
}
