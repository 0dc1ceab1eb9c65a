//! Trees from JSON text with holes: heredocs, templates, files.
//!
//! It must not know what a policy is. Every token leads back to where its text was
//! written; one that cannot has the place of what holds it.

use smol_str::SmolStr;

use crate::eval::json_text::JsonText;
use crate::eval::text::Text;
use crate::source::Span;
use crate::syntax::json::{self, JsonKind, JsonMember, JsonValue};

use super::node::{Entry, Node, NodeKind, Object, Part};

/// The tree of `text`, and what is wrong with the text: messages with their places.
/// `fallback` is the place of what has none.
#[must_use]
pub(super) fn tree(text: &Text, fallback: Span) -> (Node, Vec<(String, Span)>) {
    let json = JsonText::new(text);
    let (value, errors) = json.parse();
    let builder = Builder { json: &json };
    let faults = errors.into_iter().map(|error| (error.message, json.span(error.range).unwrap_or(fallback))).collect();
    (builder.node(&value, fallback), faults)
}

/// The keys of the object that `text` is.
#[must_use]
pub(super) fn top_level_keys(text: &str) -> Vec<SmolStr> {
    let (value, _) = json::parse(text, &[]);
    match value.kind {
        JsonKind::Object(members) => members.iter().filter_map(|member| member.key.as_text()).collect(),
        JsonKind::Missing
        | JsonKind::Null
        | JsonKind::Bool(_)
        | JsonKind::Number(_)
        | JsonKind::String(_)
        | JsonKind::Array(_)
        | JsonKind::Hole(_) => Vec::new(),
    }
}

struct Builder<'t> {
    json: &'t JsonText,
}

/// The parser limits the depth of what it gives, so the recursion here is limited too.
impl Builder<'_> {
    fn node(&self, value: &JsonValue, outer: Span) -> Node {
        let span = match value.kind {
            JsonKind::String(_) => self.json.content_span(value.range),
            JsonKind::Missing
            | JsonKind::Null
            | JsonKind::Bool(_)
            | JsonKind::Number(_)
            | JsonKind::Array(_)
            | JsonKind::Object(_)
            | JsonKind::Hole(_) => self.json.span(value.range),
        };
        let span = span.unwrap_or(outer);
        Node::new(span, self.kind(value, span))
    }

    fn kind(&self, value: &JsonValue, span: Span) -> NodeKind {
        match &value.kind {
            JsonKind::Missing => NodeKind::Missing,
            JsonKind::Null => NodeKind::Null,
            JsonKind::Bool(value) => NodeKind::Bool(*value),
            JsonKind::Number(digits) => NodeKind::Number(digits.clone()),
            JsonKind::String(string) => NodeKind::String(self.json.string(string)),
            JsonKind::Array(items) => NodeKind::Array(items.iter().map(|item| self.part(item, span)).collect()),
            JsonKind::Object(members) => NodeKind::Object(self.object(members, span)),
            JsonKind::Hole(number) => NodeKind::Unknown(self.json.hole(*number)),
        }
    }

    /// A hole in a list may be any number of elements.
    fn part(&self, item: &JsonValue, outer: Span) -> Part {
        let node = self.node(item, outer);
        match node.kind {
            NodeKind::Unknown(_) => Part::Spread(node),
            _ => Part::One(node),
        }
    }

    fn object(&self, members: &[JsonMember], outer: Span) -> Object {
        let mut object = Object::default();
        for member in members {
            match member.as_hole() {
                Some(number) => object.open.push(self.json.hole(number)),
                None => object.entries.push(self.entry(member, outer)),
            }
        }
        object
    }

    fn entry(&self, member: &JsonMember, outer: Span) -> Entry {
        let key_span = self.json.content_span(member.key_range).unwrap_or(outer);
        Entry { key: self.json.string(&member.key), key_span, written: true, value: self.node(&member.value, outer) }
    }
}
