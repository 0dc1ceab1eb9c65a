//! Override files: what `override.tf` and `*_override.tf` change in the other files.
//!
//! The rules are those of <https://developer.hashicorp.com/terraform/language/files/override>.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use crate::source::FileId;
use crate::syntax::SyntaxError;
use crate::syntax::ast::{Attribute, Block, Body, Item, Notation};

use super::expression::literal_string;

/// What tells one declaration from another: kind, labels and, for providers, the alias.
type Key = (SmolStr, Vec<SmolStr>, Option<SmolStr>);

fn key(block: &Block) -> Key {
    let labels = block.labels.iter().map(|label| label.text.clone()).collect();
    let alias = (block.kind.text == "provider").then(|| literal_string(&block.body, "alias")).flatten();
    (block.kind.text.clone(), labels, alias)
}

/// Merges the blocks of override files into `base`. `terraform` blocks are left out:
/// they are merged setting by setting where they are read.
pub(super) fn apply(base: &mut Vec<Arc<Block>>, overrides: &[Arc<Block>], errors: &mut Vec<(FileId, SyntaxError)>) {
    let keys: FxHashMap<Key, usize> = base.iter().enumerate().rev().map(|(at, block)| (key(block), at)).collect();
    for change in overrides {
        match change.kind.text.as_str() {
            "terraform" => {}
            "locals" => override_locals(base, change, errors),
            _ => match keys.get(&key(change)).and_then(|at| base.get_mut(*at)) {
                Some(block) => *block = Arc::new(merged_block(block, change)),
                None => {
                    let message = format!("there is no `{}` block of this name to override", change.kind.text);
                    errors.push((change.file, SyntaxError { range: change.header, message }));
                    base.push(Arc::clone(change));
                }
            },
        }
    }
}

/// Entries of `locals` are replaced one by one, wherever they were written.
fn override_locals(base: &mut Vec<Arc<Block>>, change: &Arc<Block>, errors: &mut Vec<(FileId, SyntaxError)>) {
    let mut missing: FxHashMap<&SmolStr, &Arc<Attribute>> =
        change.body.attributes().map(|attribute| (&attribute.name.text, attribute)).collect();
    let names: FxHashSet<&SmolStr> = missing.keys().copied().collect();
    for block in base.iter_mut().filter(|block| block.kind.text == "locals") {
        let replaced = |item: &Item| matches!(item, Item::Attribute(entry) if names.contains(&entry.name.text));
        for entry in block.body.attributes() {
            missing.remove(&entry.name.text);
        }
        if block.body.items.iter().any(replaced) {
            let items = block.body.items.iter().filter(|item| !replaced(item)).cloned().collect();
            *block = Arc::new(with_body(block, Body { items, ..block.body.clone() }));
        }
    }
    for attribute in change.body.attributes().filter(|attribute| missing.contains_key(&attribute.name.text)) {
        let message = format!("there is no local value `{}` to override", attribute.name.text);
        errors.push((attribute.file, SyntaxError { range: attribute.name.range, message }));
    }
    base.push(Arc::clone(change));
}

fn merged_block(base: &Block, change: &Block) -> Block {
    with_body(base, merged_body(&base.body, &change.body))
}

fn with_body(block: &Block, body: Body) -> Block {
    Block {
        file: block.file,
        kind: block.kind.clone(),
        labels: block.labels.clone(),
        body,
        header: block.header,
        range: block.range,
    }
}

/// The name that an item is overridden by: `dynamic "x"` counts as `x`.
fn overridden_name(item: &Item) -> &SmolStr {
    match item {
        Item::Attribute(attribute) => &attribute.name.text,
        Item::Block(block) => match (block.kind.text.as_str(), block.label(0)) {
            ("dynamic", Some(label)) => &label.text,
            _ => &block.kind.text,
        },
    }
}

/// An attribute takes the place of the one of its name, the blocks of a kind take the
/// place of all blocks of that kind; only `lifecycle` is merged setting by setting.
fn merged_body(base: &Body, change: &Body) -> Body {
    let names: FxHashSet<&SmolStr> = change.items.iter().map(overridden_name).collect();
    let kept = base.items.iter().filter(|item| !names.contains(overridden_name(item))).cloned();
    let mut items: Vec<Item> = kept.collect();
    items.extend(change.items.iter().map(|item| match item {
        Item::Block(block) if block.kind.text == "lifecycle" => match base.blocks("lifecycle").first() {
            Some(lifecycle) => Item::Block(Arc::new(merged_block(lifecycle, block))),
            None => item.clone(),
        },
        _ => item.clone(),
    }));
    let json = base.notation == Notation::Json || change.notation == Notation::Json;
    let notation = if json { Notation::Json } else { Notation::Native };
    Body { items: items.into(), range: base.range, notation }
}
