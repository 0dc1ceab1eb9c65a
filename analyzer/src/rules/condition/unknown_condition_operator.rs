//! What it finds, why, and its tests: `unknown_condition_operator.md`.

use crate::aws::facts;
use crate::finding::{Safety, Severity};
use crate::policy::model::Leaf;
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "unknown-condition-operator",
    group: Group::Condition,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &["AA INVALID_CONDITION_OPERATOR"],
    check: Check::Policy(check),
};

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    let mut said: Option<&Leaf> = None;
    for condition in site.document.statements.iter().flat_map(|statement| &statement.conditions) {
        let operator = &condition.operator;
        // An operator with several keys stands in several conditions.
        let is_next = said.is_none_or(|before| before.span != operator.span);
        if let Some(name) = operator.text.as_known()
            && is_next
            && facts::operator(&name).is_none()
        {
            say(operator, &name, report);
            said = Some(operator);
        }
    }
}

fn say(operator: &Leaf, name: &str, report: &mut Report<'_>) {
    let literal = report.is_literal(operator);
    match facts::nearest_operator(name) {
        Some(meant) => {
            let finding =
                report.leaf(operator, format!("there is no condition operator `{name}`; did you mean `{meant}`?"));
            if literal {
                // The list of operators is short and closed: one slip away there is no other.
                let safety = if facts::is_slip(name, &meant) { Safety::Safe } else { Safety::Unsafe };
                finding.replace(operator.span, meant, safety);
            }
        }
        None => {
            report.leaf(operator, format!("there is no condition operator `{name}`"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{Fixture, statement};

    #[test]
    fn suggests_the_nearest() {
        assert_eq!(
            statement(&RULE, r#""Condition": {"StringEqual": {"aws:a": "1", "aws:b": "2"}}"#),
            ["StringEqual | error: there is no condition operator `StringEqual`; did you mean `StringEquals`?"]
        );
        let fixture = Fixture::new(r#"{"Statement": {"Condition": {"ForAnyValues:StringLike": {"aws:a": "1"}}}}"#);
        assert_eq!(fixture.fixed(&RULE), r#"{"Statement": {"Condition": {"ForAnyValue:StringLike": {"aws:a": "1"}}}}"#);
    }

    #[test]
    fn what_exists_is_silent_whatever_its_case() {
        for operator in ["StringLikeIfExists", "ForAllValues:ArnLike", "stringequals", "Null", "String${x}", "${x}"] {
            let members = format!(r#""Condition": {{"{operator}": {{"aws:a": "1"}}}}"#);
            assert_eq!(statement(&RULE, &members), [""; 0], "{operator}");
        }
    }
}
