//! What the attributes of resources are: configured, derived by a rule of AWS, or given at apply.

mod attributes;
mod built_in;
mod derived;
mod ignored;
mod schema;

pub(super) use attributes::open_object;
