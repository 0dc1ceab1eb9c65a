//! What is meant: an ARN, an address, or `*` for an action that is about no resource.

use crate::access::grants::named as known;
use crate::access::{AccessView, Holding, Target, TargetSide};
use crate::aws::facts::{self, ActionFacts, Feature};
use crate::aws::pattern::{Pattern, Piece as PatternPiece, Syntax};
use crate::aws::resource::{action_fits, filled};
use crate::aws::sites;
use crate::eval::account::Account;
use crate::eval::symbol::Symbol;
use crate::eval::text::{Piece, Text};
use crate::iam::{PolicedResource, Principal};

use super::names::{self, Named};
use super::{Asking, Refusal, SENSITIVE, Thing, has_wildcards, known_letters};

/// Something, ready to be decided about.
pub(super) struct What<'a> {
    /// What people call it.
    pub(super) name: String,
    /// The account that it is in.
    pub(super) account: Option<Account>,
    /// What has a policy in view, if it does.
    pub(super) held: HeldBy<'a>,
    pub(super) side: TargetSide<'a>,
}

/// Whose policy is the one on a target.
#[derive(Clone, Copy)]
pub(super) enum HeldBy<'a> {
    /// A role's trust policy.
    Role(&'a Principal),
    /// A resource's.
    Resource(&'a PolicedResource),
    /// Nothing in view.
    Nothing,
}

impl What<'_> {
    /// The same, with a name that says nothing.
    pub(super) fn without_name(self) -> Self {
        Self { name: SENSITIVE.to_owned(), ..self }
    }
}

/// What `written` means. What is in no account in particular is taken to be in `account`.
pub(super) fn find<'a>(
    asking: &Asking<'a>,
    written: &str,
    action: &ActionFacts,
    account: Option<&Text>,
) -> Result<What<'a>, Refusal> {
    if !action.has_resource_types() {
        return if written == "*" {
            Ok(nothing_in_particular(asking.view, account))
        } else {
            Err(Refusal::new(format!("`{}` is about no resource in particular: ask about `*`", action.name)))
        };
    }
    if written == "*" || written.starts_with("arn:") {
        let found = by_arn(asking.view, &Text::known(written), action, account, Family::All);
        return found.ok_or_else(|| misfit(action, written));
    }
    by_address(asking, written, action)
}

/// That an action is never about what was named.
fn misfit(action: &ActionFacts, written: &str) -> Refusal {
    let forms: Vec<String> = forms(action).iter().map(|(_, form)| format!("`{}`", filled(form))).collect();
    Refusal::new(format!("`{}` is never about `{written}`, but about {}", action.name, forms.join(" or ")))
}

/// What an action without resources is about.
pub(super) fn nothing_in_particular<'a>(view: &AccessView<'_>, account: Option<&Text>) -> What<'a> {
    let target = Target::new(&Text::known("*"), account.cloned());
    let account = account.map(|account| view.accounts().of_text(account));
    let side = TargetSide { target, policies: Holding::none() };
    What { name: "*".to_owned(), account, held: HeldBy::Nothing, side }
}

/// What a pattern of ARNs stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    /// All that it matches.
    All,
    /// Some of it: there may always be one on which there is no policy.
    Some,
}

/// What has this ARN, or what a pattern stands for; `None` if `action` is never about it.
pub(super) fn by_arn<'a>(
    view: &'a AccessView<'a>,
    arn: &Text,
    action: &ActionFacts,
    account: Option<&Text>,
    family: Family,
) -> Option<What<'a>> {
    if let Some(resource) = known::resource(view.iam(), arn) {
        return in_view(view, resource, arn, action);
    }
    if let Some(role) = known::role(view.iam(), arn).filter(|_| is_trust(action)) {
        return Some(of_role(view, role));
    }
    if !fits(action, arn) {
        return None;
    }
    let written = view.accounts().of_arn(arn).filter(|it| !has_wildcards(&it.text));
    let account = written.or_else(|| account.map(|account| view.accounts().of_text(account)));
    let may_be_new = family == Family::Some && is_family(arn) && !needs_policy(action);
    let policies = if may_be_new || !takes_policy(action) { Holding::none() } else { Holding::default() };
    let target = Target::each(arn, account.as_ref().map(|it| it.text.clone()));
    Some(What { name: arn.display(), account, held: HeldBy::Nothing, side: TargetSide { target, policies } })
}

/// A role as what is assumed.
pub(super) fn of_role<'a>(view: &'a AccessView<'a>, role: &'a Principal) -> What<'a> {
    let (name, account) = (called(&role.address, &role.arn), Some(role.account.clone()));
    What { name, account, held: HeldBy::Role(role), side: view.role(role) }
}

/// A resource in view, or what is within it if `action` is about that; `None` if it is about neither.
pub(super) fn of_resource<'a>(
    view: &'a AccessView<'a>,
    resource: &'a PolicedResource,
    action: &ActionFacts,
) -> Option<What<'a>> {
    let arn = resource.arn.clone().concat(Text::known(inside(resource, action)?));
    in_view(view, resource, &arn, action)
}

fn in_view<'a>(
    view: &'a AccessView<'a>,
    resource: &'a PolicedResource,
    arn: &Text,
    action: &ActionFacts,
) -> Option<What<'a>> {
    if arn.display() == resource.arn.display() {
        let inside = inside(resource, action)?;
        if !inside.is_empty() {
            return in_view(view, resource, &resource.arn.clone().concat(Text::known(inside)), action);
        }
    }
    let name = if arn.is_known() { arn.display() } else { called(&resource.address, arn) };
    let (account, side) = (Some(resource.account.clone()), view.within(resource, arn));
    fits(action, arn).then_some(What { name, account, held: HeldBy::Resource(resource), side })
}

