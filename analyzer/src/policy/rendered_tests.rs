//! Documents as data sources render them, element by element. The blocks are written as JSON here: a block type is a key
//! with a list of objects, `${name}` is a hole, `"?"` names the symbol that decides whether
//! a block is there and `"*"` the one that decides how often.

use std::collections::BTreeMap;

use crate::eval::data_sources::policy_document::{Argument, Block, Nested, Occurrence, Rendered};
use crate::eval::json::decode;
use crate::eval::json_text::verbatim;
use crate::eval::symbol::{Cause, Symbol};
use crate::eval::text::{Piece, Text};
use crate::eval::value::Value;
use crate::source::{FileId, SourceMap, Span, TextRange};

use super::model::{Leaf, PolicyDocument};
use super::read_value;

fn symbol(name: &str) -> Symbol {
    Symbol::new("", name, Cause::Variable, None)
}

struct Case {
    sources: SourceMap,
    minified: Value,
    document: PolicyDocument,
}

fn case(source: &str) -> Case {
    let sources = SourceMap::default();
    let file = sources.add("main.tf", source);
    let block = block(&decode(&holed(source, file)).unwrap());
    let rendered = Rendered::new(&block, &symbol("data.aws_iam_policy_document.d"));
    let document = read_value(rendered.value(), TextRange::new(0, 1).at(file)).unwrap();
    Case { sources, minified: rendered.minified_json(), document }
}

fn holed(source: &str, file: FileId) -> Text {
    let mut pieces = Vec::new();
    let mut at = 0;
    for (index, part) in source.split("${").enumerate() {
        let literal = if index == 0 {
            part
        } else {
            let (name, rest) = part.split_once('}').unwrap();
            pieces.push(Piece::Hole(symbol(name)));
            at += name.len() + 3;
            rest
        };
        let end = at + literal.len();
        pieces.extend(verbatim(literal, TextRange::new(at as u32, end as u32).at(file)).pieces().iter().cloned());
        at = end;
    }
    Text::from_pieces(pieces)
}

fn block(value: &Value) -> Block {
    let mut arguments = BTreeMap::new();
    let mut blocks = Vec::new();
    for (name, field) in value.fields().unwrap().iter() {
        match name.as_str() {
            "statement" | "principals" | "not_principals" | "condition" => {
                for item in field.value.elements().unwrap().iter() {
                    blocks.push(Nested { kind: name.clone(), occurrence: occurrence(item), block: block(item) });
                }
            }
            _ => drop(
                arguments.insert(name.clone(), Argument { name: field.key.span.unwrap(), value: field.value.clone() }),
            ),
        }
    }
    Block { header: value.origin.span.unwrap(), arguments, blocks }
}

fn occurrence(block: &Value) -> Occurrence {
    let named = |key: &str| block.fields().unwrap().get(key).map(|field| symbol(&field.value.as_str().unwrap()));
    match (named("?"), named("*")) {
        (Some(symbol), _) => Occurrence::Possibly(symbol),
        (None, Some(symbol)) => Occurrence::Repeatedly(symbol),
        (None, None) => Occurrence::Once,
    }
}

impl Case {
    fn text(&self) -> String {
        self.minified.as_text().unwrap().display()
    }

    fn underlined(&self, span: Span) -> String {
        self.sources.text(span)
    }

    fn shown(&self, leaves: &[Leaf]) -> Vec<String> {
        leaves.iter().map(|leaf| self.underlined(leaf.span)).collect()
    }
}

#[test]
fn sets_are_sorted_backwards_and_one_stands_alone() {
    let it = case(
        r#"{"statement": [{"sid": "A", "actions": ["a", "c", "b", "a"], "resources": ["*"], "not_resources": []}]}"#,
    );
    let expected =
        r#"{"Version":"2012-10-17","Statement":[{"Sid":"A","Effect":"Allow","Action":["c","b","a"],"Resource":"*"}]}"#;
    assert_eq!(it.text(), expected);
    let statement = &it.document.statements[0];
    assert_eq!(it.underlined(statement.actions[0].key), "actions");
    assert_eq!(it.shown(&statement.resources[0].items), ["*"]);
}

