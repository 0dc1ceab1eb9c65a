//! Values as JSON. What is not known is shown as `{address}`, and what is sensitive
//! is not shown.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;

use crate::eval::number::Number;
use crate::eval::symbol::Symbol;
use crate::eval::value::{Value, ValueKind};

/// What is shown in place of a sensitive value.
pub(super) const SENSITIVE: &str = "(sensitive)";

/// A value, to be written as JSON.
pub(super) struct ValueJson<'a>(pub(super) &'a Value);

/// How an unknown is shown.
pub(super) fn hole(symbol: &Symbol) -> String {
    format!("{{{}}}", symbol.address())
}

impl Serialize for ValueJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.sensitive {
            return serializer.serialize_str(SENSITIVE);
        }
        match &self.0.kind {
            ValueKind::Null(_) => serializer.serialize_unit(),
            ValueKind::Bool(value) => serializer.serialize_bool(*value),
            ValueKind::Number(number) => serialize_number(number, serializer),
            ValueKind::String(text) => serializer.serialize_str(&text.display()),
            ValueKind::List(_, items) | ValueKind::Set(_, items) | ValueKind::Tuple(items) => {
                serializer.collect_seq(items.iter().map(ValueJson))
            }
            ValueKind::Map(_, fields) | ValueKind::Object(fields) => {
                let mut map = serializer.serialize_map(Some(fields.len()))?;
                for (name, field) in fields.iter() {
                    map.serialize_entry(name.as_str(), &Self(&field.value))?;
                }
                map.end()
            }
            ValueKind::Unknown(unknown) => serializer.serialize_str(&hole(&unknown.symbol)),
        }
    }
}

/// All digits: JSON's numbers have no bounds, only those of most readers do.
fn serialize_number<S: Serializer>(number: &Number, serializer: S) -> Result<S::Ok, S::Error> {
    let digits = number.to_string();
    match RawValue::from_string(digits.clone()) {
        Ok(raw) => raw.serialize(serializer),
        Err(_) => serializer.serialize_str(&digits),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::eval::symbol::Cause;
    use crate::eval::text::Text;
    use crate::eval::types::Type;
    use crate::eval::value::{Field, Fields, Origin};

    fn json(value: &Value) -> String {
        serde_json::to_string(&ValueJson(value)).unwrap()
    }

    fn unknown() -> Symbol {
        Symbol::new("stack", "var.account", Cause::Variable, None)
    }

    fn object(entries: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
        let fields: Fields =
            entries.into_iter().map(|(name, value)| (name.into(), Field { key: Origin::default(), value })).collect();
        Value::new(ValueKind::Object(Arc::new(fields)))
    }

    #[test]
    fn every_form() {
        let arn = Text::known("arn:aws:iam::").concat(Text::hole(unknown())).concat(Text::known(":root"));
        let numbers = ["1", "-2.5", "12345678901234567890123456789"]
            .map(|digits| Value::new(ValueKind::Number(Number::parse(digits).unwrap())));
        let value = object([
            ("arn", Value::new(ValueKind::String(arn))),
            ("flag", Value::bool(true)),
            ("none", Value::new(ValueKind::Null(Type::String))),
            ("numbers", Value::new(ValueKind::Tuple(numbers.into()))),
            ("unknown", Value::unknown(unknown(), Type::String)),
        ]);
        let expected = r#"{"arn":"arn:aws:iam::{var.account}:root","flag":true,"none":null,"numbers":[1,-2.5,12345678901234567890123456789],"unknown":"{var.account}"}"#;
        assert_eq!(json(&value), expected);
    }

    #[test]
    fn what_is_sensitive_stays_where_it_is() {
        let mut secret = Value::string("hunter2");
        secret.sensitive = true;
        assert_eq!(json(&object([("password", secret)])), r#"{"password":"(sensitive)"}"#);
    }
}
