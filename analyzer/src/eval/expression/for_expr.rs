//! `[for ...]` and `{for ...}`

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::SmolStr;

use crate::syntax::ast::{Expr, ForExpr, Ident};

use super::super::error::EvalError;
use super::super::evaluator::Evaluator;
use super::super::number::Number;
use super::super::scope::Scope;
use super::super::symbol::{Cause, Symbol};
use super::super::types::Type;
use super::super::value::{Field, Fields, Origin, Refinement, SequencePart, Unknown, Value, ValueKind};
use super::constructors::ObjectKey;
use super::lift::{alternatives, one_of_or, over_alternatives};
use super::{Result, canonical, derived, known_bool, refined};

/// One round of an iteration.
pub(in crate::eval) struct Round {
    pub(in crate::eval) key: Value,
    pub(in crate::eval) value: Value,
    /// Whether this stands for any number of rounds, with the symbols of any one of them.
    pub(in crate::eval) summary: bool,
}

/// The rounds over `collection`.
///
/// # Errors
/// When it is null or nothing that can be iterated.
pub(in crate::eval) fn rounds(evaluator: &Evaluator<'_>, collection: &Value) -> Result<Vec<Round>> {
    let numbered = |items: &[Value]| {
        let round =
            |(index, value): (usize, &Value)| Round { key: index_value(index), value: value.clone(), summary: false };
        items.iter().enumerate().map(round).collect()
    };
    let named = |fields: &Fields| {
        let round = |(name, field): (&SmolStr, &Field)| Round {
            key: Value::string(name.clone()).with_origin(field.key.clone()),
            value: field.value.clone(),
            summary: false,
        };
        fields.iter().map(round).collect::<Vec<_>>()
    };
    Ok(match &collection.kind {
        ValueKind::List(_, items) | ValueKind::Tuple(items) => numbered(items),
        ValueKind::Set(_, items) => {
            items.iter().map(|item| Round { key: item.clone(), value: item.clone(), summary: false }).collect()
        }
        ValueKind::Map(_, fields) | ValueKind::Object(fields) => named(fields),
        ValueKind::Unknown(unknown) => match &unknown.refinement {
            Refinement::Sequence(parts) => sequence_rounds(evaluator, collection, parts),
            Refinement::Merged(parts) => merged_rounds(evaluator, parts, named),
            Refinement::Entry(_) => vec![summary_round(evaluator, collection)],
            Refinement::Opaque | Refinement::OneOf(_) if is_iterable(&unknown.ty) => {
                vec![summary_round(evaluator, collection)]
            }
            Refinement::Opaque | Refinement::OneOf(_) => return Err(not_iterable()),
        },
        ValueKind::Null(_) => return Err(EvalError::new("null cannot be iterated")),
        ValueKind::Bool(_) | ValueKind::Number(_) | ValueKind::String(_) => return Err(not_iterable()),
    })
}

fn not_iterable() -> EvalError {
    EvalError::new("only a list, set, tuple, map or object can be iterated")
}

fn is_iterable(ty: &Type) -> bool {
    !matches!(ty, Type::Bool | Type::Number | Type::String)
}

fn index_value(index: usize) -> Value {
    Value::new(ValueKind::Number(Number::from(i64::try_from(index).unwrap_or(i64::MAX))))
}

fn sequence_rounds(evaluator: &Evaluator<'_>, whole: &Value, parts: &[SequencePart]) -> Vec<Round> {
    let mut index = Some(0);
    let mut rounds = Vec::with_capacity(parts.len());
    for part in parts {
        match part {
            SequencePart::One(value) => {
                let key = index.map_or_else(|| evaluator.iteration("each.key", whole, Type::Number), index_value);
                rounds.push(Round { key, value: value.clone(), summary: false });
                index = index.map(|index| index + 1);
            }
            SequencePart::Spread(value) => {
                index = None;
                rounds.push(summary_round(evaluator, value));
            }
        }
    }
    rounds
}

