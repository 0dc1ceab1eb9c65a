//! Calls with values, without expressions.

use std::sync::Arc;

use super::*;
use crate::eval::equality::equal;
use crate::eval::text::{Piece, Text};
use crate::eval::truth::Truth;
use crate::eval::value::{Field, Refinement, SequencePart, Unknown, ValueKind};

struct NoFiles;

impl FunctionContext for NoFiles {
    fn read_bytes(&self, _: &str) -> Result<Vec<u8>, crate::source::FileError> {
        Err(crate::source::FileError::NotFound)
    }
    fn add_source(&self, path: &str, text: std::sync::Arc<str>) -> crate::source::FileId {
        crate::source::SourceMap::default().add(path, text)
    }
    fn kind(&self, _: &str) -> Result<Option<crate::source::EntryKind>, crate::source::FileError> {
        Ok(None)
    }
    fn files_below(&self, _: &str) -> Result<Vec<String>, crate::source::FileError> {
        Err(crate::source::FileError::NotFound)
    }
}

pub(super) fn run(name: &str, arguments: &[Value]) -> Result<Value, EvalError> {
    let sources = crate::source::SourceMap::default();
    let file = sources.add("main.tf", "");
    call(&NoFiles, name, arguments, crate::source::TextRange::empty(0).at(file))
}

#[test]
fn unknown_names_are_refused_with_the_nearest() {
    assert_eq!(run("upperr", &[]).unwrap_err().message, "there is no function `upperr`, did you mean `upper`?");
    assert_eq!(run("quux", &[]).unwrap_err().message, "there is no function `quux`");
    assert!(matches!(run("provider::x::y", &[]).unwrap().kind, ValueKind::Unknown(_)));
}

/// The result as JSON, or `error: message`.
pub(super) fn shown(result: Result<Value, EvalError>) -> String {
    match result.and_then(|value| crate::eval::json::encode(&value)) {
        Ok(text) => text.display(),
        Err(error) => format!("error: {}", error.message),
    }
}

/// A value from JSON, in which `{name}` in a text is a hole, `?name` an unknown of
/// any type, `?list name` an unknown list of strings, and `?a|b` one of the two.
fn value(json: &str) -> Value {
    let json = crate::eval::json::decode(&Text::known(json)).unwrap();
    with_unknowns(&json)
}

fn symbol(name: &str) -> Symbol {
    let cause = if name == "account" { Cause::Account } else { Cause::Variable };
    Symbol::new("", name, cause, None)
}

fn with_unknowns(value: &Value) -> Value {
    let kind = match &value.kind {
        ValueKind::String(text) => return text_with_unknowns(&text.as_known().unwrap()),
        ValueKind::Tuple(items) => ValueKind::Tuple(items.iter().map(with_unknowns).collect()),
        ValueKind::Object(fields) => {
            let fields = fields.iter().map(|(name, field)| {
                (name.clone(), Field { key: field.key.clone(), value: with_unknowns(&field.value) })
            });
            ValueKind::Object(Arc::new(fields.collect()))
        }
        kind => kind.clone(),
    };
    Value::new(kind)
}

fn text_with_unknowns(text: &str) -> Value {
    if let Some(choice) = text.strip_prefix('?').filter(|choice| choice.contains('|')) {
        let refinement = Refinement::OneOf(choice.split('|').map(Value::string).collect());
        let unknown = Unknown { symbol: symbol(choice), ty: Type::String, not_null: true, refinement };
        return Value::new(ValueKind::Unknown(unknown));
    }
    if let Some(name) = text.strip_prefix("?list ") {
        return Value::unknown(symbol(name), Type::list(Type::String));
    }
    if let Some(name) = text.strip_prefix('?') {
        return Value::unknown(symbol(name), Type::Dynamic);
    }
    let pieces = text.split('{').enumerate().flat_map(|(index, part)| match part.split_once('}') {
        Some((name, rest)) if index > 0 => vec![Piece::Hole(symbol(name)), strings::known(rest)],
        _ => vec![strings::known(part)],
    });
    Value::new(ValueKind::String(Text::from_pieces(pieces.collect::<Vec<_>>())))
}

