//! Whether two values are equal, as far as unknowns let it be told.

use super::convert::type_of;
use super::text::{Piece, Text};
use super::types::Type;
use super::value::{Fields, Refinement, Unknown, Value, ValueKind};
use crate::truth::Truth;

/// Terraform's `==`: values of two types are never equal, nulls always are.
#[must_use]
pub fn equal(left: &Value, right: &Value) -> Truth {
    if left.is_null() && right.is_null() {
        return Truth::Yes;
    }
    if !may_share_type(left, right) {
        return Truth::No;
    }
    compare(left, right)
}

/// Whether the two may be of one type.
fn may_share_type(left: &Value, right: &Value) -> bool {
    match (&left.kind, &right.kind) {
        (ValueKind::Null(_), _) | (_, ValueKind::Null(_)) => true,
        _ if left.is_wholly_known() && right.is_wholly_known() => share_type(left, right, Type::eq),
        _ => share_type(left, right, may_be_same),
    }
}

/// Whether `same` holds of the types of the two. Types of structures are compared without building them.
fn share_type(left: &Value, right: &Value, same: fn(&Type, &Type) -> bool) -> bool {
    match (&left.kind, &right.kind) {
        (ValueKind::String(_), ValueKind::String(_))
        | (ValueKind::Number(_), ValueKind::Number(_))
        | (ValueKind::Bool(_), ValueKind::Bool(_)) => true,
        (ValueKind::Tuple(left), ValueKind::Tuple(right)) => {
            left.len() == right.len() && left.iter().zip(&**right).all(|(left, right)| share_type(left, right, same))
        }
        (ValueKind::Object(left), ValueKind::Object(right)) => {
            let mut fields = left.values().zip(right.values());
            left.keys().eq(right.keys()) && fields.all(|(left, right)| share_type(&left.value, &right.value, same))
        }
        (ValueKind::Unknown(Unknown { ty: Type::Dynamic, .. }), _)
        | (_, ValueKind::Unknown(Unknown { ty: Type::Dynamic, .. })) => true,
        _ => same(&type_of(left), &type_of(right)),
    }
}

/// Whether the two types may be one once their open parts are known.
fn may_be_same(left: &Type, right: &Type) -> bool {
    match (left, right) {
        (Type::Dynamic, _) | (_, Type::Dynamic) => true,
        (Type::List(left), Type::List(right))
        | (Type::Set(left), Type::Set(right))
        | (Type::Map(left), Type::Map(right)) => may_be_same(left, right),
        (Type::Tuple(left), Type::Tuple(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| may_be_same(left, right))
        }
        (Type::Object(left), Type::Object(right)) => {
            left.keys().eq(right.keys())
                && left.values().zip(right.values()).all(|(left, right)| may_be_same(left, right))
        }
        (left, right) => left == right,
    }
}

fn compare(left: &Value, right: &Value) -> Truth {
    match (&left.kind, &right.kind) {
        (ValueKind::Unknown(unknown), _) => unknown_equals(unknown, right),
        (_, ValueKind::Unknown(unknown)) => unknown_equals(unknown, left),
        (ValueKind::Null(_), ValueKind::Null(_)) => Truth::Yes,
        (ValueKind::Bool(left), ValueKind::Bool(right)) => (left == right).into(),
        (ValueKind::Number(left), ValueKind::Number(right)) => (left == right).into(),
        (ValueKind::String(left), ValueKind::String(right)) => texts_equal(left, right),
        (ValueKind::List(_, left), ValueKind::List(_, right)) | (ValueKind::Tuple(left), ValueKind::Tuple(right)) => {
            items_equal(left, right)
        }
        (ValueKind::Set(_, left_items), ValueKind::Set(_, right_items)) => {
            if left.is_wholly_known() && right.is_wholly_known() {
                items_equal(left_items, right_items)
            } else {
                sets_equal(left_items, right_items)
            }
        }
        (ValueKind::Map(_, left), ValueKind::Map(_, right)) | (ValueKind::Object(left), ValueKind::Object(right)) => {
            fields_equal(left, right)
        }
        _ => Truth::No,
    }
}

