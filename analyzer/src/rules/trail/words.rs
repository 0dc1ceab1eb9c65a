//! Words and places that the rules about trails have in common.

use std::collections::BTreeMap;

use crate::cloudtrail::{Circumstance, Need, Trail};
use crate::iam::PolicedResource;
use crate::policy::model::{Leaf, Statement};
use crate::rules::listing::{each_once, some_of};
use crate::rules::{FindingBuilder, Report, RuleContext};
use crate::source::Span;

use super::asked::{Fault, Lack};

/// What `CreateTrail` and `UpdateTrail` answer when a bucket's policy does not suffice.
pub(super) const BUCKET_ERROR: &str = "InsufficientS3BucketPolicyException";
/// The same of a key's.
pub(super) const KEY_ERROR: &str = "InsufficientEncryptionPolicyException";
/// The same of a topic's.
pub(super) const TOPIC_ERROR: &str = "InsufficientSnsTopicPolicyException";

/// How many trails a message names.
const NAMED: usize = 3;

/// What the API answers to a request that is not allowed.
pub(super) fn error(need: Need) -> &'static str {
    match need {
        Need::BucketAcl | Need::Write | Need::WriteDigest | Need::WriteOrganization => BUCKET_ERROR,
        Need::Encrypt | Need::DescribeKey | Need::DecryptBucketKey | Need::EncryptTopic => KEY_ERROR,
        Need::Publish => TOPIC_ERROR,
        Need::AssumeRole => "InvalidCloudWatchLogsRoleArnException",
        Need::CreateStream | Need::PutEvents | Need::CreateOrganizationStream | Need::PutOrganizationEvents => {
            "InvalidCloudWatchLogsLogGroupArnException"
        }
    }
}

/// What a finding about a trail says of the call that fails.
pub(super) fn fails(need: Need) -> String {
    format!("`CreateTrail` fails with `{}`", error(need))
}

/// What people call it: its address, or its ARN.
pub(super) fn resource(resource: &PolicedResource) -> String {
    let name = if resource.address.is_empty() { resource.arn.display() } else { resource.address.to_string() };
    format!("`{name}`")
}

pub(super) fn trail(trail: &Trail) -> String {
    format!("`{}`", trail.address)
}

/// Their names, each once, the first few.
pub(super) fn trails(trails: &[&Trail]) -> String {
    some_of(each_once(trails.iter().map(|it| trail(it))), NAMED, "more")
}

/// The same fault of several trails in one text.
pub(super) struct Shared<'l, 'a> {
    /// The first.
    pub(super) lack: &'l Lack<'a>,
    /// The trails that have it.
    pub(super) trails: Vec<&'a Trail>,
}

impl<'l, 'a> Shared<'l, 'a> {
    /// The fault, if it is that of one trail.
    pub(super) fn only(&self) -> Option<&'l Lack<'a>> {
        let mut others = self.trails.iter().filter(|trail| !std::ptr::eq(**trail, self.lack.sender.trail));
        others.next().is_none().then_some(self.lack)
    }
}

/// Faults by the places that they are to be mended at.
pub(super) fn by_place<'l, 'a>(
    lacks: impl IntoIterator<Item = &'l Lack<'a>>,
    place: impl Fn(&Lack<'a>) -> Span,
) -> Vec<Shared<'l, 'a>>
where
    'a: 'l,
{
    let mut found: Vec<Shared<'l, 'a>> = Vec::new();
    let mut at: BTreeMap<Span, usize> = BTreeMap::new();
    for lack in lacks {
        let index = *at.entry(place(lack)).or_insert(found.len());
        match found.get_mut(index) {
            Some(shared) => shared.trails.push(lack.sender.trail),
            None => found.push(Shared { lack, trails: vec![lack.sender.trail] }),
        }
    }
    found
}

/// The string of a policy that keeps a request from being allowed, if one does.
pub(super) fn culprit<'a>(lack: &Lack<'a>) -> Option<&'a Leaf> {
    match lack.fault {
        Fault::Resource(part) => resources(part.statement()?).next(),
        Fault::Type(_, action) => Some(action),
        Fault::Condition(part, number) => {
            let condition = part.condition(number)?;
            Some(condition.values.first().filter(|_| condition.values.len() == 1).unwrap_or(&condition.key))
        }
        Fault::Denied(_) | Fault::NoPolicy | Fault::Unnamed => None,
    }
}

fn resources(statement: &Statement) -> impl Iterator<Item = &Leaf> {
    statement.resources.iter().flat_map(|strings| &strings.items)
}

/// Why a condition does not hold, to put behind a message; nothing where none is in the way.
pub(super) fn because(lack: &Lack<'_>) -> String {
    let Fault::Condition(part, number) = lack.fault else { return String::new() };
    let Some(key) = part.condition(number).and_then(|condition| condition.key.text.as_known()) else {
        return String::new();
    };
    let told = lack.delivery.context.iter().find(|(name, _)| name.eq_ignore_ascii_case(&key));
    match told.map(|(_, circumstance)| circumstance) {
        Some(Circumstance::Is(value)) => format!(": `{key}` is `{}` in its request", value.display()),
        Some(Circumstance::Absent) => format!(": its request has no `{key}`"),
        None => format!(": the condition on `{key}` does not hold"),
    }
}

/// Where a fault is to be mended: in the policy if something there nearly suffices, else
/// where the trail names the thing.
pub(super) fn place(lack: &Lack<'_>) -> Span {
    culprit(lack).map_or(lack.named.span, |leaf| leaf.span)
}

/// Reports `message` there, with what the call answers.
pub(super) fn report<'r>(lack: &Lack<'_>, message: String, report: &'r mut Report<'_>) -> FindingBuilder<'r> {
    let why = fails(lack.delivery.need);
    match culprit(lack) {
        Some(leaf) => {
            if let Fault::Resource(part) | Fault::Type(part, _) | Fault::Condition(part, _) = lack.fault {
                report.enter(part.paper.site);
            }
            report.leaf(leaf, message).label(lack.named.span, format!("{why} for this trail"))
        }
        None => {
            report.enter(None);
            let finding = report.finding(lack.named.span, message);
            match lack.paper {
                Some(paper) => finding.label(paper.via, format!("this policy does not suffice: {why}")),
                None => finding.label(lack.resource.span, format!("no policy is put on it: {why}")),
            }
        }
    }
}

/// Whether something that is not in view may put a policy on the resource.
pub(super) fn may_have_more(resource: &PolicedResource, ctx: &RuleContext<'_>) -> bool {
    let mut stacks = ctx.iam.stacks().iter();
    stacks.any(|stack| stack.stack == resource.stack && !stack.missing_modules.is_empty())
}

/// An address without the keys of instances: `module.spoke.aws_s3_bucket_policy.logs`.
pub(super) fn without_keys(address: &str) -> String {
    let mut shown = String::with_capacity(address.len());
    let (mut depth, mut quoted) = (0_usize, false);
    for letter in address.chars() {
        match letter {
            '"' if depth > 0 => quoted = !quoted,
            '[' if !quoted => depth += 1,
            ']' if !quoted => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            letter => shown.push(letter),
        }
    }
    shown
}
