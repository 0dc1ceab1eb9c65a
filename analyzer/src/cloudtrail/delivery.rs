//! The requests by which CloudTrail delivers what a trail records: they have to be allowed, or
//! the trail cannot be made.
//!
//! They are data here. Whether they are allowed is for `access` to say.
//!
//! Sources: AWS CloudTrail User Guide, `create-s3-bucket-policy-for-cloudtrail`,
//! `create-kms-key-policy-for-cloudtrail`, `cloudtrail-permissions-for-sns-notifications` and
//! `cloudtrail-required-policy-for-cloudwatch-logs`; AWS Control Tower User Guide, `logging-s3-audit-bucket`, whose
//! policy lets CloudTrail write on the condition that `aws:SourceOrgID` is the organisation's.

use crate::eval::account::{Account, KnownAccounts, same};
use crate::eval::symbol::{Cause, Symbol};
use crate::eval::text::{Piece, Text};
use crate::truth::Truth;

use super::organization::{ID_START, unknown_of};
use super::trail::Trail;

/// The principal of CloudTrail, the same in every partition.
pub const SERVICE: &str = "cloudtrail.amazonaws.com";

/// What a request is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Need {
    /// To see whom the bucket belongs to.
    BucketAcl,
    /// To write what happened in the account that owns the trail.
    Write,
    /// To write the digests that prove what was written.
    WriteDigest,
    /// To write what happened in the other accounts of the organisation.
    WriteOrganization,
    /// To encrypt what is written.
    Encrypt,
    /// To look at the key.
    DescribeKey,
    /// To use the key of a bucket for several objects.
    DecryptBucketKey,
    /// To tell that something was written.
    Publish,
    /// To encrypt what is published.
    EncryptTopic,
    /// To become the role that writes to a log group.
    AssumeRole,
    /// To make a log stream, as that role.
    CreateStream,
    /// To write to a log stream, as that role.
    PutEvents,
    /// To make a log stream for an account of the organisation, as that role.
    CreateOrganizationStream,
    /// To write to it, as that role.
    PutOrganizationEvents,
}

/// A request of CloudTrail.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// What it is for.
    pub need: Need,
    /// The action.
    pub action: &'static str,
    /// What it is about; with wildcards it is each thing that they match.
    pub target: Text,
    /// What the request holds of condition keys; what is not named is not known.
    pub context: Vec<(&'static str, Circumstance)>,
}

/// What a request holds of a condition key.
#[derive(Debug, Clone)]
pub enum Circumstance {
    /// This value.
    Is(Text),
    /// The request does not have the key.
    Absent,
}

/// Keys that tell of a network. Services do not come from one of their customers'.
const OF_NETWORKS: &[&str] = &["aws:SourceVpc", "aws:SourceVpce", "aws:VpcSourceIp"];

/// The key of the encryption context that says which trail it is for.
pub const ENCRYPTION_CONTEXT: &str = "kms:EncryptionContext:aws:cloudtrail:arn";

/// The trail that requests are made for, with what is told of the organisation.
#[derive(Debug, Clone)]
pub struct Sender<'t> {
    /// The trail.
    pub trail: &'t Trail,
    /// The number of the account that owns it: of an organisation trail the management account.
    pub owner: Text,
    /// Its ARN, with the owner in it.
    pub arn: Text,
    /// The id of the organisation.
    pub organization: Text,
}

impl<'t> Sender<'t> {
    /// `trail` as who sends requests.
    #[must_use]
    pub fn of(trail: &'t Trail, accounts: KnownAccounts<'_>) -> Self {
        let unknown = |what: &str| {
            let address = unknown_of(what, &trail.address);
            Text::hole(Symbol::new(trail.stack.clone(), address, Cause::Data, Some(trail.span)))
        };
        let owner = match trail.is_of_organization() {
            Truth::No => trail.account.text.clone(),
            Truth::Yes => management(trail, accounts).unwrap_or_else(|| unknown("management account")),
            Truth::Unknown => unknown("owner"),
        };
        let id = trail.organization.id.clone().or_else(|| accounts.organization_id().map(Text::known));
        let organization = id.unwrap_or_else(|| Text::known(ID_START).concat(unknown("id")));
        let arn = [
            Text::known("arn:"),
            trail.partition.clone(),
            Text::known(":cloudtrail:"),
            trail.region.clone(),
            Text::known(":"),
            owner.clone(),
            Text::known(":trail/"),
            trail.name.clone(),
        ];
        let arn = arn.into_iter().fold(Text::default(), Text::concat);
        Self { trail, owner, arn, organization }
    }

