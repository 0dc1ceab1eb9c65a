//! The statements that decide, with their places and what people call them.

use std::sync::Arc;

use crate::access::{AccessView, CompiledPolicy, Half, Witness, WitnessStatement};
use crate::aws::facts::{self, ActionFacts};
use crate::iam::{AttachedPolicy, IamModel, PolicySource, Principal, ResourcePolicySource};
use crate::policy::model::{PolicyDocument, PolicyKind, Statement};
use crate::policy::sites::PolicySite;
use crate::source::Span;

use super::Reason;
use super::principal::Who;
use super::target::{HeldBy, What};

/// A document that has a say.
pub(super) struct Document<'a> {
    name: String,
    document: &'a Arc<PolicyDocument>,
    kind: PolicyKind,
    /// Where a policy is attached whose text is nowhere in view.
    place: Option<Span>,
}

/// The documents of a caller and of what it reaches for.
pub(super) fn documents<'a>(view: &AccessView<'a>, who: &Who<'a>, what: &What<'a>) -> Vec<Document<'a>> {
    let mut found = who.principal.map(|it| of_principal(view, it)).unwrap_or_default();
    found.extend(of_target(view, what));
    found.extend(of_organization(view));
    found
}

fn of_organization<'a>(view: &AccessView<'a>) -> impl Iterator<Item = Document<'a>> {
    let (iam, policies) = (view.iam(), view.policies());
    iam.organization_policies().iter().filter_map(|policy| {
        let site = policies.get(policy.site)?;
        Some(Document { name: site_name(site), document: &site.document, kind: policy.kind, place: None })
    })
}

fn of_principal<'a>(view: &AccessView<'a>, principal: &'a Principal) -> Vec<Document<'a>> {
    let (iam, policies) = (view.iam(), view.policies());
    let groups = principal.groups.iter().filter_map(|membership| iam.principals().get(membership.group));
    let attached = std::iter::once(principal).chain(groups).flat_map(|it| &it.policies).chain(&principal.boundary);
    attached.filter_map(|policy| of_attached(iam, policies, policy)).collect()
}

fn of_attached<'a>(iam: &'a IamModel, policies: &'a [PolicySite], policy: &'a AttachedPolicy) -> Option<Document<'a>> {
    let document = iam.document(&policy.source, policies)?;
    let (name, place) = match &policy.source {
        PolicySource::Site(index) => (site_name(policies.get(*index)?), None),
        PolicySource::Aws(facts) => (format!("arn:aws:iam::aws:policy/{}", facts.name), Some(policy.via)),
        PolicySource::NotInView(_) | PolicySource::Unknown(_) => return None,
    };
    Some(Document { name, document, kind: PolicyKind::Identity, place })
}

/// The documents of what is reached for.
pub(super) fn of_target<'a>(view: &AccessView<'a>, what: &What<'a>) -> Vec<Document<'a>> {
    let policies = view.policies();
    match what.held {
        HeldBy::Nothing => Vec::new(),
        HeldBy::Role(role) => {
            let given = || {
                let document = role.given_trust.as_ref()?;
                let name = format!("the trust policy of {}", role.arn.display());
                Some(Document { name, document, kind: PolicyKind::Trust, place: Some(role.span) })
            };
            let trust = role.trust.and_then(|index| policies.get(index));
            let document = |site: &'a PolicySite| Document {
                name: site_name(site),
                document: &site.document,
                kind: PolicyKind::Trust,
                place: None,
            };
            trust.map(document).or_else(given).into_iter().collect()
        }
        HeldBy::Resource(resource) => {
            let document = |source: &'a ResourcePolicySource, via| {
                let (name, document, place) = match source {
                    ResourcePolicySource::Site(index) => {
                        let site = policies.get(*index)?;
                        (site_name(site), &site.document, None)
                    }
                    ResourcePolicySource::Implied(document) => {
                        (format!("a grant on {}", what.name), document, Some(via))
                    }
                    ResourcePolicySource::Default(document) => {
                        (format!("the default policy of {}", what.name), document, Some(via))
                    }
                };
                Some(Document { name, document, kind: PolicyKind::Resource, place })
            };
            resource.policies.iter().filter_map(|policy| document(&policy.source, policy.via)).collect()
        }
    }
}

/// The address of a policy, with the attribute where that says more than `policy`.
fn site_name(site: &PolicySite) -> String {
    match site.attribute.as_str() {
        "" | "policy" => site.address.to_string(),
        attribute => format!("{}.{attribute}", site.address),
    }
}

impl<'a> Document<'a> {
    pub(super) fn statements(&self) -> &'a [Statement] {
        &self.document.statements
    }

    fn is(&self, view: &AccessView<'a>, policy: &CompiledPolicy) -> bool {
        view.compiled(self.document, self.kind).is_some_and(|it| std::ptr::eq(it, policy))
    }
}

/// The statements of `witness`, which are in `documents`.
pub(super) fn reasons<'a>(
    view: &AccessView<'a>,
    documents: &[Document<'a>],
    witness: &Witness<'_>,
    allows: bool,
    action: &ActionFacts,
) -> Vec<Reason> {
    witness.statements.iter().filter_map(|it| reason(view, documents, it, allows, action)).collect()
}

fn reason<'a>(
    view: &AccessView<'a>,
    documents: &[Document<'a>],
    witness: &WitnessStatement<'_>,
    allows: bool,
    action: &ActionFacts,
) -> Option<Reason> {
    let found = documents.iter().find(|it| it.is(view, witness.policy))?;
    let statement = found.statements().get(witness.statement)?;
    let sid = statement
        .sid
        .as_ref()
        .filter(|sid| !sid.sensitive)
        .and_then(|sid| sid.text.as_known())
        .filter(|sid| !sid.is_empty());
    let span = found.place.unwrap_or(statement.span);
    Some(Reason {
        half: witness.half,
        allows,
        policy: found.name.clone(),
        number: witness.statement + 1,
        sid: sid.map(|sid| sid.to_string()),
        span,
        mark: found.place.unwrap_or_else(|| mark(statement, action)),
    })
}

/// The string that names the action, if it stands for itself in the file of the statement.
fn mark(statement: &Statement, action: &ActionFacts) -> Span {
    let strings = statement.actions.iter().flat_map(|strings| strings.items.iter().map(move |leaf| (strings, leaf)));
    let mut about = strings.filter(|(strings, leaf)| {
        strings.negated || leaf.text.as_known().is_some_and(|text| facts::is_matched(&text, action))
    });
    let found = about.next().map(|(strings, leaf)| if strings.negated { strings.key } else { leaf.span });
    found.filter(|span| span.file == statement.span.file).unwrap_or(statement.span)
}

/// What people call a kind of policies of `who` or on `what`.
pub(super) fn half_name(half: Half) -> &'static str {
    match half {
        Half::Identity => "identity",
        Half::Boundary => "boundary",
        Half::Session => "session",
        Half::Resource => "resource",
        Half::ServiceControl => "service-control",
        Half::ResourceControl => "resource-control",
    }
}
