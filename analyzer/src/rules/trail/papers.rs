//! The policies on a resource, as far as they have a say when a trail is made.

use std::sync::Arc;

use crate::eval::evaluator::Existence;
use crate::eval::symbol::Symbol;
use crate::iam::{Origin, PolicedResource, ResourcePolicy, ResourcePolicySource};
use crate::policy::model::PolicyDocument;
use crate::rules::RuleContext;
use crate::source::Span;

/// A policy on a resource.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paper<'a> {
    pub(super) document: &'a Arc<PolicyDocument>,
    /// The index of the policy; `None` for one that nobody wrote.
    pub(super) site: Option<usize>,
    /// Where it is put on the resource.
    pub(super) via: Span,
}

/// All policies on a resource.
#[derive(Debug, Default)]
pub(super) struct Papers<'a> {
    pub(super) certain: Vec<Paper<'a>>,
    pub(super) possible: Vec<Paper<'a>>,
    pub(super) open: Vec<Symbol>,
    pub(super) in_view: bool,
}

impl<'a> Papers<'a> {
    /// The policies on `resource` wherever what has the existence `given` is there. Who puts a policy on something
    /// that is declared elsewhere puts all of it there.
    pub(super) fn on(resource: &'a PolicedResource, given: &Existence, ctx: &RuleContext<'a>) -> Self {
        let mut papers = Self { in_view: resource.origin == Origin::Declared, ..Self::default() };
        for policy in &resource.policies {
            let Some(paper) = Paper::of(policy, ctx) else {
                papers.in_view = false;
                continue;
            };
            let is_certain = policy.existence == Existence::Certain || policy.existence == *given;
            if is_certain {
                papers.certain.push(paper);
            } else {
                papers.possible.push(paper);
            }
        }
        if papers.certain.iter().any(|paper| paper.site.is_some()) && !papers.in_view {
            papers.in_view = true;
        } else {
            papers.open.extend(resource.open.iter().cloned());
        }
        papers
    }

    /// Whether nothing is on it, and nothing may be.
    pub(super) fn are_none(&self) -> bool {
        self.certain.is_empty() && self.possible.is_empty() && self.open.is_empty() && self.in_view
    }
}

impl<'a> Paper<'a> {
    fn of(policy: &'a ResourcePolicy, ctx: &RuleContext<'a>) -> Option<Self> {
        let via = policy.via;
        match &policy.source {
            ResourcePolicySource::Site(index) => {
                let document = &ctx.policies.get(*index)?.document;
                Some(Self { document, site: Some(*index), via })
            }
            ResourcePolicySource::Implied(document) | ResourcePolicySource::Default(document) => {
                Some(Self { document, site: None, via })
            }
        }
    }
}