#[test]
fn defaults_are_implied() {
    let it = case(r#"{"statement": [{"effect": "Deny"}, {"sid": ""}]}"#);
    assert_eq!(it.text(), r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny"},{"Effect":"Allow"}]}"#);
    let implied = |statement: usize| it.document.statements[statement].effect.as_ref().unwrap().implied;
    assert!(!implied(0) && implied(1));
    assert!(it.document.version.as_ref().unwrap().implied);
    assert_eq!(it.document.faults, []);
}

#[test]
fn a_document_without_statements_has_null() {
    let it = case(r#"{"policy_id": "x"}"#);
    assert_eq!(it.text(), r#"{"Version":"2012-10-17","Id":"x","Statement":null}"#);
    assert_eq!(it.document.faults, []);
    assert_eq!(it.document.statement_key, None);
}

#[test]
fn principals_of_a_type_come_together() {
    let it = case(
        r#"{"statement": [{"principals": [
            {"type": "AWS", "identifiers": ["a", "b"]}, {"type": "Service", "identifiers": ["s"]},
            {"type": "AWS", "identifiers": ["${c}"]}, {"type": "Federated", "identifiers": []}]}]}"#,
    );
    let expected = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":["b","a","{c}"],"Federated":[],"Service":"s"}}]}"#;
    assert_eq!(it.text(), expected);
    let groups = &it.document.statements[0].principals[0].groups;
    assert_eq!(it.underlined(groups[0].kind.span), "AWS");
    assert_eq!(it.shown(&groups[0].items), ["b", "a", "\"${c}\""]);
}

#[test]
fn only_a_star_alone_is_bare() {
    let star = r#"{"type": "*", "identifiers": ["*"]}"#;
    let it = case(&format!(
        r#"{{"statement": [
        {{"principals": [{star}]}},
        {{"principals": [{star}, {{"type": "AWS", "identifiers": ["a"]}}]}},
        {{"not_principals": [{{"type": "AWS", "identifiers": ["*"]}}]}}]}}"#
    ));
    let bare: Vec<bool> = it.document.statements.iter().map(|statement| statement.principals[0].bare).collect();
    assert_eq!(bare, [true, false, false]);
    assert!(it.text().contains(r#""Principal":{"*":"*","AWS":"a"}"#));
    assert!(it.text().contains(r#""NotPrincipal":{"AWS":"*"}"#));
    assert_eq!(it.shown(&it.document.statements[0].principals[0].groups[0].items), ["*"]);
}

#[test]
fn conditions_of_a_key_are_joined_and_keep_their_order() {
    let it = case(
        r#"{"statement": [{"condition": [
            {"test": "StringEquals", "variable": "k", "values": ["b", "a"]},
            {"test": "StringEquals", "variable": "k", "values": ["b"]},
            {"test": "Bool", "variable": "k", "values": [true]},
            {"test": "StringLike", "variable": "&{k}", "values": ["&{aws:username}/*"]}]}]}"#,
    );
    let expected = concat!(
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Condition":{"Bool":{"k":"true"},"#,
        r#""StringEquals":{"k":["b","a","b"]},"StringLike":{"\u0026{k}":"${aws:username}/*"}}}]}"#,
    );
    assert_eq!(it.text(), expected);
    let conditions = &it.document.statements[0].conditions;
    assert!(conditions.iter().all(|condition| condition.certain));
    let shown = it.shown(&conditions.iter().flat_map(|condition| condition.values.clone()).collect::<Vec<_>>());
    assert!(shown.contains(&"&{aws:username}/*".to_owned()));
}

#[test]
fn unknown_parts_stay_local() {
    let it = case(
        r#"{"statement": [{"actions": ${var.actions}, "resources": ["r", ${var.more}],
            "principals": [{"type": "${var.type}", "identifiers": ["a"]}, {"type": "AWS", "identifiers": ["b"]}],
            "condition": [{"test": "Bool", "variable": "${var.key}", "values": ["true"]},
                          {"test": "Bool", "variable": "known", "values": ["true"]}]}]}"#,
    );
    let statement = &it.document.statements[0];
    assert_eq!(statement.actions[0].open, [symbol("var.actions")]);
    assert_eq!(it.shown(&statement.resources[0].items), ["r"]);
    assert_eq!(statement.resources[0].open, [symbol("var.more")]);
    // The unknown type may be `AWS` too: then there is no group of its own.
    let groups = &statement.principals[0].groups;
    assert_eq!(groups[0].kind.text.display(), "{var.type}");
    assert_eq!((it.shown(&groups[0].items), it.shown(&groups[0].possible)), (vec![], vec!["a".to_owned()]));
    assert_eq!(it.shown(&groups[1].items), ["b"]);
    let keys: Vec<_> =
        statement.conditions.iter().map(|condition| (condition.key.text.display(), condition.certain)).collect();
    assert_eq!(keys, [("{var.key}".to_owned(), false), ("known".to_owned(), true)]);
}

