//! The documents in view, each compiled once, when it is first asked for.

use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashMap;

use crate::iam::{IamModel, ResourcePolicySource};
use crate::policy::model::{PolicyDocument, PolicyKind};
use crate::policy::sites::PolicySite;

use super::compiled::CompiledPolicy;

/// A shared document by its address, which the model keeps its own, and what it is read as.
type Key = (usize, PolicyKind);

/// Compiled documents.
#[derive(Debug, Default)]
pub(super) struct Library {
    compiled: FxHashMap<Key, OnceLock<CompiledPolicy>>,
}

impl Library {
    /// A place for each document that the model can give out.
    pub(super) fn of(iam: &IamModel, policies: &[PolicySite]) -> Self {
        let mut library = Self::default();
        for principal in iam.principals() {
            for policy in principal.policies.iter().chain(&principal.boundary) {
                library.add(iam.document(&policy.source, policies), PolicyKind::Identity);
            }
            library.add(iam.trust(principal, policies), PolicyKind::Trust);
        }
        for policy in iam.resources().iter().flat_map(|resource| &resource.policies) {
            let document = match &policy.source {
                ResourcePolicySource::Site(index) => policies.get(*index).map(|site| &site.document),
                ResourcePolicySource::Implied(document) | ResourcePolicySource::Default(document) => Some(document),
            };
            library.add(document, PolicyKind::Resource);
        }
        for policy in iam.organization_policies() {
            library.add(policies.get(policy.site).map(|site| &site.document), policy.kind);
        }
        library
    }

    fn add(&mut self, document: Option<&Arc<PolicyDocument>>, kind: PolicyKind) {
        if let Some(document) = document {
            self.compiled.entry(key(document, kind)).or_default();
        }
    }

    /// `document` as a policy of that kind; `None` if the model does not have it.
    pub(super) fn get(&self, document: &Arc<PolicyDocument>, kind: PolicyKind) -> Option<&CompiledPolicy> {
        let compiled = self.compiled.get(&key(document, kind))?;
        Some(compiled.get_or_init(|| CompiledPolicy::new(document, kind)))
    }
}

fn key(document: &Arc<PolicyDocument>, kind: PolicyKind) -> Key {
    (Arc::as_ptr(document).addr(), kind)
}
