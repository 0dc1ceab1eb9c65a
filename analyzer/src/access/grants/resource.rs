//! Grants as the policies on resources and roles claim them.

use std::collections::hash_map::Entry;

use rustc_hash::FxHashMap;

use crate::access::view::{AccessView, CallerSide, TargetSide};
use crate::eval::equality::texts_equal;
use crate::eval::text::Text;
use crate::iam::{PolicedResource, Principal, PrincipalKind, ResourcePolicySource};
use crate::policy::model::{Leaf, PolicyDocument, Statement, Strings};
use crate::source::Span;

use super::actions::{self, Claimed, is_everything};
use super::named::{self, Strangers};
use super::{Grant, GrantTarget, allows, are_two, claimed, is_certain};

/// Looks at one policy after the other.
struct Reader<'a> {
    view: &'a AccessView<'a>,
    strangers: Strangers<'a>,
    /// Those who were asked about, by the addresses of their principals.
    callers: FxHashMap<usize, CallerSide<'a>>,
    grants: Vec<Grant<'a>>,
}

/// A policy on something.
#[derive(Clone, Copy)]
struct On<'a> {
    target: GrantTarget<'a>,
    document: &'a PolicyDocument,
    site: Option<usize>,
    via: Span,
}

pub(super) fn trusted<'a>(view: &'a AccessView<'a>) -> Vec<Grant<'a>> {
    let mut reader = Reader::new(view);
    let roles = view.iam().principals().iter().filter(|it| it.kind == PrincipalKind::Role);
    for role in roles.filter(|it| is_certain(&it.existence) && !it.service_linked) {
        let Some((index, site)) = role.trust.and_then(|index| Some((index, view.policies().get(index)?))) else {
            continue;
        };
        let on = On { target: GrantTarget::Role(role), document: &site.document, site: Some(index), via: site.span };
        reader.read(on);
    }
    reader.grants
}

pub(super) fn let_in<'a>(view: &'a AccessView<'a>) -> Vec<Grant<'a>> {
    let mut reader = Reader::new(view);
    for resource in view
        .iam()
        .resources()
        .iter()
        .filter(|it| is_certain(&it.existence) && actions::needs_both(it) && !has_grants(it))
    {
        for policy in resource.policies.iter().filter(|it| is_certain(&it.existence)) {
            let (document, site) = match &policy.source {
                ResourcePolicySource::Site(index) => {
                    (view.policies().get(*index).map(|site| &*site.document), Some(*index))
                }
                ResourcePolicySource::Implied(document) => (Some(&**document), None),
                ResourcePolicySource::Default(_) => continue,
            };
            if let Some(document) = document {
                reader.read(On { target: GrantTarget::Resource(resource), document, site, via: policy.via });
            }
        }
    }
    reader.grants
}

/// Whether a key has grants: what they allow needs no policy of the caller.
pub(in crate::access) fn has_grants(resource: &PolicedResource) -> bool {
    let implied = |source: &ResourcePolicySource| matches!(source, ResourcePolicySource::Implied(_));
    resource.service == "kms" && resource.policies.iter().any(|policy| implied(&policy.source))
}

impl<'a> Reader<'a> {
    fn new(view: &'a AccessView<'a>) -> Self {
        Self { view, strangers: Strangers::of(view.iam()), callers: FxHashMap::default(), grants: Vec::new() }
    }

    fn read(&mut self, on: On<'a>) {
        for statement in on.document.statements.iter().filter(|it| allows(it)) {
            for leaf in accounts_principals(statement) {
                if let Some(grant) = self.grant(on, statement, leaf) {
                    self.grants.push(grant);
                }
            }
        }
    }

    /// What the statement claims for the principal `leaf`, if that is one of another account.
    fn grant(&mut self, on: On<'a>, statement: &'a Statement, leaf: &'a Leaf) -> Option<Grant<'a>> {
        let principal = named::principal(self.view.iam(), &leaf.text)?;
        let likely = are_two(&principal.account, on.target.account())?;
        if !self.strangers.leave(principal) {
            return None;
        }
        let (claims, targets) = self.claims(on, statement);
        let view = self.view;
        let by = match self.callers.entry(std::ptr::from_ref(principal).addr()) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => new.insert(view.caller(principal)?),
        };
        let states = claims.iter().map(|claim| (claim.leaf, claimed(view, by, claim, &targets)));
        let actions: Vec<_> = states.collect();
        let is_something = !actions.is_empty();
        is_something.then_some(Grant {
            principal,
            target: on.target,
            leaf,
            site: on.site,
            via: on.via,
            actions,
            likely,
        })
    }

    fn claims(&self, on: On<'a>, statement: &'a Statement) -> (Vec<Claimed<'a>>, Vec<TargetSide<'a>>) {
        match on.target {
            GrantTarget::Role(role) => {
                (actions::assume_role(statement).into_iter().collect(), vec![self.view.role(role)])
            }
            GrantTarget::Resource(resource) => {
                let arns = arns(statement, resource);
                let known: Vec<&Text> = arns.iter().collect();
                let claims = actions::on_resource(statement, resource, &known);
                (claims, arns.iter().map(|arn| self.view.within(resource, arn)).collect())
            }
        }
    }
}

/// What a statement of a policy on `resource` is about. Where that is anything, or cannot
/// be said in one text, it is the resource with all that its ARN may go on with.
pub(in crate::access) fn arns(statement: &Statement, resource: &PolicedResource) -> Vec<Text> {
    let whole = || vec![resource.arn.clone().concat(Text::known("*"))];
    let is_open = |elements: &Strings| {
        elements.negated || !elements.open.is_empty() || elements.items.iter().any(|leaf| is_vague(&leaf.text))
    };
    if statement.resources.is_empty() || statement.resources.iter().any(is_open) {
        return whole();
    }
    statement.resources.iter().flat_map(|elements| &elements.items).map(|leaf| leaf.text.clone()).collect()
}

/// Whether a string of `Resource` holds a policy variable or is about everything.
fn is_vague(arn: &Text) -> bool {
    is_everything(arn) || arn.display().contains("${")
}

/// The principals of the type `AWS` that a statement names.
fn accounts_principals(statement: &Statement) -> impl Iterator<Item = &Leaf> {
    let negated = statement.principals.iter().any(|principals| principals.negated);
    let named = statement.principals.iter().filter(move |principals| !negated && !principals.bare);
    let of_type = |kind: &Leaf| kind.text.as_known().is_some_and(|it| it == "AWS");
    let groups = named.flat_map(|principals| &principals.groups).filter(move |group| of_type(&group.kind));
    groups.flat_map(|group| &group.items)
}

/// Whether an allowing statement of the policies on `resource` names `principal` itself.
pub(super) fn names(view: &AccessView<'_>, resource: &PolicedResource, principal: &Principal) -> bool {
    let documents = resource.policies.iter().filter_map(|policy| match &policy.source {
        ResourcePolicySource::Site(index) => view.policies().get(*index).map(|site| &site.document),
        ResourcePolicySource::Implied(document) => Some(document),
        ResourcePolicySource::Default(_) => None,
    });
    let statements = documents.flat_map(|document| &document.statements).filter(|it| allows(it));
    let mut leaves = statements.flat_map(accounts_principals);
    leaves.any(|leaf| texts_equal(&leaf.text, &principal.arn).is_yes())
}