    /// What it asks of the bucket with the ARN `bucket`.
    #[must_use]
    pub fn to_bucket(&self, bucket: &Text) -> Vec<Delivery> {
        let mut found = vec![self.request(Need::BucketAcl, "s3:GetBucketAcl", bucket.clone())];
        let own = |kind: &str| [self.owner.clone(), Text::known(format!("/{kind}/*"))];
        found.push(self.write(Need::Write, bucket, own("CloudTrail")));
        if self.trail.settings.truth("enable_log_file_validation", false).is_yes() {
            found.push(self.write(Need::WriteDigest, bucket, own("CloudTrail-Digest")));
        }
        if self.trail.is_of_organization().is_yes() {
            let members = [self.organization.clone(), Text::known("/*/CloudTrail/*")];
            found.push(self.write(Need::WriteOrganization, bucket, members));
        }
        found
    }

    fn write(&self, need: Need, bucket: &Text, behind: [Text; 2]) -> Delivery {
        let path = self.path(bucket).concat(Text::known("AWSLogs/"));
        let target = behind.into_iter().fold(path, Text::concat);
        let mut delivery = self.request(need, "s3:PutObject", target);
        delivery.context.push(("s3:x-amz-acl", is("bucket-owner-full-control")));
        // Outside of an organisation the key is absent, and whether an account is in one is not known. Of
        // `aws:SourceIp` nothing is said: it is an address of AWS's, and nobody knows which.
        if self.trail.is_of_organization().is_yes() {
            delivery.context.push(("aws:SourceOrgID", Circumstance::Is(self.organization.clone())));
        }
        if self.trail.key.as_ref().is_some_and(|key| key.is_set.is_yes()) {
            delivery.context.push(("s3:x-amz-server-side-encryption", is("aws:kms")));
        }
        delivery
    }

    /// `arn:aws:s3:::bucket/prefix/`
    fn path(&self, bucket: &Text) -> Text {
        let slash = || Text::known("/");
        let start = bucket.clone().concat(slash());
        match self.trail.prefix() {
            None => start,
            Some(prefix) => match (prefix.text(), prefix.is_set()) {
                (Some(text), Truth::Yes) if text.is_empty() => start,
                (Some(text), Truth::Yes) => start.concat(text).concat(slash()),
                (Some(text), Truth::No | Truth::Unknown) => {
                    let holes: Vec<Symbol> = text.holes().cloned().collect();
                    start.concat(Text::hole(Symbol::derived(format!("{}, if any", text.display()), holes)))
                }
                (None, _) => start,
            },
        }
    }

    /// What it asks of its key with the ARN `key`. `bucket_key`: whether the bucket keeps a key of its own for
    /// several objects.
    #[must_use]
    pub fn to_key(&self, key: &Text, bucket_key: Truth) -> Vec<Delivery> {
        let mut encrypt = self.request(Need::Encrypt, "kms:GenerateDataKey", key.clone());
        encrypt.context.push((ENCRYPTION_CONTEXT, Circumstance::Is(self.arn.clone())));
        let mut found = vec![encrypt, Delivery::unplaced(Need::DescribeKey, "kms:DescribeKey", key.clone())];
        if bucket_key.is_yes() {
            found.push(Delivery::unplaced(Need::DecryptBucketKey, "kms:Decrypt", key.clone()));
        }
        found
    }

    /// What it asks of the topic with the ARN `topic`.
    #[must_use]
    pub fn to_topic(&self, topic: &Text) -> Vec<Delivery> {
        let mut publish = self.request(Need::Publish, "sns:Publish", topic.clone());
        // The policy that SNS gives to a topic has it, and does not let services in.
        publish.context.push(("aws:SourceOwner", Circumstance::Absent));
        vec![publish]
    }