/// What stands behind the ARN of `resource` in those of what `action` is about: nothing if
/// that is the resource itself, `/*` for the objects of a bucket. `None` if it is about neither.
fn inside(resource: &PolicedResource, action: &ActionFacts) -> Option<String> {
    let Some(outer) = resource.resource_type.and_then(|ty| facts::resource_type(resource.service, ty)) else {
        return (action.service() == resource.service).then(String::new);
    };
    let inner = forms(action).into_iter();
    let ends = inner.filter_map(|(_, form)| outer.arns().find_map(|outer| form.strip_prefix(outer)));
    ends.map(filled).min_by_key(String::len)
}

fn called(address: &str, arn: &Text) -> String {
    if address.is_empty() { arn.display() } else { address.to_owned() }
}

/// Something that can be named by its address.
#[derive(Clone, Copy)]
enum Choice<'t, 'a> {
    Resource(&'a PolicedResource),
    Principal(&'a Principal),
    Thing(&'t Thing),
}

fn by_address<'a>(asking: &Asking<'a>, written: &str, action: &ActionFacts) -> Result<What<'a>, Refusal> {
    let iam = asking.view.iam();
    let resources = iam.resources().iter().map(|it| Named {
        stack: &it.stack,
        address: &it.address,
        name: None,
        it: Choice::Resource(it),
    });
    let principals = iam.principals().iter().map(|it| Named {
        stack: &it.stack,
        address: &it.address,
        name: None,
        it: Choice::Principal(it),
    });
    let mut named: Vec<Named<'_, Choice<'_, 'a>>> = resources.chain(principals).collect();
    let mut found = names::find(written, &named)?;
    let things = if found.is_none() { (asking.things)() } else { Vec::new() };
    if found.is_none() {
        named.extend(things.iter().map(|it| Named {
            stack: &it.stack,
            address: &it.address,
            name: None,
            it: Choice::Thing(it),
        }));
        found = names::find(written, &named)?;
    }
    let what = match found {
        Some(Choice::Resource(resource)) => of_resource(asking.view, resource, action),
        Some(Choice::Principal(role)) if is_trust(action) => Some(of_role(asking.view, role)),
        Some(Choice::Principal(it)) => of_thing(asking.view, written, &it.arn, &it.account, action),
        Some(Choice::Thing(it)) => of_thing(asking.view, written, &it.arn, &it.account, action),
        None => return Err(names::unknown("resource", written, &named)),
    };
    what.ok_or_else(|| misfit(action, written))
}

fn of_thing<'a>(
    view: &'a AccessView<'a>,
    written: &str,
    arn: &Text,
    account: &Account,
    action: &ActionFacts,
) -> Option<What<'a>> {
    let what = by_arn(view, arn, action, Some(&account.text), Family::All)?;
    Some(What { name: if arn.is_known() { what.name } else { written.to_owned() }, ..what })
}

/// A resource that is in view but has no policy there.
pub(super) fn thing<'a>(view: &'a AccessView<'a>, thing: &Thing, action: &ActionFacts) -> Option<What<'a>> {
    of_thing(view, &thing.address, &thing.arn, &thing.account, action)
}

/// Whether the trust policy of a role decides about `action`.
pub(super) fn is_trust(action: &ActionFacts) -> bool {
    action.service() == "sts" && action.resource_types().any(|(name, _)| name == "role")
}

/// Whether nothing is allowed without a policy that says so, not even within an account.
fn needs_policy(action: &ActionFacts) -> bool {
    action.service() == "kms" || is_trust(action)
}

/// The resource types that `action` is about, each with a form of its ARN.
fn forms(action: &ActionFacts) -> Vec<(&'static str, &'static str)> {
    let types = action.resource_types().filter_map(|(name, _)| facts::resource_type(action.service(), name));
    types.flat_map(|ty| ty.arns().map(|form| (ty.name, form)).collect::<Vec<_>>()).collect()
}

/// Whether a resource that `action` is about can have a policy, as far as the tables know.
fn takes_policy(action: &ActionFacts) -> bool {
    let service = |form: &str| form.split(':').nth(SERVICE).map(str::to_owned).unwrap_or_default();
    is_trust(action) || forms(action).iter().any(|(name, form)| can_have_policy(&service(form), name))
}

/// The place of the service among the fields of an ARN.
const SERVICE: usize = 2;

fn can_have_policy(service: &str, ty: &str) -> bool {
    let mut on_resources = sites::all_policies().filter(|site| site.kind == sites::PolicySite::Resource);
    let support = facts::support(Feature::ResourcePolicy, service, ty);
    on_resources.any(|site| site.service == service) && support.is_none_or(|it| it.on(facts::date()))
}

/// Whether `action` can be about something that `arn` stands for.
fn fits(action: &ActionFacts, arn: &Text) -> bool {
    let pieces = arn.pieces().iter().map(|piece| match piece {
        Piece::Known(known) => PatternPiece::Text(known.text.as_str()),
        Piece::Hole(symbol) => PatternPiece::Hole(symbol.clone()),
    });
    let pattern: Pattern<Symbol> = Pattern::new(pieces, Syntax::Wildcards);
    action_fits(action, &pattern).may_be()
}

/// Whether a pattern stands for whole resources: one of the objects of a bucket does not.
fn is_family(arn: &Text) -> bool {
    let shown = known_letters(arn);
    let name = if shown.contains(":s3:") { shown.split('/').next().unwrap_or_default() } else { &shown };
    name.contains(['*', '?'])
}
