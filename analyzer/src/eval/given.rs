//! Values that are known beside what is written, as values of Terraform's.

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::SmolStr;

use crate::config::GivenValue;

use super::number::Number;
use super::symbol::Symbol;
use super::text::Text;
use super::types::Type;
use super::value::{Field, Fields, Origin, Value, ValueKind};

/// Whether `given` is `value`, as far as it says anything: then what is written stands.
pub(super) fn agrees(given: &GivenValue, value: &Value) -> bool {
    match (given, &value.kind) {
        (GivenValue::Unknown, _) | (GivenValue::Null, ValueKind::Null(_)) => true,
        (GivenValue::Secret(given), _) => agrees(given, value),
        (GivenValue::Bool(given), ValueKind::Bool(value)) => given == value,
        (GivenValue::Number(given), ValueKind::Number(value)) => Number::parse(given).is_some_and(|it| it == *value),
        (GivenValue::Text(given), ValueKind::String(text)) => {
            text.as_known().is_some_and(|text| text == given.as_str())
        }
        (GivenValue::List(given), ValueKind::List(_, items) | ValueKind::Set(_, items) | ValueKind::Tuple(items)) => {
            given.len() == items.len() && given.iter().zip(&**items).all(|(given, item)| agrees(given, item))
        }
        (GivenValue::Table(given), ValueKind::Map(_, fields) | ValueKind::Object(fields)) => have_same(given, fields),
        (
            GivenValue::Null
            | GivenValue::Bool(_)
            | GivenValue::Number(_)
            | GivenValue::Text(_)
            | GivenValue::List(_)
            | GivenValue::Table(_),
            _,
        ) => false,
    }
}

fn have_same(given: &BTreeMap<String, GivenValue>, fields: &Fields) -> bool {
    let same = |((given_name, given), (name, field)): ((&String, &GivenValue), (&SmolStr, &Field))| {
        given_name.as_str() == name.as_str() && agrees(given, &field.value)
    };
    given.len() == fields.len() && given.iter().zip(fields).all(same)
}

/// `given` as the value of what is called `address`. What of it is not known, or must not be
/// used, is a symbol that `symbol` makes of its own address.
pub(super) fn value(given: &GivenValue, address: &str, symbol: &dyn Fn(&str) -> Symbol) -> Value {
    let kind = match given {
        GivenValue::Unknown => return Value::unknown(symbol(address), Type::Dynamic),
        GivenValue::Secret(_) => {
            return Value { sensitive: true, ..Value::unknown(symbol(address), Type::Dynamic) };
        }
        GivenValue::Null => ValueKind::Null(Type::Dynamic),
        GivenValue::Bool(value) => ValueKind::Bool(*value),
        GivenValue::Number(digits) => match Number::parse(digits) {
            Some(number) => ValueKind::Number(number),
            None => return Value::unknown(symbol(address), Type::Number),
        },
        GivenValue::Text(text) => ValueKind::String(Text::known(text.as_str())),
        GivenValue::List(items) => {
            let item = |(at, item)| value(item, &format!("{address}[{at}]"), symbol);
            ValueKind::Tuple(items.iter().enumerate().map(item).collect())
        }
        GivenValue::Table(fields) => {
            let field = |(name, field): (&String, &GivenValue)| {
                let value = value(field, &format!("{address}.{name}"), symbol);
                (SmolStr::from(name.as_str()), Field { key: Origin::default(), value })
            };
            ValueKind::Object(Arc::new(fields.iter().map(field).collect()))
        }
    };
    Value::new(kind)
}

#[cfg(test)]
mod tests {
    use crate::eval::symbol::Cause;

    use super::*;

    fn of(given: &GivenValue) -> Value {
        value(given, "var.x", &|address| Symbol::new(SmolStr::default(), address, Cause::Variable, None))
    }

    fn text(text: &str) -> GivenValue {
        GivenValue::Text(text.to_owned())
    }

    #[test]
    fn what_is_given_agrees_with_what_becomes_of_it_unless_it_is_hidden() {
        let number = |digits: &str| GivenValue::Number(digits.to_owned());
        let table = |value| GivenValue::Table(BTreeMap::from([("a".to_owned(), value)]));
        for given in
            [GivenValue::Null, GivenValue::Bool(true), number("0.1"), text("x"), GivenValue::List(vec![text("x")])]
        {
            assert!(
                agrees(&given, &of(&given)) && agrees(&table(given.clone()), &of(&table(given.clone()))),
                "{given:?}"
            );
            assert!(!agrees(&given, &of(&text("y"))) && !agrees(&given, &of(&GivenValue::Unknown)), "{given:?}");
            let secret = GivenValue::Secret(Box::new(given.clone()));
            assert!(agrees(&secret, &of(&given)), "{given:?}");
            let hidden = of(&secret);
            assert!(hidden.sensitive && !hidden.is_wholly_known() && !agrees(&secret, &hidden), "{given:?}");
        }
        assert!(agrees(&number("1.50"), &of(&number("1.5"))));
        assert!(!agrees(&table(text("x")), &of(&GivenValue::Table(BTreeMap::new()))));
        assert!(agrees(&table(GivenValue::Unknown), &of(&table(text("x")))));
    }
}
