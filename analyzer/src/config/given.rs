//! Values that whoever asks for the analysis knows, beside what is written.

use std::collections::BTreeMap;

/// A value without a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GivenValue {
    /// Nothing is known of it.
    Unknown,
    /// None.
    Null,
    /// A truth value.
    Bool(bool),
    /// A number in decimal digits, perhaps with sign, point or exponent.
    Number(String),
    /// A string.
    Text(String),
    /// A list, a set or a tuple.
    List(Vec<Self>),
    /// A map or an object.
    Table(BTreeMap<String, Self>),
    /// One that must not be used: whether it is what is written is all that may be told.
    Secret(Box<Self>),
}

/// Values for the variables of a root module, by name.
pub type GivenVariables = BTreeMap<String, GivenValue>;
