//! What is known of a value from elsewhere, laid over the value as it is written.
//!
//! A plan has a value without its places, the source has the places without what is known only
//! to the plan. Where both say the same, the written value stays, with its holes filled. What AWS
//! and its provider give back in another form is the same: one element with or without its list,
//! elements in another order, an account by its number or by the ARN of its root.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::aws::arn::{AccountId, Arn};

use super::json;
use super::text::{Known, Piece, Text};
use super::value::{Field, Fields, Origin, Refinement, SequencePart, Unknown, Value, ValueKind};

/// Lists of which the elements stand in another order are searched up to this length.
const MOST_OUT_OF_ORDER: usize = 500;

/// `written` with its holes filled from `known`; `None` if it is another value.
#[must_use]
pub fn laid(written: &Value, known: &Value) -> Option<Value> {
    match &written.kind {
        ValueKind::Unknown(unknown) => Some(of_unknown(unknown, written, known)),
        ValueKind::String(text) => match only(known) {
            Some(known) if known.as_text().is_none() => laid(written, known),
            _ => of_text(text, written, known),
        },
        ValueKind::List(..) | ValueKind::Set(..) | ValueKind::Tuple(_) => of_items(written, known),
        ValueKind::Map(_, fields) | ValueKind::Object(fields) => of_fields(fields, written, known),
        ValueKind::Null(_) => is_nothing(known).then(|| written.clone()),
        ValueKind::Bool(_) | ValueKind::Number(_) => {
            (scalar(written).is_some() && scalar(written) == scalar(known)).then(|| written.clone())
        }
    }
}

/// `known` in the place of `written`.
fn in_place(written: &Value, known: &Value) -> Value {
    Value { kind: known.kind.clone(), origin: written.origin.clone(), sensitive: written.sensitive || known.sensitive }
}

fn with_kind(written: &Value, kind: ValueKind) -> Value {
    Value { kind, ..written.clone() }
}

fn of_unknown(unknown: &Unknown, written: &Value, known: &Value) -> Value {
    let found = match &unknown.refinement {
        Refinement::OneOf(options) => options.iter().find_map(|option| laid(option, known)),
        Refinement::Sequence(parts) => of_sequence(parts, known).map(|items| with_kind(written, items)),
        Refinement::Merged(values) => of_merged(values, known).map(|fields| with_kind(written, fields)),
        Refinement::Entry(entry) => of_entry(&entry.1, known).map(|fields| with_kind(written, fields)),
        Refinement::Opaque => None,
    };
    found.unwrap_or_else(|| in_place(written, known))
}

fn of_text(text: &Text, written: &Value, known: &Value) -> Option<Value> {
    let Some(told) = scalar(known) else {
        let fields = known.fields().zip(text.as_known());
        return fields.is_some_and(|(fields, text)| is_everyone(fields, &text)).then(|| written.clone());
    };
    if text.as_known().is_some_and(|text| text == told || are_one_account(&text, &told)) {
        return Some(written.clone());
    }
    if let Some(encoded) = of_json(text, written, &told) {
        return encoded;
    }
    match filled(text, &told) {
        Fit::Text(text) => Some(with_kind(written, ValueKind::String(text))),
        Fit::Open => Some(in_place(written, known)),
        Fit::None => None,
    }
}

/// The same for texts that are JSON; `None` if one of them is not.
fn of_json(text: &Text, written: &Value, told: &str) -> Option<Option<Value>> {
    let is_object = |text: &str| text.trim_start().starts_with('{');
    if !is_object(told) || (text.json().is_none() && !is_object(&text.known_prefix())) {
        return None;
    }
    let known = json::decode(&Text::known(told)).ok()?;
    let tree = match text.json() {
        Some(tree) => Value::clone(tree),
        None => json::decode(text).ok()?,
    };
    let Some(filled) = laid(&tree, &known) else { return Some(None) };
    if text.is_known() {
        return Some(Some(written.clone()));
    }
    let encoded = json::encode(&filled).ok()?;
    Some(Some(with_kind(written, ValueKind::String(encoded))))
}

/// How a text with holes goes with a known one.
enum Fit {
    /// Each hole stands for one part.
    Text(Text),
    /// Where one hole ends and the next one starts cannot be told.
    Open,
    /// There is no such part.
    None,
}

