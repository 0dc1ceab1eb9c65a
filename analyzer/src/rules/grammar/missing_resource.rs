//! What it finds, why, and its tests: `missing_resource.md`.

use super::elements::is_reported;
use super::omission;
use crate::finding::Severity;
use crate::policy::model::{PolicyDocument, PolicyKind, Statement};
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "missing-resource",
    group: Group::Grammar,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &["AA MISSING_RESOURCE"],
    check: Check::Policy(check),
};

/// Services whose resource policies are about the resource that they are on, named or not.
///
/// Source: Amazon ECR User Guide, `repository-policy-examples`; Amazon EFS User Guide,
/// `access-control-block-public-access`; AWS CLI Reference, `cloudtrail put-resource-policy`: policies without
/// `Resource`.
const WITHOUT_RESOURCE: [&str; 5] = ["cloudtrail", "ecr", "ecr-public", "elasticfilesystem", "s3files"];

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    let Some(policy) = name(site) else { return };
    let statements = site.document.statements.iter().filter(|statement| lacks_resource(statement, &site.document));
    for statement in statements {
        // Without knowing what the policy is on: one with principals may be the trust policy of a role.
        if site.kind == PolicyKind::Unattached && !statement.principals.is_empty() {
            continue;
        }
        let message = format!("a statement of {policy} needs a `Resource` or `NotResource`");
        omission::say(statement, &["resources", "not_resources"], &message, site, report);
    }
}

fn lacks_resource(statement: &Statement, document: &PolicyDocument) -> bool {
    statement.certain
        && statement.resources.is_empty()
        && statement.open.is_empty()
        && !is_reported(document, statement, "Resource")
}

/// What a policy that cannot do without is called.
fn name(site: &PolicySite) -> Option<&'static str> {
    match site.kind {
        PolicyKind::Identity => Some("an identity policy"),
        PolicyKind::Session => Some("a session policy"),
        PolicyKind::ServiceControl => Some("a service control policy"),
        PolicyKind::ResourceControl => Some("a resource control policy"),
        PolicyKind::Endpoint => Some("an endpoint policy"),
        PolicyKind::Resource => {
            let needs_it = site.site.is_none_or(|site| !WITHOUT_RESOURCE.contains(&site.service));
            needs_it.then_some("a resource policy")
        }
        PolicyKind::Unattached => Some("a policy without principals"),
        PolicyKind::Trust => None,
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::policy::model::PolicyKind::{Endpoint, Identity, Resource, ServiceControl, Trust, Unattached};
    use crate::rules::testing::{statement, statement_of};

    #[test]
    fn where_one_is_needed() {
        let members = r#""Effect": "Allow", "Action": "s3:*""#;
        let found = statement(&RULE, members);
        assert_eq!(found.len(), 1);
        assert!(found[0].ends_with("| error: a statement of an identity policy needs a `Resource` or `NotResource`"));
        for kind in [Identity, Resource, ServiceControl, Endpoint, Unattached] {
            assert_eq!(statement_of(&RULE, kind, members).len(), 1, "{kind:?}");
        }
        assert_eq!(statement_of(&RULE, Trust, members), [""; 0]);
        let with_principal = r#""Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole""#;
        assert_eq!(statement_of(&RULE, Unattached, with_principal), [""; 0]);
    }

    #[test]
    fn any_form_will_do() {
        for members in [r#""Resource": []"#, r#""NotResource": "*""#, r#"${x}"#, r#""Resources": "*""#] {
            assert_eq!(statement(&RULE, members), [""; 0], "{members}");
        }
    }
}
