//! Which actions a statement claims on a resource, as far as they can cross accounts.

use crate::access::request::Action;
use crate::aws::facts::{self, ActionFacts};
use crate::aws::pattern::{Pattern, Syntax};
use crate::eval::text::{Piece, Text};
use crate::iam::PolicedResource;
use crate::policy::model::{Leaf, Statement};

/// The action by which a role is assumed.
const ASSUME_ROLE: &str = "sts:AssumeRole";

/// Operations of KMS that callers of other accounts can use; for others a grant has no effect.
///
/// Source: AWS KMS Developer Guide, `key-policy-modifying-external-accounts`.
const OF_KEYS: &[&str] = &[
    "kms:CreateGrant",
    "kms:Decrypt",
    "kms:DeriveSharedSecret",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyPair",
    "kms:GenerateDataKeyPairWithoutPlaintext",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:GenerateMac",
    "kms:GetKeyRotationStatus",
    "kms:GetPublicKey",
    "kms:ListGrants",
    "kms:ReEncryptFrom",
    "kms:ReEncryptTo",
    "kms:RetireGrant",
    "kms:RevokeGrant",
    "kms:Sign",
    "kms:Verify",
    "kms:VerifyMac",
];

/// Operations of SQS of which a grant to another account has no effect.
///
/// Source: Amazon SQS Developer Guide, `sqs-limitations-of-custom-policies`.
const NOT_OF_QUEUES: &[&str] = &[
    "sqs:AddPermission",
    "sqs:CancelMessageMoveTask",
    "sqs:CreateQueue",
    "sqs:DeleteQueue",
    "sqs:ListMessageMoveTasks",
    "sqs:ListQueueTags",
    "sqs:ListQueues",
    "sqs:RemovePermission",
    "sqs:SetQueueAttributes",
    "sqs:StartMessageMoveTask",
    "sqs:TagQueue",
    "sqs:UntagQueue",
];

/// Resource types for which it is sure that callers of other accounts need both halves: nothing
/// but a policy on the resource lets them in, and a resource without one lets nobody in.
/// Not so for a file system, which is open without a policy, nor for what is shared through
/// AWS Resource Access Manager.
const TWO_HALVES: &[(&str, &str)] = &[
    ("backup", "backupVault"),
    ("cloudtrail", "channel"),
    ("cloudtrail", "eventdatastore"),
    ("codeartifact", "domain"),
    ("codeartifact", "repository"),
    ("dynamodb", "table"),
    ("ecr", "repository"),
    ("events", "event-bus"),
    ("glacier", "vault"),
    ("kinesis", "stream"),
    ("kms", "key"),
    ("lambda", "function"),
    ("logs", "destination"),
    ("s3", "bucket"),
    ("secretsmanager", "Secret"),
    ("ses", "identity"),
    ("sns", "topic"),
    ("sqs", "queue"),
];

/// Whether `resource` is let into by its policy and by nothing else.
pub(in crate::access) fn needs_both(resource: &PolicedResource) -> bool {
    let is_it = |(service, ty): &(&str, &str)| *service == resource.service && Some(*ty) == resource.resource_type;
    TWO_HALVES.iter().any(is_it)
}

/// A string of `Action` and what it claims.
#[derive(Debug)]
pub(in crate::access) struct Claimed<'a> {
    pub(in crate::access) leaf: &'a Leaf,
    pub(in crate::access) actions: Vec<Action>,
}

/// The string by which a statement claims that a role may be assumed.
pub(in crate::access) fn assume_role(statement: &Statement) -> Option<Claimed<'_>> {
    let wanted = ASSUME_ROLE.to_ascii_lowercase();
    let covers = |pattern: &str| Pattern::<()>::of_text(pattern, Syntax::Wildcards).matches(&wanted).is_yes();
    let may = |known: &str| known.starts_with(['s', 'S', '*', '?']) && covers(&known.to_ascii_lowercase());
    let leaf = written(statement).find(|leaf| leaf.text.as_known().is_some_and(|known| may(&known)))?;
    Some(Claimed { leaf, actions: vec![Action::new(ASSUME_ROLE)] })
}

/// What a statement claims on `resource` or within it, where its own resources are `arns`.
pub(in crate::access) fn on_resource<'a>(
    statement: &'a Statement,
    resource: &PolicedResource,
    arns: &[&Text],
) -> Vec<Claimed<'a>> {
    claims(statement, resource, arns, crosses)
}

