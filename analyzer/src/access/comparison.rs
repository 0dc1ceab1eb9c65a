//! How condition operators compare a value of a policy with one of a request.
//!
//! Source: IAM User Guide, `reference_policies_elements_condition_operators`.

use std::cmp::Ordering;
use std::net::IpAddr;

use ipnet::IpNet;
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::Offset;

use crate::aws::facts::{Operator, OperatorType};
use crate::aws::pattern::Pattern;
use crate::eval::number::Number;
use crate::eval::symbol::Symbol;
use crate::eval::text::Text;
use crate::truth::Truth;

use super::context::{Lookup, Value};
use super::hole::{Hole, in_partition};
use super::template::{Reading, Template};

/// A value of a condition, as its operator reads it.
#[derive(Debug)]
pub(super) struct Operand {
    form: Form,
    symbols: Vec<Symbol>,
}

#[derive(Debug)]
enum Form {
    Text {
        template: Template,
        folded: bool,
    },
    Arn(Template),
    Number(Number, Order),
    Date(Timestamp, Order),
    Network(IpNet),
    /// Unknown, or nothing that the operator can compare.
    Unreadable,
}

/// How a value of the request has to stand to that of the policy.
#[derive(Debug, Clone, Copy)]
enum Order {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Operand {
    /// `variables`: whether `${key}` is a policy variable in the document.
    pub(super) fn compile(operator: &Operator, text: &Text, variables: Truth) -> Self {
        let known = text.as_known();
        let order = Order::of(operator);
        let template = |folded: bool, variables: Truth| {
            Template::new(text, Reading { wildcards: operator.wildcards, variables, folded })
        };
        let number = || Some(Form::Number(Number::parse(known.as_deref()?)?, order));
        let date = || Some(Form::Date(date(known.as_deref()?)?, order));
        let network = || Some(Form::Network(network(known.as_deref()?)?));
        let form = match operator.ty {
            OperatorType::String => {
                let folded = operator.name.ends_with("IgnoreCase");
                Some(Form::Text { template: template(folded, variables), folded })
            }
            OperatorType::Arn => Some(Form::Arn(template(false, variables))),
            OperatorType::Bool | OperatorType::Null => {
                Some(Form::Text { template: template(true, Truth::No), folded: true })
            }
            OperatorType::Binary => Some(Form::Text { template: template(false, Truth::No), folded: false }),
            OperatorType::Numeric => number(),
            OperatorType::Date => date(),
            OperatorType::IpAddress => network(),
        };
        Self { form: form.unwrap_or(Form::Unreadable), symbols: text.holes().cloned().collect() }
    }

    /// Whether the value of the request is one that the operator looks for, negation aside.
    pub(super) fn matches(&self, value: &Value, lookup: &impl Lookup) -> Truth {
        let answer = |found: Option<bool>| found.map_or(Truth::Unknown, Truth::from);
        match &self.form {
            Form::Text { template, folded: true } => {
                template.ask(lookup, |pattern| pattern.covers(&value.pattern().clone().fold_case()))
            }
            Form::Text { template, folded: false } => template.ask(lookup, |pattern| pattern.covers(value.pattern())),
            Form::Arn(template) => {
                template.ask(lookup, |pattern| in_partition(pattern, value.pattern(), Pattern::covers_as_arn))
            }
            Form::Number(number, order) => {
                answer(value.known().and_then(Number::parse).map(|value| order.holds(value.cmp(number))))
            }
            Form::Date(date_written, order) => {
                answer(value.known().and_then(date).map(|value| order.holds(value.cmp(date_written))))
            }
            Form::Network(network) => answer(value.known().and_then(address).map(|value| network.contains(&value))),
            Form::Unreadable => Truth::Unknown,
        }
    }

    /// Whether a value can be one that both look for, negation aside.
    pub(super) fn overlaps(&self, other: &Self) -> Truth {
        match (&self.form, &other.form) {
            (Form::Number(left, order), Form::Number(right, other)) => {
                Range::of(left, *order).meets(&Range::of(right, *other)).into()
            }
            (Form::Date(left, order), Form::Date(right, other)) => {
                Range::of(left, *order).meets(&Range::of(right, *other)).into()
            }
            (Form::Network(left), Form::Network(right)) => (left.contains(right) || right.contains(left)).into(),
            (Form::Arn(left), Form::Arn(right)) => both(left, right, |left, right| left.overlaps_as_arn(right)),
            (left, right) => match (left.text(), right.text()) {
                (Some((left, false)), Some((right, false))) => both(left, right, Pattern::overlaps),
                (Some((left, _)), Some((right, _))) => {
                    both(left, right, |left, right| left.clone().fold_case().overlaps(&right.clone().fold_case()))
                }
                _ => Truth::Unknown,
            },
        }
    }

    /// Whether it looks for each value that `other` looks for, negation aside.
    pub(super) fn covers(&self, other: &Self) -> Truth {
        match (&self.form, &other.form) {
            (Form::Number(left, order), Form::Number(right, other)) => {
                Range::of(left, *order).holds(&Range::of(right, *other)).into()
            }
            (Form::Date(left, order), Form::Date(right, other)) => {
                Range::of(left, *order).holds(&Range::of(right, *other)).into()
            }
            (Form::Network(left), Form::Network(right)) => left.contains(right).into(),
            (Form::Arn(left), _) => other
                .form
                .text()
                .map_or(Truth::Unknown, |(right, _)| both(left, right, |left, right| left.covers_as_arn(right))),
            (left, right) => match (left.text(), right.text()) {
                (Some((left, false)), Some((right, false))) => both(left, right, Pattern::covers),
                (Some((left, true)), Some((right, _))) => {
                    both(left, right, |left, right| left.clone().fold_case().covers(&right.clone().fold_case()))
                }
                _ => Truth::Unknown,
            },
        }
    }

