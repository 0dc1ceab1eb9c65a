//! Reading, form by form; spans are asserted by the text that they underline.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::eval::json_text::verbatim;
use crate::eval::symbol::{Cause, Symbol};
use crate::eval::text::{Piece, Text};
use crate::eval::types::Type;
use crate::eval::value::{Field, Origin, Refinement, SequencePart, Unknown, Value, ValueKind};
use crate::source::{FileId, SourceMap, Span, TextRange};

use super::model::{FaultKind, Leaf, PolicyDocument, Strings};
use super::{is_policy, read_file, read_text, read_value};

fn symbol(name: &str) -> Symbol {
    Symbol::new("", name, Cause::Variable, None)
}

/// A text in which `${name}` is a hole, as the evaluator gives it for a heredoc.
struct Written {
    sources: SourceMap,
    file: FileId,
    text: Text,
}

fn written(source: &str) -> Written {
    let sources = SourceMap::default();
    let file = sources.add("main.tf", source);
    let mut pieces = Vec::new();
    let mut at = 0;
    for part in source.split("${").enumerate() {
        let (index, part) = part;
        let mut literal = part;
        if index > 0 {
            let (name, rest) = part.split_once('}').unwrap();
            pieces.push(Piece::Hole(symbol(name)));
            at += 2 + name.len() + 1;
            literal = rest;
        }
        let end = at + literal.len();
        let span = TextRange::new(at as u32, end as u32).at(file);
        pieces.extend(verbatim(literal, span).pieces().iter().cloned());
        at = end;
    }
    Written { sources, file, text: Text::from_pieces(pieces) }
}

impl Written {
    fn read(&self) -> PolicyDocument {
        read_text(&self.text, TextRange::new(0, 1).at(self.file))
    }

    fn underlined(&self, span: Span) -> String {
        self.sources.text(span)
    }

    fn leaves(&self, leaves: &[Leaf]) -> Vec<(String, String)> {
        leaves.iter().map(|leaf| (leaf.text.display(), self.underlined(leaf.span))).collect()
    }
}

fn pair(text: &str, underlined: &str) -> (String, String) {
    (text.to_owned(), underlined.to_owned())
}

fn same(text: &str) -> (String, String) {
    pair(text, text)
}

#[test]
fn json_text_keeps_every_place() {
    let it = written(
        r#"{
  "Version": "2012-10-17",
  "Id": "i",
  "Statement": {
    "Sid": "A",
    "Effect": "Allow",
    "Principal": {"AWS": ["111111111111", "arn:aws:iam::${var.a}:root"], "Service": "s3.amazonaws.com"},
    "Action": "s3:Get*",
    "NotResource": ["*"],
    "Condition": {"Bool": {"aws:SecureTransport": true}, "NumericLessThan": {"s3:max-keys": [10, "20"]}}
  }
}"#,
    );
    let document = it.read();
    assert_eq!(document.faults, []);
    assert!(document.open.is_empty());
    let version = document.version.unwrap();
    assert_eq!(it.underlined(version.span), "2012-10-17");
    assert!(!version.implied);
    assert_eq!(it.underlined(document.statement_key.unwrap()), "Statement");
    let statement = &document.statements[0];
    assert!(statement.certain);
    assert!(it.underlined(statement.span).starts_with("{\n    \"Sid\""));
    assert_eq!(it.underlined(statement.effect.as_ref().unwrap().span), "Allow");
    let groups = &statement.principals[0].groups;
    assert_eq!(it.underlined(groups[0].kind.span), "AWS");
    let expected = [same("111111111111"), pair("arn:aws:iam::{var.a}:root", "arn:aws:iam::${var.a}:root")];
    assert_eq!(it.leaves(&groups[0].items), expected);
    assert_eq!(it.leaves(&groups[1].items), [same("s3.amazonaws.com")]);
    assert_eq!(it.underlined(statement.actions[0].key), "Action");
    assert!(statement.resources[0].negated);
    let conditions: Vec<_> = statement
        .conditions
        .iter()
        .map(|condition| (it.underlined(condition.operator.span), it.underlined(condition.key.span)))
        .collect();
    assert_eq!(conditions, [pair("Bool", "aws:SecureTransport"), pair("NumericLessThan", "s3:max-keys")]);
    assert_eq!(it.leaves(&statement.conditions[0].values), [same("true")]);
    assert_eq!(it.leaves(&statement.conditions[1].values), [same("10"), same("20")]);
}

