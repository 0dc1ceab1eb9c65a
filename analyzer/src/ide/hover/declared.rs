//! What a block declares, or a reference leads to: roles and their like, resources with policies.

use std::sync::Arc;

use crate::analysis::Analysis;
use crate::iam::{PolicedResource, Principal, PrincipalKind};
use crate::module::{Resource, ResourceAddress};
use crate::source::{FileId, Span, TextRange};

use super::super::{tree, words};
use super::who;

/// How many instances of a block are spoken of.
const MOST_INSTANCES: usize = 4;

/// What is known of the resource `address` of the module that `file` belongs to.
pub(super) fn markdown(analysis: &Analysis, file: FileId, address: &ResourceAddress) -> Option<String> {
    let module = tree::module_of(analysis, file)?;
    let resource = module.resources.get(address)?;
    let place = whole(resource);
    let is_here = |span: Span| span.file == place.file && place.range.contains_range(span.range);
    let iam = analysis.iam();
    let principals = iam.principals().iter().filter(|it| is_here(it.span) && !it.address.is_empty());
    let mut texts: Vec<String> = principals.map(|principal| of_principal(analysis, principal)).collect();
    if texts.is_empty() {
        let resources = iam.resources().iter().filter(|it| is_here(it.span) && !it.address.is_empty());
        texts.extend(resources.map(|resource| of_resource(analysis, resource)));
    }
    texts.dedup();
    let heading = format!("**`{address}`** ({})", words::place(analysis, resource.header));
    let more = texts.len().saturating_sub(MOST_INSTANCES);
    texts.truncate(MOST_INSTANCES);
    if more > 0 {
        texts.push(format!("and {}", words::count(more, "more instance")));
    }
    (!texts.is_empty()).then(|| format!("{heading}\n\n{}", texts.join("\n\n")))
}

/// From the head of the block to its end.
fn whole(resource: &Arc<Resource>) -> Span {
    let range = TextRange::new(resource.header.range.start, resource.body.range.end);
    range.at(resource.header.file)
}

fn of_resource(analysis: &Analysis, resource: &PolicedResource) -> String {
    let mut lines = vec![format!("{} in {}", words::code(&resource.arn), words::account(&resource.account))];
    if let [key, ..] = resource.encryption.as_slice() {
        lines.push(format!("Encrypted by what {} names.", words::place(analysis, key.via)));
    }
    lines.join("\n\n")
}

/// A role, user, group or permission set.
pub(super) fn of_principal(analysis: &Analysis, principal: &Principal) -> String {
    let mut lines = vec![format!("{} in {}", words::code(&principal.arn), words::account(&principal.account))];
    if principal.kind == PrincipalKind::Role {
        lines.push(who::may_assume(analysis, principal));
    }
    lines.extend(who::may_do(analysis, principal));
    lines.join("\n\n")
}
