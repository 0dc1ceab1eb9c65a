//! Steps into values: `.name` and `[key]`.

use smol_str::SmolStr;

use super::super::account::entry_named;
use super::super::convert::convert;
use super::super::error::EvalError;
use super::super::evaluator::Evaluator;
use super::super::symbol::{Cause, Symbol};
use super::super::types::Type;
use super::super::value::{Fields, Refinement, SequencePart, Unknown, Value, ValueKind};
use super::for_expr::{choice, chosen_of};
use super::lift::{LIFT_LIMIT, alternatives, one_of, over_alternatives};
use super::{Result, canonical, derived};

/// A step with a known key.
#[derive(Debug, Clone)]
enum Key {
    Attribute(SmolStr),
    Text(SmolStr),
    Index(usize),
}

impl Key {
    /// As Terraform writes it behind what it is a step of.
    fn suffix(&self) -> String {
        match self {
            Self::Attribute(name) => format!(".{name}"),
            Self::Text(name) => format!("[{name:?}]"),
            Self::Index(index) => format!("[{index}]"),
        }
    }

    fn name(&self) -> Option<&SmolStr> {
        match self {
            Self::Attribute(name) | Self::Text(name) => Some(name),
            Self::Index(_) => None,
        }
    }
}

impl Evaluator<'_> {
    /// `value.name`
    pub(in crate::eval) fn get_attribute(&self, value: &Value, name: &str) -> Result<Value> {
        self.step(value, &Key::Attribute(name.into()))
    }

    /// `value[key]`
    pub(in crate::eval) fn get_index(&self, value: &Value, key: &Value) -> Result<Value> {
        self.get_index_of(value, key, &|| canonical(value))
    }

    /// The same; `name` is what the value is called if it is not known which element is meant.
    pub(super) fn get_index_of(&self, value: &Value, key: &Value, name: &dyn Fn() -> SmolStr) -> Result<Value> {
        if key.is_null() {
            return Err(EvalError::new("an index must not be null"));
        }
        let mut result = match (alternatives(key), alternatives(value)) {
            (Some(options), _) => {
                let symbol = |_: &[Value]| unknown_element(value, key, name).1;
                over_alternatives(options, symbol, |key| self.get_index_of(value, key, name))?
            }
            (None, Some(options)) => {
                let symbol = |results: &[Value]| choice(value, results);
                self.doubt();
                over_alternatives(options, symbol, |value| self.get_index(value, key))?
            }
            (None, None) => self.index_known(value, key, name)?,
        };
        result.sensitive |= key.sensitive;
        Ok(result)
    }

    fn index_known(&self, value: &Value, key: &Value, name: &dyn Fn() -> SmolStr) -> Result<Value> {
        let is_sequence = matches!(value.kind, ValueKind::List(..) | ValueKind::Tuple(_));
        let wanted = if is_sequence { Type::Number } else { Type::String };
        let open = matches!(value.kind, ValueKind::Unknown(_));
        if open && let Some(index) = as_index(key) {
            return self.step(value, &Key::Index(index));
        }
        if value.fields().is_some() || is_sequence || open {
            let key = convert(key, &wanted).map_err(|error| EvalError {
                span: error.span,
                message: format!("unsuitable index: {}", error.message),
            })?;
            return match (&key.kind, key.as_str()) {
                (_, Some(name)) => self.step(value, &Key::Text(name)),
                (ValueKind::Number(_), _) => match as_index(&key) {
                    Some(index) => self.step(value, &Key::Index(index)),
                    None => Err(EvalError::new("an index must be a whole number from 0 on")),
                },
                _ => self.unknown_key(value, &key, name),
            };
        }
        Err(match &value.kind {
            ValueKind::Null(_) => EvalError::new("null has no elements"),
            ValueKind::Set(..) => EvalError::new("the elements of a set have no index"),
            _ => EvalError::new("this value has no elements"),
        })
    }

    /// The element under a key that is not known: one of all.
    fn unknown_key(&self, value: &Value, key: &Value, name: &dyn Fn() -> SmolStr) -> Result<Value> {
        self.doubt();
        let candidates: Vec<Value> = match (value.elements(), value.fields()) {
            (Some(items), _) => items.to_vec(),
            (_, Some(fields)) => possible_fields(fields, key),
            _ => Vec::new(),
        };
        if candidates.is_empty() && !matches!(value.kind, ValueKind::Unknown(_)) {
            return Err(EvalError::new("there is no such element"));
        }
        let (unknown, symbol) = unknown_element(value, key, name);
        if candidates.is_empty() || candidates.len() > LIFT_LIMIT {
            return Ok(unknown);
        }
        one_of(candidates, || symbol)
    }

    fn step(&self, value: &Value, key: &Key) -> Result<Value> {
        let mut result = match &value.kind {
            ValueKind::Object(fields) | ValueKind::Map(_, fields) => {
                let field = key.name().and_then(|name| fields.get(name));
                field.map(|field| field.value.clone()).ok_or_else(|| no_field(value, key))?
            }
            ValueKind::List(_, items) | ValueKind::Tuple(items) => match key {
                Key::Index(index) => items.get(*index).cloned().ok_or_else(|| beyond(*index, items.len()))?,
                Key::Attribute(name) | Key::Text(name) => {
                    return Err(EvalError::new(format!("a list has no attribute `{name}`")));
                }
            },
            ValueKind::Unknown(unknown) => self.unknown_step(value, unknown, key)?,
            ValueKind::Null(_) => return Err(EvalError::new(format!("null has no attribute `{}`", shown(key)))),
            ValueKind::Set(..) => return Err(EvalError::new(format!("a set has no attribute `{}`", shown(key)))),
            ValueKind::Bool(_) | ValueKind::Number(_) | ValueKind::String(_) => {
                return Err(EvalError::new(format!("this value has no attribute `{}`", shown(key))));
            }
        };
        result.sensitive |= value.sensitive;
        Ok(result)
    }

    fn unknown_step(&self, value: &Value, unknown: &Unknown, key: &Key) -> Result<Value> {
        match &unknown.refinement {
            Refinement::OneOf(options) if options.len() <= LIFT_LIMIT => {
                self.doubt();
                let symbol = |_: &[Value]| extended(&unknown.symbol, key);
                over_alternatives(options, symbol, |option| self.step(option, key))
            }
            Refinement::Merged(parts) => self.merged_step(value, unknown, parts, key),
            Refinement::Sequence(parts) => {
                let Key::Index(index) = key else {
                    return Err(EvalError::new(format!("a list has no attribute `{}`", shown(key))));
                };
                let is_one = |part: &SequencePart| matches!(part, SequencePart::One(_));
                match parts.get(*index) {
                    Some(SequencePart::One(found)) if parts.iter().take(*index).all(is_one) => Ok(found.clone()),
                    _ => self.opaque_step(unknown, key),
                }
            }
            Refinement::Opaque | Refinement::OneOf(_) | Refinement::Entry(_) => self.opaque_step(unknown, key),
        }
    }

    /// A step into a merged object: the last part that has the key, unless an unknown one may replace it.
    fn merged_step(&self, value: &Value, unknown: &Unknown, parts: &[Value], key: &Key) -> Result<Value> {
        let Some(name) = key.name() else { return self.opaque_step(unknown, key) };
        let mut candidates = Vec::new();
        for part in parts.iter().rev() {
            let found = match part.fields() {
                Some(fields) => fields.get(name).map(|field| (field.value.clone(), true)),
                None => {
                    let (step, doubtful) = self.with_doubt(|| self.step(part, key));
                    let has_all = |options: &[Value]| options.iter().all(|option| self.step(option, key).is_ok());
                    let always = !doubtful || alternatives(part).is_some_and(|options| has_all(options));
                    step.ok().map(|value| (value, always && !is_open(part)))
                }
            };
            if let Some((candidate, certain)) = found {
                // What it can only be keeps its name.
                if certain && candidates.is_empty() {
                    return Ok(candidate);
                }
                candidates.push(candidate);
                if certain {
                    return Ok(chosen_of(value, candidates, self.opaque_step(unknown, key)?));
                }
            }
        }
        if candidates.is_empty() {
            return Err(no_field(value, key));
        }
        self.doubt();
        if candidates.len() == 1 {
            return candidates.pop().ok_or_else(|| no_field(value, key));
        }
        Ok(chosen_of(value, candidates, self.opaque_step(unknown, key)?))
    }

    /// A step into something of which only the type is known.
    fn opaque_step(&self, unknown: &Unknown, key: &Key) -> Result<Value> {
        let ty = match (&unknown.ty, key) {
            (Type::Object(attributes), Key::Attribute(name) | Key::Text(name)) => {
                let message = || EvalError::new(format!("this object has no attribute `{name}`"));
                return attributes.get(name).cloned().ok_or_else(message).map(|ty| self.extend(unknown, key, ty));
            }
            (Type::Tuple(types), Key::Index(index)) => {
                let ty = types.get(*index).cloned().ok_or_else(|| beyond(*index, types.len()))?;
                return Ok(self.extend(unknown, key, ty));
            }
            (Type::Map(element), _) | (Type::List(element), Key::Index(_)) => (**element).clone(),
            (Type::Dynamic, _) => Type::Dynamic,
            _ => return Err(EvalError::new(format!("this value has no attribute `{}`", shown(key)))),
        };
        self.doubt();
        Ok(self.extend(unknown, key, ty))
    }

    fn extend(&self, unknown: &Unknown, key: &Key, ty: Type) -> Value {
        let symbol = extended(&unknown.symbol, key);
        let given = self.bound_symbol(&symbol).or_else(|| self.configured_member(&symbol, &ty));
        given.unwrap_or_else(|| Value::unknown(symbol, ty))
    }
}

