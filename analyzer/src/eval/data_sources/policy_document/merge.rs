//! Documents laid over each other, by `Sid`.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::eval::canonical;
use crate::eval::equality::texts_equal;
use crate::eval::json;
use crate::eval::symbol::Symbol;
use crate::eval::text::{Piece, Text};
use crate::eval::value::{Field, Fields, Refinement, SequencePart, Value, ValueKind};
use crate::truth::Truth;

use super::block::{Identity, Occurrence, occurring, symbol_of, unknown};

/// A statement of which nothing is left: another one of the same `Sid` took its place.
#[derive(Debug, Clone)]
pub struct Replaced {
    /// The `Sid` of the one that is gone.
    pub lost: Value,
    /// The `Sid` of the one that is there.
    pub by: Value,
    /// Where the two were.
    pub replacement: Replacement,
}

/// Where two statements of one `Sid` were.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Replacement {
    /// Both among the source documents: the provider refuses that.
    AmongSources,
    /// Both among the `statement` blocks: the provider refuses that.
    AmongBlocks,
    /// Both among the documents that override.
    AmongOverrides,
    /// In a layer and in one that is laid over it, which is what layers are for.
    BetweenLayers,
}

/// Where a statement comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Layer {
    /// `source_json` and `source_policy_documents`.
    #[default]
    Source,
    /// The `statement` blocks.
    Block,
    /// `override_policy_documents` and `override_json`.
    Override,
}

impl Layer {
    fn replaced_by(self, by: Self) -> Replacement {
        match (self, by) {
            (Self::Source, Self::Source) => Replacement::AmongSources,
            (Self::Block, Self::Block) => Replacement::AmongBlocks,
            (Self::Override, Self::Override) => Replacement::AmongOverrides,
            (Self::Source, Self::Block | Self::Override)
            | (Self::Block, Self::Source | Self::Override)
            | (Self::Override, Self::Source | Self::Block) => Replacement::BetweenLayers,
        }
    }
}

/// The document so far.
#[derive(Default)]
pub(super) struct Merged {
    /// What is laid now.
    layer: Layer,
    /// The statements that gave way, in the order in which they did.
    replaced: Vec<Replaced>,
    version: Option<Field>,
    id: Option<Field>,
    statements: Vec<Slot>,
    /// Where the statements with a known `Sid` are.
    by_sid: FxHashMap<SmolStr, Vec<usize>>,
    /// Where those are that may have any.
    unknown_sids: Vec<usize>,
}

/// A statement, or what may be some.
struct Slot {
    layer: Layer,
    value: Value,
    /// `None` for what may be any number of statements.
    occurrence: Option<Occurrence>,
}

impl Slot {
    /// `new` may take the place of this one.
    fn doubt(&mut self, new: &Self) {
        if let (Some(occurrence @ Occurrence::Once), Some(symbol)) = (&mut self.occurrence, decider(new)) {
            *occurrence = Occurrence::Possibly(symbol);
        }
    }

    fn sid_value(&self) -> Option<&Value> {
        self.value.fields().and_then(|fields| fields.get("Sid")).map(|field| &field.value)
    }

    fn sid(&self) -> Sid {
        match self.sid_value() {
            None if self.value.fields().is_some() => Sid::None,
            None => Sid::Any,
            Some(value) => match value.as_text() {
                Some(text) if text.is_empty() => Sid::None,
                Some(text) => Sid::Text(text.clone()),
                None if value.is_null() => Sid::None,
                None => Sid::Any,
            },
        }
    }
}

/// The `Sid` of a statement.
enum Sid {
    None,
    Text(Text),
    Any,
}

impl Sid {
    fn known(&self) -> Option<SmolStr> {
        match self {
            Self::Text(text) => text.as_known(),
            Self::None | Self::Any => None,
        }
    }

    /// Whether one statement takes the place of the other: never one without a `Sid`.
    fn same(&self, other: &Self) -> Truth {
        match (self, other) {
            (Self::None, _) | (_, Self::None) => Truth::No,
            (Self::Text(a), Self::Text(b)) => texts_equal(a, b),
            (Self::Any, _) | (_, Self::Any) => Truth::Unknown,
        }
    }
}

impl Merged {
    /// What is laid from here on comes from `layer`.
    pub(super) fn enter(&mut self, layer: Layer) {
        self.layer = layer;
    }

    /// Takes out the statements that gave way to others.
    pub(super) fn take_replaced(&mut self) -> Vec<Replaced> {
        std::mem::take(&mut self.replaced)
    }