/// What is known of a value: `?` before unknowns, `...` before what is spread, alternatives between bars.
fn described(value: &Value) -> String {
    let all = |items: &[Value], separator: &str| items.iter().map(described).collect::<Vec<_>>().join(separator);
    match &value.kind {
        ValueKind::Null(_) => "null".to_owned(),
        ValueKind::Bool(holds) => holds.to_string(),
        ValueKind::Number(number) => number.to_string(),
        ValueKind::String(text) => text.display(),
        ValueKind::List(_, items) | ValueKind::Set(_, items) | ValueKind::Tuple(items) => {
            format!("[{}]", all(items, ", "))
        }
        ValueKind::Map(_, fields) | ValueKind::Object(fields) => {
            let fields: Vec<_> =
                fields.iter().map(|(name, field)| format!("{name}: {}", described(&field.value))).collect();
            format!("{{{}}}", fields.join(", "))
        }
        ValueKind::Unknown(unknown) => match &unknown.refinement {
            Refinement::Opaque => format!("?{}", unknown.symbol.address()),
            Refinement::OneOf(items) => format!("({})", all(items, " | ")),
            Refinement::Entry(entry) => format!("{{{}: {}}}", described(&entry.0), described(&entry.1)),
            Refinement::Merged(items) => format!("merge({})", all(items, ", ")),
            Refinement::Sequence(parts) => {
                let parts: Vec<_> = parts
                    .iter()
                    .map(|part| match part {
                        SequencePart::One(value) => described(value),
                        SequencePart::Spread(value) => format!("...{}", described(value)),
                    })
                    .collect();
                format!("[{}]", parts.join(", "))
            }
        },
    }
}

fn check(name: &str, arguments: &str, expected: &str) {
    let arguments = value(arguments);
    let result = run(name, arguments.elements().unwrap());
    let result = result.map_or_else(|error| format!("error: {}", error.message), |value| described(&value));
    assert_eq!(result, expected, "{name}");
}

