//! Values as text, for comparisons.

use crosstrail_analyzer::eval::value::{Refinement, SequencePart, Value, ValueKind};

/// Known parts in Terraform's syntax, unknown ones as `?address`, with what is known of them.
pub(crate) fn show(value: &Value) -> String {
    match &value.kind {
        ValueKind::Null(_) => "null".to_owned(),
        ValueKind::Bool(value) => value.to_string(),
        ValueKind::Number(number) => number.to_string(),
        ValueKind::String(text) => format!("{:?}", text.display()),
        ValueKind::List(_, items) | ValueKind::Set(_, items) | ValueKind::Tuple(items) => format!("[{}]", list(items)),
        ValueKind::Map(_, fields) | ValueKind::Object(fields) => {
            let fields = fields.iter().map(|(name, field)| format!("{name} = {}", show(&field.value)));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
        }
        ValueKind::Unknown(unknown) => match &unknown.refinement {
            Refinement::Opaque => format!("?{}", unknown.symbol.address()),
            Refinement::OneOf(options) => format!("one of ({})", list(options)),
            Refinement::Entry(entry) => format!("entry ({} = {})", show(&entry.0), show(&entry.1)),
            Refinement::Merged(parts) => format!("merged ({})", list(parts)),
            Refinement::Sequence(parts) => {
                let parts = parts.iter().map(|part| match part {
                    SequencePart::One(value) => show(value),
                    SequencePart::Spread(value) => format!("{}...", show(value)),
                });
                format!("sequence ({})", parts.collect::<Vec<_>>().join(", "))
            }
        },
    }
}

fn list(items: &[Value]) -> String {
    items.iter().map(show).collect::<Vec<_>>().join(", ")
}
