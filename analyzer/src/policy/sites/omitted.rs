//! Elements that are written in a data source and are no part of what it renders.
//!
//! An empty list leaves its element out, so that the document has no trace of it. What
//! is written can still be seen at the block.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::eval::evaluator::Evaluator;
use crate::module::{Mode, ModuleNode};
use crate::policy::model::{Omission, PolicyDocument, Statement, Strings};
use crate::source::Span;
use crate::syntax::ast::{Block, Body, ExprKind};

/// The `statement` blocks of a stack by the place of their headers.
pub(super) struct StatementBlocks {
    by_header: FxHashMap<Span, Arc<Block>>,
}

/// An element of a statement.
type Element = fn(&Statement) -> &[Strings];

/// The arguments that an empty list leaves out: which element, and whether it is the `Not` form.
const ARGUMENTS: [(&str, Element, bool); 4] = [
    ("actions", actions, false),
    ("not_actions", actions, true),
    ("resources", resources, false),
    ("not_resources", resources, true),
];

fn actions(statement: &Statement) -> &[Strings] {
    &statement.actions
}

fn resources(statement: &Statement) -> &[Strings] {
    &statement.resources
}

impl StatementBlocks {
    pub(super) fn of_stack(evaluator: &Evaluator<'_>) -> Self {
        let mut blocks = Self { by_header: FxHashMap::default() };
        for module in evaluator.modules() {
            if let Some(node) = module.node() {
                blocks.add_module(node);
            }
        }
        blocks
    }

    fn add_module(&mut self, node: &ModuleNode) {
        for (address, resource) in &node.module.resources {
            if address.mode == Mode::Data && address.ty == "aws_iam_policy_document" {
                self.add_body(&resource.body);
            }
        }
    }

    fn add_body(&mut self, body: &Body) {
        let dynamic = body.dynamic_blocks("statement");
        let contents = dynamic.iter().flat_map(|block| block.body.blocks("content"));
        for block in body.blocks("statement").into_iter().chain(contents) {
            self.by_header.insert(block.header_span(), block);
        }
    }

    /// Notes in each statement what its block says in vain.
    pub(super) fn note_omissions(&self, document: &mut PolicyDocument) {
        for statement in &mut document.statements {
            let Some(block) = self.by_header.get(&statement.span) else { continue };
            for (name, element, negated) in ARGUMENTS {
                let is_there = element(statement).iter().any(|strings| strings.negated == negated);
                let written = block.body.attribute(name);
                let written = written.filter(|attribute| !is_there && !matches!(attribute.value.kind, ExprKind::Null));
                let omission = written.map(|attribute| Omission { element: name.into(), span: attribute.span() });
                statement.omitted.extend(omission);
            }
        }
    }
}
