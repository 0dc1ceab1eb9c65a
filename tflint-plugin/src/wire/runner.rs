//! What the plugin asks the host about the module that it checks.

use std::collections::BTreeMap;

use super::shared::{BodyContent, BodySchema, Expression, Range, ValueMark};

/// The way to the module.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct GetModulePathResponse {
    /// The names of the calls; none for the root.
    #[prost(string, repeated, tag = "1")]
    pub path: Vec<String>,
}

/// Asks for a file.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct GetFileRequest {
    /// Its name, seen from the directory that TFLint was started in.
    #[prost(string, tag = "1")]
    pub name: String,
}

/// A file.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct GetFileResponse {
    /// Its content.
    #[prost(bytes = "vec", tag = "1")]
    pub file: Vec<u8>,
}

/// The files of the module.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct GetFilesResponse {
    /// By name.
    #[prost(btree_map = "string, bytes", tag = "1")]
    pub files: BTreeMap<String, Vec<u8>>,
}

/// Asks for blocks of the module.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct GetModuleContentRequest {
    /// Which.
    #[prost(message, optional, tag = "1")]
    pub schema: Option<BodySchema>,
    /// Of which module, and how.
    #[prost(message, optional, tag = "2")]
    pub option: Option<ModuleContentOption>,
}

/// Which module is meant.
///
/// INVARIANT: the host crashes on any other number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, prost::Enumeration)]
#[repr(i32)]
pub enum ModuleContext {
    /// The one that is checked.
    Own = 1,
    /// The root.
    Root = 2,
}

/// Of which module, and how.
#[derive(Clone, Copy, PartialEq, Eq, prost::Message)]
pub struct ModuleContentOption {
    /// Of which.
    #[prost(enumeration = "ModuleContext", tag = "1")]
    pub module: i32,
    /// 1 for blocks as they are written, 2 for one of each instance.
    #[prost(int32, tag = "4")]
    pub expand_mode: i32,
}

/// Parts of configuration.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct ContentResponse {
    /// The parts.
    #[prost(message, optional, tag = "1")]
    pub content: Option<BodyContent>,
}

/// Asks for what stands in the block of a rule. Anything else there is an error.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct GetRuleConfigContentRequest {
    /// The rule.
    #[prost(string, tag = "1")]
    pub name: String,
    /// What may stand there.
    #[prost(message, optional, tag = "2")]
    pub schema: Option<BodySchema>,
}

/// Asks for the value of an expression.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct EvaluateExprRequest {
    /// In which module, and of which type.
    #[prost(message, optional, tag = "3")]
    pub option: Option<EvaluateOption>,
    /// The expression.
    #[prost(message, optional, tag = "4")]
    pub expression: Option<Expression>,
}

/// In which module, and of which type.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct EvaluateOption {
    /// The type as JSON.
    #[prost(bytes = "vec", tag = "1")]
    pub ty: Vec<u8>,
    /// The module.
    #[prost(enumeration = "ModuleContext", tag = "2")]
    pub module: i32,
}

/// A value.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct EvaluateExprResponse {
    /// In the form of [`crate::cty`].
    #[prost(bytes = "vec", tag = "1")]
    pub value: Vec<u8>,
    /// What must not become of it.
    #[prost(message, repeated, tag = "2")]
    pub marks: Vec<ValueMark>,
}

/// Says what was found.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct EmitIssueRequest {
    /// The rule.
    #[prost(message, optional, tag = "1")]
    pub rule: Option<Rule>,
    /// What is wrong.
    #[prost(string, tag = "2")]
    pub message: String,
    /// Where.
    #[prost(message, optional, tag = "3")]
    pub range: Option<Range>,
    /// Whether it can be mended unseen.
    #[prost(bool, tag = "4")]
    pub fixable: bool,
}

/// A rule, as an issue names it.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct Rule {
    /// Its name.
    #[prost(string, tag = "1")]
    pub name: String,
    /// Whether it runs.
    #[prost(bool, tag = "2")]
    pub enabled: bool,
    /// How bad it is.
    #[prost(enumeration = "Severity", tag = "3")]
    pub severity: i32,
    /// Where it is explained.
    #[prost(string, tag = "4")]
    pub link: String,
}

/// How bad an issue is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, prost::Enumeration)]
#[repr(i32)]
pub enum Severity {
    /// Does not work.
    Error = 1,
    /// Very likely not what was meant.
    Warning = 2,
    /// Worth knowing.
    Notice = 3,
}

/// Says what became of an issue.
#[derive(Clone, Copy, PartialEq, Eq, prost::Message)]
pub struct EmitIssueResponse {
    /// Whether it is shown: no comment of the host's silences it.
    #[prost(bool, tag = "1")]
    pub applied: bool,
}

/// Has files changed.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct ApplyChangesRequest {
    /// Their new texts by name.
    #[prost(btree_map = "string, bytes", tag = "1")]
    pub changes: BTreeMap<String, Vec<u8>>,
}
