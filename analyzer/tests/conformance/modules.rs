//! Whole modules against the plans that Terraform made of them.
//!
//! What a plan knows has to be known, and the same. What a plan does not know may be
//! known here: an ARN follows from a name before anything is applied.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use crosstrail_analyzer::eval::evaluator::{Evaluator, Options};
use crosstrail_analyzer::eval::value::{Fields, Refinement, Unknown, Value, ValueKind};
use crosstrail_analyzer::module::{Mode, Stack, VariableValue, load_workspace};
use crosstrail_analyzer::source::{MemoryFileSystem, SourceMap};
use crosstrail_analyzer::syntax::json::{JsonKind, JsonValue};
use crosstrail_analyzer::syntax::parse_hcl;

use super::answer::{difference, member, name_of, parse, read, text};

pub(crate) struct Case {
    name: &'static str,
    files: MemoryFileSystem,
    sources: SourceMap,
    stack: Stack,
}

impl Case {
    /// The module `name` with the values of `variables`, a file in it.
    pub(crate) fn new(name: &'static str, variables: Option<&str>) -> Self {
        let mut files = MemoryFileSystem::default();
        let root = format!("{}/../tests/conformance/terraform/{name}", env!("CARGO_MANIFEST_DIR"));
        add_files(Path::new(&root), "", &mut files);
        let sources = SourceMap::default();
        let workspace = load_workspace(&files, &sources, &[".".to_owned()]);
        let stack = workspace.stacks.iter().find(|stack| stack.dir == ".").expect("a root module");
        let mut stack = Stack::clone(stack);
        stack.workspace = Some("default".into());
        if let Some(variables) = variables {
            let text = read(&format!("{name}/{variables}"));
            let tree = parse_hcl(sources.add(variables, text.as_str()), &text);
            for attribute in tree.body.attributes() {
                stack.variables.insert(attribute.name.text.clone(), VariableValue::File(Arc::clone(attribute)));
            }
        }
        Self { name, files, sources, stack }
    }

    pub(crate) fn evaluator(&self) -> Evaluator<'_> {
        Evaluator::new(&self.stack, &self.sources, &self.files, Options::usual())
    }

    fn plan(&self) -> JsonValue {
        parse(&read(&format!("{}/plan.json", self.name)))
    }
}

fn add_files(dir: &Path, prefix: &str, files: &mut MemoryFileSystem) {
    for entry in std::fs::read_dir(dir).expect("a recorded module") {
        let entry = entry.expect("a directory entry");
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type().expect("a file type").is_dir() {
            add_files(&entry.path(), &format!("{name}/"), files);
        } else if !name.starts_with("expected-") {
            files.insert(&name, std::fs::read(entry.path()).expect("a recorded file"));
        }
    }
}

fn members(value: Option<&JsonValue>) -> Vec<(String, &JsonValue)> {
    match value.map(|value| &value.kind) {
        Some(JsonKind::Object(members)) => members.iter().map(|member| (name_of(member), &member.value)).collect(),
        _ => Vec::new(),
    }
}

fn is_true(value: Option<&JsonValue>) -> bool {
    matches!(value.map(|value| &value.kind), Some(JsonKind::Bool(true)))
}

/// What of `value` a plan knows otherwise. `unknown` marks the parts that it does not know.
fn plan_difference(value: &Value, after: &JsonValue, unknown: Option<&JsonValue>, path: &str) -> Option<String> {
    if is_true(unknown) {
        return None;
    }
    match (&after.kind, value.elements(), value.fields()) {
        (JsonKind::Array(items), Some(elements), _) if items.len() == elements.len() => {
            let masks = match unknown.map(|unknown| &unknown.kind) {
                Some(JsonKind::Array(masks)) => masks.as_slice(),
                _ => &[],
            };
            let pairs = elements.iter().zip(items).enumerate();
            pairs.into_iter().find_map(|(index, (element, item))| {
                plan_difference(element, item, masks.get(index), &format!("{path}[{index}]"))
            })
        }
        (JsonKind::Object(_), _, Some(fields)) => fields.iter().find_map(|(name, field)| {
            let path = format!("{path}.{name}");
            let mask = unknown.and_then(|unknown| member(unknown, name));
            match member(after, name) {
                Some(after) => plan_difference(&field.value, after, mask, &path),
                None if is_true(mask) => None,
                None => Some(format!("{path} is not in the plan")),
            }
        }),
        _ => difference(value, after, path),
    }
}

