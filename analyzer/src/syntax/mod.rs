//! Text to tree, with a place for everything and never without a result.
//!
//! This layer must not know Terraform: it knows the grammar of HCL and of JSON,
//! not what a `resource` is. A broken text gives a tree with
//! [`ast::ExprKind::Missing`] in the gaps and a list of errors.

pub mod ast;
mod blocks;
mod decode;
mod hcl;
pub mod json;
mod json_hcl;
pub(crate) mod scan;

pub use blocks::{NestedBlock, json_body, json_labelled_blocks, key_name, literal_text};
pub use decode::{decode, decode_utf16};
pub use hcl::{
    MAX_HEIGHT, MAX_NESTING, parse_expression, parse_hcl, parse_json_string_expression, parse_json_string_template,
    parse_template,
};
pub use json_hcl::{JsonStrings, json_expression, json_key, parse_json_hcl, parse_json_hcl_with};

/// A list in just the room that it takes: a tree lives for as long as its file is in view, and an allocator leaves a
/// list that gives back less than half of its room where it is.
fn exact<T>(mut list: Vec<T>) -> Box<[T]> {
    if list.len() < list.capacity() {
        let mut exact = Vec::with_capacity(list.len());
        exact.append(&mut list);
        list = exact;
    }
    list.into_boxed_slice()
}

/// A fault in a text, with a message for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// The smallest text that has to change.
    pub range: crate::source::TextRange,
    /// What is wrong and what was expected, in one line, lower case, no full stop.
    pub message: String,
}
