//! What it finds, why, and its tests: `resource_in_trust_policy.md`.

use super::elements::strings_stand;
use crate::finding::Severity;
use crate::policy::model::PolicyKind;
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "resource-in-trust-policy",
    group: Group::Grammar,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &["AA ROLE_TRUST_POLICY_SYNTAX_ERROR_RESOURCE"],
    check: Check::Policy(check),
};

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    if site.kind != PolicyKind::Trust {
        return;
    }
    let all = site.document.statements.iter().flat_map(|statement| &statement.resources);
    for resources in all.filter(|resources| strings_stand(resources)) {
        let element = if resources.negated { "NotResource" } else { "Resource" };
        report
            .finding(resources.key, format!("a trust policy has no `{element}`: `{}`", site.block_address))
            .help("the resource is the role that the policy belongs to: leave the element out");
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::policy::model::PolicyKind::{Identity, Resource, Trust};
    use crate::rules::testing::statement_of;

    #[test]
    fn by_the_kind_of_policy() {
        let found = statement_of(&RULE, Trust, r#""Resource": "*""#);
        assert_eq!(found, ["Resource | error: a trust policy has no `Resource`: `aws_iam_role.deploy`"]);
        assert_eq!(statement_of(&RULE, Trust, r#""NotResource": "*""#).len(), 1);
        for kind in [Resource, Identity] {
            assert_eq!(statement_of(&RULE, kind, r#""Resource": "*""#), [""; 0], "{kind:?}");
        }
        assert_eq!(statement_of(&RULE, Trust, r#""Resource": ["a", ${x}]"#).len(), 1);
        assert_eq!(statement_of(&RULE, Trust, r#""Resource": ${x}"#), [""; 0], "it may be left out");
    }
}
