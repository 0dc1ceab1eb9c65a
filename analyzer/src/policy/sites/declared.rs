//! Values that stand nowhere: attributes that AWS gives, variables without a value.
//!
//! Their origin is the header of a declaration. What a reader has to look at, and may have
//! to change, is the reference.

use rustc_hash::FxHashSet;

use crate::eval::evaluator::Evaluator;
use crate::policy::model::{Leaf, PolicyDocument};
use crate::source::Span;

/// The headers of all declarations of a stack.
pub(super) struct Headers {
    spans: FxHashSet<Span>,
}

impl Headers {
    pub(super) fn of_stack(evaluator: &Evaluator<'_>) -> Self {
        let mut spans = FxHashSet::default();
        for instance in evaluator.modules() {
            let Some(node) = instance.node() else { continue };
            spans.extend(node.module.resources.values().map(|resource| resource.header));
            spans.extend(node.module.variables.values().map(|variable| variable.header));
            spans.extend(node.module.calls.values().map(|call| call.header));
        }
        Self { spans }
    }

    /// Whether `span` is a header.
    pub(super) fn contains(&self, span: Span) -> bool {
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
}