fn filled(text: &Text, told: &str) -> Fit {
    let segments = segments(text);
    let Some(((first, behind), last)) = segments.split_first().zip(segments.last()) else { return Fit::None };
    let [between @ .., _] = behind else { return Fit::None };
    let Some(inner) = told.strip_prefix(first.as_str()).and_then(|rest| rest.strip_suffix(last.as_str())) else {
        return Fit::None;
    };
    let Some(parts) = parts(inner, between) else { return Fit::None };
    if between.iter().any(String::is_empty) || parts_from_the_end(inner, between).as_ref() != Some(&parts) {
        return Fit::Open;
    }
    let mut parts = parts.into_iter();
    let fill = |piece: &Piece| match piece {
        Piece::Known(known) => Piece::Known(known.clone()),
        Piece::Hole(_) => Piece::Known(Known { text: parts.next().unwrap_or_default().into(), place: None }),
    };
    Fit::Text(Text::from_pieces(text.pieces().iter().map(fill)))
}

/// What is known before, between and behind the holes: one more than there are holes.
fn segments(text: &Text) -> Vec<String> {
    let mut segments = vec![String::new()];
    for piece in text.pieces() {
        match (piece, segments.last_mut()) {
            (Piece::Known(known), Some(last)) => last.push_str(&known.text),
            (Piece::Hole(_), _) | (Piece::Known(_), None) => segments.push(String::new()),
        }
    }
    segments
}

/// What of `text` stands before, between and behind `separators`, each of which stands as early as it can.
fn parts<'t>(text: &'t str, separators: &[String]) -> Option<Vec<&'t str>> {
    let mut rest = text;
    let mut parts = Vec::new();
    for separator in separators {
        let (before, behind) = rest.split_once(separator.as_str())?;
        parts.push(before);
        rest = behind;
    }
    parts.push(rest);
    Some(parts)
}

/// The same where each of them stands as late as it can.
fn parts_from_the_end<'t>(text: &'t str, separators: &[String]) -> Option<Vec<&'t str>> {
    let mut rest = text;
    let mut parts = Vec::new();
    for separator in separators.iter().rev() {
        let (before, behind) = rest.rsplit_once(separator.as_str())?;
        parts.push(behind);
        rest = before;
    }
    parts.push(rest);
    parts.reverse();
    Some(parts)
}

fn of_items(written: &Value, known: &Value) -> Option<Value> {
    let items = written.elements()?;
    let alone = std::slice::from_ref(known);
    let known = known.elements().map_or(alone, |items| &items[..]);
    if known.len() != items.len() {
        return None;
    }
    let in_order: Option<Vec<Value>> = items.iter().zip(known).map(|(item, known)| laid(item, known)).collect();
    let filled = in_order.or_else(|| of_items_out_of_order(items, known))?;
    Some(with_kind(written, ValueKind::Tuple(filled.into())))
}

/// The items, each with one of `known` that no other one has. Those without holes choose first.
fn of_items_out_of_order(items: &[Value], known: &[Value]) -> Option<Vec<Value>> {
    if items.len() > MOST_OUT_OF_ORDER {
        return None;
    }
    let mut free: Vec<&Value> = known.iter().collect();
    let mut filled: Vec<(usize, Value)> = Vec::new();
    let (whole, partly): (Vec<_>, Vec<_>) = items.iter().enumerate().partition(|(_, item)| item.is_wholly_known());
    for (index, item) in whole.into_iter().chain(partly) {
        let (at, value) = free.iter().enumerate().find_map(|(at, known)| Some((at, laid(item, known)?)))?;
        free.remove(at);
        filled.push((index, value));
    }
    filled.sort_by_key(|(index, _)| *index);
    Some(filled.into_iter().map(|(_, value)| value).collect())
}

