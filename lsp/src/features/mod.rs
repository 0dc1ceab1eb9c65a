//! Requests, each worked out from what was understood and put into the client's terms.

pub(crate) mod actions;
pub(crate) mod completion;
pub(crate) mod diagnostic;
pub(crate) mod hints;
pub(crate) mod hover;
pub(crate) mod navigation;
pub(crate) mod symbols;
pub(crate) mod text;
pub(crate) mod trust;
