//! What the buckets and topics that trails use say of regions and keys.

use std::sync::Arc;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::eval::account::Account;
use crate::eval::evaluator::{Evaluator, Existence};
use crate::eval::text::Text;
use crate::iam::{Asker, IamModel, PolicedResource};
use crate::module::{Mode, ResourceAddress};
use crate::truth::Truth;

use super::settings::{Settings, Vocabulary};
use super::trail::Named;

/// What one stack says of them.
#[derive(Debug, Clone, Default)]
pub(super) struct StackSurroundings {
    /// Its name, as symbols have it.
    stack: SmolStr,
    /// The regions of the buckets by their addresses; shared with what all stacks say.
    buckets: Arc<[(SmolStr, Text)]>,
    topics: Vec<(Place, Named, Account)>,
    encryptions: Vec<Encryption>,
}

/// A stack and the address of a resource in it.
type Place = (SmolStr, SmolStr);

/// How a bucket encrypts what is written to it.
#[derive(Debug, Clone)]
struct Encryption {
    stack: SmolStr,
    account: Account,
    bucket: Text,
    bucket_key: Truth,
}

/// What all stacks say of them.
#[derive(Debug, Default)]
pub(super) struct Surroundings {
    /// The regions of the buckets of each stack. Trails use few of them: their addresses are not indexed.
    bucket_regions: FxHashMap<SmolStr, Arc<[(SmolStr, Text)]>>,
    topic_keys: FxHashMap<Place, Named>,
    /// By the index of the bucket among the resources of the `iam` layer.
    bucket_keys: FxHashMap<usize, Truth>,
}

const BUCKET: &str = "aws_s3_bucket";
const TOPIC: &str = "aws_sns_topic";
const ENCRYPTION: &str = "aws_s3_bucket_server_side_encryption_configuration";

const ENCRYPTION_RULES: Vocabulary =
    Vocabulary { blocks: &["apply_server_side_encryption_by_default", "rule"], renamed: &[] };

/// What the stack that `evaluator` evaluates says.
pub(super) fn of_stack(evaluator: &Evaluator<'_>) -> StackSurroundings {
    let mut found = StackSurroundings { stack: evaluator.scope_name().clone(), ..StackSurroundings::default() };
    let mut buckets = Vec::new();
    let is_wanted = |address: &ResourceAddress| {
        address.mode == Mode::Managed && [BUCKET, TOPIC, ENCRYPTION].contains(&address.ty.as_str())
    };
    for instance in evaluator.resources_where(is_wanted) {
        let place = (evaluator.scope_name().clone(), instance.address.clone());
        match instance.ty().as_str() {
            BUCKET => buckets.extend(evaluator.region(&instance).to_text().map(|region| (place.1, region))),
            TOPIC => {
                let settings = Settings::of_instance(evaluator, &instance, &Vocabulary::FLAT);
                let key = settings.argument("kms_master_key_id").and_then(Named::of);
                found.topics.extend(key.map(|key| (place, key, evaluator.account(&instance))));
            }
            _ => {
                let settings = Settings::of_instance(evaluator, &instance, &ENCRYPTION_RULES);
                let bucket = settings.argument("bucket").and_then(|bucket| bucket.text());
                let bucket_key = bucket_key(&settings);
                let (stack, account) = (place.0, evaluator.account(&instance));
                found.encryptions.extend(bucket.map(|bucket| Encryption { stack, account, bucket, bucket_key }));
            }
        }
    }
    found.buckets = buckets.into();
    found
}

/// Whether S3 keeps a key of its own for several objects, which it has to decrypt.
fn bucket_key(settings: &Settings) -> Truth {
    let of_rule = |rule: &Settings| {
        let by_default = rule.blocks("apply_server_side_encryption_by_default").first();
        let algorithm = by_default.and_then(|it| it.argument("sse_algorithm")).and_then(|it| it.value.as_str());
        let is_kms = algorithm.map_or(Truth::Unknown, |it| it.starts_with("aws:kms").into());
        let is_there = if rule.existence == Existence::Certain { Truth::Yes } else { Truth::Unknown };
        rule.truth("bucket_key_enabled", false).and(is_kms).and(is_there)
    };
    let own = if settings.existence == Existence::Certain { Truth::Yes } else { Truth::Unknown };
    Truth::any(settings.blocks("rule").iter().map(of_rule)).and(own)
}

impl Surroundings {
    pub(super) fn new(stacks: Vec<StackSurroundings>, iam: &IamModel) -> Self {
        let mut all = Self::default();
        for stack in stacks {
            if !stack.buckets.is_empty() {
                all.bucket_regions.insert(stack.stack, stack.buckets);
            }
            for (place, mut key, account) in stack.topics {
                key.index = iam.resource_named("kms", "key", &key.text, Asker { stack: &place.0, account: &account });
                all.topic_keys.insert(place, key);
            }
            for it in stack.encryptions {
                let by = Asker { stack: &it.stack, account: &it.account };
                let bucket = iam.resource_named("s3", "bucket", &it.bucket, by);
                all.bucket_keys.extend(bucket.map(|bucket| (bucket, it.bucket_key)));
            }
        }
        all
    }

    pub(super) fn region_of_bucket(&self, bucket: &PolicedResource) -> Option<&Text> {
        let buckets = self.bucket_regions.get(&bucket.stack)?;
        buckets.iter().find(|(address, _)| *address == bucket.address).map(|(_, region)| region)
    }

    pub(super) fn key_of_topic(&self, topic: &PolicedResource) -> Option<&Named> {
        self.topic_keys.get(&(topic.stack.clone(), topic.address.clone()))
    }

    pub(super) fn has_bucket_key(&self, bucket: usize) -> Truth {
        self.bucket_keys.get(&bucket).copied().unwrap_or(Truth::No)
    }
}
