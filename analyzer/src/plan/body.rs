//! The body of a resource, put together from what is planned, what is not known yet, and what
//! the configuration refers to.

use std::sync::Arc;

use crate::source::{FileId, TextRange};
use crate::syntax::ast::{Attribute, Body, Call, Expr, ExprKind, Ident, Item, Notation, ObjectItem};
use crate::syntax::json::{JsonKind, JsonMember, JsonValue};
use crate::syntax::{json_expression, json_key, key_name};

use super::expression;

/// Attributes that hold a policy and nothing else.
const POLICIES: &[&str] = &["assume_role_policy", "inline_policy", "policy"];

/// Attributes that name another resource: nothing is written around the name.
const NAMES: &[&str] = &[
    "arn",
    "bucket",
    "cloud_watch_logs_role_arn",
    "event_bus_name",
    "function_name",
    "group",
    "instance_arn",
    "key_id",
    "kms_key_arn",
    "kms_key_id",
    "kms_master_key_id",
    "permission_set_arn",
    "permissions_boundary",
    "policy_arn",
    "policy_id",
    "queue_url",
    "resource_arn",
    "role",
    "role_arn",
    "role_name",
    "s3_bucket_name",
    "secret_arn",
    "sns_topic_name",
    "target_id",
    "target_key_id",
    "topic",
    "topic_arn",
    "user",
    "user_name",
];

/// What is said of one value, each part in its own tree of the same form.
#[derive(Clone, Copy, Default)]
pub(super) struct Said<'v> {
    /// What is known.
    pub(super) value: Option<&'v JsonValue>,
    /// `true` where it is not.
    pub(super) unknown: Option<&'v JsonValue>,
    /// `true` where it is never printed.
    pub(super) sensitive: Option<&'v JsonValue>,
    /// The expressions.
    pub(super) written: Option<&'v JsonValue>,
}

/// The attributes of a resource. Which of them are nested blocks is for the reader to say, as in
/// `.tf.json` files.
pub(super) fn body(file: FileId, said: Said<'_>, range: TextRange) -> Body {
    let items = members(said).into_iter().filter_map(|(member, inner)| {
        // What AWS gives when the plan is applied is no part of a block.
        let is_given = inner.value.is_none() && inner.written.is_none();
        // What is `null` is not set; so is half of what a plan says.
        let is_null = matches!(inner.value, Some(JsonValue { kind: JsonKind::Null, .. }))
            && !inner.unknown.is_some_and(has_unknown);
        if is_given || is_null {
            return None;
        }
        let name = ident(member)?;
        let value = value(file, &name, inner, member.value.range);
        // What it refers to stands in another part of the plan.
        let range = member.key_range.cover(member.value.range);
        Some(Item::Attribute(Arc::new(Attribute { file, name, value, range })))
    });
    Body { items: items.collect(), range, notation: Notation::Json }
}

/// The key of `member` as a name.
fn ident(member: &JsonMember) -> Option<Ident> {
    let range = member.key_range;
    Some(Ident { text: member.key.as_text()?, range: TextRange::new(range.start + 1, range.end.saturating_sub(1)) })
}

/// The entries of an object: those that are known, and those that are not.
fn members<'v>(said: Said<'v>) -> Vec<(&'v JsonMember, Said<'v>)> {
    let inner = |member: &JsonMember, is_known: bool| {
        let of = |tree: Option<&'v JsonValue>| tree?.member(&member.key.as_text()?);
        let value = if is_known { of(said.value) } else { None };
        Said { value, unknown: of(said.unknown), sensitive: of(said.sensitive), written: of(said.written) }
    };
    let known = said.value.map(JsonValue::members).unwrap_or_default();
    let unknown = said.unknown.map(JsonValue::members).unwrap_or_default();
    let is_new = |member: &&JsonMember| {
        let name = member.key.as_text().unwrap_or_default();
        has_unknown(&member.value) && !known.iter().any(|known| known.key.is_text(&name))
    };
    let known = known.iter().map(|member| (member, inner(member, true)));
    known.chain(unknown.iter().filter(is_new).map(|member| (member, inner(member, false)))).collect()
}

