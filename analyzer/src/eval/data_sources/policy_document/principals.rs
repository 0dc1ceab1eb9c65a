//! `principals` and `not_principals` blocks.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::eval::value::{Field, Fields, Origin, Refinement, SequencePart, Value, ValueKind};

use super::block::{Block, Identity, Nested, Occurrence, entry, occurring, passed, symbol_of, unknown};
use super::strings::{Variables, one_or_list, parts, set};

/// The principals of one type, from all blocks that name it.
struct Group {
    kind: SmolStr,
    key: Origin,
    parts: Vec<SequencePart>,
}

/// The element that `blocks` make; `None` if there are none.
pub(super) fn principals(blocks: &[&Nested], identity: &Identity) -> Option<Field> {
    let first = blocks.first()?;
    let value = everyone(blocks, identity).unwrap_or_else(|| by_type(blocks, identity));
    Some(Field { key: Origin::at(first.block.header), value })
}

/// Only one block of `"*"` with nothing but `"*"` is written as a string: AWS does not treat
/// it as it treats `{"AWS": "*"}`.
fn everyone(blocks: &[&Nested], identity: &Identity) -> Option<Value> {
    let [Nested { occurrence: Occurrence::Once, block, .. }] = blocks else { return None };
    let is_star = |value: &Value| value.as_str().as_deref() == Some("*");
    block.argument("type").filter(|kind| is_star(&kind.value))?;
    set(&block.argument("identifiers")?.value, Variables::Replaced, identity).filter(is_star)
}

fn by_type(blocks: &[&Nested], identity: &Identity) -> Value {
    let mut groups: Vec<Group> = Vec::new();
    let mut open: Vec<Value> = Vec::new();
    for (index, nested) in blocks.iter().enumerate() {
        let kind = nested.block.argument("type").map(|argument| &argument.value);
        match kind.and_then(|kind| Some((kind.as_str()?, kind))) {
            Some((name, kind)) => {
                let parts = occurring(identifiers(&nested.block), &nested.occurrence);
                add(&mut groups, name, key_origin(kind), parts);
            }
            None => open.extend(kind.map(|kind| {
                let identity = identity.part(&format!("{index}"));
                let parts = occurring(identifiers(&nested.block), &nested.occurrence);
                entry(kind, one_or_list(parts, &identity.part("identifiers")), &identity)
            })),
        }
        if let Occurrence::Repeatedly(symbol) = &nested.occurrence {
            open.push(unknown(symbol.clone(), Refinement::Opaque));
        }
    }
    let fields: Fields = groups.into_iter().map(|group| field(group, identity)).collect();
    let known = Value::new(ValueKind::Object(Arc::new(fields)));
    over(open, known, identity)
}

fn add(groups: &mut Vec<Group>, kind: SmolStr, key: Origin, parts: Vec<SequencePart>) {
    match groups.iter_mut().find(|group| group.kind == kind) {
        Some(group) => group.parts.extend(parts),
        None => groups.push(Group { kind, key, parts }),
    }
}

fn field(group: Group, identity: &Identity) -> (SmolStr, Field) {
    let value = one_or_list(group.parts, &identity.part(&group.kind));
    (group.kind, Field { key: group.key, value })
}

/// The identifiers of a block; each passed what the list passed.
fn identifiers(block: &Block) -> Vec<SequencePart> {
    let Some(argument) = block.argument("identifiers") else { return Vec::new() };
    let list = &argument.value;
    let with_way = |value: Value| {
        let origin = passed(value.origin.clone(), &list.origin);
        value.with_origin(origin)
    };
    let parts = parts(list, Variables::Replaced).unwrap_or_default();
    let part = |part| match part {
        SequencePart::One(value) => SequencePart::One(with_way(value)),
        spread @ SequencePart::Spread(_) => spread,
    };
    parts.into_iter().map(part).collect()
}

/// Where a string that becomes a key was written: without its quotes, if it can be told.
pub(super) fn key_origin(value: &Value) -> Origin {
    let content = value.as_text().and_then(|text| {
        let length = text.as_known()?.len();
        text.span_of(0..length)
    });
    Origin { span: content.or(value.origin.span), via: value.origin.via.clone() }
}

/// `known`, and perhaps entries of `open` that it does not have.
pub(super) fn over(open: Vec<Value>, known: Value, identity: &Identity) -> Value {
    if open.is_empty() {
        return known;
    }
    let symbol = identity.symbol(open.iter().filter_map(symbol_of).collect());
    // What is known stands last: nothing that is added can take its place.
    let layers: Vec<Value> = open.into_iter().chain([known]).collect();
    unknown(symbol, Refinement::Merged(layers.into()))
}
