//! What it finds, why, and its tests: `empty_element.md`.

use super::elements::is_reported;
use super::omission::is_written_empty;
use crate::aws::facts::{self, SetQualifier};
use crate::finding::Severity;
use crate::policy::model::{Condition, Omission, PolicyDocument, PrincipalGroup, Principals, Statement, Strings};
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "empty-element",
    group: Group::Grammar,
    severity: Severity::Note,
    since: "0.1.0",
    sources: &[
        "AA EMPTY_ARRAY_ACTION",
        "AA EMPTY_ARRAY_CONDITION",
        "AA EMPTY_ARRAY_CONDITION_FORALLVALUES",
        "AA EMPTY_ARRAY_CONDITION_FORANYVALUE",
        "AA EMPTY_ARRAY_CONDITION_IFEXISTS",
        "AA EMPTY_ARRAY_PRINCIPAL",
        "AA EMPTY_ARRAY_RESOURCE",
        "AA EMPTY_OBJECT_CONDITION",
        "AA EMPTY_OBJECT_PRINCIPAL",
    ],
    check: Check::Policy(check),
};

/// Only what someone wrote as empty is reported: a list that comes from elsewhere is often
/// empty by a default.
fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    for statement in &site.document.statements {
        for (name, list) in [("Action", &statement.actions), ("Resource", &statement.resources)] {
            if !is_reported(&site.document, statement, name) {
                strings(name, list, report);
            }
        }
        if !is_reported(&site.document, statement, "Principal") {
            statement.principals.iter().for_each(|it| principals(it, report));
        }
        conditions(statement, &site.document, report);
    }
}

fn strings(name: &str, list: &[Strings], report: &mut Report<'_>) {
    let is_empty = |it: &&Strings| it.items.is_empty() && it.possible.is_empty() && it.open.is_empty();
    for strings in list.iter().filter(is_empty) {
        if !is_written_empty(strings.key, report) {
            continue;
        }
        let (prefix, extent) = if strings.negated { ("Not", "everything") } else { ("", "nothing") };
        report.finding(strings.key, format!("`{prefix}{name}` is empty: the statement is about {extent}"));
    }
}

fn principals(principals: &Principals, report: &mut Report<'_>) {
    let element = if principals.negated { "NotPrincipal" } else { "Principal" };
    if principals.groups.is_empty() && principals.open.is_empty() && is_written_empty(principals.key, report) {
        report.finding(principals.key, format!("`{element}` is empty: it names nobody"));
    }
    let is_empty =
        |group: &&PrincipalGroup| group.items.is_empty() && group.possible.is_empty() && group.open.is_empty();
    for group in principals.groups.iter().filter(is_empty) {
        // A block without identifiers is no principal at all, which is another rule's.
        if is_written_empty(group.kind.span, report) {
            let kind = group.kind.text.display();
            report.leaf(&group.kind, format!("`{kind}` of `{element}` is empty: it names nobody"));
        }
    }
}

fn conditions(statement: &Statement, document: &PolicyDocument, report: &mut Report<'_>) {
    if is_reported(document, statement, "Condition") {
        return;
    }
    if let (Some(key), true) =
        (statement.condition_key, statement.conditions.is_empty() && statement.conditions_open.is_empty())
    {
        report.finding(key, "`Condition` is empty: it narrows nothing");
    }
    for condition in &statement.conditions {
        let is_empty = condition.values.is_empty() && condition.possible.is_empty() && condition.open.is_empty();
        if is_empty && (is_written_empty(condition.key.span, report) || has_empty_values(statement, condition, report))
        {
            let key = condition.key.text.display();
            report.leaf(&condition.key, format!("`{key}` has no values: {}", meaning(condition)));
        }
    }
}

/// Whether the `condition` block that gives it has an empty list written in it.
fn has_empty_values(statement: &Statement, condition: &Condition, report: &Report<'_>) -> bool {
    let key = condition.key.span;
    let is_its = |omission: &&Omission| {
        omission.element == "values"
            && omission.holder.file == key.file
            && omission.holder.range.contains_range(key.range)
    };
    let value =
        |omission: &Omission| report.source_text(omission.span).split_once('=').map(|(_, value)| value.trim() == "[]");
    statement.omitted.iter().find(is_its).and_then(value).unwrap_or(false)
}

/// When a condition without values holds.
///
/// Source: IAM User Guide, `access-analyzer-reference-policy-checks`, the checks EMPTY_ARRAY_CONDITION_*.
fn meaning(condition: &Condition) -> &'static str {
    let operator = condition.operator.text.as_known().and_then(|operator| facts::operator(&operator));
    match operator {
        Some(it) if it.set == Some(SetQualifier::ForAllValues) => "it holds only where the request has none either",
        Some(it) if it.if_exists => "it holds only where the request has no such key",
        Some(it) if it.operator.negated => "it holds for every request",
        Some(_) | None => "it never holds",
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::policy::model::PolicyKind::Resource;
    use crate::rules::testing::{statement, statement_of};

    #[test]
    fn says_what_it_means() {
        assert_eq!(
            statement(&RULE, r#""Action": [], "NotResource": []"#),
            [
                "Action | note: `Action` is empty: the statement is about nothing",
                "NotResource | note: `NotResource` is empty: the statement is about everything"
            ]
        );
        assert_eq!(
            statement(&RULE, r#""Condition": {}"#),
            ["Condition | note: `Condition` is empty: it narrows nothing"]
        );
        assert_eq!(statement_of(&RULE, Resource, r#""Principal": {}"#).len(), 1);
        assert_eq!(
            statement_of(&RULE, Resource, r#""Principal": {"AWS": []}"#),
            ["AWS | note: `AWS` of `Principal` is empty: it names nobody"]
        );
    }

    #[test]
    fn values_by_operator() {
        let key =
            |operator: &str| statement(&RULE, &format!(r#""Condition": {{"{operator}": {{"aws:PrincipalArn": []}}}}"#));
        let says = |found: Vec<String>, end: &str| assert!(found.len() == 1 && found[0].ends_with(end), "{found:?}");
        says(key("StringEquals"), "it never holds");
        says(key("ForAnyValue:StringEquals"), "it never holds");
        says(key("ForAllValues:StringEquals"), "it holds only where the request has none either");
        says(key("StringEqualsIfExists"), "it holds only where the request has no such key");
    }

    #[test]
    fn what_may_hold_something_is_left_alone() {
        let members =
            r#""Action": [${a}], "Resource": ${r}, "Principal": {"AWS": [${p}]}, "Condition": {"Bool": {"a": ${c}}}"#;
        assert_eq!(statement(&RULE, members), [""; 0]);
        assert_eq!(statement(&RULE, r#""Action": {}, "Condition": [], "Principal": []"#), [""; 0], "of the wrong type");
    }
}
