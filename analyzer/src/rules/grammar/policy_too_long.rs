//! What it finds, why, and its tests: `policy_too_long.md`.

use super::size::least_size;
use crate::finding::Severity;
use crate::policy::model::PolicyKind;
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "policy-too-long",
    group: Group::Grammar,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &[
        "AA POLICY_SIZE_EXCEEDS_IDENTITY_POLICY_QUOTA",
        "AA POLICY_SIZE_EXCEEDS_RESOURCE_POLICY_QUOTA",
        "AA POLICY_SIZE_EXCEEDS_ROLE_TRUST_POLICY_QUOTA",
        "AA POLICY_SIZE_EXCEEDS_SCP_QUOTA",
        "AA POLICY_SIZE_EXCEEDS_RCP_QUOTA",
    ],
    check: Check::Policy(check),
};

/// How many characters a policy may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Quota {
    /// What has the quota.
    of: &'static str,
    /// The most that AWS takes, whatever an account has asked for.
    most: usize,
    /// What it takes from accounts that have not asked for more.
    usual: usize,
}

const fn fixed(of: &'static str, most: usize) -> Quota {
    Quota { of, most, usual: most }
}

/// IAM's quotas by the resource type that holds the policy.
///
/// Source: IAM User Guide, `reference_iam-quotas`; IAM Identity Center User Guide, `limits`.
const OF_IAM: [(&str, Quota); 11] = [
    ("aws_iam_group_policy", fixed("an inline policy of a group", 5_120)),
    ("aws_iam_policy", fixed("a managed policy", 6_144)),
    ("aws_iam_role", fixed("an inline policy of a role", 10_240)),
    ("aws_iam_role_policy", fixed("an inline policy of a role", 10_240)),
    ("aws_iam_user_policy", fixed("an inline policy of a user", 2_048)),
    ("awscc_iam_group_policy", fixed("an inline policy of a group", 5_120)),
    ("awscc_iam_managed_policy", fixed("a managed policy", 6_144)),
    ("awscc_iam_role", fixed("an inline policy of a role", 10_240)),
    ("awscc_iam_role_policy", fixed("an inline policy of a role", 10_240)),
    ("awscc_iam_user_policy", fixed("an inline policy of a user", 2_048)),
    ("aws_ssoadmin_permission_set_inline_policy", fixed("an inline policy of a permission set", 32_768)),
];

/// The quotas of resource policies by the service of the resource.
///
/// Source: CloudTrail API Reference, `PutResourcePolicy`; Amazon S3 User Guide, `BucketRestrictions`
/// and `add-bucket-policy` (20 KB); KMS Developer Guide, `resource-limits` (32 KB); Secrets Manager
/// User Guide, `reference_limits` (20,480 characters).
const OF_RESOURCES: [(&str, Quota); 4] = [
    ("cloudtrail", fixed("a resource policy of CloudTrail", 8_192)),
    ("kms", fixed("a key policy", 32_768)),
    ("s3", fixed("a bucket policy", 20_480)),
    ("secretsmanager", fixed("a resource policy of Secrets Manager", 20_480)),
];

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    let Some(quota) = quota(site) else { return };
    let size = least_size(&site.document);
    if size <= quota.usual {
        return;
    }
    let span = site.document.statement_key.unwrap_or(site.document.span);
    let (address, Quota { of, most, usual }) = (&site.block_address, quota);
    if size > most {
        report.finding(span, format!("the policy of `{address}` has at least {size} characters: {of} may have {most}"));
    } else {
        let message = format!(
            "the policy of `{address}` has at least {size} characters: {of} may have {usual}, unless the quota was raised"
        );
        report.finding(span, message).severity(Severity::Warning);
    }
}

fn quota(site: &PolicySite) -> Option<Quota> {
    let found = |table: &[(&str, Quota)], name: &str| table.iter().find(|(it, _)| *it == name).map(|(_, quota)| *quota);
    let place = site.site?;
    match site.kind {
        PolicyKind::Identity => found(&OF_IAM, place.resource_type),
        PolicyKind::Trust => Some(Quota { of: "a trust policy", most: 8_192, usual: 2_048 }),
        PolicyKind::Resource => found(&OF_RESOURCES, place.service),
        // AWS News, 15 May 2026: twice the 5,120 characters of before.
        PolicyKind::ServiceControl => Some(fixed("a service control policy", 10_240)),
        PolicyKind::ResourceControl => Some(fixed("a resource control policy", 5_120)),
        PolicyKind::Session => Some(fixed("a session policy", 2_048)),
        PolicyKind::Endpoint | PolicyKind::Unattached => None,
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::aws::sites::policies;
    use crate::finding::Severity;
    use crate::policy::model::PolicyKind;
    use crate::rules::testing::Fixture;

    fn policy(length: usize, spaces: &str) -> Fixture {
        of(PolicyKind::Identity, "aws_iam_policy", length, spaces)
    }

    fn of(kind: PolicyKind, resource_type: &str, length: usize, spaces: &str) -> Fixture {
        let json = format!(
            r#"{{{spaces}"Version": "2012-10-17", "Statement": {{"Effect": "Allow", "Action": "s3:{}", "Resource": "{{x}}"}}}}"#,
            "x".repeat(length)
        );
        let mut fixture = Fixture::of_kind(kind, &json);
        fixture.sites[0].site = policies(resource_type).next();
        fixture
    }

    #[test]
    fn whitespace_does_not_count() {
        let frame = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:","Resource":"{x}"}}"#.len();
        assert_eq!(policy(6_144 - frame, &" ".repeat(10_000)).shown(&RULE), [""; 0]);
        assert_eq!(
            policy(6_145 - frame, "").shown(&RULE),
            [
                "Statement | error: the policy of `aws_iam_role.deploy` has at least 6145 characters: a managed policy may have 6144"
            ]
        );
    }
    #[test]
    fn each_kind_has_its_quota() {
        let frame = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:","Resource":"{x}"}}"#.len();
        let quotas = [
            (PolicyKind::Trust, "aws_iam_role", 8_192),
            (PolicyKind::Resource, "aws_s3_bucket_policy", 20_480),
            (PolicyKind::Resource, "aws_kms_key", 32_768),
            (PolicyKind::ServiceControl, "aws_organizations_policy", 10_240),
            (PolicyKind::ResourceControl, "aws_organizations_policy", 5_120),
        ];
        for (kind, resource_type, most) in quotas {
            let severity = |length: usize| {
                let found = of(kind, resource_type, length - frame, "").run(&RULE);
                found.first().map(|finding| finding.severity)
            };
            assert_eq!(severity(most + 1), Some(Severity::Error), "{kind:?} on {resource_type}");
            assert_ne!(severity(most), Some(Severity::Error), "{kind:?} on {resource_type}");
        }
        assert_eq!(of(PolicyKind::Trust, "aws_iam_role", 2_049 - frame, "").run(&RULE)[0].severity, Severity::Warning);
    }
}
