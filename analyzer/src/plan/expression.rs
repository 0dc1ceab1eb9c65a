//! The expressions of a plan's configuration: constants, and the names of what they refer to.
//!
//! A plan does not have the text of an expression. One that refers to a single thing is read as
//! that thing; whoever asks has to know that nothing can be written around it there: the role of
//! an attachment is the name of a role and no part of another text.

use smol_str::SmolStr;

use crate::source::{FileId, TextRange};
use crate::syntax::ast::{Expr, ExprKind, Ident};
use crate::syntax::json::JsonValue;
use crate::syntax::json_expression;

use super::address::steps;

/// Attributes that are a policy as a whole, whatever names them.
const DOCUMENTS: &[&str] = &["json", "minified_json", "rendered"];

/// Attributes by which other resources name one.
const IDENTITIES: &[&str] = &["arn", "bucket", "id", "key_arn", "key_id", "name", "url"];

/// The value that the expression object `written` has, if it can be told.
pub(super) fn value(file: FileId, written: &JsonValue) -> Option<Expr> {
    written.member("constant_value").map(|value| json_expression(file, value)).or_else(|| reference(written))
}

/// What `written` refers to, if that is one thing and its value.
pub(super) fn reference(written: &JsonValue) -> Option<Expr> {
    let references = written.member("references")?.elements();
    let (first, others) = references.split_first()?;
    let text = first.as_text()?;
    let is_part = |other: &JsonValue| other.as_text().is_some_and(|other| text.starts_with(other.as_str()));
    if !others.iter().all(is_part) {
        return None;
    }
    let steps = steps(&text);
    is_whole(&steps).then(|| traversal(&steps, first.range))?
}

/// Whether `steps` leads to a value that is used as it is.
fn is_whole(steps: &[&str]) -> bool {
    let last = steps.last().copied().unwrap_or_default();
    match steps {
        ["var", _] => true,
        ["module", _, _] => true,
        ["data", "aws_iam_policy_document" | "template_file", _, _] => DOCUMENTS.contains(&last),
        ["data", _, _, _] | [_, _, _] => IDENTITIES.contains(&last),
        _ => false,
    }
}

/// Whether the last step of the reference in `written` is a text that is a policy, or leads on to one.
pub(super) fn is_document(written: &JsonValue) -> bool {
    let first = written.member("references").and_then(|references| references.elements().first());
    let Some(text) = first.and_then(JsonValue::as_text) else { return false };
    let steps = steps(&text);
    let last = steps.last().copied().unwrap_or_default();
    matches!(steps.as_slice(), ["var", _] | ["module", _, _]) || DOCUMENTS.contains(&last)
}

/// `a.b.c` of which the names may have keys.
pub(super) fn traversal(steps: &[&str], range: TextRange) -> Option<Expr> {
    let (first, rest) = steps.split_first()?;
    let expr = |kind| Expr { kind, range };
    let name = |step: &str| Ident { text: SmolStr::from(step), range };
    let start = expr(ExprKind::Variable(SmolStr::from(*first)));
    Some(rest.iter().fold(start, |source, step| expr(ExprKind::GetAttr(Box::new(source), Box::new(name(step))))))
}
