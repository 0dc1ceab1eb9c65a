//! What it finds, why, and its tests: `trust_policy_action.md`.

use super::trust::{self, Caller};
use crate::aws::facts;
use crate::finding::{Safety, Severity};
use crate::policy::model::{Leaf, PolicyKind, Statement};
use crate::rules::text::with_wildcards;
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext, strings};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "trust-policy-action",
    group: Group::Action,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &[
        "AA UNSUPPORTED_ACTION_IN_POLICY",
        "AA MISMATCHED_ACTION_FOR_PRINCIPAL",
        "AA MISSING_ACTION_FOR_ROLES_ANYWHERE_TRUST_POLICY",
    ],
    check: Check::Policy(check),
};

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    if site.kind != PolicyKind::Trust {
        return;
    }
    for statement in &site.document.statements {
        let callers = trust::callers(statement);
        for action in strings::actions(statement) {
            let Some(matched) = matched(action) else { continue };
            if !matched.iter().any(|name| trust::ACTIONS.contains(name)) {
                say_unsupported(action, report);
            } else if let Some(callers) = &callers {
                let is_usable = |name: &&'static str| callers.iter().any(|(caller, _)| caller.may_call(name));
                if !matched.iter().any(is_usable) {
                    say_mismatched(action, callers, statement, report);
                }
            }
        }
    }
    roles_anywhere(site, report);
}

/// The actions that `action` may match. `None` if it matches none there is, or not of
/// STS alone: that is for others to say.
fn matched(action: &Leaf) -> Option<Vec<&'static str>> {
    let pattern = with_wildcards(&action.text);
    let names: Vec<&'static str> = facts::expand(&pattern).map(|found| found.name).collect();
    (!names.is_empty()).then_some(names)
}

fn say_unsupported(action: &Leaf, report: &mut Report<'_>) {
    let shown = action.text.display();
    report
        .leaf(action, format!("a trust policy says who may assume the role: it has no place for `{shown}`"))
        .help(format!("its actions are {}", trust::ACTIONS.map(|name| format!("`{name}`")).join(", ")));
}

fn say_mismatched(action: &Leaf, callers: &[(Caller, &Leaf)], statement: &Statement, report: &mut Report<'_>) {
    let Some((caller, principal)) = callers.first() else { return };
    let needed = caller.assumes_with();
    let shown = action.text.display();
    let named: Vec<String> = needed.iter().map(|needed| format!("`{needed}`")).collect();
    let message = format!("{} cannot call `{shown}`: its action is {}", caller.name(), named.join(" or "));
    let is_one_kind = callers.iter().all(|(other, _)| other == caller);
    let is_needed = |other: &Leaf| needed.iter().any(|it| with_wildcards(&other.text).eq_ignore_ascii_case(it));
    let is_there = strings::actions(statement).any(is_needed);
    let literal = report.is_literal(action);
    let finding = report.leaf(action, message).label(principal.span, "who is let in");
    if let ([needed], true) = (needed, literal && is_one_kind && !is_there) {
        finding.replace(action.span, *needed, Safety::Unsafe);
    }
}