/// The same for a principal of the account that `resource` is in.
pub(in crate::access) fn within_account<'a>(
    statement: &'a Statement,
    resource: &PolicedResource,
    arns: &[&Text],
) -> Vec<Claimed<'a>> {
    claims(statement, resource, arns, |action, resource| {
        action.service() == resource.service && takes(action, resource)
    })
}

fn claims<'a>(
    statement: &'a Statement,
    resource: &PolicedResource,
    arns: &[&Text],
    may: fn(&ActionFacts, &PolicedResource) -> bool,
) -> Vec<Claimed<'a>> {
    let claims = written(statement).map(|leaf| Claimed { leaf, actions: expanded(leaf, resource, arns, may) });
    claims.filter(|claimed| !claimed.actions.is_empty()).collect()
}

/// Whether a string of `Action` is that action, or a wildcard that stands for it.
pub(super) fn names(statement: &Statement, action: &str) -> bool {
    let is_it = |leaf: &Leaf, action: &ActionFacts| {
        leaf.text.as_known().is_some_and(|written| facts::is_matched(&written, action))
    };
    facts::action(action).is_some_and(|action| written(statement).any(|leaf| is_it(leaf, &action)))
}

/// The strings of `Action`; none where there is a `NotAction`.
fn written(statement: &Statement) -> impl Iterator<Item = &Leaf> {
    let negated = statement.actions.iter().any(|strings| strings.negated);
    let elements = statement.actions.iter().filter(move |_| !negated);
    elements.flat_map(|strings| &strings.items)
}

fn expanded(
    leaf: &Leaf,
    resource: &PolicedResource,
    arns: &[&Text],
    may: fn(&ActionFacts, &PolicedResource) -> bool,
) -> Vec<Action> {
    let Some(pattern) = leaf.text.as_known() else { return Vec::new() };
    let everything = format!("{}:*", resource.service);
    let pattern = if pattern.bytes().all(|it| it == b'*') { everything.as_str() } else { pattern.as_str() };
    let found = facts::expand(pattern).filter(|action| may(action, resource));
    found.filter(|action| fits_one(action, resource, arns)).map(|action| Action::new(action.name)).collect()
}

/// Whether a caller of another account can do it to `resource` if both sides allow it.
fn crosses(action: &ActionFacts, resource: &PolicedResource) -> bool {
    let closed = resource.resource_type.and_then(|ty| facts::resource_policy(resource.service, ty));
    if let Some(facts) = closed {
        return facts.principals && facts.actions().any(|name| name == action.name);
    }
    let listed = |list: &[&str]| list.contains(&action.name);
    let works = match resource.service {
        "kms" => listed(OF_KEYS),
        "sqs" => !listed(NOT_OF_QUEUES),
        _ => true,
    };
    works && action.service() == resource.service && takes(action, resource)
}

/// Whether it works on the type of `resource`, or on what is within one.
fn takes(action: &ActionFacts, resource: &PolicedResource) -> bool {
    let Some(outer) = resource.resource_type.and_then(|ty| facts::resource_type(resource.service, ty)) else {
        return false;
    };
    let within = |name: &str| {
        facts::resource_type(resource.service, name)
            .is_some_and(|inner| inner.arns().any(|arn| outer.arns().any(|outer| arn.starts_with(outer))))
    };
    action.resource_types().any(|(name, _)| within(name))
}

/// Whether one of `arns` can be meant for it: an action on objects is not about their bucket.
fn fits_one(action: &ActionFacts, resource: &PolicedResource, arns: &[&Text]) -> bool {
    if (resource.service, resource.resource_type) != ("s3", Some("bucket")) {
        return true;
    }
    let takes = |wanted: &str| action.resource_types().any(|(name, _)| name == wanted);
    let fits = |arn: &&Text| is_everything(arn) || takes(if is_of_object(arn) { "object" } else { "bucket" });
    arns.iter().any(fits)
}

/// Whether an ARN of S3 may go on behind the name of the bucket.
pub(super) fn is_of_object(arn: &Text) -> bool {
    arn.pieces().iter().any(|piece| matches!(piece, Piece::Known(known) if known.text.contains('/')))
}

/// Whether a string of `Resource` is about whatever the policy is on.
pub(in crate::access) fn is_everything(arn: &Text) -> bool {
    arn.as_known().is_some_and(|it| !it.is_empty() && it.bytes().all(|byte| byte == b'*'))
}
