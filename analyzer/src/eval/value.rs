//! What an expression is worth: Terraform's values, with the places they were
//! written at, and with unknowns that keep what is known about them.
//!
//! INVARIANT: an operation that does not look into [`Refinement`] and treats every
//! [`ValueKind::Unknown`] alike, and every [`Text`] with a hole as unknown, is sound.
//! Refinements only ever add knowledge.

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::SmolStr;

use crate::source::Span;

use super::number::Number;
use super::symbol::Symbol;
use super::text::Text;
use super::types::Type;

/// A value and where it comes from.
#[derive(Debug, Clone)]
pub struct Value {
    /// What it is.
    pub kind: ValueKind,
    /// Where it was written.
    pub origin: Origin,
    /// Marked `sensitive` (or ephemeral): its content is never printed.
    pub sensitive: bool,
}

/// The forms of a value. Collections are shared: a clone costs a counter.
#[derive(Debug, Clone)]
pub enum ValueKind {
    /// `null` of a type.
    Null(Type),
    /// A truth value.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A string, perhaps with holes.
    String(Text),
    /// A list of one element type.
    List(Type, Arc<[Value]>),
    /// A set, in Terraform's iteration order, without duplicates.
    Set(Type, Arc<[Value]>),
    /// A sequence with a type for each element.
    Tuple(Arc<[Value]>),
    /// A map of one element type.
    Map(Type, Arc<Fields>),
    /// A structure.
    Object(Arc<Fields>),
    /// Not known before apply, or not from the source.
    Unknown(Unknown),
}

/// The entries of a map or object, sorted by key as Terraform iterates them.
pub type Fields = BTreeMap<SmolStr, Field>;

/// One entry of a map or object.
#[derive(Debug, Clone)]
pub struct Field {
    /// Where the key was written.
    pub key: Origin,
    /// Its value.
    pub value: Value,
}

/// A value that is not known, and what is known of it all the same.
#[derive(Debug, Clone)]
pub struct Unknown {
    /// Its identity: two unknowns of one symbol are equal.
    pub symbol: Symbol,
    /// Its type; [`Type::Dynamic`] if even that is open.
    pub ty: Type,
    /// Whether `null` is excluded.
    pub not_null: bool,
    /// What is known of its content.
    pub refinement: Refinement,
}

/// Knowledge about an unknown.
#[derive(Debug, Clone, Default)]
pub enum Refinement {
    /// None.
    #[default]
    Opaque,
    /// It is one of these: the branches of a condition, an instance that may not exist.
    OneOf(Arc<[Value]>),
    /// A sequence of which parts are known: `concat([a], unknown)`.
    Sequence(Arc<[SequencePart]>),
    /// A map or object merged from these, later ones over earlier ones, of which
    /// at least one is unknown.
    Merged(Arc<[Value]>),
    /// A map or object with one entry, whose key is a string with holes: the key and the value.
    Entry(Arc<(Value, Value)>),
}

/// Part of a partly known sequence.
#[derive(Debug, Clone)]
pub enum SequencePart {
    /// Exactly this element.
    One(Value),
    /// The elements of this value, an unknown sequence: none, one or many.
    Spread(Value),
}

/// Where a value was written, and by which references it came to be used.
///
/// A reference changes the origin of the outermost value only: the elements of a
/// list keep theirs, so the way of an element is the way of all that holds it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// The expression that made the value: a literal, an object constructor, a call.
    pub span: Option<Span>,
    /// The references that it passed, the last one first.
    pub via: Option<Arc<Via>>,
}

/// One reference that a value passed on its way: `local.actions` in a statement.
#[derive(Debug, PartialEq, Eq)]
pub struct Via {
    /// The reference.
    pub span: Span,
    /// The one before it.
    pub next: Option<Arc<Via>>,
}

impl Origin {
    /// The origin of what is written at `span`.
    #[must_use]
    pub fn at(span: Span) -> Self {
        Self { span: Some(span), via: None }
    }

