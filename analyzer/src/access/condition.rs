//! Whether a condition holds for a request.
//!
//! Sources: IAM User Guide, `reference_policies_elements_condition_operators` and
//! `reference_policies_condition-single-vs-multi-valued-context-keys`; what set
//! operators do with `Null` is of the policy validation reference of Access Analyzer.

use smol_str::SmolStr;

use crate::aws::facts::{OperatorType, OperatorUse, SetQualifier, condition_key, operator};
use crate::eval::symbol::Symbol;
use crate::policy::model;
use crate::source::Span;
use crate::truth::Truth;

use super::comparison::Operand;
use super::context::{Found, Lookup, Value};
use super::statement::Listed;

/// One operator with one key.
#[derive(Debug)]
pub(super) struct Condition {
    /// `None` for what is unknown, or no operator.
    operator: Option<OperatorUse>,
    /// In lower case; `None` if it is unknown.
    key: Option<SmolStr>,
    /// Whether requests may hold several values of the key.
    multivalued: bool,
    values: Listed<Operand>,
    certain: bool,
    /// Holes of operator and key.
    symbols: Vec<Symbol>,
    /// Where the key stands.
    span: Span,
}

impl Condition {
    /// `variables`: whether `${key}` is a policy variable in the document.
    pub(super) fn compile(condition: &model::Condition, variables: Truth) -> Self {
        let operator = condition.operator.text.as_known().and_then(|name| operator(&name));
        let key: Option<SmolStr> = condition.key.text.as_known().map(|key| key.to_ascii_lowercase().into());
        let multivalued = key.as_ref().and_then(|key| condition_key(key)).is_some_and(|key| key.multivalued);
        let values = match operator {
            Some(used) => Listed::of_values(condition, |leaf| Operand::compile(used.operator, &leaf.text, variables)),
            None => Listed::default(),
        };
        let symbols = condition.operator.text.holes().chain(condition.key.text.holes()).cloned().collect();
        let (certain, span) = (condition.certain, condition.key.span);
        Self { operator, key, multivalued, values, certain, symbols, span }
    }

    /// Whether it holds; one that may not stand may hold.
    pub(super) fn holds(&self, lookup: &impl Lookup) -> Truth {
        let holds = match (&self.operator, &self.key) {
            (Some(used), Some(key)) => self.evaluate(used, lookup.find(key), lookup),
            (None, _) | (_, None) => Truth::Unknown,
        };
        if self.certain { holds } else { holds.or(Truth::Unknown) }
    }

    /// Where its key stands.
    pub(super) const fn span(&self) -> Span {
        self.span
    }

    /// Its key in lower case, if it stands for certain and can be read.
    pub(super) fn certain_key(&self) -> Option<&str> {
        self.key.as_deref().filter(|_| self.certain && self.operator.is_some())
    }

    /// Whether a request that lacks the key certainly does not fulfil it.
    pub(super) fn wants_presence(&self) -> bool {
        let Some(used) = self.operator.as_ref() else { return false };
        match used.operator.ty {
            OperatorType::Null => used.set.is_none() && self.is_null("false"),
            _ => without_key(used).is_no(),
        }
    }

    /// Whether a request that has the key certainly does not fulfil it.
    pub(super) fn wants_absence(&self) -> bool {
        let is_null = |used: &OperatorUse| used.operator.ty == OperatorType::Null && used.set.is_none();
        self.operator.as_ref().is_some_and(is_null) && self.is_null("true")
    }

    fn is_null(&self, word: &str) -> bool {
        let mut all = self.values.iter().peekable();
        self.values.open.is_empty() && all.peek().is_some() && all.all(|operand| operand.is_word(word))
    }

