//! How a reader came to a node, and lists that may be written as one value.

use rustc_hash::FxHashSet;

use crate::eval::symbol::Symbol;
use crate::policy::node::{Node, NodeKind, Part};
use crate::source::Span;

/// What leads to a node.
#[derive(Debug, Clone)]
pub(super) struct Way {
    /// The references on it, the last one first.
    pub(super) via: Vec<Span>,
    /// Whether what it leads to is there for certain.
    pub(super) certain: bool,
    /// Whether it is marked `sensitive`, or part of what is.
    pub(super) sensitive: bool,
}

impl Default for Way {
    fn default() -> Self {
        Self { via: Vec::new(), certain: true, sensitive: false }
    }
}

impl Way {
    /// The way on through `node`. What holds a value was referred to after the value was.
    pub(super) fn through(&self, node: &Node) -> Self {
        let mut way = self.clone();
        way.via.extend_from_slice(&node.via);
        way.sensitive |= node.sensitive;
        way
    }

    /// The same way into a branch of an unknown condition.
    pub(super) fn uncertain(&self) -> Self {
        Self { certain: false, ..self.clone() }
    }

    /// The same way for the parts of something that is itself uncertain as a whole.
    pub(super) fn within(&self) -> Self {
        Self { certain: true, ..self.clone() }
    }
}

/// The elements of what may be written as a list or as one value.
#[derive(Debug, Default)]
pub(super) struct Flat<'n> {
    /// The elements, each with the way through it.
    pub(super) items: Vec<(&'n Node, Way)>,
    /// What may add elements of which nothing is known.
    pub(super) unknown: Vec<Symbol>,
    /// What decides which of the uncertain elements are there.
    pub(super) deciding: Vec<Symbol>,
}

impl Flat<'_> {
    /// All symbols.
    pub(super) fn open(&self) -> Vec<Symbol> {
        let mut open = self.unknown.clone();
        open.extend_from_slice(&self.deciding);
        unique(&mut open);
        open
    }
}

/// The elements of `node`: of the list that it is, or itself.
pub(super) fn flatten<'n>(node: &'n Node, way: &Way) -> Flat<'n> {
    let mut flat = Flat::default();
    list(node, way, &mut flat);
    flat
}

fn list<'n>(node: &'n Node, way: &Way, flat: &mut Flat<'n>) {
    let way = way.through(node);
    match &node.kind {
        NodeKind::Array(parts) => {
            for part in parts {
                match part {
                    Part::One(node) => element(node, &way, flat),
                    Part::Spread(node) => list(node, &way, flat),
                }
            }
        }
        NodeKind::OneOf(symbol, branches) => {
            flat.deciding.push(symbol.clone());
            for branch in branches {
                list(branch, &way.uncertain(), flat);
            }
        }
        NodeKind::Unknown(symbol) => flat.unknown.push(symbol.clone()),
        NodeKind::Null if !way.certain => {}
        NodeKind::Missing
        | NodeKind::Null
        | NodeKind::Bool(_)
        | NodeKind::Number(_)
        | NodeKind::String(_)
        | NodeKind::Object(_) => flat.items.push((node, way)),
    }
}

/// An element of a list: a list in its place is none.
fn element<'n>(node: &'n Node, way: &Way, flat: &mut Flat<'n>) {
    let way = way.through(node);
    match &node.kind {
        NodeKind::OneOf(symbol, branches) => {
            flat.deciding.push(symbol.clone());
            for branch in branches {
                element(branch, &way.uncertain(), flat);
            }
        }
        NodeKind::Null if !way.certain => {}
        NodeKind::Missing
        | NodeKind::Null
        | NodeKind::Bool(_)
        | NodeKind::Number(_)
        | NodeKind::String(_)
        | NodeKind::Object(_)
        | NodeKind::Array(_)
        | NodeKind::Unknown(_) => flat.items.push((node, way)),
    }
}

/// Keeps the first of equal symbols.
pub(super) fn unique(symbols: &mut Vec<Symbol>) {
    if symbols.len() > 1 {
        let mut seen = FxHashSet::default();
        symbols.retain(|symbol| seen.insert(symbol.clone()));
    }
}