fn of_sequence(parts: &[SequencePart], known: &Value) -> Option<ValueKind> {
    let mut known = &known.elements()?[..];
    let mut start = Vec::new();
    let mut end = Vec::new();
    let mut parts = parts;
    while let [SequencePart::One(item), rest @ ..] = parts {
        let (first, others) = known.split_first()?;
        start.push(laid(item, first)?);
        (parts, known) = (rest, others);
    }
    while let [rest @ .., SequencePart::One(item)] = parts {
        let (last, others) = known.split_last()?;
        end.push(laid(item, last)?);
        (parts, known) = (rest, others);
    }
    let middle = known.iter().map(|known| match parts {
        [SequencePart::Spread(from)] => in_place(from, known),
        _ => known.clone(),
    });
    let items: Vec<Value> = start.into_iter().chain(middle).chain(end.into_iter().rev()).collect();
    Some(ValueKind::Tuple(items.into()))
}

fn of_fields(fields: &Fields, written: &Value, known: &Value) -> Option<Value> {
    if let Some(name) = scalar(known) {
        return is_everyone(fields, &name).then(|| written.clone());
    }
    let known = known.fields()?;
    let is_more = |(name, field): (&SmolStr, &Field)| !fields.contains_key(name) && !is_nothing(&field.value);
    if known.iter().any(is_more) {
        return None;
    }
    let mut filled = Fields::new();
    for (name, field) in fields.iter() {
        let value = match known.get(name) {
            Some(known) => laid(&field.value, &known.value)?,
            None if is_nothing(&field.value) => field.value.clone(),
            None if matches!(field.value.kind, ValueKind::Unknown(_)) => continue,
            None => return None,
        };
        filled.insert(name.clone(), Field { key: field.key.clone(), value });
    }
    Some(with_kind(written, ValueKind::Object(Arc::new(filled))))
}

fn of_merged(values: &[Value], known: &Value) -> Option<ValueKind> {
    let written = |name: &SmolStr| values.iter().rev().find_map(|value| value.fields()?.get(name));
    let mut filled = Fields::new();
    for (name, field) in known.fields()?.iter() {
        let field = match written(name) {
            Some(written) => Field { key: written.key.clone(), value: laid(&written.value, &field.value)? },
            None => field.clone(),
        };
        filled.insert(name.clone(), field);
    }
    Some(ValueKind::Object(Arc::new(filled)))
}

fn of_entry(value: &Value, known: &Value) -> Option<ValueKind> {
    let fields = known.fields()?;
    let (name, field) = fields.first_key_value().filter(|_| fields.len() == 1)?;
    let field = Field { key: Origin::default(), value: laid(value, &field.value)? };
    Some(ValueKind::Object(Arc::new(Fields::from([(name.clone(), field)]))))
}

/// The only element of a list.
fn only(value: &Value) -> Option<&Value> {
    value.elements().and_then(|items| if items.len() == 1 { items.first() } else { None })
}

/// The text that a string, number or truth value has as a string.
fn scalar(value: &Value) -> Option<SmolStr> {
    match &value.kind {
        ValueKind::String(text) => text.as_known(),
        ValueKind::Number(number) => Some(number.to_string().into()),
        ValueKind::Bool(holds) => Some(SmolStr::new_static(if *holds { "true" } else { "false" })),
        _ => only(value).and_then(scalar),
    }
}

/// Whether leaving the value out would say the same.
fn is_nothing(value: &Value) -> bool {
    match &value.kind {
        ValueKind::Null(_) => true,
        ValueKind::String(text) => text.is_empty(),
        _ => value.elements().is_some_and(|items| items.is_empty()) || value.fields().is_some_and(|it| it.is_empty()),
    }
}

/// Whether `fields` are what a principal `"*"` may be written as: `{ AWS = "*" }`.
fn is_everyone(fields: &Fields, name: &str) -> bool {
    let is_aws = |(kind, field): (&SmolStr, &Field)| kind == "AWS" && scalar(&field.value).as_deref() == Some("*");
    name == "*" && fields.len() == 1 && fields.iter().all(is_aws)
}

