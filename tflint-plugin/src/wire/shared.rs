//! Parts of configuration, as both services speak of them.

use std::collections::BTreeMap;

/// What is asked for of a body.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct BodySchema {
    /// Attributes. The host crashes if it is asked for any at the top of a module.
    #[prost(message, repeated, tag = "1")]
    pub attributes: Vec<AttributeSchema>,
    /// Blocks.
    #[prost(message, repeated, tag = "2")]
    pub blocks: Vec<BlockSchema>,
    /// 2 for all attributes; else those that are named.
    #[prost(int32, tag = "3")]
    pub mode: i32,
}

/// An attribute that is asked for.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct AttributeSchema {
    /// Its name.
    #[prost(string, tag = "1")]
    pub name: String,
    /// Whether it is an error if it is not there.
    #[prost(bool, tag = "2")]
    pub required: bool,
}

/// A kind of block that is asked for.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct BlockSchema {
    /// Its type.
    #[prost(string, tag = "1")]
    pub kind: String,
    /// What its labels stand for.
    #[prost(string, repeated, tag = "2")]
    pub label_names: Vec<String>,
    /// What is asked for inside.
    #[prost(message, optional, tag = "3")]
    pub body: Option<BodySchema>,
}

/// What there is of a body.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct BodyContent {
    /// The attributes by name.
    #[prost(btree_map = "string, message", tag = "1")]
    pub attributes: BTreeMap<String, Attribute>,
    /// The blocks, those of several files in no order.
    #[prost(message, repeated, tag = "2")]
    pub blocks: Vec<Block>,
}

/// An attribute.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct Attribute {
    /// Its name.
    #[prost(string, tag = "1")]
    pub name: String,
    /// All of it.
    #[prost(message, optional, tag = "4")]
    pub range: Option<Range>,
    /// Its name.
    #[prost(message, optional, tag = "5")]
    pub name_range: Option<Range>,
    /// Its value.
    #[prost(message, optional, tag = "6")]
    pub expression: Option<Expression>,
}

/// A block.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct Block {
    /// Its type.
    #[prost(string, tag = "1")]
    pub kind: String,
    /// Its labels.
    #[prost(string, repeated, tag = "2")]
    pub labels: Vec<String>,
    /// What is in it.
    #[prost(message, optional, tag = "3")]
    pub body: Option<BodyContent>,
    /// Its header.
    #[prost(message, optional, tag = "4")]
    pub def_range: Option<Range>,
    /// Its type.
    #[prost(message, optional, tag = "5")]
    pub type_range: Option<Range>,
    /// Its labels.
    #[prost(message, repeated, tag = "6")]
    pub label_ranges: Vec<Range>,
}

/// An expression: its text, which the host parses anew to evaluate it.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct Expression {
    /// The text.
    #[prost(bytes = "vec", tag = "1")]
    pub bytes: Vec<u8>,
    /// Where it stands.
    #[prost(message, optional, tag = "2")]
    pub range: Option<Range>,
    /// The value that the host has bound it to, which has to go back to it unchanged.
    #[prost(bytes = "vec", optional, tag = "3")]
    pub value: Option<Vec<u8>>,
    /// The marks of that value, which have to go back as well.
    #[prost(message, repeated, tag = "4")]
    pub value_marks: Vec<ValueMark>,
}

/// A part of a file; its end lies behind it.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct Range {
    /// The file.
    #[prost(string, tag = "1")]
    pub filename: String,
    /// Where it starts.
    #[prost(message, optional, tag = "2")]
    pub start: Option<Position>,
    /// Where it ends.
    #[prost(message, optional, tag = "3")]
    pub end: Option<Position>,
}

/// A place in a file.
#[derive(Clone, Copy, PartialEq, Eq, prost::Message)]
pub struct Position {
    /// From 1.
    #[prost(int64, tag = "1")]
    pub line: i64,
    /// From 1, in grapheme clusters.
    #[prost(int64, tag = "2")]
    pub column: i64,
    /// From 0.
    #[prost(int64, tag = "3")]
    pub byte: i64,
}

/// What must not become of a value, or of a part of it.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct ValueMark {
    /// Which part.
    #[prost(message, optional, tag = "1")]
    pub path: Option<AttributePath>,
    /// It must not be shown.
    #[prost(bool, tag = "2")]
    pub sensitive: bool,
    /// It must not be kept.
    #[prost(bool, tag = "3")]
    pub ephemeral: bool,
}

/// The way to a part of a value; no step leads to all of it.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct AttributePath {
    /// The steps.
    #[prost(message, repeated, tag = "1")]
    pub steps: Vec<Step>,
}

/// A step into a value.
#[derive(Clone, PartialEq, Eq, prost::Message)]
pub struct Step {
    /// What it leads to.
    #[prost(oneof = "StepSelector", tags = "1, 2, 3")]
    pub selector: Option<StepSelector>,
}

/// What a step leads to.
#[derive(Clone, PartialEq, Eq, prost::Oneof)]
pub enum StepSelector {
    /// An attribute of an object.
    #[prost(string, tag = "1")]
    AttributeName(String),
    /// An element of a map.
    #[prost(string, tag = "2")]
    ElementKeyString(String),
    /// An element of a list.
    #[prost(int64, tag = "3")]
    ElementKeyInt(i64),
}
