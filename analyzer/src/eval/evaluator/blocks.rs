//! Nested blocks, with those that `dynamic` blocks stand for.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::source::Span;
use crate::syntax::NestedBlock;
use crate::syntax::ast::{Block, Body, ExprKind};

use super::super::expression::{Round, alternatives, rounds};
use super::super::scope::Scope;
use super::super::symbol::Symbol;
use super::super::value::{Field, Fields, Origin, Unknown, Value, ValueKind};
use super::{Evaluator, Existence, ResourceInstance};

/// A nested block and the names its expressions see.
#[derive(Debug, Clone)]
pub struct EvaluatedBlock {
    /// The block; for a `dynamic` one its `content`.
    pub block: Arc<Block>,
    /// Where its attributes are evaluated: with the iterator of a `dynamic` block.
    pub scope: Scope,
    /// Whether it is there.
    pub existence: Existence,
    /// Whether it stands for any number of blocks, whose iterator is not known.
    pub summary: bool,
}

impl EvaluatedBlock {
    /// Where its header stands; for a `dynamic` block that of `content`.
    #[must_use]
    pub fn span(&self) -> Span {
        self.block.header_span()
    }
}

impl Evaluator<'_> {
    /// The blocks `kind` of `body`, a body of `instance`, in the order that Terraform gives them.
    #[must_use]
    pub fn blocks(&self, instance: &ResourceInstance, body: &Body, kind: &str) -> Vec<EvaluatedBlock> {
        self.blocks_in(&instance.scope, body, kind)
    }

    /// The same in any scope: for blocks within an [`EvaluatedBlock`].
    #[must_use]
    pub fn blocks_in(&self, scope: &Scope, body: &Body, kind: &str) -> Vec<EvaluatedBlock> {
        let mut found = Vec::new();
        for nested in body.nested_blocks(kind) {
            match nested {
                NestedBlock::Plain(block) => found.push(EvaluatedBlock {
                    scope: scope.in_file(block.file),
                    block,
                    existence: Existence::Certain,
                    summary: false,
                }),
                NestedBlock::Dynamic(block) => self.dynamic(&block, scope, &mut found),
            }
        }
        found
    }

    /// The value of the attribute `name` of a nested block; `None` if it is not there.
    #[must_use]
    pub fn block_attribute(&self, block: &EvaluatedBlock, name: &str) -> Option<Value> {
        Some(self.attribute_value(block.block.body.attribute(name)?, &block.scope))
    }

    fn dynamic(&self, block: &Arc<Block>, scope: &Scope, found: &mut Vec<EvaluatedBlock>) {
        let (Some(each), Some(content)) =
            (block.body.attribute("for_each"), block.body.blocks("content").into_iter().next())
        else {
            return;
        };
        let scope = scope.in_file(block.file);
        let collection = self.attribute_value(each, &scope);
        let iterator = iterator_name(block);
        let options = match (alternatives(&collection), &collection.kind) {
            (Some(options), ValueKind::Unknown(unknown)) => {
                options.iter().map(|option| (option.clone(), Some(unknown.symbol.clone()))).collect()
            }
            _ => vec![(collection.clone(), None)],
        };
        let certain = options.iter().all(|(_, symbol)| symbol.is_none());
        let start = found.len();
        for (option, symbol) in options {
            let rounds = match rounds(self, &option) {
                Ok(rounds) => rounds,
                Err(error) => {
                    if certain {
                        self.record(error.or_at(each.value.range.at(each.file)));
                    }
                    continue;
                }
            };
            for round in rounds {
                let existence = existence(&collection, &round, symbol.as_ref());
                let summary = round.summary;
                let scope = scope.in_file(content.file).bind(iterator.clone(), iteration(round));
                found.push(EvaluatedBlock { block: Arc::clone(&content), scope, existence, summary });
            }
        }
        debug_assert!(start <= found.len());
    }
}

fn existence(collection: &Value, round: &Round, symbol: Option<&Symbol>) -> Existence {
    match (symbol, &round.value.kind, &collection.kind) {
        (Some(symbol), _, _) => Existence::MayExist(symbol.clone()),
        (None, _, ValueKind::Unknown(Unknown { symbol, .. })) if round.summary => Existence::MayExist(symbol.clone()),
        _ => Existence::Certain,
    }
}

fn iteration(round: Round) -> Value {
    let field = |value| Field { key: Origin::default(), value };
    let fields = Fields::from([("key".into(), field(round.key)), ("value".into(), field(round.value))]);
    Value::new(ValueKind::Object(Arc::new(fields)))
}

/// The name that the content knows the iteration by: `iterator`, or the kind of block.
fn iterator_name(block: &Block) -> SmolStr {
    let given = block.body.attribute("iterator").and_then(|attribute| match &attribute.value.kind {
        ExprKind::Variable(name) => Some(name.clone()),
        ExprKind::Template(template) => crate::syntax::literal_text(template),
        _ => None,
    });
    given.or_else(|| block.label(0).map(|label| label.text.clone())).unwrap_or_default()
}
