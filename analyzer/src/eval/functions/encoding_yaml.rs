//! `yamlencode` and `yamldecode`.

use crate::eval::error::EvalError;
use crate::eval::text::Text;
use crate::eval::types::Type;
use crate::eval::value::{Value, ValueKind};
use crate::eval::yaml;

use super::call::{Call, Outcome};
use super::table::Function;

pub(super) static FUNCTIONS: &[Function] =
    &[Function::partial("yamldecode", yamldecode), Function::known("yamlencode", yamlencode)];

fn yamlencode(call: &Call<'_>) -> Outcome {
    yaml::encode(&call.value(0)).map(Value::string).map_err(|error| call.fail_at(0, error.message))
}

fn yamldecode(call: &Call<'_>) -> Outcome {
    let argument = call.value(0);
    let source = match &argument.kind {
        ValueKind::String(text) if text.is_known() => text.clone(),
        _ => return Ok(call.unknown_perhaps_null(Type::Dynamic)),
    };
    let fail = |error: EvalError| EvalError {
        span: error.span.or(argument.origin.span).or(Some(call.span)),
        message: format!("`yamldecode`: {}", error.message),
    };
    yaml::decode(&Text::from_pieces(source.pieces().iter().cloned())).map_err(fail)
}
