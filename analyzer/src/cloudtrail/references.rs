//! What an expression refers to, as Terraform reads it to find out what comes before what.

use smol_str::SmolStr;

use crate::module::{Mode, ResourceAddress};
use crate::source::{FileId, Span, TextRange};
use crate::syntax::ast::{Attribute, Body, Expr, ExprKind, Item, Step, TemplatePart};

/// Something that a module refers to by name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Referent {
    /// `local.x`
    Local(SmolStr),
    /// `module.x.y`, or all of `module.x`.
    Module(SmolStr, Option<SmolStr>),
    /// `aws_s3_bucket.x`, `data.aws_region.x`
    Resource(ResourceAddress),
    /// `var.x`
    Variable(SmolStr),
}

/// A reference and its place.
pub(super) type Reference = (Referent, Span);

/// Names that are no resource types.
const OTHER_ROOTS: &[&str] = &["count", "each", "path", "self", "terraform"];

/// All references in `body`, meta-arguments included.
pub(super) fn of_body(body: &Body, found: &mut Vec<Reference>) {
    for item in body.items.iter() {
        match item {
            // Which provider it has is no matter of order.
            Item::Attribute(attribute) if attribute.name.text == "provider" => {}
            Item::Attribute(attribute) => of_value(attribute, found),
            Item::Block(block) => of_body(&block.body, found),
        }
    }
}

/// All references in the attribute `name` of `body`.
pub(super) fn of_attribute(body: &Body, name: &str, found: &mut Vec<Reference>) {
    if let Some(attribute) = body.attribute(name) {
        of_value(attribute, found);
    }
}

/// All references in the value of `attribute`.
pub(super) fn of_value(attribute: &Attribute, found: &mut Vec<Reference>) {
    Collector { file: attribute.file, found }.expression(&attribute.value);
}

struct Collector<'f> {
    file: FileId,
    found: &'f mut Vec<Reference>,
}

impl Collector<'_> {
    fn expression(&mut self, expression: &Expr) {
        match &expression.kind {
            ExprKind::Missing | ExprKind::Null | ExprKind::Bool(_) | ExprKind::Number(_) => {}
            ExprKind::Template(template) => {
                // JSON writes a reference of `depends_on` as a plain string.
                if let [TemplatePart::Literal(literal)] = &*template.parts {
                    self.written(&literal.text, expression.range);
                }
                self.parts(&template.parts);
            }
            ExprKind::Tuple(items) => items.iter().for_each(|item| self.expression(item)),
            ExprKind::Object(items) => items.iter().for_each(|item| {
                if !matches!(item.key.kind, ExprKind::Variable(_)) {
                    self.expression(&item.key);
                }
                self.expression(&item.value);
            }),
            ExprKind::For(it) => {
                let optional = [it.key.as_ref(), it.condition.as_ref()].into_iter().flatten();
                [&it.collection, &it.value].into_iter().chain(optional).for_each(|part| self.expression(part));
            }
            ExprKind::Call(call) => call.arguments.iter().for_each(|argument| self.expression(argument)),
            ExprKind::Paren(inner) | ExprKind::Unary(_, inner) => self.expression(inner),
            ExprKind::Binary(_, sides) => sides.iter().for_each(|side| self.expression(side)),
            ExprKind::Conditional(it) => {
                [&it.condition, &it.then, &it.otherwise].into_iter().for_each(|part| self.expression(part));
            }
            ExprKind::Variable(_) | ExprKind::GetAttr(..) | ExprKind::Index(..) | ExprKind::Splat(_) => {
                self.traversal(expression);
            }
        }
    }

    fn parts(&mut self, parts: &[TemplatePart]) {
        for part in parts {
            match part {
                TemplatePart::Literal(_) => {}
                TemplatePart::Interpolation { expr, .. } => self.expression(expr),
                TemplatePart::If(it) => {
                    self.expression(&it.condition);
                    self.parts(&it.then);
                    self.parts(&it.otherwise);
                }
                TemplatePart::For(it) => {
                    self.expression(&it.collection);
                    self.parts(&it.body);
                }
            }
        }
    }

    /// A reference with its steps, and the references in the indices among them.
    fn traversal(&mut self, expression: &Expr) {
        let mut names: Vec<SmolStr> = Vec::new();
        let mut at = expression;
        loop {
            match &at.kind {
                ExprKind::GetAttr(of, name) => {
                    names.push(name.text.clone());
                    at = of;
                }
                ExprKind::Index(of, index) => {
                    self.expression(index);
                    at = of;
                }
                ExprKind::Splat(splat) => {
                    self.steps(&splat.each);
                    names.clear();
                    at = &splat.source;
                }
                ExprKind::Paren(inner) => at = inner,
                ExprKind::Variable(root) => {
                    names.push(root.clone());
                    break;
                }
                _ => {
                    self.expression(at);
                    return;
                }
            }
        }
        names.reverse();
        self.named(&names, expression.range);
    }

    fn steps(&mut self, steps: &[Step]) {
        for step in steps {
            match step {
                Step::Attribute(_) => {}
                Step::Index(index) => self.expression(index),
                Step::Splat(steps) => self.steps(steps),
            }
        }
    }

    fn written(&mut self, text: &str, range: TextRange) {
        let is_name = |part: &str| !part.is_empty() && part.chars().all(|it| it.is_alphanumeric() || "_-".contains(it));
        let names: Vec<SmolStr> = text.split('.').map(SmolStr::new).collect();
        if (2..=3).contains(&names.len()) && names.iter().all(|name| is_name(name)) {
            self.named(&names, range);
        }
    }

    fn named(&mut self, names: &[SmolStr], range: TextRange) {
        let resource = |mode: Mode, ty: &SmolStr, name: &SmolStr| {
            Referent::Resource(ResourceAddress { mode, ty: ty.clone(), name: name.clone() })
        };
        let referent = match names {
            [root, ..] if OTHER_ROOTS.contains(&root.as_str()) => return,
            [root, name, ..] if root == "var" => Referent::Variable(name.clone()),
            [root, name, ..] if root == "local" => Referent::Local(name.clone()),
            [root, name, rest @ ..] if root == "module" => Referent::Module(name.clone(), rest.first().cloned()),
            [root, ty, name, ..] if root == "data" => resource(Mode::Data, ty, name),
            [ty, name, ..] => resource(Mode::Managed, ty, name),
            [] | [_] => return,
        };
        self.found.push((referent, range.at(self.file)));
    }
}
