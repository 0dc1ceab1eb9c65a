//! What a plan knows of a stack whose source is at hand: values of variables, of what data
//! sources read, of attributes that AWS gave, and the accounts of providers.
//!
//! What an attribute of a resource will be is laid over what is written: the plan is what will be
//! applied, and the source knows where it says so.

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::{SmolStr, format_smolstr};

use crate::eval::bindings::{Bindings, KnownValues};
use crate::eval::number::Number;
use crate::eval::text::Text;
use crate::eval::types::Type;
use crate::eval::value::{Field, Fields, Origin, Value, ValueKind};
use crate::source::Span;
use crate::syntax::json::{JsonKind, JsonValue};

use super::Plan;
use super::instances::Instance;
use super::keys;
use super::stack::{THIN, is_modelled};

/// What is known, by the addresses that expressions have for it. A clone costs a counter.
#[derive(Debug, Clone, Default)]
pub struct Known {
    values: Arc<KnownValues>,
}

impl Known {
    /// `bindings`, with what is known behind them.
    #[must_use]
    pub fn behind(&self, bindings: Bindings) -> Bindings {
        bindings.with_known(Arc::clone(&self.values))
    }

    /// Attributes that are written with other values than are planned, each with the place of the latter.
    #[must_use]
    pub fn differences(&self) -> BTreeMap<Span, Span> {
        self.values.differences()
    }
}

pub(super) fn of_plan(plan: &Plan<'_>) -> Known {
    let mut values = KnownValues::default();
    for (name, variable) in plan.document.variables.iter().flatten() {
        let Some(given) = variable.value else { continue };
        values.add(&format!("var.{name}"), value(&plan.text.value(given)));
    }
    for instance in &plan.instances {
        add_instance(plan, instance, &mut values);
    }
    for (address, keys) in keys::of_plan(plan) {
        values.list(&address, keys);
    }
    for (key, told) in &plan.accounts {
        let number = Value::string(format_smolstr!("{}", told.account));
        let address = match key.split_once(':') {
            Some((module, own)) => format!("{module}.provider.{own}.account_id"),
            None => format!("provider.{key}.account_id"),
        };
        values.add(&address, number);
    }
    Known { values: Arc::new(values) }
}

fn add_instance(plan: &Plan<'_>, instance: &Instance<'_>, values: &mut KnownValues) {
    // Documents are put together from the source, which knows where each part stands.
    let Some(known) = instance.values.filter(|_| instance.ty() != "aws_iam_policy_document") else { return };
    let known = plan.text.value(known);
    let sensitive = instance.sensitive.map(|marks| plan.text.value(marks));
    let is_thin = !instance.is_data() && !is_modelled(instance.ty()) && !instance.is_random();
    for member in known.members() {
        let Some(name) = member.key.as_text() else { continue };
        // Nested blocks of a resource are written somewhere.
        let is_given = instance.is_data() || is_scalar(&member.value);
        let is_wanted = !is_thin || THIN.contains(&name.as_str());
        if !is_given || !is_wanted || matches!(member.value.kind, JsonKind::Null) {
            continue;
        }
        let mut value = value(&member.value);
        value.sensitive = sensitive.as_ref().and_then(|marks| marks.member(&name)).is_some_and(super::body::has_true);
        let address = format!("{}.{name}", instance.full);
        if instance.is_data() {
            values.add(&address, value);
        } else {
            values.plan(&address, value, member.value.range.at(plan.file));
        }
    }
}

fn is_scalar(value: &JsonValue) -> bool {
    matches!(value.kind, JsonKind::String(_) | JsonKind::Number(_) | JsonKind::Bool(_))
}

/// A JSON value as one of Terraform's, without a place: what is said of it is said of where it is used.
fn value(json: &JsonValue) -> Value {
    let kind = match &json.kind {
        JsonKind::Missing | JsonKind::Hole(_) | JsonKind::Null => ValueKind::Null(Type::Dynamic),
        JsonKind::Bool(holds) => ValueKind::Bool(*holds),
        JsonKind::Number(digits) => match Number::parse(digits) {
            Some(number) => ValueKind::Number(number),
            None => ValueKind::String(Text::known(digits.clone())),
        },
        JsonKind::String(string) => ValueKind::String(Text::known(string.as_text().unwrap_or_default())),
        JsonKind::Array(items) => ValueKind::Tuple(items.iter().map(value).collect()),
        JsonKind::Object(members) => {
            let field = |member: &crate::syntax::json::JsonMember| {
                let key: SmolStr = member.key.as_text()?;
                Some((key, Field { key: Origin::default(), value: value(&member.value) }))
            };
            ValueKind::Object(Arc::new(members.iter().filter_map(field).collect::<Fields>()))
        }
    };
    Value::new(kind)
}
