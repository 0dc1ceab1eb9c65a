//! The top-level blocks of a file in either notation.

use std::sync::Arc;

use crate::syntax::ast::{Block, Body, Item, Notation};
use crate::syntax::json_labelled_blocks;

/// The kinds of blocks that are read, and the labels that each takes. Terraform and
/// OpenTofu have others (`moved`, `import`, `removed`, `action`, `list`,
/// `encryption`), and will have more: nothing that is analysed depends on those.
const KINDS: &[(&str, &[&str])] = &[
    ("check", &["name"]),
    ("data", &["type", "name"]),
    ("ephemeral", &["type", "name"]),
    ("locals", &[]),
    ("module", &["name"]),
    ("output", &["name"]),
    ("provider", &["name"]),
    ("resource", &["type", "name"]),
    ("terraform", &[]),
    ("variable", &["name"]),
];

/// The labels that a block of `kind` takes; `None` if the kind is not read.
pub(super) fn labels_of(kind: &str) -> Option<&'static [&'static str]> {
    KINDS.iter().find(|(known, _)| *known == kind).map(|(_, labels)| *labels)
}

/// The blocks of the kinds that are read, in the order of the text.
#[must_use]
pub fn blocks(body: &Body) -> Vec<Arc<Block>> {
    let mut found = Vec::new();
    for item in body.items.iter() {
        match item {
            Item::Block(block) if labels_of(&block.kind.text).is_some() => found.push(Arc::clone(block)),
            Item::Attribute(attribute) if body.notation == Notation::Json => {
                if let Some(labels) = labels_of(&attribute.name.text) {
                    found.extend(json_labelled_blocks(attribute, labels.len()).into_iter().map(Arc::new));
                }
            }
            Item::Block(_) | Item::Attribute(_) => {}
        }
    }
    found
}
