//! `template_file`: the forerunner of `templatefile`.

use std::sync::Arc;

use super::super::evaluator::{Evaluator, ResourceInstance};
use super::super::value::{Fields, Value, ValueKind};

/// `rendered`
pub(super) fn template_file(evaluator: &Evaluator<'_>, instance: &Arc<ResourceInstance>, name: &str) -> Option<Value> {
    if name != "rendered" {
        return None;
    }
    let template = evaluator.configured(instance, "template")?;
    let variables = evaluator.configured(instance, "vars").filter(|value| !value.is_null()).map(single);
    let variables = variables.unwrap_or_else(|| Value::new(ValueKind::Object(Arc::new(Fields::new()))));
    let span = template.origin.span.unwrap_or(instance.decl.header);
    match evaluator.render_text(&template, &variables, span, &instance.scope) {
        Ok(value) => Some(value),
        Err(error) => Some(evaluator.failed(error, span)),
    }
}

/// Old configurations write `vars` as a block.
fn single(variables: Value) -> Value {
    match variables.elements().map(|items| &items[..]) {
        Some([only]) => only.clone(),
        _ => variables,
    }
}
