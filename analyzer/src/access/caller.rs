//! Who makes a request, and what follows from that.
//!
//! Sources: IAM User Guide, `reference_policies_elements_principal`,
//! `reference_policies_condition-keys` and `reference_policies_variables`.

use smol_str::SmolStr;

use crate::aws::pattern::{Pattern, Syntax};
use crate::eval::text::{Piece, Text};
use crate::truth::Truth;

use super::context::{Context, Found, Presence};
use super::hole::{Hole, Side, pattern};

/// Who makes a request.
#[derive(Debug, Clone)]
pub enum Principal {
    /// Any session of a role, whatever its name.
    Role {
        /// `arn:aws:iam::111122223333:role/path/name`
        arn: Text,
        /// The account that it belongs to.
        account: Text,
    },
    /// One session of a role.
    Session {
        /// `arn:aws:sts::111122223333:assumed-role/name/session`
        arn: Text,
        /// The ARN of the role.
        role: Text,
        /// The account that it belongs to.
        account: Text,
    },
    /// A user.
    User {
        /// `arn:aws:iam::111122223333:user/path/name`
        arn: Text,
        /// The account that it belongs to.
        account: Text,
    },
    /// A session that a user made with `sts:GetFederationToken`.
    FederatedUser {
        /// `arn:aws:sts::111122223333:federated-user/name`
        arn: Text,
        /// The ARN of the user.
        user: Text,
        /// The account that it belongs to.
        account: Text,
    },
    /// The root user of an account.
    Root {
        /// `arn:aws:iam::111122223333:root`
        arn: Text,
        /// The account.
        account: Text,
    },
    /// A service: `cloudtrail.amazonaws.com`.
    Service(SmolStr),
    /// Who proves to be known to an identity provider, by its ARN or its name
    /// (`cognito-identity.amazonaws.com`): the caller of `sts:AssumeRoleWithWebIdentity`
    /// and `sts:AssumeRoleWithSAML`.
    Federated(Text),
    /// Anyone, without a signature.
    Anonymous,
}

/// A [`Principal`] prepared for many requests.
#[derive(Debug, Clone)]
pub struct Caller {
    principal: Principal,
    /// What a resource policy calls it: the most direct name.
    name: Option<Pattern<Hole>>,
    /// The role or the user behind a session.
    behind: Option<Pattern<Hole>>,
    /// For a role: the names of its sessions.
    sessions: Option<Pattern<Hole>>,
    derived: Context,
    service_linked: Truth,
}

impl Caller {
    /// Prepares `principal`.
    #[must_use]
    pub fn new(principal: Principal) -> Self {
        let plain = |text: &Text| pattern(text, Syntax::Literal, Side::Request);
        let (name, behind) = match &principal {
            Principal::Role { arn, .. } => (None, Some(plain(arn))),
            Principal::Session { arn, role, .. } => (Some(plain(arn)), Some(plain(role))),
            Principal::FederatedUser { arn, user, .. } => (Some(plain(arn)), Some(plain(user))),
            Principal::User { arn, .. } | Principal::Root { arn, .. } | Principal::Federated(arn) => {
                (Some(plain(arn)), None)
            }
            Principal::Service(service) => (Some(Pattern::of_text(service, Syntax::Literal)), None),
            Principal::Anonymous => (None, None),
        };
        let sessions = match &principal {
            Principal::Role { arn, .. } => Some(session_names(arn)),
            _ => None,
        };
        let service_linked = match &principal {
            Principal::Role { arn: role, .. } | Principal::Session { role, .. } => {
                Pattern::of_text(SERVICE_LINKED, Syntax::Wildcards).covers(&plain(role))
            }
            _ => Truth::No,
        };
        let derived = derived(&principal);
        Self { principal, name, behind, sessions, derived, service_linked }
    }

    /// Who it is.
    #[must_use]
    pub const fn principal(&self) -> &Principal {
        &self.principal
    }

    /// The account that it belongs to; `None` for who belongs to none.
    #[must_use]
    pub const fn account(&self) -> Option<&Text> {
        match &self.principal {
            Principal::Role { account, .. }
            | Principal::Session { account, .. }
            | Principal::User { account, .. }
            | Principal::FederatedUser { account, .. }
            | Principal::Root { account, .. } => Some(account),
            Principal::Service(_) | Principal::Federated(_) | Principal::Anonymous => None,
        }
    }

