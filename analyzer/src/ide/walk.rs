//! The ways through the whole of a file: every expression, every reference, every text.

use smol_str::SmolStr;

use crate::source::FileId;
use crate::syntax::ast::{Body, Expr, ExprKind, Item};
use crate::syntax::literal_text;

use super::code::{self, Reference};
use super::tree::{for_each_child, for_each_child_and_names};

/// The text that `expr` is, if nothing has to be evaluated for it.
pub(super) fn literal(expr: &Expr) -> Option<SmolStr> {
    match &expr.kind {
        ExprKind::Template(template) => literal_text(template),
        ExprKind::Paren(inner) => literal(inner),
        _ => None,
    }
}

/// Calls `each` for every expression that stands as a value in `body` and the blocks in it; not for the parts of one.
pub(super) fn for_each_value<'t>(body: &'t Body, each: &mut dyn FnMut(&'t Expr)) {
    for item in body.items.iter() {
        match item {
            Item::Attribute(attribute) => each(&attribute.value),
            Item::Block(block) => for_each_value(&block.body, each),
        }
    }
}

/// Calls `each` for every expression of `body`, what holds others before those.
pub(super) fn for_each_expression<'t>(body: &'t Body, each: &mut dyn FnMut(&'t Expr)) {
    for_each_value(body, &mut |value| in_expression(value, each));
}

fn in_expression<'t>(expr: &'t Expr, each: &mut dyn FnMut(&'t Expr)) {
    each(expr);
    for_each_child(expr, &mut |child| in_expression(child, each));
}

/// The references of `body`, which stands in `file`, in the order of the text. What a `for` names is none.
pub(super) fn references(body: &Body, file: FileId) -> Vec<Reference> {
    let mut walker = Walker { file, bound: Vec::new(), found: Vec::new() };
    for_each_value(body, &mut |value| walker.visit(value));
    walker.found.sort_by_key(|reference| reference.span.range);
    walker.found
}

struct Walker {
    file: FileId,
    /// The names that the expressions around give to what they iterate over.
    bound: Vec<SmolStr>,
    found: Vec<Reference>,
}

impl Walker {
    fn visit(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Object(items) => {
                for item in items {
                    // A bare word is a key, not a reference.
                    if !matches!(item.key.kind, ExprKind::Variable(_)) {
                        self.visit(&item.key);
                    }
                    self.visit(&item.value);
                }
            }
            ExprKind::GetAttr(..) | ExprKind::Index(..) | ExprKind::Splat(_) => match code::read(expr, self.file) {
                Some(reference) => {
                    if !code::root(expr).is_some_and(|root| self.bound.contains(root)) {
                        self.found.push(reference);
                    }
                    self.visit_keys(expr);
                }
                None => self.visit_parts(expr),
            },
            _ => self.visit_parts(expr),
        }
    }

    fn visit_parts(&mut self, expr: &Expr) {
        for_each_child_and_names(expr, &mut |child, names| {
            let before = self.bound.len();
            self.bound.extend(names.iter().copied().cloned());
            self.visit(child);
            self.bound.truncate(before);
        });
    }

    /// Visits what stands in the brackets of a reference.
    fn visit_keys(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::GetAttr(of, _) => self.visit_keys(of),
            ExprKind::Index(of, key) => {
                self.visit_keys(of);
                self.visit(key);
            }
            ExprKind::Splat(splat) => self.visit_keys(&splat.source),
            _ => {}
        }
    }
}
