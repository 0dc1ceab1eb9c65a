//! What it finds, why, and its tests: `missing_set_operator.md`.

use super::uses::{Use, uses};
use crate::aws::facts::{OperatorType, SetQualifier};
use crate::finding::Severity;
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "missing-set-operator",
    group: Group::Condition,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &["AA MISSING_QUALIFIER"],
    check: Check::Policy(check),
};

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    for it in uses(&site.document) {
        if it.key.multivalued && it.operator.set.is_none() && it.operator.operator.ty != OperatorType::Null {
            say(&it, report);
        }
    }
}

fn say(it: &Use<'_>, report: &mut Report<'_>) {
    let (key, operator) = (it.key_name(), it.operator.name());
    let qualified = [SetQualifier::ForAnyValue, SetQualifier::ForAllValues]
        .map(|set| it.operator_fix(&format!("{}:{operator}", set.name()), report));
    let message = format!("`{key}` has several values: `{operator}` needs `ForAnyValue:` or `ForAllValues:`");
    let finding = report
        .leaf(&it.condition.operator, message)
        .label(it.condition.key.span, "a request holds a list of these")
        .help("`ForAnyValue:` holds if one value matches, `ForAllValues:` if all do or if there are none");
    qualified.into_iter().flatten().fold(finding, |finding, fix| finding.fix(fix));
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{Fixture, statement};

    fn with(operator: &str, key: &str) -> Vec<String> {
        statement(&RULE, &format!(r#""Condition": {{"{operator}": {{"{key}": "x"}}}}"#))
    }

    #[test]
    fn keys_that_hold_lists() {
        assert_eq!(
            with("StringEquals", "aws:TagKeys"),
            ["StringEquals | error: `aws:TagKeys` has several values: \
              `StringEquals` needs `ForAnyValue:` or `ForAllValues:`"]
        );
        for (operator, key) in [
            ("stringnotlikeifexists", "AWS:calledvia"),
            ("StringEquals", "events:detail-type"),
            ("ArnLike", "backup:CopyTargets"),
            ("StringEquals", "vpc-lattice-svcs:RequestQueryString/x"),
        ] {
            assert_eq!(with(operator, key).len(), 1, "{operator} {key}");
        }
    }

    #[test]
    fn what_needs_none() {
        for (operator, key) in [
            ("Null", "aws:TagKeys"),
            ("ForAllValues:StringEquals", "aws:TagKeys"),
            ("foranyvalue:stringlike", "aws:CalledVia"),
            ("StringEquals", "aws:CalledViaFirst"),
            ("StringEquals", "${key}"),
            ("${operator}", "aws:TagKeys"),
            ("StringEqual", "aws:TagKeys"),
            ("StringEquals", "idp.example.com:amr"),
        ] {
            assert_eq!(with(operator, key), [""; 0], "{operator} {key}");
        }
    }

    #[test]
    fn offers_both_where_no_other_key_is_touched() {
        let policy = |condition: &str| format!(r#"{{"Statement": {{"Condition": {condition}}}}}"#);
        let alone = Fixture::new(&policy(r#"{"StringEquals": {"aws:TagKeys": "x"}}"#));
        assert_eq!(alone.fixed(&RULE), policy(r#"{"ForAnyValue:StringEquals": {"aws:TagKeys": "x"}}"#));
        assert_eq!(alone.run(&RULE)[0].fixes.len(), 2);
        let shared = Fixture::new(&policy(r#"{"StringEquals": {"aws:TagKeys": "x", "aws:username": "y"}}"#));
        assert_eq!(shared.run(&RULE)[0].fixes, []);
    }
}
