//! What it finds, why, and its tests: `federated_principal_not_supported.md`.

use super::form::{self, Provider};
use super::named::{self, Named, Type};
use crate::finding::Severity;
use crate::policy::model::{Leaf, PolicyKind};
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "federated-principal-not-supported",
    group: Group::Principal,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &["AA FEDERATED_PRINCIPAL_NOT_SUPPORTED", "AA INVALID_FEDERATED_PRINCIPAL_SYNTAX_IN_ROLE_TRUST_POLICY"],
    check: Check::Policy(check),
};

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    let is_supported = match site.kind {
        PolicyKind::Resource => takes_providers(site),
        PolicyKind::Trust | PolicyKind::Unattached => true,
        PolicyKind::Identity
        | PolicyKind::ServiceControl
        | PolicyKind::ResourceControl
        | PolicyKind::Session
        | PolicyKind::Endpoint => return,
    };
    for named in named::principals(site).filter(|named| named.ty == Some(Type::Federated)) {
        if is_supported {
            check_form(named.leaf, report);
        } else {
            say_unsupported(&named, report);
        }
    }
}

/// Whether the policies of a service name identity providers: those of CloudTrail channels do.
///
/// Source: CloudTrail User Guide, `security_iam_resource-based-policy-examples`.
fn takes_providers(site: &PolicySite) -> bool {
    site.site.is_none_or(|it| it.service == "cloudtrail")
}

fn say_unsupported(named: &Named<'_>, report: &mut Report<'_>) {
    let message = format!("a resource policy takes no `Federated` principals: `{}`", named.leaf.text.display());
    report
        .leaf(named.leaf, message)
        .label(named.group.kind.span, "only for trust policies of roles")
        .help("name the role that the federated users assume");
}

/// A provider is named by its ARN, or by its domain if AWS knows it.
fn check_form(leaf: &Leaf, report: &mut Report<'_>) {
    let shown = leaf.text.display();
    if form::is_pattern(leaf) {
        return;
    }
    if form::is_arn(leaf) {
        if form::provider(leaf) == Provider::None {
            report
                .leaf(leaf, format!("`{shown}` is no identity provider"))
                .help("the ARN of one has `saml-provider/` or `oidc-provider/` behind the account");
        }
    } else if is_no_domain(leaf) {
        report
            .leaf(leaf, format!("`{shown}` is no identity provider: it is neither a domain name nor the ARN of one"))
            .help("name the provider by its ARN: `arn:aws:iam::ACCOUNT:oidc-provider/HOST`");
    }
}

/// Whether it cannot be the name of a domain: a URL, or a name without dots.
fn is_no_domain(leaf: &Leaf) -> bool {
    if let Some(text) = leaf.text.as_known() {
        let is_letter = |letter: char| letter.is_ascii_alphanumeric() || "-.".contains(letter);
        return !text.starts_with("arn:") && (!text.contains('.') || !text.chars().all(is_letter));
    }
    leaf.text.known_prefix().contains("://")
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::policy::model::PolicyKind::{self, Identity, Resource, Trust, Unattached};
    use crate::rules::testing::{Fixture, statement_of};

    const OIDC: &str = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com";

    fn found(kind: PolicyKind, principal: &str) -> Vec<String> {
        statement_of(&RULE, kind, &format!(r#""Principal": {{"Federated": "{principal}"}}"#))
    }

    #[test]
    fn only_in_trust_policies() {
        let policy = format!(r#"{{"Statement": {{"Principal": {{"Federated": "{OIDC}"}}}}}}"#);
        let mut fixture = Fixture::of_kind(Resource, &policy);
        assert_eq!(fixture.shown(&RULE), [""; 0], "the service is not known");
        let site = |ty: &str| crate::aws::sites::policies(ty).next();
        fixture.sites[0].site = site("awscc_cloudtrail_resource_policy");
        assert_eq!(fixture.shown(&RULE), [""; 0], "channels take them");
        fixture.sites[0].site = site("aws_s3_bucket_policy");
        assert_eq!(
            fixture.shown(&RULE),
            [format!("{OIDC} | error: a resource policy takes no `Federated` principals: `{OIDC}`")]
        );
        for kind in [Trust, Unattached, Identity] {
            assert_eq!(found(kind, OIDC), [""; 0], "{kind:?}");
        }
    }

    #[test]
    fn forms_of_providers() {
        assert_eq!(
            found(Trust, "arn:aws:iam::111122223333:role/x"),
            ["arn:aws:iam::111122223333:role/x | error: `arn:aws:iam::111122223333:role/x` is no identity provider"]
        );
        assert_eq!(
            found(Trust, "https://accounts.google.com"),
            [
                "https://accounts.google.com | error: `https://accounts.google.com` is no identity provider: it is neither a domain name nor the ARN of one"
            ]
        );
        for wrong in
            ["github", "oidc.eks.eu-west-1.amazonaws.com/id/ABC", "https://${x}", "arn:aws:iam::${account.x}:role/${x}"]
        {
            assert_eq!(found(Trust, wrong).len(), 1, "{wrong}");
        }
    }

    #[test]
    fn what_may_be_one_is_silent() {
        for valid in [
            OIDC,
            "arn:aws:iam::111122223333:saml-provider/idp",
            "arn:aws:iam::${account.x}:oidc-provider/${x}",
            "arn:aws:iam::${x}:${y}",
            "arn:aws:iam::111122223333:${x}",
            "cognito-identity.amazonaws.com",
            "accounts.google.com",
            "${x}",
            "${x}/y",
            "arn:aws:iam::*:saml-provider/idp",
            "*",
        ] {
            assert_eq!(found(Trust, valid), [""; 0], "{valid}");
        }
    }
}
