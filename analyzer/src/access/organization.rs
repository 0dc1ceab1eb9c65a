//! What organizations deny for certain.
//!
//! A workspace shows a part of the tree of units at best. What hangs on an account or above
//! it is in force there, whatever else does; what is allowed at each level cannot be told.
//! The management account is bound by nothing.
//!
//! Source: AWS Organizations User Guide, `orgs_manage_policies_scps` and `orgs_manage_policies_rcps`.

use crate::config::AccountRole;
use crate::eval::account::same;
use crate::eval::equality::texts_equal;
use crate::eval::evaluator::Existence;
use crate::eval::symbol::Symbol;
use crate::eval::text::Text;
use crate::iam::{MemberKind, OrganizationMember, OrganizationPolicy};
use crate::policy::model::PolicyKind;
use crate::source::Span;
use crate::truth::Truth;

use super::compiled::CompiledPolicy;
use super::context::Context;
use super::decide::{Decision, Denial, Half, decide};
use super::policy_set::{Attached, Guardrails, Policies};
use super::request::Action;
use super::view::{AccessView, CallerSide, TargetSide, question};

/// How deep units lie in each other at most.
const DEEPEST: usize = 5;

impl AccessView<'_> {
    /// The statement by which a policy of an organization denies that `by` does `action` to `on`,
    /// whatever the unknowns and the request are.
    #[must_use]
    pub fn denied_by_organization(
        &self,
        by: &CallerSide<'_>,
        action: &Action,
        on: &TargetSide<'_>,
    ) -> Option<(Half, Span)> {
        if self.iam().organization_policies().is_empty() {
            return None;
        }
        let service_control = self.binding(PolicyKind::ServiceControl, by.caller.account()?);
        let resource_control =
            on.target.account().map(|account| self.binding(PolicyKind::ResourceControl, account)).unwrap_or_default();
        let level = |policies| [Attached { policies, ..Attached::NOT_IN_VIEW }];
        let (service_levels, resource_levels) = (level(&service_control), level(&resource_control));
        let bound = |levels| Guardrails { levels, bind: Truth::Yes };
        let context = Context::default();
        let (request, policies) = question(by, action, on, &context);
        let policies =
            Policies { service_control: bound(&service_levels), resource_control: bound(&resource_levels), ..policies };
        let Decision::Denied(witness, Denial::Explicit) = decide(&request, &policies, self) else { return None };
        let said = witness.statements.first()?;
        Some((said.half, said.policy.statement_span(said.statement)?))
    }

    /// The policies of that kind that bind `account` for certain.
    fn binding(&self, kind: PolicyKind, account: &Text) -> Vec<&CompiledPolicy> {
        let places = self.places_of(account);
        let binds = |policy: &&OrganizationPolicy| {
            let mut targets = policy.targets.iter().filter(|target| target.existence == Existence::Certain);
            policy.kind == kind
                && policy.existence == Existence::Certain
                && targets.any(|target| places.iter().any(|place| are_one(&target.id, place)))
        };
        let policies = self.iam().organization_policies().iter().filter(binds);
        let documents = policies.filter_map(|policy| self.policies().get(policy.site)).map(|site| &site.document);
        documents.filter_map(|document| self.library().get(document, kind)).collect()
    }

    /// What a policy is attached to that binds `account`: its number and the ids of the units
    /// that it lies in, as far as they are in view. None of the management account, or one
    /// that may be it.
    fn places_of(&self, account: &Text) -> Vec<&Text> {
        let own = self.accounts().of_text(account);
        let is_own = |it: &&OrganizationMember| {
            let sameness = same(&self.accounts().of_text(&it.id), &own);
            it.existence == Existence::Certain && sameness.truth.is_yes() && !sameness.likely
        };
        let Some(member) = self.members(MemberKind::Account).find(is_own) else { return Vec::new() };
        let is_management = self.accounts().declared().iter().any(|declared| {
            declared.roles.contains(&AccountRole::Management) && (declared.id.is_none() || declared.id == own.id)
        });
        if is_management {
            return Vec::new();
        }
        let mut places = vec![&member.id];
        let mut above = member.parent.as_ref();
        while let Some(parent) = above.filter(|_| places.len() <= DEEPEST) {
            places.push(parent);
            let unit = self.members(MemberKind::Unit).find(|unit| are_one(&unit.id, parent));
            above = unit.and_then(|unit| unit.parent.as_ref());
        }
        places
    }

    fn members(&self, kind: MemberKind) -> impl Iterator<Item = &OrganizationMember> {
        self.iam().organization_members().iter().filter(move |member| member.kind == kind)
    }
}

/// Whether two ids are equal whatever their holes are.
fn are_one(left: &Text, right: &Text) -> bool {
    texts_equal(left, right).is_yes() && left.holes().all(Symbol::is_stable)
}