/// Whether any key may be in `part`.
fn is_open(part: &Value) -> bool {
    matches!(&part.kind, ValueKind::Unknown(unknown)
        if matches!(unknown.refinement, Refinement::Opaque | Refinement::Entry(_)) && !matches!(unknown.ty, Type::Object(_)))
}

/// The symbol one step further on.
fn extended(symbol: &Symbol, key: &Key) -> Symbol {
    let by_name = key.name().and_then(|name| entry_named(symbol.address(), name));
    let address = by_name.unwrap_or_else(|| format!("{}{}", symbol.address(), key.suffix()));
    let address = super::canonical::shorten(address);
    let cause = match symbol.cause() {
        Cause::Derived(_) => Cause::Derived(vec![symbol.clone()]),
        cause => cause.clone(),
    };
    Symbol::new(symbol.scope().clone(), address, cause, symbol.span())
}

/// The fields whose names `key`, a text with holes, can become.
fn possible_fields(fields: &Fields, key: &Value) -> Vec<Value> {
    let (prefix, suffix) = key.as_text().map(|text| (text.known_prefix(), text.known_suffix())).unwrap_or_default();
    let fits = |name: &str| {
        name.len() >= prefix.len() + suffix.len()
            && name.starts_with(prefix.as_str())
            && name.ends_with(suffix.as_str())
    };
    fields.iter().filter(|(name, _)| fits(name)).map(|(_, field)| field.value.clone()).collect()
}

