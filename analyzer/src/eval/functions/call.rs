//! One call of a function, as its implementation sees it.

use smol_str::SmolStr;

use crate::eval::canonical;
use crate::eval::error::EvalError;
use crate::eval::number::Number;
use crate::eval::symbol::{Cause, Symbol};
use crate::eval::text::Text;
use crate::eval::types::Type;
use crate::eval::value::{Field, Fields, Origin, Refinement, Unknown, Value, ValueKind};
use crate::source::Span;

use super::context::FunctionContext;

/// What a call comes to.
pub(super) type Outcome = Result<Value, EvalError>;

/// A call: its arguments are of the types of the parameters, and null only where the signature allows it.
pub(super) struct Call<'a> {
    pub(super) ctx: &'a dyn FunctionContext,
    pub(super) name: &'static str,
    pub(super) arguments: &'a [Value],
    pub(super) span: Span,
}

static NO_FIELDS: Fields = Fields::new();

impl Call<'_> {
    /// The argument at `index`, if it was given.
    pub(super) fn argument(&self, index: usize) -> Option<&Value> {
        self.arguments.get(index)
    }

    /// The argument at `index`, which the signature says is there.
    pub(super) fn value(&self, index: usize) -> Value {
        self.argument(index).cloned().unwrap_or_else(|| Value::new(ValueKind::Null(Type::Dynamic)))
    }

    /// The text of an argument without holes.
    pub(super) fn string(&self, index: usize) -> SmolStr {
        self.argument(index).and_then(Value::as_str).unwrap_or_default()
    }

    /// The number of a known argument.
    pub(super) fn number(&self, index: usize) -> Number {
        match self.argument(index).map(|value| &value.kind) {
            Some(ValueKind::Number(number)) => number.clone(),
            _ => Number::ZERO,
        }
    }

    /// The number of a known argument that has to be an integer.
    pub(super) fn integer(&self, index: usize) -> Result<i64, EvalError> {
        let number = self.number(index);
        number.as_i64().ok_or_else(|| self.fail_at(index, "a whole number of 64 bits is required"))
    }

    /// The entries of a known map or object.
    pub(super) fn fields(&self, index: usize) -> &Fields {
        self.argument(index).and_then(Value::fields).map_or(&NO_FIELDS, |fields| fields)
    }

    /// An error about the whole call.
    pub(super) fn fail(&self, message: impl Into<String>) -> EvalError {
        EvalError { span: Some(self.span), message: format!("`{}`: {}", self.name, message.into()) }
    }

    /// An error about one argument.
    pub(super) fn fail_at(&self, index: usize, message: impl Into<String>) -> EvalError {
        let span = self.argument(index).and_then(|value| value.origin.span).unwrap_or(self.span);
        EvalError { span: Some(span), message: format!("`{}`: {}", self.name, message.into()) }
    }

    /// The identity of the result while it is unknown.
    pub(super) fn symbol(&self) -> Symbol {
        canonical::call_symbol(self.name, self.arguments)
    }

    /// A result that is unknown because of its arguments, and not null.
    pub(super) fn unknown(&self, ty: Type) -> Value {
        self.refined(ty, Refinement::Opaque)
    }

    /// A result that is unknown because of its arguments, and may be null.
    pub(super) fn unknown_perhaps_null(&self, ty: Type) -> Value {
        Value::unknown(self.symbol(), ty)
    }

    /// A result of which something is known, and which is not null.
    pub(super) fn refined(&self, ty: Type, refinement: Refinement) -> Value {
        Value::new(ValueKind::Unknown(Unknown { symbol: self.symbol(), ty, not_null: true, refinement }))
    }

    /// A result that is not the same when it is asked for again.
    pub(super) fn impure(&self, ty: Type) -> Value {
        let name = format!("{}()@{:?}:{}", self.name, self.span.file, self.span.range.start);
        unknown_for(Symbol::new("", name, Cause::Impure, Some(self.span)), ty)
    }

    /// A result that would be too large; `limit` is its name.
    pub(super) fn limited(&self, ty: Type, limit: &'static str) -> Value {
        let symbol = Symbol::new("", self.symbol().address().clone(), Cause::Limit(limit), Some(self.span));
        unknown_for(symbol, ty)
    }
}

fn unknown_for(symbol: Symbol, ty: Type) -> Value {
    Value::new(ValueKind::Unknown(Unknown { symbol, ty, not_null: true, refinement: Refinement::Opaque }))
}

/// A string.
pub(super) fn text(text: Text) -> Value {
    Value::new(ValueKind::String(text))
}

/// A number.
pub(super) fn number(number: Number) -> Value {
    Value::new(ValueKind::Number(number))
}

/// A list of strings.
pub(super) fn strings<T: Into<SmolStr>>(texts: impl IntoIterator<Item = T>) -> Value {
    list(Type::String, texts.into_iter().map(|text| Value::string(text.into())))
}

/// A list.
pub(super) fn list(element: Type, items: impl IntoIterator<Item = Value>) -> Value {
    Value::new(ValueKind::List(element, items.into_iter().collect()))
}

/// An entry without a place.
pub(super) fn field(value: Value) -> Field {
    Field { key: Origin::default(), value }
}

/// An object.
pub(super) fn object<K: Into<SmolStr>>(fields: impl IntoIterator<Item = (K, Value)>) -> Value {
    let fields = fields.into_iter().map(|(name, value)| (name.into(), field(value)));
    Value::new(ValueKind::Object(std::sync::Arc::new(fields.collect())))
}
