//! What it finds, why, and its tests: `create_service_linked_role_star.md`.

use super::on_everything::{self, Delicate};
use crate::aws::facts::OperatorUse;
use crate::finding::Severity;
use crate::policy::model::Condition;
use crate::rules::text::known_parts;
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext, strings};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "create-service-linked-role-star",
    group: Group::Action,
    severity: Severity::Warning,
    since: "0.1.0",
    sources: &[
        "AA CREATE_SLR_WITH_NOT_ACTION_AND_NOT_RESOURCE",
        "AA CREATE_SLR_WITH_NOT_RESOURCE",
        "AA CREATE_SLR_WITH_STAR_IN_ACTION_AND_NOT_RESOURCE",
        "AA CREATE_SLR_WITH_STAR_IN_ACTION_AND_RESOURCE",
        "AA CREATE_SLR_WITH_STAR_IN_RESOURCE",
        "AA CREATE_SLR_WITH_STAR_IN_RESOURCE_AND_NOT_ACTION",
    ],
    check: Check::Policy(check),
};

static CREATE: Delicate = Delicate {
    action: "iam:CreateServiceLinkedRole",
    key: "iam:AWSServiceName",
    narrows: pins_service,
    says: "every service",
    help: "name the service in a condition on `iam:AWSServiceName`, or its role in `Resource`",
};

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    on_everything::check(&CREATE, site, report);
}

/// A pattern in the value leaves the service open.
fn pins_service(condition: &Condition, operator: Option<OperatorUse>) -> bool {
    let has_wildcard = strings::values(condition).any(|value| known_parts(&value.text).any(|text| text.contains('*')));
    operator.is_none_or(|operator| !(operator.operator.negated || operator.operator.wildcards && has_wildcard))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::statement;

    fn condition(condition: &str) -> Vec<String> {
        let action = r#""Effect": "Allow", "Action": "iam:CreateServiceLinkedRole", "Resource": "*""#;
        statement(&RULE, &format!("{action}{condition}"))
    }

    #[test]
    fn the_service_has_to_be_pinned() {
        assert_eq!(
            condition(""),
            ["iam:CreateServiceLinkedRole | warning: this allows `iam:CreateServiceLinkedRole` on every service"]
        );
        let with = |operator: &str, value: &str| {
            condition(&format!(r#", "Condition": {{"{operator}": {{"iam:AWSServiceName": "{value}"}}}}"#)).len()
        };
        assert_eq!(with("StringEquals", "ecs.amazonaws.com"), 0);
        assert_eq!(with("ForAnyValue:StringEquals", "ecs.amazonaws.com"), 0);
        assert_eq!(with("StringLike", "ecs.amazonaws.com"), 0);
        assert_eq!(with("StringLike", "${service}.amazonaws.com"), 0);
        assert_eq!(with("StringLike", "*.amazonaws.com"), 1);
        assert_eq!(with("StringNotEquals", "ecs.amazonaws.com"), 1);
    }
}
