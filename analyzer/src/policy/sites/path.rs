//! The value at a path of attributes and nested blocks.

use crate::eval::evaluator::{Evaluator, Existence, ResourceInstance};
use crate::eval::scope::Scope;
use crate::eval::text::Text;
use crate::eval::value::{Refinement, Unknown, Value, ValueKind};
use crate::source::Span;
use crate::syntax::ast::Body;

use super::form::{Form, form};

/// The value of an attribute that has a policy.
pub(crate) struct Found {
    /// The value.
    pub(crate) value: Value,
    /// The attribute; for one within the value of another that value's place.
    pub(crate) span: Span,
    /// Whether the block that it stands in is there.
    pub(crate) existence: Existence,
    /// How it is written.
    pub(crate) form: Form,
}

/// What `instance` has at `path`: names of blocks or of attributes with objects in them, and of
/// the attribute itself, with dots between. Lists are gone through.
pub(crate) fn find(evaluator: &Evaluator<'_>, instance: &ResourceInstance, path: &str) -> Vec<Found> {
    let names: Vec<&str> = path.split('.').map(|name| name.trim_end_matches("[]")).collect();
    let mut found = Vec::new();
    in_body(evaluator, &instance.decl.body, &instance.scope, &names, &Existence::Certain, &mut found);
    if let [name] = names.as_slice() {
        for found in &mut found {
            let value = std::mem::replace(&mut found.value, null());
            found.value = evaluator.as_planned(instance, name, value, found.span);
        }
    }
    found
}

fn in_body(
    evaluator: &Evaluator<'_>,
    body: &Body,
    scope: &Scope,
    names: &[&str],
    existence: &Existence,
    found: &mut Vec<Found>,
) {
    let [name, rest @ ..] = names else { return };
    let blocks = if rest.is_empty() { Vec::new() } else { evaluator.blocks_in(scope, body, name) };
    for block in &blocks {
        let existence = existence.and(&block.existence);
        in_body(evaluator, &block.block.body, &block.scope, rest, &existence, found);
    }
    let attribute = body.attribute(name).filter(|_| blocks.is_empty());
    if let Some(attribute) = attribute {
        let value = evaluator.attribute_value(attribute, scope);
        let (span, form) = (attribute.span(), form(&attribute.value));
        in_value(value, rest, &Found { value: null(), span, existence: existence.clone(), form }, found);
    }
}

impl Found {
    /// Without the alternatives that are no policy: the empty text that `join("", x[*].json)`
    /// may be, null. That there may be none is then a matter of the place's existence.
    pub(super) fn if_any(mut self) -> Self {
        while let ValueKind::Unknown(unknown) = &self.value.kind
            && let Refinement::OneOf(values) = &unknown.refinement
        {
            let policies: Vec<Value> = values.iter().filter(|value| !is_no_policy(value)).cloned().collect();
            if policies.is_empty() || policies.len() == values.len() {
                break;
            }
            let symbol = unknown.symbol.clone();
            self.existence = self.existence.and(&Existence::MayExist(symbol));
            let one = if policies.len() == 1 { policies.first().cloned() } else { None };
            self.value = match one {
                Some(value) => Value { sensitive: value.sensitive || self.value.sensitive, ..value },
                None => {
                    let refinement = Refinement::OneOf(policies.into());
                    let kind = ValueKind::Unknown(Unknown { refinement, ..unknown.clone() });
                    Value { kind, ..self.value }
                }
            };
        }
        self
    }
}

fn is_no_policy(value: &Value) -> bool {
    value.is_null() || value.as_text().is_some_and(Text::is_empty)
}

fn null() -> Value {
    Value::new(ValueKind::Null(crate::eval::types::Type::Dynamic))
}

fn in_value(value: Value, names: &[&str], at: &Found, found: &mut Vec<Found>) {
    if let Some(items) = value.elements().filter(|_| !names.is_empty()) {
        for item in items.iter() {
            in_value(item.clone(), names, at, found);
        }
        return;
    }
    match names {
        [] if value.is_null() => {}
        [] => found.push(Found { value, span: at.span, existence: at.existence.clone(), form: at.form }),
        [name, rest @ ..] => {
            let field = value.fields().and_then(|fields| fields.get(*name));
            if let Some(field) = field {
                let span = field.key.span.unwrap_or(at.span);
                let at = Found { value: null(), span, existence: at.existence.clone(), form: Form::Other };
                in_value(field.value.clone(), rest, &at, found);
            }
        }
    }
}
