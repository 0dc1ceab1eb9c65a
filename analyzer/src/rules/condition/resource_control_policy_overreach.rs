//! What it finds, why, and its tests: `resource_control_policy_overreach.md`.

use super::callers::{OF_IDENTITIES, OF_SERVICES};
use super::meaning::{self, Effect, Test};
use crate::finding::Severity;
use crate::policy::model::{Leaf, PolicyKind, Statement};
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext, strings};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "resource-control-policy-overreach",
    group: Group::Condition,
    severity: Severity::Warning,
    since: "0.1.0",
    sources: &[
        "AA RCP_MISSING_RELATED_PRINCIPAL_CONDITION_KEY",
        "AA RCP_MISSING_RELATED_SERVICE_PRINCIPAL_CONDITION_KEY",
        "AA RCP_MISSING_SERVICE_CONDITION_KEY_NULL_CHECK",
    ],
    check: Check::Policy(check),
};

/// Whether a service itself calls.
const IS_SERVICE: &str = "aws:PrincipalIsAWSService";

/// Other keys by which a statement tells services from those who are none.
const OF_CALLER: [&str; 3] = ["aws:PrincipalServiceName", "aws:PrincipalServiceNamesList", "aws:PrincipalType"];

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    if site.kind != PolicyKind::ResourceControl {
        return;
    }
    for statement in &site.document.statements {
        let is_closed = statement.open.is_empty() && statement.conditions_open.is_empty();
        if is_closed && meaning::effect(statement) == Some(Effect::Deny) {
            let tests: Vec<Test<'_>> = meaning::tests(statement).collect();
            // What is not read may spare anyone.
            if tests.len() == statement.conditions.len() {
                judge(&tests, statement, report);
            }
        }
    }
}

