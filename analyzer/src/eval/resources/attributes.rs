//! The attributes of resource instances.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::aws::arn_formats::formatted_attributes;
use crate::module::Mode;
use crate::syntax::ast::{Body, Expr, ExprKind, TemplatePart};

use super::super::evaluator::{EvaluatedBlock, Evaluator, Existence, Key, ResourceInstance};
use super::super::expression::{canonical, sequence};
use super::super::symbol::{Cause, Symbol};
use super::super::types::Type;
use super::super::value::{Field, Fields, Origin, Refinement, SequencePart, Unknown, Value, ValueKind};
use super::built_in::closed_attributes;
use super::ignored::is_ignored;
use super::schema;

/// What Terraform reads of a block itself: no attributes of the resource.
const META_ARGUMENTS: &[&str] =
    &["connection", "count", "depends_on", "for_each", "lifecycle", "provider", "provisioner"];

impl Evaluator<'_> {
    /// The value of the attribute or nested block `name` of `instance`.
    #[must_use]
    pub fn attribute(&self, instance: &Arc<ResourceInstance>, name: &str) -> Value {
        if let Some(value) = self.literal_attribute(instance, name) {
            return value;
        }
        let key = Key::Attribute(instance.number(), name.into());
        let label = || SmolStr::from(format!("{}.{name}", instance.address));
        self.remember(key, label, Some(instance.decl.header), || {
            if let Some(value) = self.bound_attribute(instance, name) {
                return value;
            }
            let written = match self.configured(instance, name) {
                Some(value) if !value.is_null() && is_ignored(instance, name) => self.set_by_others(instance, name),
                Some(value) if !value.is_null() => value,
                _ => return self.planned_attribute(instance, name).unwrap_or_else(|| self.computed(instance, name)),
            };
            let attribute = instance.decl.body.attribute(name);
            let span = attribute.map_or(instance.decl.header, |attribute| attribute.span());
            self.as_planned(instance, name, written, span)
        })
    }

    /// An attribute that is written as a literal and of which nothing else is known: it is read as fast as
    /// remembered, and a plan that stands alone has hardly anything else.
    fn literal_attribute(&self, instance: &ResourceInstance, name: &str) -> Option<Value> {
        let body = &instance.decl.body;
        let attribute = body.attribute(name).filter(|attribute| is_literal(&attribute.value))?;
        let is_all = !self.is_anything_bound() && !META_ARGUMENTS.contains(&name) && !body.mentions("lifecycle");
        if !is_all {
            return None;
        }
        let value = self.attribute_value(attribute, &instance.scope);
        Some(schema::as_declared(value, schema::facts(instance, name)))
    }

    /// What a plan gives for `name`, of which the block says nothing.
    fn planned_attribute(&self, instance: &ResourceInstance, name: &str) -> Option<Value> {
        let planned = self.planned(instance, name)?;
        let value = planned.value.clone().with_origin(Origin::at(instance.decl.header));
        Some(schema::as_declared(value, schema::facts(instance, name)))
    }

    /// An attribute that the block only gives a first value.
    fn set_by_others(&self, instance: &ResourceInstance, name: &str) -> Value {
        let ty = schema::facts(instance, name).map_or(Type::Dynamic, schema::attribute_type);
        self.computed_symbol(instance, name, ty)
    }

    /// What the configuration of the analysis gives for `name`, or for all of `instance`.
    fn bound_attribute(&self, instance: &ResourceInstance, name: &str) -> Option<Value> {
        let own = self.bound(|| format!("{}.{name}", instance.address).into());
        let of_whole = || {
            let whole = self.bound(|| instance.address.clone())?;
            whole.fields()?.get(name).map(|field| field.value.clone())
        };
        let value = own.or_else(of_whole)?.or_at(instance.decl.header);
        Some(schema::as_declared(value, schema::facts(instance, name)))
    }

    /// What the block says about `name`; `None` if it says nothing.
    #[must_use]
    pub fn configured(&self, instance: &ResourceInstance, name: &str) -> Option<Value> {
        if META_ARGUMENTS.contains(&name) {
            return None;
        }
        let body = &instance.decl.body;
        if let Some(attribute) = body.attribute(name) {
            let value = self.attribute_value(attribute, &instance.scope);
            return Some(schema::as_declared(value, schema::facts(instance, name)));
        }
        let blocks = self.blocks(instance, body, name);
        if blocks.is_empty() {
            return None;
        }
        let address = format!("{}.{name}", instance.address);
        let list = self.block_list(&blocks, &address, &cause(instance));
        Some(if schema::has_lists_only(instance) { list } else { perhaps_single(list, &address) })
    }

    /// What AWS or the provider gives for `name` where the block says nothing.
    #[must_use]
    pub fn computed(&self, instance: &Arc<ResourceInstance>, name: &str) -> Value {
        if let Some(value) = self.data_attribute(instance, name) {
            return value;
        }
        if let Some(value) = self.built_in(instance, name).or_else(|| self.managed_attribute(instance, name)) {
            return value;
        }
        let facts = schema::facts(instance, name);
        let ty = facts.map_or(Type::Dynamic, schema::attribute_type);
        facts.and_then(schema::unset).unwrap_or_else(|| self.computed_symbol(instance, name, ty))
    }

    fn managed_attribute(&self, instance: &Arc<ResourceInstance>, name: &str) -> Option<Value> {
        match (instance.decl.address.mode, instance.ty().as_str(), name) {
            (Mode::Managed, "aws_organizations_account", "id") => self.organization_account(instance),
            (Mode::Managed, "aws_organizations_organization", "id" | "master_account_id") => {
                self.organization_attribute(name)
            }
            (Mode::Managed, ..) => self.derived(instance, name),
            (Mode::Data | Mode::Ephemeral, ..) => None,
        }
    }

    /// The attribute as a name for what is known at apply.
    pub(in crate::eval) fn computed_symbol(&self, instance: &ResourceInstance, name: &str, ty: Type) -> Value {
        let span = Some(instance.decl.header);
        let symbol = self.symbol(format!("{}.{name}", instance.address), cause(instance), span);
        Value::unknown(symbol, ty).with_origin(Origin::at(instance.decl.header))
    }

    /// The instance as one object. What is neither configured nor derived stays open: it is
    /// the symbol `address.name`.
    pub(in crate::eval) fn whole(&self, instance: &Arc<ResourceInstance>) -> Value {
        let key = Key::Whole(instance.number());
        let label = || instance.address.clone();
        self.remember(key, label, Some(instance.decl.header), || {
            self.whole_value(instance).with_origin(Origin::at(instance.decl.header))
        })
    }

    fn whole_value(&self, instance: &Arc<ResourceInstance>) -> Value {
        let field = |name: SmolStr| {
            let value = self.attribute(instance, &name);
            (name, Field { key: Origin::default(), value })
        };
        if let Some(names) = closed_attributes(instance.ty()) {
            let fields = names.iter().map(|name| field(SmolStr::new_static(name))).collect();
            return Value::new(ValueKind::Object(Arc::new(fields)));
        }
        let fields: Fields = attribute_names(instance).into_iter().map(field).collect();
        open_object(self.symbol(instance.address.clone(), cause(instance), Some(instance.decl.header)), fields)
    }

    /// Nested blocks as a list of objects. What AWS adds to a block stays open: it is the
    /// symbol `address[0].name`.
    fn block_list(&self, blocks: &[EvaluatedBlock], address: &str, cause: &Cause) -> Value {
        let parts = blocks.iter().enumerate().map(|(index, block)| {
            let address = format!("{address}[{index}]");
            let value = self.block_object(block, &address, cause).with_origin(Origin::at(block.span()));
            match (&block.existence, block.summary) {
                (Existence::Certain, false) => SequencePart::One(value),
                _ => SequencePart::Spread(self.any_number(&value)),
            }
        });
        let list = sequence(parts.collect());
        match blocks.first() {
            Some(first) => list.with_origin(Origin::at(first.span())),
            None => list,
        }
    }

    fn any_number(&self, element: &Value) -> Value {
        self.fresh_unknown(&format!("[{}...]", canonical(element)), Cause::Iteration, element.origin.span)
    }

    fn block_object(&self, block: &EvaluatedBlock, address: &str, cause: &Cause) -> Value {
        let body = &block.block.body;
        let mut fields = Fields::new();
        for attribute in body.attributes() {
            let value = self.attribute_value(attribute, &block.scope);
            let key = Origin::at(attribute.name.range.at(attribute.file));
            fields.insert(attribute.name.text.clone(), Field { key, value });
        }
        for kind in block_kinds(body) {
            let nested = self.blocks_in(&block.scope, body, &kind);
            let address = format!("{address}.{kind}");
            let value = perhaps_single(self.block_list(&nested, &address, cause), &address);
            fields.insert(kind, Field { key: Origin::default(), value });
        }
        open_object(self.symbol(address, cause.clone(), Some(block.span())), fields)
    }
}

