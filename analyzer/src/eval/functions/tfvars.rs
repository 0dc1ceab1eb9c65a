//! The functions of the provider `terraform`: values as configuration text.

use std::fmt::Write as _;

use crate::eval::error::EvalError;
use crate::eval::types::Type;
use crate::eval::value::{Fields, Value, ValueKind};

use super::call::{Call, Outcome};
use super::table::Function;

pub(super) static FUNCTIONS: &[Function] = &[
    // Reading expressions is the evaluator's work, which stands above the functions.
    Function::known("provider::terraform::decode_tfvars", |call| Ok(call.unknown(Type::Dynamic))),
    Function::known("provider::terraform::encode_expr", |call| Ok(Value::string(expression(&call.value(0), 0)))),
    Function::known("provider::terraform::encode_tfvars", encode_tfvars),
];

fn encode_tfvars(call: &Call<'_>) -> Outcome {
    let argument = call.value(0);
    let fields = argument.fields().ok_or_else(|| call.fail_at(0, "a map or object is required"))?;
    let refused = |name: &str| -> EvalError { call.fail_at(0, format!("`{name}` cannot name a variable")) };
    if let Some(name) = fields.keys().find(|name| !is_identifier(name)) {
        return Err(refused(name));
    }
    Ok(Value::string(items(fields, 0)))
}

/// The value as an expression, on lines indented by `indent` from the second one on.
fn expression(value: &Value, indent: usize) -> String {
    match &value.kind {
        ValueKind::Null(_) | ValueKind::Unknown(_) => "null".to_owned(),
        ValueKind::Bool(holds) => holds.to_string(),
        ValueKind::Number(number) => number.to_string(),
        ValueKind::String(text) => quoted(&text.as_known().unwrap_or_default()),
        ValueKind::List(_, items) | ValueKind::Set(_, items) | ValueKind::Tuple(items) => {
            let items: Vec<String> = items.iter().map(|item| expression(item, indent)).collect();
            format!("[{}]", items.join(", "))
        }
        ValueKind::Map(_, fields) | ValueKind::Object(fields) if fields.is_empty() => "{}".to_owned(),
        ValueKind::Map(_, fields) | ValueKind::Object(fields) => {
            format!("{{\n{}{}}}", items(fields, indent + 2), " ".repeat(indent))
        }
    }
}

/// One line or more for each entry; the equal signs of neighbours of one line stand below each other.
fn items(fields: &Fields, indent: usize) -> String {
    let entries: Vec<(String, String)> = fields
        .iter()
        .map(|(name, field)| {
            let key = if is_identifier(name) { name.to_string() } else { quoted(name) };
            (key, expression(&field.value, indent))
        })
        .collect();
    let mut text = String::new();
    for group in entries.chunk_by(|(_, left), (_, right)| !left.contains('\n') && !right.contains('\n')) {
        let width = group.iter().map(|(key, _)| key.chars().count()).max().unwrap_or(0);
        for (key, value) in group {
            let _infallible = writeln!(text, "{}{key:width$} = {value}", " ".repeat(indent));
        }
    }
    text
}

fn is_identifier(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(unicode_ident::is_xid_start)
        && chars.all(|char| char == '-' || unicode_ident::is_xid_continue(char))
}

fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '"' | '\\' => quoted.extend(['\\', char]),
            '$' | '%' if chars.peek() == Some(&'{') => quoted.extend([char, char]),
            char if char.is_control() => {
                let _infallible = write!(quoted, "\\u{:04x}", u32::from(char));
            }
            char => quoted.push(char),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::super::tests::run;
    use crate::eval::json;
    use crate::eval::text::Text;

    fn call(name: &str, json: &str) -> String {
        let value = json::decode(&Text::known(json)).unwrap();
        match run(name, &[value]) {
            Ok(value) => value.as_str().unwrap().into(),
            Err(error) => format!("error: {}", error.message),
        }
    }

    #[test]
    fn values_as_terraform_writes_them() {
        let json =
            r#"{"a":1,"b c":["x",true,null,1.5],"d":{"e":"q\"\n${x} %{y} é\t\u0001"},"f":{},"g":[],"h":[[1],{"a":1}]}"#;
        let text = "{\n  a     = 1\n  \"b c\" = [\"x\", true, null, 1.5]\n  d = {\n    e = \"q\\\"\\n$${x} %%{y} é\\t\\u0001\"\n  }\n  f = {}\n  g = []\n  h = [[1], {\n    a = 1\n  }]\n}";
        assert_eq!(call("provider::terraform::encode_expr", json), text);
        let variables = "a   = 1\nbcd = \"x\"\ne = {\n  f = 1\n}\n";
        assert_eq!(call("provider::terraform::encode_tfvars", r#"{"a":1,"bcd":"x","e":{"f":1}}"#), variables);
        assert!(call("provider::terraform::encode_tfvars", r#"{"a b":1}"#).starts_with("error"));
    }
}
