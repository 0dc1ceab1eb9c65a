//! A JSON-like tree in which every part has a place: what a policy is read from.
//!
//! It has two sources, [`super::value_tree`] (what `jsonencode` was given, what a data
//! source renders) and [`super::json_tree`] (JSON text with holes), so that the reader
//! exists once. It must not know what a policy is: duplicate keys, gaps and unknown
//! parts are kept as they are.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::eval::equality::texts_equal;
use crate::eval::symbol::{Cause, Symbol};
use crate::eval::text::Text;
use crate::source::Span;
use crate::truth::Truth;

/// How deep a tree may be; a policy is eight levels deep.
pub(super) const DEPTH_LIMIT: usize = 64;

/// How many nodes a tree may have: the largest policy that AWS takes has 32 KiB.
pub(super) const SIZE_LIMIT: usize = 200_000;

/// How many layers of a merged map may be one of several maps: the tree gets deeper with
/// each. Further ones are taken as unknown.
const CHOICE_LIMIT: usize = 32;

/// A part of a document.
#[derive(Debug, Clone)]
pub(super) struct Node {
    /// Where it was written: for a string its content without quotes where that is one
    /// text, for all else the whole.
    pub(super) span: Span,
    /// The references that it passed itself, the last one first; those of what holds it not included.
    pub(super) via: Vec<Span>,
    /// Whether someone wrote it: false for a default without any place.
    pub(super) written: bool,
    /// Marked `sensitive`, it and all in it.
    pub(super) sensitive: bool,
    /// What it is.
    pub(super) kind: NodeKind,
}

/// The forms of a node.
#[derive(Debug, Clone)]
pub(super) enum NodeKind {
    /// What recovery leaves in a broken text: the fault is reported where the text is parsed.
    Missing,
    /// `null`, and an entry that another branch of a condition has.
    Null,
    /// A truth value.
    Bool(bool),
    /// A number, as JSON writes it.
    Number(SmolStr),
    /// A string.
    String(Text),
    /// A list.
    Array(Vec<Part>),
    /// A map.
    Object(Object),
    /// Not known.
    Unknown(Symbol),
    /// One of these, and the symbol that decides which.
    OneOf(Symbol, Vec<Node>),
}

/// A part of a list.
#[derive(Debug, Clone)]
pub(super) enum Part {
    /// One element.
    One(Node),
    /// The elements of a list that is not wholly known.
    Spread(Node),
}

/// A map: its entries in the order of the text, duplicates included.
#[derive(Debug, Clone, Default)]
pub(super) struct Object {
    /// The entries.
    pub(super) entries: Vec<Entry>,
    /// What may add entries. (What may replace one is part of its value.)
    pub(super) open: Vec<Symbol>,
}

/// An entry of a map.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// The key.
    pub(super) key: Text,
    /// Where the key stands, without quotes.
    pub(super) key_span: Span,
    /// Whether someone wrote the key.
    pub(super) written: bool,
    /// The value.
    pub(super) value: Node,
}

impl Node {
    /// A node at `span` that passed no reference.
    #[must_use]
    pub(super) fn new(span: Span, kind: NodeKind) -> Self {
        Self { span, via: Vec::new(), written: true, sensitive: false, kind }
    }

    /// What stands in for a part beyond [`DEPTH_LIMIT`] or [`SIZE_LIMIT`].
    #[must_use]
    pub(super) fn beyond_limit(span: Span) -> Self {
        Self::new(span, NodeKind::Unknown(limit_symbol(span)))
    }
}

impl Node {
    /// The same value or none: the entry may give way to one under a key that may be its own.
    fn make_uncertain(&mut self, key: &Text, other: &Text) {
        let Some(symbol) = key.holes().chain(other.holes()).next().cloned() else { return };
        if let NodeKind::OneOf(_, branches) = &self.kind
            && branches.iter().any(|branch| matches!(branch.kind, NodeKind::Null))
        {
            return;
        }
        let absent = Self::new(self.span, NodeKind::Null);
        let span = self.span;
        let value = std::mem::replace(self, absent.clone());
        *self = Self::new(span, NodeKind::OneOf(symbol, vec![value, absent]));
    }
}

/// The symbol for a part that was not read because of the named limit.
fn limit_symbol(span: Span) -> Symbol {
    let address = format!("policy size at {:?}", span);
    Symbol::new("", address, Cause::Limit("policy size"), Some(span))
}

/// Puts maps over each other, later ones over earlier ones, as `merge` does.
#[derive(Debug, Default)]
pub(super) struct Layers {
    result: Object,
    /// Where the entries are whose keys are known.
    known: FxHashMap<SmolStr, usize>,
    /// Where those are whose keys have holes.
    holed: Vec<usize>,
    /// How many layers were one of several maps.
    choices: usize,
}

impl Layers {
    fn over(below: &Object) -> Self {
        let mut layers = Self::default();
        layers.push_object(below.clone());
        layers
    }

