//! Keys that an object of the configuration has twice.
//!
//! Terraform keeps the last of them, so that the value has no trace of the others. A JSON
//! text with such keys is read with both.

use crate::eval::evaluator::Evaluator;
use crate::module::ModuleNode;
use crate::policy::model::{Fault, FaultKind, PolicyDocument};
use crate::source::{FileId, Span};
use crate::syntax::ast::{Body, Expr, ExprKind, Item, ObjectItem, TemplatePart};
use crate::syntax::key_name;

/// The keys of a stack that stand in their object already, in the order in which they were met.
pub(super) struct DuplicateKeys {
    keys: Vec<(Span, String)>,
}

impl DuplicateKeys {
    pub(super) fn of_stack(evaluator: &Evaluator<'_>) -> Self {
        let mut duplicates = Self { keys: Vec::new() };
        let mut seen = std::collections::BTreeSet::new();
        for module in evaluator.modules() {
            if let Some(node) = module.node().filter(|node| seen.insert(node.module.dir.clone())) {
                duplicates.module(node);
            }
        }
        duplicates
    }

    /// Notes those that stand in `document` or in one of its statements.
    pub(super) fn note(&self, document: &mut PolicyDocument) {
        let within = |outer: Span, key: Span| outer.file == key.file && outer.range.contains_range(key.range);
        for (key, name) in &self.keys {
            let is_part = within(document.span, *key) || document.statements.iter().any(|it| within(it.span, *key));
            if is_part && !document.faults.iter().any(|fault| fault.span == *key) {
                let kind = FaultKind::DuplicateKey(name.clone());
                document.faults.push(Fault { kind, span: *key, certain: true, sensitive: false });
            }
        }
    }

    fn module(&mut self, node: &ModuleNode) {
        let module = &node.module;
        let attributes = module.locals.values().map(|local| &local.attribute);
        let outputs = module.outputs.values().filter_map(|output| output.value.as_ref());
        for attribute in attributes.chain(outputs) {
            self.expression(&attribute.value, attribute.file);
        }
        let bodies = module.resources.iter().map(|resource| &resource.body);
        for body in bodies.chain(module.calls.values().map(|call| &call.body)) {
            self.body(body);
        }
    }

    fn body(&mut self, body: &Body) {
        for item in body.items.iter() {
            match item {
                Item::Attribute(attribute) => self.expression(&attribute.value, attribute.file),
                Item::Block(block) => self.body(&block.body),
            }
        }
    }

    fn object(&mut self, items: &[ObjectItem], file: FileId) {
        for (index, item) in items.iter().enumerate() {
            if let Some(name) = key_name(&item.key) {
                let is_same = |other: &ObjectItem| key_name(&other.key).is_some_and(|other| other.text == name.text);
                if items.iter().take(index).any(is_same) {
                    self.keys.push((name.range.at(file), name.text.to_string()));
                }
            }
            self.expression(&item.value, file);
        }
    }

    /// What may hold objects that become part of a value; what only decides is left out.
    fn expression(&mut self, expression: &Expr, file: FileId) {
        match &expression.kind {
            ExprKind::Object(items) => self.object(items, file),
            ExprKind::Tuple(items) => items.iter().for_each(|item| self.expression(item, file)),
            ExprKind::Call(call) => call.arguments.iter().for_each(|argument| self.expression(argument, file)),
            ExprKind::Paren(inner) => self.expression(inner, file),
            ExprKind::GetAttr(of, _) | ExprKind::Index(of, _) => self.expression(of, file),
            ExprKind::For(each) => {
                self.expression(&each.collection, file);
                self.expression(&each.value, file);
            }
            ExprKind::Conditional(conditional) => {
                self.expression(&conditional.then, file);
                self.expression(&conditional.otherwise, file);
            }
            ExprKind::Template(template) => self.template(&template.parts, file),
            ExprKind::Splat(splat) => self.expression(&splat.source, file),
            ExprKind::Missing
            | ExprKind::Null
            | ExprKind::Bool(_)
            | ExprKind::Number(_)
            | ExprKind::Variable(_)
            | ExprKind::Unary(..)
            | ExprKind::Binary(..) => {}
        }
    }

    fn template(&mut self, parts: &[TemplatePart], file: FileId) {
        for part in parts {
            match part {
                TemplatePart::Literal(_) => {}
                TemplatePart::Interpolation { expr, .. } => self.expression(expr, file),
                TemplatePart::If(directive) => {
                    self.template(&directive.then, file);
                    self.template(&directive.otherwise, file);
                }
                TemplatePart::For(directive) => self.template(&directive.body, file),
            }
        }
    }
}