    pub(super) const fn name(&self) -> Option<&Pattern<Hole>> {
        self.name.as_ref()
    }

    pub(super) const fn behind(&self) -> Option<&Pattern<Hole>> {
        self.behind.as_ref()
    }

    pub(super) const fn sessions(&self) -> Option<&Pattern<Hole>> {
        self.sessions.as_ref()
    }

    /// Whether it is a role that belongs to a service, which organizations do not restrict.
    pub(super) const fn is_service_linked(&self) -> Truth {
        self.service_linked
    }

    /// What the request holds of `key` because of who calls; `None` if nothing follows.
    pub(super) fn find(&self, key: &str) -> Option<Found<'_>> {
        let untagged = matches!(self.principal, Principal::Service(_) | Principal::Anonymous);
        let is_tag = || key.starts_with("aws:principaltag/");
        self.derived.get(key).or_else(|| (untagged && is_tag()).then_some(Found::Absent))
    }
}

/// The path that IAM gives to roles that belong to a service.
const SERVICE_LINKED: &str = "arn:*:iam::*:role/aws-service-role/*";

/// The pattern of the session ARNs of a role: they lack its path.
fn session_names(role: &Text) -> Pattern<Hole> {
    let name = last_segment(role).and_then(|name| name.as_known()).unwrap_or_else(|| "*".into());
    Pattern::of_text(&format!("arn:*:sts::*:assumed-role/{name}/*"), Syntax::Wildcards)
}

/// What stands behind the last `/` of an ARN; `None` if a hole may hold that `/`.
fn last_segment(arn: &Text) -> Option<Text> {
    let mut name = Text::default();
    for piece in arn.pieces().iter().rev() {
        let Piece::Known(known) = piece else { return None };
        match known.text.rsplit_once('/') {
            Some((_, segment)) => return Some(Text::known(segment).concat(name)),
            None => name = Text::known(known.text.clone()).concat(name),
        }
    }
    None
}

/// Keys that only calls of services have.
const OF_SERVICES: &[&str] = &[
    "aws:PrincipalServiceName",
    "aws:PrincipalServiceNamesList",
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
];

/// Keys that only principals of accounts have.
const OF_ACCOUNTS: &[&str] = &["aws:PrincipalArn", "aws:PrincipalOrgID", "aws:PrincipalOrgPaths", "aws:username"];

fn derived(principal: &Principal) -> Context {
    let mut context = Context::default();
    let absent = |context: &mut Context, keys: &[&str]| keys.iter().for_each(|key| context.set(key, Presence::Absent));
    match principal {
        Principal::Service(name) => {
            absent(&mut context, OF_ACCOUNTS);
            context.set("aws:PrincipalAccount", Presence::Absent);
            context.set_value("aws:PrincipalIsAWSService", Text::known("true"));
            context.set_value("aws:PrincipalServiceName", Text::known(name.clone()));
        }
        Principal::Federated(_) => {}
        Principal::Anonymous => {
            absent(&mut context, OF_SERVICES);
            absent(&mut context, OF_ACCOUNTS);
            context.set("aws:PrincipalIsAWSService", Presence::Absent);
            context.set_value("aws:PrincipalAccount", Text::known("anonymous"));
            context.set_value("aws:PrincipalType", Text::known("Anonymous"));
        }
        Principal::Role { arn, account } | Principal::Session { role: arn, account, .. } => {
            of_account(&mut context, arn, account, "AssumedRole");
        }
        Principal::User { arn, account } => {
            of_account(&mut context, arn, account, "User");
            context
                .set("aws:username", last_segment(arn).map_or(Presence::Unknown, |name| Presence::Known(vec![name])));
        }
        Principal::FederatedUser { arn, account, .. } => of_account(&mut context, arn, account, "FederatedUser"),
        Principal::Root { arn, account } => of_account(&mut context, arn, account, "Account"),
    }
    context
}

fn of_account(context: &mut Context, arn: &Text, account: &Text, ty: &'static str) {
    for key in OF_SERVICES {
        context.set(key, Presence::Absent);
    }
    context.set("aws:username", Presence::Absent);
    context.set_value("aws:PrincipalArn", arn.clone());
    context.set_value("aws:PrincipalAccount", account.clone());
    context.set_value("aws:PrincipalIsAWSService", Text::known("false"));
    context.set_value("aws:PrincipalType", Text::known(ty));
}
