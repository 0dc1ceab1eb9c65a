//! AWS's managed policies, where a resource names the ARN of one.

use crate::analysis::Analysis;
use crate::aws::facts;
use crate::aws::sites::Link;
use crate::finding::Edit;
use crate::ide::{Position, attributes, code, tree};

use super::{CompletionItem, CompletionItemKind, Completions};

/// The ends of the names of attributes that take ARNs of policies.
const NAMES: &[&str] = &["permissions_boundary", "policy_arn", "policy_arns", "managed_policies"];

/// The managed policies, in a string at `position` that is the ARN of one.
pub(super) fn policies(analysis: &Analysis, position: Position) -> Option<Completions> {
    let tree = tree::of_file(analysis, position.file)?;
    let (blocks, attribute) = tree::way_to(&tree.body, position.offset);
    let attribute = attribute?;
    let link = attributes::link(&blocks, &attribute)?;
    let names_policies = match link.kind {
        Link::Attachment | Link::Boundary | Link::Exclusive | Link::Session => true,
        Link::Membership | Link::Assignment | Link::Grant => false,
    };
    if !names_policies || !NAMES.iter().any(|name| link.attribute.ends_with(name)) {
        return None;
    }
    let (text, span) = code::text_in(&tree, analysis, position)?;
    if !text.is_known() || !span.range.touches(position.offset) {
        return None;
    }
    let item = |policy: facts::ManagedPolicy| {
        let arn = format!("arn:aws:iam::aws:policy/{}", policy.name);
        CompletionItem {
            label: policy.name.to_owned(),
            kind: CompletionItemKind::Name,
            detail: Some(format!("managed policy, {}", policy.version)),
            documentation: None,
            filter: arn.clone(),
            edit: Edit { span, new_text: arn },
            rank: 0,
        }
    };
    Some(Completions { items: facts::managed_policies().map(item).collect(), is_incomplete: false })
}
