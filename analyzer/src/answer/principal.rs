//! Who is meant: an ARN, an account, a service, an address or a name.

use smol_str::SmolStr;

use crate::access::{AccessView, Caller, CallerSide, Principal as Calling};
use crate::aws::arn::{AccountId, Arn};
use crate::aws::facts;
use crate::eval::account::{Account, same};
use crate::eval::text::Text;
use crate::iam::{Principal, PrincipalKind};

use super::names::{self, Named};
use super::{Refusal, SENSITIVE};

/// Someone, ready to be decided about.
pub(super) struct Who<'a> {
    /// What people call it.
    pub(super) name: String,
    /// The account that it is in.
    pub(super) account: Option<Account>,
    /// It, if it is in view.
    pub(super) principal: Option<&'a Principal>,
    pub(super) side: CallerSide<'a>,
}

impl Who<'_> {
    /// The same, with a name that says nothing.
    pub(super) fn without_name(self) -> Self {
        Self { name: SENSITIVE.to_owned(), ..self }
    }
}

/// The one that `written` means.
pub(super) fn find<'a>(view: &'a AccessView<'a>, written: &str) -> Result<Who<'a>, Refusal> {
    if written == "*" {
        return Ok(stranger(view, "everyone".to_owned(), Calling::Anonymous));
    }
    if written.starts_with("arn:") {
        return by_arn(view, written);
    }
    if AccountId::parse(written).is_some() {
        let arn = Text::known(format!("arn:aws:iam::{written}:root"));
        return Ok(root(view, arn, Text::known(written)));
    }
    if let Some(service) = facts::service_principal(written) {
        let meant = facts::nearest_service_principal(written).filter(|_| !service.listed);
        return match meant {
            Some(meant) => Err(Refusal::new(format!("there is no service `{written}`; did you mean `{meant}`?"))),
            None => Ok(stranger(view, written.to_owned(), Calling::Service(written.into()))),
        };
    }
    let things = things(view);
    match names::find(written, &things)? {
        Some(principal) => in_view(view, principal).ok_or_else(|| calls_nothing(principal)),
        None => Err(names::unknown("role or user", written, &things)),
    }
}

fn things<'a>(view: &'a AccessView<'a>) -> Vec<Named<'a, &'a Principal>> {
    let principals = view.iam().principals().iter();
    let named = |it: &'a Principal| {
        let name = it.name.as_known().map(|name| name.to_string()).filter(|_| calls(it));
        Named { stack: &it.stack, address: &it.address, name, it }
    };
    principals.map(named).collect()
}

fn calls(principal: &Principal) -> bool {
    matches!(principal.kind, PrincipalKind::Role | PrincipalKind::User)
}

fn calls_nothing(principal: &Principal) -> Refusal {
    let whom = match principal.kind {
        PrincipalKind::PermissionSet => "a permission set calls nothing itself: ask about one of its roles",
        PrincipalKind::Role | PrincipalKind::User | PrincipalKind::Group => {
            "a group calls nothing itself: ask about one of its users"
        }
    };
    Refusal::new(format!("`{}`: {whom}", principal.address))
}

/// A role or a user in view.
pub(super) fn in_view<'a>(view: &'a AccessView<'a>, principal: &'a Principal) -> Option<Who<'a>> {
    let side = view.caller(principal)?;
    let (name, account) = (display(principal), Some(principal.account.clone()));
    Some(Who { name, account, principal: Some(principal), side })
}

/// A permission set in each account where someone has it.
pub(super) fn of_set<'a>(view: &'a AccessView<'a>, set: &'a Principal) -> impl Iterator<Item = Who<'a>> {
    set.assignments.iter().map(move |assignment| {
        let account = Some(view.accounts().of_text(&assignment.account));
        Who { name: display(set), account, principal: Some(set), side: view.caller_of_set(set, assignment) }
    })
}

/// What people call a principal in view: the address where there is one.
fn display(principal: &Principal) -> String {
    if principal.address.is_empty() { principal.arn.display() } else { principal.address.to_string() }
}