    /// The same origin, reached through the reference at `span`.
    #[must_use]
    pub fn through(self, span: Span) -> Self {
        Self { span: self.span, via: Some(Arc::new(Via { span, next: self.via })) }
    }

    /// The references passed, the last one first.
    pub fn references(&self) -> impl Iterator<Item = Span> {
        std::iter::successors(self.via.as_deref(), |via| via.next.as_deref()).map(|via| via.span)
    }
}

impl Value {
    /// A value without a place, not sensitive.
    #[must_use]
    pub fn new(kind: ValueKind) -> Self {
        Self { kind, origin: Origin::default(), sensitive: false }
    }

    /// A known string without a place.
    #[must_use]
    pub fn string(text: impl Into<SmolStr>) -> Self {
        Self::new(ValueKind::String(Text::known(text)))
    }

    /// A truth value without a place.
    #[must_use]
    pub fn bool(value: bool) -> Self {
        Self::new(ValueKind::Bool(value))
    }

    /// An unknown value of which nothing but its identity and type is known.
    #[must_use]
    pub fn unknown(symbol: Symbol, ty: Type) -> Self {
        Self::new(ValueKind::Unknown(Unknown { symbol, ty, not_null: false, refinement: Refinement::Opaque }))
    }

    /// The same value with another origin.
    #[must_use]
    pub fn with_origin(mut self, origin: Origin) -> Self {
        self.origin = origin;
        self
    }

    /// The same value, written at `span` if it has no place yet.
    #[must_use]
    pub fn or_at(mut self, span: Span) -> Self {
        self.origin.span.get_or_insert(span);
        self
    }

    /// The text, if this is a string (with or without holes).
    #[must_use]
    pub fn as_text(&self) -> Option<&Text> {
        match &self.kind {
            ValueKind::String(text) => Some(text),
            _ => None,
        }
    }

    /// The text, if this is a string; a hole if it is not known whether it is one, or which.
    #[must_use]
    pub fn to_text(&self) -> Option<Text> {
        match &self.kind {
            ValueKind::String(text) => Some(text.clone()),
            ValueKind::Unknown(unknown) => Some(Text::hole(unknown.symbol.clone())),
            ValueKind::Null(_)
            | ValueKind::Bool(_)
            | ValueKind::Number(_)
            | ValueKind::List(..)
            | ValueKind::Set(..)
            | ValueKind::Tuple(_)
            | ValueKind::Map(..)
            | ValueKind::Object(_) => None,
        }
    }

    /// The text, if this is a string without holes.
    #[must_use]
    pub fn as_str(&self) -> Option<SmolStr> {
        self.as_text().and_then(Text::as_known)
    }

    /// Whether this is `null` for certain.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self.kind, ValueKind::Null(_))
    }

    /// The elements, if this is a known list, set or tuple (elements may be unknown).
    #[must_use]
    pub fn elements(&self) -> Option<&Arc<[Value]>> {
        match &self.kind {
            ValueKind::List(_, items) | ValueKind::Set(_, items) | ValueKind::Tuple(items) => Some(items),
            _ => None,
        }
    }

    /// The entries, if this is a known map or object (values may be unknown).
    #[must_use]
    pub fn fields(&self) -> Option<&Arc<Fields>> {
        match &self.kind {
            ValueKind::Map(_, fields) | ValueKind::Object(fields) => Some(fields),
            _ => None,
        }
    }

    /// Whether nothing in it, at any depth, is unknown.
    #[must_use]
    pub fn is_wholly_known(&self) -> bool {
        match &self.kind {
            ValueKind::Null(_) | ValueKind::Bool(_) | ValueKind::Number(_) => true,
            ValueKind::String(text) => text.is_known(),
            ValueKind::List(_, items) | ValueKind::Set(_, items) | ValueKind::Tuple(items) => {
                items.iter().all(Self::is_wholly_known)
            }
            ValueKind::Map(_, fields) | ValueKind::Object(fields) => {
                fields.values().all(|field| field.value.is_wholly_known())
            }
            ValueKind::Unknown(_) => false,
        }
    }
}
