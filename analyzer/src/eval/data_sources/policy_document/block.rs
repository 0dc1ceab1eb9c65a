//! The evaluated blocks that a document is rendered from.

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::SmolStr;

use crate::eval::symbol::{Cause, Symbol};
use crate::eval::types::Type;
use crate::eval::value::{Origin, Refinement, SequencePart, Unknown, Value, ValueKind};
use crate::source::Span;

/// A block with its arguments evaluated.
#[derive(Debug, Clone)]
pub struct Block {
    /// Its header.
    pub header: Span,
    /// Its arguments by name.
    pub arguments: BTreeMap<SmolStr, Argument>,
    /// The blocks in it, in the order of the text, `dynamic` ones expanded.
    pub blocks: Vec<Nested>,
}

/// An argument.
#[derive(Debug, Clone)]
pub struct Argument {
    /// Where its name stands.
    pub name: Span,
    /// Its value.
    pub value: Value,
}

/// A block within another.
#[derive(Debug, Clone)]
pub struct Nested {
    /// `statement`, `principals`, `condition`.
    pub kind: SmolStr,
    /// Whether it is there.
    pub occurrence: Occurrence,
    /// The block.
    pub block: Block,
}

/// How often a block is there.
#[derive(Debug, Clone)]
pub enum Occurrence {
    /// Once.
    Once,
    /// Once or not at all, as the symbol decides.
    Possibly(Symbol),
    /// Any number of times, each time with other values of its iterator.
    Repeatedly(Symbol),
}

impl Block {
    /// The value of an argument; `None` if it is not set.
    pub(super) fn argument(&self, name: &str) -> Option<&Argument> {
        self.arguments.get(name).filter(|argument| !argument.value.is_null())
    }

    /// The blocks of a kind.
    pub(super) fn blocks_of<'b>(&'b self, kind: &'b str) -> impl Iterator<Item = &'b Nested> {
        self.blocks.iter().filter(move |nested| nested.kind == kind)
    }
}

/// Names the parts of a document, so that unknown parts have an identity.
#[derive(Debug, Clone)]
pub(super) struct Identity {
    scope: SmolStr,
    path: String,
    span: Option<Span>,
}

impl Identity {
    /// The identity of the data source whose symbol is `root`.
    pub(super) fn of(root: &Symbol) -> Self {
        Self { scope: root.scope().clone(), path: root.address().to_string(), span: root.span() }
    }

    /// The part `name` of what this names.
    pub(super) fn part(&self, name: &str) -> Self {
        Self { path: format!("{}.{name}", self.path), ..self.clone() }
    }

    /// The symbol of the part, a function of `inputs`.
    pub(super) fn symbol(&self, inputs: Vec<Symbol>) -> Symbol {
        Symbol::new(self.scope.clone(), self.path.as_str(), Cause::Derived(inputs), self.span)
    }

    /// The list of `parts`, which is unknown if one of them is.
    pub(super) fn list(&self, parts: Vec<SequencePart>) -> Value {
        let known: Option<Vec<Value>> = parts
            .iter()
            .map(|part| match part {
                SequencePart::One(value) => Some(value.clone()),
                SequencePart::Spread(_) => None,
            })
            .collect();
        match known {
            Some(values) => Value::new(ValueKind::Tuple(values.into())),
            None => {
                let symbol = self.symbol(parts.iter().filter_map(part_symbol).collect());
                unknown(symbol, Refinement::Sequence(parts.into()))
            }
        }
    }
}

fn part_symbol(part: &SequencePart) -> Option<Symbol> {
    match part {
        SequencePart::One(value) | SequencePart::Spread(value) => symbol_of(value),
    }
}

/// The symbol of an unknown value.
pub(super) fn symbol_of(value: &Value) -> Option<Symbol> {
    match &value.kind {
        ValueKind::Unknown(unknown) => Some(unknown.symbol.clone()),
        ValueKind::String(text) => text.holes().next().cloned(),
        ValueKind::Null(_)
        | ValueKind::Bool(_)
        | ValueKind::Number(_)
        | ValueKind::List(..)
        | ValueKind::Set(..)
        | ValueKind::Tuple(_)
        | ValueKind::Map(..)
        | ValueKind::Object(_) => None,
    }
}

/// An unknown of any type of which `refinement` is known.
pub(super) fn unknown(symbol: Symbol, refinement: Refinement) -> Value {
    Value::new(ValueKind::Unknown(Unknown { symbol, ty: Type::Dynamic, not_null: true, refinement }))
}

/// The object with `value` under `key`, a string with holes.
pub(super) fn entry(key: &Value, value: Value, identity: &Identity) -> Value {
    let symbol = identity.symbol(symbol_of(key).into_iter().chain(symbol_of(&value)).collect());
    unknown(symbol, Refinement::Entry(Arc::new((key.clone(), value))))
}

/// `parts`, there as often as `occurrence` says.
pub(super) fn occurring(parts: Vec<SequencePart>, occurrence: &Occurrence) -> Vec<SequencePart> {
    match occurrence {
        Occurrence::Once => parts,
        Occurrence::Possibly(symbol) => vec![possible(parts, symbol)],
        Occurrence::Repeatedly(symbol) => {
            let more = unknown(symbol.clone(), Refinement::Opaque);
            vec![possible(parts, symbol), SequencePart::Spread(more)]
        }
    }
}

/// All of `parts` or none of them.
fn possible(parts: Vec<SequencePart>, symbol: &Symbol) -> SequencePart {
    let there = if parts.iter().all(|part| matches!(part, SequencePart::One(_))) {
        let values = parts.into_iter().filter_map(|part| match part {
            SequencePart::One(value) => Some(value),
            SequencePart::Spread(_) => None,
        });
        Value::new(ValueKind::Tuple(values.collect()))
    } else {
        unknown(symbol.clone(), Refinement::Sequence(parts.into()))
    };
    let absent = Value::new(ValueKind::Tuple(Arc::new([])));
    SequencePart::Spread(unknown(symbol.clone(), Refinement::OneOf(Arc::new([there, absent]))))
}

/// `inner`, which is reached through what `outer` passed too.
pub(super) fn passed(inner: Origin, outer: &Origin) -> Origin {
    let references: Vec<Span> = outer.references().collect();
    references.into_iter().rev().fold(inner, Origin::through)
}