    /// Lays the documents that `value` (a list of JSON texts, or one) holds over what is there.
    pub(super) fn lay_documents(&mut self, value: &Value, occurrence: &Occurrence) {
        match &value.kind {
            ValueKind::List(_, items) | ValueKind::Set(_, items) | ValueKind::Tuple(items) => {
                for item in items.iter() {
                    self.lay_documents(item, occurrence);
                }
            }
            ValueKind::String(text) => self.lay_text(text, value, occurrence),
            ValueKind::Unknown(of) => match &of.refinement {
                Refinement::OneOf(branches) => {
                    for branch in branches.iter() {
                        self.lay_documents(branch, &Occurrence::Possibly(of.symbol.clone()));
                    }
                }
                Refinement::Sequence(parts) => {
                    for part in parts.iter() {
                        match part {
                            SequencePart::One(value) | SequencePart::Spread(value) => {
                                self.lay_documents(value, occurrence);
                            }
                        }
                    }
                }
                Refinement::Opaque | Refinement::Merged(_) | Refinement::Entry(_) => self.lay_unknown(&of.symbol),
            },
            ValueKind::Null(_)
            | ValueKind::Bool(_)
            | ValueKind::Number(_)
            | ValueKind::Map(..)
            | ValueKind::Object(_) => {}
        }
    }

    fn lay_text(&mut self, text: &Text, of: &Value, occurrence: &Occurrence) {
        if let Some(document) = text.json() {
            return self.lay(document, occurrence);
        }
        let is_known = |piece: &Piece| matches!(piece, Piece::Known(_));
        if text.is_empty() {
            return;
        }
        if !text.pieces().iter().any(is_known) {
            return text.holes().take(1).for_each(|symbol| self.lay_unknown(symbol));
        }
        match json::decode(text) {
            Ok(document) => self.lay(&document, occurrence),
            // The provider refuses it: what comes of it is not known.
            Err(_) => self.lay_unknown(&canonical::call_symbol("jsondecode", std::slice::from_ref(of))),
        }
    }

    /// An unknown document may replace every statement that has a `Sid`, and add others.
    fn lay_unknown(&mut self, symbol: &Symbol) {
        let value = unknown(symbol.clone(), Refinement::Opaque);
        self.lay_slot(Slot { layer: self.layer, value, occurrence: None });
    }

    /// Lays one document over what is there.
    pub(super) fn lay(&mut self, document: &Value, occurrence: &Occurrence) {
        if let ValueKind::Unknown(of) = &document.kind {
            return match &of.refinement {
                Refinement::OneOf(branches) => {
                    for branch in branches.iter() {
                        self.lay(branch, &Occurrence::Possibly(of.symbol.clone()));
                    }
                }
                Refinement::Opaque | Refinement::Sequence(_) | Refinement::Merged(_) | Refinement::Entry(_) => {
                    self.lay_unknown(&of.symbol);
                }
            };
        }
        let Some(fields) = document.fields() else { return };
        for (name, field) in fields.iter() {
            match name.to_ascii_lowercase().as_str() {
                "version" => self.upgrade_version(field),
                "id" => self.adopt_id(field),
                "statement" => self.lay_statements(&field.value, occurrence),
                _ => {}
            }
        }
    }

    /// The greater version wins; it is a date.
    pub(super) fn upgrade_version(&mut self, field: &Field) {
        let known = |field: &Field| field.value.as_str();
        let keeps = match (&self.version, known(field)) {
            (None, _) => false,
            (Some(there), Some(new)) => known(there).is_some_and(|there| there >= new),
            (Some(there), None) => known(there).is_some_and(|there| there == LATEST_VERSION),
        };
        if !keeps {
            self.version = Some(field.clone());
        }
    }

    /// The last identifier that is not empty wins.
    pub(super) fn adopt_id(&mut self, field: &Field) {
        if !field.value.as_text().is_some_and(Text::is_empty) && !field.value.is_null() {
            self.id = Some(field.clone());
        }
    }

    fn lay_statements(&mut self, value: &Value, occurrence: &Occurrence) {
        match &value.kind {
            ValueKind::List(_, items) | ValueKind::Set(_, items) | ValueKind::Tuple(items) => {
                for item in items.iter() {
                    self.lay_statements(item, occurrence);
                }
            }
            ValueKind::Map(..) | ValueKind::Object(_) => self.lay_statement(value.clone(), occurrence.clone()),
            ValueKind::Unknown(of) => match &of.refinement {
                Refinement::OneOf(branches) => {
                    for branch in branches.iter() {
                        self.lay_statements(branch, &Occurrence::Possibly(of.symbol.clone()));
                    }
                }
                Refinement::Sequence(parts) => {
                    for part in parts.iter() {
                        match part {
                            SequencePart::One(value) | SequencePart::Spread(value) => {
                                self.lay_statements(value, occurrence);
                            }
                        }
                    }
                }
                Refinement::Merged(_) | Refinement::Entry(_) => {
                    self.lay_statement(value.clone(), occurrence.clone());
                }
                Refinement::Opaque => self.lay_unknown(&of.symbol),
            },
            ValueKind::Null(_) | ValueKind::Bool(_) | ValueKind::Number(_) | ValueKind::String(_) => {}
        }
    }

