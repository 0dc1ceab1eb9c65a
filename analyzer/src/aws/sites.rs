//! Where policies and grants stand in Terraform: which attribute of which resource type
//! holds a policy document, of what kind, and what it is on.
//!
//! Only resources of the `aws` and `awscc` providers; data sources that build documents
//! are the evaluator's. Documents in languages other than IAM's (stack policies, log
//! data protection, OpenSearch Serverless data access) are left out.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::table::{Record, Table};

static SITES: Table = Table::new(include_str!("../../data/sites.tsv"));
static LINKS: Table = Table::new(include_str!("../../data/links.tsv"));

/// The records of a table by their resource types. Most types of a configuration have none, which is to be seen
/// at once, and those that have some are asked for again and again.
type ByType<Kind> = LazyLock<FxHashMap<&'static str, Vec<Site<Kind>>>>;

static SITES_BY_TYPE: ByType<PolicySite> = LazyLock::new(|| by_type(all_policies()));
static LINKS_BY_TYPE: ByType<Link> = LazyLock::new(|| by_type(all_links()));

fn by_type<Kind>(sites: impl Iterator<Item = Site<Kind>>) -> FxHashMap<&'static str, Vec<Site<Kind>>> {
    let mut by_type: FxHashMap<_, Vec<_>> = FxHashMap::default();
    sites.for_each(|site| by_type.entry(site.resource_type).or_default().push(site));
    by_type
}

/// An attribute that holds a policy document or names a principal or policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Site<Kind> {
    /// The resource type: `aws_iam_role`.
    pub resource_type: &'static str,
    /// The attribute, within nested blocks or objects parted by dots: `inline_policy.policy`.
    pub attribute: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// The prefix of the subject's service.
    pub service: &'static str,
    /// The subject's resource type in that service; `None` where it may be of several.
    pub subject_type: Option<&'static str>,
    /// What it is on.
    pub subject: Subject,
}

/// What a policy is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// The resource that has the attribute.
    Itself,
    /// What other attributes of the resource name.
    Named {
        /// The attributes, parted by commas.
        attributes: &'static str,
        /// How they name it: `name`, `arn`, `id`, `url`, `name or arn`, `id or arn`.
        by: &'static str,
    },
    /// The account and region of the provider, as a whole.
    Account,
    /// The organization of the account.
    Organization,
}

/// The kinds of policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PolicySite {
    /// Of a user, group, role or permission set, or a managed policy.
    Identity,
    /// The trust policy of a role.
    Trust,
    /// On a resource.
    Resource,
    /// Narrows the sessions of a role.
    Session,
    /// Of a VPC endpoint.
    Endpoint,
    /// Of an organization; the attribute `type` says of which kind, service control if absent.
    Organization,
}

/// The kinds of links without a document of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Link {
    /// A policy is attached to the subject.
    Attachment,
    /// A policy bounds what the subject may do.
    Boundary,
    /// The subject has these policies and no others.
    Exclusive,
    /// A policy narrows the sessions of the subject.
    Session,
    /// Users of groups, the role of an instance profile.
    Membership,
    /// A permission set is given to users or groups in the subject, an account.
    Assignment,
    /// A principal may use the subject.
    Grant,
}

/// The attributes of `resource_type` that hold policy documents.
pub fn policies(resource_type: &str) -> impl Iterator<Item = Site<PolicySite>> + use<> {
    SITES_BY_TYPE.get(resource_type).into_iter().flatten().copied()
}

/// The attributes of `resource_type` that tie principals, policies and resources together.
pub fn links(resource_type: &str) -> impl Iterator<Item = Site<Link>> + use<> {
    LINKS_BY_TYPE.get(resource_type).into_iter().flatten().copied()
}

/// All attributes that hold policy documents.
pub fn all_policies() -> impl Iterator<Item = Site<PolicySite>> {
    SITES.records().filter_map(|record| Site::read(record, PolicySite::read))
}

/// All attributes that tie principals, policies and resources together.
pub fn all_links() -> impl Iterator<Item = Site<Link>> {
    LINKS.records().filter_map(|record| Site::read(record, Link::read))
}

impl<Kind> Site<Kind> {
    /// INVARIANT: reads every record of the tables; a test holds that.
    fn read(record: Record, kind: fn(&str) -> Option<Kind>) -> Option<Self> {
        let (resource_type, attribute) = record.key().split_once('.')?;
        let (service, subject_type) = record.field(2).split_once(':')?;
        Some(Self {
            resource_type,
            attribute,
            kind: kind(record.field(1))?,
            service,
            subject_type: Some(subject_type).filter(|name| !name.is_empty()),
            subject: Subject::read(record.field(3), record.field(4))?,
        })
    }
}

impl Subject {
    pub(super) fn read(attributes: &'static str, by: &'static str) -> Option<Self> {
        match (attributes, by) {
            ("self", "") => Some(Self::Itself),
            ("", "account") => Some(Self::Account),
            ("", "organization") => Some(Self::Organization),
            ("", _) | (_, "") => None,
            (attributes, by) => Some(Self::Named { attributes, by }),
        }
    }
}

impl PolicySite {
    fn read(name: &str) -> Option<Self> {
        match name {
            "identity" => Some(Self::Identity),
            "trust" => Some(Self::Trust),
            "resource" => Some(Self::Resource),
            "session" => Some(Self::Session),
            "endpoint" => Some(Self::Endpoint),
            "organization" => Some(Self::Organization),
            _ => None,
        }
    }
}

impl Link {
    fn read(name: &str) -> Option<Self> {
        match name {
            "attachment" => Some(Self::Attachment),
            "boundary" => Some(Self::Boundary),
            "exclusive" => Some(Self::Exclusive),
            "session" => Some(Self::Session),
            "membership" => Some(Self::Membership),
            "assignment" => Some(Self::Assignment),
            "grant" => Some(Self::Grant),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::facts;

    #[test]
    fn every_record_is_read_and_its_subject_exists() {
        assert_eq!(all_policies().count(), SITES.records().count());
        assert_eq!(all_links().count(), LINKS.records().count());
        let subjects = all_policies().map(|site| (site.attribute, site.service, site.subject_type));
        for (attribute, service, subject_type) in
            subjects.chain(all_links().map(|site| (site.attribute, site.service, site.subject_type)))
        {
            assert!(facts::service(service).is_some(), "{service}");
            if let Some(name) = subject_type {
                let found = facts::resource_type(service, name);
                assert!(found.is_some_and(|found| found.name == name), "{attribute}: {service}:{name}");
            }
        }
    }

    #[test]
    fn sites_of_a_resource_type() {
        let of = |resource_type: &str| {
            policies(resource_type).map(|site| (site.attribute, site.kind, site.subject)).collect::<Vec<_>>()
        };
        assert_eq!(
            of("aws_iam_role"),
            [
                ("assume_role_policy", PolicySite::Trust, Subject::Itself),
                ("inline_policy.policy", PolicySite::Identity, Subject::Itself),
            ]
        );
        let bucket = Subject::Named { attributes: "bucket", by: "name" };
        assert_eq!(of("aws_s3_bucket_policy"), [("policy", PolicySite::Resource, bucket)]);
        let channel = policies("awscc_cloudtrail_resource_policy").next().unwrap();
        assert_eq!((channel.service, channel.subject_type), ("cloudtrail", None));
        assert!(of("aws_iam").is_empty() && of("").is_empty() && of("aws_instance").is_empty());
        assert_eq!(links("aws_iam_role_policy_attachment").next().unwrap().kind, Link::Attachment);
    }
}