/// An account, which may hand on what it is allowed: its root user.
pub(super) fn root<'a>(view: &'a AccessView<'a>, arn: Text, account: Text) -> Who<'a> {
    let name = format!("account {}", view.account_name(&view.accounts().of_text(&account)));
    stranger(view, name, Calling::Root { arn, account })
}

/// Someone who is not in view.
pub(super) fn stranger<'a>(view: &'a AccessView<'a>, name: String, who: Calling) -> Who<'a> {
    let side = view.stranger(who);
    let account = side.caller.account().map(|account| view.accounts().of_text(account));
    Who { name, account, principal: None, side }
}

fn by_arn<'a>(view: &'a AccessView<'a>, written: &str) -> Result<Who<'a>, Refusal> {
    let text = Text::known(written);
    if let Some(who) = view.iam().with_arn(&text).find_map(|principal| in_view(view, principal)) {
        return Ok(who);
    }
    let meant = view.iam().meant_by(&text);
    if let [only] = meant.possible.as_slice()
        && calls(only)
    {
        let (ours, address) = (only.arn.display(), display(only));
        return Err(Refusal::new(format!("`{written}` may be `{address}` (`{ours}`): name it by its address")));
    }
    let caller = calling(written).ok_or_else(|| Refusal::new(format!("`{written}` is no ARN of someone who calls")))?;
    if let Calling::Session { role, account, .. } = &caller
        && let Some(principal) = role_of_session(view, role, account)
        && let Some(who) = in_view(view, principal)
    {
        let caller = match caller {
            Calling::Session { arn, account, .. } => Calling::Session { arn, role: principal.arn.clone(), account },
            other => other,
        };
        let side = CallerSide { caller: Caller::new(caller), ..who.side };
        return Ok(Who { name: format!("{written} (a session of {})", who.name), side, ..who });
    }
    Ok(match caller {
        Calling::Root { arn, account } => root(view, arn, account),
        caller => stranger(view, written.to_owned(), caller),
    })
}

/// Who has this ARN.
fn calling(written: &str) -> Option<Calling> {
    let arn = Arn::of_text(written).ok()?;
    let (account, resource) = (arn.account.known()?, arn.resource.known()?);
    let partition = arn.partition.known()?;
    let (text, account) = (Text::known(written), Text::known(account.as_ref()));
    let (kind, name) = resource.split_once('/').unwrap_or((resource.as_ref(), ""));
    Some(match (arn.service.known()?.as_ref(), kind) {
        ("iam", "root") => Calling::Root { arn: text, account },
        ("iam", "role") => Calling::Role { arn: text, account },
        ("iam", "user") => Calling::User { arn: text, account },
        ("iam", "saml-provider" | "oidc-provider") => Calling::Federated(text),
        ("sts", "assumed-role") => {
            let role = name.split('/').next()?;
            let role = format!("arn:{partition}:iam::{}:role/{role}", account.display());
            Calling::Session { arn: text, role: Text::known(role), account }
        }
        ("sts", "federated-user") => {
            let user = format!("arn:{partition}:iam::{}:user/{name}", account.display());
            Calling::FederatedUser { arn: text, user: Text::known(user), account }
        }
        _ => return None,
    })
}

/// The one role in view of which a session is: the ARN of a session lacks the path of its role.
fn role_of_session<'a>(view: &'a AccessView<'a>, role: &Text, account: &Text) -> Option<&'a Principal> {
    let role = role.as_known()?;
    let name: SmolStr = role.rsplit('/').next()?.into();
    let account = view.accounts().of_text(account);
    let is_it = |it: &&Principal| {
        it.kind == PrincipalKind::Role
            && it.name.as_known().as_ref() == Some(&name)
            && same(&it.account, &account).truth.is_yes()
    };
    let mut found = view.iam().principals().iter().filter(is_it);
    let first = found.next()?;
    found.next().is_none().then_some(first)
}
