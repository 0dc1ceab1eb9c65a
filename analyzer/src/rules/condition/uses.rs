//! Conditions with what AWS says of their operators and keys, for the rules about
//! operators and values.

use crate::aws::facts::{self, ConditionKeyFacts, KeyScope, OperatorUse};
use crate::finding::{Edit, Fix, Safety};
use crate::policy::model::{Condition, Leaf, PolicyDocument, Statement};
use crate::rules::{Report, strings};

/// A condition of which operator and key are known and exist.
pub(super) struct Use<'a> {
    /// The statement that it narrows.
    pub(super) statement: &'a Statement,
    /// The condition.
    pub(super) condition: &'a Condition,
    /// Its operator.
    pub(super) operator: OperatorUse,
    /// Its key.
    pub(super) key: ConditionKeyFacts,
}

/// The conditions of `document` of which operator and key are known and exist.
pub(super) fn uses(document: &PolicyDocument) -> impl Iterator<Item = Use<'_>> {
    document.statements.iter().flat_map(uses_in)
}

/// The conditions of `statement` of which operator and key are known and exist.
pub(super) fn uses_in(statement: &Statement) -> impl Iterator<Item = Use<'_>> {
    statement.conditions.iter().filter_map(move |condition| {
        let operator = facts::operator(&condition.operator.text.as_known()?)?;
        let key = facts::condition_key(&condition.key.text.as_known()?)?;
        Some(Use { statement, condition, operator, key })
    })
}

impl<'a> Use<'a> {
    /// The values that may be printed.
    pub(super) fn values(&self) -> impl Iterator<Item = &'a Leaf> + use<'a> {
        strings::values(self.condition).filter(|value| !value.sensitive)
    }

    /// The key as the policy writes it.
    pub(super) fn key_name(&self) -> String {
        self.condition.key.text.display()
    }

    /// Whether the reference lists the key by this very name or as a template: the claims
    /// of an identity provider that it does not know have no type.
    pub(super) fn has_listed_key(&self) -> bool {
        self.key.scope != KeyScope::Federation || !self.key.name.starts_with('$')
    }

    /// The operator with another name and the qualifiers that it has.
    pub(super) fn renamed(&self, name: &str) -> String {
        let set = self.operator.set.map(|set| format!("{}:", set.name())).unwrap_or_default();
        let suffix = if self.operator.if_exists { "IfExists" } else { "" };
        format!("{set}{name}{suffix}")
    }

    /// The edit that puts `operator` in the place of this one. `None` where that would touch
    /// other keys, or make an operator appear twice.
    pub(super) fn with_operator(&self, operator: &str, report: &Report<'_>) -> Option<Edit> {
        let leaf = &self.condition.operator;
        let others = || self.statement.conditions.iter().filter(|other| !std::ptr::eq(*other, self.condition));
        let shared = others().any(|other| other.operator.span == leaf.span);
        let taken =
            others().any(|other| other.operator.text.as_known().is_none_or(|it| it.eq_ignore_ascii_case(operator)));
        if shared || taken || !leaf.via.is_empty() || !report.is_literal(leaf) {
            return None;
        }
        let is_quoted = report.text_behind(leaf.span).starts_with(['"', '\\']);
        // Without quotes a colon would end the key of an HCL object.
        let new_text =
            if operator.contains(':') && !is_quoted { format!("\"{operator}\"") } else { operator.to_owned() };
        Some(Edit { span: leaf.span, new_text })
    }

    /// The fix that puts `operator` in the place of this one, where that is possible.
    pub(super) fn operator_fix(&self, operator: &str, report: &Report<'_>) -> Option<Fix> {
        let edit = self.with_operator(operator, report)?;
        Some(Fix { title: format!("replace with `{operator}`"), safety: Safety::Unsafe, edits: vec![edit] })
    }
}

/// Whether `statement` allows for certain.
pub(super) fn allows(statement: &Statement) -> bool {
    statement.effect.as_ref().and_then(|effect| effect.text.as_known()).is_some_and(|effect| effect == "Allow")
}
