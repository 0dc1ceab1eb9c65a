//! From trees to [`PolicyDocument`]s.
//!
//! The reader keeps what is written, in the case in which it is written, and records what
//! is no part of a policy as a [`Fault`]; it does not judge what AWS would say.

mod condition;
mod principal;
mod statement;
mod way;

use thin_vec::ThinVec;

use crate::eval::json_text::verbatim;
use crate::eval::text::{Piece, Text};
use crate::eval::value::{Value, ValueKind};
use crate::source::{FileId, SourceMap, Span, TextRange};

use super::json_tree;
use super::model::{Fault, FaultKind, Leaf, PolicyDocument};
use super::node::{Entry, Node, NodeKind, Object};
use super::value_tree;
use way::{Flat, Way, flatten, unique};

/// Reads the JSON text of a policy, or the value that it is known to encode.
///
/// `fallback` is the place of what has none of its own: the expression.
#[must_use]
pub fn read_text(text: &Text, fallback: Span) -> PolicyDocument {
    let mut reader = Reader::new(fallback);
    reader.text_document(text, fallback, &Way::default());
    reader.finish()
}

/// Reads the value of a policy attribute: a JSON text, an object, or what is known of an
/// unknown. `None` if it is neither: `null`, a number, a list.
#[must_use]
pub fn read_value(value: &Value, fallback: Span) -> Option<PolicyDocument> {
    match &value.kind {
        ValueKind::String(_) | ValueKind::Map(..) | ValueKind::Object(_) | ValueKind::Unknown(_) => {}
        ValueKind::Null(_)
        | ValueKind::Bool(_)
        | ValueKind::Number(_)
        | ValueKind::List(..)
        | ValueKind::Set(..)
        | ValueKind::Tuple(_) => return None,
    }
    let fallback = value.origin.span.unwrap_or(fallback);
    let mut reader = Reader::new(fallback);
    reader.document(&value_tree::tree(value, fallback), &Way::default());
    Some(reader.finish())
}

/// Reads the value of an attribute that is one string; `None` if it is something else.
#[must_use]
pub fn read_string(value: &Value, fallback: Span) -> Option<Leaf> {
    let node = value_tree::tree(value, fallback);
    leaf(&node, &Way::default().through(&node))
}

/// Reads a file that holds nothing but a policy.
#[must_use]
pub fn read_file(sources: &SourceMap, file: FileId) -> PolicyDocument {
    let source = sources.file(file);
    let length = u32::try_from(source.text().len()).unwrap_or(u32::MAX);
    let whole = TextRange::new(0, length).at(file);
    read_text(&verbatim(source.text().as_ref(), whole), whole)
}

/// Whether `text`, the text of a JSON file, is a policy: an object with `Statement` in it.
///
/// A cheap look comes first, since most JSON files are something else.
#[must_use]
pub fn is_policy(text: &str) -> bool {
    if !text.contains("\"Statement\"") {
        return false;
    }
    json_tree::top_level_keys(text).iter().any(|key| key == "Statement")
}

/// Reads one document, the parts of which may come from several branches.
struct Reader {
    document: PolicyDocument,
    /// Whether a top-level part has given the document its span.
    placed: bool,
}

impl Reader {
    fn new(span: Span) -> Self {
        let document = PolicyDocument {
            span,
            version: None,
            id: None,
            statement_key: None,
            statements: ThinVec::new(),
            open: ThinVec::new(),
            replaced: ThinVec::new(),
            faults: ThinVec::new(),
        };
        Self { document, placed: false }
    }

    fn finish(mut self) -> PolicyDocument {
        let mut faults = std::mem::take(&mut self.document.faults);
        faults.sort_by_key(|fault| fault.span.range);
        self.document.faults = faults;
        unique(&mut self.document.open);
        self.document
    }

    fn document(&mut self, node: &Node, way: &Way) {
        let way = way.through(node);
        match &node.kind {
            NodeKind::Object(object) => {
                self.place(node.span, &way);
                self.top_level(object, &way);
            }
            NodeKind::String(text) => self.text_document(text, node.span, &way),
            NodeKind::Unknown(symbol) => self.document.open.push(symbol.clone()),
            NodeKind::OneOf(_, branches) => {
                for branch in branches {
                    self.document(branch, &way.uncertain());
                }
            }
            NodeKind::Missing => {}
            NodeKind::Null if !way.certain => {}
            NodeKind::Null | NodeKind::Bool(_) | NodeKind::Number(_) | NodeKind::Array(_) => {
                self.wrong_type(node.span, "policy", "an object", &way);
            }
        }
    }

    /// A document in one piece has the place of that piece.
    fn place(&mut self, span: Span, way: &Way) {
        if way.certain && !self.placed {
            self.document.span = span;
            self.placed = true;
        }
    }

    fn text_document(&mut self, text: &Text, fallback: Span, way: &Way) {
        if let Some(value) = text.json() {
            return self.decoded(&value_tree::tree(value, fallback), way);
        }
        // One of several texts may be empty: then there is no policy.
        if text.is_empty() && !way.certain {
            return;
        }
        let has_known = text.pieces().iter().any(|piece| matches!(piece, Piece::Known(_)));
        if !has_known && !text.is_empty() {
            for symbol in text.holes() {
                self.document.open.push(symbol.clone());
            }
            return;
        }
        let (tree, faults) = json_tree::tree(text, fallback);
        for (message, span) in faults {
            self.fault(FaultKind::Syntax(message), span, way);
        }
        self.decoded(&tree, way);
    }

