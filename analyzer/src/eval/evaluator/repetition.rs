//! `count` and `for_each`: how many instances there are, and under which keys.

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::SmolStr;

use crate::source::Span;
use crate::syntax::ast::Body;

use super::super::convert::convert;
use super::super::error::EvalError;
use super::super::expression::canonical;
use super::super::number::Number;
use super::super::scope::Scope;
use super::super::symbol::{Cause, Symbol};
use super::super::types::Type;
use super::super::value::{Field, Fields, Origin, Refinement, SequencePart, Unknown, Value, ValueKind};
use super::instances::{Expansion, meta_argument};
use super::{Evaluator, Existence, InstanceKey};

/// More instances of one block are not told apart.
const MOST_INSTANCES: usize = 10_000;

/// How a reference to a repeated block looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::eval) enum Shape {
    /// One object.
    Single,
    /// A tuple.
    Count,
    /// An object by key.
    ForEach,
}

/// The instances of a block before they are made.
#[derive(Debug)]
pub(in crate::eval) struct Repetition {
    pub(in crate::eval) shape: Shape,
    pub(in crate::eval) entries: Vec<Entry>,
    /// What the set of instances can be, as numbers of entries. One for a known set.
    alternatives: Vec<Vec<usize>>,
    /// What decides between the alternatives, or how many more there are.
    decided_by: Option<Symbol>,
    /// `count` or `for_each`, if there may be instances that are not among the entries.
    open: Option<Value>,
}

/// One instance.
#[derive(Debug, Clone)]
pub(in crate::eval) struct Entry {
    pub(in crate::eval) key: InstanceKey,
    pub(in crate::eval) existence: Existence,
    /// `count` or `each`, and its attributes.
    binding: Option<(&'static str, Value)>,
}

impl Entry {
    pub(in crate::eval) fn bind(&self, scope: &Scope) -> Scope {
        match &self.binding {
            Some((name, value)) => scope.bind(*name, value.clone()),
            None => scope.clone(),
        }
    }

    fn counted(index: usize) -> Self {
        let number = Value::new(ValueKind::Number(Number::from(i64::try_from(index).unwrap_or(i64::MAX))));
        Self {
            key: InstanceKey::Index(index),
            existence: Existence::Certain,
            binding: Some(("count", object([("index", number)]))),
        }
    }

    fn each(key: InstanceKey, name: Value, value: Value) -> Self {
        Self { key, existence: Existence::Certain, binding: Some(("each", object([("key", name), ("value", value)]))) }
    }
}

fn object<const N: usize>(fields: [(&str, Value); N]) -> Value {
    let field = |(name, value): (&str, Value)| (SmolStr::new(name), Field { key: Origin::default(), value });
    Value::new(ValueKind::Object(Arc::new(fields.into_iter().map(field).collect())))
}

impl Repetition {
    fn certain(shape: Shape, entries: Vec<Entry>) -> Self {
        let all = (0..entries.len()).collect();
        Self { shape, entries, alternatives: vec![all], decided_by: None, open: None }
    }

    /// The only instance of a block with neither `count` nor `for_each`.
    pub(super) fn once() -> Self {
        let only = Entry { key: InstanceKey::None, existence: Existence::Certain, binding: None };
        Self::certain(Shape::Single, vec![only])
    }

    /// Any number of instances.
    pub(super) fn unknown(evaluator: &Evaluator<'_>, address: &str, span: Option<Span>, cause: Cause) -> Self {
        let symbol = evaluator.symbol(format!("instances of {address}"), cause, span);
        let collection = Value::unknown(symbol.clone(), Type::Dynamic);
        let entry = summary_entry(evaluator, Shape::ForEach, &collection);
        Self {
            shape: Shape::ForEach,
            entries: vec![entry],
            alternatives: Vec::new(),
            decided_by: Some(symbol),
            open: Some(collection),
        }
    }

    /// The key that `value` asks for; `None` if it is not known.
    pub(super) fn key_for(&self, value: &Value) -> Option<InstanceKey> {
        let wanted = if self.shape == Shape::Count { Type::Number } else { Type::String };
        let key = convert(value, &wanted).ok()?;
        match &key.kind {
            ValueKind::Number(number) => number.as_usize().map(InstanceKey::Index),
            ValueKind::String(text) => Some(InstanceKey::Name(text.display().into())),
            _ => None,
        }
    }

