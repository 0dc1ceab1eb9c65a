//! What it finds, why, and its tests: `condition_never_holds.md`.

use super::callers::{self, Callers, OF_IDENTITIES, OF_SERVICES};
use super::meaning::{self, Effect, Test};
use crate::aws::facts::OperatorType;
use crate::finding::{Safety, Severity};
use crate::policy::model::Leaf;
use crate::rules::arn_fields::{ACCOUNT, fields};
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext, strings};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "condition-never-holds",
    group: Group::Condition,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &["AA UNSUPPORTED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL"],
    check: Check::Policy(check),
};

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    for statement in &site.document.statements {
        let mut absent = false;
        if let Some(callers) = callers::callers(statement)
            && meaning::effect(statement) == Some(Effect::Allow)
        {
            for test in meaning::tests(statement).filter(|test| test.holds_without_key().is_no()) {
                absent |= say_absent(&test, callers, report);
            }
        }
        if !absent {
            meaning::tests(statement).for_each(|test| say_sessions(&test, report));
        }
    }
}

/// Reports a key that the callers never bring.
fn say_absent(test: &Test<'_>, callers: Callers<'_>, report: &mut Report<'_>) -> bool {
    let key = test.condition.key.text.display();
    let instead = OF_IDENTITIES.iter().find(|(name, _)| *name == test.key.name);
    match (callers, instead) {
        (Callers::Services(service), Some((_, instead))) => {
            report
                .leaf(
                    &test.condition.key,
                    format!("`{key}` never comes with the call of a service: the condition never holds"),
                )
                .label(service.span, "a service")
                .help(format!("what a service works for is in `{instead}`"));
            true
        }
        (Callers::Identities(identity), None) if OF_SERVICES.contains(&test.key.name) => {
            report
                .leaf(&test.condition.key, format!("`{key}` comes only with the call of a service, and this statement lets in none: the condition never holds"))
                .label(identity.span, "no service")
                .help("leave the condition out, or name the service as the principal");
            true
        }
        (Callers::Services(_) | Callers::Identities(_), _) => false,
    }
}

/// Reports sessions as values of `aws:PrincipalArn`, which for a session is the ARN of its role.
fn say_sessions(test: &Test<'_>, report: &mut Report<'_>) {
    let compares = matches!(test.operator.operator.ty, OperatorType::Arn | OperatorType::String);
    if test.key.name != "aws:PrincipalArn" || !compares {
        return;
    }
    let may_match = !test.condition.open.is_empty() || strings::values(test.condition).any(|value| !is_session(value));
    let severity = if may_match { Severity::Warning } else { Severity::Error };
    for value in strings::values(test.condition).filter(|value| is_session(value)) {
        let message = format!(
            "`{}` is a session, and its `aws:PrincipalArn` is the ARN of its role: this value matches nobody",
            value.text.display()
        );
        let role = report.is_literal(value).then(|| role_of(value)).flatten();
        let finding = report.leaf(value, message).severity(severity);
        match role {
            Some(role) => finding.replace(value.span, role, Safety::Unsafe),
            None => finding.help("write the ARN of the role: `arn:aws:iam::ACCOUNT:role/NAME`"),
        };
    }
}

const SESSION: &str = "assumed-role/";

fn is_session(value: &Leaf) -> bool {
    let fields = fields(&value.text);
    let is_sts = fields.get(2).is_some_and(|field| field.certain() == Some("sts"));
    let starts_so = fields.get(5).is_some_and(|field| field.placed && field.known.starts_with(SESSION));
    is_sts && (starts_so || value.text.known_prefix().contains(&format!(":{SESSION}")))
}

