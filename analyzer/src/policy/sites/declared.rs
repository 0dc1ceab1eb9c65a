//! Values that stand nowhere: attributes that AWS gives, variables without a value.
//!
//! Their origin is the header of a declaration. What a reader has to look at, and may have
//! to change, is the reference.

use rustc_hash::FxHashSet;

use crate::eval::evaluator::Evaluator;
use crate::eval::value::{Value, ValueKind};
use crate::policy::model::{Leaf, PolicyDocument};
use crate::source::Span;

/// The headers of all declarations of a stack.
pub(crate) struct Headers {
    spans: FxHashSet<Span>,
}

impl Headers {
    pub(crate) fn of_stack(evaluator: &Evaluator<'_>) -> Self {
        let mut spans = FxHashSet::default();
        for instance in evaluator.modules() {
            let Some(node) = instance.node() else { continue };
            spans.extend(node.module.resources.iter().map(|resource| resource.header));
            spans.extend(node.module.variables.values().map(|variable| variable.header));
            spans.extend(node.module.calls.values().map(|call| call.header));
        }
        Self { spans }
    }

    /// Whether `span` is a header.
    pub(crate) fn contains(&self, span: Span) -> bool {
        self.spans.contains(&span)
    }

    /// Moves each string that stands at a header to the first reference to it; to the element
    /// that holds it if no single reference gave it, as with `[*]`.
    pub(super) fn settle(&self, document: &mut PolicyDocument) {
        document.for_each_leaf_mut(&mut |leaf, element| self.settle_string(leaf, element));
    }

    /// The same for one string, which is part of `element`.
    pub(super) fn settle_string(&self, leaf: &mut Leaf, element: Span) {
        if !leaf.implied && self.contains(leaf.span) {
            leaf.span = leaf.via.pop().unwrap_or(element);
        }
    }

    /// The same for a value, and for the elements of a list. One that no single reference gave loses its place.
    pub(crate) fn settle_value(&self, value: &mut Value) {
        if value.origin.span.is_some_and(|span| self.contains(span)) {
            value.origin.span = value.origin.references().last();
        }
        if let ValueKind::List(_, items) | ValueKind::Set(_, items) | ValueKind::Tuple(items) = &mut value.kind
            && items.iter().any(|item| item.origin.span.is_some_and(|span| self.contains(span)))
        {
            let mut settled: Vec<Value> = items.to_vec();
            settled.iter_mut().for_each(|item| self.settle_value(item));
            *items = settled.into();
        }
    }
}
