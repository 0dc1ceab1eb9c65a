//! Resources of the providers that come with Terraform or do nothing but keep values.

use std::sync::Arc;

use super::super::evaluator::{Evaluator, ResourceInstance};
use super::super::types::Type;
use super::super::value::{Value, ValueKind};

/// Resource types whose attributes are all known, with these. Others may have more.
const CLOSED: &[(&str, &[&str])] = &[
    ("null_data_source", &["has_computed_default", "id", "inputs", "outputs", "random"]),
    ("null_resource", &["id", "triggers"]),
    ("terraform_data", &["id", "input", "output", "triggers_replace"]),
];

/// All attributes of resources of type `ty`, if it has no others.
pub(super) fn closed_attributes(ty: &str) -> Option<&'static [&'static str]> {
    CLOSED.iter().find(|(known, _)| *known == ty).map(|(_, attributes)| *attributes)
}

impl Evaluator<'_> {
    /// The attribute of a resource that keeps values; `None` if this is no such resource.
    pub(super) fn built_in(&self, instance: &Arc<ResourceInstance>, name: &str) -> Option<Value> {
        let null = || Value::new(ValueKind::Null(Type::Dynamic));
        match (instance.ty().as_str(), name) {
            ("terraform_data", "output") => Some(self.attribute(instance, "input")),
            ("terraform_data", "input" | "triggers_replace") | ("null_resource", "triggers") => Some(null()),
            ("null_data_source", "outputs") => Some(self.attribute(instance, "inputs")),
            ("terraform_data" | "null_resource", "id") => Some(self.computed_symbol(instance, name, Type::String)),
            _ => None,
        }
    }
}
