//! Roles, users, groups and permission sets.

use std::sync::Arc;

use smol_str::SmolStr;
use thin_vec::ThinVec;

use crate::eval::account::Account;
use crate::eval::evaluator::Existence;
use crate::eval::symbol::Symbol;
use crate::eval::text::Text;
use crate::policy::model::PolicyDocument;
use crate::source::Span;

use super::attachment::{AttachedPolicy, PolicySource};

/// Something that policies are attached to.
#[derive(Debug, Clone)]
pub struct Principal {
    /// What it is.
    pub kind: PrincipalKind,
    /// How it came into view.
    pub origin: Origin,
    /// The directory and environment of the stack, as symbols name it.
    pub stack: SmolStr,
    /// The full address of the resource instance; empty for what is only named.
    pub address: SmolStr,
    /// The account that it is in.
    pub account: Account,
    /// Its ARN.
    pub arn: Text,
    /// Its name.
    pub name: Text,
    /// The path of its ARN, with slashes at both ends; `None` where that is not known.
    pub path: Option<Text>,
    /// The trust policy of a role: the index of the policy. `None` if it is not in view.
    pub trust: Option<usize>,
    /// The trust policy that AWS gives a role, which nobody in view writes.
    pub given_trust: Option<Arc<PolicyDocument>>,
    /// The policies that it has itself, in the order in which they are attached.
    pub policies: ThinVec<AttachedPolicy>,
    /// The groups of a user, whose policies it has too.
    pub groups: ThinVec<Membership>,
    /// The accounts that a permission set is given to someone in, where it becomes a role.
    pub assignments: ThinVec<Assignment>,
    /// What may attach more policies, or put a user into more groups.
    pub open: ThinVec<Symbol>,
    /// The policy that bounds what it may do; `None` if there is certainly none.
    pub boundary: Option<AttachedPolicy>,
    /// The policies that it has and no others, says some resource.
    pub exclusive: Exclusive,
    /// Whether it is there.
    pub existence: Existence,
    /// Whether it is declared in a module that is not the user's to mend.
    pub downloaded: bool,
    /// Where it is named: the attribute with its name, else the header of its block.
    pub span: Span,
    /// A role that only a service of AWS can assume and whose policy that service keeps.
    pub service_linked: bool,
}

/// The kinds of principals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PrincipalKind {
    /// An IAM role.
    Role,
    /// An IAM user.
    User,
    /// An IAM group.
    Group,
    /// A permission set of IAM Identity Center.
    PermissionSet,
}

/// How a principal or a resource came into view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// A resource makes it: what it has is in view, or `open` says what may be more.
    Declared,
    /// A data source reads it; it may have other policies.
    LookedUp,
    /// Only named by what is attached to it; it may have other policies.
    Named,
}

/// A group of a user.
#[derive(Debug, Clone)]
pub struct Membership {
    /// The index of the group among the principals.
    pub group: usize,
    /// The attribute that says so.
    pub via: Span,
    /// Whether it is so.
    pub existence: Existence,
}

/// An account in which someone has a permission set.
#[derive(Debug, Clone)]
pub struct Assignment {
    /// The number of the account.
    pub account: Text,
    /// The attribute that names it.
    pub via: Span,
    /// Whether it is so.
    pub existence: Existence,
}

/// Which policies are kept as they are listed, so that nobody else can attach any for long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Exclusive {
    /// What lists the inline policies.
    pub inline: Option<Span>,
    /// What lists the attached managed policies.
    pub managed: Option<Span>,
}

impl PrincipalKind {
    /// The kind that AWS's service reference calls `service:resource_type`.
    #[must_use]
    pub fn of(service: &str, resource_type: &str) -> Option<Self> {
        match (service, resource_type) {
            ("iam", "role") => Some(Self::Role),
            ("iam", "user") => Some(Self::User),
            ("iam", "group") => Some(Self::Group),
            ("sso", "PermissionSet") => Some(Self::PermissionSet),
            _ => None,
        }
    }

    /// What stands before path and name in its ARN.
    pub(super) fn arn_prefix(self) -> &'static str {
        match self {
            Self::Role => "role",
            Self::User => "user",
            Self::Group => "group",
            Self::PermissionSet => "permissionSet",
        }
    }
}

impl Principal {
    /// Every symbol that decides which policies it has, those of its boundary left aside.
    pub fn unknowns(&self) -> impl Iterator<Item = &Symbol> {
        let sources = self.policies.iter().filter_map(|policy| match &policy.source {
            PolicySource::Unknown(symbol) => Some(symbol),
            PolicySource::NotInView(text) => text.holes().next(),
            PolicySource::Site(_) | PolicySource::Aws(_) => None,
        });
        let perhaps = self.policies.iter().filter_map(|policy| match &policy.existence {
            Existence::MayExist(symbol) => Some(symbol),
            Existence::Certain => None,
        });
        self.open.iter().chain(sources).chain(perhaps)
    }
}
