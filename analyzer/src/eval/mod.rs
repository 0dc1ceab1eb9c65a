//! Expressions to values: Terraform's semantics, on demand, with unknowns kept apart.
//!
//! This layer must not know what a policy is. It gives [`value::Value`]s whose
//! parts know where they were written; what it cannot know it names with a
//! [`symbol::Symbol`].

pub mod account;
pub mod bindings;
pub mod canonical;
pub mod convert;
pub mod data_sources;
pub mod equality;
pub mod error;
pub mod evaluator;
mod expression;
pub mod file_values;
pub mod functions;
mod given;
pub mod json;
pub mod json_text;
pub mod number;
pub mod overlay;
mod resources;
pub mod scope;
pub mod set;
pub mod symbol;
pub mod text;
pub mod types;
pub mod value;
pub mod yaml;
