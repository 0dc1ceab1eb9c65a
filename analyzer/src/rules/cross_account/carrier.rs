//! What a policy is on: a role, or a resource with a policy of its own.

use crate::eval::account::Account;
use crate::eval::text::Text;
use crate::iam::ResourcePolicySource;
use crate::policy::model::PolicyKind;
use crate::rules::{PolicySite, Report, RuleContext};
use crate::source::Span;

/// What a policy is on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Carrier<'a> {
    /// The account that it lives in.
    pub(super) account: &'a Account,
    /// Its ARN.
    pub(super) arn: &'a Text,
    /// Its address; empty for what is not declared.
    pub(super) address: &'a str,
    /// Where it is declared or named.
    pub(super) span: Span,
}

impl Carrier<'_> {
    /// What people call it.
    pub(super) fn name(&self) -> String {
        if self.address.is_empty() { self.arn.display() } else { self.address.to_owned() }
    }
}

/// What the policy that is being looked at is on, if it is in view.
pub(super) fn carrier<'a>(site: &PolicySite, ctx: &RuleContext<'a>, report: &Report<'_>) -> Option<Carrier<'a>> {
    match site.kind {
        PolicyKind::Trust => {
            let role = ctx.iam.at(&site.stack, &site.address)?;
            Some(Carrier { account: &role.account, arn: &role.arn, address: &role.address, span: role.span })
        }
        PolicyKind::Resource => {
            let is_this = |source: &ResourcePolicySource| matches!(source, ResourcePolicySource::Site(index) if Some(*index) == report.site());
            let mut resources = ctx.iam.resources().iter();
            let resource = resources.find(|it| it.policies.iter().any(|policy| is_this(&policy.source)))?;
            let (account, arn, span) = (&resource.account, &resource.arn, resource.span);
            Some(Carrier { account, arn, address: &resource.address, span })
        }
        PolicyKind::Identity
        | PolicyKind::ServiceControl
        | PolicyKind::ResourceControl
        | PolicyKind::Session
        | PolicyKind::Endpoint
        | PolicyKind::Unattached => None,
    }
}