/// IAM Roles Anywhere makes three calls in one; a role that allows only one of them
/// cannot be used with it.
fn roles_anywhere(site: &PolicySite, report: &mut Report<'_>) {
    let statements = || site.document.statements.iter();
    let is_named = |statement: &&Statement| trust::service(statement, trust::ROLES_ANYWHERE).is_some();
    let is_open =
        !site.document.open.is_empty() || statements().any(|statement| trust::is_open(statement) || !statement.certain);
    let allows = |statement: &&Statement| {
        statement.effect.as_ref().is_some_and(|effect| effect.text.as_known().is_some_and(|effect| effect == "Allow"))
    };
    let Some(first) = statements().filter(allows).find(is_named).filter(|_| !is_open) else { return };
    let granted: Vec<&'static str> =
        statements().filter(allows).filter(is_named).flat_map(strings::actions).filter_map(matched).flatten().collect();
    let missing: Vec<String> = trust::ROLES_ANYWHERE_ACTIONS
        .iter()
        .filter(|name| !granted.contains(name))
        .map(|name| format!("`{name}`"))
        .collect();
    if let (Some(principal), false) = (trust::service(first, trust::ROLES_ANYWHERE), missing.is_empty()) {
        let message = format!("IAM Roles Anywhere also needs {} to assume this role", missing.join(" and "));
        report.leaf(principal, message);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::policy::model::PolicyKind::{Identity, Trust};
    use crate::rules::testing::statement_of;

    const OIDC: &str = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com";
    const SAML: &str = "arn:aws:iam::111122223333:saml-provider/idp";

    fn found(principal: &str, action: &str) -> Vec<String> {
        let members = format!(r#""Effect": "Allow", "Principal": {{{principal}}}, "Action": [{action}]"#);
        statement_of(&RULE, Trust, &members)
    }

    #[test]
    fn only_what_assumes_roles() {
        let other = found(r#""AWS": "111122223333""#, r#""s3:GetObject""#);
        assert_eq!(
            other,
            ["s3:GetObject | error: a trust policy says who may assume the role: it has no place for `s3:GetObject`"]
        );
        for action in ["sts:AssumeRole", "sts:assumerole", "sts:*", "*", "sts:TagSession", "sts:${x}", "sts:SetContext"]
        {
            assert_eq!(found(r#""AWS": "111122223333""#, &format!(r#""{action}""#)), [""; 0], "{action}");
        }
        assert_eq!(statement_of(&RULE, Identity, r#""Action": "s3:GetObject""#), [""; 0]);
    }

    #[test]
    fn each_kind_of_principal_has_its_action() {
        let cases = [
            (format!(r#""Federated": "{OIDC}""#), "sts:AssumeRole", "sts:AssumeRoleWithWebIdentity"),
            (format!(r#""Federated": "{SAML}""#), "sts:AssumeRole", "sts:AssumeRoleWithSAML"),
            (r#""Service": "ec2.amazonaws.com""#.to_owned(), "sts:AssumeRoleWithSAML", "sts:AssumeRole"),
            (r#""AWS": "111122223333""#.to_owned(), "sts:AssumeRoleWithWebIdentity", "sts:AssumeRole"),
        ];
        for (principal, wrong, right) in cases {
            let shown = found(&principal, &format!(r#""{wrong}""#));
            assert!(
                shown.len() == 1 && shown[0].ends_with(&format!("cannot call `{wrong}`: its action is `{right}`")),
                "{shown:?}"
            );
            assert_eq!(found(&principal, &format!(r#""{right}", "sts:TagSession""#)), [""; 0]);
        }
    }

    #[test]
    fn unknown_principals_may_be_of_any_kind() {
        let federated = found(r#""Federated": "${p}""#, r#""sts:AssumeRole""#);
        assert_eq!(
            federated,
            ["sts:AssumeRole | error: a federated user cannot call `sts:AssumeRole`: \
              its action is `sts:AssumeRoleWithSAML` or `sts:AssumeRoleWithWebIdentity`"]
        );
        assert_eq!(found(r#""Federated": "${p}""#, r#""sts:AssumeRoleWithSAML""#), [""; 0]);
        assert_eq!(found(r#""AWS": "*", "Federated": "${p}""#, r#""sts:AssumeRole""#), [""; 0]);
        assert_eq!(found(r#""${k}": "x""#, r#""sts:AssumeRoleWithSAML""#), [""; 0]);
        assert_eq!(found(r#""Federated": "x", ${more}"#, r#""sts:AssumeRole""#), [""; 0]);
    }

    #[test]
    fn roles_anywhere_makes_three_calls() {
        let service = r#""Service": "rolesanywhere.amazonaws.com""#;
        assert_eq!(
            found(service, r#""sts:AssumeRole""#),
            [
                "rolesanywhere.amazonaws.com | error: IAM Roles Anywhere also needs `sts:SetSourceIdentity` and `sts:TagSession` to assume this role"
            ]
        );
        assert_eq!(found(service, r#""sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity""#), [""; 0]);
        assert_eq!(found(service, r#""sts:*""#), [""; 0]);
        assert_eq!(found(service, r#""sts:AssumeRole", ${more}"#), [""; 0]);
    }
}