fn merged_rounds(evaluator: &Evaluator<'_>, parts: &[Value], named: impl Fn(&Fields) -> Vec<Round>) -> Vec<Round> {
    let mut known = BTreeMap::new();
    let mut open = Vec::new();
    for part in parts {
        match part.fields() {
            Some(fields) => known.extend(fields.iter().map(|(name, field)| (name.clone(), field.clone()))),
            None => open.push(summary_round(evaluator, part)),
        }
    }
    let mut rounds = named(&known);
    rounds.append(&mut open);
    rounds
}

fn summary_round(evaluator: &Evaluator<'_>, collection: &Value) -> Round {
    let ty = match &collection.kind {
        ValueKind::Unknown(Unknown { ty: Type::List(ty) | Type::Set(ty) | Type::Map(ty), .. }) => (**ty).clone(),
        _ => Type::Dynamic,
    };
    let is_set = matches!(&collection.kind, ValueKind::Unknown(Unknown { ty: Type::Set(_), .. }));
    let value = evaluator.iteration("each.value", collection, ty);
    let key = if is_set { value.clone() } else { evaluator.iteration("each.key", collection, Type::Dynamic) };
    Round { key, value, summary: true }
}

impl Evaluator<'_> {
    /// What stands for `name` in a round over unknown elements of `collection`.
    pub(in crate::eval) fn iteration(&self, name: &str, collection: &Value, ty: Type) -> Value {
        let address = super::canonical::shorten(format!("{name} of {}", canonical(collection)));
        let span = collection.origin.span;
        let mut value = Value::unknown(self.symbol(address, Cause::Iteration, span), ty);
        value.sensitive = collection.sensitive;
        value
    }

    pub(super) fn for_expression(&self, expr: &ForExpr, at: &Expr, scope: &Scope) -> Result<Value> {
        let collection = self.evaluate(&expr.collection, scope)?;
        let mut result = match alternatives(&collection) {
            Some(options) => {
                let symbol = |results: &[Value]| choice(&collection, results);
                over_alternatives(options, symbol, |option| self.for_over(expr, option, scope))?
            }
            None => self.for_over(expr, &collection, scope)?,
        };
        result.origin = Origin::at(scope.span(at.range));
        result.sensitive |= collection.sensitive;
        Ok(result)
    }

    fn for_over(&self, expr: &ForExpr, collection: &Value, scope: &Scope) -> Result<Value> {
        if let Some(value) = self.accounts_by_name(expr, collection, scope)? {
            return Ok(value);
        }
        let rounds = rounds(self, collection).map_err(|error| error.or_at(scope.span(expr.collection.range)))?;
        match &expr.key {
            None => self.for_tuple(expr, rounds, collection, scope),
            Some(key) => self.for_object(expr, key, rounds, scope),
        }
    }

    fn for_tuple(&self, expr: &ForExpr, rounds: Vec<Round>, collection: &Value, scope: &Scope) -> Result<Value> {
        let mut parts = Vec::with_capacity(rounds.len());
        for round in rounds {
            let summary = round.summary;
            let scope = bind_round(scope, expr.key_name.as_ref(), &expr.value_name, round);
            let included = self.filter(expr, &scope, summary)?;
            if included == Some(false) {
                continue;
            }
            let value = self.quiet_if(summary || included.is_none(), || self.part(&expr.value, &scope))?;
            parts.push(match (summary, included) {
                (false, Some(true)) => SequencePart::One(value),
                (false, _) => SequencePart::Spread(perhaps_element(value)),
                (true, _) => SequencePart::Spread(repeated("[for", &value, collection)),
            });
        }
        Ok(sequence(parts))
    }

    /// Whether the round is in the result; `None` if that is not known.
    fn filter(&self, expr: &ForExpr, scope: &Scope, summary: bool) -> Result<Option<bool>> {
        let Some(condition) = &expr.condition else { return Ok(Some(true)) };
        match self.quiet_if(summary, || self.condition(condition, scope)) {
            Ok(truth) => Ok(known_bool(&truth)),
            Err(_) if summary => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn for_object(&self, expr: &ForExpr, key: &Expr, rounds: Vec<Round>, scope: &Scope) -> Result<Value> {
        let mut entries = Entries::default();
        for round in rounds {
            let summary = round.summary;
            let scope = bind_round(scope, expr.key_name.as_ref(), &expr.value_name, round);
            let included = self.filter(expr, &scope, summary)?;
            if included == Some(false) {
                continue;
            }
            let certain = !summary && included == Some(true);
            let key_value = self.quiet_if(!certain, || self.evaluate(key, &scope));
            let name = match key_value.and_then(|value| self.key_of(&value)) {
                Err(_) if summary => continue,
                name => name.map_err(|error| error.or_at(scope.span(key.range)))?,
            };
            let value = self.quiet_if(!certain, || self.part(&expr.value, &scope))?;
            let origin = Origin::at(scope.span(key.range));
            match name {
                ObjectKey::Unknown(name) => entries.open.push(name),
                ObjectKey::Known(name) if certain => {
                    entries.add(expr, name, Field { key: origin, value }, scope.span(key.range))?
                }
                ObjectKey::Known(name) => entries.perhaps.push((name, Field { key: origin, value })),
            }
        }
        Ok(self.finish_object(expr, entries))
    }

    fn finish_object(&self, expr: &ForExpr, entries: Entries) -> Value {
        let Entries { mut fields, groups, open, perhaps } = entries;
        if expr.group {
            let group = |(name, (key, values)): (SmolStr, (Origin, Vec<Value>))| {
                (name, Field { key, value: Value::new(ValueKind::Tuple(values.into())) })
            };
            fields = groups.into_iter().map(group).collect();
        }
        if perhaps.is_empty() && open.is_empty() {
            return Value::new(ValueKind::Object(Arc::new(fields)));
        }
        let known = Value::new(ValueKind::Object(Arc::new(fields)));
        let mut parts: Vec<Value> =
            perhaps.into_iter().map(|(name, field)| perhaps_entry(name, field, expr.group)).collect();
        parts.extend(open.iter().map(|key| derived(format!("{{({}) = …}}", canonical(key)), &[key], Type::Dynamic)));
        // Entries that may be there stand behind the certain ones only if they cannot replace them.
        parts.push(known);
        merged(parts)
    }

    /// Runs `evaluate` without recording errors if `quiet`: they need not happen.
    pub(in crate::eval) fn quiet_if<T>(&self, quiet: bool, evaluate: impl FnOnce() -> T) -> T {
        let before = self.quiet.replace(self.quiet.get() || quiet);
        let result = evaluate();
        self.quiet.set(before);
        result
    }
}

#[derive(Default)]
struct Entries {
    fields: Fields,
    groups: BTreeMap<SmolStr, (Origin, Vec<Value>)>,
    open: Vec<Value>,
    perhaps: Vec<(SmolStr, Field)>,
}

impl Entries {
    fn add(&mut self, expr: &ForExpr, name: SmolStr, field: Field, span: crate::source::Span) -> Result<()> {
        if expr.group {
            self.groups.entry(name).or_insert_with(|| (field.key, Vec::new())).1.push(field.value);
            return Ok(());
        }
        if self.fields.contains_key(&name) {
            let message = format!("two entries have the key `{name}`; `...` behind the value groups them");
            return Err(EvalError::at(span, message));
        }
        self.fields.insert(name, field);
        Ok(())
    }
}

fn bind_round(scope: &Scope, key_name: Option<&Ident>, value_name: &Ident, round: Round) -> Scope {
    let scope = match key_name {
        Some(name) => scope.bind(name.text.clone(), round.key),
        None => scope.clone(),
    };
    scope.bind(value_name.text.clone(), round.value)
}

/// A sequence of one element or none.
pub(super) fn perhaps_element(value: Value) -> Value {
    let symbol = Symbol::derived(format!("perhaps [{}]", canonical(&value)), super::canonical::symbols(&[&value]));
    let with = Value::new(ValueKind::Tuple(Arc::from([value])));
    let without = Value::new(ValueKind::Tuple(Arc::from([])));
    refined(symbol, Type::Dynamic, Refinement::OneOf(Arc::from([without, with])))
}

fn perhaps_entry(name: SmolStr, field: Field, group: bool) -> Value {
    let field =
        if group { Field { value: Value::new(ValueKind::Tuple(Arc::from([field.value]))), ..field } } else { field };
    let with = Value::new(ValueKind::Object(Arc::new(Fields::from([(name, field)]))));
    let symbol = Symbol::derived(format!("perhaps {}", canonical(&with)), super::canonical::symbols(&[&with]));
    let without = Value::new(ValueKind::Object(Arc::default()));
    refined(symbol, Type::Dynamic, Refinement::OneOf(Arc::from([without, with])))
}

/// Any number of values like `element`, one for each element of `collection`.
fn repeated(open: &str, element: &Value, collection: &Value) -> Value {
    let text = super::canonical::shorten(format!("{open} {} : {}]", canonical(collection), canonical(element)));
    derived(text, &[collection, element], Type::Dynamic)
}

/// A tuple of `parts`; partly known if some are spreads.
pub(in crate::eval) fn sequence(parts: Vec<SequencePart>) -> Value {
    let single = |part: &SequencePart| match part {
        SequencePart::One(value) => Some(value.clone()),
        SequencePart::Spread(_) => None,
    };
    if let Some(items) = parts.iter().map(single).collect::<Option<Vec<_>>>() {
        return Value::new(ValueKind::Tuple(items.into()));
    }
    if let [SequencePart::Spread(only)] = parts.as_slice()
        && matches!(only.kind, ValueKind::Unknown(_))
        && alternatives(only).is_none()
    {
        return only.clone();
    }
    let name = |part: &SequencePart| match part {
        SequencePart::One(value) => canonical(value).to_string(),
        SequencePart::Spread(value) => format!("{}...", canonical(value)),
    };
    let text = format!("[{}]", parts.iter().map(name).collect::<Vec<_>>().join(", "));
    let values: Vec<&Value> = parts
        .iter()
        .map(|part| match part {
            SequencePart::One(value) | SequencePart::Spread(value) => value,
        })
        .collect();
    let symbol = Symbol::derived(super::canonical::shorten(text), super::canonical::symbols(&values));
    refined(symbol, Type::Dynamic, Refinement::Sequence(parts.into()))
}

/// An object merged from `parts`, of which some are unknown.
pub(in crate::eval) fn merged(parts: Vec<Value>) -> Value {
    let text =
        format!("merge({})", parts.iter().map(|part| canonical(part).to_string()).collect::<Vec<_>>().join(", "));
    let inputs: Vec<&Value> = parts.iter().collect();
    let symbol = Symbol::derived(super::canonical::shorten(text), super::canonical::symbols(&inputs));
    refined(symbol, Type::Dynamic, Refinement::Merged(parts.into()))
}

/// The symbol of a result chosen by what `chooser` turns out to be.
pub(super) fn choice(chooser: &Value, results: &[Value]) -> Symbol {
    let names = results.iter().map(|result| canonical(result).to_string()).collect::<Vec<_>>().join(", ");
    let text = super::canonical::shorten(format!("by {}: ({names})", canonical(chooser)));
    Symbol::derived(text, super::canonical::symbols(&[chooser]))
}

/// One of `candidates`, chosen by `chooser`.
pub(in crate::eval) fn chosen_of(chooser: &Value, candidates: Vec<Value>, otherwise: Value) -> Value {
    let symbol = choice(chooser, &candidates);
    one_of_or(candidates, || symbol, otherwise)
}
