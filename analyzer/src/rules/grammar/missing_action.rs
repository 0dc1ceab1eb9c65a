//! What it finds, why, and its tests: `missing_action.md`.

use super::elements::is_reported;
use super::omission;
use crate::finding::Severity;
use crate::policy::model::{PolicyDocument, Statement};
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "missing-action",
    group: Group::Grammar,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &["AA MISSING_ACTION"],
    check: Check::Policy(check),
};

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    for statement in site.document.statements.iter().filter(|statement| lacks_action(statement, &site.document)) {
        omission::say(
            statement,
            &["actions", "not_actions"],
            "a statement needs an `Action` or `NotAction`",
            site,
            report,
        );
    }
}

fn lacks_action(statement: &Statement, document: &PolicyDocument) -> bool {
    statement.certain
        && statement.actions.is_empty()
        && statement.open.is_empty()
        && !is_reported(document, statement, "Action")
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::statement;

    #[test]
    fn a_statement_needs_one() {
        let found = statement(&RULE, r#""Effect": "Allow""#);
        assert_eq!(found, [r#"{"Effect": "Allow"} | error: a statement needs an `Action` or `NotAction`"#]);
    }

    #[test]
    fn any_form_will_do() {
        for members in [
            r#""Action": []"#,
            r#""NotAction": "s3:*""#,
            r#""Action": ${x}"#,
            r#"${x}"#,
            r#""Actions": "s3:*""#,
            r#""Action": null"#,
        ] {
            assert_eq!(statement(&RULE, members), [""; 0], "{members}");
        }
    }
}