/// The element of `value`, which `name` names, under a key that is not known, and its symbol.
fn unknown_element(value: &Value, key: &Value, name: &dyn Fn() -> SmolStr) -> (Value, Symbol) {
    // An unknown has one name of its own, by whatever reference it is reached.
    let name = if matches!(value.kind, ValueKind::Unknown(_)) { canonical(value) } else { name() };
    let text = super::canonical::shorten(format!("{name}[{}]", canonical(key)));
    let unknown = derived(text.clone(), &[key, value], element_type(value));
    let symbol = Symbol::derived(text, super::canonical::symbols(&[key, value]));
    (unknown, symbol)
}

fn element_type(value: &Value) -> Type {
    match &value.kind {
        ValueKind::List(ty, _) | ValueKind::Map(ty, _) => ty.clone(),
        ValueKind::Unknown(Unknown { ty: Type::List(ty) | Type::Map(ty), .. }) => (**ty).clone(),
        _ => Type::Dynamic,
    }
}

fn as_index(key: &Value) -> Option<usize> {
    match &key.kind {
        ValueKind::Number(number) => number.as_usize(),
        _ => None,
    }
}

fn shown(key: &Key) -> SmolStr {
    match key {
        Key::Attribute(name) | Key::Text(name) => name.clone(),
        Key::Index(index) => format!("[{index}]").into(),
    }
}

fn no_field(value: &Value, key: &Key) -> EvalError {
    let what = if matches!(value.kind, ValueKind::Map(..)) { "map has no element" } else { "object has no attribute" };
    EvalError::new(format!("this {what} `{}`", shown(key)))
}

fn beyond(index: usize, length: usize) -> EvalError {
    let elements = if length == 1 { "element" } else { "elements" };
    EvalError::new(format!("index {index} is beyond the end: there are {length} {elements}"))
}
