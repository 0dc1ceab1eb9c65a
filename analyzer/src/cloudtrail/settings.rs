//! The arguments and nested blocks of a resource, evaluated, each with its place.

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::SmolStr;

use crate::eval::evaluator::{EvaluatedBlock, Evaluator, Existence, ResourceInstance};
use crate::eval::symbol::Symbol;
use crate::eval::text::Text;
use crate::eval::value::{Refinement, SequencePart, Unknown, Value, ValueKind};
use crate::policy::sites::declared::Headers;
use crate::source::Span;
use crate::syntax::ast::Body;
use crate::truth::Truth;

/// How the arguments of a resource type are read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Vocabulary {
    /// The arguments and blocks that hold others, in the names of the provider `aws`.
    pub(super) blocks: &'static [&'static str],
    /// What the provider calls otherwise, and its name in the provider `aws`.
    pub(super) renamed: &'static [(&'static str, &'static str)],
}

/// What a block says, or an object in place of one.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The header of the block, or the object.
    pub span: Span,
    /// Whether it is there.
    pub existence: Existence,
    /// Whether it stands for any number of blocks.
    pub summary: bool,
    /// What may add arguments and blocks.
    pub open: Vec<Symbol>,
    arguments: BTreeMap<SmolStr, Argument>,
    blocks: BTreeMap<SmolStr, Vec<Settings>>,
}

/// An argument that is set: not one that is null for certain.
#[derive(Debug, Clone)]
pub struct Argument {
    /// What it is worth.
    pub value: Value,
    /// Its expression.
    pub span: Span,
    /// Its name.
    pub name: Span,
}

/// What Terraform reads of a block itself.
const META_ARGUMENTS: &[&str] =
    &["connection", "count", "depends_on", "for_each", "lifecycle", "provider", "provisioner"];

impl Vocabulary {
    /// Nothing holds anything else.
    pub(super) const FLAT: Self = Self { blocks: &[], renamed: &[] };

    fn name<'n>(&self, written: &'n str) -> &'n str {
        self.renamed.iter().find(|(known, _)| *known == written).map_or(written, |(_, name)| name)
    }

    fn is_block(&self, written: &str) -> bool {
        self.blocks.contains(&self.name(written))
    }

    /// The names under which a body may have blocks.
    fn written_blocks(&self) -> impl Iterator<Item = &'static str> {
        let renamed = self.renamed.iter().filter(|(_, name)| self.blocks.contains(name)).map(|(written, _)| *written);
        self.blocks.iter().copied().chain(renamed)
    }
}

impl Argument {
    /// The text that it is; a hole if it is not known, `None` if it is no text.
    #[must_use]
    pub fn text(&self) -> Option<Text> {
        self.value.to_text()
    }

    /// Whether it is set: not so if it may be null.
    #[must_use]
    pub fn is_set(&self) -> Truth {
        match &self.value.kind {
            ValueKind::Null(_) => Truth::No,
            ValueKind::Unknown(unknown) if !unknown.not_null => Truth::Unknown,
            _ => Truth::Yes,
        }
    }

    /// Whether it is true; `None` if it is no truth value.
    #[must_use]
    pub fn truth(&self) -> Option<Truth> {
        match &self.value.kind {
            ValueKind::Bool(value) => Some((*value).into()),
            ValueKind::Unknown(_) => Some(Truth::Unknown),
            _ => None,
        }
    }
}

impl Settings {
    /// The argument `name` of the provider `aws`, if it is set or may be.
    #[must_use]
    pub fn argument(&self, name: &str) -> Option<&Argument> {
        self.arguments.get(name)
    }

