//! Policy documents: one model, whatever the text was.
//!
//! This layer reads a value or a JSON text into a [`model::PolicyDocument`] whose every
//! element has its span. It must not judge: what is wrong with a document is
//! kept in it as a [`model::Fault`] and said by the rules.

mod alternatives;
mod json_tree;
pub mod model;
mod node;
mod read;
#[cfg(test)]
mod rendered_tests;
pub mod sites;
#[cfg(test)]
mod tests;
mod value_tree;

pub use read::{is_policy, read_file, read_string, read_text, read_value};
