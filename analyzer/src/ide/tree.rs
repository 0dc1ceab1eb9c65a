//! The trees of files, and the ways down in them.
//!
//! Trees are made when a feature needs one: the analysis keeps declarations, not files.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::analysis::Analysis;
use crate::module::Module;
use crate::source::FileId;
use crate::syntax::ast::{Attribute, Block, Body, Expr, ExprKind, Ident, Item, Step, TemplatePart, Tree};
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
    for_each_child_and_names(expr, &mut |child, _| each(child));
}

/// What is called for a part of an expression, with the names that a `for` around the part gives to what
/// it iterates over.
type EachPart<'e, 'f> = dyn FnMut(&'e Expr, &[&'e SmolStr]) + 'f;

/// Calls `each` for the expressions that `expr` is made of, with the names that it binds in them.
pub(super) fn for_each_child_and_names<'e>(expr: &'e Expr, each: &mut EachPart<'e, '_>) {
    let mut free = |child| each(child, &[]);
    match &expr.kind {
        ExprKind::Missing | ExprKind::Null | ExprKind::Bool(_) | ExprKind::Number(_) | ExprKind::Variable(_) => {}
        ExprKind::Template(template) => in_parts(&template.parts, &mut Vec::new(), each),
        ExprKind::Tuple(items) => items.iter().for_each(free),
        ExprKind::Object(items) => {
            for item in items {
                free(&item.key);
                free(&item.value);
            }
        }
        ExprKind::For(it) => {
            free(&it.collection);
            let names: Vec<&SmolStr> = names(it.key_name.as_ref(), &it.value_name).collect();
            it.key.iter().chain([&it.value]).chain(&it.condition).for_each(|part| each(part, &names));
        }
        ExprKind::Call(call) => call.arguments.iter().for_each(free),
        ExprKind::Paren(inner) | ExprKind::GetAttr(inner, _) | ExprKind::Unary(_, inner) => free(inner),
        ExprKind::Index(of, key) => {
            free(of);
            free(key);
        }
        ExprKind::Splat(splat) => {
            free(&splat.source);
            in_steps(&splat.each, &mut free);
        }
        ExprKind::Binary(_, sides) => sides.iter().for_each(free),
        ExprKind::Conditional(it) => {
            free(&it.condition);
            free(&it.then);
            free(&it.otherwise);
        }
    }
}

fn names<'e>(key: Option<&'e Ident>, value: &'e Ident) -> impl Iterator<Item = &'e SmolStr> {
    key.into_iter().chain([value]).map(|name| &name.text)
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

/// `bound` are the names that the parts around give, and is the same in the end.
fn in_parts<'e>(parts: &'e [TemplatePart], bound: &mut Vec<&'e SmolStr>, each: &mut EachPart<'e, '_>) {
    for part in parts {
        match part {
            TemplatePart::Literal(_) => {}
            TemplatePart::Interpolation { expr, .. } => each(expr, bound),
            TemplatePart::If(it) => {
                each(&it.condition, bound);
                in_parts(&it.then, bound, each);
                in_parts(&it.otherwise, bound, each);
            }
            TemplatePart::For(it) => {
                each(&it.collection, bound);
                let before = bound.len();
                bound.extend(names(it.key_name.as_ref(), &it.value_name));
                in_parts(&it.body, bound, each);
                bound.truncate(before);
            }
        }
    }
}

/// The innermost expression at `offset` that `wanted` has an answer for.
pub(super) fn innermost<'e, T>(expr: &'e Expr, offset: u32, wanted: &dyn Fn(&'e Expr) -> Option<T>) -> Option<T> {
    innermost_free(expr, offset, &mut Vec::new(), &|expr, _| wanted(expr))
}

/// The same for who has to know the names that are bound where the expression stands; `bound` are those
/// of what is around `expr`, and is the same in the end.
pub(super) fn innermost_free<'e, T>(
    expr: &'e Expr,
    offset: u32,
    bound: &mut Vec<&'e SmolStr>,
    wanted: &dyn Fn(&'e Expr, &[&'e SmolStr]) -> Option<T>,
) -> Option<T> {
    if !expr.range.touches(offset) {
        return None;
    }
    let mut inner = None;
    for_each_child_and_names(expr, &mut |child, names| {
        let before = bound.len();
        bound.extend(names);
        inner = innermost_free(child, offset, bound, wanted).or(inner.take());
        bound.truncate(before);
    });
    inner.or_else(|| wanted(expr, bound))
}
