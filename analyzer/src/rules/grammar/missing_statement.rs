//! What it finds, why, and its tests: `missing_statement.md`.

use super::elements::is_reported_at_top;
use crate::eval::evaluator::Existence;
use crate::finding::Severity;
use crate::policy::model::PolicyKind;
use crate::policy::sites::Form;
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "missing-statement",
    group: Group::Grammar,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &["AA MISSING_STATEMENT"],
    check: Check::Policy(check),
};

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    let document = &*site.document;
    // A document without statements that nobody uses is a part for others, and a place
    // that may not exist is often one that exists only with statements.
    let is_used = site.kind != PolicyKind::Unattached && site.existence == Existence::Certain;
    let is_empty = document.statements.is_empty() && document.open.is_empty();
    // The blocks of a data source may be left out by the default of a variable.
    let is_default = site.form == Form::DataSource && site.module.is_empty();
    if !is_used || !is_empty || is_default || is_reported_at_top(document, "Statement") {
        return;
    }
    let span = document.statement_key.unwrap_or(document.span);
    let message = format!("the policy of `{}` has no statement", site.block_address);
    report.finding(span, message).help("AWS refuses a policy without statements: add one, or leave the policy out");
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::policy::model::PolicyKind::{Resource, Unattached};
    use crate::rules::testing::Fixture;

    #[test]
    fn a_policy_needs_one() {
        let found = Fixture::new(r#"{"Version": "2012-10-17"}"#).shown(&RULE);
        assert_eq!(
            found,
            [r#"{"Version": "2012-10-17"} | error: the policy of `aws_iam_role.deploy` has no statement"#]
        );
        assert_eq!(Fixture::of_kind(Resource, r#"{"Statement": []}"#).shown(&RULE).len(), 1);
    }

    #[test]
    fn what_may_have_one_is_left_alone() {
        for json in [
            r#"{"Statement": ${x}}"#,
            r#"{"Statement": [${x}]}"#,
            r#"{"${x}": []}"#,
            r#"{"Statements": []}"#,
            r#"{"Statement": "x"}"#,
            r#"[{"Statement": []}]"#,
            r#""x""#,
            r#"{"Statement": {}}"#,
        ] {
            assert_eq!(Fixture::new(json).shown(&RULE), [""; 0], "{json}");
        }
        assert_eq!(Fixture::of_kind(Unattached, r#"{"Statement": []}"#).shown(&RULE), [""; 0]);
    }
}
