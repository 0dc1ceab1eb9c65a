//! Condition operators, keys and values.

use crate::aws::facts::{self, ConditionKeyFacts, KeyScope, Operator, OperatorType, SetQualifier};
use crate::policy::model::{Condition, Leaf, Statement};

use super::super::words;

/// How many services that have a key are named.
const MOST_SERVICES: usize = 12;

/// How many actions that a statement covers are asked whether they have a key.
const MOST_ACTIONS: usize = 1000;

/// What is known of the operator `text` in `condition`.
pub(super) fn operator(text: &str, condition: &Condition) -> Option<String> {
    let mut lines = operator_alone(text)?;
    let key = condition.key.text.as_known().and_then(|key| facts::condition_key(&key));
    lines.extend(key.map(|key| format!("Here with `{}`: {}.", key.name, key.ty.name())));
    Some(lines.join("\n\n"))
}

/// What is known of an operator, wherever it is used.
pub(super) fn operator_alone(text: &str) -> Option<Vec<String>> {
    let used = facts::operator(text)?;
    let mut lines = vec![format!("**`{}`**: {}", used.name(), meaning(used.operator))];
    lines.extend(used.set.map(|set| match set {
        SetQualifier::ForAllValues => {
            "`ForAllValues:` every value of the request has to hold. Without any value it holds too.".to_owned()
        }
        SetQualifier::ForAnyValue => {
            "`ForAnyValue:` one value of the request has to hold. Without any value it does not hold.".to_owned()
        }
    }));
    if used.if_exists {
        lines.push("`IfExists`: holds where the request lacks the key.".to_owned());
    } else if used.operator.negated && used.set.is_none() {
        lines.push("Holds where the request lacks the key.".to_owned());
    }
    Some(lines)
}

/// What an operator compares.
pub(in super::super) fn meaning(operator: &Operator) -> String {
    let what = match operator.ty {
        OperatorType::String => "text",
        OperatorType::Numeric => "numbers",
        OperatorType::Date => "dates",
        OperatorType::Bool => "truth values",
        OperatorType::Binary => "Base64 text",
        OperatorType::IpAddress => "addresses with CIDR blocks",
        OperatorType::Arn => "ARNs, field by field",
        OperatorType::Null => return "whether the key is absent (`true`) or there (`false`)".to_owned(),
    };
    let negated = if operator.negated { ", and holds where none of the values fits" } else { "" };
    let wildcards = if operator.wildcards { ", with `*` and `?` as wildcards" } else { "" };
    format!("compares {what}{wildcards}{negated}")
}

/// What is known of the key `text` of `condition` in `statement`.
pub(super) fn key(text: &str, condition: &Condition, statement: Option<&Statement>) -> Option<String> {
    let facts = facts::condition_key(text)?;
    let mut lines = described(&facts);
    let operator = condition.operator.text.as_known().and_then(|operator| facts::operator(&operator));
    if facts.multivalued && operator.is_some_and(|used| used.set.is_none()) {
        lines.push("Needs `ForAnyValue:` or `ForAllValues:` in front of its operator.".to_owned());
    }
    lines.extend(statement.and_then(|statement| supported(&facts, statement)));
    Some(lines.join("\n\n"))
}

/// What is known of the key `text`, wherever it is used.
pub(super) fn key_alone(text: &str) -> Option<String> {
    facts::condition_key(text).map(|facts| described(&facts).join("\n\n"))
}

fn described(facts: &ConditionKeyFacts) -> Vec<String> {
    let several = if facts.multivalued { ", several values" } else { "" };
    let mut lines = vec![format!("**`{}`**: {}{several}", facts.name, facts.ty.name())];
    if !facts.present.is_empty() {
        lines.push(format!("Carried by: {}", facts.present));
    }
    lines.push(match facts.scope {
        KeyScope::Global => match facts.senders() {
            Some(senders) => format!("A global key that these services send: {}", named(senders)),
            None => "A global key.".to_owned(),
        },
        KeyScope::Service => format!("A key of: {}", named(facts.services())),
        KeyScope::Federation => "A claim of an identity provider.".to_owned(),
    });
    lines
}

fn named(prefixes: impl Iterator<Item = &'static str>) -> String {
    let all: Vec<&str> = prefixes.collect();
    let shown: Vec<String> = all.iter().take(MOST_SERVICES).map(|prefix| format!("`{prefix}`")).collect();
    let more = match all.len().saturating_sub(MOST_SERVICES) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{}{more}", shown.join(", "))
}

/// How many of the actions of `statement` have the key.
fn supported(key: &ConditionKeyFacts, statement: &Statement) -> Option<String> {
    let strings = statement.actions.iter().filter(|strings| !strings.negated);
    let texts = strings.flat_map(|strings| &strings.items).filter_map(|leaf: &Leaf| leaf.text.as_known());
    let mut actions: Vec<_> =
        texts.flat_map(|text| facts::expand(&text).collect::<Vec<_>>()).take(MOST_ACTIONS).collect();
    actions.sort_by_key(|action| action.name);
    actions.dedup_by_key(|action| action.name);
    let with = actions.iter().filter(|action| key.is_listed_for(action)).count();
    match (with, actions.len()) {
        (_, 0) => None,
        (with, all) if with == all => Some("Every action of this statement has it.".to_owned()),
        (0, _) => Some("AWS's reference lists it for no action of this statement.".to_owned()),
        (with, all) => Some(format!(
            "AWS's reference lists it for {with} of the {} of this statement.",
            words::count(all, "action")
        )),
    }
}
