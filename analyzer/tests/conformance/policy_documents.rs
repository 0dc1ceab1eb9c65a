//! What `aws_iam_policy_document` renders, against what the provider rendered.
//!
//! Documents are compared, not texts: a list of one and its element are the same, the
//! order of a list is not looked at, and an empty `Sid` is none.

use crosstrail_analyzer::eval::evaluator::{Evaluator, Options};
use crosstrail_analyzer::eval::text::Text;
use crosstrail_analyzer::eval::value::Value as Evaluated;
use crosstrail_analyzer::module::{Stack, load_workspace};
use crosstrail_analyzer::policy::model::{Condition, Leaf, PolicyDocument, Principals, Statement, Strings};
use crosstrail_analyzer::policy::read_value;
use crosstrail_analyzer::source::{MemoryFileSystem, SourceMap, Span, TextRange};
use serde_json::{Map, Value, json};

use crate::answer::read;

struct Case {
    files: MemoryFileSystem,
    sources: SourceMap,
}

impl Case {
    fn new(dir: &str) -> Self {
        let mut files = MemoryFileSystem::default();
        files.insert("main.tf", read(&format!("{dir}/main.tf")));
        Self { files, sources: SourceMap::default() }
    }

    fn each_output(&self, mut check: impl FnMut(&str, &Evaluated, Span)) {
        let workspace = load_workspace(&self.files, &self.sources, &[".".to_owned()]);
        let stack: &Stack = workspace.stacks.first().expect("there is one stack");
        let evaluator = Evaluator::new(stack, &self.sources, &self.files, Options::usual());
        let names: Vec<_> = stack.root.module.outputs.iter().collect();
        for (name, output) in names {
            let value = evaluator.output(evaluator.root(), name).expect("the output has a value");
            check(name, &value, output.header);
        }
        assert_eq!(evaluator.errors(), []);
    }
}

#[test]
fn a_document_with_everything() {
    let recorded: Map<String, Value> = serde_json::from_str(&read("aws-policy-doc/expected-outputs.json")).unwrap();
    let mut compared = 0;
    Case::new("aws-policy-doc").each_output(|name, value, span| {
        let recorded = serde_json::from_str(recorded[name].as_str().unwrap()).unwrap();
        compare(name, value, span, &recorded);
        compared += 1;
    });
    assert_eq!(compared, recorded.len());
}

#[test]
fn generated_documents() {
    let recorded: Map<String, Value> = serde_json::from_str(&read("aws-policy-doc-generated/expected.json")).unwrap();
    let mut compared = 0;
    Case::new("aws-policy-doc-generated").each_output(|name, value, span| {
        compare(name, value, span, &recorded[name]);
        compared += 1;
    });
    assert_eq!(compared, recorded.len());
}

/// Both the text of the attribute and the document that is read from its value.
fn compare(name: &str, value: &Evaluated, span: Span, recorded: &Value) {
    let text = value
        .as_str()
        .unwrap_or_else(|| panic!("{name} is not known: {}", value.as_text().map_or_else(String::new, Text::display)));
    let rendered: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error} in {text}"));
    assert_eq!(normalized(&rendered), normalized(recorded), "the text of {name}");
    let document = read_value(value, span).expect("a policy");
    assert_eq!(document.faults, [], "{name}");
    assert!(document.is_wholly_known(), "{name}");
    assert_eq!(normalized(&as_json(&document)), normalized(recorded), "the document of {name}");
    assert!(document.span.range != TextRange::default());
}

pub(crate) fn normalized(value: &Value) -> Value {
    match value {
        Value::Array(items) => {
            let mut items: Vec<Value> = items.iter().map(normalized).collect();
            if items.iter().all(Value::is_string) {
                items.sort_by_key(ToString::to_string);
            }
            if let [Value::String(_)] = items.as_slice() { items.remove(0) } else { Value::Array(items) }
        }
        Value::Object(fields) => {
            let kept = fields.iter().filter(|(name, value)| *name != "Sid" || **value != json!(""));
            Value::Object(kept.map(|(name, value)| (name.clone(), normalized(value))).collect())
        }
        Value::Null => json!([]),
        other => other.clone(),
    }
}

fn as_json(document: &PolicyDocument) -> Value {
    let mut object = Map::new();
    let leaves = [("Version", &document.version), ("Id", &document.id)];
    object.extend(leaves.iter().filter_map(|(name, leaf)| Some(((*name).to_owned(), string(leaf.as_ref()?)))));
    let statements = document.statements.iter().map(statement).collect();
    object.insert("Statement".to_owned(), Value::Array(statements));
    Value::Object(object)
}

fn string(leaf: &Leaf) -> Value {
    Value::String(leaf.text.as_known().expect("it is known").to_string())
}

fn strings(leaves: &[Leaf]) -> Value {
    Value::Array(leaves.iter().map(string).collect())
}

fn statement(statement: &Statement) -> Value {
    let mut object = Map::new();
    let mut put = |name: &str, negated: bool, value: Value| {
        let name = if negated { format!("Not{name}") } else { name.to_owned() };
        assert!(object.insert(name, value).is_none());
    };
    let leaves = [("Sid", &statement.sid), ("Effect", &statement.effect)];
    for (name, leaf) in leaves {
        if let Some(leaf) = leaf {
            put(name, false, string(leaf));
        }
    }
    for (name, elements) in [("Action", &statement.actions), ("Resource", &statement.resources)] {
        for Strings { negated, items, .. } in elements {
            put(name, *negated, strings(items));
        }
    }
    for it in &statement.principals {
        put("Principal", it.negated, principals(it));
    }
    if statement.condition_key.is_some() {
        put("Condition", false, conditions(&statement.conditions));
    }
    Value::Object(object)
}

fn principals(principals: &Principals) -> Value {
    match principals.groups.as_slice() {
        [group] if principals.bare => string(&group.kind),
        groups => {
            let field = |kind: &Leaf, items| (string(kind).as_str().unwrap_or_default().to_owned(), strings(items));
            Value::Object(groups.iter().map(|group| field(&group.kind, &group.items)).collect())
        }
    }
}

fn conditions(conditions: &[Condition]) -> Value {
    let mut operators: Map<String, Value> = Map::new();
    for condition in conditions {
        let name = |leaf: &Leaf| string(leaf).as_str().unwrap_or_default().to_owned();
        let operator = operators.entry(name(&condition.operator)).or_insert_with(|| json!({}));
        operator[name(&condition.key)] = strings(&condition.values);
    }
    Value::Object(operators)
}