    /// Puts `layer` over what is there.
    pub(super) fn push(&mut self, layer: Node) {
        match layer.kind {
            NodeKind::Object(object) => self.push_object(object),
            NodeKind::OneOf(symbol, branches) => self.push_branches(layer.span, &symbol, branches),
            NodeKind::Unknown(symbol) => self.push_unknown(layer.span, symbol),
            // `merge` ignores null and refuses all else.
            NodeKind::Missing
            | NodeKind::Null
            | NodeKind::Bool(_)
            | NodeKind::Number(_)
            | NodeKind::String(_)
            | NodeKind::Array(_) => {}
        }
    }

    /// The merged map.
    #[must_use]
    pub(super) fn finish(self) -> Object {
        self.result
    }

    fn push_object(&mut self, object: Object) {
        for entry in object.entries {
            self.put(entry);
        }
        for symbol in object.open {
            self.push_unknown_entries(symbol);
        }
    }

    fn put(&mut self, entry: Entry) {
        let at = match entry.key.as_known() {
            Some(key) => {
                self.doubt(&entry.key, &self.holed.clone());
                *self.known.entry(key).or_insert(self.result.entries.len())
            }
            None => {
                let all: Vec<usize> = (0..self.result.entries.len()).collect();
                self.doubt(&entry.key, &all);
                self.holed.push(self.result.entries.len());
                self.result.entries.len()
            }
        };
        match self.result.entries.get_mut(at) {
            Some(there) => *there = entry,
            None => self.result.entries.push(entry),
        }
    }

    /// The entries at `places` may have `key`, and then give way to another.
    fn doubt(&mut self, key: &Text, places: &[usize]) {
        for at in places {
            let Some(there) = self.result.entries.get_mut(*at) else { continue };
            if texts_equal(&there.key, key) != Truth::No {
                there.value.make_uncertain(&there.key, key);
            }
        }
    }

    /// An entry of some branches only keeps what lies below it as another possibility.
    fn push_branches(&mut self, span: Span, symbol: &Symbol, branches: Vec<Node>) {
        self.choices += 1;
        if self.choices > CHOICE_LIMIT {
            return self.push_unknown(span, symbol.clone());
        }
        let choices = self.choices;
        let below = std::mem::take(&mut self.result);
        let mut merged: Vec<Object> = Vec::new();
        for branch in branches {
            let mut layers = Self::over(&below);
            layers.push(branch);
            merged.push(layers.finish());
        }
        *self = Self { choices, ..Self::default() };
        self.push_object(one_of_objects(span, symbol, merged));
    }

    fn push_unknown(&mut self, span: Span, symbol: Symbol) {
        for entry in &mut self.result.entries {
            let unknown = Node::new(span, NodeKind::Unknown(symbol.clone()));
            if let NodeKind::OneOf(_, branches) = &mut entry.value.kind {
                branches.push(unknown);
                continue;
            }
            let known = std::mem::replace(&mut entry.value, unknown.clone());
            let place = known.span;
            entry.value = Node::new(place, NodeKind::OneOf(symbol.clone(), vec![known, unknown]));
        }
        self.push_unknown_entries(symbol);
    }

    fn push_unknown_entries(&mut self, symbol: Symbol) {
        if !self.result.open.contains(&symbol) {
            self.result.open.push(symbol);
        }
    }
}

/// One map for several possible ones: each entry is one of what they hold under its key.
fn one_of_objects(span: Span, symbol: &Symbol, objects: Vec<Object>) -> Object {
    let mut result = Object::default();
    for object in &objects {
        for open in &object.open {
            if !result.open.contains(open) {
                result.open.push(open.clone());
            }
        }
    }
    for (index, object) in objects.iter().enumerate() {
        for entry in &object.entries {
            let met_before = objects.iter().take(index).any(|earlier| find(earlier, &entry.key).is_some());
            if !met_before {
                result.entries.push(one_of_entries(span, symbol, entry, &objects));
            }
        }
    }
    result
}

fn one_of_entries(span: Span, symbol: &Symbol, entry: &Entry, objects: &[Object]) -> Entry {
    let values: Vec<Option<&Node>> =
        objects.iter().map(|object| find(object, &entry.key).map(|entry| &entry.value)).collect();
    let same_place = values.iter().all(|value| value.is_some_and(|value| is_same_writing(value, &entry.value)));
    if same_place {
        return entry.clone();
    }
    let absent = Node::new(span, NodeKind::Null);
    let branches = values.into_iter().map(|value| value.unwrap_or(&absent).clone()).collect();
    let value = Node::new(entry.value.span, NodeKind::OneOf(symbol.clone(), branches));
    Entry { value, ..entry.clone() }
}

/// Whether both are the same entry, which lay below the branches.
fn is_same_writing(a: &Node, b: &Node) -> bool {
    a.span == b.span
        && a.written
        && a.via == b.via
        && std::mem::discriminant(&a.kind) == std::mem::discriminant(&b.kind)
}

fn find<'o>(object: &'o Object, key: &Text) -> Option<&'o Entry> {
    object.entries.iter().find(|entry| texts_equal(&entry.key, key) == Truth::Yes)
}