    /// Lays one statement over those that are there: one of the same `Sid` gives way.
    pub(super) fn lay_statement(&mut self, value: Value, occurrence: Occurrence) {
        self.lay_slot(Slot { layer: self.layer, value: in_shape(value), occurrence: Some(occurrence) });
    }

    fn lay_slot(&mut self, new: Slot) {
        let sid = new.sid();
        let rivals: Vec<usize> = match sid.known() {
            Some(known) => self.by_sid.get(&known).into_iter().flatten().chain(&self.unknown_sids).copied().collect(),
            None if matches!(sid, Sid::None) => Vec::new(),
            None => (0..self.statements.len()).collect(),
        };
        for at in rivals {
            let Some(there) = self.statements.get_mut(at) else { continue };
            match (there.sid().same(&sid), &new.occurrence) {
                (Truth::No, _) => {}
                (Truth::Yes, Some(Occurrence::Once)) => {
                    if let (Some(Occurrence::Once), Some(lost), Some(by)) =
                        (&there.occurrence, there.sid_value(), new.sid_value())
                    {
                        let replacement = there.layer.replaced_by(new.layer);
                        self.replaced.push(Replaced { lost: lost.clone(), by: by.clone(), replacement });
                    }
                    *there = new;
                    return;
                }
                (Truth::Yes | Truth::Unknown, _) => there.doubt(&new),
            }
        }
        match sid.known() {
            Some(known) => self.by_sid.entry(known).or_default().push(self.statements.len()),
            None if matches!(sid, Sid::None) => {}
            None => self.unknown_sids.push(self.statements.len()),
        }
        self.statements.push(new);
    }

    /// The merged document.
    pub(super) fn finish(self, identity: &Identity) -> (Option<Field>, Option<Field>, Option<Value>) {
        let mut parts = Vec::new();
        for slot in self.statements {
            match slot.occurrence {
                Some(occurrence) => parts.extend(occurring(vec![SequencePart::One(slot.value)], &occurrence)),
                None => parts.push(SequencePart::Spread(slot.value)),
            }
        }
        let statements = (!parts.is_empty()).then(|| identity.part("Statement").list(parts));
        (self.version, self.id, statements)
    }
}

/// The default, and the last version there is.
pub(super) const LATEST_VERSION: &str = "2012-10-17";

/// What decides whether `new` takes the place of another statement.
fn decider(new: &Slot) -> Option<Symbol> {
    match &new.occurrence {
        Some(Occurrence::Possibly(symbol) | Occurrence::Repeatedly(symbol)) => Some(symbol.clone()),
        Some(Occurrence::Once) => match new.sid() {
            Sid::Text(text) => text.holes().next().cloned(),
            Sid::None | Sid::Any => symbol_of(&new.value),
        },
        None => symbol_of(&new.value),
    }
}

/// The elements that the provider knows. It finds them in any case and writes them in this.
const ELEMENTS: [&str; 9] =
    ["Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Principal", "NotPrincipal", "Condition"];

/// A statement of another document as the provider writes it again: elements that it does not
/// know are gone, and so are an empty `Sid` and empty maps.
fn in_shape(statement: Value) -> Value {
    let Some(fields) = statement.fields() else { return statement };
    let mut shaped = Fields::new();
    for (name, field) in fields.iter() {
        let known = ELEMENTS.iter().find(|element| element.eq_ignore_ascii_case(name));
        let is_empty = match &field.value.kind {
            ValueKind::Null(_) => true,
            ValueKind::String(text) => text.is_empty(),
            ValueKind::Map(_, fields) | ValueKind::Object(fields) => fields.is_empty(),
            ValueKind::Bool(_)
            | ValueKind::Number(_)
            | ValueKind::List(..)
            | ValueKind::Set(..)
            | ValueKind::Tuple(_)
            | ValueKind::Unknown(_) => false,
        };
        if let Some(element) = known.filter(|_| !is_empty) {
            shaped.insert((*element).into(), field.clone());
        }
    }
    Value { kind: ValueKind::Object(Arc::new(shaped)), ..statement }
}
