//! The trees of files, and the ways down in them.
//!
//! Trees are made when a feature needs one: the analysis keeps declarations, not files.

use std::sync::Arc;

use crate::analysis::Analysis;
use crate::module::Module;
use crate::source::FileId;
use crate::syntax::ast::{Attribute, Block, Body, Expr, ExprKind, Item, Step, Template, TemplatePart, Tree};
use crate::syntax::{parse_hcl, parse_json_hcl};

/// The ends of the names of files of configuration, and of values for it.
const NATIVE: &[&str] = &[".tf", ".tofu", ".tfvars"];
const JSON: &[&str] = &[".tf.json", ".tofu.json", ".tfvars.json"];

/// The tree of `file`; `None` if it is no file of Terraform's.
pub(super) fn of_file(analysis: &Analysis, file: FileId) -> Option<Tree> {
    let source = analysis.sources().file(file);
    let ends = |with: &[&str]| with.iter().any(|end| source.path().ends_with(end));
    if ends(NATIVE) {
        Some(parse_hcl(file, source.text()))
    } else if ends(JSON) {
        Some(parse_json_hcl(file, source.text()))
    } else {
        None
    }
}

/// The module that `file` belongs to.
pub(super) fn module_of(analysis: &Analysis, file: FileId) -> Option<&Arc<Module>> {
    analysis.workspace().modules.iter().find(|module| module.files.contains(&file))
}

/// The item of `body` that `offset` is in, or at an end of.
pub(super) fn item_at(body: &Body, offset: u32) -> Option<&Item> {
    let range = |item: &&Item| match item {
        Item::Attribute(attribute) => attribute.range,
        Item::Block(block) => block.range,
    };
    let touching = || body.items.iter().filter(|item| range(item).touches(offset));
    // Of two that meet at the offset the one that goes on is meant.
    touching().find(|item| range(item).end > offset).or_else(|| touching().next_back())
}

/// The blocks around `offset`, outermost first, and the attribute that it is in.
pub(super) fn way_to(body: &Body, offset: u32) -> (Vec<Arc<Block>>, Option<Arc<Attribute>>) {
    let mut blocks: Vec<Arc<Block>> = Vec::new();
    let mut item = item_at(body, offset).cloned();
    while let Some(Item::Block(block)) = item {
        item = item_at(&block.body, offset).cloned();
        blocks.push(block);
    }
    let attribute = match item {
        Some(Item::Attribute(attribute)) => Some(attribute),
        Some(Item::Block(_)) | None => None,
    };
    (blocks, attribute)
}

/// Calls `each` for the expressions that `expr` is made of.
///
/// INVARIANT: the parser limits the height of its trees, so who descends with this may recurse.
pub(super) fn for_each_child<'e>(expr: &'e Expr, each: &mut dyn FnMut(&'e Expr)) {
    match &expr.kind {
        ExprKind::Missing | ExprKind::Null | ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::Variable(_) => {}
        ExprKind::Template(template) => in_template(template, each),
        ExprKind::Tuple(items) => items.iter().for_each(each),
        ExprKind::Object(items) => {
            for item in items {
                each(&item.key);
                each(&item.value);
            }
        }
        ExprKind::For(it) => {
            each(&it.collection);
            it.key.iter().for_each(&mut *each);
            each(&it.value);
            it.condition.iter().for_each(each);
        }
        ExprKind::Call(call) => call.arguments.iter().for_each(each),
        ExprKind::Paren(inner) | ExprKind::GetAttr(inner, _) | ExprKind::Unary(_, inner) => each(inner),
        ExprKind::Index(of, key) => {
            each(of);
            each(key);
        }
        ExprKind::Splat(splat) => {
            each(&splat.source);
            in_steps(&splat.each, each);
        }
        ExprKind::Binary(_, left, right) => {
            each(left);
            each(right);
        }
        ExprKind::Conditional(it) => {
            each(&it.condition);
            each(&it.then);
            each(&it.otherwise);
        }
    }
}

fn in_steps<'e>(steps: &'e [Step], each: &mut dyn FnMut(&'e Expr)) {
    for step in steps {
        match step {
            Step::Attribute(_) => {}
            Step::Index(key) => each(key),
            Step::Splat(inner) => in_steps(inner, each),
        }
    }
}

fn in_template<'e>(template: &'e Template, each: &mut dyn FnMut(&'e Expr)) {
    in_parts(&template.parts, each);
}

fn in_parts<'e>(parts: &'e [TemplatePart], each: &mut dyn FnMut(&'e Expr)) {
    for part in parts {
        match part {
            TemplatePart::Literal(_) => {}
            TemplatePart::Interpolation { expr, .. } => each(expr),
            TemplatePart::If(it) => {
                each(&it.condition);
                in_parts(&it.then, each);
                in_parts(&it.otherwise, each);
            }
            TemplatePart::For(it) => {
                each(&it.collection);
                in_parts(&it.body, each);
            }
        }
    }
}

/// The innermost expression at `offset` that `wanted` has an answer for; what is around is asked first.
pub(super) fn innermost<'e, T>(expr: &'e Expr, offset: u32, wanted: &dyn Fn(&'e Expr) -> Option<T>) -> Option<T> {
    if !expr.range.touches(offset) {
        return None;
    }
    let mut inner = None;
    for_each_child(expr, &mut |child| inner = innermost(child, offset, wanted).or(inner.take()));
    inner.or_else(|| wanted(expr))
}
