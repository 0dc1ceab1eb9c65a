//! Resource types of services, with the form of their ARNs.

use crate::aws::table::{Record, Table, list};

static RESOURCE_TYPES: Table = Table::new(include_str!("../../../data/resource_types.tsv"));
static EXTRA: Table = Table::new(include_str!("../../../data/resource_types_extra.tsv"));

/// A resource type.
#[derive(Debug, Clone, Copy)]
pub struct ResourceTypeFacts {
    /// The prefix of its service.
    pub service: &'static str,
    /// Its name as the reference has it: `bucket`, `log-group`.
    pub name: &'static str,
    /// The form of its ARN: `arn:${Partition}:s3:::${BucketName}`.
    pub arn: &'static str,
    /// Another form that is in use though the reference leaves it out.
    pub other_arn: Option<&'static str>,
    condition_keys: &'static str,
}

/// The resource type `name` of the service `prefix`, letter case aside.
#[must_use]
pub fn resource_type(prefix: &str, name: &str) -> Option<ResourceTypeFacts> {
    RESOURCE_TYPES.find(&format!("{prefix}:{name}")).map(ResourceTypeFacts::read)
}

/// The resource types of the service `prefix`, sorted by name.
pub fn resource_types(prefix: &str) -> impl Iterator<Item = ResourceTypeFacts> {
    RESOURCE_TYPES.starting_with(format!("{prefix}:")).map(ResourceTypeFacts::read)
}

impl ResourceTypeFacts {
    fn read(record: Record) -> Self {
        let [key, arn, condition_keys] = record.fields();
        let (service, name) = key.split_once(':').unwrap_or_default();
        let other_arn = EXTRA.find(key).map(|extra| extra.field(1));
        Self { service, name, arn, other_arn, condition_keys }
    }

    /// The forms of its ARN.
    pub fn arns(&self) -> impl Iterator<Item = &'static str> {
        [Some(self.arn), self.other_arn].into_iter().flatten()
    }

    /// The condition keys that depend on the resource: `aws:ResourceTag/${TagKey}`.
    pub fn condition_keys(&self) -> impl Iterator<Item = &'static str> {
        list(self.condition_keys)
    }
}
