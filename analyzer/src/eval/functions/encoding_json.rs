//! `jsonencode` and `jsondecode`.

use crate::eval::json;
use crate::eval::types::Type;
use crate::eval::value::{Origin, Value, ValueKind};

use super::call::{Call, Outcome, text};
use super::table::Function;

pub(super) static FUNCTIONS: &[Function] =
    &[Function::partial("jsondecode", jsondecode), Function::partial("jsonencode", jsonencode)];

fn jsonencode(call: &Call<'_>) -> Outcome {
    json::encode(&call.value(0)).map(text).map_err(|error| call.fail_at(0, error.message))
}

fn jsondecode(call: &Call<'_>) -> Outcome {
    let argument = call.value(0);
    let ValueKind::String(source) = &argument.kind else { return Ok(call.unknown_perhaps_null(Type::Dynamic)) };
    let decoded = call.ctx.decoded(source, &|| json::decode(source)).map_err(|error| {
        let span = error.span.or(argument.origin.span);
        crate::eval::error::EvalError { span, message: format!("`jsondecode`: {}", error.message) }
    })?;
    if decoded.origin == Origin::default() { Ok(Value { origin: argument.origin, ..decoded }) } else { Ok(decoded) }
}
