//! Grants as the policies of principals claim them.

use std::cell::OnceCell;

use crate::access::view::{AccessView, CallerSide, TargetSide};
use crate::eval::account::same;
use crate::eval::text::Text;
use crate::iam::{AccountPolicy, PolicedResource, PolicySource, Principal, PrincipalKind};
use crate::policy::model::{Leaf, Statement};

use super::actions::{self, Claimed};
use super::named::{self, Strangers};
use super::resource::names;
use super::{Grant, GrantTarget, State, allows, are_two, claimed, is_certain};

/// A principal that claims something, compiled when it does.
struct Claimant<'a> {
    view: &'a AccessView<'a>,
    principal: &'a Principal,
    side: OnceCell<Option<CallerSide<'a>>>,
}

pub(super) fn assuming<'a>(view: &'a AccessView<'a>) -> Vec<Grant<'a>> {
    let strangers = Strangers::of(view.iam());
    let claimants = claimants(view);
    let statements = claimants.iter().flat_map(|it| it.statements().map(move |(site, said)| (it, site, said)));
    let grants = statements.flat_map(|(claimant, site, statement)| {
        let claim = actions::assume_role(statement);
        let strangers = &strangers;
        claim.into_iter().flat_map(move |claim| {
            let of_role = move |leaf: &'a Leaf| claimant.assumes(strangers, site, &claim, leaf);
            resources(statement).filter_map(of_role)
        })
    });
    grants.collect()
}

pub(super) fn reaching<'a>(view: &'a AccessView<'a>) -> Vec<Grant<'a>> {
    let strangers = Strangers::of(view.iam());
    let claimants = claimants(view);
    let mut grants = Vec::new();
    for claimant in &claimants {
        for (site, statement) in claimant.statements() {
            for (resource, leaves) in reached(view, statement) {
                if actions::needs_both(resource)
                    && !has_account_policy(view, resource)
                    && strangers.leave_resource(resource)
                {
                    grants.extend(claimant.reaches(site, statement, resource, &leaves));
                }
            }
        }
    }
    grants
}

/// Roles and users that are there for certain.
fn claimants<'a>(view: &'a AccessView<'a>) -> Vec<Claimant<'a>> {
    let calls = |it: &&Principal| matches!(it.kind, PrincipalKind::Role | PrincipalKind::User);
    let principals = view.iam().principals().iter().filter(calls).filter(|it| is_certain(&it.existence));
    principals.map(|principal| Claimant { view, principal, side: OnceCell::new() }).collect()
}

