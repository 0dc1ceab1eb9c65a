//! `aws_iam_policy_document`: rendered as the provider does it, with the place of each part kept.
//!
//! The rendered value has no place where the provider fills in a default. What is
//! unknown stays where it is: an unknown identifier is a hole in its list, an unknown
//! `for_each` leaves the list open. This module must not know what a policy means.

mod block;
mod conditions;
mod evaluate;
mod merge;
mod principals;
mod statement;
mod strings;
mod write;

use std::sync::Arc;

use crate::eval::symbol::Symbol;
use crate::eval::types::Type;
use crate::eval::value::{Field, Fields, Origin, Value, ValueKind};
use crate::source::Span;

use block::Identity;
pub(in crate::eval) use evaluate::attribute;

pub use block::{Argument, Block, Nested, Occurrence};
pub use evaluate::replaced_statements;
use merge::{LATEST_VERSION, Layer, Merged};
pub use merge::{Replaced, Replacement};
use write::Layout;

/// What a data source renders.
#[derive(Debug)]
pub struct Rendered {
    value: Arc<Value>,
    header: Span,
    replaced: Vec<Replaced>,
}

impl Rendered {
    /// What `document` renders as. `symbol` names the data source.
    #[must_use]
    pub fn new(document: &Block, symbol: &Symbol) -> Self {
        let identity = Identity::of(symbol);
        let mut merged = merge(document, &identity);
        let replaced = merged.take_replaced();
        let statement_key = document.blocks_of("statement").next().map(|nested| Origin::at(nested.block.header));
        let (version, id, statements) = merged.finish(&identity);
        let mut fields = Fields::new();
        fields.extend(version.map(|field| ("Version".into(), field)));
        fields.extend(id.map(|field| ("Id".into(), field)));
        let value = statements.unwrap_or_else(|| Value::new(ValueKind::Null(Type::Dynamic)));
        fields.insert("Statement".into(), Field { key: statement_key.unwrap_or_default(), value });
        let value = Value::new(ValueKind::Object(Arc::new(fields))).with_origin(Origin::at(document.header));
        Self { value: Arc::new(value), header: document.header, replaced }
    }

    /// An object in the shape of the policy.
    #[must_use]
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// The attribute `json`.
    #[must_use]
    pub fn json(&self) -> Value {
        self.text(Layout::Indented)
    }

    /// The attribute `minified_json`.
    #[must_use]
    pub fn minified_json(&self) -> Value {
        self.text(Layout::Minified)
    }

    /// The statements of which nothing is rendered, since others of the same `Sid` took their place.
    #[must_use]
    pub fn replaced(&self) -> &[Replaced] {
        &self.replaced
    }

    fn text(&self, layout: Layout) -> Value {
        let text = write::text(&self.value, layout).with_json(Arc::clone(&self.value));
        Value::new(ValueKind::String(text)).with_origin(Origin::at(self.header))
    }
}

fn merge(document: &Block, identity: &Identity) -> Merged {
    let mut merged = Merged::default();
    lay_documents(document, ["source_json", "source_policy_documents"], &mut merged);
    merged.enter(Layer::Block);
    lay_own(document, &mut merged, identity);
    merged.enter(Layer::Override);
    lay_documents(document, ["override_policy_documents", "override_json"], &mut merged);
    merged
}

fn lay_documents(document: &Block, arguments: [&str; 2], merged: &mut Merged) {
    for argument in arguments.into_iter().filter_map(|name| document.argument(name)) {
        merged.lay_documents(&argument.value, &Occurrence::Once);
    }
}

fn lay_own(document: &Block, merged: &mut Merged, identity: &Identity) {
    let default = Field { key: Origin::default(), value: Value::string(LATEST_VERSION) };
    merged.upgrade_version(&statement::text_argument(document, "version").unwrap_or(default));
    if let Some(id) = statement::text_argument(document, "policy_id") {
        merged.adopt_id(&id);
    }
    for (index, nested) in document.blocks_of("statement").enumerate() {
        let identity = identity.part(&format!("statement[{index}]"));
        merged.lay_statement(statement::statement(&nested.block, &identity), nested.occurrence.clone());
    }
}
