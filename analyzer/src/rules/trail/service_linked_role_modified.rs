//! What it finds, why, and its tests: `service_linked_role_modified.md`.

use crate::aws::facts::{self, ActionFacts, cloudtrail::role_services};
use crate::aws::pattern::{Pattern, Syntax};
use crate::eval::text::Text;
use crate::finding::Severity;
use crate::iam::{AttachedPolicy, Origin, PolicySource, Principal, PrincipalKind};
use crate::policy::model::{Condition, Leaf, PolicyKind, Statement};
use crate::rules::condition::meaning::{Effect, effect};
use crate::rules::text::pattern;
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "service-linked-role-modified",
    group: Group::Trail,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &["IAM PolicyNotAttachableException", "IAM UnmodifiableEntityException"],
    check: Check::Workspace(check),
};

/// What the names of service-linked roles start with.
const NAME_START: &str = "AWSServiceRoleFor";

/// What their paths start with.
const PATH_START: &str = "/aws-service-role/";

/// What the names of their policies start with.
const POLICY_START: &str = "aws-service-role/";

const CREATE: &str = "iam:CreateServiceLinkedRole";
const REGISTER: &str = "cloudtrail:RegisterOrganizationDelegatedAdmin";
const SERVICE_NAME: &str = "iam:AWSServiceName";

fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    for principal in ctx.iam.principals() {
        if is_service_linked(principal) {
            of_role(principal, report);
        } else {
            for policy in principal.policies.iter().chain(&principal.boundary) {
                attached_elsewhere(policy, report);
            }
        }
    }
    for (index, site) in ctx.policies.iter().enumerate() {
        report.enter(Some(index));
        names_of_services(site, report);
    }
    report.enter(None);
}

fn is_service_linked(principal: &Principal) -> bool {
    let starts = |text: &Text, start: &str| text.known_prefix().starts_with(start);
    principal.kind == PrincipalKind::Role
        && (principal.service_linked
            || starts(&principal.name, NAME_START)
            || principal.path.as_ref().is_some_and(|path| starts(path, PATH_START)))
}

/// A role made in the place of a service-linked one, and policies that are put on one.
fn of_role(role: &Principal, report: &mut Report<'_>) {
    if role.origin == Origin::Declared && !role.service_linked {
        report
            .finding(role.span, "a service-linked role is made by its service, and not as a role like others")
            .help("make it with `aws_iam_service_linked_role`, for the `aws_service_name` of its service");
        return;
    }
    for policy in role.policies.iter().chain(&role.boundary) {
        let what = if role.boundary.as_ref().is_some_and(|it| it.via == policy.via) { "boundary" } else { "policies" };
        let finding = report.finding(policy.via, format!("the {what} of a service-linked role cannot be changed"));
        let finding = if role.origin == Origin::Named { finding } else { finding.label(role.span, "the role") };
        finding.help("IAM answers with `UnmodifiableEntityException`: what its service does is the service's to say");
    }
}

/// The policy of a service-linked role, attached to something else.
fn attached_elsewhere(policy: &AttachedPolicy, report: &mut Report<'_>) {
    let PolicySource::Aws(facts) = &policy.source else { return };
    if facts.name.starts_with(POLICY_START) {
        let message = format!("`{}` can be attached to no role but that of its service", facts.name);
        report.finding(policy.via, message).help("IAM answers with `PolicyNotAttachableException`");
    }
}

/// A statement that lets someone register an administrator of CloudTrail, and make one of the two roles that
/// this makes.
///
/// Source: CloudTrail User Guide, `cloudtrail-delegated-administrator-permissions`.
fn names_of_services(site: &PolicySite, report: &mut Report<'_>) {
    if site.kind != PolicyKind::Identity || !site.document.open.is_empty() {
        return;
    }
    let (Some(create), Some(register)) = (facts::action(CREATE), facts::action(REGISTER)) else { return };
    let is_narrowed = |statement: &&Statement| {
        effect(statement) == Some(Effect::Allow) && statement.open.is_empty() && has(statement, &create)
    };
    let statements = &site.document.statements;
    let narrowed: Vec<&Statement> = statements.iter().filter(is_narrowed).collect();
    let names = || narrowed.iter().map(|statement| statement.conditions.iter().find(|it| is_on_service(it)));
    // A statement without the condition lets everything be made.
    let Some(conditions) = names().collect::<Option<Vec<&Condition>>>().filter(|it| !it.is_empty()) else { return };
    let registers = |it: &Statement| effect(it) == Some(Effect::Allow) && has(it, &register);
    let may_name = |service: &str| conditions.iter().any(|condition| names_service(condition, service));
    let lacking: Vec<&str> = role_services().filter(|service| !may_name(service)).collect();
    let is_about_cloudtrail = role_services().any(may_name);
    if let ([lacking], true) = (lacking.as_slice(), is_about_cloudtrail && statements.iter().any(registers)) {
        let Some(value) = conditions.iter().flat_map(|condition| &condition.values).next() else { return };
        report
            .leaf(value, format!("this leaves out `{lacking}`: to register an administrator makes a role for it too"))
            .severity(Severity::Warning)
            .help(format!("add `{lacking}` to the values of `{SERVICE_NAME}`"));
    }
}