/// The value of the attribute `name`.
fn value(file: FileId, name: &Ident, said: Said<'_>, range: TextRange) -> Expr {
    if said.unknown.is_some_and(is_true) {
        return unknown(file, name, said.written, range);
    }
    let plain = match (said.value, said.unknown.filter(|unknown| has_unknown(unknown))) {
        (Some(value), None) => json_expression(file, value),
        (value, Some(unknown)) if is_array(value.unwrap_or(unknown)) => elements(file, name, said, range),
        (_, Some(_)) => object(file, said, range),
        (None, None) => Expr { kind: ExprKind::Missing, range },
    };
    if said.sensitive.is_some_and(has_true) { hidden(plain) } else { plain }
}

fn object(file: FileId, said: Said<'_>, range: TextRange) -> Expr {
    let items = members(said).into_iter().filter_map(|(member, inner)| {
        let key = json_key(file, member);
        let name = key_name(&key)?;
        Some(ObjectItem { value: value(file, &name, inner, member.value.range), key })
    });
    Expr { kind: ExprKind::Object(items.collect()), range: said.value.map_or(range, |value| value.range) }
}

fn elements(file: FileId, name: &Ident, said: Said<'_>, range: TextRange) -> Expr {
    let of = |tree: Option<&'_ JsonValue>| tree.map(JsonValue::elements).unwrap_or_default().len();
    let (known, unknown) = (of(said.value), of(said.unknown));
    // Blocks are written as often as they are there unless they are `dynamic`.
    let written = said.written.filter(|written| written.elements().len() == known.max(unknown));
    let element = |index: usize| {
        let at = |tree: Option<&'_ JsonValue>| tree.and_then(|tree| tree.elements().get(index)).cloned();
        let (value, unknown, sensitive, written) = (at(said.value), at(said.unknown), at(said.sensitive), at(written));
        let said = Said {
            value: value.as_ref().filter(|value| !matches!(value.kind, JsonKind::Null)),
            unknown: unknown.as_ref(),
            sensitive: sensitive.as_ref(),
            written: written.as_ref(),
        };
        let range = value.as_ref().or(unknown.as_ref()).map_or(range, |value| value.range);
        self::value(file, name, said, range)
    };
    let items = (0..known.max(unknown)).map(element).collect();
    Expr { kind: ExprKind::Tuple(items), range: said.value.map_or(range, |value| value.range) }
}

/// What stands for a value that is not known: what it refers to, if that says it all.
fn unknown(file: FileId, name: &Ident, written: Option<&JsonValue>, range: TextRange) -> Expr {
    let is_policy = POLICIES.contains(&name.text.as_str());
    let told =
        written.filter(
            |written| {
                if is_policy { expression::is_document(written) } else { NAMES.contains(&name.text.as_str()) }
            },
        );
    told.and_then(|written| expression::value(file, written)).unwrap_or(Expr { kind: ExprKind::Missing, range })
}

/// `sensitive(value)`
fn hidden(value: Expr) -> Expr {
    let range = value.range;
    let name = Ident { text: "sensitive".into(), range };
    Expr { kind: ExprKind::Call(Box::new(Call { name, arguments: Box::new([value]), expand: false })), range }
}

fn is_array(value: &JsonValue) -> bool {
    matches!(value.kind, JsonKind::Array(_))
}

fn is_true(value: &JsonValue) -> bool {
    matches!(value.kind, JsonKind::Bool(true))
}

/// Whether anything in a tree of marks is not known.
fn has_unknown(value: &JsonValue) -> bool {
    has_true(value)
}

pub(super) fn has_true(value: &JsonValue) -> bool {
    is_true(value)
        || value.elements().iter().any(has_true)
        || value.members().iter().any(|member| has_true(&member.value))
}