    /// The blocks `kind` of the provider `aws`, in the order of the text.
    #[must_use]
    pub fn blocks(&self, kind: &str) -> &[Self] {
        self.blocks.get(kind).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether `name` is true; `default` where nothing is said of it.
    #[must_use]
    pub fn truth(&self, name: &str, default: bool) -> Truth {
        match self.argument(name) {
            Some(argument) => argument.truth().unwrap_or(Truth::Unknown),
            None if self.open.is_empty() => default.into(),
            None => Truth::Unknown,
        }
    }

    /// The texts among the arguments, those of nested blocks as well, that are marked `sensitive`.
    #[must_use]
    pub fn secrets(&self) -> Vec<SmolStr> {
        let sensitive = self.arguments.values().filter(|argument| argument.value.sensitive);
        let own = sensitive.filter_map(|argument| argument.text()?.as_known());
        own.chain(self.blocks.values().flatten().flat_map(Self::secrets)).collect()
    }

    fn new(span: Span, existence: Existence) -> Self {
        let (arguments, blocks) = (BTreeMap::new(), BTreeMap::new());
        Self { span, existence, summary: false, open: Vec::new(), arguments, blocks }
    }

    /// What `instance` says, its meta-arguments aside.
    pub(super) fn of_instance(
        evaluator: &Evaluator<'_>,
        instance: &Arc<ResourceInstance>,
        vocabulary: &Vocabulary,
    ) -> Self {
        let mut settings = Self::new(instance.decl.header, instance.existence.clone());
        let body = &instance.decl.body;
        for attribute in body.attributes() {
            let written = attribute.name.text.as_str();
            if META_ARGUMENTS.contains(&written) {
                continue;
            }
            let (span, name) = (attribute.value.range.at(attribute.file), attribute.name.range.at(attribute.file));
            // One that is a block in JSON is read with the other blocks.
            let is_block_of_json =
                vocabulary.is_block(written) && !evaluator.blocks(instance, body, written).is_empty();
            if !is_block_of_json {
                let value = evaluator.attribute(instance, written);
                settings.set(written, Argument { value, span, name }, vocabulary);
            }
        }
        let blocks = |kind: &str| evaluator.blocks(instance, body, kind);
        settings.add_blocks(evaluator, blocks, vocabulary);
        settings
    }

    fn of_block(evaluator: &Evaluator<'_>, block: &EvaluatedBlock, vocabulary: &Vocabulary) -> Self {
        let summary = block.summary;
        let mut settings = Self { summary, ..Self::new(block.span(), block.existence.clone()) };
        let body: &Body = &block.block.body;
        for attribute in body.attributes().filter(|it| !vocabulary.is_block(&it.name.text)) {
            let (span, name) = (attribute.value.range.at(attribute.file), attribute.name.range.at(attribute.file));
            let value = evaluator.attribute_value(attribute, &block.scope);
            settings.set(&attribute.name.text, Argument { value, span, name }, vocabulary);
        }
        settings.add_blocks(evaluator, |kind| evaluator.blocks_in(&block.scope, body, kind), vocabulary);
        settings
    }

    fn add_blocks(
        &mut self,
        evaluator: &Evaluator<'_>,
        of_kind: impl Fn(&str) -> Vec<EvaluatedBlock>,
        vocabulary: &Vocabulary,
    ) {
        for written in vocabulary.written_blocks() {
            for block in of_kind(written) {
                let settings = Self::of_block(evaluator, &block, vocabulary);
                self.add_block(vocabulary.name(written), settings);
            }
        }
    }

    fn add_block(&mut self, kind: &str, block: Self) {
        self.blocks.entry(kind.into()).or_default().push(block);
    }

    /// Moves what stands at the header of a block, since nobody wrote it, to where it is referred to.
    pub(super) fn settle(&mut self, headers: &Headers) {
        for argument in self.arguments.values_mut() {
            headers.settle_value(&mut argument.value);
            if headers.contains(argument.span) {
                argument.span = argument.value.origin.span.unwrap_or(argument.name);
            }
        }
        self.blocks.values_mut().flatten().for_each(|block| block.settle(headers));
    }

    /// Takes an argument, or the blocks that it holds.
    fn set(&mut self, written: &str, argument: Argument, vocabulary: &Vocabulary) {
        if argument.value.is_null() {
            return;
        }
        let name = vocabulary.name(written);
        if vocabulary.blocks.contains(&name) {
            self.add_objects(name, &argument.value, &argument, &Existence::Certain, vocabulary);
        } else {
            self.arguments.insert(name.into(), argument);
        }
    }

    /// Takes the objects in `value`, a list of them or one, as blocks.
    fn add_objects(
        &mut self,
        kind: &str,
        value: &Value,
        at: &Argument,
        existence: &Existence,
        vocabulary: &Vocabulary,
    ) {
        if let Some(items) = value.elements() {
            items.iter().for_each(|item| self.add_objects(kind, item, at, existence, vocabulary));
            return;
        }
        match &value.kind {
            ValueKind::Unknown(unknown) => self.add_unknown(kind, unknown, at, existence, vocabulary),
            ValueKind::Map(_, fields) | ValueKind::Object(fields) => {
                let mut block = Self::new(value.origin.span.unwrap_or(at.span), existence.clone());
                for (written, field) in fields.iter() {
                    let span = field.value.origin.span.unwrap_or(block.span);
                    let name = field.key.span.unwrap_or(span);
                    block.set(written, Argument { value: field.value.clone(), span, name }, vocabulary);
                }
                self.add_block(kind, block);
            }
            ValueKind::Null(_) => {}
            ValueKind::Bool(_)
            | ValueKind::Number(_)
            | ValueKind::String(_)
            | ValueKind::List(..)
            | ValueKind::Set(..)
            | ValueKind::Tuple(_) => {}
        }
    }

    fn add_unknown(
        &mut self,
        kind: &str,
        unknown: &Unknown,
        at: &Argument,
        existence: &Existence,
        vocabulary: &Vocabulary,
    ) {
        match &unknown.refinement {
            Refinement::OneOf(values) => {
                let existence = existence.and(&Existence::MayExist(unknown.symbol.clone()));
                values.iter().for_each(|value| self.add_objects(kind, value, at, &existence, vocabulary));
            }
            Refinement::Sequence(parts) => {
                for part in parts.iter() {
                    match part {
                        SequencePart::One(value) | SequencePart::Spread(value) => {
                            self.add_objects(kind, value, at, existence, vocabulary);
                        }
                    }
                }
            }
            Refinement::Opaque | Refinement::Merged(_) | Refinement::Entry(_) => {
                self.open.push(unknown.symbol.clone());
            }
        }
    }
}
