//! What it finds, why, and its tests: `pass_role_star.md`.

use super::on_everything::{self, Delicate};
use crate::finding::Severity;
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "pass-role-star",
    group: Group::Action,
    severity: Severity::Warning,
    since: "0.1.0",
    sources: &[
        "AA PASS_ROLE_WITH_NOT_ACTION_AND_NOT_RESOURCE",
        "AA PASS_ROLE_WITH_NOT_RESOURCE",
        "AA PASS_ROLE_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE",
        "AA PASS_ROLE_WITH_STAR_IN_ACTION_AND_RESOURCE",
        "AA PASS_ROLE_WITH_STAR_IN_RESOURCE",
        "AA PASS_ROLE_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION",
    ],
    check: Check::Policy(check),
};

static PASS_ROLE: Delicate = Delicate {
    action: "iam:PassRole",
    key: "iam:PassedToService",
    // An `IfExists` lets calls through that say no service.
    narrows: |_, operator| operator.is_none_or(|operator| !operator.if_exists),
    says: "every role, to every service",
    help: "name the roles, or the service in a condition on `iam:PassedToService`: \
           who may pass any role may act as any of them",
};

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    on_everything::check(&PASS_ROLE, site, report);
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::policy::model::PolicyKind::{Resource, ServiceControl, Unattached};
    use crate::rules::testing::{statement, statement_of};

    fn found(action: &str, rest: &str) -> usize {
        statement(&RULE, &format!(r#""Effect": "Allow", {action}, {rest}"#)).len()
    }

    #[test]
    fn in_every_form() {
        let star = r#""Resource": "*""#;
        assert_eq!(
            statement(&RULE, r#""Effect": "Allow", "Action": ["s3:*", "iam:passrole"], "Resource": ["*"]"#),
            ["iam:passrole | warning: this allows `iam:PassRole` on every role, to every service"]
        );
        for action in [r#""Action": "iam:*""#, r#""Action": "iam:Pass*""#, r#""NotAction": "s3:*""#] {
            assert_eq!(found(action, star), 1, "{action}");
            assert_eq!(found(action, r#""NotResource": "arn:aws:iam::*:role/x""#), 1, "{action}");
        }
        for action in [r#""Action": "*""#, r#""NotAction": "iam:*""#, r#""NotAction": "${x}""#, r#""Action": "${x}""#] {
            assert_eq!(found(action, star), 0, "{action}");
        }
    }

    #[test]
    fn what_narrows_it() {
        let condition = |operator: &str, key: &str| {
            found(
                r#""Action": "iam:PassRole""#,
                &format!(r#""Resource": "*", "Condition": {{"{operator}": {{"{key}": "x"}}}}"#),
            )
        };
        assert_eq!(condition("StringEquals", "iam:PassedToService"), 0);
        assert_eq!(condition("StringLike", "iam:passedtoservice"), 0);
        assert_eq!(condition("StringEquals", "${key}"), 0);
        assert_eq!(condition("StringEqualsIfExists", "iam:PassedToService"), 1);
        assert_eq!(condition("ForAnyValue:StringEquals", "aws:CalledVia"), 1);
        assert_eq!(found(r#""Action": "iam:PassRole""#, r#""Resource": "*", "Condition": ${c}"#), 0);
        assert_eq!(found(r#""Action": "iam:PassRole""#, r#""Resource": "arn:aws:iam::*:role/x*""#), 0);
        assert_eq!(found(r#""Action": "iam:PassRole""#, r#""Resource": "${r}""#), 0);
    }

    #[test]
    fn only_grants_count() {
        let members = r#""Effect": "Allow", "Action": "iam:PassRole", "Resource": "*""#;
        for kind in [Resource, ServiceControl, Unattached] {
            assert_eq!(statement_of(&RULE, kind, members), [""; 0], "{kind:?}");
        }
        assert_eq!(statement(&RULE, r#""Effect": "Deny", "Action": "iam:PassRole", "Resource": "*""#), [""; 0]);
    }
}
