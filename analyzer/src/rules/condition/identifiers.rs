//! Keys whose values are names that AWS gives: of VPCs, of their endpoints, of keys of KMS.
//!
//! Source: IAM User Guide, `access-analyzer-reference-policy-checks`, "Invalid vpc format",
//! "Invalid vpce format" and "Invalid kms key value"; S3 User Guide, `amazon-s3-policy-keys`.

use crate::aws::pattern::{Pattern, Syntax};

/// What a key holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Identifier {
    /// `vpc-0123456789abcdef0`
    Vpc,
    /// `vpce-0123456789abcdef0`
    Endpoint,
    /// `arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab`
    KmsKey,
}

/// The keys that hold such names, as AWS spells them. Of the keys of KMS only those whose
/// reference says that they hold the ARN: others hold what the caller wrote, an alias perhaps.
const HOLDERS: [(&str, Identifier); 12] = [
    ("aws:Ec2InstanceSourceVpc", Identifier::Vpc),
    ("aws:SourceVpc", Identifier::Vpc),
    ("aws:SourceVpce", Identifier::Endpoint),
    ("bedrock-agentcore:KmsKeyArn", Identifier::KmsKey),
    ("quicksight:KmsKeyArns", Identifier::KmsKey),
    ("s3:x-amz-server-side-encryption-aws-kms-key-id", Identifier::KmsKey),
    ("s3express:x-amz-server-side-encryption-aws-kms-key-id", Identifier::KmsKey),
    ("s3tables:KMSKeyArn", Identifier::KmsKey),
    ("s3vectors:kmsKeyArn", Identifier::KmsKey),
    ("sagemaker:OutputKmsKeyArn", Identifier::KmsKey),
    ("sagemaker:VolumeKmsKeyArn", Identifier::KmsKey),
    ("secretsmanager:KmsKeyArn", Identifier::KmsKey),
];

/// What the key `name`, as AWS spells it, holds.
pub(super) fn held_by(name: &str) -> Option<Identifier> {
    HOLDERS.iter().find(|(key, _)| *key == name).map(|(_, identifier)| *identifier)
}

impl Identifier {
    /// Whether `value` is one. Wildcards in it count where `wildcards` says that they are some.
    pub(super) fn fits(self, value: &str, wildcards: bool) -> bool {
        let syntax = if wildcards { Syntax::Variables } else { Syntax::Literal };
        let value = Pattern::<()>::of_text(value, syntax);
        let mut forms = self.forms().iter().map(|form| Pattern::of_text(form, Syntax::Variables));
        // Field by field, where there are fields: a wildcard of the form reaches across none of them.
        let overlaps = if value.arn_fields().is_some() { Pattern::overlaps_as_arn } else { Pattern::overlaps };
        forms.any(|form| overlaps(&form, &value).may_be())
    }

    const fn forms(self) -> &'static [&'static str] {
        match self {
            Self::Vpc => &["vpc-????????", "vpc-?????????????????"],
            Self::Endpoint => &["vpce-????????", "vpce-?????????????????"],
            Self::KmsKey => &["arn:*:kms:*:*:key/?*"],
        }
    }

    /// What it is, and how it looks.
    pub(super) const fn described(self) -> (&'static str, &'static str) {
        match self {
            Self::Vpc => ("the ID of a VPC", "`vpc-` and 8 or 17 letters and digits"),
            Self::Endpoint => ("the ID of a VPC endpoint", "`vpce-` and 8 or 17 letters and digits"),
            Self::KmsKey => ("the ARN of a key of KMS", "`arn:PARTITION:kms:REGION:ACCOUNT:key/ID`"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{HOLDERS, Identifier, held_by};
    use crate::aws::facts;

    #[test]
    fn forms() {
        let cases = [
            (Identifier::Vpc, "vpc-12345678", true),
            (Identifier::Vpc, "vpc-11223344556677889", true),
            (Identifier::Vpc, "vpc-123456789", false),
            (Identifier::Vpc, "vpce-12345678", false),
            (Identifier::Endpoint, "vpce-1a2b3c4d", true),
            (Identifier::Endpoint, "vpc-1a2b3c4d", false),
            (Identifier::KmsKey, "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab", true),
            (Identifier::KmsKey, "arn:aws:kms:eu-west-1:111122223333:alias/logs", false),
            (Identifier::KmsKey, "1234abcd-12ab-34cd-56ef-1234567890ab", false),
        ];
        for (identifier, value, expected) in cases {
            assert_eq!(identifier.fits(value, false), expected, "{value}");
        }
        assert!(Identifier::KmsKey.fits("arn:aws:kms:*:111122223333:key/*", true));
        assert!(Identifier::KmsKey.fits("*", true));
        assert!(!Identifier::KmsKey.fits("arn:aws:kms:*:*:alias/*", true));
    }

    #[test]
    fn the_listed_keys_exist() {
        for (name, identifier) in HOLDERS {
            assert_eq!(facts::condition_key(name).map(|key| key.name), Some(name));
            assert_eq!(held_by(name), Some(identifier));
        }
    }
}