/// Whether a statement has the action for certain.
fn has(statement: &Statement, action: &ActionFacts) -> bool {
    let wanted = || Pattern::of_text(action.name, Syntax::Literal).fold_case();
    let covers = |leaf: &Leaf| match leaf.text.as_known() {
        Some(text) => facts::is_matched(&text, action),
        None => pattern(&leaf.text, Syntax::Wildcards).fold_case().covers(&wanted()).is_yes(),
    };
    statement.actions.iter().any(|actions| !actions.negated && actions.items.iter().any(covers))
}

/// Whether a condition says for which service a role may be made.
fn is_on_service(condition: &Condition) -> bool {
    let operator = condition.operator.text.as_known().and_then(|operator| facts::operator(&operator));
    condition.key.text.as_known().is_some_and(|key| key.eq_ignore_ascii_case(SERVICE_NAME))
        && operator.is_some_and(|operator| !operator.operator.negated)
}

fn names_service(condition: &Condition, service: &str) -> bool {
    let wanted = Pattern::of_text(service, Syntax::Literal);
    let covers = |leaf: &Leaf| pattern(&leaf.text, Syntax::Wildcards).covers(&wanted).may_be();
    !condition.open.is_empty() || condition.values.iter().any(covers)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::in_workspace;

    fn found(text: &str) -> Vec<String> {
        in_workspace(&RULE, "", &[("main.tf", &format!("variable \"x\" {{}}\n{text}"))])
    }

    fn attachment(role: &str) -> String {
        format!(
            "resource \"aws_iam_role_policy_attachment\" \"x\" {{\n  role = {role}\n  policy_arn = \"arn:aws:iam::aws:policy/ReadOnlyAccess\"\n}}\n"
        )
    }

    #[test]
    fn roles_by_name_and_by_reference() {
        assert_eq!(found(&attachment("\"AWSServiceRoleForECS\"")).len(), 1);
        assert_eq!(found(&attachment("\"service-role\"")), [""; 0]);
        assert_eq!(found(&attachment("var.x")), [""; 0]);
        let made = "resource \"aws_iam_service_linked_role\" \"x\" {\n  aws_service_name = \"ecs.amazonaws.com\"\n}\n";
        assert_eq!(found(made), [""; 0]);
        assert_eq!(found(&format!("{made}{}", attachment("aws_iam_service_linked_role.x.name"))).len(), 1);
    }

    fn policy(services: &str, more: &str) -> usize {
        let text = format!(
            r#"
resource "aws_iam_policy" "x" {{
  policy = jsonencode({{
    Statement = [
      {{ Effect = "Allow", Action = ["cloudtrail:RegisterOrganizationDelegatedAdmin"], Resource = "*" }},
      {{
        Effect = "Allow", Action = "iam:CreateServiceLinkedRole", Resource = "*"
        Condition = {{ StringLike = {{ "iam:AWSServiceName" = {services} }} }}
      }},
      {more}
    ]
  }})
}}
"#
        );
        found(&text).len()
    }

    #[test]
    fn both_services_or_neither() {
        assert_eq!(policy("\"cloudtrail.amazonaws.com\"", ""), 1);
        assert_eq!(policy("\"context.cloudtrail.amazonaws.com\"", ""), 1);
        for good in ["\"*.amazonaws.com\"", "[\"cloudtrail.amazonaws.com\", var.x]", "\"ecs.amazonaws.com\"", "var.x"] {
            assert_eq!(policy(good, ""), 0, "{good}");
        }
        let open = r#"{ Effect = "Allow", Action = "iam:CreateServiceLinkedRole", Resource = "*" }"#;
        assert_eq!(policy("\"cloudtrail.amazonaws.com\"", open), 0, "another statement has no condition");
    }
}
