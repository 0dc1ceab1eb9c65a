//! Who may do what to which resource, as far as a policy names both.

use smol_str::SmolStr;

use crate::access::caller::Principal as Calling;
use crate::access::claims::allows;
use crate::access::grants::actions::{self, Claimed};
use crate::access::grants::{State, are_two, identity, resource as on_resources};
use crate::access::view::TargetSide;
use crate::eval::text::Text;
use crate::iam::{PolicedResource, ResourcePolicySource};
use crate::policy::model::{Leaf, Statement};

use super::build::{Builder, Draft, Who};
use super::judge::{Judged, judge_all, judge_many};
use super::nodes::{Named, named_in};
use super::{EdgeKind, NodeKind};

/// Adds the edges that end at resources.
pub(super) fn add(builder: &mut Builder<'_, '_>) {
    let view = builder.view;
    if !builder.wants_resources() {
        return;
    }
    for resource in view.iam().resources() {
        if !builder.wants_resource(resource) {
            continue;
        }
        for policy in &resource.policies {
            let document = match &policy.source {
                ResourcePolicySource::Site(index) => view.policies().get(*index).map(|site| &site.document),
                ResourcePolicySource::Implied(document) => Some(document),
                ResourcePolicySource::Default(_) => None,
            };
            for statement in document.into_iter().flat_map(|document| &document.statements) {
                let_in(builder, resource, statement);
            }
        }
    }
    for who in builder.callers() {
        let Some(principal) = builder.principal(who.index) else { continue };
        for (_, statement) in identity::statements(view, principal) {
            let reached = identity::reached(view, statement).into_iter();
            for (resource, leaves) in
                reached.filter(|(resource, _)| builder.wants_resource(resource)).collect::<Vec<_>>()
            {
                claim(builder, who, statement, resource, &leaves);
            }
        }
    }
}

/// Adds the edges of those whom a statement of the policy on `resource` lets in.
fn let_in<'a>(builder: &mut Builder<'_, 'a>, resource: &'a PolicedResource, statement: &'a Statement) {
    let view = builder.view;
    if !allows(statement) {
        return;
    }
    let arns = on_resources::arns(statement, resource);
    let known: Vec<&Text> = arns.iter().collect();
    let targets: Vec<TargetSide<'_>> = arns.iter().map(|arn| view.within(resource, arn)).collect();
    let Some(to) = builder.resource_node(resource) else { return };
    for (_, named) in named_in(view, statement) {
        let crosses = match &named {
            Named::Principal(principal) => are_two(&principal.account, &resource.account).is_some(),
            Named::Other(NodeKind::Account | NodeKind::Stranger(_), Some(account)) => {
                are_two(account, &resource.account).is_some()
            }
            Named::Other(..) => false,
        };
        let claims = if crosses {
            actions::on_resource(statement, resource, &known)
        } else {
            actions::within_account(statement, resource, &known)
        };
        let whom = Whom::of(builder, named, statement);
        for claim in &claims {
            let judged = whom.as_ref().and_then(|whom| whom.judge(builder, claim, &targets));
            if let (Some(whom), Some(judged)) = (&whom, judged) {
                let judged = as_far_as_known(judged, resource);
                let (from, kind) = (whom.node, EdgeKind::Reach);
                let action = name(claim.leaf);
                let resource = Some(statement.span);
                builder.add(&Draft { from, to, kind, action, judged: &judged, resource, identity: None });
            }
        }
    }
}

/// Someone whom a policy on a resource names.
struct Whom<'s> {
    node: usize,
    index: Option<usize>,
    calling: Option<Calling>,
    is_many: bool,
    statement: &'s Statement,
}

impl<'s> Whom<'s> {
    fn of(builder: &mut Builder<'_, '_>, named: Named<'_>, statement: &'s Statement) -> Option<Self> {
        let index = match &named {
            Named::Principal(principal) => builder.index_of(principal),
            Named::Other(NodeKind::Federated(_), _) => return None,
            Named::Other(..) => None,
        };
        let is_many = matches!(&named, Named::Other(NodeKind::Account | NodeKind::Everyone, _));
        let (node, calling) = builder.node_of(named)?;
        Some(Self { node, index, calling, is_many, statement })
    }

    fn judge(&self, builder: &mut Builder<'_, '_>, claim: &Claimed<'_>, targets: &[TargetSide<'_>]) -> Option<Judged> {
        let view = builder.view;
        let asked = || claim.actions.iter().flat_map(|action| targets.iter().map(move |target| (action, target)));
        match (&self.calling, self.index) {
            (Some(calling), _) if self.is_many => judge_many(view, calling.clone(), self.statement, asked()),
            (Some(calling), _) => judge_all(view, &view.stranger(calling.clone()), asked()),
            (None, Some(index)) => builder.side(index.into()).and_then(|side| judge_all(view, side, asked())),
            (None, None) => None,
        }
    }
}

/// Adds the edge that a statement of a policy of `who` speaks of with `leaves`, which name
/// `resource` or what is within it.
fn claim<'a>(
    builder: &mut Builder<'_, 'a>,
    who: Who,
    statement: &'a Statement,
    resource: &'a PolicedResource,
    leaves: &[&'a Leaf],
) {
    let view = builder.view;
    let arns: Vec<&Text> = leaves.iter().map(|leaf| &leaf.text).collect();
    let crosses = builder.account(who).is_some_and(|account| are_two(&account, &resource.account).is_some());
    let claims = if crosses {
        actions::on_resource(statement, resource, &arns)
    } else {
        actions::within_account(statement, resource, &arns)
    };
    let targets: Vec<TargetSide<'_>> = arns.iter().map(|arn| view.within(resource, arn)).collect();
    let (Some(from), Some(to)) = (builder.caller_node(who), builder.resource_node(resource)) else { return };
    for claim in &claims {
        let asked = claim.actions.iter().flat_map(|action| targets.iter().map(move |target| (action, target)));
        let Some(judged) = builder.side(who).and_then(|side| judge_all(view, side, asked)) else { continue };
        let judged = as_far_as_known(judged, resource);
        let action = name(claim.leaf);
        // One fault is said once, and the policy on the resource says it.
        if judged.state != State::ResourceMissing || !builder.says(from, to, &action) {
            let (kind, action, identity) = (EdgeKind::Reach, action, Some(statement.span));
            builder.add(&Draft { from, to, kind, action, judged: &judged, resource: None, identity });
        }
    }
}

/// An action as a policy writes it, unless that is sensitive.
fn name(action: &Leaf) -> SmolStr {
    if action.sensitive { "(sensitive)".into() } else { action.text.display().into() }
}

/// Where something else than policies may let someone in, a missing half proves nothing.
fn as_far_as_known(judged: Judged, resource: &PolicedResource) -> Judged {
    let is_sure = actions::needs_both(resource) && !on_resources::has_grants(resource);
    let is_missing = matches!(judged.state, State::IdentityMissing | State::ResourceMissing);
    if is_missing && !is_sure { Judged { state: State::Unknown, ..judged } } else { judged }
}
