//! What it finds, why, and its tests: `unsupported_in_resource_control_policy.md`.

use super::elements::principals_stand;
use crate::aws::facts;
use crate::finding::Severity;
use crate::policy::model::{Leaf, PolicyKind, Principals, Statement, Strings};
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext, strings};
use crate::source::Span;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "unsupported-in-resource-control-policy",
    group: Group::Grammar,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &[
        "AA RCP_SYNTAX_ERROR_ACTION",
        "AA RCP_SYNTAX_ERROR_ALLOW",
        "AA RCP_SYNTAX_ERROR_NOTACTION",
        "AA RCP_SYNTAX_ERROR_PRINCIPAL",
    ],
    check: Check::Policy(check),
};

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    if site.kind != PolicyKind::ResourceControl {
        return;
    }
    for statement in &site.document.statements {
        statement.principals.iter().for_each(|principals| check_principals(principals, report));
        for actions in statement.actions.iter().filter(|actions| actions.negated) {
            report
                .finding(actions.key, "a resource control policy has no `NotAction`")
                .help("name the actions that are denied");
        }
        strings::actions(statement).for_each(|action| check_action(action, report));
        check_allow(statement, report);
    }
}

/// It is about everyone; a condition says who is spared.
fn check_principals(principals: &Principals, report: &mut Report<'_>) {
    const HELP: &str = "write `*`, and name who is spared in a condition, on `aws:PrincipalOrgID` for example";
    if principals.negated && principals_stand(principals) {
        report.finding(principals.key, "a resource control policy has no `NotPrincipal`").help(HELP);
        return;
    }
    for principal in principals.groups.iter().flat_map(|group| &group.items) {
        let Some(shown) = principal.text.as_known().filter(|text| text != "*") else { continue };
        report
            .leaf(
                principal,
                format!("a resource control policy is about everyone: its principal is `*`, not `{shown}`"),
            )
            .help(HELP);
    }
}

/// Services come to support such policies as time goes by, so that this is no error.
fn check_action(action: &Leaf, report: &mut Report<'_>) {
    let start = action.text.known_prefix();
    let Some((prefix, _)) = start.split_once(':') else { return };
    if facts::service(prefix).is_some_and(|service| !service.retired && !service.resource_control_policies) {
        let message = format!("resource control policies do not apply to `{prefix}`, as of {}", facts::date());
        report
            .leaf_range(action, 0..prefix.len(), message)
            .severity(Severity::Warning)
            .help("a service control policy restricts what the organization's own principals do with it");
    }
}

/// The one policy that allows is AWS's own, on everything; one that is written may only repeat it.
fn check_allow(statement: &Statement, report: &mut Report<'_>) {
    let Some(effect) = statement.effect.as_ref().filter(|it| it.text.as_known().is_some_and(|it| it == "Allow")) else {
        return;
    };
    let condition = statement.conditions.iter().find(|it| it.certain).map(|it| it.key.span);
    let Some(narrowed) = condition.or_else(|| statement.resources.iter().find_map(narrowing)) else { return };
    let span = if effect.implied { statement.span } else { effect.span };
    report
        .finding(span, "a resource control policy only denies: an `Allow` cannot be narrowed")
        .label(narrowed, "this narrows it")
        .help("deny what is not to be; `RCPFullAWSAccess`, which AWS attaches, allows the rest");
}

/// What makes the resources less than all.
fn narrowing(resources: &Strings) -> Option<Span> {
    let is_narrow = |leaf: &&Leaf| leaf.text.as_known().is_some_and(|text| text != "*");
    let named = || resources.items.iter().find(is_narrow).map(|leaf| leaf.span);
    if resources.negated { Some(resources.key) } else { named() }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::policy::model::PolicyKind::{ResourceControl, ServiceControl};
    use crate::rules::testing::statement_of;

    fn found(members: &str) -> Vec<String> {
        statement_of(&RULE, ResourceControl, members)
    }

    #[test]
    fn elements() {
        assert_eq!(
            found(r#""Effect": "Deny", "Principal": {"AWS": "111122223333"}"#),
            [
                "111122223333 | error: a resource control policy is about everyone: its principal is `*`, not `111122223333`"
            ]
        );
        assert_eq!(found(r#""NotPrincipal": "*""#).len(), 1);
        assert_eq!(
            found(r#""NotAction": "s3:*""#),
            ["NotAction | error: a resource control policy has no `NotAction`"]
        );
        assert_eq!(found(r#""Effect": "Allow", "Resource": "arn:aws:s3:::logs""#).len(), 1);
        assert_eq!(found(r#""Effect": "Allow", "NotResource": "*""#).len(), 1);
        assert_eq!(found(r#""Effect": "Allow", "Condition": {"Bool": {"aws:SecureTransport": "true"}}"#).len(), 1);
        assert_eq!(statement_of(&RULE, ServiceControl, r#""NotAction": "s3:*""#), [""; 0]);
    }

    #[test]
    fn services() {
        let action = |action: &str| found(&format!(r#""Effect": "Deny", "Action": ["{action}"]"#));
        assert!(
            action("cloudtrail:*")[0].starts_with("cloudtrail | warning: resource control policies do not apply to")
        );
        for name in ["s3:*", "S3:GetObject", "cloudtrail-data:PutAuditEvents", "*", "${x}:*", "nosuch:X", "mobilehub:X"]
        {
            assert_eq!(action(name), [""; 0], "{name}");
        }
    }

    #[test]
    fn what_may_be_right_is_silent() {
        assert_eq!(found(r#""Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*""#), [""; 0]);
        assert_eq!(found(r#""Effect": "Deny", "Principal": {"AWS": "*"}, "Resource": "arn:aws:s3:::x"}"#), [""; 0]);
        assert_eq!(found(r#""Effect": "${x}", "Principal": "${x}", "Resource": "arn:aws:s3:::x""#), [""; 0]);
        assert_eq!(found(r#""Effect": "Allow", "Resource": "${x}""#), [""; 0]);
    }
}
