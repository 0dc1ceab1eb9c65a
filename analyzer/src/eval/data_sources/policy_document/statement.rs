//! `statement` blocks.

use std::sync::Arc;

use crate::eval::value::{Field, Fields, Origin, Value, ValueKind};

use super::block::{Block, Identity, Nested};
use super::conditions::conditions;
use super::principals::principals;
use super::strings::{Variables, set};

/// Arguments that are sets of strings, and the elements that they become.
const SETS: [(&str, &str, Variables); 4] = [
    ("actions", "Action", Variables::AsWritten),
    ("not_actions", "NotAction", Variables::AsWritten),
    ("resources", "Resource", Variables::Replaced),
    ("not_resources", "NotResource", Variables::Replaced),
];

/// The statement that `block` renders as. What has no place in it is a default.
pub(super) fn statement(block: &Block, identity: &Identity) -> Value {
    let mut fields = Fields::new();
    if let Some(sid) = text_argument(block, "sid") {
        fields.insert("Sid".into(), sid);
    }
    let effect = text_argument(block, "effect");
    let allow = || Field { key: Origin::default(), value: Value::string("Allow") };
    fields.insert("Effect".into(), effect.unwrap_or_else(allow));
    for (name, element, variables) in SETS {
        let Some(argument) = block.argument(name) else { continue };
        if let Some(value) = set(&argument.value, variables, &identity.part(element)) {
            fields.insert(element.into(), Field { key: Origin::at(argument.name), value });
        }
    }
    for (kind, element) in [("principals", "Principal"), ("not_principals", "NotPrincipal")] {
        let blocks: Vec<&Nested> = block.blocks_of(kind).collect();
        fields.extend(principals(&blocks, &identity.part(element)).map(|field| (element.into(), field)));
    }
    let blocks: Vec<&Nested> = block.blocks_of("condition").collect();
    fields.extend(conditions(&blocks, &identity.part("Condition")).map(|field| ("Condition".into(), field)));
    Value::new(ValueKind::Object(Arc::new(fields))).with_origin(Origin::at(block.header))
}

/// A string argument; an empty one counts as not set.
pub(super) fn text_argument(block: &Block, name: &str) -> Option<Field> {
    let argument = block.argument(name)?;
    let is_empty = argument.value.as_text().is_some_and(crate::eval::text::Text::is_empty);
    let field = || Field { key: Origin::at(argument.name), value: argument.value.clone() };
    (!is_empty).then(field)
}
