//! What a statement and its conditions come to for a request that does not carry a key.
//!
//! Source: IAM User Guide, `reference_policies_elements_condition_operators` and
//! `reference_policies_condition-single-vs-multi-valued-context-keys`.

use crate::aws::facts::{self, ConditionKeyFacts, OperatorType, OperatorUse, SetQualifier};
use crate::policy::model::{Condition, Leaf, Statement};
use crate::truth::Truth;

/// What a statement does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::rules) enum Effect {
    /// It allows.
    Allow,
    /// It denies.
    Deny,
}

/// What a statement does; `None` if that is not known or not said.
pub(in crate::rules) fn effect(statement: &Statement) -> Option<Effect> {
    match statement.effect.as_ref()?.text.as_known()?.as_str() {
        "Allow" => Some(Effect::Allow),
        "Deny" => Some(Effect::Deny),
        _ => None,
    }
}

/// A condition that is there for certain, with its operator and key.
#[derive(Clone, Copy)]
pub(in crate::rules) struct Test<'a> {
    /// The condition.
    pub(in crate::rules) condition: &'a Condition,
    /// Its operator.
    pub(in crate::rules) operator: OperatorUse,
    /// Its key.
    pub(in crate::rules) key: ConditionKeyFacts,
}

/// The conditions of a statement of which operator and key are known and exist.
pub(in crate::rules) fn tests(statement: &Statement) -> impl Iterator<Item = Test<'_>> {
    statement.conditions.iter().filter(|condition| condition.certain).filter_map(|condition| {
        let operator = facts::operator(&condition.operator.text.as_known()?)?;
        let key = facts::condition_key(&condition.key.text.as_known()?)?;
        Some(Test { condition, operator, key })
    })
}

impl Test<'_> {
    /// Whether the condition holds for a request that does not carry its key.
    pub(in crate::rules) fn holds_without_key(&self) -> Truth {
        let OperatorUse { operator, set, if_exists } = self.operator;
        match set {
            _ if if_exists => Truth::Yes,
            Some(SetQualifier::ForAllValues) => Truth::Yes,
            Some(SetQualifier::ForAnyValue) => Truth::No,
            None if operator.ty == OperatorType::Null => wants_absence(self.condition),
            None => operator.negated.into(),
        }
    }
}

/// Whether a `Null` condition asks for a key that is absent.
fn wants_absence(condition: &Condition) -> Truth {
    let is = |leaf: &Leaf, wanted: &str| leaf.text.as_known().is_some_and(|text| text.eq_ignore_ascii_case(wanted));
    match condition.values.as_slice() {
        [value] if condition.open.is_empty() && is(value, "true") => Truth::Yes,
        [value] if condition.open.is_empty() && is(value, "false") => Truth::No,
        _ => Truth::Unknown,
    }
}