/// The ARN of the session's role, if the role has no path.
fn role_of(value: &Leaf) -> Option<String> {
    let fields = fields(&value.text);
    let certain = |at: usize| fields.get(at)?.certain();
    let name = certain(5)?.strip_prefix(SESSION)?.split('/').next()?;
    Some(format!("arn:{}:iam::{}:role/{name}", certain(1)?, certain(ACCOUNT)?))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::policy::model::PolicyKind::Resource;
    use crate::rules::testing::{Fixture, statement_of};

    fn found(effect: &str, principal: &str, condition: &str) -> Vec<String> {
        let members = format!(
            r#""Effect": "{effect}", "Principal": {principal}, "Action": "s3:GetObject", "Resource": "*",
               "Condition": {{{condition}}}"#
        );
        statement_of(&RULE, Resource, &members)
    }

    const ACCOUNT: &str = r#"{"AWS": "arn:aws:iam::111122223333:root"}"#;
    const SERVICE: &str = r#"{"Service": "cloudtrail.amazonaws.com"}"#;

    #[test]
    fn keys_of_the_other_kind_of_caller() {
        assert_eq!(
            found("Allow", ACCOUNT, r#""ArnLike": {"aws:SourceArn": "x"}"#),
            [
                "aws:SourceArn | error: `aws:SourceArn` comes only with the call of a service, and this statement lets in none: the condition never holds"
            ]
        );
        assert_eq!(
            found("Allow", SERVICE, r#""StringEquals": {"AWS:PrincipalOrgId": "o-abcdefghij"}"#),
            [
                "AWS:PrincipalOrgId | error: `AWS:PrincipalOrgId` never comes with the call of a service: the condition never holds"
            ]
        );
        let more = [
            (ACCOUNT, r#""StringEquals": {"aws:SourceAccount": "111122223333"}"#),
            (r#"{"AWS": ["111122223333", "arn:aws:iam::${x}:role/a"]}"#, r#""Null": {"aws:SourceArn": "false"}"#),
            (SERVICE, r#""ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-abcdefghij/*"}"#),
            (r#"{"Service": "${x}"}"#, r#""ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/x"}"#),
        ];
        for (principal, condition) in more {
            assert_eq!(found("Allow", principal, condition).len(), 1, "{principal} {condition}");
        }
    }

    #[test]
    fn callers_that_may_bring_the_key() {
        let source = r#""ArnLike": {"aws:SourceArn": "x"}"#;
        for principal in [
            r#""*""#,
            r#"{"AWS": "*"}"#,
            r#"{"AWS": "${x}"}"#,
            r#"{"AWS": ["111122223333", ${x}]}"#,
            r#"{"AWS": "111122223333", "Service": "sns.amazonaws.com"}"#,
            r#"{"${kind}": "111122223333"}"#,
            r#"{"AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1"}"#,
            r#"{"Federated": "cognito-identity.amazonaws.com"}"#,
            SERVICE,
        ] {
            assert_eq!(found("Allow", principal, source), [""; 0], "{principal}");
        }
        let organization = r#""StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}"#;
        for principal in [ACCOUNT, r#""*""#, r#"{"AWS": "111122223333", "Service": "sns.amazonaws.com"}"#] {
            assert_eq!(found("Allow", principal, organization), [""; 0], "{principal}");
        }
        let not = r#""Effect": "Allow", "NotPrincipal": {"AWS": "111122223333"}, "Condition": {"ArnLike": {"aws:SourceArn": "x"}}"#;
        assert_eq!(statement_of(&RULE, Resource, not), [""; 0]);
    }

    #[test]
    fn conditions_that_hold_without_the_key() {
        for condition in [
            r#""ArnNotLike": {"aws:SourceArn": "x"}"#,
            r#""ArnLikeIfExists": {"aws:SourceArn": "x"}"#,
            r#""ForAllValues:StringLike": {"aws:SourceOrgPaths": "x"}"#,
            r#""Null": {"aws:SourceArn": "true"}"#,
            r#""${x}": {"aws:SourceArn": "x"}"#,
        ] {
            assert_eq!(found("Allow", ACCOUNT, condition), [""; 0], "{condition}");
        }
        assert_eq!(found("Deny", ACCOUNT, r#""ArnLike": {"aws:SourceArn": "x"}"#), [""; 0]);
        assert_eq!(found("Deny", SERVICE, r#""StringNotEquals": {"aws:PrincipalOrgID": "x"}"#), [""; 0]);
    }

    #[test]
    fn a_session_as_the_principal() {
        let condition = |operator: &str, value: &str| format!(r#""{operator}": {{"aws:PrincipalArn": ["{value}"]}}"#);
        let session = "arn:aws:sts::111122223333:assumed-role/admin/me";
        assert_eq!(
            found("Allow", r#""*""#, &condition("StringEquals", session)),
            [format!(
                "{session} | error: `{session}` is a session, and its `aws:PrincipalArn` is the ARN of its role: this value matches nobody"
            )]
        );
        let among = format!(r#""StringLike": {{"aws:PrincipalArn": ["{session}", "arn:aws:iam::*:role/x"]}}"#);
        assert!(found("Allow", r#""*""#, &among)[0].contains("warning"), "the other value may match");
        for operator in ["ArnLike", "ArnNotLike", "StringNotLikeIfExists"] {
            assert_eq!(found("Deny", r#""*""#, &condition(operator, session)).len(), 1, "{operator}");
        }
        assert_eq!(found("Deny", r#""*""#, &condition("ArnLike", "arn:aws:sts::*:assumed-role/${x}/*")).len(), 1);
        let text = format!(
            r#"{{"Statement": {{"Principal": "*", "Condition": {{"ArnLike": {{"aws:PrincipalArn": "{session}"}}}}}}}}"#
        );
        assert!(Fixture::of_kind(Resource, &text).fixed(&RULE).contains(r#""arn:aws:iam::111122223333:role/admin""#));
        for value in [
            "arn:aws:iam::111122223333:role/admin",
            "arn:aws:sts::111122223333:federated-user/bob",
            "${x}:assumed-role/a/b",
            "arn:aws:sts::${x}",
            "*",
        ] {
            assert_eq!(found("Deny", r#""*""#, &condition("ArnLike", value)), [""; 0], "{value}");
        }
    }
}
