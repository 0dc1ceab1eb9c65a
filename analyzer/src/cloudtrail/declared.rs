//! What is declared beside trails: CloudTrail Lake, the organization, and what else decides how a
//! trail works.

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::SmolStr;

use crate::eval::account::Account;
use crate::eval::evaluator::{Evaluator, Existence, ResourceInstance};
use crate::eval::symbol::Cause;
use crate::eval::text::Text;
use crate::eval::value::Value;
use crate::module::{Mode, ResourceAddress};
use crate::source::Span;

use super::settings::{Settings, Vocabulary};

/// What a resource makes, or reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A bucket of which more is said than its name.
    Bucket,
    /// The access control list of a bucket.
    BucketAccessControl,
    /// The access log of a bucket.
    BucketLogging,
    /// How long the objects of a bucket are kept whatever anyone does.
    BucketObjectLock,
    /// What a bucket refuses to make public.
    BucketPublicAccess,
    /// Whether a bucket keeps earlier versions of its objects.
    BucketVersioning,
    /// A channel, by which events from outside of AWS come in.
    Channel,
    /// A dashboard.
    Dashboard,
    /// An account that administers CloudTrail, or another service, for the organization.
    DelegatedAdministrator,
    /// An event data store.
    EventDataStore,
    /// A log group.
    LogGroup,
    /// An organization.
    Organization,
    /// A service that an organization trusts.
    ServiceAccess,
}

/// A resource as it is declared.
#[derive(Debug, Clone)]
pub struct Declared {
    /// Its type: `aws_cloudtrail_event_data_store`.
    pub ty: SmolStr,
    /// The directory and environment of the stack, as symbols name it.
    pub stack: SmolStr,
    /// The full address of the resource instance.
    pub address: SmolStr,
    /// The account that it is applied in.
    pub account: Account,
    /// Its region.
    pub region: Text,
    /// Its ARN; a hole where it has none.
    pub arn: Text,
    /// Everything that is said of it, in the names of the provider `aws`.
    pub settings: Settings,
    /// Whether it is there.
    pub existence: Existence,
    /// Whether it is declared in a module that is not the user's to mend.
    pub downloaded: bool,
    /// Whether it belongs to a module that nobody in view calls: a default is the callers' to change.
    pub library: bool,
    /// The header of its block.
    pub span: Span,
}

/// A resource type that is read.
struct Type {
    ty: &'static str,
    kind: Kind,
    /// The attribute that is its ARN.
    arn: &'static str,
    vocabulary: Vocabulary,
}

const SELECTORS: &[&str] = &["advanced_event_selector", "field_selector"];

const PLAIN: Vocabulary = Vocabulary { blocks: &[], renamed: &[] };

const BUCKET: Vocabulary =
    Vocabulary { blocks: &["grant", "logging", "object_lock_configuration", "versioning"], renamed: &[] };

const ACCESS_CONTROL: Vocabulary = Vocabulary { blocks: &["access_control_policy", "grant", "grantee"], renamed: &[] };

/// Sorted by type.
const TYPES: &[Type] = &[
    Type {
        ty: "aws_cloudtrail_event_data_store",
        kind: Kind::EventDataStore,
        arn: "arn",
        vocabulary: Vocabulary { blocks: SELECTORS, renamed: &[] },
    },
    Type {
        ty: "aws_cloudtrail_organization_delegated_admin_account",
        kind: Kind::DelegatedAdministrator,
        arn: "arn",
        vocabulary: PLAIN,
    },
    Type { ty: "aws_cloudwatch_log_group", kind: Kind::LogGroup, arn: "arn", vocabulary: PLAIN },
    Type { ty: "aws_organizations_aws_service_access", kind: Kind::ServiceAccess, arn: "arn", vocabulary: PLAIN },
    Type {
        ty: "aws_organizations_delegated_administrator",
        kind: Kind::DelegatedAdministrator,
        arn: "arn",
        vocabulary: PLAIN,
    },
    Type { ty: "aws_organizations_organization", kind: Kind::Organization, arn: "arn", vocabulary: PLAIN },
    Type { ty: "aws_s3_bucket", kind: Kind::Bucket, arn: "arn", vocabulary: BUCKET },
    Type { ty: "aws_s3_bucket_acl", kind: Kind::BucketAccessControl, arn: "arn", vocabulary: ACCESS_CONTROL },
    Type { ty: "aws_s3_bucket_logging", kind: Kind::BucketLogging, arn: "arn", vocabulary: PLAIN },
    Type { ty: "aws_s3_bucket_object_lock_configuration", kind: Kind::BucketObjectLock, arn: "arn", vocabulary: PLAIN },
    Type { ty: "aws_s3_bucket_public_access_block", kind: Kind::BucketPublicAccess, arn: "arn", vocabulary: PLAIN },
    Type { ty: "aws_s3_bucket_versioning", kind: Kind::BucketVersioning, arn: "arn", vocabulary: PLAIN },
    Type {
        ty: "awscc_cloudtrail_channel",
        kind: Kind::Channel,
        arn: "channel_arn",
        vocabulary: Vocabulary { blocks: &["destination"], renamed: &[("destinations", "destination")] },
    },
    Type {
        ty: "awscc_cloudtrail_dashboard",
        kind: Kind::Dashboard,
        arn: "dashboard_arn",
        vocabulary: Vocabulary { blocks: &["refresh_schedule", "widget"], renamed: &[("widgets", "widget")] },
    },
    Type {
        ty: "awscc_cloudtrail_event_data_store",
        kind: Kind::EventDataStore,
        arn: "event_data_store_arn",
        vocabulary: Vocabulary {
            blocks: SELECTORS,
            renamed: &[("advanced_event_selectors", "advanced_event_selector"), ("field_selectors", "field_selector")],
        },
    },
];

