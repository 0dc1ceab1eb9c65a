//! Single expressions.

use std::sync::Arc;

use crosstrail_analyzer::eval::convert::type_of;
use crosstrail_analyzer::eval::error::EvalError;
use crosstrail_analyzer::eval::evaluator::{Evaluator, Options};
use crosstrail_analyzer::eval::scope::Scope;
use crosstrail_analyzer::eval::value::Value;
use crosstrail_analyzer::module::{Module, ModuleNode, Stack};
use crosstrail_analyzer::source::{MemoryFileSystem, SourceMap};
use crosstrail_analyzer::syntax::json::{JsonKind, JsonValue};

use super::answer::{difference, member, parse, read, text};

/// The value of an expression in an empty root module.
fn evaluate(expression: &str) -> Result<Value, EvalError> {
    let module = Module { dir: ".".into(), ..Module::default() };
    let root = ModuleNode {
        path: Vec::new(),
        module: Arc::new(module),
        call: None,
        downloaded: false,
        children: Default::default(),
    };
    let stack = Stack {
        dir: ".".into(),
        environment: None,
        workspace: Some("default".into()),
        root: Arc::new(root),
        variables: Default::default(),
        given: Default::default(),
        library: false,
    };
    let sources = SourceMap::default();
    let files = MemoryFileSystem::default();
    let file = sources.add("expression", expression);
    let (parsed, errors) = crosstrail_analyzer::syntax::parse_expression(file, expression, 0);
    if let Some(error) = errors.first() {
        return Err(EvalError::at(error.range.at(file), error.message.clone()));
    }
    let evaluator = Evaluator::new(&stack, &sources, &files, Options::usual());
    let scope = Scope::of_module(Arc::clone(evaluator.root()), file);
    evaluator.strict_value(&parsed, &scope)
}

/// Fails with what is wrong, the count first.
fn check(name: &str, verdict: impl Fn(&JsonValue, Result<Value, EvalError>) -> Option<String>) {
    let recorded = read(name);
    let mut failures = Vec::new();
    let mut count = 0;
    for line in recorded.lines() {
        let record = parse(line);
        let expression = member(&record, "expr").and_then(text).expect("a recorded expression");
        count += 1;
        if let Some(failure) = verdict(&record, evaluate(&expression)) {
            failures.push(format!("{expression}\n    {failure}"));
        }
    }
    println!("{name}: {} of {count}", count - failures.len());
    assert!(failures.is_empty(), "{} of {count} fail:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn recorded_expressions() {
    check("expressions.jsonl", |record, result| {
        if let Some(error) = member(record, "error") {
            return result
                .ok()
                .map(|value| format!("{}, recorded error {:?}", super::answer::show(&value), text(error)));
        }
        let value = match result {
            Ok(value) => value,
            Err(error) => return Some(error.message),
        };
        let compact = |text: String| {
            let text = text.split_whitespace().collect::<String>();
            [(",]", "]"), (",}", "}"), (",)", ")"), ("=", ":"), ("dynamic", "any")]
                .iter()
                .fold(text, |text, (from, to)| text.replace(from, to))
        };
        let (ty, recorded) = (type_of(&value).to_string(), member(record, "type").and_then(text).unwrap_or_default());
        if compact(ty.clone()) != compact(recorded.clone()) && recorded != "dynamic" {
            return Some(format!("type {ty}, recorded {recorded}"));
        }
        member(record, "json").and_then(|json| difference(&value, json, ""))
    });
}

#[test]
fn generated_expressions() {
    check("expressions-generated.jsonl", |record, result| {
        let is_valid = matches!(member(record, "ok").map(|ok| &ok.kind), Some(JsonKind::Bool(true)));
        match (is_valid, result) {
            (false, Ok(value)) => Some(format!("{}, recorded an error", super::answer::show(&value))),
            (false, Err(_)) => None,
            (true, Err(error)) => Some(error.message),
            (true, Ok(value)) => member(record, "json").and_then(|json| difference(&value, json, "")),
        }
    });
}

/// Each function with many arguments, right and wrong ones.
#[test]
fn function_calls() {
    check("functions.jsonl", |record, result| {
        let is_valid = matches!(member(record, "ok").map(|ok| &ok.kind), Some(JsonKind::Bool(true)));
        match (is_valid, result) {
            (false, Ok(value)) => Some(format!("{}, recorded an error", super::answer::show(&value))),
            (false, Err(_)) => None,
            (true, Err(error)) => Some(error.message),
            (true, Ok(value)) => member(record, "json").and_then(|json| difference(&value, json, "")),
        }
    });
}
