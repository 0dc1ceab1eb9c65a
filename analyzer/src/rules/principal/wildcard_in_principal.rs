//! What it finds, why, and its tests: `wildcard_in_principal.md`.

use super::named::{self, Named, Type};
use crate::finding::Severity;
use crate::policy::model::PolicyKind;
use crate::rules::text::{known_parts, may_be};
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "wildcard-in-principal",
    group: Group::Principal,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &["AA UNSUPPORTED_WILDCARD_IN_PRINCIPAL", "AA ROLE_TRUST_POLICY_UNSUPPORTED_WILDCARD_IN_PRINCIPAL"],
    check: Check::Policy(check),
};

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    for named in named::principals(site) {
        if !named.is_everyone() {
            check_part(&named, report);
        } else if named.is_bare() {
            check_bare(&named, site, report);
        } else if let Some(ty @ (Type::Service | Type::Federated | Type::CanonicalUser)) = named.ty {
            let message = format!("`*` is no principal of the type `{}`: it has to be named", ty.name());
            report.leaf(named.leaf, message);
        }
    }
}

/// The bare `"*"`, which IAM refuses in trust policies.
fn check_bare(named: &Named<'_>, site: &PolicySite, report: &mut Report<'_>) {
    if site.kind == PolicyKind::Trust {
        report
            .leaf(named.leaf, "a trust policy cannot have `*` as its principal: IAM refuses it")
            .help("name the accounts, roles, services or identity providers that may assume the role");
    }
}

/// A wildcard in a part of the principal.
fn check_part(named: &Named<'_>, report: &mut Report<'_>) {
    let text = &named.leaf.text;
    let has_wildcard = known_parts(text).any(|part| part.contains(['*', '?']));
    let is_variable = known_parts(text).any(|part| part.contains("${"));
    if !has_wildcard || is_variable || may_be(text, "*") {
        return;
    }
    let message = format!("a principal has no wildcards: `{}` matches nobody", text.display());
    let finding = report.leaf(named.leaf, message);
    if named.ty == Some(Type::Aws) {
        finding.help("name the account as the principal, and narrow it with a condition on `aws:PrincipalArn`");
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::policy::model::PolicyKind::{self, Endpoint, Identity, Resource, Trust, Unattached};
    use crate::rules::testing::statement_of;

    fn found(kind: PolicyKind, principal: &str) -> Vec<String> {
        statement_of(&RULE, kind, &format!(r#""Principal": {principal}"#))
    }

    #[test]
    fn a_part_of_a_principal() {
        assert_eq!(
            found(Resource, r#"{"AWS": "arn:aws:iam::111122223333:role/*"}"#),
            [
                "arn:aws:iam::111122223333:role/* | error: a principal has no wildcards: `arn:aws:iam::111122223333:role/*` matches nobody"
            ]
        );
        for principal in [
            r#"{"AWS": "arn:aws:iam::*:root"}"#,
            r#"{"AWS": "arn:aws:iam::${x}:role/*"}"#,
            r#"{"AWS": "11112222333?"}"#,
            r#"{"AWS": ["111122223333", "**"]}"#,
            r#"{"Service": "logs.*.amazonaws.com"}"#,
            r#"{"Federated": "arn:aws:iam::*:saml-provider/x"}"#,
        ] {
            assert_eq!(found(Trust, principal).len(), 1, "{principal}");
        }
    }

    #[test]
    fn everyone_where_somebody_has_to_be_named() {
        assert_eq!(
            found(Resource, r#"{"Service": "*"}"#),
            ["* | error: `*` is no principal of the type `Service`: it has to be named"]
        );
        assert_eq!(found(Trust, r#"{"Federated": "*"}"#).len(), 1);
        assert_eq!(
            found(Trust, r#""*""#),
            ["* | error: a trust policy cannot have `*` as its principal: IAM refuses it"]
        );
    }

    #[test]
    fn everyone_and_what_may_be_it_are_silent() {
        for principal in [r#""*""#, r#"{"AWS": "*"}"#, r#"{"AWS": ["*"]}"#] {
            for kind in [Resource, Endpoint, Unattached] {
                assert_eq!(found(kind, principal), [""; 0], "{kind:?} {principal}");
            }
        }
        assert_eq!(found(Trust, r#"{"AWS": "*"}"#), [""; 0]);
        for principal in [r#"{"AWS": "${x}*"}"#, r#"{"AWS": "${x}"}"#, r#"{"AWS": "111122223333"}"#] {
            assert_eq!(found(Trust, principal), [""; 0], "{principal}");
        }
        assert_eq!(found(Identity, r#"{"AWS": "arn:aws:iam::*:root"}"#), [""; 0]);
    }
}
