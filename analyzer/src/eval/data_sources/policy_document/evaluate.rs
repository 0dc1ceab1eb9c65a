//! From the blocks of a data source to what it is rendered from.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::eval::evaluator::{EvaluatedBlock, Evaluator, Existence, ResourceInstance};
use crate::eval::scope::Scope;
use crate::eval::symbol::Cause;
use crate::eval::value::Value;
use crate::source::Span;
use crate::syntax::ast::{Body, ExprKind};
use crate::syntax::literal_text;

use super::block::{Argument, Block, Nested, Occurrence};
use super::{Rendered, Replaced};

/// What is read of a kind of block.
struct Schema {
    kind: &'static str,
    arguments: &'static [&'static str],
    blocks: &'static [&'static Schema],
}

const DOCUMENT: Schema = Schema {
    kind: "data",
    arguments: &[
        "override_json",
        "override_policy_documents",
        "policy_id",
        "source_json",
        "source_policy_documents",
        "version",
    ],
    blocks: &[&STATEMENT],
};

const STATEMENT: Schema = Schema {
    kind: "statement",
    arguments: &["actions", "effect", "not_actions", "not_resources", "resources", "sid"],
    blocks: &[&PRINCIPALS, &NOT_PRINCIPALS, &CONDITION],
};

const PRINCIPALS: Schema = Schema { kind: "principals", arguments: &["identifiers", "type"], blocks: &[] };

const NOT_PRINCIPALS: Schema = Schema { kind: "not_principals", ..PRINCIPALS };

const CONDITION: Schema = Schema { kind: "condition", arguments: &["test", "values", "variable"], blocks: &[] };

/// An attribute of an `aws_iam_policy_document` that its arguments decide.
pub(in crate::eval) fn attribute(
    evaluator: &Evaluator<'_>,
    instance: &Arc<ResourceInstance>,
    name: &str,
) -> Option<Value> {
    match name {
        "json" => Some(rendered(evaluator, instance).json()),
        "minified_json" => Some(rendered(evaluator, instance).minified_json()),
        _ => None,
    }
}

/// What the data source renders, evaluated when it is first asked for.
fn rendered(evaluator: &Evaluator<'_>, instance: &Arc<ResourceInstance>) -> Arc<Rendered> {
    evaluator.document(instance, || {
        let document = block(evaluator, &DOCUMENT, &instance.decl.body, &instance.scope, instance.decl.header);
        let symbol = evaluator.symbol(instance.address.clone(), Cause::Data, Some(instance.decl.header));
        Rendered::new(&document, &symbol)
    })
}

/// The statements of the data source `instance` of which nothing is rendered, since others of the
/// same `Sid` took their place.
#[must_use]
pub fn replaced_statements(evaluator: &Evaluator<'_>, instance: &Arc<ResourceInstance>) -> Vec<Replaced> {
    if has_distinct_sids(&instance.decl.body) {
        return Vec::new();
    }
    // A document that needs itself is a circle, which the attribute finds out.
    let _value = evaluator.attribute(instance, "json");
    rendered(evaluator, instance).replaced().to_vec()
}

/// Whether it takes no evaluation to see that no statement gives way: most documents have no
/// others, and literal names.
fn has_distinct_sids(body: &Body) -> bool {
    let documents = ["source_json", "source_policy_documents", "override_policy_documents", "override_json"];
    if documents.iter().any(|name| body.attribute(name).is_some()) || !body.dynamic_blocks("statement").is_empty() {
        return false;
    }
    let mut seen = BTreeSet::new();
    body.blocks("statement").iter().filter_map(|statement| statement.body.attribute("sid")).all(|sid| {
        match &sid.value.kind {
            ExprKind::Template(template) => {
                literal_text(template).is_some_and(|text| text.is_empty() || seen.insert(text))
            }
            _ => false,
        }
    })
}

fn block(evaluator: &Evaluator<'_>, schema: &Schema, body: &Body, scope: &Scope, header: Span) -> Block {
    let mut arguments = BTreeMap::new();
    for name in schema.arguments {
        if let Some(attribute) = body.attribute(name) {
            let value = evaluator.attribute_value(attribute, scope);
            arguments.insert((*name).into(), Argument { name: attribute.name.range.at(attribute.file), value });
        }
    }
    let mut blocks = Vec::new();
    for schema in schema.blocks {
        for inner in evaluator.blocks_in(scope, body, schema.kind) {
            let block = block(evaluator, schema, &inner.block.body, &inner.scope, inner.span());
            blocks.push(Nested { kind: schema.kind.into(), occurrence: occurrence(&inner), block });
        }
    }
    Block { header, arguments, blocks }
}

fn occurrence(block: &EvaluatedBlock) -> Occurrence {
    match &block.existence {
        Existence::Certain => Occurrence::Once,
        Existence::MayExist(symbol) if block.summary => Occurrence::Repeatedly(symbol.clone()),
        Existence::MayExist(symbol) => Occurrence::Possibly(symbol.clone()),
    }
}
