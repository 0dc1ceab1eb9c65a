//! `condition` blocks.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::eval::symbol::Symbol;
use crate::eval::value::{Field, Fields, Origin, Refinement, SequencePart, Value, ValueKind};

use super::block::{Block, Identity, Nested, Occurrence, entry, occurring, passed, unknown};
use super::principals::{key_origin, over};
use super::strings::{Variables, element, one_or_list, string};

/// The conditions of one operator.
struct Operator {
    name: SmolStr,
    key: Origin,
    variables: Vec<Variable>,
    /// What may add variables.
    open: Vec<Value>,
}

/// The values of one condition key.
struct Variable {
    name: SmolStr,
    key: Origin,
    /// The values that each block gives it.
    sources: Vec<(Vec<SequencePart>, Occurrence)>,
}

/// The element that `blocks` make; `None` if there are none.
pub(super) fn conditions(blocks: &[&Nested], identity: &Identity) -> Option<Field> {
    let first = blocks.first()?;
    let mut operators: Vec<Operator> = Vec::new();
    let mut open = Vec::new();
    for (index, nested) in blocks.iter().enumerate() {
        add(nested, &identity.part(&format!("{index}")), &mut operators, &mut open);
        if let Occurrence::Repeatedly(symbol) = &nested.occurrence {
            open.push(unknown(symbol.clone(), Refinement::Opaque));
        }
    }
    let fields: Fields = operators.into_iter().map(|operator| operator_field(operator, identity)).collect();
    let known = Value::new(ValueKind::Object(Arc::new(fields)));
    Some(Field { key: Origin::at(first.block.header), value: over(open, known, identity) })
}

/// The object that one block makes of its key and values.
fn key_with_values(variable: &Value, nested: &Nested, identity: &Identity) -> Value {
    let parts = occurring(values(&nested.block), &nested.occurrence);
    let values = one_or_list(parts, &identity.part("values"));
    match variable.as_str() {
        Some(name) => {
            let field = Field { key: key_origin(variable), value: values };
            Value::new(ValueKind::Object(Arc::new(Fields::from([(name, field)]))))
        }
        None => entry(variable, values, &identity.part("variable")),
    }
}

fn add(nested: &Nested, identity: &Identity, operators: &mut Vec<Operator>, open: &mut Vec<Value>) {
    let argument = |name| nested.block.argument(name).map(|argument| &argument.value);
    let (Some(test), Some(variable)) = (argument("test"), argument("variable")) else { return };
    let Some(name) = test.as_str() else {
        let inner = key_with_values(variable, nested, identity);
        return open.push(entry(test, inner, &identity.part("test")));
    };
    if !operators.iter().any(|operator| operator.name == name) {
        let key = key_origin(test);
        operators.push(Operator { name: name.clone(), key, variables: Vec::new(), open: Vec::new() });
    }
    let Some(operator) = operators.iter_mut().find(|operator| operator.name == name) else { return };
    let Some(name) = variable.as_str() else {
        return operator.open.push(key_with_values(variable, nested, identity));
    };
    let source = (values(&nested.block), nested.occurrence.clone());
    match operator.variables.iter_mut().find(|there| there.name == name) {
        Some(there) => there.sources.push(source),
        None => operator.variables.push(Variable { name, key: key_origin(variable), sources: vec![source] }),
    }
}

/// The values in their order; each passed what the list passed.
fn values(block: &Block) -> Vec<SequencePart> {
    let Some(argument) = block.argument("values") else { return Vec::new() };
    let list = &argument.value;
    let one = |value: &Value| {
        let value = element(value.clone(), Variables::Replaced);
        let origin = passed(value.origin.clone(), &list.origin);
        SequencePart::One(value.with_origin(origin))
    };
    match &list.kind {
        ValueKind::List(_, items) | ValueKind::Set(_, items) | ValueKind::Tuple(items) => {
            items.iter().filter(|item| !item.is_null()).map(one).collect()
        }
        ValueKind::Unknown(_) => vec![SequencePart::Spread(string(list.clone(), Variables::Replaced))],
        ValueKind::Null(_)
        | ValueKind::Bool(_)
        | ValueKind::Number(_)
        | ValueKind::String(_)
        | ValueKind::Map(..)
        | ValueKind::Object(_) => Vec::new(),
    }
}

fn operator_field(operator: Operator, identity: &Identity) -> (SmolStr, Field) {
    let identity = identity.part(&operator.name);
    let mut certain = Fields::new();
    let mut layers = operator.open;
    for variable in operator.variables {
        let (values, decided_by) = gathered(variable.sources);
        let value = one_or_list(values, &identity.part(&variable.name));
        let field = Field { key: variable.key, value };
        match decided_by {
            None => drop(certain.insert(variable.name, field)),
            Some(symbol) => layers.push(perhaps(variable.name, field, &symbol)),
        }
    }
    let known = Value::new(ValueKind::Object(Arc::new(certain)));
    (operator.name, Field { key: operator.key, value: over(layers, known, &identity) })
}

/// The values of one key, and the symbol that decides whether it is there, if it is not for certain.
fn gathered(mut sources: Vec<(Vec<SequencePart>, Occurrence)>) -> (Vec<SequencePart>, Option<Symbol>) {
    if sources.len() == 1
        && let Some((values, occurrence)) = sources.pop()
    {
        return match occurrence {
            Occurrence::Once => (values, None),
            Occurrence::Possibly(symbol) => (values, Some(symbol)),
            Occurrence::Repeatedly(symbol) => {
                let more = SequencePart::Spread(unknown(symbol.clone(), Refinement::Opaque));
                (values.into_iter().chain([more]).collect(), Some(symbol))
            }
        };
    }
    let deciding = |(_, occurrence): &(_, Occurrence)| match occurrence {
        Occurrence::Once => None,
        Occurrence::Possibly(symbol) | Occurrence::Repeatedly(symbol) => Some(symbol.clone()),
    };
    let symbols: Vec<Symbol> = sources.iter().filter_map(deciding).collect();
    let decided_by = if symbols.len() == sources.len() { symbols.into_iter().next() } else { None };
    let values = sources.into_iter().flat_map(|(values, occurrence)| occurring(values, &occurrence));
    (values.collect(), decided_by)
}

/// An object with that entry, or an empty one.
fn perhaps(name: SmolStr, field: Field, symbol: &Symbol) -> Value {
    let object = |fields: Fields| Value::new(ValueKind::Object(Arc::new(fields)));
    let branches = [object(Fields::from([(name, field)])), object(Fields::new())];
    unknown(symbol.clone(), Refinement::OneOf(Arc::new(branches)))
}
