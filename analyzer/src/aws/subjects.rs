//! Terraform's resource types that can have a resource policy, and by which of their
//! attributes such a policy names them.

use super::table::{Record, Table};

static SUBJECTS: Table = Table::new(include_str!("../../data/subjects.tsv"));

/// A resource type that can have a resource policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SubjectType {
    /// The resource type: `aws_s3_bucket`.
    pub ty: &'static str,
    /// The prefix of its service.
    pub service: &'static str,
    /// Its resource type in that service.
    pub resource_type: &'static str,
    /// The attribute that is its ARN.
    pub arn: &'static str,
    /// The attribute that is its name, if policies can name it so.
    pub name: Option<&'static str>,
    /// The attribute that is its id or URL, if policies can name it so.
    pub id: Option<&'static str>,
}

/// What `ty` is, if it can have a resource policy and is in the table.
#[must_use]
pub fn subject_type(ty: &str) -> Option<SubjectType> {
    SUBJECTS.find(ty).and_then(SubjectType::read)
}

impl SubjectType {
    /// INVARIANT: reads every record of the table; a test holds that.
    fn read(record: Record) -> Option<Self> {
        let [ty, subject, arn, name, id] = record.fields();
        let (service, resource_type) = subject.split_once(':')?;
        let given = |field: &'static str| Some(field).filter(|field| !field.is_empty());
        Some(Self { ty, service, resource_type, arn, name: given(name), id: given(id) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::facts;

    #[test]
    fn every_record_is_read_and_its_resource_type_exists() {
        for record in SUBJECTS.records() {
            let subject = SubjectType::read(record).unwrap();
            let found = facts::resource_type(subject.service, subject.resource_type);
            assert!(found.is_some_and(|found| found.name == subject.resource_type), "{}", subject.ty);
            assert!(!subject.arn.is_empty(), "{}", subject.ty);
        }
        assert_eq!(subject_type("aws_sqs_queue").unwrap().id, Some("url"));
        assert!(subject_type("aws_iam_role").is_none());
    }
}
