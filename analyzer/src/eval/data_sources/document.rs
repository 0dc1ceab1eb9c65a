//! `aws_iam_policy_document`: its blocks evaluated, for the renderer.

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::SmolStr;

use crate::source::Span;
use crate::syntax::ast::Body;

use super::super::evaluator::{EvaluatedBlock, Evaluator, Existence, ResourceInstance};
use super::super::scope::Scope;
use super::super::symbol::Cause;
use super::super::value::Value;
use super::policy_document::{Argument, Block, Nested, Occurrence, attributes};

/// Which blocks stand in which.
const KINDS: &[(&str, &[&str])] =
    &[("", &["statement"]), ("statement", &["principals", "not_principals", "condition"])];

/// Arguments that say how often the data source is there, not what it renders.
const META_ARGUMENTS: &[&str] = &["count", "depends_on", "for_each", "lifecycle", "provider"];

/// `json` and `minified_json`
pub(super) fn attribute(evaluator: &Evaluator<'_>, instance: &Arc<ResourceInstance>, name: &str) -> Option<Value> {
    if !matches!(name, "json" | "minified_json") {
        return None;
    }
    let document = block(evaluator, &instance.decl.body, &instance.scope, instance.decl.header, "");
    let symbol = evaluator.symbol(instance.address.clone(), Cause::Data, Some(instance.decl.header));
    let [indented, minified] = attributes(&document, &symbol);
    [indented, minified].into_iter().find(|(attribute, _)| *attribute == name).map(|(_, value)| value)
}

fn block(evaluator: &Evaluator<'_>, body: &Body, scope: &Scope, header: Span, kind: &str) -> Block {
    let kinds = KINDS.iter().find(|(outer, _)| *outer == kind).map(|(_, inner)| *inner).unwrap_or_default();
    let mut arguments = BTreeMap::new();
    for attribute in body.attributes() {
        let name = &attribute.name.text;
        // In JSON blocks look like attributes.
        if kinds.contains(&name.as_str()) || META_ARGUMENTS.contains(&name.as_str()) || name == "dynamic" {
            continue;
        }
        let value = evaluator.attribute_value(attribute, scope);
        arguments.insert(name.clone(), Argument { name: attribute.name.range.at(attribute.file), value });
    }
    Block { header, arguments, blocks: nested(evaluator, body, scope, kinds) }
}

fn nested(evaluator: &Evaluator<'_>, body: &Body, scope: &Scope, kinds: &[&str]) -> Vec<Nested> {
    let mut blocks = Vec::new();
    for kind in kinds {
        for found in evaluator.blocks_in(scope, body, kind) {
            let block = block(evaluator, &found.block.body, &found.scope, found.span(), kind);
            blocks.push(Nested { kind: SmolStr::new(kind), occurrence: occurrence(&found), block });
        }
    }
    blocks
}

fn occurrence(block: &EvaluatedBlock) -> Occurrence {
    match (&block.existence, block.summary) {
        (Existence::Certain, _) => Occurrence::Once,
        (Existence::MayExist(symbol), false) => Occurrence::Possibly(symbol.clone()),
        (Existence::MayExist(symbol), true) => Occurrence::Repeatedly(symbol.clone()),
    }
}