/// An object of which only `fields` are known: other attributes are steps from `symbol`.
pub(in crate::eval) fn open_object(symbol: Symbol, fields: Fields) -> Value {
    let known = Value::new(ValueKind::Object(Arc::new(fields)));
    let rest = Value::unknown(symbol.clone(), Type::Dynamic);
    unknown_of(symbol, Refinement::Merged(Arc::from([rest, known])))
}

/// A block that may stand once is a list of one in some schemas and the object itself in others.
fn perhaps_single(list: Value, address: &str) -> Value {
    let Some([only]) = list.elements().map(|items| &items[..]) else { return list };
    let scope = match &only.kind {
        ValueKind::Unknown(unknown) => unknown.symbol.scope().clone(),
        _ => SmolStr::default(),
    };
    let symbol = Symbol::new(scope, address, Cause::Computed, only.origin.span);
    let options = Refinement::OneOf(Arc::from([list.clone(), only.clone()]));
    unknown_of(symbol, options).with_origin(list.origin.clone())
}

fn unknown_of(symbol: Symbol, refinement: Refinement) -> Value {
    Value::new(ValueKind::Unknown(Unknown { symbol, ty: Type::Dynamic, not_null: true, refinement }))
}

/// Whether the expression is one text, number or truth value. `null` stands for what is not set.
fn is_literal(expression: &Expr) -> bool {
    match &expression.kind {
        ExprKind::Template(template) => matches!(&*template.parts, [] | [TemplatePart::Literal(_)]),
        ExprKind::Bool(_) | ExprKind::Number(_) => true,
        _ => false,
    }
}

