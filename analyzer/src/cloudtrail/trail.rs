//! Trails as they are declared, and what they name.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::eval::account::Account;
use crate::eval::evaluator::{Evaluator, Existence, ResourceInstance};
use crate::eval::symbol::Cause;
use crate::eval::text::Text;
use crate::iam::{Asker, IamModel};
use crate::module::{Mode, ResourceAddress};
use crate::source::Span;
use crate::truth::Truth;

use super::order::{Blocks, Order};
use super::organization::{self, Organization};
use super::settings::{Argument, Settings, Vocabulary};

/// A trail that a resource makes.
#[derive(Debug, Clone)]
pub struct Trail {
    /// Its resource type: `aws_cloudtrail` or `awscc_cloudtrail_trail`.
    pub ty: SmolStr,
    /// The directory and environment of the stack, as symbols name it.
    pub stack: SmolStr,
    /// The full address of the resource instance.
    pub address: SmolStr,
    /// The account that the resource is applied in. An organisation trail belongs to the management
    /// account, whoever makes it.
    pub account: Account,
    /// Its home region.
    pub region: Text,
    /// The partition that it lies in.
    pub partition: Text,
    /// Its name.
    pub name: Text,
    /// Its ARN, if the account that it is made in owns it.
    pub arn: Text,
    /// The bucket that it writes to, a resource of `IamModel::resources`.
    pub bucket: Option<Named>,
    /// The key that it encrypts with, likewise.
    pub key: Option<Named>,
    /// The topic that it publishes to, likewise.
    pub topic: Option<Named>,
    /// The log group that it sends events to, by its ARN; no resource of the model.
    pub log_group: Option<Named>,
    /// The role that it sends them with, a principal of `IamModel::principals`.
    pub role: Option<Named>,
    /// What Terraform makes before it and after it: buckets, keys, topics and their policies.
    pub order: Order,
    /// The organisation that its stack is in, as far as that says.
    pub organization: Organization,
    /// Everything that is said of it, in the names of the provider `aws`.
    pub settings: Settings,
    /// Whether it is there.
    pub existence: Existence,
    /// Whether it is declared in a module that is not the user's to mend.
    pub downloaded: bool,
    /// The header of its block.
    pub span: Span,
}

/// What an argument of a trail names.
#[derive(Debug, Clone)]
pub struct Named {
    /// The name, ARN or id.
    pub text: Text,
    /// The expression that gives it.
    pub span: Span,
    /// Where it comes from: the references that it passed, and where it was written.
    pub origins: Vec<Span>,
    /// Whether the argument is set.
    pub is_set: Truth,
    /// The index of what is called so in the model of the `iam` layer, if that is one thing.
    pub index: Option<usize>,
}

/// The types of resources that make trails, with how they are read. Sorted by type.
const TRAIL_TYPES: &[(&str, Vocabulary)] = &[("aws_cloudtrail", AWS), ("awscc_cloudtrail_trail", AWSCC)];

const BLOCKS: &[&str] =
    &["advanced_event_selector", "data_resource", "event_selector", "field_selector", "insight_selector"];

const AWS: Vocabulary = Vocabulary { blocks: BLOCKS, renamed: &[] };

const AWSCC: Vocabulary = Vocabulary {
    blocks: BLOCKS,
    renamed: &[
        ("advanced_event_selectors", "advanced_event_selector"),
        ("cloudwatch_logs_log_group_arn", "cloud_watch_logs_group_arn"),
        ("cloudwatch_logs_role_arn", "cloud_watch_logs_role_arn"),
        ("data_resources", "data_resource"),
        ("event_selectors", "event_selector"),
        ("field_selectors", "field_selector"),
        ("insight_selectors", "insight_selector"),
        ("is_logging", "enable_logging"),
        ("trail_name", "name"),
    ],
};

/// What a trail needs to be there before it.
const ORDERED_TYPES: &[&str] = &[
    "aws_kms_key",
    "aws_kms_key_policy",
    "aws_s3_bucket",
    "aws_s3_bucket_policy",
    "aws_sns_topic",
    "aws_sns_topic_policy",
];