#[test]
fn lists_keep_what_is_known() {
    check("concat", r#"[["a"], "?list x", ["b{y}"]]"#, "[a, ...?x, b{y}]");
    check("concat", r#"[["a"], ["?x"]]"#, "[a, ?x]");
    check("flatten", r#"[[["a"], "?list x", [["b"]]]]"#, "[a, ...?x, b]");
    check("flatten", r#"[["?x"]]"#, "[...?flatten(x)]");
    check("compact", r#"[["a", "", "{x}", "b{x}", null]]"#, "[a, ...([{x}] | []), b{x}]");
    check("distinct", r#"[["a", "{x}", "a", "{x}"]]"#, "[a, ...([{x}] | [])]");
    check("distinct", r#"[["a{x}", "b{x}"]]"#, "[a{x}, b{x}]");
    check("toset", r#"[["b{x}", "a", "a"]]"#, "[a, b{x}]");
    check("setunion", r#"[["a"], "?list x"]"#, "[a, ...?x]");
    check("setsubtract", r#"[["a", "b", "c{x}"], ["a", "{y}"]]"#, "[...([b] | []), ...([c{x}] | [])]");
    check("sort", r#"[["b{x}", "a{x}"]]"#, "[a{x}, b{x}]");
    check("sort", r#"[["{x}", "a"]]"#, "([{x}, a] | [a, {x}])");
    check("element", r#"[["a", "b"], "?i"]"#, "(a | b)");
    check("one", r#"[["{x}"]]"#, "{x}");
    check("length", r#"[["{x}", "?y"]]"#, "2");
    check("length", r#"["?list x"]"#, "?length(x)");
    check("contains", r#"[["a", "?list x"], "a"]"#, "true");
    check("contains", r#"[["a{x}"], "b"]"#, "false");
    check("contains", r#"[["{x}"], "b"]"#, "?contains([x], \"b\")");
    check("alltrue", r#"[[false, "?x"]]"#, "false");
}

#[test]
fn maps_keep_what_is_known() {
    check("merge", r#"[{"a": "1"}, "?x", {"b": "2"}]"#, "merge({a: 1}, ?x, {b: 2})");
    check("merge", r#"[{"a": "?x"}, {"b": 1}]"#, "{a: ?x, b: 1}");
    check("lookup", r#"[{"a": "1", "b": "2"}, "?k", "3"]"#, "(1 | 2 | 3)");
    check("lookup", r#"["?m", "k", "d"]"#, "(?m[\"k\"] | d)");
    check("keys", r#"[{"a": "?x", "b": 1}]"#, "[a, b]");
    check("values", r#"[{"a": "?x", "b": 1}]"#, "[?x, 1]");
    check("zipmap", r#"[["a"], ["{x}"]]"#, "{a: {x}}");
    check("zipmap", r#"[["{x}"], ["a"]]"#, "?zipmap([x], [\"a\"])");
}

#[test]
fn a_lookup_finds_its_way_through_merged_maps() {
    let merged = run("merge", value(r#"[{"a": "1", "b": "2"}, "?x", {"b": "3"}]"#).elements().unwrap()).unwrap();
    let find =
        |key: &str| described(&run("lookup", &[merged.clone(), Value::string(key), Value::string("d")]).unwrap());
    assert_eq!(find("b"), "3");
    assert_eq!(find("a"), "(?x[\"a\"] | 1 | d)");
}

#[test]
fn texts_keep_what_is_known() {
    check("format", r#"["arn:aws:iam::%s:role/%s", "{x}", "a"]"#, "arn:aws:iam::{x}:role/a");
    check("format", r#"["%5s|%v", "{x}", ["{y}"]]"#, &["{", &padded_hole(), "}|[\"{y}\"]"].concat());
    check("formatlist", r#"["%s-%s", ["a", "{x}"], "b"]"#, "[a-b, {x}-b]");
    check("join", r#"[",", ["a", "{x}"], ["b"]]"#, "a,{x},b");
    check("split", r#"[":", "arn:aws:iam::{account}:root"]"#, "[arn, aws, iam, , {account}, root]");
    check("split", r#"["/", "a/b{x}c/d"]"#, r#"[a, ...?split("/", "b${x}c"), d]"#);
    check("lower", r#"["A{x}B"]"#, "a{lower(x)}b");
    check("replace", r#"["a-{x}-b", "-", "_"]"#, r#"a_{replace(x, "-", "_")}_b"#);
    check("replace", r#"["ab{x}", "bc", "_"]"#, r#"?replace("ab${x}", "bc", "_")"#);
    check("trimprefix", r#"["arn:{x}", "arn:"]"#, "{x}");
    check("trimprefix", r#"["{x}", "arn:"]"#, r#"?trimprefix(x, "arn:")"#);
    check("trimsuffix", r#"["{x}/*", "/*"]"#, "{x}");
    check("trimspace", r#"[" a{x}b "]"#, "a{x}b");
    check("chomp", r#"["{x}b\n"]"#, "{x}b");
    check("startswith", r#"["arn:{x}", "arn:"]"#, "true");
    check("startswith", r#"["arn:{x}", "b"]"#, "false");
    check("strcontains", r#"["{x}:root", ":ro"]"#, "true");
    check("substr", r#"["abc{x}", 0, 2]"#, "ab");
    check("coalesce", r#"[null, "", "a{x}", "b"]"#, "a{x}");
    check("coalesce", r#"["{x}", "b"]"#, "({x} | b)");
    check("basename", r#"["{x}/a/b.json"]"#, "b.json");
    check("dirname", r#"["{x}/a/b.json"]"#, "{x}/a");
    check("jsonencode", r#"[{"a": "b{x}", "c": ["?y"]}]"#, r#"{"a":"b{x}","c":[{jsonencode(y)}]}"#);
    check("md5", r#"["a{x}"]"#, r#"?md5("a${x}")"#);
    check(
        "provider::aws::arn_parse",
        r#"["arn:aws:iam::{account}:role/{x}"]"#,
        "{account_id: {account}, partition: aws, region: , resource: role/{x}, service: iam}",
    );
    check("provider::aws::arn_build", r#"["aws", "iam", "", "{x}", "root"]"#, "arn:aws:iam::{x}:root");
    check(
        "provider::aws::trim_iam_role_path",
        r#"["arn:aws:iam::{account}:role/a/{x}/b"]"#,
        "arn:aws:iam::{account}:role/b",
    );
}

/// The symbol of a text that is filled up to five characters.
fn padded_hole() -> String {
    let padded = run("format", value(r#"["%5s", "{x}"]"#).elements().unwrap()).unwrap();
    padded.as_text().unwrap().holes().next().unwrap().address().to_string()
}

#[test]
fn each_alternative_is_tried() {
    check("upper", r#"["?a|b"]"#, "(A | B)");
    check("length", r#"["?ab|cd"]"#, "2");
    check("tonumber", r#"["?1|x"]"#, "1");
    check("format", r#"["%s-%s", "?a|b", "?c|d"]"#, "(a-c | b-c | a-d | b-d)");
    check("tonumber", r#"["?x|y"]"#, "error: `tonumber`: `x` is not a decimal number");
}

#[test]
fn equal_calls_have_equal_symbols() {
    let call = |text: &str| run("sha256", value(text).elements().unwrap()).unwrap();
    assert_eq!(equal(&call(r#"["{x}"]"#), &call(r#"["{x}"]"#)), Truth::Yes);
    assert_eq!(equal(&call(r#"["{x}"]"#), &call(r#"["{y}"]"#)), Truth::Unknown);
    let long = format!(r#"["{}{{x}}"]"#, "a".repeat(1000));
    let ValueKind::Unknown(unknown) = call(&long).kind else { panic!("known") };
    assert!(unknown.symbol.address().len() < 100, "{}", unknown.symbol.address());
}

#[test]
fn marks_go_where_the_content_goes() {
    let secret = Value { sensitive: true, ..Value::string("s") };
    let list = Value::new(ValueKind::Tuple([secret.clone(), Value::string("a")].into()));
    let is_marked = |name: &str, arguments: &[Value]| run(name, arguments).unwrap().sensitive;
    assert!(is_marked("upper", std::slice::from_ref(&secret)));
    assert!(is_marked("jsonencode", std::slice::from_ref(&list)));
    assert!(is_marked("join", &[Value::string(","), list.clone()]));
    assert!(!is_marked("length", std::slice::from_ref(&list)));
    assert!(is_marked("element", &[list.clone(), Value::new(ValueKind::Number(0.into()))]));
    assert!(!is_marked("element", &[list.clone(), Value::new(ValueKind::Number(1.into()))]));
    assert!(!is_marked("nonsensitive", std::slice::from_ref(&secret)));
    assert!(is_marked("sensitive", &[Value::string("a")]));
}

#[test]
fn arguments_are_checked() {
    for (name, arguments, message) in [
        ("upper", "[]", "error: `upper` lacks the argument `str`"),
        ("upper", r#"["a", "b"]"#, "error: `upper` takes 1 argument"),
        ("upper", "[null]", "error: `str` of `upper` must not be null"),
        ("upper", "[[]]", "error: `str` of `upper`: a string is required, not a tuple"),
        ("tolist", "[[1, []]]", "error: `tolist`: the elements have no single type that a list could have"),
        ("format", r#"["%d", "x"]"#, "error: `format`: `%d` needs a number, not a string"),
        ("format", r#"["%s"]"#, "error: `format`: there is no argument 1 for `%s`"),
    ] {
        check(name, arguments, message);
    }
}

#[test]
fn sizes_are_bounded() {
    check("format", r#"["%99999d", 1]"#, &format!("{{{}}}", r#"format("%99999d", 1)"#));
    let hundred =
        Value::new(ValueKind::Tuple((0..200_i64).map(|it| Value::new(ValueKind::Number(it.into()))).collect()));
    let product = run("setproduct", &[hundred.clone(), hundred]).unwrap();
    let ValueKind::Unknown(unknown) = &product.kind else { panic!("{product:?}") };
    assert_eq!(*unknown.symbol.cause(), Cause::Limit("size of a product"));
}

/// Numbers that look random and are the same in each run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

#[test]
fn no_arguments_make_a_function_panic() {
    let pool = value(
        r#"["", "a", "é\u0301😀", "%", "%5.3v|%s", "/(/", "/a*/", "[[:x:]", "\\", "\\Q", "a{x}b", "{x}", "?u", "?list l", "?a|b",
        "?1|2", null, true, 0, 1, -1, 3.5, 1e21, 1e300, 9223372036854775807, -9223372036854775808, 62, [], ["a", "{x}", null],
        [[1], "?u"], {}, {"a": "{x}", "b": [null]}, "10.0.0.0/8", "::/0", "0.0.0.0/32", "2020-01-02T03:04:05Z", "a: [b",
        "- &x [*x]", "{\"a\":", "a,b\n\"", "1h-2us", "'x''", "YQ", "UTF-16", "//", "../..", "\u0000", "K\u2028"]"#,
    );
    let pool = pool.elements().unwrap();
    let mut dice = Dice(7);
    for name in signature::names().filter(|name| !is_special(name)) {
        for _ in 0..400 {
            let count = dice.roll(5);
            let arguments: Vec<Value> = (0..count).map(|_| pool[dice.roll(pool.len())].clone()).collect();
            if let Ok(result) = run(name, &arguments) {
                described(&result);
            }
        }
    }
}
