//! The JSON schema of the file, for editors.

use serde_json::{Map as Object, Value, json};

use crate::aws::facts;

use super::shape::{FILE, Format, Key, LEVELS, ROLES, Shape};

/// The schema. `rules` are the codes and groups that levels can be given for.
#[must_use]
pub fn schema(rules: &[&str]) -> Value {
    let mut document = of_shape(FILE, rules);
    if let Some(members) = document.as_object_mut() {
        members.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
        members.insert("title".to_owned(), json!("crosstrail.toml"));
        members.insert("description".to_owned(), json!("What Crosstrail is told about accounts, stacks and rules."));
    }
    document
}

fn of_shape(shape: Shape, rules: &[&str]) -> Value {
    match shape {
        Shape::Text(format) => of_text(format),
        Shape::Table(keys) => of_table(keys, rules),
        Shape::Map(map) => json!({
            "type": "object",
            "propertyNames": of_text(map.keys),
            "additionalProperties": of_shape(map.values, rules),
        }),
        Shape::List(element) => json!({ "type": "array", "items": of_shape(*element, rules) }),
        Shape::OneOrMany(element) => {
            let element = of_shape(*element, rules);
            json!({ "anyOf": [element, { "type": "array", "items": element }] })
        }
        Shape::Levels(map) => {
            let level = of_shape(map.values, rules);
            let levels: Object<String, Value> = rules.iter().map(|name| ((*name).to_owned(), level.clone())).collect();
            let below = json!({ "type": "object", "properties": levels, "additionalProperties": false });
            json!({ "type": "object", "properties": levels, "additionalProperties": below })
        }
        Shape::Value => json!({}),
        Shape::Bound(keys) => json!({
            "anyOf": [
                { "type": ["string", "number", "boolean", "array"] },
                of_table(keys, rules),
            ]
        }),
    }
}

fn of_table(keys: &[Key], rules: &[&str]) -> Value {
    let property = |key: &Key| {
        let mut schema = of_shape(key.shape, rules);
        if let Some(members) = schema.as_object_mut() {
            members.insert("description".to_owned(), json!(key.doc));
        }
        (key.name.to_owned(), schema)
    };
    let properties: Object<String, Value> = keys.iter().map(property).collect();
    let required: Vec<&str> = keys.iter().filter(|key| key.required).map(|key| key.name).collect();
    let mut schema = json!({ "type": "object", "properties": properties, "additionalProperties": false });
    if let Some(members) = schema.as_object_mut().filter(|_| !required.is_empty()) {
        members.insert("required".to_owned(), json!(required));
    }
    schema
}

fn of_text(format: Format) -> Value {
    match format {
        Format::Partition => json!({ "enum": facts::partitions().map(|it| it.name).collect::<Vec<_>>() }),
        Format::Role => json!({ "enum": ROLES }),
        Format::Level => json!({ "enum": LEVELS }),
        _ => match format.pattern() {
            Some(pattern) => json!({ "type": "string", "pattern": pattern }),
            None => json!({ "type": "string" }),
        },
    }
}

/// Every key that has a fixed name, as a path: `accounts.*.id`. For the documentation's test.
#[must_use]
pub fn keys() -> Vec<String> {
    let mut found = Vec::new();
    collect(FILE, "", &mut found);
    found
}

fn collect(shape: Shape, above: &str, found: &mut Vec<String>) {
    match shape {
        Shape::Table(keys) | Shape::Bound(keys) => {
            for key in keys {
                let path = format!("{above}{}", key.name);
                found.push(path.clone());
                collect(key.shape, &format!("{path}."), found);
            }
        }
        Shape::Map(map) => collect(map.values, &format!("{above}*."), found),
        Shape::List(element) | Shape::OneOrMany(element) => collect(*element, above, found),
        Shape::Text(_) | Shape::Levels(_) | Shape::Value => {}
    }
}