    /// Whether it says that the key is to be absent, for `Null`.
    pub(super) fn wants_absence(&self, lookup: &impl Lookup) -> Truth {
        let Form::Text { template, .. } = &self.form else { return Truth::Unknown };
        let is = |word: &str| template.ask(lookup, |pattern| pattern.matches(word));
        match (is("true"), is("false")) {
            (Truth::Yes, _) => Truth::Yes,
            (_, Truth::Yes) => Truth::No,
            _ => Truth::Unknown,
        }
    }

    /// Whether it is this word, letter case aside.
    pub(super) fn is_word(&self, word: &str) -> bool {
        let pattern = self.form.text().and_then(|(template, _)| template.fixed());
        pattern.is_some_and(|pattern| pattern.clone().fold_case().matches(word).is_yes())
    }

    pub(super) fn symbols(&self) -> impl Iterator<Item = &Symbol> {
        self.symbols.iter()
    }

    /// The condition keys of its policy variables.
    pub(super) fn keys(&self) -> Vec<String> {
        match &self.form {
            Form::Text { template, .. } | Form::Arn(template) => template.keys(),
            Form::Number(..) | Form::Date(..) | Form::Network(_) | Form::Unreadable => Vec::new(),
        }
    }
}

impl Form {
    /// The text that it compares with, and whether letter case is the same.
    const fn text(&self) -> Option<(&Template, bool)> {
        match self {
            Self::Text { template, folded } => Some((template, *folded)),
            Self::Arn(template) => Some((template, false)),
            Self::Number(..) | Self::Date(..) | Self::Network(_) | Self::Unreadable => None,
        }
    }
}

/// What `ask` answers about two texts, if both are the same for every request.
fn both(left: &Template, right: &Template, ask: impl FnOnce(&Pattern<Hole>, &Pattern<Hole>) -> Truth) -> Truth {
    left.fixed().zip(right.fixed()).map_or(Truth::Unknown, |(left, right)| ask(left, right))
}

/// The values that stand so to another one: its ends, and whether each belongs to it.
struct Range<'a, T> {
    low: Option<(&'a T, bool)>,
    high: Option<(&'a T, bool)>,
}

impl<'a, T: Ord> Range<'a, T> {
    const fn of(value: &'a T, order: Order) -> Self {
        match order {
            Order::Equal => Self { low: Some((value, true)), high: Some((value, true)) },
            Order::Less => Self { low: None, high: Some((value, false)) },
            Order::LessOrEqual => Self { low: None, high: Some((value, true)) },
            Order::Greater => Self { low: Some((value, false)), high: None },
            Order::GreaterOrEqual => Self { low: Some((value, true)), high: None },
        }
    }

    /// Whether a value is in both. Between two values there is always another one.
    fn meets(&self, other: &Self) -> bool {
        let in_order = |low: Option<(&T, bool)>, high: Option<(&T, bool)>| match (low, high) {
            (Some((low, with_low)), Some((high, with_high))) => low < high || low == high && with_low && with_high,
            (None, _) | (_, None) => true,
        };
        in_order(self.low, other.high) && in_order(other.low, self.high)
    }

    /// Whether each value of `other` is in it.
    fn holds(&self, other: &Self) -> bool {
        let from = match (self.low, other.low) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some((own, with_own)), Some((inner, with_inner))) => {
                own < inner || own == inner && (with_own || !with_inner)
            }
        };
        let to = match (self.high, other.high) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some((own, with_own)), Some((inner, with_inner))) => {
                own > inner || own == inner && (with_own || !with_inner)
            }
        };
        from && to
    }
}

impl Order {
    fn of(operator: &Operator) -> Self {
        let name = operator.name;
        match (name.contains("LessThan"), name.contains("GreaterThan"), name.ends_with("ThanEquals")) {
            (true, _, false) => Self::Less,
            (true, _, true) => Self::LessOrEqual,
            (false, true, false) => Self::Greater,
            (false, true, true) => Self::GreaterOrEqual,
            (false, false, _) => Self::Equal,
        }
    }

    fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        }
    }
}

/// The most digits that a year has: what is longer counts the seconds since 1970.
const YEAR: usize = 4;

/// A date in ISO 8601, or seconds since 1970.
fn date(text: &str) -> Option<Timestamp> {
    if text.len() > YEAR && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Timestamp::from_second(text.parse().ok()?).ok();
    }
    let midnight = |date: Date| Offset::UTC.to_timestamp(date.to_datetime(Time::midnight())).ok();
    text.parse::<Timestamp>().ok().or_else(|| midnight(text.parse().ok()?))
}

/// A block of addresses; an address alone is a block of one.
fn network(text: &str) -> Option<IpNet> {
    text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

fn address(text: &str) -> Option<IpAddr> {
    text.parse().ok()
}
