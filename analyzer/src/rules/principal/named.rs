//! Whom the statements of a policy name.

use crate::policy::model::{Leaf, PolicyKind, PrincipalGroup, Statement};
use crate::rules::{PolicySite, strings};

/// A type of principals: the keys of the object that `Principal` is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Type {
    /// Accounts, users, roles and their sessions.
    Aws,
    /// Services.
    Service,
    /// Identity providers.
    Federated,
    /// Accounts by the id that Amazon S3 gives them.
    CanonicalUser,
}

impl Type {
    /// All of them.
    pub(super) const ALL: [Self; 4] = [Self::Aws, Self::Service, Self::Federated, Self::CanonicalUser];

    /// As policies spell it; letter case counts.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Aws => "AWS",
            Self::Service => "Service",
            Self::Federated => "Federated",
            Self::CanonicalUser => "CanonicalUser",
        }
    }

    fn of(group: &PrincipalGroup) -> Option<Self> {
        let written = group.kind.text.as_known()?;
        Self::ALL.into_iter().find(|ty| ty.name() == written)
    }
}

/// A principal that a statement names, or names in an unknown branch.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named<'a> {
    /// The principals of its type.
    pub(super) group: &'a PrincipalGroup,
    /// Its type; `None` for the bare `"*"`, and for what is none or not known.
    pub(super) ty: Option<Type>,
    /// The principal.
    pub(super) leaf: &'a Leaf,
}

impl Named<'_> {
    /// Whether it is `"*"` in the place of an object.
    pub(super) fn is_bare(&self) -> bool {
        is_bare(self.group)
    }

    /// Whether it is `*` for certain.
    pub(super) fn is_everyone(&self) -> bool {
        is_everyone(self.leaf)
    }
}

/// Whether the group stands for `"*"` in the place of an object.
pub(super) fn is_bare(group: &PrincipalGroup) -> bool {
    let place = |leaf: &Leaf| (leaf.span, leaf.text.as_known());
    group.items.iter().chain(&group.possible).any(|leaf| place(leaf) == place(&group.kind))
}

/// Whether a principal is `*` for certain.
pub(super) fn is_everyone(leaf: &Leaf) -> bool {
    leaf.text.as_known().is_some_and(|text| text == "*")
}

/// The statements of a policy that names principals; none of one that has no place for them,
/// or for none but `*`, which is said of the element as a whole.
pub(super) fn statements(site: &PolicySite) -> impl Iterator<Item = &Statement> {
    let has_principals = match site.kind {
        PolicyKind::Trust | PolicyKind::Resource | PolicyKind::Endpoint | PolicyKind::Unattached => true,
        PolicyKind::Identity | PolicyKind::ServiceControl | PolicyKind::ResourceControl | PolicyKind::Session => false,
    };
    site.document.statements.iter().filter(move |_| has_principals)
}

/// The principals of a policy.
pub(super) fn principals(site: &PolicySite) -> impl Iterator<Item = Named<'_>> {
    let groups = statements(site).flat_map(|it| &it.principals).flat_map(|it| &it.groups);
    groups.flat_map(|group| {
        let ty = Type::of(group);
        strings::of_group(group).map(move |leaf| Named { group, ty, leaf })
    })
}
