//! Values as mentions: the names and ARNs that an attribute holds.

use crate::eval::evaluator::Existence;
use crate::eval::symbol::Symbol;
use crate::eval::text::Text;
use crate::eval::value::{Refinement, SequencePart, Unknown, Value, ValueKind};
use crate::source::Span;

/// A name or an ARN that something is called by.
#[derive(Debug, Clone)]
pub(in crate::iam) struct Mention {
    /// The text: a hole if it is one of several.
    pub(in crate::iam) text: Text,
    /// Where it was written, if it has a place.
    pub(in crate::iam) span: Option<Span>,
    /// Whether it is there.
    pub(in crate::iam) existence: Existence,
    /// What it is one of.
    options: Vec<Self>,
}

/// The mentions of an attribute.
#[derive(Debug, Clone, Default)]
pub(in crate::iam) struct Mentions {
    pub(in crate::iam) items: Vec<Mention>,
    /// What may add some.
    pub(in crate::iam) open: Vec<Symbol>,
}

impl Mention {
    fn new(text: Text, value: &Value, existence: &Existence) -> Self {
        Self { text, span: value.origin.span, existence: existence.clone(), options: Vec::new() }
    }

    /// The texts that it may be. One whose own text `is_known` is not looked into.
    pub(in crate::iam) fn texts(&self, is_known: &dyn Fn(&Text) -> bool) -> Vec<(&Text, Existence)> {
        if self.options.is_empty() || is_known(&self.text) {
            return vec![(&self.text, self.existence.clone())];
        }
        let options = self.options.iter().flat_map(|option| option.texts(is_known));
        options.map(|(text, existence)| (text, self.existence.and(&existence))).collect()
    }
}

impl Mentions {
    /// The names that `value`, a string or a list of them, holds.
    pub(in crate::iam) fn of(value: &Value, existence: &Existence) -> Self {
        let mut mentions = Self::default();
        mentions.add(value, existence);
        mentions
    }

    /// The name that `value` holds, the value of an attribute that takes one.
    pub(in crate::iam) fn of_one(value: &Value, existence: &Existence) -> Self {
        let mut mentions = Self::default();
        mentions.add_one(value, existence);
        mentions
    }

    fn add(&mut self, value: &Value, existence: &Existence) {
        if let Some(items) = value.elements() {
            items.iter().for_each(|item| self.add_one(item, existence));
            return;
        }
        match &value.kind {
            ValueKind::Unknown(Unknown { refinement: Refinement::Sequence(parts), .. }) => {
                for part in parts.iter() {
                    match part {
                        SequencePart::One(value) => self.add_one(value, existence),
                        SequencePart::Spread(value) => self.add(value, existence),
                    }
                }
            }
            ValueKind::Unknown(Unknown { symbol, refinement: Refinement::OneOf(values), .. }) => {
                let existence = existence.and(&Existence::MayExist(symbol.clone()));
                values.iter().for_each(|value| self.add(value, &existence));
            }
            ValueKind::Unknown(unknown) => self.open.push(unknown.symbol.clone()),
            _ => self.add_one(value, existence),
        }
    }

    fn add_one(&mut self, value: &Value, existence: &Existence) {
        match &value.kind {
            ValueKind::String(text) if text.is_empty() => {}
            ValueKind::String(text) => self.items.push(Mention::new(text.clone(), value, existence)),
            ValueKind::Unknown(unknown) => {
                let mut mention = Mention::new(Text::hole(unknown.symbol.clone()), value, existence);
                if let Refinement::OneOf(values) = &unknown.refinement {
                    let perhaps = Existence::MayExist(unknown.symbol.clone());
                    let mut options = Self::default();
                    values.iter().for_each(|value| options.add_one(value, &perhaps));
                    mention.options = options.items;
                    // Null and the empty text name nothing.
                    if mention.options.len() < values.len() {
                        mention.existence = mention.existence.and(&perhaps);
                    }
                    if mention.options.is_empty() {
                        return;
                    }
                }
                self.items.push(mention);
            }
            ValueKind::Null(_)
            | ValueKind::Bool(_)
            | ValueKind::Number(_)
            | ValueKind::List(..)
            | ValueKind::Set(..)
            | ValueKind::Tuple(_)
            | ValueKind::Map(..)
            | ValueKind::Object(_) => {}
        }
    }
}