    /// The instance that a plan has under `key`; `None` if the block cannot have one there.
    fn planned(&self, evaluator: &Evaluator<'_>, key: &InstanceKey) -> Option<Entry> {
        match (self.shape, key) {
            (Shape::Count, InstanceKey::Index(index)) => Some(Entry::counted(*index)),
            (Shape::ForEach, InstanceKey::Name(name)) => {
                let text = Value::string(name.clone());
                let value = self.value_under(evaluator, &text);
                Some(Entry::each(key.clone(), text, value))
            }
            (Shape::Single | Shape::Count | Shape::ForEach, _) => None,
        }
    }

    /// `scope` as the instance under `key` sees it.
    pub(super) fn bind_key(&self, evaluator: &Evaluator<'_>, scope: &Scope, key: &Value) -> Scope {
        if self.shape == Shape::Count {
            return scope.bind("count", object([("index", key.clone())]));
        }
        let value = self.value_under(evaluator, key);
        scope.bind("each", object([("key", key.clone()), ("value", value)]))
    }

    /// `each.value` of the instance under `key`.
    fn value_under(&self, evaluator: &Evaluator<'_>, key: &Value) -> Value {
        let under = |each: &Value| match &each.kind {
            ValueKind::Unknown(
                Unknown { ty: Type::Set(_), .. } | Unknown { refinement: Refinement::Sequence(_), .. },
            ) => None,
            _ => evaluator.quiet_if(true, || evaluator.get_index(each, key)).ok(),
        };
        self.open.as_ref().and_then(under).unwrap_or_else(|| key.clone())
    }

    /// Marks the entries that are not in every alternative.
    fn settle(mut self) -> Self {
        let Some(symbol) = self.decided_by.clone() else { return self };
        let alternatives = &self.alternatives;
        for (index, entry) in self.entries.iter_mut().enumerate() {
            let always = !alternatives.is_empty() && alternatives.iter().all(|chosen| chosen.contains(&index));
            if entry.key == InstanceKey::Summary || (!always && !alternatives.is_empty()) {
                entry.existence = Existence::MayExist(symbol.clone());
            }
        }
        self
    }
}

impl Evaluator<'_> {
    /// How often the block with `body` is there. `address` names it.
    pub(super) fn repetition(&self, body: &Body, scope: &Scope, address: &str) -> Arc<Repetition> {
        if let Some((count, span)) = meta_argument(self, body, "count", scope) {
            return Arc::new(self.narrowed(self.counted(&count, span, address), address));
        }
        if let Some((each, span)) = meta_argument(self, body, "for_each", scope) {
            return Arc::new(self.narrowed(self.for_each(&each, span, address), address));
        }
        Arc::clone(&self.once)
    }

    /// The same, with the instances that a plan lists where the source does not tell which there are.
    fn narrowed(&self, repetition: Repetition, address: &str) -> Repetition {
        let keys = repetition.decided_by.as_ref().and_then(|_| self.planned_keys(address));
        let Some(keys) = keys.filter(|keys| keys.len() <= MOST_INSTANCES) else { return repetition };
        let known: BTreeMap<String, &Entry> =
            repetition.entries.iter().map(|entry| (entry.key.to_string(), entry)).collect();
        let entry = |key: &InstanceKey| match known.get(&key.to_string()) {
            Some(known) => Some(Entry { existence: Existence::Certain, ..(*known).clone() }),
            None => repetition.planned(self, key),
        };
        let entries: Option<Vec<Entry>> = keys.iter().map(entry).collect();
        match entries {
            Some(entries) => Repetition::certain(repetition.shape, entries),
            None => repetition,
        }
    }

    fn counted(&self, count: &Value, span: Span, address: &str) -> Repetition {
        if let Some(number) = number_of(count) {
            return Repetition::certain(Shape::Count, (0..number).map(Entry::counted).collect());
        }
        let ValueKind::Unknown(unknown) = &count.kind else {
            self.record(EvalError::at(span, "`count` must be a whole number from 0 on"));
            return self.count_open(&self.fresh_unknown(address, Cause::Failed, Some(span)));
        };
        let Refinement::OneOf(options) = &unknown.refinement else { return self.count_open(count) };
        let Some(numbers) = options.iter().map(number_of).collect::<Option<Vec<_>>>() else {
            return self.count_open(count);
        };
        let most = numbers.iter().copied().max().unwrap_or(0);
        let alternatives = numbers.iter().map(|number| (0..*number).collect()).collect();
        let entries = (0..most).map(Entry::counted).collect();
        let decided_by = Some(unknown.symbol.clone());
        Repetition { shape: Shape::Count, entries, alternatives, decided_by, open: None }.settle()
    }

