//! What the host asks the plugin.

use std::collections::BTreeMap;

use super::shared::{BodyContent, BodySchema};

/// The answer to what has one text for an answer: name, version, constraint, version of the protocol.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct TextResponse {
    /// The text.
    #[prost(string, tag = "1")]
    pub text: String,
}

/// Says which rules there are.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct GetRuleNamesResponse {
    /// Their names.
    #[prost(string, repeated, tag = "1")]
    pub names: Vec<String>,
}

/// Says what may stand in the block of the plugin.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct GetConfigSchemaResponse {
    /// Beside what is the host's own.
    #[prost(message, optional, tag = "1")]
    pub schema: Option<BodySchema>,
}

/// Says which rules are wanted.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct ApplyGlobalConfigRequest {
    /// All of it.
    #[prost(message, optional, tag = "1")]
    pub config: Option<GlobalConfig>,
}

/// Which rules are wanted, and whether fixes are.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct GlobalConfig {
    /// What is said of single rules, of those of other plugins as well.
    #[prost(btree_map = "string, message", tag = "1")]
    pub rules: BTreeMap<String, RuleConfig>,
    /// Nothing runs that is not named.
    #[prost(bool, tag = "2")]
    pub disabled_by_default: bool,
    /// Nothing runs but this, if it is not empty.
    #[prost(string, repeated, tag = "3")]
    pub only: Vec<String>,
    /// Fixes are wanted.
    #[prost(bool, tag = "4")]
    pub fix: bool,
}

/// What is said of one rule.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct RuleConfig {
    /// Its name.
    #[prost(string, tag = "1")]
    pub name: String,
    /// Whether it is wanted.
    #[prost(bool, tag = "2")]
    pub enabled: bool,
}

/// Says what stands in the block of the plugin.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct ApplyConfigRequest {
    /// What was asked for of it.
    #[prost(message, optional, tag = "1")]
    pub content: Option<BodyContent>,
}

/// Has a module checked.
#[derive(Clone, Copy, PartialEq, Eq, prost::Message)]
pub struct CheckRequest {
    /// The number of the [`super::ConnInfo`] that says where the host listens for what is asked about it.
    #[prost(uint32, tag = "1")]
    pub runner: u32,
}