/// What buckets are read for: those that say nothing of it are left out.
const OF_BUCKETS: &[&str] =
    &["acl", "force_destroy", "grant", "logging", "object_lock_configuration", "object_lock_enabled", "versioning"];

fn type_of(ty: &str) -> Option<&'static Type> {
    TYPES.get(TYPES.binary_search_by_key(&ty, |found| found.ty).ok()?)
}

/// What is declared, by what it is.
#[derive(Debug, Clone, Default)]
pub(super) struct Declarations(BTreeMap<Kind, Vec<Declared>>);

impl Declarations {
    /// What the stack that `evaluator` evaluates declares. Log groups, of which there are many, are read only
    /// where there are trails to send to them.
    pub(super) fn of_stack(evaluator: &Evaluator<'_>, has_trails: bool) -> Self {
        let is_read = |ty: &Type| ty.kind != Kind::LogGroup || has_trails;
        let is_wanted =
            |address: &ResourceAddress| address.mode == Mode::Managed && type_of(&address.ty).is_some_and(is_read);
        let mut found = Self::default();
        for instance in evaluator.resources_where(is_wanted) {
            if let Some(ty) = type_of(instance.ty()).filter(|ty| ty.kind != Kind::Bucket || is_told_of(&instance)) {
                found.0.entry(ty.kind).or_default().push(declared(evaluator, &instance, ty));
            }
        }
        found
    }

    /// Adds those of another stack.
    pub(super) fn extend(&mut self, other: Self) {
        for (kind, declared) in other.0 {
            self.0.entry(kind).or_default().extend(declared);
        }
    }

    /// All of them.
    pub(super) fn all(&self) -> impl Iterator<Item = &Declared> {
        self.0.values().flatten()
    }

    /// All that is said of them.
    pub(super) fn settings_mut(&mut self) -> impl Iterator<Item = &mut Settings> {
        self.0.values_mut().flatten().map(|declared| &mut declared.settings)
    }

    /// Those of that kind, in the order of stacks and addresses.
    pub(super) fn of(&self, kind: Kind) -> &[Declared] {
        self.0.get(&kind).map(Vec::as_slice).unwrap_or_default()
    }
}

fn is_told_of(bucket: &ResourceInstance) -> bool {
    let body = &bucket.decl.body;
    OF_BUCKETS.iter().any(|name| body.attribute(name).is_some() || !body.nested_blocks(name).is_empty())
}

fn declared(evaluator: &Evaluator<'_>, instance: &Arc<ResourceInstance>, ty: &Type) -> Declared {
    let text = |name: &str, value: &Value| {
        value.to_text().unwrap_or_else(|| {
            let address = format!("{}.{name}", instance.address);
            Text::hole(evaluator.symbol(address, Cause::Computed, Some(instance.decl.header)))
        })
    };
    Declared {
        ty: instance.ty().clone(),
        stack: evaluator.scope_name().clone(),
        address: instance.address.clone(),
        account: evaluator.account(instance),
        region: text("region", &evaluator.region(instance)),
        arn: text(ty.arn, &evaluator.attribute(instance, ty.arn)),
        settings: Settings::of_instance(evaluator, instance, &ty.vocabulary),
        existence: instance.existence.clone(),
        downloaded: instance.module().and_then(|module| module.node()).is_some_and(|node| node.downloaded),
        library: evaluator.stack().library,
        span: instance.decl.header,
    }
}

#[cfg(test)]
mod tests {
    use super::TYPES;

    #[test]
    fn types_are_sorted() {
        assert!(TYPES.is_sorted_by_key(|found| found.ty));
    }
}
