//! Names with holes that are nobody's: they may be those of several things in their stack.

use std::hash::Hash;

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use crate::eval::equality::texts_equal;
use crate::eval::symbol::Symbol;
use crate::eval::text::Text;
use crate::iam::key::Key;
use crate::truth::Truth;

/// Comparisons within one stack; behind them each name is taken to be possible.
const MOST_COMPARISONS: usize = 1 << 16;

/// The names, by the stack that mentions them. `K` is what a name is of.
#[derive(Default)]
pub(super) struct Strangers<K> {
    by_stack: FxHashMap<SmolStr, OfStack<K>>,
}

struct OfStack<K> {
    seen: FxHashSet<(K, Key)>,
    names: Vec<(K, Text, Symbol)>,
    comparisons: usize,
}

impl<K: Eq + Hash + Clone> Strangers<K> {
    pub(super) fn new() -> Self {
        Self { by_stack: FxHashMap::default() }
    }

    /// Keeps a name and the symbol that decides what it is.
    pub(super) fn add(&mut self, stack: &SmolStr, kind: K, name: &Text, symbol: &Symbol) {
        let of_stack = self.by_stack.entry(stack.clone());
        let of_stack =
            of_stack.or_insert_with(|| OfStack { seen: FxHashSet::default(), names: Vec::new(), comparisons: 0 });
        if of_stack.seen.insert((kind.clone(), Key::new(name))) {
            of_stack.names.push((kind, name.clone(), symbol.clone()));
        }
    }

    /// The symbols of the names that may be one of `texts`, something in the same stack.
    pub(super) fn may_be(&mut self, stack: &SmolStr, is_kind: impl Fn(&K) -> bool, texts: &[&Text]) -> Vec<Symbol> {
        let Some(of_stack) = self.by_stack.get_mut(stack) else { return Vec::new() };
        let mut found = Vec::new();
        for (_, name, symbol) in of_stack.names.iter().filter(|(kind, ..)| is_kind(kind)) {
            of_stack.comparisons += 1;
            if of_stack.comparisons > MOST_COMPARISONS {
                found.push(symbol.clone());
                break;
            }
            if texts.iter().any(|text| texts_equal(name, text) == Truth::Unknown) && !found.contains(symbol) {
                found.push(symbol.clone());
            }
        }
        found
    }
}
