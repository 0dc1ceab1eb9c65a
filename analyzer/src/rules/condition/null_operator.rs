//! What it finds, why, and its tests: `null_operator.md`.

use super::uses::{Use, uses};
use crate::aws::facts::{OperatorType, SetQualifier};
use crate::finding::{Edit, Fix, Safety, Severity};
use crate::policy::model::{Leaf, Statement};
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "null-operator",
    group: Group::Condition,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &[
        "AA NULL_WITH_IF_EXISTS",
        "AA NULL_WITH_QUALIFIER",
        "AA EQUIVALENT_TO_NULL_FALSE",
        "AA EQUIVALENT_TO_NULL_TRUE",
    ],
    check: Check::Policy(check),
};

const NULL: &str = "Null";

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    for statement in &site.document.statements {
        with_if_exists(statement, report);
    }
    for it in uses(&site.document) {
        match it.operator.set {
            Some(set) if it.operator.operator.ty == OperatorType::Null => say_qualified(&it, set, report),
            Some(_) | None => equivalent(&it, report),
        }
    }
}

/// `NullIfExists`, which AWS does not have.
fn with_if_exists(statement: &Statement, report: &mut Report<'_>) {
    for operator in statement.conditions.iter().map(|condition| &condition.operator) {
        let Some(name) = operator.text.as_known().filter(|name| is_null_if_exists(name)) else { continue };
        let is_literal = report.is_literal(operator);
        let message = format!("there is no operator `{name}`: `Null` itself asks whether the key is there");
        let finding = report.leaf(operator, message);
        if is_literal {
            finding.replace(operator.span, NULL, Safety::Safe);
        }
    }
}

fn is_null_if_exists(operator: &str) -> bool {
    let plain = operator.split_once(':').map_or(operator, |(_, plain)| plain);
    plain.eq_ignore_ascii_case("NullIfExists")
}

fn say_qualified(it: &Use<'_>, set: SetQualifier, report: &mut Report<'_>) {
    let effect = match set {
        SetQualifier::ForAllValues => "holds for every request",
        SetQualifier::ForAnyValue => "never holds",
    };
    let fix = it.operator_fix(NULL, report);
    let finding = report.leaf(&it.condition.operator, format!("`{}` {effect}", it.operator.name()));
    match fix {
        Some(fix) => finding.fix(fix),
        None => finding.help("take `Null` alone"),
    };
}

/// A comparison that asks only whether there is a value.
///
/// AWS's own check finds exactly these: the plain operator, and `*` among the values.
fn equivalent(it: &Use<'_>, report: &mut Report<'_>) {
    let asks = match it.operator.name().as_str() {
        "StringLike" => ("has", "false"),
        "StringNotLike" => ("lacks", "true"),
        _ => return,
    };
    let is_star = |value: &&Leaf| value.text.as_known().is_some_and(|value| value == "*");
    if let Some(star) = it.condition.values.iter().find(is_star) {
        say_equivalent(it, star, asks, report);
    }
}

fn say_equivalent(it: &Use<'_>, star: &Leaf, (verb, null): (&str, &str), report: &mut Report<'_>) {
    let (key, operator) = (it.key_name(), it.operator.name());
    let fix = as_null(it, star, null, report);
    let message = format!("`{operator}` with `*` only asks whether a request {verb} `{key}`");
    let finding = report.leaf(star, message).severity(Severity::Note);
    match fix {
        Some(fix) => finding.fix(fix),
        None => finding.help(format!("`Null` asks that: `\"Null\": {{\"{key}\": \"{null}\"}}`")),
    };
}

