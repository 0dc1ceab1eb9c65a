//! Conversions as Terraform makes them.

use super::*;
use crate::eval::symbol::Cause;

fn number(value: i64) -> Value {
    Value::new(ValueKind::Number(value.into()))
}

fn tuple(items: impl IntoIterator<Item = Value>) -> Value {
    Value::new(ValueKind::Tuple(items.into_iter().collect()))
}

fn object(fields: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    let field = |(name, value): (&str, Value)| (name.into(), Field { key: Default::default(), value });
    Value::new(ValueKind::Object(Arc::new(fields.into_iter().map(field).collect())))
}

fn unknown(name: &str, ty: Type) -> Value {
    Value::unknown(Symbol::new("", name, Cause::Variable, None), ty)
}

fn list_type(items: impl IntoIterator<Item = Value>) -> String {
    let list = convert(&tuple(items), &Type::list(Type::Dynamic));
    list.map_or_else(|error| error.message, |list| type_of(&list).to_string())
}

#[test]
fn lists_get_one_element_type() {
    assert_eq!(list_type([number(1), Value::string("a")]), "list(string)");
    assert_eq!(list_type([]), "list(any)");
    assert_eq!(list_type([object([("a", number(1))]), object([("b", Value::string("x"))])]), "list(map(string))");
    assert_eq!(
        list_type([object([("a", number(1))]), object([("a", Value::string("x"))])]),
        "list(object({ a = string }))"
    );
    assert_eq!(list_type([tuple([]), tuple([Value::string("x")])]), "list(list(string))");
    let no_type = "the elements have no single type that a list could have";
    assert_eq!(list_type([number(1), tuple([])]), no_type);
    assert_eq!(list_type([number(1), Value::bool(true)]), no_type);
    let null = Value::new(ValueKind::Null(Type::Dynamic));
    assert_eq!(list_type([number(1), null.clone()]), "list(number)");
    assert_eq!(list_type([null, object([("a", number(1))])]), no_type);
}

#[test]
fn sets_are_sorted_bytewise_and_without_duplicates() {
    let set = convert(&tuple(["b", "a", "C", "1", "a"].map(Value::string)), &Type::set(Type::String)).unwrap();
    let items: Vec<_> = set.elements().unwrap().iter().filter_map(Value::as_str).collect();
    assert_eq!(items, ["1", "C", "a", "b"]);
}

#[test]
fn texts_are_read_as_terraform_does() {
    let read = |text: &str, ty: Type| convert(&Value::string(text), &ty).map_err(|error| error.message);
    assert!(matches!(read("1", Type::Bool).unwrap().kind, ValueKind::Bool(true)));
    assert_eq!(read("True", Type::Bool).unwrap_err(), "`True` is neither `true` nor `false`");
    assert_eq!(read("0x10", Type::Number).unwrap_err(), "`0x10` is not a decimal number");
    assert_eq!(convert(&tuple([]), &Type::String).unwrap_err().message, "a string is required, not a tuple");
}

#[test]
fn unknowns_stay_the_same_unknowns() {
    let symbol = |value: &Value| match &value.kind {
        ValueKind::Unknown(unknown) => unknown.symbol.address().clone(),
        kind => panic!("{kind:?}"),
    };
    let as_text = convert(&unknown("var.n", Type::Number), &Type::String).unwrap();
    assert_eq!(symbol(&as_text), "var.n");
    let as_number = convert(&unknown("var.s", Type::String), &Type::Number).unwrap();
    assert_eq!(symbol(&as_number), "tonumber(var.s)");
    assert!(convert(&unknown("var.l", Type::list(Type::String)), &Type::String).is_err());
}

#[test]
fn alternatives_that_do_not_fit_are_left_out() {
    let refinement = Refinement::OneOf([Value::string("1"), Value::string("x")].into());
    let symbol = Symbol::new("", "x", Cause::Variable, None);
    let choice = Value::new(ValueKind::Unknown(Unknown { symbol, ty: Type::String, not_null: true, refinement }));
    assert!(matches!(convert(&choice, &Type::Number).unwrap().kind, ValueKind::Number(one) if one == 1.into()));
}

/// The constraint that `text` declares in a file of its own.
fn constraint(text: &str) -> Result<TypeConstraint, String> {
    let file = crate::source::SourceMap::default().add("variables.tf", text);
    let (expr, errors) = crate::syntax::parse_expression(file, text, 0);
    assert!(errors.is_empty(), "{errors:?}");
    TypeConstraint::parse_in(file, &expr).map_err(|error| error.message)
}

fn applied(ty: &str, json: &str) -> String {
    let value = crate::eval::json::decode(&Text::known(json)).unwrap();
    match constraint(ty).unwrap().apply(&value) {
        Ok(value) => crate::eval::json::encode(&value).unwrap().display(),
        Err(error) => format!("error: {}", error.message),
    }
}

#[test]
fn declared_types_are_read() {
    for (declared, ty) in [
        ("string", "string"),
        ("any", "any"),
        ("list", "list(any)"),
        ("\"map\"", "map(any)"),
        ("map(list(number))", "map(list(number))"),
        ("tuple([string, bool])", "tuple([string, bool])"),
        ("object({ a = optional(string, \"x\"), b = set(any) })", "object({ a = string, b = set(any) })"),
    ] {
        assert_eq!(constraint(declared).unwrap().ty().to_string(), ty);
    }
    for (declared, message) in [
        ("strng", "`strng` is not a type"),
        ("vector(string)", "`vector(...)` is not a type"),
        ("list(string, string)", "`list(...)` takes one argument"),
        ("[string]", "a type is required, such as `string` or `list(string)`"),
        ("object({ a = optional(number, \"x\") })", "`x` is not a decimal number"),
        ("object({ a = optional(string, f()) })", "the default of an optional attribute has to be constant"),
    ] {
        assert_eq!(constraint(declared).unwrap_err(), message);
    }
}

#[test]
fn defaults_are_filled_in() {
    let nested = "map(object({ a = optional(string, \"x\"), b = optional(object({ c = optional(number, 1) }), {}) }))";
    assert_eq!(applied(nested, r#"{"k":{}}"#), r#"{"k":{"a":"x","b":{"c":1}}}"#);
    assert_eq!(applied(nested, r#"{"k":{"a":null,"b":null}}"#), r#"{"k":{"a":"x","b":{"c":1}}}"#);
    assert_eq!(applied(nested, r#"{"k":{"a":5,"b":{"c":"2"},"z":0}}"#), r#"{"k":{"a":"5","b":{"c":2}}}"#);
    assert_eq!(applied("object({ a = optional(string) })", "{}"), r#"{"a":null}"#);
    assert_eq!(applied("object({ a = string })", "{}"), "error: the attribute `a` is required");
    assert_eq!(applied("list(any)", r#"[1,"a"]"#), r#"["1","a"]"#);
    assert_eq!(applied("set(string)", r#"["b","a","b"]"#), r#"["a","b"]"#);
    assert_eq!(applied("string", "null"), "null");
}

#[test]
fn defaults_have_their_places() {
    let constraint = constraint("object({ a = optional(list(string), [\"*\"]) })").unwrap();
    let filled = constraint.apply(&object([])).unwrap();
    let list = &filled.fields().unwrap()["a"].value;
    let star = &list.elements().unwrap()[0];
    assert!(star.origin.span.is_some());
    assert_eq!(star.as_text().unwrap().span_of(0..1).unwrap().range.start, 38);
}