    /// What it asks of the key with the ARN `key`, which its topic is encrypted with.
    #[must_use]
    pub fn to_topic_key(&self, key: &Text) -> Vec<Delivery> {
        let ask = |action| Delivery::unplaced(Need::EncryptTopic, action, key.clone());
        vec![ask("kms:GenerateDataKey"), ask("kms:Decrypt")]
    }

    /// What it asks of the role with the ARN `role`, which sends events to its log group.
    #[must_use]
    pub fn to_role(&self, role: &Text) -> Vec<Delivery> {
        vec![Delivery::unplaced(Need::AssumeRole, "sts:AssumeRole", role.clone())]
    }

    /// What the role does in the log group with the ARN `group`; nothing if that has no name in view.
    #[must_use]
    pub fn to_log_group(&self, group: &Text) -> Vec<Delivery> {
        let Some(group) = without_end(group, ":*").or_else(|| without_streams(group)) else { return Vec::new() };
        let stream = |start: &Text| {
            let parts =
                [Text::known(":log-stream:"), start.clone(), Text::known("_CloudTrail_"), self.trail.region.clone()];
            parts.into_iter().fold(group.clone(), Text::concat)
        };
        let own = stream(&self.trail.account.text);
        let mut found = vec![
            Delivery::unplaced(Need::CreateStream, "logs:CreateLogStream", own.clone()),
            Delivery::unplaced(Need::PutEvents, "logs:PutLogEvents", own),
        ];
        if self.trail.is_of_organization().is_yes() {
            let members = group.concat(Text::known(":log-stream:")).concat(self.organization.clone());
            let members = members.concat(Text::known("_*"));
            let create = Delivery::unplaced(Need::CreateOrganizationStream, "logs:CreateLogStream", members.clone());
            let put = Delivery::unplaced(Need::PutOrganizationEvents, "logs:PutLogEvents", members);
            found.extend([create, put]);
        }
        found
    }

    /// A request of the service itself, which says for which trail it is.
    fn request(&self, need: Need, action: &'static str, target: Text) -> Delivery {
        let mut delivery = Delivery::unplaced(need, action, target);
        delivery.context.push(("aws:SourceArn", Circumstance::Is(self.arn.clone())));
        delivery.context.push(("aws:SourceAccount", Circumstance::Is(self.owner.clone())));
        delivery
    }
}

impl Delivery {
    /// A request of which AWS does not say that it names the trail.
    fn unplaced(need: Need, action: &'static str, target: Text) -> Self {
        let mut context: Vec<(&'static str, Circumstance)> =
            OF_NETWORKS.iter().map(|key| (*key, Circumstance::Absent)).collect();
        context.push(("aws:SecureTransport", is("true")));
        Self { need, action, target, context }
    }
}

fn is(value: &str) -> Circumstance {
    Circumstance::Is(Text::known(value))
}

/// The number of the management account of the organisation that `trail` is made in, if something tells it.
fn management(trail: &Trail, accounts: KnownAccounts<'_>) -> Option<Text> {
    let is_here = |account: &Account| same(account, &trail.account).truth.is_yes();
    let managed_here = trail.organization.managed_in.iter().any(is_here);
    let own = managed_here.then(|| trail.account.text.clone());
    own.or_else(|| accounts.management().map(|it| it.text.clone())).or_else(|| trail.organization.management.clone())
}

/// The log group itself, where its streams should have been named; `None` if it may be that they are.
fn without_streams(group: &Text) -> Option<Text> {
    let is_end = match group.pieces().last()? {
        Piece::Known(known) => !known.text.ends_with('*'),
        Piece::Hole(symbol) => matches!(symbol.cause(), Cause::Computed | Cause::Impure),
    };
    (is_end && group.display().contains(":log-group:")).then(|| group.clone())
}

/// `text` without `end`; `None` if it does not end so.
fn without_end(text: &Text, end: &str) -> Option<Text> {
    let (last, front) = text.pieces().split_last()?;
    let Piece::Known(known) = last else { return None };
    let kept = known.text.strip_suffix(end)?;
    Some(Text::from_pieces(front.iter().cloned()).concat(Text::known(kept)))
}
