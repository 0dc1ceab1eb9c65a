//! Terraform's functions, and those of OpenTofu and of providers that are known here.
//!
//! [`call`] does what all have in common: arity, conversion of arguments, nulls,
//! marks, and what becomes of a call whose arguments are not known. A function
//! itself sees only arguments of the right types.

mod call;
mod case;
mod collections;
mod context;
mod conversion;
mod csv;
mod encoding;
mod encoding_json;
mod encoding_yaml;
mod files;
mod format;
mod hash;
mod lift;
mod lists;
mod maps;
mod network;
mod numeric;
mod parts;
mod pattern;
mod providers;
mod regex;
mod sets;
mod signature;
mod strings;
mod table;
mod tfvars;
mod time;
mod trim;
mod verb;

#[cfg(test)]
mod tests;

use crate::eval::convert::convert;
use crate::eval::error::EvalError;
use crate::eval::symbol::{Cause, Symbol};
use crate::eval::types::Type;
use crate::eval::value::{Origin, Value};
use crate::source::Span;

use call::{Call, Outcome};
pub use context::{FunctionContext, Make, RootFiles};
use signature::Signature;
use table::{Behaviour, Function};

/// The value of `name(arguments)`, written at `span`.
///
/// # Errors
/// When Terraform would refuse the call, or there is no such function.
pub fn call(ctx: &dyn FunctionContext, name: &str, arguments: &[Value], span: Span) -> Result<Value, EvalError> {
    let name = name.strip_prefix("core::").unwrap_or(name);
    let Some((function, signature)) = table::find(name) else { return not_found(name, arguments, span) };
    let converted = check_arguments(name, signature, arguments, span)?;
    let call = Call { ctx, name: function.name, arguments: &converted, span };
    let mut value = lift::over_alternatives(&call, &|call| run(function, signature, call))?;
    value.sensitive |= is_marked(function, &value, &converted);
    if value.origin == Origin::default() {
        value.origin = Origin::at(span);
    }
    Ok(value)
}

/// Whether the interpreter has to evaluate the function itself: its arguments are not evaluated before the call.
#[must_use]
pub fn is_special(name: &str) -> bool {
    table::find(name).is_some_and(|(function, _)| matches!(function.behaviour, Behaviour::Special))
}

fn run(function: &Function, signature: &Signature, call: &Call<'_>) -> Outcome {
    match function.behaviour {
        Behaviour::Partial(implementation) => implementation(call),
        Behaviour::Known(implementation) if call.arguments.iter().all(Value::is_wholly_known) => implementation(call),
        Behaviour::Known(_) => Ok(call.unknown(signature.returns.clone())),
        Behaviour::Impure => Ok(call.impure(signature.returns.clone())),
        Behaviour::Special => Err(call.fail("its arguments cannot be evaluated before the call")),
    }
}

/// The arguments as values of the types of the parameters.
fn check_arguments(
    name: &str,
    signature: &Signature,
    arguments: &[Value],
    span: Span,
) -> Result<Vec<Value>, EvalError> {
    let fail = |message: String| EvalError { span: Some(span), message };
    if let Some(missing) = signature.parameters.get(arguments.len()) {
        return Err(fail(format!("`{name}` lacks the argument `{}`", missing.name)));
    }
    let most = signature.parameters.len();
    if signature.variadic.is_none() && arguments.len() > most {
        return Err(fail(format!("`{name}` takes {most} {}", if most == 1 { "argument" } else { "arguments" })));
    }
    let mut converted = Vec::with_capacity(arguments.len());
    for (index, argument) in arguments.iter().enumerate() {
        let Some(parameter) = signature.parameter(index) else { break };
        if argument.is_null() && !parameter.nullable {
            let span = argument.origin.span.or(Some(span));
            return Err(EvalError { span, message: format!("`{}` of `{name}` must not be null", parameter.name) });
        }
        converted.push(convert(argument, &parameter.ty).map_err(|error| EvalError {
            span: error.span.or(argument.origin.span).or(Some(span)),
            message: format!("`{}` of `{name}`: {}", parameter.name, error.message),
        })?);
    }
    Ok(converted)
}

/// Whether the result is sensitive because of an argument.
///
/// What only selects or rearranges carries the marks on the parts themselves.
fn is_marked(function: &Function, value: &Value, arguments: &[Value]) -> bool {
    use table::Marks;
    match function.marks {
        Marks::Own => false,
        Marks::Outer => arguments.iter().any(|argument| argument.sensitive),
        Marks::All => {
            let is_whole = value.elements().is_none() && value.fields().is_none();
            arguments.iter().any(|argument| argument.sensitive || (is_whole && has_marks(argument)))
        }
    }
}

/// Whether anything in the value is sensitive.
pub(crate) fn has_marks(value: &Value) -> bool {
    value.sensitive
        || value.elements().is_some_and(|items| items.iter().any(has_marks))
        || value.fields().is_some_and(|fields| fields.values().any(|field| has_marks(&field.value)))
}

fn not_found(name: &str, arguments: &[Value], span: Span) -> Outcome {
    if name.starts_with("provider::") {
        let symbol = crate::eval::canonical::call_symbol(name, arguments);
        let symbol = match symbol.cause() {
            // Without symbols in the arguments it is still not known what the provider does.
            Cause::Derived(inputs) if inputs.is_empty() => {
                Symbol::new("", symbol.address().clone(), Cause::Computed, Some(span))
            }
            _ => symbol,
        };
        let mut value = Value::unknown(symbol, Type::Dynamic).with_origin(Origin::at(span));
        value.sensitive = arguments.iter().any(has_marks);
        return Ok(value);
    }
    let nearest = signature::names()
        .filter(|candidate| !candidate.contains(':'))
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), candidate))
        .min();
    let hint = match nearest {
        Some((distance, candidate)) if distance <= 1 + name.len() / 4 => format!(", did you mean `{candidate}`?"),
        _ => String::new(),
    };
    Err(EvalError { span: Some(span), message: format!("there is no function `{name}`{hint}") })
}