    fn count_open(&self, count: &Value) -> Repetition {
        let decided_by = symbol_of(count);
        let entries = vec![summary_entry(self, Shape::Count, count)];
        let open = Some(count.clone());
        Repetition { shape: Shape::Count, entries, alternatives: Vec::new(), decided_by, open }.settle()
    }

    fn for_each(&self, each: &Value, span: Span, address: &str) -> Repetition {
        match &each.kind {
            ValueKind::Unknown(unknown) => self.for_each_unknown(each, unknown),
            _ => match self.entries_of(each) {
                Some(entries) => Repetition::certain(Shape::ForEach, entries),
                None => {
                    self.record(EvalError::at(span, "`for_each` must be a map, an object or a set of strings"));
                    Repetition::unknown(self, address, Some(span), Cause::Failed)
                }
            },
        }
    }

    fn entries_of(&self, each: &Value) -> Option<Vec<Entry>> {
        let named = |(name, field): (&SmolStr, &Field)| {
            let key = Value::string(name.clone()).with_origin(field.key.clone());
            Entry::each(InstanceKey::Name(name.clone()), key, marked(&field.value, each))
        };
        match (&each.kind, each.fields()) {
            (_, Some(fields)) => Some(fields.iter().take(MOST_INSTANCES).map(named).collect()),
            (ValueKind::Set(_, items), _) => {
                Some(items.iter().take(MOST_INSTANCES).map(|item| self.set_entry(item)).collect())
            }
            // Not valid in Terraform, but what is meant is plain.
            (ValueKind::Tuple(items) | ValueKind::List(_, items), _) if items.is_empty() => Some(Vec::new()),
            _ => None,
        }
    }

    fn set_entry(&self, item: &Value) -> Entry {
        match item.as_text() {
            Some(text) => Entry::each(InstanceKey::Name(text.display().into()), item.clone(), item.clone()),
            None => Entry::each(InstanceKey::Name(canonical(item)), item.clone(), item.clone()),
        }
    }

    fn for_each_unknown(&self, each: &Value, unknown: &Unknown) -> Repetition {
        match &unknown.refinement {
            Refinement::OneOf(options) => match options.iter().map(|option| self.entries_of(option)).collect() {
                Some(options) => one_of(options, &unknown.symbol),
                None => self.for_each_open(each, Vec::new(), unknown),
            },
            Refinement::Merged(parts) => {
                let known: Fields =
                    parts.iter().filter_map(Value::fields).flat_map(|fields| (**fields).clone()).collect();
                let known = Value::new(ValueKind::Object(Arc::new(known)));
                self.for_each_open(each, self.entries_of(&known).unwrap_or_default(), unknown)
            }
            Refinement::Sequence(parts) => {
                let known = parts.iter().filter_map(|part| match part {
                    SequencePart::One(item) => Some(self.set_entry(item)),
                    SequencePart::Spread(_) => None,
                });
                self.for_each_open(each, known.collect(), unknown)
            }
            Refinement::Opaque | Refinement::Entry(_) => self.for_each_open(each, Vec::new(), unknown),
        }
    }

    fn for_each_open(&self, each: &Value, mut entries: Vec<Entry>, unknown: &Unknown) -> Repetition {
        entries.push(summary_entry(self, Shape::ForEach, each));
        let decided_by = Some(unknown.symbol.clone());
        let open = Some(each.clone());
        Repetition { shape: Shape::ForEach, entries, alternatives: Vec::new(), decided_by, open }.settle()
    }

    /// All instances as one value, each made by `value`; `suffix` is what it takes of an instance,
    /// as it is written behind it.
    pub(in crate::eval) fn expansion_value<I>(
        &self,
        expansion: &Expansion<I>,
        suffix: &str,
        value: impl Fn(&Arc<I>) -> Value,
    ) -> Value {
        let repetition = &expansion.repetition;
        let values: Vec<Value> = expansion.instances.iter().map(value).collect();
        if repetition.shape == Shape::Single {
            return values.into_iter().next().unwrap_or_else(|| Value::new(ValueKind::Null(Type::Dynamic)));
        }
        if repetition.open.is_some() {
            return self.open_value(expansion, suffix, &values);
        }
        let mut candidates: Vec<Value> =
            repetition.alternatives.iter().map(|chosen| repetition.collect(chosen, &values)).collect();
        match (&repetition.decided_by, candidates.len()) {
            (Some(decided_by), 2..) => {
                let symbol = self.instances_symbol(&expansion.address, suffix, decided_by);
                let refinement = Refinement::OneOf(candidates.into());
                let ty = Type::Dynamic;
                Value::new(ValueKind::Unknown(Unknown { symbol, ty, not_null: true, refinement }))
            }
            _ => candidates.pop().unwrap_or_else(|| repetition.collect(&[], &values)),
        }
    }

