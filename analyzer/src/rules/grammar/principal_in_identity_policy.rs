//! What it finds, why, and its tests: `principal_in_identity_policy.md`.

use super::elements::principals_stand;
use crate::finding::Severity;
use crate::policy::model::PolicyKind;
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "principal-in-identity-policy",
    group: Group::Grammar,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &["AA UNSUPPORTED_PRINCIPAL", "AA SCP_SYNTAX_ERROR_PRINCIPAL"],
    check: Check::Policy(check),
};

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    let Some((policy, help)) = describe(site.kind) else { return };
    let all = site.document.statements.iter().flat_map(|statement| &statement.principals);
    for principals in all.filter(|principals| principals_stand(principals)) {
        let element = if principals.negated { "NotPrincipal" } else { "Principal" };
        report.finding(principals.key, format!("{policy} has no `{element}`: `{}`", site.block_address)).help(help);
    }
}

/// What policies without principals are called, and who they are about.
fn describe(kind: PolicyKind) -> Option<(&'static str, &'static str)> {
    match kind {
        PolicyKind::Identity => {
            Some(("an identity policy", "it is about whoever it is attached to: leave the principal out"))
        }
        PolicyKind::Session => Some(("a session policy", "it is about the session: leave the principal out")),
        PolicyKind::ServiceControl => Some((
            "a service control policy",
            "it is about all principals of the accounts below: leave the principal out",
        )),
        PolicyKind::Trust
        | PolicyKind::Resource
        | PolicyKind::ResourceControl
        | PolicyKind::Endpoint
        | PolicyKind::Unattached => None,
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::policy::model::PolicyKind::{Identity, Resource, ServiceControl, Trust, Unattached};
    use crate::rules::testing::statement_of;

    #[test]
    fn by_the_kind_of_policy() {
        let members = r#""Principal": {"AWS": "*"}"#;
        let found = statement_of(&RULE, Identity, members);
        assert_eq!(found, ["Principal | error: an identity policy has no `Principal`: `aws_iam_role.deploy`"]);
        assert_eq!(statement_of(&RULE, ServiceControl, r#""NotPrincipal": "*""#).len(), 1);
        for kind in [Resource, Trust, Unattached] {
            assert_eq!(statement_of(&RULE, kind, members), [""; 0], "{kind:?}");
        }
    }

    #[test]
    fn a_principal_that_may_not_be_there() {
        assert_eq!(statement_of(&RULE, Identity, r#""Principal": {"AWS": ${x}}"#).len(), 1);
        assert_eq!(statement_of(&RULE, Identity, r#""Principal": ${x}"#), [""; 0]);
        assert_eq!(statement_of(&RULE, Identity, r#""Prin${x}": "*""#), [""; 0]);
    }
}