fn unknown_equals(unknown: &Unknown, other: &Value) -> Truth {
    match &other.kind {
        ValueKind::Unknown(other) if other.symbol == unknown.symbol && other.ty == unknown.ty => return Truth::Yes,
        ValueKind::Null(_) if unknown.not_null => return Truth::No,
        ValueKind::String(text) if unknown.ty == Type::String => {
            if let [Piece::Hole(symbol)] = text.pieces()
                && *symbol == unknown.symbol
            {
                return Truth::Yes;
            }
        }
        _ => {}
    }
    if let Refinement::OneOf(alternatives) = &unknown.refinement {
        return for_all(alternatives.iter().map(|alternative| equal(alternative, other)));
    }
    if let ValueKind::Unknown(Unknown { refinement: Refinement::OneOf(alternatives), .. }) = &other.kind {
        let whole = Value::new(ValueKind::Unknown(unknown.clone()));
        return for_all(alternatives.iter().map(|alternative| equal(alternative, &whole)));
    }
    let may_be_equal = unknown.ty == Type::Dynamic || may_be_same(&unknown.ty, &type_of(other)) || other.is_null();
    if may_be_equal { Truth::Unknown } else { Truth::No }
}

/// The answer that holds whichever alternative is taken.
fn for_all(answers: impl Iterator<Item = Truth>) -> Truth {
    answers.reduce(|all, one| if all == one { all } else { Truth::Unknown }).unwrap_or(Truth::Unknown)
}

fn items_equal(left: &[Value], right: &[Value]) -> Truth {
    if left.len() != right.len() {
        return Truth::No;
    }
    left.iter().zip(right).fold(Truth::Yes, |all, (left, right)| all.and(compare(left, right)))
}

/// Sets with unknown elements, of which some may be equal to others.
fn sets_equal(left: &[Value], right: &[Value]) -> Truth {
    if left.len() == right.len() && items_equal(left, right) == Truth::Yes {
        return Truth::Yes;
    }
    let lacks = |of: &[Value], element: &Value| of.iter().all(|other| compare(element, other) == Truth::No);
    let differs = left.iter().any(|element| lacks(right, element)) || right.iter().any(|element| lacks(left, element));
    if differs { Truth::No } else { Truth::Unknown }
}

fn fields_equal(left: &Fields, right: &Fields) -> Truth {
    if !left.keys().eq(right.keys()) {
        return Truth::No;
    }
    let pairs = left.values().zip(right.values());
    pairs.fold(Truth::Yes, |all, (left, right)| all.and(compare(&left.value, &right.value)))
}

/// Whether two texts are equal for every value of their holes.
#[must_use]
pub fn texts_equal(left: &Text, right: &Text) -> Truth {
    match (left.as_known(), right.as_known()) {
        (Some(left), Some(right)) => (left == right).into(),
        (Some(known), None) => known_equals(&known, right),
        (None, Some(known)) => known_equals(&known, left),
        (None, None) if same_pieces(left, right) => Truth::Yes,
        (None, None) => ends_differ(left, right),
    }
}

/// A known text and one with holes: equal only if the known pieces of the other occur in order.
fn known_equals(known: &str, text: &Text) -> Truth {
    let (prefix, suffix) = (text.known_prefix(), text.known_suffix());
    let middle = known.strip_prefix(prefix.as_str()).and_then(|rest| rest.strip_suffix(suffix.as_str()));
    let Some(mut rest) = middle else { return Truth::No };
    let first_hole = text.pieces().iter().position(|piece| matches!(piece, Piece::Hole(_))).unwrap_or(0);
    let last_hole = text.pieces().iter().rposition(|piece| matches!(piece, Piece::Hole(_))).unwrap_or(0);
    for piece in text.pieces().iter().take(last_hole).skip(first_hole) {
        if let Piece::Known(piece) = piece {
            match rest.split_once(piece.text.as_str()) {
                Some((_, behind)) => rest = behind,
                None => return Truth::No,
            }
        }
    }
    Truth::Unknown
}

/// Pieces as they read: how known text is cut into pieces does not matter.
fn same_pieces(left: &Text, right: &Text) -> bool {
    merged(left) == merged(right)
}

fn merged(text: &Text) -> Vec<Result<String, &super::symbol::Symbol>> {
    let mut pieces: Vec<Result<String, &super::symbol::Symbol>> = Vec::new();
    for piece in text.pieces() {
        match (piece, pieces.last_mut()) {
            (Piece::Known(known), Some(Ok(last))) => last.push_str(&known.text),
            (Piece::Known(known), _) => pieces.push(Ok(known.text.to_string())),
            (Piece::Hole(symbol), _) => pieces.push(Err(symbol)),
        }
    }
    pieces
}

