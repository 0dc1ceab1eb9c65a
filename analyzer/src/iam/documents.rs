//! The documents of AWS's own policies, read from the facts when one is attached.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::eval::text::Text;
use crate::policy::model::PolicyDocument;
use crate::policy::read_text;

use super::attachment::PolicySource;
use super::principal::Principal;

/// Documents by the path and name of the policy.
#[derive(Debug, Default)]
pub(super) struct AwsDocuments {
    by_name: BTreeMap<&'static str, Arc<PolicyDocument>>,
}

impl AwsDocuments {
    /// The documents of all policies that `principals` have. Every part of one stands where the
    /// policy is first attached.
    pub(super) fn of(principals: &[Principal]) -> Self {
        let mut documents = Self::default();
        for policy in principals.iter().flat_map(|it| it.policies.iter().chain(&it.boundary)) {
            let PolicySource::Aws(facts) = &policy.source else { continue };
            let Some(text) = facts.document else { continue };
            let read = || Arc::new(read_text(&Text::known(text), policy.via));
            documents.by_name.entry(facts.name).or_insert_with(read);
        }
        documents
    }

    pub(super) fn get(&self, name: &str) -> Option<&Arc<PolicyDocument>> {
        self.by_name.get(name)
    }
}