#[test]
fn blocks_that_may_be_there_are_possible() {
    let it = case(
        r#"{"statement": [
            {"?": "c", "actions": ["a"]},
            {"*": "each", "actions": ["b"]},
            {"actions": ["d"], "principals": [{"type": "AWS", "identifiers": ["p"]}, {"?": "q", "type": "AWS", "identifiers": ["o"]}],
             "condition": [{"?": "r", "test": "Bool", "variable": "k", "values": ["true"]}]}]}"#,
    );
    let certain: Vec<bool> = it.document.statements.iter().map(|statement| statement.certain).collect();
    assert_eq!(certain, [false, false, true]);
    assert_eq!(it.document.open, [symbol("each")]);
    let statement = &it.document.statements[2];
    let group = &statement.principals[0].groups[0];
    assert_eq!((it.shown(&group.items), it.shown(&group.possible)), (vec!["p".to_owned()], vec!["o".to_owned()]));
    assert_eq!(group.open, [symbol("q")]);
    let condition = &statement.conditions[0];
    assert!(!condition.certain);
    assert_eq!(it.shown(&condition.values), ["true"]);
    assert_eq!(statement.conditions_open, [symbol("r")]);
}

#[test]
fn documents_are_merged_by_sid() {
    let it = case(
        r#"{"source_policy_documents": ["{\"Id\": \"s\", \"statement\": [{\"Sid\": \"A\", \"Action\": \"one\", \"Foo\": 1}, {\"Sid\": \"B\", \"action\": [\"two\"], \"Principal\": {}}]}", ""],
            "version": "2008-10-17",
            "statement": [{"sid": "A", "actions": ["own"]}, {"actions": ["last"]}],
            "override_json": "{\"Version\": \"2012-10-17\", \"Statement\": {\"Sid\": \"B\", \"Effect\": \"Deny\"}}"}"#,
    );
    let expected = concat!(
        r#"{"Version":"2012-10-17","Id":"s","Statement":[{"Sid":"A","Effect":"Allow","Action":"own"},"#,
        r#"{"Sid":"B","Effect":"Deny"},{"Effect":"Allow","Action":"last"}]}"#,
    );
    assert_eq!(it.text(), expected);
    assert_eq!(it.underlined(it.document.statements[1].effect.as_ref().unwrap().span), "Deny");
}

#[test]
fn an_unknown_override_leaves_only_statements_without_sid_certain() {
    let it =
        case(r#"{"statement": [{"sid": "A"}, {"effect": "Deny"}], "override_policy_documents": ["${var.extra}"]}"#);
    let certain: Vec<bool> = it.document.statements.iter().map(|statement| statement.certain).collect();
    assert_eq!(certain, [false, true]);
    assert_eq!(it.document.open, [symbol("var.extra")]);

    let it = case(r#"{"statement": [{"sid": "A"}], "source_policy_documents": ${var.list}}"#);
    assert!(it.document.statements[0].certain);
    assert_eq!(it.document.open, [symbol("var.list")]);
}

#[test]
fn sids_with_holes_may_be_the_same() {
    let it = case(
        r#"{"source_json": "{\"Statement\": [{\"Sid\": \"Ax\"}, {\"Sid\": \"Bx\"}]}", "statement": [{"sid": "A${h}"}]}"#,
    );
    let certain: Vec<bool> = it.document.statements.iter().map(|statement| statement.certain).collect();
    assert_eq!(certain, [false, true, true]);
}

#[test]
fn the_indented_text_is_that_of_go() {
    let source = r#"{"statement": [{"actions": ["a"]}]}"#;
    let sources = SourceMap::default();
    let file = sources.add("main.tf", source);
    let block = block(&decode(&holed(source, file)).unwrap());
    let rendered = Rendered::new(&block, &symbol("d"));
    let (indented, minified) = (rendered.json(), rendered.minified_json());
    let expected = "{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n    {\n      \"Effect\": \"Allow\",\n      \"Action\": \"a\"\n    }\n  ]\n}";
    assert_eq!(indented.as_str().unwrap(), expected);
    assert!(minified.as_text().unwrap().json().is_some());
}

#[test]
fn keys_are_marked_as_they_are_written() {
    let it = case(
        r#"{"statement": [{"not_actions": ["a"], "not_resources": ["b"], "not_principals": [{"type": "AWS", "identifiers": ["c"]}],
            "condition": [{"test": "Bool", "variable": "k", "values": ["true"]}]}]}"#,
    );
    let statement = &it.document.statements[0];
    let keys = [statement.actions[0].key, statement.resources[0].key].map(|key| it.underlined(key));
    assert_eq!(keys, ["not_actions", "not_resources"]);
    assert!(it.underlined(statement.principals[0].key).starts_with("{\"type\""));
    assert!(it.underlined(statement.condition_key.unwrap()).starts_with("{\"test\""));
}
