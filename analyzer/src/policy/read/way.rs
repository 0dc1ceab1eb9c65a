//! How a reader came to a node, and lists that may be written as one value.

use rustc_hash::FxHashSet;
use smol_str::SmolStr;
use thin_vec::ThinVec;

use crate::eval::symbol::Symbol;
use crate::policy::node::{Node, NodeKind, Part};
use crate::source::Span;

/// What leads to a node.
#[derive(Debug, Clone)]
pub(super) struct Way {
    /// The references on it, the last one first.
    pub(super) via: ThinVec<Span>,
    /// Whether what it leads to is there for certain.
    pub(super) certain: bool,
    /// Whether it is marked `sensitive`, or part of what is.
    pub(super) sensitive: bool,
}

impl Default for Way {
    fn default() -> Self {
        Self { via: ThinVec::new(), certain: true, sensitive: false }
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
    pub(super) unknown: ThinVec<Symbol>,
    /// What decides which of the uncertain elements are there.
    pub(super) deciding: ThinVec<Symbol>,
}

impl Flat<'_> {
    /// All symbols.
    pub(super) fn open(&self) -> ThinVec<Symbol> {
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
            alternatives(branches, &way, flat);
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

/// The elements of lists of which one is the list. A text that is in each of them is there for certain.
fn alternatives<'n>(branches: &'n [Node], way: &Way, flat: &mut Flat<'n>) {
    let read = |branch| {
        let mut inner = Flat::default();
        list(branch, &way.within(), &mut inner);
        inner.items.retain(|(node, _)| !matches!(node.kind, NodeKind::Null));
        inner
    };
    let branches: Vec<Flat<'n>> = branches.iter().map(read).collect();
    let shared = shared(&branches);
    for (index, branch) in branches.into_iter().enumerate() {
        flat.unknown.extend(branch.unknown);
        flat.deciding.extend(branch.deciding);
        for (node, inner) in branch.items {
            let is_shared = inner.certain && known_text(node).is_some_and(|text| shared.contains(&text));
            // Of the same text in several branches the first one stands for all.
            if index == 0 || !is_shared {
                flat.items.push((node, Way { certain: way.certain && is_shared, ..inner }));
            }
        }
    }
}

/// The texts that are in each of the lists for certain.
fn shared(branches: &[Flat<'_>]) -> FxHashSet<SmolStr> {
    let certain = |branch: &Flat<'_>| -> FxHashSet<SmolStr> {
        branch.items.iter().filter(|(_, way)| way.certain).filter_map(|(node, _)| known_text(node)).collect()
    };
    let mut shared = branches.first().map(certain).unwrap_or_default();
    for branch in branches.iter().skip(1) {
        let others = certain(branch);
        shared.retain(|text| others.contains(text));
    }
    shared
}

fn known_text(node: &Node) -> Option<SmolStr> {
    match &node.kind {
        NodeKind::String(text) => text.as_known(),
        _ => None,
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
pub(super) fn unique(symbols: &mut ThinVec<Symbol>) {
    if symbols.len() > 1 {
        let mut seen = FxHashSet::default();
        symbols.retain(|symbol| seen.insert(symbol.clone()));
    }
}
