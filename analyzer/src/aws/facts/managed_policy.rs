//! The policies that AWS keeps and anyone may attach: `arn:aws:iam::aws:policy/ReadOnlyAccess`.

use crate::aws::table::{Record, Table};

static POLICIES: Table = Table::new(include_str!("../../../data/managed_policies.tsv"));

/// A managed policy of AWS's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ManagedPolicy {
    /// Its path and name, as they stand in its ARN: `service-role/AWSLambdaBasicExecutionRole`.
    pub name: &'static str,
    /// Its version on the day of the facts: `v12`.
    pub version: &'static str,
    /// Its document as JSON, without the Sids. `None` for one of which only the name is kept.
    pub document: Option<&'static str>,
}

/// The managed policy of AWS's whose path and name are `name`.
#[must_use]
pub fn managed_policy(name: &str) -> Option<ManagedPolicy> {
    POLICIES.find(name).map(ManagedPolicy::read)
}

/// All of them, sorted by path and name.
pub fn managed_policies() -> impl Iterator<Item = ManagedPolicy> {
    POLICIES.records().map(ManagedPolicy::read)
}

impl ManagedPolicy {
    fn read(record: Record) -> Self {
        let [name, version, document] = record.fields();
        Self { name, version, document: Some(document).filter(|text| !text.is_empty()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_policies_by_path_and_name() {
        let logs = managed_policy("service-role/AWSLambdaBasicExecutionRole").unwrap();
        assert!(logs.document.unwrap().contains("logs:PutLogEvents"));
        assert!(managed_policy("AdministratorAccess").unwrap().document.is_some());
        assert!(managed_policy("ReadOnlyAccess").unwrap().document.is_none());
        assert_eq!(managed_policy("AWSLambdaBasicExecutionRole"), None);
        assert_eq!(managed_policy(""), None);
    }

    #[test]
    fn every_document_is_one() {
        for policy in managed_policies() {
            let is_document = policy.document.is_none_or(|text| text.starts_with('{') && text.ends_with('}'));
            assert!(is_document && policy.version.starts_with('v'), "{}", policy.name);
        }
    }
}