    /// The values of a block of which not all instances are known.
    fn open_value<I>(&self, expansion: &Expansion<I>, suffix: &str, values: &[Value]) -> Value {
        let repetition = &expansion.repetition;
        let Some(decided_by) = &repetition.decided_by else { return repetition.collect(&[], values) };
        let symbol = self.instances_symbol(&expansion.address, suffix, decided_by);
        let known: Vec<usize> = (0..repetition.entries.len())
            .filter(|index| repetition.entries.get(*index).is_some_and(|entry| entry.key != InstanceKey::Summary))
            .collect();
        let refinement = if repetition.shape == Shape::ForEach {
            let rest = Value::unknown(symbol.clone(), Type::Dynamic);
            Refinement::Merged(Arc::from([rest, repetition.collect(&known, values)]))
        } else {
            Refinement::Opaque
        };
        Value::new(ValueKind::Unknown(Unknown { symbol, ty: Type::Dynamic, not_null: true, refinement }))
    }

    fn instances_symbol(&self, address: &str, suffix: &str, decided_by: &Symbol) -> Symbol {
        let text = if suffix.is_empty() { address.to_owned() } else { format!("{address}[*]{suffix}") };
        Symbol::new(self.scope_name().clone(), text, Cause::Derived(vec![decided_by.clone()]), decided_by.span())
    }
}

impl Repetition {
    /// The values of the entries `chosen` as a reference to the block gives them.
    fn collect(&self, chosen: &[usize], values: &[Value]) -> Value {
        let pairs = chosen.iter().filter_map(|index| Some((self.entries.get(*index)?, values.get(*index)?)));
        if self.shape == Shape::Count {
            return Value::new(ValueKind::Tuple(pairs.map(|(_, value)| value.clone()).collect()));
        }
        let fields = pairs.filter_map(|(entry, value)| match &entry.key {
            InstanceKey::Name(name) => Some((name.clone(), Field { key: Origin::default(), value: value.clone() })),
            InstanceKey::None | InstanceKey::Index(_) | InstanceKey::Summary => None,
        });
        Value::new(ValueKind::Object(Arc::new(fields.collect())))
    }
}

/// The instances of each alternative put together: the same key is the same instance.
fn one_of(options: Vec<Vec<Entry>>, symbol: &Symbol) -> Repetition {
    let mut entries: Vec<Entry> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut alternatives = Vec::with_capacity(options.len());
    for option in options {
        let mut chosen = Vec::with_capacity(option.len());
        for entry in option {
            let place = *places.entry(entry.key.to_string()).or_insert(entries.len());
            if place == entries.len() {
                entries.push(entry);
            }
            chosen.push(place);
        }
        alternatives.push(chosen);
    }
    let decided_by = Some(symbol.clone());
    Repetition { shape: Shape::ForEach, entries, alternatives, decided_by, open: None }.settle()
}

/// The instance that stands for all that are not known.
fn summary_entry(evaluator: &Evaluator<'_>, shape: Shape, collection: &Value) -> Entry {
    let binding = if shape == Shape::Count {
        ("count", object([("index", evaluator.iteration("count.index", collection, Type::Number))]))
    } else {
        let is_set = matches!(&collection.kind, ValueKind::Unknown(Unknown { ty: Type::Set(_), .. }));
        let key = evaluator.iteration("each.key", collection, Type::String);
        let value =
            if is_set { key.clone() } else { evaluator.iteration("each.value", collection, element_type(collection)) };
        ("each", object([("key", key), ("value", value)]))
    };
    let existence = symbol_of(collection).map_or(Existence::Certain, Existence::MayExist);
    Entry { key: InstanceKey::Summary, existence, binding: Some(binding) }
}

fn element_type(collection: &Value) -> Type {
    match &collection.kind {
        ValueKind::Unknown(Unknown { ty: Type::Map(ty) | Type::Set(ty), .. }) => (**ty).clone(),
        _ => Type::Dynamic,
    }
}

fn symbol_of(value: &Value) -> Option<Symbol> {
    match &value.kind {
        ValueKind::Unknown(unknown) => Some(unknown.symbol.clone()),
        _ => None,
    }
}

fn number_of(value: &Value) -> Option<usize> {
    match &convert(value, &Type::Number).ok()?.kind {
        ValueKind::Number(number) => number.as_usize().map(|number| number.min(MOST_INSTANCES)),
        _ => None,
    }
}

fn marked(value: &Value, collection: &Value) -> Value {
    let mut value = value.clone();
    value.sensitive |= collection.sensitive;
    value
}