/// The allowing statements that `principal` has for certain, its groups' among them, with the uses that they are in.
pub(in crate::access) fn statements<'a>(
    view: &AccessView<'a>,
    principal: &'a Principal,
) -> impl Iterator<Item = (usize, &'a Statement)> + use<'a> {
    let (iam, policies) = (view.iam(), view.policies());
    let groups = principal.groups.iter().filter(|it| is_certain(&it.existence));
    let groups = groups.filter_map(|membership| iam.principals().get(membership.group));
    let attached = std::iter::once(principal).chain(groups).flat_map(|it| &it.policies);
    let sites = attached.filter(|policy| is_certain(&policy.existence)).filter_map(|policy| match policy.source {
        PolicySource::Site(index) => Some((index, policies.get(index)?)),
        PolicySource::Aws(_) | PolicySource::NotInView(_) | PolicySource::Unknown(_) => None,
    });
    sites.flat_map(|(index, site)| {
        let statements = site.document.statements.iter().filter(|it| allows(it));
        statements.map(move |statement| (index, statement))
    })
}

impl<'a> Claimant<'a> {
    fn statements(&self) -> impl Iterator<Item = (usize, &'a Statement)> + use<'a> {
        statements(self.view, self.principal)
    }

    fn side(&self) -> Option<&CallerSide<'a>> {
        self.side.get_or_init(|| self.view.caller(self.principal)).as_ref()
    }

    /// The grant of `sts:AssumeRole` that `leaf` claims, if it names a role of another account.
    fn assumes(
        &self,
        strangers: &Strangers<'_>,
        site: usize,
        claim: &Claimed<'a>,
        leaf: &'a Leaf,
    ) -> Option<Grant<'a>> {
        let role = named::role(self.view.iam(), &leaf.text)?;
        let likely = are_two(&self.principal.account, &role.account)?;
        if !strangers.leave(role) {
            return None;
        }
        let state = claimed(self.view, self.side()?, claim, &[self.view.role(role)]);
        let actions = vec![(claim.leaf, state)];
        let (principal, target) = (self.principal, GrantTarget::Role(role));
        let via = self.view.policies().get(site)?.span;
        Some(Grant { principal, target, leaf, site: Some(site), via, actions, likely })
    }

    /// The grant that a statement claims with `leaves`, which name `resource` or what is within it.
    fn reaches(
        &self,
        site: usize,
        statement: &'a Statement,
        resource: &'a PolicedResource,
        leaves: &[&'a Leaf],
    ) -> Option<Grant<'a>> {
        let likely = are_two(&self.principal.account, &resource.account)?;
        let (leaf, side) = (leaves.first()?, self.side()?);
        let arns: Vec<&Text> = leaves.iter().map(|leaf| &leaf.text).collect();
        let claims = actions::on_resource(statement, resource, &arns);
        let targets: Vec<TargetSide<'_>> = arns.iter().map(|arn| self.view.within(resource, arn)).collect();
        let state = |claim: &Claimed<'a>| match claimed(self.view, side, claim, &targets) {
            State::ResourceMissing if self.is_claimed_there(side, claim, resource) => State::Unknown,
            state => state,
        };
        let actions: Vec<_> = claims.iter().map(|claim| (claim.leaf, state(claim))).collect();
        let (principal, target) = (self.principal, GrantTarget::Resource(resource));
        let via = self.view.policies().get(site)?.span;
        let is_something = !actions.is_empty();
        is_something.then_some(Grant { principal, target, leaf, site: Some(site), via, actions, likely })
    }

    /// Whether the policy on `resource` claims the same for this principal on another part of
    /// it: one fault is said once, and then it is said there.
    fn is_claimed_there(&self, side: &CallerSide<'_>, claim: &Claimed<'_>, resource: &PolicedResource) -> bool {
        let whole = resource.arn.clone().concat(Text::known("*"));
        names(self.view, resource, self.principal)
            && claimed(self.view, side, claim, &[self.view.within(resource, &whole)]) != State::ResourceMissing
    }
}

/// Whether a policy on everything of the service in its account may let someone in as well.
fn has_account_policy(view: &AccessView<'_>, resource: &PolicedResource) -> bool {
    let about = |policy: &AccountPolicy| {
        policy.service == resource.service && same(&policy.account, &resource.account).truth.may_be()
    };
    view.iam().account_policies().iter().any(about)
}

/// The strings of `Resource`; none where there is a `NotResource`.
pub(in crate::access) fn resources(statement: &Statement) -> impl Iterator<Item = &Leaf> {
    let negated = statement.resources.iter().any(|strings| strings.negated);
    let elements = statement.resources.iter().filter(move |_| !negated);
    elements.flat_map(|strings| &strings.items)
}

/// The resources of the workspace that a statement names, each with the strings that do.
pub(in crate::access) fn reached<'a>(
    view: &AccessView<'a>,
    statement: &'a Statement,
) -> Vec<(&'a PolicedResource, Vec<&'a Leaf>)> {
    let mut found: Vec<(&PolicedResource, Vec<&Leaf>)> = Vec::new();
    for leaf in resources(statement) {
        let Some(resource) = named::resource(view.iam(), &leaf.text) else { continue };
        match found.iter_mut().find(|(it, _)| std::ptr::eq(*it, resource)) {
            Some((_, leaves)) => leaves.push(leaf),
            None => found.push((resource, vec![leaf])),
        }
    }
    found
}