/// The outputs and the configured attributes of all resources as the plan has them.
fn check(case: &Case) {
    let evaluator = case.evaluator();
    let plan = case.plan();
    let mut failures = Vec::new();
    let mut compared = 0;
    for (name, change) in members(member(&plan, "output_changes")) {
        let value = evaluator.output(evaluator.root(), &name).expect("a declared output");
        let after = member(change, "after").expect("an output has a value");
        failures.extend(plan_difference(&value, after, member(change, "after_unknown"), &format!("output.{name}")));
        compared += 1;
    }
    let instances = evaluator.resources();
    let mut planned = BTreeSet::new();
    for change in items(member(&plan, "resource_changes")) {
        let address = member(change, "address").and_then(text).expect("an address");
        if member(change, "mode").and_then(text).as_deref() != Some("managed") {
            continue;
        }
        planned.insert(address.clone());
        let Some(instance) = instances.iter().find(|instance| *instance.address == *address) else {
            failures.push(format!("{address} is not there"));
            continue;
        };
        let change = member(change, "change").expect("a change");
        for (name, after) in members(member(change, "after")) {
            if evaluator.configured(instance, &name).is_none() {
                continue;
            }
            let value = evaluator.attribute(instance, &name);
            let mask = member(change, "after_unknown").and_then(|mask| member(mask, &name));
            failures.extend(attribute_difference(&value, after, mask, &format!("{address}.{name}")));
            compared += 1;
        }
    }
    let managed = instances.iter().filter(|instance| instance.decl.address.mode == Mode::Managed);
    let extra = managed.filter(|instance| !planned.contains(instance.address.as_str()));
    failures.extend(extra.map(|instance| format!("{} is not in the plan", instance.address)));
    failures.extend(evaluator.errors().iter().map(|error| {
        let place = error.span.map(|span| case.sources.text(span)).unwrap_or_default();
        format!("error: {} at {place}", error.message)
    }));
    println!("{}: {compared} values, {} failures", case.name, failures.len());
    assert!(compared > 0);
    assert!(failures.is_empty(), "{}:\n{}", case.name, failures.join("\n"));
}

/// Nested blocks have defaults in the plan that the provider fills in: only what is written counts.
fn attribute_difference(value: &Value, after: &JsonValue, unknown: Option<&JsonValue>, path: &str) -> Option<String> {
    let (JsonKind::Array(items), Some(elements)) = (&after.kind, value.elements()) else {
        return plan_difference(value, after, unknown, path);
    };
    let is_blocks = elements.iter().all(|element| block_fields(element).is_some());
    if !is_blocks || items.len() != elements.len() {
        return plan_difference(value, after, unknown, path);
    }
    elements.iter().zip(items).enumerate().find_map(|(index, (element, item))| {
        let fields = block_fields(element).into_iter().flat_map(|fields| fields.iter());
        fields.into_iter().find_map(|(name, field)| {
            let path = format!("{path}[{index}].{name}");
            match member(item, name) {
                Some(item) => difference(&field.value, item, &path),
                None => Some(format!("{path} is not in the plan")),
            }
        })
    })
}

/// What is written in a block: what the provider adds to it is open.
fn block_fields(value: &Value) -> Option<&Arc<Fields>> {
    match &value.kind {
        ValueKind::Unknown(Unknown { refinement: Refinement::Merged(parts), .. }) => parts.last()?.fields(),
        _ => value.fields(),
    }
}

pub(crate) fn items(value: Option<&JsonValue>) -> &[JsonValue] {
    match value.map(|value| &value.kind) {
        Some(JsonKind::Array(items)) => items,
        _ => &[],
    }
}

#[test]
fn language_and_functions() {
    check(&Case::new("expr", None));
}

#[test]
fn nested_modules() {
    check(&Case::new("modules", Some("env/prod.tfvars")));
}

#[test]
fn json_syntax() {
    check(&Case::new("tfjson", None));
}

#[test]
fn provider_configurations() {
    check(&Case::new("aws-providers-map", None));
}

#[test]
fn policy_documents() {
    check(&Case::new("aws-policy-doc", None));
}