/// Two texts with holes, after what both start and end with is set aside.
fn ends_differ(left: &Text, right: &Text) -> Truth {
    let (left, right) = (merged(left), merged(right));
    let shared = left.iter().zip(&right).take_while(|(left, right)| left == right).count();
    let mut left: &[_] = left.get(shared..).unwrap_or_default();
    let mut right: &[_] = right.get(shared..).unwrap_or_default();
    while let ([left_rest @ .., left_last], [right_rest @ .., right_last]) = (left, right)
        && left_last == right_last
    {
        (left, right) = (left_rest, right_rest);
    }
    let has_text = |pieces: &[Result<String, _>]| pieces.iter().any(Result::is_ok);
    let differ = match (left, right) {
        ([], rest) | (rest, []) => has_text(rest),
        ([Ok(left), ..], [Ok(right), ..]) if !left.starts_with(right.as_str()) && !right.starts_with(left.as_str()) => {
            true
        }
        ([.., Ok(left)], [.., Ok(right)]) => !left.ends_with(right.as_str()) && !right.ends_with(left.as_str()),
        _ => false,
    };
    if differ { Truth::No } else { Truth::Unknown }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eval::symbol::{Cause, Symbol};
    use crate::eval::text::Known;

    fn hole(name: &str) -> Symbol {
        Symbol::new("", name, Cause::Variable, None)
    }

    /// `a{x}b`: braces mark holes.
    fn text(pattern: &str) -> Text {
        let pieces = pattern.split('{').enumerate().flat_map(|(index, part)| match part.split_once('}') {
            Some((name, rest)) if index > 0 => vec![Piece::Hole(hole(name)), known(rest)],
            _ => vec![known(part)],
        });
        Text::from_pieces(pieces.collect::<Vec<_>>())
    }

    fn known(text: &str) -> Piece {
        Piece::Known(Known { text: text.into(), place: None })
    }

    #[test]
    fn texts() {
        for (left, right, truth) in [
            ("a", "a", Truth::Yes),
            ("a", "b", Truth::No),
            ("a{x}", "a{x}", Truth::Yes),
            ("a{x}", "a{y}", Truth::Unknown),
            ("a{x}", "b", Truth::No),
            ("{x}a", "b", Truth::No),
            ("a{x}c{y}e", "abcde", Truth::Unknown),
            ("a{x}cc{y}e", "abcde", Truth::No),
            ("ab{x}ba", "aba", Truth::No),
            ("a{x}", "b{x}", Truth::No),
            ("a{x}b", "a{x}c", Truth::No),
            ("{x}a", "{x}", Truth::No),
            ("{x}{y}", "{x}", Truth::Unknown),
            ("{x}a{y}", "{x}b{z}", Truth::No),
            ("{x}a", "{y}b", Truth::No),
        ] {
            assert_eq!(texts_equal(&text(left), &text(right)), truth, "{left} == {right}");
            assert_eq!(texts_equal(&text(right), &text(left)), truth, "{right} == {left}");
        }
    }

    #[test]
    fn values_of_two_types_differ() {
        let one = Value::new(ValueKind::Number(1.into()));
        assert_eq!(equal(&one, &Value::string("1")), Truth::No);
        let list = Value::new(ValueKind::List(Type::Number, [one.clone()].into()));
        let tuple = Value::new(ValueKind::Tuple([one.clone()].into()));
        assert_eq!(equal(&list, &tuple), Truth::No);
        assert_eq!(equal(&list, &list), Truth::Yes);
        let null = Value::new(ValueKind::Null(Type::Dynamic));
        assert_eq!(equal(&null, &Value::new(ValueKind::Null(Type::String))), Truth::Yes);
        assert_eq!(equal(&null, &one), Truth::No);
    }

    #[test]
    fn unknowns() {
        let string = Value::unknown(hole("x"), Type::String);
        assert_eq!(equal(&string, &string), Truth::Yes);
        assert_eq!(equal(&string, &Value::unknown(hole("y"), Type::String)), Truth::Unknown);
        assert_eq!(equal(&string, &Value::new(ValueKind::Number(1.into()))), Truth::No);
        assert_eq!(equal(&string, &Value::new(ValueKind::String(Text::hole(hole("x"))))), Truth::Yes);
        assert_eq!(equal(&string, &Value::new(ValueKind::Null(Type::String))), Truth::Unknown);
        let one_of = |values: &[&str]| {
            let refinement = Refinement::OneOf(values.iter().map(|value| Value::string(*value)).collect());
            Value::new(ValueKind::Unknown(Unknown { symbol: hole("z"), ty: Type::String, not_null: true, refinement }))
        };
        assert_eq!(equal(&one_of(&["a", "b"]), &Value::string("c")), Truth::No);
        assert_eq!(equal(&one_of(&["a", "b"]), &Value::string("a")), Truth::Unknown);
        assert_eq!(equal(&one_of(&["a", "b"]), &one_of(&["c", "d"])), Truth::Yes);
    }
}