/// Whether the one is the number of an account and the other the ARN of its root.
fn are_one_account(one: &str, other: &str) -> bool {
    let account = |text: &str| {
        let arn = || Arn::of_text(text).ok().filter(|_| text.ends_with(":root"));
        AccountId::parse(text).or_else(|| AccountId::parse(&arn()?.account.known()?))
    };
    account(one).is_some_and(|one| account(other) == Some(one))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::symbol::{Cause, Symbol};
    use crate::eval::types::Type;

    fn hole(name: &str) -> Symbol {
        Symbol::new("", name, Cause::Variable, None)
    }

    /// A text in which `{x}` is a hole.
    fn text(pattern: &str) -> Text {
        let known = |text: &str| Piece::Known(Known { text: text.into(), place: None });
        let mut pieces = Vec::new();
        for (index, part) in pattern.split('{').enumerate() {
            match part.split_once('}') {
                Some((name, rest)) if index > 0 => pieces.extend([Piece::Hole(hole(name)), known(rest)]),
                _ => pieces.push(known(part)),
            }
        }
        Text::from_pieces(pieces)
    }

    fn string(pattern: &str) -> Value {
        Value::new(ValueKind::String(text(pattern)))
    }

    fn tuple(items: Vec<Value>) -> Value {
        Value::new(ValueKind::Tuple(items.into()))
    }

    fn object<const N: usize>(fields: [(&str, Value); N]) -> Value {
        let field = |(name, value): (&str, Value)| (SmolStr::new(name), Field { key: Origin::default(), value });
        Value::new(ValueKind::Object(Arc::new(fields.into_iter().map(field).collect())))
    }

    #[test]
    fn holes_are_filled() {
        for (written, known, expected) in [
            ("logs", "logs", Some("logs")),
            ("logs", "log", None),
            ("logs-{x}", "logs-eu", Some("logs-eu")),
            ("{x}-logs", "eu-logs", Some("eu-logs")),
            ("arn:aws:iam::{x}:role/{y}", "arn:aws:iam::1:role/a", Some("arn:aws:iam::1:role/a")),
            ("a{x}a", "a", None),
            ("{x}{y}", "ab", Some("ab")),
            ("{x}-{y}", "a-b-c", Some("a-b-c")),
            ("{x}-{y}", "a", None),
            ("111122223333", "arn:aws:iam::111122223333:root", Some("111122223333")),
            ("111122223333", "arn:aws:iam::111122223334:root", None),
        ] {
            let laid = laid(&string(written), &Value::string(known));
            assert_eq!(laid.and_then(|value| value.as_str()).as_deref(), expected, "{written} {known}");
        }
    }

    #[test]
    fn what_aws_gives_back_is_what_is_written() {
        let [a, b, x] = ["a", "b", "{x}"].map(string);
        let opaque = Value::unknown(hole("y"), Type::Dynamic);
        let cases = [
            (tuple(vec![a.clone(), x.clone()]), tuple(vec![b.clone(), a.clone()]), true),
            (tuple(vec![a.clone(), x.clone()]), tuple(vec![a.clone()]), false),
            (tuple(vec![x.clone()]), a.clone(), true),
            (a.clone(), tuple(vec![a.clone()]), true),
            (object([("A", a.clone())]), object([("A", a.clone()), ("Sid", Value::string(""))]), true),
            (object([("A", a.clone()), ("Sid", Value::string(""))]), object([("A", a.clone())]), true),
            (object([("A", a.clone())]), object([("A", b.clone())]), false),
            (object([("A", a.clone())]), object([("A", a.clone()), ("B", b.clone())]), false),
            (object([("AWS", string("*"))]), string("*"), true),
            (string("*"), object([("AWS", tuple(vec![string("*")]))]), true),
            (object([("A", opaque)]), object([("A", object([("C", b)]))]), true),
        ];
        for (written, known, expected) in cases {
            let laid = laid(&written, &known);
            assert_eq!(laid.is_some(), expected, "{written:?} {known:?}");
            assert!(laid.is_none_or(|value| value.is_wholly_known()), "{written:?} {known:?}");
        }
    }

    #[test]
    fn one_of_several_values_is_the_one_that_is_known() {
        let options = Refinement::OneOf(Arc::from([string("a-{x}"), string("b-{x}")]));
        let unknown = Unknown { symbol: hole("y"), ty: Type::String, not_null: true, refinement: options };
        let laid = laid(&Value::new(ValueKind::Unknown(unknown)), &Value::string("b-1")).unwrap();
        assert_eq!(laid.as_text().unwrap().pieces().len(), 2, "it is made of the second one");
    }
}