fn cause(instance: &ResourceInstance) -> Cause {
    match instance.decl.address.mode {
        Mode::Data => Cause::Data,
        Mode::Managed | Mode::Ephemeral => Cause::Computed,
    }
}

/// The kinds of nested blocks in native syntax, once each.
fn block_kinds(body: &Body) -> Vec<SmolStr> {
    let kind = |block: &Arc<crate::syntax::ast::Block>| match (block.kind.text.as_str(), block.label(0)) {
        ("dynamic", Some(label)) => label.text.clone(),
        _ => block.kind.text.clone(),
    };
    let mut kinds: Vec<SmolStr> = body.native_blocks().map(kind).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

/// The attributes that are known without asking AWS.
fn attribute_names(instance: &ResourceInstance) -> Vec<SmolStr> {
    let body = &instance.decl.body;
    let attributes = body.attributes().map(|attribute| attribute.name.text.clone());
    let mut names: Vec<SmolStr> = attributes.chain(block_kinds(body)).collect();
    if instance.decl.address.mode == Mode::Managed {
        names.extend(formatted_attributes(instance.ty()).map(SmolStr::new_static));
    }
    names.retain(|name| !META_ARGUMENTS.contains(&name.as_str()) && name != "dynamic");
    names.sort_unstable();
    names.dedup();
    names
}
