//! What it finds, why, and its tests: `redundant_condition.md`.

use super::uses::{Use, uses};
use crate::aws::facts::{OperatorType, SetQualifier};
use crate::finding::Severity;
use crate::policy::model::Leaf;
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext, redundancy};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "redundant-condition",
    group: Group::Condition,
    severity: Severity::Note,
    since: "0.1.0",
    sources: &[
        "AA REDUNDANT_CONDITION_VALUE_NUM",
        "AA REDUNDANT_KEY_DUE_TO_WILDCARD_IN_CONDITION",
        "AA REDUNDANT_STATEMENT_DUE_TO_WILDCARD_IN_CONDITION",
    ],
    check: Check::Policy(check),
};

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    for it in uses(&site.document).filter(|it| it.condition.certain) {
        match it.operator.operator.ty {
            OperatorType::Numeric => say_bounds(&it, report),
            OperatorType::String if it.operator.operator.wildcards => say_everything(&it, report),
            _ => {}
        }
    }
}

/// Several bounds of one number: the widest one decides.
fn say_bounds(it: &Use<'_>, report: &mut Report<'_>) {
    let Some(is_upper) = bound(it) else { return };
    let numbers: Option<Vec<(&Leaf, f64)>> = it.condition.values.iter().map(number).collect();
    let Some(numbers) = numbers.filter(|_| it.condition.open.is_empty()) else { return };
    let wider = |a: &f64, b: &f64| if is_upper { a.total_cmp(b) } else { b.total_cmp(a) };
    let Some((widest, limit)) = numbers.iter().max_by(|(_, a), (_, b)| wider(a, b)) else { return };
    let covered: Vec<&Leaf> = numbers.iter().filter(|(_, number)| number != limit).map(|(leaf, _)| *leaf).collect();
    let Some((first, rest)) = covered.split_first() else { return };
    let (text, wide) = (first.text.display(), widest.text.display());
    let fix = redundancy::fix(&covered, report);
    let order = if is_upper { "less" } else { "greater" };
    let message = format!("`{text}` adds nothing: every number that is {order} than it is {order} than `{wide}` too");
    let mut finding = report.leaf(first, message).label(widest.span, "this one decides");
    for leaf in rest {
        finding = finding.label(leaf.span, "adds nothing either");
    }
    if let Some(fix) = fix {
        finding.fix(fix);
    }
}

/// Whether the operator asks for a number below one of its values; `None` if it asks for none on a side of them.
fn bound(it: &Use<'_>) -> Option<bool> {
    match it.operator.operator.name {
        "NumericLessThan" | "NumericLessThanEquals" => Some(true),
        "NumericGreaterThan" | "NumericGreaterThanEquals" => Some(false),
        _ => None,
    }
}

fn number(leaf: &Leaf) -> Option<(&Leaf, f64)> {
    let number = leaf.text.as_known()?.parse::<f64>().ok()?;
    number.is_finite().then_some((leaf, number))
}

/// A comparison with everything that holds for every request, or for none. One that asks whether the
/// key is there is another rule's.
fn say_everything(it: &Use<'_>, report: &mut Report<'_>) {
    let is_star = |value: &&Leaf| value.text.as_known().is_some_and(|text| text == "*");
    let Some(star) = it.condition.values.iter().find(is_star) else { return };
    let all = it.operator.set == Some(SetQualifier::ForAllValues);
    let any = it.operator.set == Some(SetQualifier::ForAnyValue);
    let (holds, help) = match it.operator.operator.negated {
        false if all || it.operator.if_exists => ("holds for every request", "leave the condition out"),
        true if any && !it.operator.if_exists => ("never holds", "leave the statement out, or name values"),
        _ => return,
    };
    let message = format!("`{}` with `*` {holds}, whatever `{}` is", it.operator.name(), it.key_name());
    report.leaf(star, message).label(it.condition.operator.span, holds).help(help);
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{Fixture, statement};

    fn condition(condition: &str) -> Vec<String> {
        statement(&RULE, &format!(r#""Condition": {condition}"#))
    }

    #[test]
    fn several_bounds() {
        assert_eq!(
            condition(r#"{"NumericLessThan": {"aws:MultiFactorAuthAge": ["2700", "3600"]}}"#),
            ["2700 | note: `2700` adds nothing: every number that is less than it is less than `3600` too"]
        );
        assert_eq!(
            condition(r#"{"NumericGreaterThanEqualsIfExists": {"s3:max-keys": [5, 20, 10]}}"#),
            ["20 | note: `20` adds nothing: every number that is greater than it is greater than `5` too"]
        );
        let policy = |values: &str| {
            format!(r#"{{"Statement": {{"Condition": {{"NumericLessThan": {{"s3:max-keys": [{values}]}}}}}}}}"#)
        };
        assert_eq!(Fixture::new(&policy(r#""10", "20""#)).fixed(&RULE), policy(r#""20""#));
        for silent in [
            r#"{"NumericLessThan": {"s3:max-keys": ["10"]}}"#,
            r#"{"NumericLessThan": {"s3:max-keys": ["10", "10"]}}"#,
            r#"{"NumericLessThan": {"s3:max-keys": ["10", "${x}"]}}"#,
            r#"{"NumericLessThan": {"s3:max-keys": ["10", "x"]}}"#,
            r#"{"NumericLessThan": {"s3:max-keys": ["10", "20", ${x}]}}"#,
            r#"{"NumericEquals": {"s3:max-keys": ["10", "20"]}}"#,
            r#"{"NumericNotEquals": {"s3:max-keys": ["10", "20"]}}"#,
        ] {
            assert_eq!(condition(silent), [""; 0], "{silent}");
        }
    }

    #[test]
    fn comparisons_with_everything() {
        assert_eq!(
            condition(r#"{"StringLikeIfExists": {"aws:RequestedRegion": "*"}}"#),
            ["* | note: `StringLikeIfExists` with `*` holds for every request, whatever `aws:RequestedRegion` is"]
        );
        assert_eq!(
            condition(r#"{"ForAnyValue:StringNotLike": {"aws:TagKeys": ["a", "*"]}}"#),
            ["* | note: `ForAnyValue:StringNotLike` with `*` never holds, whatever `aws:TagKeys` is"]
        );
        assert_eq!(condition(r#"{"ForAllValues:StringLike": {"aws:TagKeys": "*"}}"#).len(), 1);
        for silent in [
            r#"{"StringLike": {"aws:username": "*"}}"#,
            r#"{"StringNotLike": {"aws:username": "*"}}"#,
            r#"{"StringNotLikeIfExists": {"aws:username": "*"}}"#,
            r#"{"ForAnyValue:StringLike": {"aws:TagKeys": "*"}}"#,
            r#"{"ForAllValues:StringNotLike": {"aws:TagKeys": "*"}}"#,
            r#"{"ForAnyValue:StringNotLikeIfExists": {"aws:TagKeys": "*"}}"#,
            r#"{"StringLikeIfExists": {"aws:username": "a*"}}"#,
            r#"{"StringLikeIfExists": {"aws:username": "${x}"}}"#,
            r#"{"StringEqualsIfExists": {"aws:username": "*"}}"#,
        ] {
            assert_eq!(condition(silent), [""; 0], "{silent}");
        }
    }
}