fn judge(tests: &[Test<'_>], statement: &Statement, report: &mut Report<'_>) {
    let decides = |test: &&Test<'_>| OF_CALLER.contains(&test.key.name);
    if tests.iter().any(|test| decides(&test)) {
        return;
    }
    let services = services(tests);
    let (identity, source): (Vec<_>, Vec<_>) =
        tests.iter().filter(|test| is_of_identity(test) || is_of_source(test)).partition(|test| is_of_identity(test));
    // A test that does not hold without its key spares those who do not have the key.
    let reaches = |tests: &[&Test<'_>]| tests.iter().all(|test| test.holds_without_key().is_yes());
    if let Some(test) = identity.first().filter(|_| services == Services::Any && reaches(&identity)) {
        say_services(test, report);
    }
    if let Some(test) = source.first().filter(|_| services != Services::Spared && reaches(&source)) {
        say_without_source(test, services, statement, report);
    }
}

/// Whose calls the statement is about, as its conditions on [`IS_SERVICE`] have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Services {
    /// Those of services and of others.
    Any,
    /// Only those of services.
    Only,
    /// Not those of services, or that is not known.
    Spared,
}

fn services(tests: &[Test<'_>]) -> Services {
    let Some(test) = tests.iter().find(|test| test.key.name == IS_SERVICE) else { return Services::Any };
    let mut values = strings::values(test.condition);
    let is = |leaf: &Leaf, wanted: &str| leaf.text.as_known().is_some_and(|text| text.eq_ignore_ascii_case(wanted));
    match (values.next(), values.next()) {
        (Some(value), None) if test.condition.open.is_empty() && is(value, "true") => Services::Only,
        _ => Services::Spared,
    }
}

fn is_of_identity(test: &Test<'_>) -> bool {
    OF_IDENTITIES.iter().any(|(name, _)| *name == test.key.name)
}

fn is_of_source(test: &Test<'_>) -> bool {
    OF_SERVICES.contains(&test.key.name)
}

fn say_services(test: &Test<'_>, report: &mut Report<'_>) {
    let key = test.condition.key.text.display();
    report
        .leaf(&test.condition.key, format!("this denies AWS services as well: their own calls have no `{key}`"))
        .label(test.condition.operator.span, "holds where the key is absent")
        .help(format!("add the condition `\"BoolIfExists\": {{\"{IS_SERVICE}\": \"false\"}}`"));
}

fn say_without_source(test: &Test<'_>, services: Services, statement: &Statement, report: &mut Report<'_>) {
    let key = test.condition.key.text.display();
    let (who, lack) = match services {
        Services::Only => ("services that do not say for whom they call", "they send no"),
        Services::Any | Services::Spared => ("users and roles as well", "only services send"),
    };
    let is_service = format!("`\"BoolIfExists\": {{\"{IS_SERVICE}\": \"true\"}}`");
    let has_source = "`\"Null\": {\"aws:SourceAccount\": \"false\"}`";
    let help = match services {
        Services::Only => format!("add the condition {has_source}"),
        Services::Any | Services::Spared => format!("add the conditions {is_service} and {has_source}"),
    };
    let mut finding = report
        .leaf(&test.condition.key, format!("this denies {who}: {lack} `{key}`"))
        .label(test.condition.operator.span, "holds where the key is absent");
    if let Some(condition) = statement.conditions.iter().find(|condition| is_on_service(condition.key.text.as_known()))
    {
        finding = finding.label(condition.key.span, "only services are meant");
    }
    finding.help(help);
}

fn is_on_service(key: Option<smol_str::SmolStr>) -> bool {
    key.is_some_and(|key| key.eq_ignore_ascii_case(IS_SERVICE))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::policy::model::PolicyKind::{ResourceControl, ServiceControl};
    use crate::rules::testing::statement_of;

    fn found(condition: &str) -> Vec<String> {
        let members = format!(
            r#""Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": {{{condition}}}"#
        );
        statement_of(&RULE, ResourceControl, &members)
    }

    const ORGANIZATION: &str = r#""StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}"#;
    const SOURCE: &str = r#""StringNotEqualsIfExists": {"aws:SourceOrgID": "o-a1b2c3d4e5"}"#;

    #[test]
    fn services_have_no_organization() {
        let said = [
            "aws:PrincipalOrgID | warning: this denies AWS services as well: their own calls have no `aws:PrincipalOrgID`",
        ];
        assert_eq!(found(ORGANIZATION), said);
        assert_eq!(found(&format!(r#"{ORGANIZATION}, "Bool": {{"aws:SecureTransport": "true"}}"#)), said);
        assert_eq!(found(r#""ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/a"}"#).len(), 1);
        let two =
            r#""StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-a1b2c3d4e5", "aws:PrincipalTag/free": "true"}"#;
        assert_eq!(found(two), said, "one finding for a statement");
    }

    #[test]
    fn services_that_are_spared() {
        for more in [
            r#""BoolIfExists": {"aws:PrincipalIsAWSService": "false"}"#,
            r#""Bool": {"aws:PrincipalIsAWSService": "${x}"}"#,
            r#""StringEquals": {"aws:PrincipalType": "AssumedRole"}"#,
            r#""Null": {"aws:PrincipalArn": "false"}"#,
            r#""StringEquals": {"${key}": "x"}"#,
            r#""${operator}": {"aws:username": "x"}"#,
            "${more}",
        ] {
            assert_eq!(found(&format!("{ORGANIZATION}, {more}")), [""; 0], "{more}");
        }
        assert_eq!(found(r#""StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}"#), [""; 0]);
        assert_eq!(found(r#""Bool": {"aws:SecureTransport": "false"}"#), [""; 0]);
        let members =
            format!(r#""Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": {{{ORGANIZATION}}}"#);
        assert_eq!(statement_of(&RULE, ServiceControl, &members), [""; 0]);
    }

    #[test]
    fn calls_without_a_source() {
        assert_eq!(
            found(SOURCE),
            ["aws:SourceOrgID | warning: this denies users and roles as well: only services send `aws:SourceOrgID`"]
        );
        let of_services = format!(r#"{SOURCE}, "Bool": {{"aws:PrincipalIsAWSService": "true"}}"#);
        assert_eq!(
            found(&of_services),
            [
                "aws:SourceOrgID | warning: this denies services that do not say for whom they call: they send no `aws:SourceOrgID`"
            ]
        );
        for guard in [
            r#""Null": {"aws:SourceAccount": "false"}"#,
            r#""Null": {"aws:SourceArn": "false"}"#,
            r#""Null": {"aws:SourceArn": "${x}"}"#,
        ] {
            assert_eq!(found(&format!("{of_services}, {guard}")), [""; 0], "{guard}");
        }
        assert_eq!(
            found(&format!(r#"{SOURCE}, "Null": {{"aws:SourceAccount": "false"}}"#)),
            [""; 0],
            "only services have one"
        );
    }
}
