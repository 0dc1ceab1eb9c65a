//! Arguments that are written in a data source and of which nothing is rendered.
//!
//! An empty list leaves its element out, so that the document has no trace of it. What
//! is written can still be seen at the block.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use thin_vec::ThinVec;

use crate::eval::evaluator::Evaluator;
use crate::module::{Mode, ModuleNode};
use crate::policy::model::{Condition, Omission, PolicyDocument, PrincipalGroup, Statement, Strings};
use crate::source::{SourceMap, Span};
use crate::syntax::NestedBlock;
use crate::syntax::ast::{Block, Body, ExprKind};

/// The `statement` blocks of a stack by the place of their headers.
pub(super) struct StatementBlocks<'a> {
    sources: &'a SourceMap,
    by_header: FxHashMap<Span, Written>,
}

/// A block as it is written.
#[derive(Clone)]
struct Written {
    block: Arc<Block>,
    /// The module that it stands in.
    node: Arc<ModuleNode>,
    /// What the `dynamic` blocks that give it iterate.
    iterated: Vec<Span>,
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

impl<'a> StatementBlocks<'a> {
    pub(super) fn of_stack(evaluator: &Evaluator<'a>) -> Self {
        let mut blocks = Self { sources: evaluator.sources(), by_header: FxHashMap::default() };
        for module in evaluator.modules() {
            if let Some(node) = module.node() {
                blocks.add_module(node);
            }
        }
        blocks
    }

    fn add_module(&mut self, node: &Arc<ModuleNode>) {
        for resource in &node.module.resources {
            if resource.address.mode == Mode::Data && resource.address.ty == "aws_iam_policy_document" {
                let written = nested(&resource.body, "statement", node, &[]);
                self.by_header.extend(written.into_iter().map(|it| (it.block.header_span(), it)));
            }
        }
    }

    /// Notes in each statement what its block says in vain.
    pub(super) fn note_omissions(&self, document: &mut PolicyDocument) {
        for statement in &mut document.statements {
            let Some(written) = self.by_header.get(&statement.span) else { continue };
            let mut omitted = ThinVec::new();
            for (name, element, negated) in ARGUMENTS {
                if !element(statement).iter().any(|strings| strings.negated == negated) {
                    omitted.extend(self.omission(written, name));
                }
            }
            for (kind, name) in
                [("principals", "identifiers"), ("not_principals", "identifiers"), ("condition", "values")]
            {
                let empty = nested(&written.block.body, kind, &written.node, &written.iterated);
                let empty = empty.iter().filter(|block| is_empty(statement, block.block.range.at(block.block.file)));
                omitted.extend(empty.filter_map(|block| self.omission(block, name)));
            }
            statement.omitted = omitted;
        }
    }

    fn omission(&self, written: &Written, name: &str) -> Option<Omission> {
        let attribute = written.block.body.attribute(name)?;
        if matches!(attribute.value.kind, ExprKind::Null) {
            return None;
        }
        let (span, holder) = (attribute.span(), written.block.range.at(written.block.file));
        let mut texts = std::iter::once(span).chain(written.iterated.iter().copied());
        let variable = texts.any(|text| self.names_variable(text, &written.node, &mut Vec::new()));
        Some(Omission { element: name.into(), span, holder, variable })
    }

    /// Whether the text at `span` names a variable, or a local value of which the text does.
    fn names_variable(&self, span: Span, node: &ModuleNode, seen: &mut Vec<Span>) -> bool {
        if seen.contains(&span) || seen.len() > LOCALS {
            return false;
        }
        seen.push(span);
        let text = self.sources.text(span);
        let words = text.split(|letter: char| !(letter.is_alphanumeric() || "_-.".contains(letter)));
        let mut locals = Vec::new();
        for word in words {
            let mut names = word.split('.');
            match (names.next(), names.next()) {
                (Some("var"), Some(_)) => return true,
                (Some("local"), Some(name)) => locals.extend(node.module.locals.get(name)),
                _ => {}
            }
        }
        locals.into_iter().any(|local| self.names_variable(local.attribute.span(), node, seen))
    }
}

/// How many local values are followed from one argument.
const LOCALS: usize = 32;

/// The blocks of `kind` in `body`, and the contents of the `dynamic` ones.
fn nested(body: &Body, kind: &str, node: &Arc<ModuleNode>, iterated: &[Span]) -> Vec<Written> {
    let mut found = Vec::new();
    let written = |block, iterated: Vec<Span>| Written { block, node: Arc::clone(node), iterated };
    for block in body.nested_blocks(kind) {
        match block {
            NestedBlock::Plain(block) => found.push(written(block, iterated.to_vec())),
            NestedBlock::Dynamic(block) => {
                let each = block.body.attribute("for_each").map(|each| each.span());
                let iterated: Vec<Span> = iterated.iter().copied().chain(each).collect();
                found.extend(block.body.blocks("content").into_iter().map(|block| written(block, iterated.clone())));
            }
        }
    }
    found
}

/// Whether what the block at `holder` gives `statement` is empty: the identifiers of a type or
/// the values of a condition.
fn is_empty(statement: &Statement, holder: Span) -> bool {
    let within = |span: Span| span.file == holder.file && holder.range.contains_range(span.range);
    let nobody = |group: &PrincipalGroup| {
        group.items.is_empty() && group.possible.is_empty() && group.open.is_empty() && within(group.kind.span)
    };
    let nothing = |condition: &Condition| {
        condition.values.is_empty()
            && condition.possible.is_empty()
            && condition.open.is_empty()
            && within(condition.key.span)
    };
    statement.principals.iter().flat_map(|principals| &principals.groups).any(nobody)
        || statement.conditions.iter().any(nothing)
}
