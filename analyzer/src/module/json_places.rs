//! Which strings of a JSON file are templates.
//!
//! Terraform reads nearly every string of a `.tf.json` file as a template, but some
//! places hold text that is not evaluated and some hold a reference or a type that
//! native syntax writes without quotes.

use smol_str::SmolStr;

use crate::syntax::JsonStrings;

/// Says how the strings at a path of keys are read.
pub(super) type Places = fn(&[SmolStr]) -> JsonStrings;

/// Paths from the root, `*` for any one key, and how the strings there and below are read.
/// Source: Terraform's `internal/configs`, checked against Terraform 1.11.4.
const PLACES: &[(&[&str], JsonStrings)] = &[
    (&["variable", "*", "default"], JsonStrings::Literal),
    (&["variable", "*", "type"], JsonStrings::Expression),
    (&["resource", "*", "*", "provider"], JsonStrings::Expression),
    (&["data", "*", "*", "provider"], JsonStrings::Expression),
    (&["ephemeral", "*", "*", "provider"], JsonStrings::Expression),
    (&["module", "*", "providers"], JsonStrings::Expression),
    (&["module", "*", "source"], JsonStrings::Literal),
    (&["module", "*", "version"], JsonStrings::Literal),
    (&["provider", "*", "alias"], JsonStrings::Literal),
    (&["provider", "*", "version"], JsonStrings::Literal),
    (&["terraform", "required_providers", "*", "configuration_aliases"], JsonStrings::Expression),
    (&["terraform"], JsonStrings::Literal),
];

/// The strings of a `.tf.json` file.
pub(super) fn configuration(path: &[SmolStr]) -> JsonStrings {
    let leads_here = |pattern: &[&str]| {
        pattern.len() <= path.len() && pattern.iter().zip(path).all(|(wanted, key)| *wanted == "*" || wanted == key)
    };
    let place = PLACES.iter().find(|(pattern, _)| leads_here(pattern));
    place.map_or(JsonStrings::Template, |(_, strings)| *strings)
}

/// The strings of a `.tfvars.json` file.
pub(super) fn variables(_path: &[SmolStr]) -> JsonStrings {
    JsonStrings::Literal
}
