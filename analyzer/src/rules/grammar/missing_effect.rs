//! What it finds, why, and its tests: `missing_effect.md`.

use super::elements::is_reported;
use crate::finding::Severity;
use crate::policy::model::{PolicyDocument, Statement};
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "missing-effect",
    group: Group::Grammar,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &["AA MISSING_EFFECT"],
    check: Check::Policy(check),
};

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    for statement in site.document.statements.iter().filter(|statement| lacks_effect(statement, &site.document)) {
        let span = report.statement_span(statement);
        report
            .finding(span, "a statement needs an `Effect`: `Allow` or `Deny`")
            .help("AWS has no default for it, as `aws_iam_policy_document` has");
    }
}

fn lacks_effect(statement: &Statement, document: &PolicyDocument) -> bool {
    statement.certain
        && statement.effect.is_none()
        && statement.open.is_empty()
        && !is_reported(document, statement, "Effect")
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::statement;

    #[test]
    fn there_is_no_default() {
        let found = statement(&RULE, r#""Action": "s3:*""#);
        assert_eq!(found, [r#"{"Action": "s3:*"} | error: a statement needs an `Effect`: `Allow` or `Deny`"#]);
        assert_eq!(statement(&RULE, "\"Action\": \"s3:*\",\n\"Resource\": \"*\"").len(), 1);
    }

    #[test]
    fn any_effect_will_do() {
        for members in [r#""Effect": "x""#, r#""Effect": ${x}"#, r#"${x}"#, r#""effect": "Allow""#, r#""Effect": null"#]
        {
            assert_eq!(statement(&RULE, members), [""; 0], "{members}");
        }
    }
}
