//! Functions of providers that say something about AWS.

use crate::eval::error::EvalError;
use crate::eval::text::{Piece, Text};
use crate::eval::types::Type;

use super::call::{Call, Outcome, object, text};
use super::strings::{cut_at, known, text_of};
use super::table::Function;

pub(super) static FUNCTIONS: &[Function] = &[
    Function::partial("provider::aws::arn_build", arn_build),
    Function::partial("provider::aws::arn_parse", arn_parse),
    Function::partial("provider::aws::trim_iam_role_path", trim_iam_role_path),
];

/// The parts of an ARN behind `arn:`, as the provider names them.
const PARTS: [&str; 5] = ["partition", "service", "region", "account_id", "resource"];

fn arn_build(call: &Call<'_>) -> Outcome {
    let mut pieces = vec![known("arn")];
    for argument in call.arguments {
        pieces.push(known(":"));
        pieces.extend(text_of(argument).pieces().iter().cloned());
    }
    Ok(text(Text::from_pieces(pieces)))
}

/// The parts of the ARN, the resource with all its colons; `None` if a hole may hold colons before it.
fn arn_parts(call: &Call<'_>) -> Result<Option<Vec<Text>>, EvalError> {
    let source = text_of(&call.value(0));
    let cut = cut_at(&source, ":");
    let is_closed = cut.iter().take(PARTS.len()).all(|(_, is_open)| !is_open);
    let not_an_arn = || call.fail_at(0, format!("`{}` is not an ARN", source.display()));
    if !is_closed {
        return Ok(None);
    }
    let mut parts = cut.into_iter().map(|(pieces, _)| pieces);
    let prefix = parts.next().map(Text::from_pieces).and_then(|prefix| prefix.as_known());
    if prefix.as_deref() != Some("arn") {
        return Err(not_an_arn());
    }
    let mut found: Vec<Text> = parts.by_ref().take(PARTS.len() - 1).map(Text::from_pieces).collect();
    let resource = parts.reduce(|mut all, part| {
        all.push(known(":"));
        all.extend(part);
        all
    });
    found.push(Text::from_pieces(resource.ok_or_else(not_an_arn)?));
    Ok(Some(found))
}

fn arn_parse(call: &Call<'_>) -> Outcome {
    match arn_parts(call)? {
        Some(parts) => Ok(object(PARTS.into_iter().zip(parts.into_iter().map(text)))),
        None => Ok(call.unknown(Type::Object(PARTS.map(|name| (name.into(), Type::String)).into()))),
    }
}

/// `role/with/a/path/name` to `role/name`.
fn trim_iam_role_path(call: &Call<'_>) -> Outcome {
    let Some(mut parts) = arn_parts(call)? else { return Ok(call.unknown(Type::String)) };
    let resource = parts.pop().unwrap_or_default();
    let is_role = parts.get(1).is_some_and(|service| service.as_known().as_deref() == Some("iam"))
        && resource.known_prefix().starts_with("role/");
    if !is_role {
        return Err(call.fail_at(0, "the ARN of an IAM role is required"));
    }
    let name = match resource.known_suffix().rsplit_once('/') {
        Some((_, name)) if !name.is_empty() => vec![known(name)],
        _ if resource.is_known() => return Err(call.fail_at(0, "the role has no name")),
        _ => return Ok(call.unknown(Type::String)),
    };
    let mut pieces: Vec<Piece> = vec![known("arn:")];
    for part in parts {
        pieces.extend(part.pieces().iter().cloned());
        pieces.push(known(":"));
    }
    pieces.push(known("role/"));
    pieces.extend(name);
    Ok(text(Text::from_pieces(pieces)))
}
