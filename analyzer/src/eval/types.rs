//! Terraform's types.

use std::collections::BTreeMap;

use smol_str::SmolStr;

/// A type, as `type = ...` of a variable names it after optional attributes are filled in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Type {
    /// Not known, or anything.
    #[default]
    Dynamic,
    /// `bool`
    Bool,
    /// `number`
    Number,
    /// `string`
    String,
    /// `list(T)`
    List(Box<Type>),
    /// `set(T)`
    Set(Box<Type>),
    /// `map(T)`
    Map(Box<Type>),
    /// `tuple([T, ...])`
    Tuple(Vec<Type>),
    /// `object({ name = T, ... })`
    Object(BTreeMap<SmolStr, Type>),
}
