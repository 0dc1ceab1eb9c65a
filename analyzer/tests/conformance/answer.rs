//! Recorded JSON, and whether a value is what was recorded.

use crosstrail_analyzer::eval::number::Number;
use crosstrail_analyzer::eval::value::{Fields, Value, ValueKind};
use crosstrail_analyzer::syntax::json::{self, JsonKind, JsonMember, JsonValue};
use smol_str::SmolStr;

use super::policy_documents::normalized;

/// The text of a recorded file.
pub(crate) fn read(name: &str) -> String {
    let path = format!("{}/../tests/conformance/terraform/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A recorded document; numbers keep all their digits.
pub(crate) fn parse(text: &str) -> JsonValue {
    let (value, errors) = json::parse(text, &[]);
    assert!(errors.is_empty(), "{errors:?} in {text}");
    value
}

pub(crate) fn member<'a>(value: &'a JsonValue, name: &str) -> Option<&'a JsonValue> {
    let JsonKind::Object(members) = &value.kind else { return None };
    members.iter().find(|member| name_of(member) == name).map(|member| &member.value)
}

pub(crate) fn name_of(member: &JsonMember) -> String {
    member.key.as_text().unwrap_or_default().to_string()
}

pub(crate) fn text(value: &JsonValue) -> Option<String> {
    match &value.kind {
        JsonKind::String(text) => text.as_text().map(|text| text.to_string()),
        _ => None,
    }
}

/// Where `value` is not what was recorded, if anywhere.
pub(crate) fn difference(value: &Value, recorded: &JsonValue, path: &str) -> Option<String> {
    let differs = || Some(format!("{path}: {}, recorded {}", show(value), show_json(recorded)));
    match (&value.kind, &recorded.kind) {
        (ValueKind::Null(_), JsonKind::Null) => None,
        (ValueKind::Bool(left), JsonKind::Bool(right)) if left == right => None,
        (ValueKind::Number(left), JsonKind::Number(right)) if is_number(left, right) => None,
        (ValueKind::String(left), JsonKind::String(right)) if left.as_known() == right.as_text() => None,
        (ValueKind::String(left), JsonKind::String(right)) if is_same_document(left.as_known(), right.as_text()) => {
            None
        }
        (ValueKind::List(_, items) | ValueKind::Set(_, items) | ValueKind::Tuple(items), JsonKind::Array(recorded)) => {
            if items.len() != recorded.len() {
                return differs();
            }
            let pairs = items.iter().zip(recorded).enumerate();
            pairs
                .into_iter()
                .find_map(|(index, (item, recorded))| difference(item, recorded, &format!("{path}[{index}]")))
        }
        (ValueKind::Map(_, fields) | ValueKind::Object(fields), JsonKind::Object(members)) => {
            fields_difference(fields, members, path)
        }
        _ => differs(),
    }
}

fn fields_difference(fields: &Fields, members: &[JsonMember], path: &str) -> Option<String> {
    for member in members {
        let name = name_of(member);
        match fields.get(name.as_str()) {
            Some(field) => {
                let difference = difference(&field.value, &member.value, &format!("{path}.{name}"));
                if difference.is_some() {
                    return difference;
                }
            }
            None => return Some(format!("{path}.{name} is missing")),
        }
    }
    let extra = fields.keys().find(|name| !members.iter().any(|member| name_of(member) == name.as_str()));
    extra.map(|name| format!("{path}.{name} was not recorded"))
}

/// Some recordings went through 64-bit floats.
fn is_number(number: &Number, digits: &str) -> bool {
    Number::parse(digits).as_ref() == Some(number)
        || number.to_string().parse::<f64>().ok() == digits.parse::<f64>().ok()
}

pub(crate) fn show(value: &Value) -> String {
    match &value.kind {
        ValueKind::String(text) => format!("{:?}", text.display()),
        ValueKind::Number(number) => number.to_string(),
        ValueKind::Unknown(unknown) => format!("unknown {} {:?}", unknown.symbol.address(), unknown.symbol.cause()),
        ValueKind::List(_, items) | ValueKind::Set(_, items) | ValueKind::Tuple(items) => {
            format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(", "))
        }
        ValueKind::Map(_, fields) | ValueKind::Object(fields) => {
            let shown = fields.iter().map(|(name, field)| format!("{name} = {}", show(&field.value)));
            format!("{{{}}}", shown.collect::<Vec<_>>().join(", "))
        }
        kind => format!("{kind:?}"),
    }
}

/// Whether both are policy documents that say the same: providers render them with small differences.
fn is_same_document(left: Option<SmolStr>, right: Option<SmolStr>) -> bool {
    let document = |text: SmolStr| {
        let value: serde_json::Value = serde_json::from_str(&text).ok()?;
        value.get("Statement").is_some().then(|| normalized(&value))
    };
    let (left, right) = (left.and_then(document), right.and_then(document));
    left.is_some() && left == right
}

fn show_json(value: &JsonValue) -> String {
    match &value.kind {
        JsonKind::String(_) => format!("{:?}", text(value).unwrap_or_default()),
        JsonKind::Array(items) => format!("[{}]", items.iter().map(show_json).collect::<Vec<_>>().join(", ")),
        JsonKind::Object(members) => {
            let shown = members.iter().map(|member| format!("{} = {}", name_of(member), show_json(&member.value)));
            format!("{{{}}}", shown.collect::<Vec<_>>().join(", "))
        }
        kind => format!("{kind:?}"),
    }
}
