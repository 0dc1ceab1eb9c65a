//! Attributes that Terraform leaves alone after it has created the resource.
//!
//! `lifecycle { ignore_changes = [value] }` says that someone else sets the value: what
//! the block says is only what it was created with.

use crate::syntax::ast::{Expr, ExprKind};
use crate::syntax::literal_text;

use super::super::evaluator::ResourceInstance;

/// Whether changes of the attribute `name`, or of a part of it, are ignored.
pub(super) fn is_ignored(instance: &ResourceInstance, name: &str) -> bool {
    instance
        .decl
        .body
        .blocks("lifecycle")
        .iter()
        .any(|lifecycle| lifecycle.body.attribute("ignore_changes").is_some_and(|ignored| names(&ignored.value, name)))
}

/// Whether `ignored`, the value of `ignore_changes`, names the attribute.
fn names(ignored: &Expr, name: &str) -> bool {
    match &ignored.kind {
        ExprKind::Tuple(items) => items.iter().any(|item| root(item).is_some_and(|root| root == name)),
        _ => root(ignored).is_some_and(|root| root == "all"),
    }
}

/// The first name of a path: `value` of `value["x"]`, or of `"value"` as JSON and old versions write it.
fn root(path: &Expr) -> Option<smol_str::SmolStr> {
    match &path.kind {
        ExprKind::Variable(name) => Some(name.clone()),
        ExprKind::GetAttr(source, _) | ExprKind::Index(source, _) => root(source),
        ExprKind::Splat(splat) => root(&splat.source),
        ExprKind::Template(template) => {
            let text = literal_text(template)?;
            Some(text.split(['.', '[']).next().unwrap_or_default().into())
        }
        _ => None,
    }
}
