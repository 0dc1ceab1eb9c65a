//! What the shape of an open text alone says: what to select, to fold and to colour.
//!
//! Nothing here knows what a text means, and no finding depends on it. A text is parsed when
//! someone first asks. What was parsed goes with the text, and what is typed in it costs no more
//! than the nodes around that.

mod edit;
mod folding;
mod selection;
mod tokens;
mod tree;

pub(crate) use edit::edit;
pub(crate) use folding::folding_ranges;
pub(crate) use selection::selection_ranges;
pub(crate) use tokens::{legend, semantic_tokens};
pub(crate) use tree::Shape;

#[cfg(test)]
mod edited_tests;
#[cfg(test)]
mod injections_tests;
