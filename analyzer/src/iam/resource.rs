//! Resources that can have a policy of their own, and the policies on them.

use std::sync::Arc;

use smol_str::SmolStr;
use thin_vec::ThinVec;

use crate::eval::account::Account;
use crate::eval::evaluator::Existence;
use crate::eval::symbol::Symbol;
use crate::eval::text::Text;
use crate::policy::model::PolicyDocument;
use crate::source::Span;

use super::encryption::Encryption;
use super::key::Key;
use super::principal::Origin;

/// A resource that a policy can be on: a bucket, a key, a topic, a channel.
#[derive(Debug, Clone)]
pub struct PolicedResource {
    /// The prefix of its service.
    pub service: &'static str,
    /// Its resource type in that service; `None` where it is only named and may be of several.
    pub resource_type: Option<&'static str>,
    /// How it came into view.
    pub origin: Origin,
    /// The directory and environment of the stack, as symbols name it.
    pub stack: SmolStr,
    /// The full address of the resource instance; empty for what is only named.
    pub address: SmolStr,
    /// The account that it is in; for what is only named the account of what names it.
    pub account: Account,
    /// Its ARN.
    pub arn: Text,
    /// The texts by which policies name it beside its ARN: its name, its id, its URL.
    pub names: ThinVec<Text>,
    /// The ARNs of the aliases of a key.
    pub aliases: ThinVec<Text>,
    /// The keys that encrypt what it holds, as far as resources in view say so.
    pub encryption: ThinVec<Encryption>,
    /// The policies on it. None at all means that it certainly has none, unless it is open.
    pub policies: ThinVec<ResourcePolicy>,
    /// What may put other policies on it.
    pub open: ThinVec<Symbol>,
    /// Whether it is there.
    pub existence: Existence,
    /// Whether it is declared in a module that is not the user's to mend.
    pub downloaded: bool,
    /// The header of its block; for what is only named the attribute that names it.
    pub span: Span,
}

impl PolicedResource {
    /// Whether it has that name, beside its ARN.
    pub(super) fn is_called(&self, name: &Key) -> bool {
        self.names.iter().any(|own| name.is_of(own))
    }
}

/// A policy on a resource.
#[derive(Debug, Clone)]
pub struct ResourcePolicy {
    /// Where its statements are.
    pub source: ResourcePolicySource,
    /// Where it is put on the resource.
    pub via: Span,
    /// Whether it is.
    pub existence: Existence,
}

/// Where the statements of a resource policy are found.
#[derive(Debug, Clone)]
pub enum ResourcePolicySource {
    /// In view: the index of the policy.
    Site(usize),
    /// A document that nobody wrote: what a resource such as `aws_lambda_permission` amounts to.
    Implied(Arc<PolicyDocument>),
    /// The policy that AWS gives to what has none.
    Default(Arc<PolicyDocument>),
}

impl ResourcePolicy {
    /// Whether it is AWS's own, which gives way to any that is put on the resource.
    #[must_use]
    pub fn is_default(&self) -> bool {
        matches!(self.source, ResourcePolicySource::Default(_))
    }
}

/// A policy on everything of a service in one account and region, as ECR's registry policy.
#[derive(Debug, Clone)]
pub struct AccountPolicy {
    /// The prefix of the service.
    pub service: &'static str,
    /// The account.
    pub account: Account,
    /// The index of the policy.
    pub site: usize,
}