    /// What JSON text says. A string in it is no policy, even if its content is the text of one:
    /// that was encoded twice.
    fn decoded(&mut self, node: &Node, way: &Way) {
        let through = way.through(node);
        match &node.kind {
            NodeKind::String(text) if text.is_known() => {
                let is_recovered = self.document.faults.iter().any(|fault| matches!(fault.kind, FaultKind::Syntax(_)));
                if !is_recovered {
                    self.wrong_type(node.span, "policy", "an object", &through);
                }
            }
            NodeKind::String(text) => self.document.open.extend(text.holes().cloned()),
            NodeKind::OneOf(_, branches) => {
                for branch in branches {
                    self.decoded(branch, &through.uncertain());
                }
            }
            NodeKind::Missing
            | NodeKind::Null
            | NodeKind::Bool(_)
            | NodeKind::Number(_)
            | NodeKind::Array(_)
            | NodeKind::Object(_)
            | NodeKind::Unknown(_) => self.document(node, way),
        }
    }

    fn top_level(&mut self, object: &Object, way: &Way) {
        self.open_keys(object);
        self.duplicates(object, way);
        for entry in &object.entries {
            match entry.key.as_known().as_deref() {
                Some("Version") => self.document.version = self.scalar(entry, "Version", way),
                Some("Id") => self.document.id = self.scalar(entry, "Id", way),
                Some("Statement") => self.statements(entry, way),
                Some(name) => self.fault(FaultKind::UnknownElement(name.to_owned()), entry.key_span, way),
                None => {}
            }
        }
    }

    /// A key of unknown text may be `Statement`.
    fn open_keys(&mut self, object: &Object) {
        let keys = object.entries.iter().flat_map(|entry| entry.key.holes());
        for symbol in object.open.iter().chain(keys) {
            self.document.open.push(symbol.clone());
        }
    }

    fn statements(&mut self, entry: &Entry, way: &Way) {
        if self.document.statement_key.is_none() && entry.written {
            self.document.statement_key = Some(entry.key_span);
        }
        let Flat { items, unknown, .. } = flatten(&entry.value, way);
        for symbol in &unknown {
            self.document.open.push(symbol.clone());
        }
        for (node, way) in items {
            match &node.kind {
                NodeKind::Object(object) => {
                    let statement = self.statement(node, object, &way);
                    put(&mut self.document.statements, statement);
                }
                NodeKind::Unknown(symbol) => self.document.open.push(symbol.clone()),
                // A text that is nothing but holes stands where statements should: `[${statements}]`.
                NodeKind::String(text) if !text.is_known() => {
                    for symbol in text.holes() {
                        self.document.open.push(symbol.clone());
                    }
                }
                // A document that was rendered without any statement has `null` there, which nobody wrote.
                NodeKind::Null if !node.written => {}
                NodeKind::Missing => {}
                NodeKind::Null
                | NodeKind::Bool(_)
                | NodeKind::Number(_)
                | NodeKind::String(_)
                | NodeKind::Array(_)
                | NodeKind::OneOf(..) => {
                    self.wrong_type(node.span, "Statement", "an object or a list of objects", &way);
                }
            }
        }
    }

    /// The value of an element that takes one string. A wrong type is a fault, and read as far as it goes.
    fn scalar(&mut self, entry: &Entry, element: &str, way: &Way) -> Option<Leaf> {
        let node = &entry.value;
        let way = way.through(node);
        let is_string = matches!(node.kind, NodeKind::String(_) | NodeKind::Unknown(_) | NodeKind::OneOf(..));
        if !is_string && !matches!(node.kind, NodeKind::Missing) {
            self.wrong_type(node.span, element, "a string", &way);
        }
        leaf(node, &way)
    }

    fn duplicates(&mut self, object: &Object, way: &Way) {
        let mut seen = rustc_hash::FxHashSet::default();
        for entry in &object.entries {
            let Some(key) = entry.key.as_known() else { continue };
            if !seen.insert(key.clone()) {
                self.fault(FaultKind::DuplicateKey(key.into()), entry.key_span, way);
            }
        }
    }

    fn wrong_type(&mut self, span: Span, element: &str, expected: &'static str, way: &Way) {
        self.fault(FaultKind::WrongType { element: element.to_owned(), expected }, span, way);
    }

    fn fault(&mut self, kind: FaultKind, span: Span, way: &Way) {
        self.document.faults.push(Fault { kind, span, certain: way.certain, sensitive: way.sensitive });
    }
}

/// Puts `part` behind `parts`. Most lists of a policy have one element: there is no room for more unless there
/// are more.
fn put<T>(parts: &mut ThinVec<T>, part: T) {
    if parts.is_empty() {
        parts.reserve_exact(1);
    }
    parts.push(part);
}

/// The string that `node` is; numbers and truth values as text. `way` leads through the node.
fn leaf(node: &Node, way: &Way) -> Option<Leaf> {
    let text = match &node.kind {
        NodeKind::String(text) => text.clone(),
        NodeKind::Number(digits) => Text::known(digits.clone()),
        NodeKind::Bool(value) => Text::known(if *value { "true" } else { "false" }),
        NodeKind::Unknown(symbol) | NodeKind::OneOf(symbol, _) => Text::hole(symbol.clone()),
        NodeKind::Missing | NodeKind::Null | NodeKind::Array(_) | NodeKind::Object(_) => return None,
    };
    Some(Leaf { text, span: node.span, via: way.via.clone(), implied: !node.written, sensitive: way.sensitive })
}

/// The string that the key of `entry` is.
fn key_leaf(entry: &Entry, way: &Way) -> Leaf {
    Leaf {
        text: entry.key.clone(),
        span: entry.key_span,
        via: way.via.clone(),
        implied: !entry.written,
        sensitive: way.sensitive,
    }
}
