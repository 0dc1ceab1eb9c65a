//! Where Terraform says with which key of KMS a resource is encrypted.
//!
//! Only where the caller of the resource needs the key itself. ECR and CodeArtifact use keys by
//! grants that they make for themselves, EventBridge and Backup by roles and service principals:
//! who reaches for what they encrypt needs nothing of the key.

use super::sites::Subject;
use super::table::{Record, Table, list};

static ENCRYPTION: Table = Table::new(include_str!("../../data/encryption.tsv"));

/// An attribute that names the key of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EncryptionSite {
    /// The resource type: `aws_sqs_queue`.
    pub resource_type: &'static str,
    /// The attribute, within nested blocks or objects parted by dots.
    pub attribute: &'static str,
    /// The prefix of the service of what it encrypts.
    pub service: &'static str,
    /// The resource type of what it encrypts.
    pub subject_type: &'static str,
    /// What it encrypts.
    pub subject: Subject,
    /// What has to be said beside for a key of KMS to be used.
    pub mode: Option<Mode>,
    /// Whether the key that AWS keeps for the service is used where none is named.
    pub managed_by_default: bool,
}

/// An attribute with some value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mode {
    /// The attribute, as that of an [`EncryptionSite`].
    pub attribute: &'static str,
    values: &'static str,
}

impl Mode {
    /// Whether the attribute has one of the values.
    #[must_use]
    pub fn has(&self, value: &str) -> bool {
        list(self.values).any(|it| it == value)
    }
}

/// The attributes of `resource_type` that name keys.
pub fn encryption_sites(resource_type: &str) -> impl Iterator<Item = EncryptionSite> {
    ENCRYPTION.starting_with(format!("{resource_type}.")).filter_map(EncryptionSite::read)
}

impl EncryptionSite {
    /// INVARIANT: reads every record of the table; a test holds that.
    fn read(record: Record) -> Option<Self> {
        let [key, subject_type, attributes, by, mode, default] = record.fields();
        let (resource_type, attribute) = key.split_once('.')?;
        let (service, subject_type) = subject_type.split_once(':')?;
        let mode = mode.split_once('=').map(|(attribute, values)| Mode { attribute, values });
        let managed_by_default = match default {
            "managed" => true,
            "own" => false,
            _ => return None,
        };
        let subject = Subject::read(attributes, by)?;
        Some(Self { resource_type, attribute, service, subject_type, subject, mode, managed_by_default })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::facts;

    #[test]
    fn every_record_is_read_and_its_subject_exists() {
        for record in ENCRYPTION.records() {
            let site = EncryptionSite::read(record).unwrap();
            let found = facts::resource_type(site.service, site.subject_type);
            assert!(found.is_some_and(|found| found.name == site.subject_type), "{}", record.key());
            assert!(facts::key_uses(site.service).next().is_some(), "{}", record.key());
        }
        let bucket = encryption_sites("aws_s3_bucket_server_side_encryption_configuration").next().unwrap();
        assert!(
            bucket.managed_by_default && bucket.mode.is_some_and(|mode| mode.has("aws:kms") && !mode.has("AES256"))
        );
        assert_eq!(encryption_sites("aws_s3").count(), 0);
    }
}