#[test]
fn sub_ranges_of_a_string_with_holes_have_places() {
    let it = written(r#"{"Statement": [{"Resource": "arn:aws:s3:::${var.b}/logs\/x"}]}"#);
    let document = it.read();
    let leaf = &document.statements[0].resources[0].items[0];
    assert_eq!(leaf.text.display(), "arn:aws:s3:::{var.b}/logs/x");
    assert_eq!(it.underlined(leaf.text.span_of(8..10).unwrap()), "s3");
    assert_eq!(it.underlined(leaf.text.span_of(14..18).unwrap()), "logs");
    assert_eq!(it.underlined(leaf.text.span_of(19..20).unwrap()), "x");
}

#[test]
fn holes_in_place_of_parts_stay_local() {
    let it = written(
        r#"{"Statement": [
  {"Action": ${var.actions}, "Resource": ["a", ${var.more}], "Principal": {"AWS": "${var.who}"}, "Condition": ${var.c}},
  {"Principal": "${var.p}", "Condition": {"Bool": ${var.k}}},
  ${var.statements}
]}"#,
    );
    let document = it.read();
    assert_eq!(document.faults, []);
    assert_eq!(document.open, [symbol("var.statements")]);
    let first = &document.statements[0];
    assert_eq!(first.actions[0].open, [symbol("var.actions")]);
    assert!(first.actions[0].items.is_empty());
    assert_eq!(it.leaves(&first.resources[0].items), [same("a")]);
    assert_eq!(first.resources[0].open, [symbol("var.more")]);
    assert_eq!(it.leaves(&first.principals[0].groups[0].items), [pair("{var.who}", "${var.who}")]);
    assert_eq!(first.conditions_open, [symbol("var.c")]);
    let second = &document.statements[1];
    assert_eq!(second.principals[0].open, [symbol("var.p")]);
    assert_eq!(second.conditions_open, [symbol("var.k")]);
}

#[test]
fn a_text_of_nothing_but_a_hole_is_an_open_document() {
    let document = written("${data.x.json}").read();
    assert_eq!(document.open, [symbol("data.x.json")]);
    assert_eq!(document.faults, []);
}

#[test]
fn principals_are_a_star_or_a_map() {
    let it = written(
        r#"{"Statement": [{"Principal": "*"}, {"Principal": {"AWS": "*"}}, {"Principal": {"*": "*"}}, {"Principal": "x"}]}"#,
    );
    let document = it.read();
    let bare: Vec<bool> = document.statements.iter().map(|statement| statement.principals[0].bare).collect();
    assert_eq!(bare, [true, false, false, false]);
    assert_eq!(it.leaves(&document.statements[0].principals[0].groups[0].items), [same("*")]);
    let faults: Vec<String> = document.faults.iter().map(|fault| it.underlined(fault.span)).collect();
    assert_eq!(faults, ["x"]);
}

#[test]
fn faults_are_kept_where_they_stand() {
    let it = written(
        r#"{"Version": 2012, "Statment": [], "Statement": [
  {"Effect": "Allow", "Effect": "Deny", "action": "s3:*", "Action": [["a"]], "Resource": null, "Condition": []},
  7
], "Extra": {}}"#,
    );
    let document = it.read();
    let faults: Vec<(String, String)> =
        document.faults.iter().map(|fault| (kind(&fault.kind), it.underlined(fault.span))).collect();
    let expected = [
        pair("type of Version", "2012"),
        pair("unknown Statment", "Statment"),
        pair("twice Effect", "Effect"),
        pair("unknown action", "action"),
        pair("type of Action", "[\"a\"]"),
        pair("type of Resource", "null"),
        pair("type of Condition", "[]"),
        pair("type of Statement", "7"),
        pair("unknown Extra", "Extra"),
    ];
    assert_eq!(faults, expected);
    assert_eq!(document.statements[0].effect.as_ref().unwrap().text.as_known().unwrap(), "Deny");
}

fn kind(kind: &FaultKind) -> String {
    match kind {
        FaultKind::Syntax(_) => "syntax".to_owned(),
        FaultKind::UnknownElement(name) => format!("unknown {name}"),
        FaultKind::WrongType { element, .. } => format!("type of {element}"),
        FaultKind::DuplicateKey(key) => format!("twice {key}"),
    }
}

