//! Who calls STS for a role, and with which of its actions.
//!
//! Source: IAM User Guide, `id_roles_create`, `reference_policies_elements_principal` and
//! `access-analyzer-reference-policy-checks`; IAM Roles Anywhere User Guide, `trust-model`.

use crate::policy::model::{Leaf, PrincipalGroup, Statement};

/// The actions that a trust policy may name.
pub(in crate::rules) const ACTIONS: [&str; 6] = [
    "sts:AssumeRole",
    "sts:AssumeRoleWithSAML",
    "sts:AssumeRoleWithWebIdentity",
    "sts:SetContext",
    "sts:SetSourceIdentity",
    "sts:TagSession",
];

/// The service that brings in holders of certificates.
pub(in crate::rules) const ROLES_ANYWHERE: &str = "rolesanywhere.amazonaws.com";

/// What it calls.
pub(in crate::rules) const ROLES_ANYWHERE_ACTIONS: [&str; 3] =
    ["sts:AssumeRole", "sts:SetSourceIdentity", "sts:TagSession"];

/// Identity providers that have no ARN.
pub(in crate::rules) const WEB_PROVIDERS: [&str; 4] =
    ["accounts.google.com", "cognito-identity.amazonaws.com", "graph.facebook.com", "www.amazon.com"];

/// Who calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::rules) enum Caller {
    /// A principal of AWS, or a service.
    Aws,
    /// Someone whom a SAML provider vouches for.
    Saml,
    /// Someone whom an OpenID Connect provider vouches for.
    Web,
    /// One of the last two.
    Federated,
}

impl Caller {
    /// Whether such a caller can use the action, of those in [`ACTIONS`].
    pub(in crate::rules) fn may_call(self, action: &str) -> bool {
        match action {
            "sts:AssumeRole" => self == Self::Aws,
            "sts:AssumeRoleWithSAML" => matches!(self, Self::Saml | Self::Federated),
            "sts:AssumeRoleWithWebIdentity" => matches!(self, Self::Web | Self::Federated),
            other => ACTIONS.contains(&other),
        }
    }

    /// The actions that it may assume a role with.
    pub(in crate::rules) const fn assumes_with(self) -> &'static [&'static str] {
        match self {
            Self::Aws => &["sts:AssumeRole"],
            Self::Saml => &["sts:AssumeRoleWithSAML"],
            Self::Web => &["sts:AssumeRoleWithWebIdentity"],
            Self::Federated => &["sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"],
        }
    }

    /// What it is called.
    pub(in crate::rules) const fn name(self) -> &'static str {
        match self {
            Self::Aws => "a principal of AWS",
            Self::Saml => "a user of a SAML provider",
            Self::Web => "a user of an OpenID Connect provider",
            Self::Federated => "a federated user",
        }
    }
}

/// The callers that a statement lets in, each with its principal. `None` if there may be
/// others, or if the statement is about all but some.
pub(in crate::rules) fn callers(statement: &Statement) -> Option<Vec<(Caller, &Leaf)>> {
    if is_open(statement) || statement.principals.iter().any(|principals| principals.negated) {
        return None;
    }
    let groups: Vec<&PrincipalGroup> = statement.principals.iter().flat_map(|principals| &principals.groups).collect();
    let mut callers = Vec::new();
    for group in groups {
        let kind = group.kind.text.as_known()?;
        for principal in &group.items {
            callers.push((caller(&kind, principal)?, principal));
        }
    }
    (!callers.is_empty()).then_some(callers)
}

fn caller(kind: &str, principal: &Leaf) -> Option<Caller> {
    match kind {
        "AWS" | "Service" => Some(Caller::Aws),
        "Federated" => Some(provider(principal)),
        _ => None,
    }
}

fn provider(principal: &Leaf) -> Caller {
    let shown = principal.text.display();
    if shown.contains(":saml-provider/") {
        Caller::Saml
    } else if shown.contains(":oidc-provider/") || WEB_PROVIDERS.contains(&shown.as_str()) {
        Caller::Web
    } else {
        Caller::Federated
    }
}

/// Whether a statement may have principals or actions that are not known.
pub(in crate::rules) fn is_open(statement: &Statement) -> bool {
    let group = |group: &PrincipalGroup| !group.open.is_empty() || !group.kind.text.is_known();
    !statement.open.is_empty()
        || statement.actions.iter().any(|actions| actions.negated || !actions.open.is_empty())
        || statement.principals.iter().any(|it| !it.open.is_empty() || it.groups.iter().any(group))
}

/// The principal `name` of the type `Service`.
pub(in crate::rules) fn service<'a>(statement: &'a Statement, name: &str) -> Option<&'a Leaf> {
    let groups = statement.principals.iter().filter(|principals| !principals.negated).flat_map(|it| &it.groups);
    let services = groups.filter(|group| group.kind.text.as_known().is_some_and(|kind| kind == "Service"));
    services.flat_map(|group| &group.items).find(|leaf| leaf.text.as_known().is_some_and(|text| text == name))
}
