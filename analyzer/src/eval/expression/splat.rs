//! `source[*].a` and `source.*.a`

use std::sync::Arc;

use crate::syntax::ast::{Expr, Splat, Step};

use super::super::error::EvalError;
use super::super::evaluator::{Evaluator, Shape};
use super::super::scope::Scope;
use super::super::types::Type;
use super::super::value::{Origin, Refinement, SequencePart, Value, ValueKind};
use super::for_expr::{choice, sequence};
use super::lift::common_type;
use super::lift::{alternatives, over_alternatives};
use super::reference::Place;
use super::{Result, canonical, derived};

impl Evaluator<'_> {
    pub(super) fn splat(&self, splat: &Splat, at: &Expr, scope: &Scope) -> Result<Value> {
        let place = self.place(&splat.source, scope)?;
        let result = self.splat_place(place, &splat.each, scope)?;
        Ok(result.with_origin(Origin::at(scope.span(at.range))))
    }

    fn splat_place(&self, place: Place, steps: &[Step], scope: &Scope) -> Result<Value> {
        if let Place::Resource(expansion) = &place
            && expansion.repetition.shape != Shape::ForEach
            && let Some(Step::Attribute(name)) = steps.first()
        {
            // Only the attribute that is asked for is evaluated, not the whole resource.
            let each = |instance: &_| self.attribute(instance, &name.text);
            let source = self.expansion_value(expansion, &format!(".{}", name.text), each);
            let source = match expansion.repetition.shape {
                Shape::Single => Value::new(ValueKind::Tuple(Arc::from([source]))),
                Shape::Count | Shape::ForEach => source,
            };
            let rest = steps.get(1..).unwrap_or_default();
            return self.splat_over(&source, rest, scope);
        }
        let source = self.place_value(place)?;
        self.splat_over(&source, steps, scope)
    }

    fn splat_over(&self, source: &Value, steps: &[Step], scope: &Scope) -> Result<Value> {
        let mut result = match alternatives(source) {
            Some(options) if steps.is_empty() && options.iter().all(is_tuple) => source.clone(),
            Some(options) => {
                let symbol = |results: &[Value]| choice(source, results);
                over_alternatives(options, symbol, |option| self.splat_known(option, steps, scope))?
            }
            None => self.splat_known(source, steps, scope)?,
        };
        result.sensitive |= source.sensitive;
        Ok(result)
    }

    fn splat_known(&self, source: &Value, steps: &[Step], scope: &Scope) -> Result<Value> {
        let each = |item: &Value| self.steps(item, steps, scope);
        match &source.kind {
            ValueKind::List(..) | ValueKind::Set(..) | ValueKind::Tuple(_) => {
                let items = source.elements().into_iter().flat_map(|items| items.iter());
                let items = items.map(each).collect::<Result<Vec<_>>>()?;
                Ok(Value::new(match &source.kind {
                    ValueKind::Tuple(_) => ValueKind::Tuple(items.into()),
                    _ => ValueKind::List(common_type(&items), items.into()),
                }))
            }
            ValueKind::Null(Type::List(_) | Type::Set(_) | Type::Tuple(_)) => {
                Err(EvalError::new("a null list has no elements to take"))
            }
            ValueKind::Null(_) => Ok(Value::new(ValueKind::Tuple(Arc::from([])))),
            ValueKind::Unknown(unknown) => match &unknown.refinement {
                Refinement::Sequence(parts) => self.splat_parts(parts, steps, scope),
                Refinement::Merged(_) | Refinement::Entry(_) => {
                    Ok(Value::new(ValueKind::Tuple(Arc::from([each(source)?]))))
                }
                Refinement::Opaque | Refinement::OneOf(_) => self.splat_unknown(source, &unknown.ty, steps, scope),
            },
            ValueKind::Bool(_)
            | ValueKind::Number(_)
            | ValueKind::String(_)
            | ValueKind::Map(..)
            | ValueKind::Object(_) => Ok(Value::new(ValueKind::Tuple(Arc::from([each(source)?])))),
        }
    }

    fn splat_parts(&self, parts: &[SequencePart], steps: &[Step], scope: &Scope) -> Result<Value> {
        let part = |part: &SequencePart| {
            Ok(match part {
                SequencePart::One(value) => SequencePart::One(self.steps(value, steps, scope)?),
                SequencePart::Spread(value) => {
                    SequencePart::Spread(self.quiet_if(true, || self.splat_over(value, steps, scope))?)
                }
            })
        };
        parts.iter().map(part).collect::<Result<Vec<_>>>().map(sequence)
    }

    fn splat_unknown(&self, source: &Value, ty: &Type, steps: &[Step], scope: &Scope) -> Result<Value> {
        let element_type = match ty {
            Type::List(element) | Type::Set(element) => (**element).clone(),
            Type::Dynamic | Type::Tuple(_) => Type::Dynamic,
            // Anything else is a sequence of one, or of none if it is null.
            _ => {
                let element = self.steps(source, steps, scope)?;
                let with = Value::new(ValueKind::Tuple(Arc::from([element])));
                let without = Value::new(ValueKind::Tuple(Arc::from([])));
                let candidates = vec![without, with];
                return Ok(super::for_expr::chosen_of(source, candidates, derived("", &[source], Type::Dynamic)));
            }
        };
        self.doubt();
        let element = self.iteration("each.value", source, element_type);
        let element = self.steps(&element, steps, scope)?;
        let text = super::canonical::shorten(format!("[for {} : {}]", canonical(source), canonical(&element)));
        Ok(derived(text, &[source, &element], Type::Dynamic))
    }

    fn steps(&self, item: &Value, steps: &[Step], scope: &Scope) -> Result<Value> {
        let mut value = item.clone();
        for step in steps {
            value = match step {
                Step::Attribute(name) => {
                    self.get_attribute(&value, &name.text).map_err(|error| error.or_at(scope.span(name.range)))?
                }
                Step::Splat(steps) => self.splat_over(&value, steps, scope)?,
                Step::Index(key) => {
                    let index = self.evaluate(key, scope)?;
                    self.get_index(&value, &index).map_err(|error| error.or_at(scope.span(key.range)))?
                }
            };
        }
        Ok(value)
    }
}

fn is_tuple(value: &Value) -> bool {
    matches!(value.kind, ValueKind::Tuple(_))
}
