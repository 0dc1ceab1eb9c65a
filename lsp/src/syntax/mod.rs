//! What the shape of an open text alone says: what to select, to fold and to colour.
//!
//! Nothing here knows what a text means, and no finding depends on it. A text is parsed when
//! someone asks, and what was parsed is gone afterwards.

mod folding;
mod selection;
mod tokens;
mod tree;

pub(crate) use folding::folding_ranges;
pub(crate) use selection::selection_ranges;
pub(crate) use tokens::{legend, semantic_tokens};