/// The same question with `Null`, where the operator has no other key and the key no other value.
fn as_null(it: &Use<'_>, star: &Leaf, null: &str, report: &Report<'_>) -> Option<Fix> {
    let condition = it.condition;
    let is_only = condition.values.len() == 1 && condition.possible.is_empty() && condition.open.is_empty();
    if !is_only || !star.via.is_empty() || !report.is_literal(star) {
        return None;
    }
    let value = Edit { span: star.span, new_text: null.to_owned() };
    let edits = vec![it.with_operator(NULL, report)?, value];
    Some(Fix { title: format!("ask with `Null` and `{null}`"), safety: Safety::Unsafe, edits })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{Fixture, statement};

    fn condition(condition: &str) -> Vec<String> {
        statement(&RULE, &format!(r#""Condition": {condition}"#))
    }

    fn fixed(condition: &str) -> String {
        let start = r#"{"Statement": {"Condition": "#;
        let text = Fixture::new(&format!("{start}{condition}}}}}")).fixed(&RULE);
        text.strip_prefix(start).unwrap().strip_suffix("}}").unwrap().to_owned()
    }

    #[test]
    fn null_takes_no_suffix() {
        assert_eq!(
            condition(r#"{"NullIfExists": {"aws:TagKeys": "true"}}"#),
            ["NullIfExists | error: there is no operator `NullIfExists`: \
              `Null` itself asks whether the key is there"]
        );
        assert_eq!(fixed(r#"{"nullifexists": {"aws:TagKeys": "true"}}"#), r#"{"Null": {"aws:TagKeys": "true"}}"#);
        assert_eq!(fixed(r#"{"ForAnyValue:NullIfExists": {"aws:a": "true"}}"#), r#"{"Null": {"aws:a": "true"}}"#);
    }

    #[test]
    fn null_takes_no_qualifier() {
        assert_eq!(
            condition(r#"{"ForAllValues:Null": {"aws:TagKeys": "false"}}"#),
            ["ForAllValues:Null | error: `ForAllValues:Null` holds for every request"]
        );
        assert_eq!(
            condition(r#"{"foranyvalue:null": {"aws:TagKeys": "false"}}"#),
            ["foranyvalue:null | error: `ForAnyValue:Null` never holds"]
        );
        assert_eq!(fixed(r#"{"ForAnyValue:Null": {"aws:TagKeys": "false"}}"#), r#"{"Null": {"aws:TagKeys": "false"}}"#);
    }

    #[test]
    fn comparisons_with_everything() {
        assert_eq!(
            condition(r#"{"StringLike": {"aws:RequestTag/team": "*"}}"#),
            ["* | note: `StringLike` with `*` only asks whether a request has `aws:RequestTag/team`"]
        );
        assert_eq!(
            condition(r#"{"StringNotLike": {"aws:username": ["x", "*"]}}"#),
            ["* | note: `StringNotLike` with `*` only asks whether a request lacks `aws:username`"]
        );
        assert_eq!(fixed(r#"{"StringLike": {"aws:username": "*"}}"#), r#"{"Null": {"aws:username": "false"}}"#);
        assert_eq!(fixed(r#"{"StringNotLike": {"aws:username": ["*"]}}"#), r#"{"Null": {"aws:username": ["true"]}}"#);
        for kept in [
            r#"{"StringLike": {"aws:username": ["*", "x"]}}"#,
            r#"{"StringLike": {"aws:username": "*", "aws:userid": "x"}}"#,
            r#"{"StringLike": {"aws:username": "*"}, "Null": {"aws:userid": "true"}}"#,
        ] {
            assert_eq!(condition(kept).len(), 1, "{kept}");
            assert_eq!(fixed(kept), kept);
        }
    }

    #[test]
    fn what_asks_for_more() {
        for silent in [
            r#"{"Null": {"aws:TagKeys": "true"}}"#,
            r#"{"StringLike": {"aws:username": "a*"}}"#,
            r#"{"StringLike": {"aws:username": "${x}"}}"#,
            r#"{"StringLike": {"aws:username": "*${x}"}}"#,
            r#"{"StringLikeIfExists": {"aws:username": "*"}}"#,
            r#"{"StringEquals": {"aws:username": "*"}}"#,
            r#"{"${x}": {"aws:username": "*"}}"#,
            r#"{"StringLike": {"${x}": "*"}}"#,
        ] {
            assert_eq!(condition(silent), [""; 0], "{silent}");
        }
    }
}