fn vocabulary(ty: &str) -> Option<&'static Vocabulary> {
    TRAIL_TYPES.iter().find(|(known, _)| *known == ty).map(|(_, vocabulary)| vocabulary)
}

/// The trails of the stack that `evaluator` evaluates.
pub(super) fn of_stack(evaluator: &Evaluator<'_>) -> Vec<Trail> {
    let is_trail = |address: &ResourceAddress| address.mode == Mode::Managed && vocabulary(&address.ty).is_some();
    let instances = evaluator.resources_where(is_trail);
    if instances.is_empty() {
        return Vec::new();
    }
    let (organization, blocks) = (organization::of_stack(evaluator), Blocks::of(evaluator.stack()));
    instances.iter().filter_map(|instance| trail(evaluator, instance, &organization, &blocks)).collect()
}

fn trail(
    evaluator: &Evaluator<'_>,
    instance: &Arc<ResourceInstance>,
    organization: &Organization,
    blocks: &Blocks<'_>,
) -> Option<Trail> {
    let settings = Settings::of_instance(evaluator, instance, vocabulary(instance.ty())?);
    let named = |name: &str| settings.argument(name).and_then(Named::of);
    let own_name = if instance.ty() == "aws_cloudtrail" { "name" } else { "trail_name" };
    let text = |name: &str| evaluator.attribute(instance, name).to_text();
    let whole = |name: &str| {
        let address = format!("{}.{name}", instance.address);
        Text::hole(evaluator.symbol(address, Cause::Computed, Some(instance.decl.header)))
    };
    let region = evaluator.region(instance);
    let partition = evaluator.partition(&evaluator.provider(instance), &region);
    Some(Trail {
        ty: instance.ty().clone(),
        stack: evaluator.scope_name().clone(),
        address: instance.address.clone(),
        account: evaluator.account(instance),
        region: region.to_text().unwrap_or_else(|| whole("home_region")),
        partition: partition.to_text().unwrap_or_else(|| whole("partition")),
        order: blocks.order(instance, ORDERED_TYPES),
        organization: organization.clone(),
        name: text(own_name).unwrap_or_else(|| whole(own_name)),
        arn: text("arn").unwrap_or_else(|| whole("arn")),
        bucket: named("s3_bucket_name"),
        key: named("kms_key_id"),
        topic: named("sns_topic_name"),
        log_group: named("cloud_watch_logs_group_arn"),
        role: named("cloud_watch_logs_role_arn"),
        existence: instance.existence.clone(),
        downloaded: instance.module().and_then(|module| module.node()).is_some_and(|node| node.downloaded),
        span: instance.decl.header,
        settings,
    })
}

impl Trail {
    /// What stands in front of `AWSLogs/` in its bucket; `None` if nothing does.
    #[must_use]
    pub fn prefix(&self) -> Option<&Argument> {
        self.settings.argument("s3_key_prefix")
    }

    /// Whether it records all accounts of an organisation.
    #[must_use]
    pub fn is_of_organization(&self) -> Truth {
        self.settings.truth("is_organization_trail", false)
    }

    /// Whether it records all regions.
    #[must_use]
    pub fn is_multi_region(&self) -> Truth {
        self.settings.truth("is_multi_region_trail", false)
    }

    /// Finds what it names.
    pub(super) fn look_up(&mut self, iam: &IamModel) {
        let by = Asker { stack: &self.stack, account: &self.account };
        let resource = |service: &str, ty: &str, named: &mut Option<Named>| {
            if let Some(named) = named {
                named.index = iam.resource_named(service, ty, &named.text, by);
            }
        };
        resource("s3", "bucket", &mut self.bucket);
        resource("kms", "key", &mut self.key);
        resource("sns", "topic", &mut self.topic);
        if let Some(role) = &mut self.role {
            role.index = iam.principal_named(&role.text, by);
        }
    }
}

impl Named {
    pub(super) fn of(argument: &Argument) -> Option<Self> {
        let text = argument.text().filter(|text| !text.is_empty())?;
        let origin = &argument.value.origin;
        let origins = origin.references().chain(origin.span).collect();
        Some(Self { text, span: argument.span, origins, is_set: argument.is_set(), index: None })
    }
}