#[test]
fn a_broken_text_is_read_as_far_as_it_goes() {
    let it = written(r#"{"Statement": [{"Effect": "Allow" "Action": "s3:*", "Resource": }]}"#);
    let document = it.read();
    assert!(document.faults.iter().all(|fault| matches!(fault.kind, FaultKind::Syntax(_))));
    assert_eq!(document.faults.len(), 2);
    assert_eq!(it.leaves(&document.statements[0].actions[0].items), [same("s3:*")]);
}

#[test]
fn a_string_is_no_policy() {
    for source in [r#""x""#, r#""{\"Statement\": []}""#] {
        let it = written(source);
        let document = it.read();
        let faults: Vec<_> = document.faults.iter().map(|fault| kind(&fault.kind)).collect();
        assert_eq!(faults, ["type of policy"], "{source}");
    }
    for source in ["no json", "x"] {
        let faults = written(source).read().faults;
        assert!(faults.iter().all(|fault| matches!(fault.kind, FaultKind::Syntax(_))), "{source}: {faults:?}");
    }
    let open = written(r#""${x}""#).read();
    assert_eq!((&*open.open, &*open.faults), (&[symbol("x")][..], &[][..]));
}

#[test]
fn a_policy_that_is_encoded_twice_is_a_string() {
    let b = &mut Builder::new();
    let text = b.string("{}");
    let twice = Value::new(ValueKind::String(Text::hole(symbol("j")).with_json(Arc::new(text))));
    let document = read_value(&twice, outer(b)).unwrap();
    assert_eq!(document.faults.iter().map(|fault| kind(&fault.kind)).collect::<Vec<_>>(), ["type of policy"]);
}

#[test]
fn any_prefix_is_read_without_panic() {
    let source = r#"{"Statement": [{"Principal": {"AWS": ["é${x}", 1]}, "Condition": {"Bool": {"k": true}}}]}"#;
    for (end, _) in source.char_indices() {
        let prefix = source.get(..end).unwrap();
        if prefix.matches("${").count() == prefix.matches("${x}").count() {
            written(prefix).read();
        }
    }
}

#[test]
fn a_file_is_a_policy_by_its_content() {
    assert!(is_policy(r#"{"Version": "2012-10-17", "Statement": []}"#));
    assert!(!is_policy(r#"{"Resources": {"Statement": []}}"#));
    assert!(!is_policy("[\"Statement\"]"));
    let sources = SourceMap::default();
    let file = sources.add("p.json", r#"{"Statement": [{"Action": "s3:*"}]}"#);
    let document = read_file(&sources, file);
    assert_eq!(sources.text(document.statements[0].actions[0].items[0].span), "s3:*");
    assert_eq!(sources.text(document.span), r#"{"Statement": [{"Action": "s3:*"}]}"#);
}

/// Builds values whose strings stand in one file, each at a place of its own.
struct Builder {
    source: String,
    file: FileId,
}

impl Builder {
    fn new() -> Self {
        Self { source: String::new(), file: SourceMap::default().add("main.tf", "") }
    }

    fn write(&mut self, text: &str) -> Span {
        let start = self.source.len() as u32;
        self.source.push_str(text);
        let span = TextRange::new(start, self.source.len() as u32).at(self.file);
        self.source.push(' ');
        span
    }

    fn string(&mut self, text: &str) -> Value {
        let quoted = self.write(&format!("\"{text}\""));
        let content = TextRange::new(quoted.range.start + 1, quoted.range.end - 1).at(self.file);
        Value::new(ValueKind::String(verbatim(text, content))).with_origin(Origin::at(quoted))
    }

    fn object(&mut self, fields: Vec<(&str, Value)>) -> Value {
        let fields: BTreeMap<_, _> = fields
            .into_iter()
            .map(|(key, value)| (key.into(), Field { key: Origin::at(self.write(key)), value }))
            .collect();
        Value::new(ValueKind::Object(Arc::new(fields)))
    }

    fn text(&self, span: Span) -> &str {
        self.source.get(span.range.as_usize()).unwrap()
    }

    fn shown(&self, leaves: &[Leaf]) -> Vec<&str> {
        leaves.iter().map(|leaf| self.text(leaf.span)).collect()
    }
}

fn list(items: Vec<Value>) -> Value {
    Value::new(ValueKind::Tuple(items.into()))
}

fn unknown(name: &str, refinement: Refinement) -> Value {
    Value::new(ValueKind::Unknown(Unknown { symbol: symbol(name), ty: Type::Dynamic, not_null: false, refinement }))
}

fn one_of(name: &str, values: Vec<Value>) -> Value {
    unknown(name, Refinement::OneOf(values.into()))
}

fn null() -> Value {
    Value::new(ValueKind::Null(Type::Dynamic))
}

fn outer(b: &Builder) -> Span {
    TextRange::new(0, 1).at(b.file)
}

#[test]
fn values_keep_places_and_references() {
    let b = &mut Builder::new();
    let reference = b.write("local.actions");
    let action = b.string("s3:GetObject");
    let actions = list(vec![action]);
    let actions = actions.clone().with_origin(actions.origin.through(reference));
    let statement = b.object(vec![("Action", actions)]);
    let policy = b.object(vec![("Statement", statement)]);
    let document = read_value(&policy, outer(b)).unwrap();
    let strings = &document.statements[0].actions[0];
    assert_eq!(b.text(strings.key), "Action");
    assert_eq!(b.shown(&strings.items), ["s3:GetObject"]);
    assert_eq!(strings.items[0].via, [reference]);
    assert_eq!(b.text(document.statement_key.unwrap()), "Statement");
}

#[test]
fn jsonencode_is_read_from_what_it_was_given() {
    let b = &mut Builder::new();
    let action = b.string("s3:*");
    let statement = b.object(vec![("Action", action)]);
    let policy = b.object(vec![("Statement", list(vec![statement]))]);
    let encoded = Value::new(ValueKind::String(Text::hole(symbol("jsonencode")).with_json(Arc::new(policy))));
    let document = read_value(&encoded, outer(b)).unwrap();
    assert_eq!(b.shown(&document.statements[0].actions[0].items), ["s3:*"]);
    assert!(document.open.is_empty());
}

#[test]
fn branches_of_an_unknown_condition_are_possible() {
    let b = &mut Builder::new();
    let (get, put, del) = (b.string("s3:Get"), b.string("s3:Put"), b.string("s3:Del"));
    let actions = list(vec![get, one_of("c", vec![put, null()])]);
    let resources = one_of("d", vec![list(vec![del.clone()]), list(vec![])]);
    let first = b.object(vec![("Action", actions), ("Resource", resources)]);
    let second = b.object(vec![("Action", del)]);
    let policy = b.object(vec![("Statement", list(vec![first, one_of("e", vec![second, null()])]))]);
    let document = read_value(&policy, outer(b)).unwrap();
    let certain: Vec<bool> = document.statements.iter().map(|statement| statement.certain).collect();
    assert_eq!(certain, [true, false]);
    let strings = |strings: &Strings| (b.shown(&strings.items).join(","), b.shown(&strings.possible).join(","));
    assert_eq!(strings(&document.statements[0].actions[0]), pair("s3:Get", "s3:Put"));
    assert_eq!(document.statements[0].actions[0].open, [symbol("c")]);
    assert_eq!(strings(&document.statements[0].resources[0]), pair("", "s3:Del"));
    // What is certain is so within the statement.
    assert_eq!(strings(&document.statements[1].actions[0]), pair("s3:Del", ""));
    assert_eq!(document.faults, []);
}

#[test]
fn what_all_branches_share_is_certain() {
    let b = &mut Builder::new();
    let (get, put, again, more) = (b.string("s3:Get"), b.string("s3:Put"), b.string("s3:Get"), b.string("s3:Get"));
    let two = |first: Value, second: Value| one_of("c", vec![first, second]);
    let statement = b.object(vec![
        ("Action", two(list(vec![get.clone(), put]), list(vec![again]))),
        ("Resource", two(list(vec![get.clone()]), unknown("var.x", Refinement::Opaque))),
    ]);
    let single = b.object(vec![("Action", two(get, one_of("d", vec![more, null()])))]);
    let policy = b.object(vec![("Statement", list(vec![statement, single]))]);
    let document = read_value(&policy, outer(b)).unwrap();
    let strings = |strings: &Strings| (b.shown(&strings.items).join(","), b.shown(&strings.possible).join(","));
    let (first, second) = (&document.statements[0], &document.statements[1]);
    assert_eq!(strings(&first.actions[0]), pair("s3:Get", "s3:Put"));
    assert!(first.actions[0].exhaustive && first.actions[0].open == [symbol("c")]);
    assert_eq!(strings(&first.resources[0]), pair("", "s3:Get"));
    assert!(!first.resources[0].exhaustive);
    assert_eq!(strings(&second.actions[0]), pair("", "s3:Get,s3:Get"), "one branch may have none");
}

#[test]
fn known_parts_of_an_unknown_sequence_are_read() {
    let b = &mut Builder::new();
    let action = b.string("s3:Get");
    let statement = b.object(vec![("Action", action)]);
    let parts = [SequencePart::One(statement), SequencePart::Spread(unknown("var.more", Refinement::Opaque))];
    let policy = b.object(vec![("Statement", unknown("all", Refinement::Sequence(parts.into())))]);
    let document = read_value(&policy, outer(b)).unwrap();
    assert_eq!(document.statements.len(), 1);
    assert!(document.statements[0].certain);
    assert_eq!(document.open, [symbol("var.more")]);
}

#[test]
fn merged_objects_keep_what_cannot_be_replaced() {
    let b = &mut Builder::new();
    let (allow, get, put) = (b.string("Allow"), b.string("s3:Get"), b.string("s3:Put"));
    let base = b.object(vec![("Effect", allow)]);
    let top = b.object(vec![("Action", get)]);
    let merged = |layers: Vec<Value>| unknown("merge", Refinement::Merged(layers.into()));
    let layers = merged(vec![base.clone(), unknown("var.x", Refinement::Opaque), top]);
    let policy = b.object(vec![("Statement", layers)]);
    let document = read_value(&policy, outer(b)).unwrap();
    let statement = &document.statements[0];
    assert!(statement.effect.as_ref().unwrap().text.as_known().is_none());
    assert_eq!(b.shown(&statement.actions[0].items), ["s3:Get"]);
    assert_eq!(statement.open, [symbol("var.x")]);

    let nothing = b.object(vec![]);
    let extra = b.object(vec![("Action", put)]);
    let policy = b.object(vec![("Statement", merged(vec![base, one_of("c", vec![extra, nothing])]))]);
    let document = read_value(&policy, outer(b)).unwrap();
    let statement = &document.statements[0];
    assert_eq!(b.text(statement.effect.as_ref().unwrap().span), "Allow");
    assert_eq!(b.shown(&statement.actions[0].possible), ["s3:Put"]);
    assert_eq!(statement.actions[0].open, [symbol("c")]);
    assert!(statement.open.is_empty());
}

#[test]
fn one_of_several_documents_is_read_in_full() {
    let b = &mut Builder::new();
    let (get, put) = (b.string("s3:Get"), b.string("s3:Put"));
    let mut encoded = |action: Value| {
        let statement = b.object(vec![("Action", action)]);
        let policy = b.object(vec![("Statement", list(vec![statement]))]);
        Value::new(ValueKind::String(Text::hole(symbol("j")).with_json(Arc::new(policy))))
    };
    let branches = vec![encoded(get), encoded(put)];
    let document = read_value(&one_of("c", branches), outer(b)).unwrap();
    assert_eq!(document.statements.len(), 2);
    assert!(document.statements.iter().all(|statement| !statement.certain));
    assert!(read_value(&null(), outer(b)).is_none());
}

#[test]
fn a_value_without_any_place_is_implied() {
    let b = &mut Builder::new();
    let action = b.string("s3:Get");
    let statement = b.object(vec![("Action", action), ("Effect", Value::string("Allow"))]);
    let header = b.write("statement");
    let statement = statement.with_origin(Origin::at(header));
    let policy = b.object(vec![("Statement", list(vec![statement]))]);
    let document = read_value(&policy, outer(b)).unwrap();
    let statement = &document.statements[0];
    assert_eq!(b.text(statement.span), "statement");
    assert!(statement.effect.as_ref().unwrap().implied);
    assert!(!statement.actions[0].items[0].implied);
}

#[test]
fn what_is_marked_sensitive_stays_so() {
    let b = &mut Builder::new();
    let (get, put) = (b.string("s3:Get"), b.string("s3:Put"));
    let secret = Value { sensitive: true, ..list(vec![get]) };
    let statement = b.object(vec![("Action", secret), ("Resource", put)]);
    let policy = b.object(vec![("Statement", list(vec![statement]))]);
    let document = read_value(&policy, outer(b)).unwrap();
    assert!(document.statements[0].actions[0].items[0].sensitive);
    assert!(!document.statements[0].resources[0].items[0].sensitive);
}