    /// Whether no value of the key can fulfil both this and `other`, where this one wants a value.
    ///
    /// Of keys with several values, each one fulfils `ForAllValues` and some one `ForAnyValue`.
    pub(super) fn excludes(&self, other: &Self) -> bool {
        let (Some(own), Some(theirs)) = (&self.operator, &other.operator) else { return false };
        let is_value = |used: &OperatorUse| used.operator.ty != OperatorType::Null;
        let is_one = match (own.set, theirs.set) {
            (None, None) => self.key.as_deref().and_then(condition_key).is_some_and(|key| !key.multivalued),
            (Some(SetQualifier::ForAnyValue), Some(SetQualifier::ForAllValues)) => true,
            (Some(_) | None, Some(_) | None) => false,
        };
        is_one
            && is_value(own)
            && is_value(theirs)
            && !own.operator.negated
            && self.values.open.is_empty()
            && self.values.iter().next().is_some()
            && self.values.iter().all(|operand| other.shuts_out(operand, theirs.operator.negated))
    }

    /// Whether it is fulfilled by no value that `operand` looks for.
    fn shuts_out(&self, operand: &Operand, negated: bool) -> bool {
        if negated {
            return self.values.items.iter().any(|own| own.covers(operand).is_yes());
        }
        self.values.open.is_empty() && self.values.iter().all(|own| own.overlaps(operand).is_no())
    }

    fn evaluate(&self, used: &OperatorUse, found: Found<'_>, lookup: &impl Lookup) -> Truth {
        if used.operator.ty == OperatorType::Null {
            return self.null(used, found, lookup);
        }
        match found {
            Found::Unknown => Truth::Unknown,
            Found::Absent | Found::Values([]) => without_key(used),
            Found::Values(values) => self.compare(used, values, lookup),
        }
    }

    fn compare(&self, used: &OperatorUse, values: &[Value], lookup: &impl Lookup) -> Truth {
        let fits = |value: &Value| {
            let listed = self.values.any(|operand| operand.matches(value, lookup));
            if used.operator.negated { listed.not() } else { listed }
        };
        match (used.set, values) {
            (Some(SetQualifier::ForAllValues), _) => Truth::all(values.iter().map(fits)),
            (Some(SetQualifier::ForAnyValue), _) => Truth::any(values.iter().map(fits)),
            (None, [value]) if !self.multivalued => fits(value),
            // AWS says only that a set operator is needed.
            (None, _) => Truth::Unknown,
        }
    }

    fn null(&self, used: &OperatorUse, found: Found<'_>, lookup: &impl Lookup) -> Truth {
        let absent = match found {
            Found::Absent | Found::Values([]) => Truth::Yes,
            Found::Values([_, ..]) => Truth::No,
            Found::Unknown => Truth::Unknown,
        };
        let same = |left: Truth, right: Truth| left.and(right).or(left.not().and(right.not()));
        match used.set {
            Some(SetQualifier::ForAllValues) => Truth::Yes,
            Some(SetQualifier::ForAnyValue) => Truth::No,
            None => self.values.any(|operand| same(operand.wants_absence(lookup), absent)),
        }
    }

    /// Its holes.
    pub(super) fn symbols(&self) -> impl Iterator<Item = &Symbol> {
        let values = self.values.iter().flat_map(Operand::symbols);
        self.symbols.iter().chain(&self.values.open).chain(values)
    }

    /// The condition keys that it asks for and that are unknown in the request.
    pub(super) fn unknown_keys(&self, lookup: &impl Lookup) -> Vec<SmolStr> {
        let written = self.values.iter().flat_map(Operand::keys).map(SmolStr::from);
        let keys = self.key.iter().cloned().chain(written);
        keys.filter(|key| matches!(lookup.find(key), Found::Unknown)).collect()
    }
}

/// Whether an operator holds for a request that lacks the key.
fn without_key(used: &OperatorUse) -> Truth {
    match (used.set, used.if_exists) {
        (Some(SetQualifier::ForAllValues), _) | (None, true) => Truth::Yes,
        (Some(SetQualifier::ForAnyValue), false) => Truth::No,
        // The one says no and the other yes.
        (Some(SetQualifier::ForAnyValue), true) => Truth::Unknown,
        (None, false) => used.operator.negated.into(),
    }
}
