//! Nested blocks, whichever notation they were written in.
//!
//! JSON does not tell blocks from attributes: who asks for the blocks of a kind knows
//! that they are blocks, so an object, or an array of objects, under that name is
//! read as such. In JSON a property `//` of a block is a comment.

use std::sync::Arc;

use crate::source::{FileId, TextRange};

use super::ast::{
    Attribute, Block, Body, Expr, ExprKind, Ident, Item, Notation, ObjectItem, Template, TemplateForm, TemplatePart,
};

/// The word that starts a block that stands for any number of blocks.
const DYNAMIC: &str = "dynamic";

/// The property that is a comment in a JSON block.
pub(super) const COMMENT: &str = "//";

/// A block in a body.
#[derive(Debug, Clone)]
pub enum NestedBlock {
    /// `kind { ... }`
    Plain(Arc<Block>),
    /// `dynamic "kind" { for_each, iterator, labels, content { ... } }`
    Dynamic(Arc<Block>),
}

impl Body {
    /// The blocks of `kind`, in the order of the text. Those that `dynamic` blocks
    /// stand for are not among them.
    #[must_use]
    pub fn blocks(&self, kind: &str) -> Vec<Arc<Block>> {
        let plain = |nested| match nested {
            NestedBlock::Plain(block) => Some(block),
            NestedBlock::Dynamic(_) => None,
        };
        self.nested_blocks(kind).into_iter().filter_map(plain).collect()
    }

    /// The `dynamic` blocks whose label is `kind`, in the order of the text. What each
    /// gives is in its own `blocks("content")`.
    #[must_use]
    pub fn dynamic_blocks(&self, kind: &str) -> Vec<Arc<Block>> {
        let dynamic = |nested| match nested {
            NestedBlock::Dynamic(block) => Some(block),
            NestedBlock::Plain(_) => None,
        };
        self.nested_blocks(kind).into_iter().filter_map(dynamic).collect()
    }

    /// The blocks of `kind` and the `dynamic` blocks that stand for such, in the order
    /// of the text: Terraform keeps it when it expands them.
    #[must_use]
    pub fn nested_blocks(&self, kind: &str) -> Vec<NestedBlock> {
        let mut found = Vec::new();
        for item in self.items.iter() {
            match item {
                Item::Block(block) if block.kind.text == kind => found.push(NestedBlock::Plain(Arc::clone(block))),
                Item::Block(block) if is_dynamic(block, kind) => found.push(NestedBlock::Dynamic(Arc::clone(block))),
                Item::Attribute(attribute) if self.notation == Notation::Json => {
                    if attribute.name.text == kind {
                        let blocks = json_blocks(attribute, &[]);
                        found.extend(blocks.into_iter().map(|block| NestedBlock::Plain(Arc::new(block))));
                    } else if attribute.name.text == DYNAMIC {
                        let blocks = json_labelled_blocks(attribute, 1).into_iter();
                        let blocks = blocks.filter(|block| is_dynamic(block, kind));
                        found.extend(blocks.map(|block| NestedBlock::Dynamic(Arc::new(block))));
                    }
                }
                Item::Block(_) | Item::Attribute(_) => {}
            }
        }
        found
    }

    /// All blocks written as blocks, whatever their kind: none in JSON, where only a
    /// question by name has an answer.
    pub fn native_blocks(&self) -> impl Iterator<Item = &Arc<Block>> {
        self.items.iter().filter_map(|item| match item {
            Item::Block(block) => Some(block),
            Item::Attribute(_) => None,
        })
    }
}

fn is_dynamic(block: &Block, kind: &str) -> bool {
    block.kind.text == DYNAMIC && block.label(0).is_some_and(|label| label.text == kind)
}

/// The blocks that a JSON property stands for if its kind takes `labels` labels: they
/// are the keys of that many nested objects. Arrays may stand at every level.
#[must_use]
pub fn json_labelled_blocks(attribute: &Attribute, labels: usize) -> Vec<Block> {
    let mut blocks = Vec::new();
    collect_labelled(attribute, &attribute.value, labels, &mut Vec::new(), &mut blocks);
    blocks
}

fn collect_labelled(at: &Attribute, value: &Expr, missing: usize, labels: &mut Vec<Ident>, blocks: &mut Vec<Block>) {
    match &value.kind {
        ExprKind::Tuple(elements) => {
            for element in elements {
                collect_labelled(at, element, missing, labels, blocks);
            }
        }
        ExprKind::Object(items) if missing > 0 => {
            for (name, item) in properties(items) {
                labels.push(name);
                collect_labelled(at, &item.value, missing - 1, labels, blocks);
                labels.pop();
            }
        }
        ExprKind::Object(items) => blocks.push(json_block(at, labels, items, value.range)),
        _ => {}
    }
}

fn json_blocks(attribute: &Attribute, labels: &[Ident]) -> Vec<Block> {
    let mut blocks = Vec::new();
    collect_labelled(attribute, &attribute.value, 0, &mut labels.to_vec(), &mut blocks);
    blocks
}

fn json_block(attribute: &Attribute, labels: &[Ident], items: &[ObjectItem], range: TextRange) -> Block {
    let header = labels.last().map_or(attribute.name.range, |label| label.range);
    Block {
        file: attribute.file,
        kind: attribute.name.clone(),
        labels: labels.into(),
        body: json_body(attribute.file, items, range),
        header,
        range,
    }
}

/// An object read as a body: comments are left out.
#[must_use]
pub fn json_body(file: FileId, items: &[ObjectItem], range: TextRange) -> Body {
    let attribute = |(name, item): (Ident, &ObjectItem)| {
        let range = item.key.range.cover(item.value.range);
        Item::Attribute(Arc::new(Attribute { file, name, value: item.value.clone(), range }))
    };
    Body { items: properties(items).map(attribute).collect(), range, notation: Notation::Json }
}

/// The entries of an object by name, without comments.
fn properties(items: &[ObjectItem]) -> impl Iterator<Item = (Ident, &ObjectItem)> {
    items.iter().filter_map(|item| Some((key_name(&item.key)?, item))).filter(|(name, _)| name.text != COMMENT)
}

/// The name that the key of an object is, if it is known without evaluation.
#[must_use]
pub fn key_name(key: &Expr) -> Option<Ident> {
    match &key.kind {
        ExprKind::Variable(name) => Some(Ident { text: name.clone(), range: key.range }),
        ExprKind::Template(template) => match (&*template.parts, &template.form) {
            ([], TemplateForm::Json | TemplateForm::Quoted) => {
                Some(Ident { text: "".into(), range: TextRange::empty(key.range.start.saturating_add(1)) })
            }
            ([TemplatePart::Literal(literal)], _) => Some(Ident { text: literal.text.clone(), range: literal.range }),
            _ => None,
        },
        _ => None,
    }
}

/// The text of a template without interpolations.
#[must_use]
pub fn literal_text(template: &Template) -> Option<smol_str::SmolStr> {
    match &*template.parts {
        [] => Some("".into()),
        [TemplatePart::Literal(literal)] => Some(literal.text.clone()),
        parts => {
            let text = parts.iter().map(|part| match part {
                TemplatePart::Literal(literal) => Some(literal.text.as_str()),
                _ => None,
            });
            text.collect::<Option<String>>().map(Into::into)
        }
    }
}
