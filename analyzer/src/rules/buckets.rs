//! What is said of buckets beside their policies: by themselves, and by resources of their own.

use rustc_hash::FxHashMap;

use crate::cloudtrail::{Declared, Kind, Settings};
use crate::iam::Asker;
use crate::policy::model::Leaf;

use super::RuleContext;
use super::arguments::leaf;
use super::selectors::is_certain;

/// The kinds that say something of a bucket.
const KINDS: [Kind; 6] = [
    Kind::Bucket,
    Kind::BucketAccessControl,
    Kind::BucketLogging,
    Kind::BucketObjectLock,
    Kind::BucketPublicAccess,
    Kind::BucketVersioning,
];

/// What is said of each bucket, by its index among the resources of the `iam` layer.
#[derive(Default)]
pub(super) struct Buckets<'a> {
    by_index: FxHashMap<usize, Vec<(Kind, &'a Declared)>>,
    /// Whether something says the like of a bucket that is not known.
    strangers: Vec<Kind>,
}

impl<'a> Buckets<'a> {
    /// What is said of buckets, if any trail writes to one.
    pub(super) fn new(ctx: &RuleContext<'a>) -> Self {
        let mut buckets = Self::default();
        if ctx.cloudtrail.trails().is_empty() {
            return buckets;
        }
        for kind in KINDS {
            for declared in ctx.cloudtrail.declared(kind) {
                match index(declared, kind, ctx) {
                    Some(index) => buckets.by_index.entry(index).or_default().push((kind, declared)),
                    None => buckets.strangers.push(kind),
                }
            }
        }
        buckets
    }

    /// What is said of that kind of the bucket of that index.
    pub(super) fn of(&self, index: usize, kind: Kind) -> impl Iterator<Item = &'a Declared> {
        let all = self.by_index.get(&index).into_iter().flatten();
        all.filter(move |(other, _)| *other == kind).map(|(_, declared)| *declared)
    }

    /// Whether something of that kind may be said of the bucket of that index, in a resource of its own or in one
    /// of these arguments and blocks of the bucket.
    pub(super) fn may_be_said(&self, index: usize, kind: Kind, names: &[&str]) -> bool {
        let says = |settings: &Settings| {
            let mut given = names.iter();
            !settings.open.is_empty()
                || given.any(|name| settings.argument(name).is_some() || !settings.blocks(name).is_empty())
        };
        self.may_be_of_any(kind)
            || self.of(index, kind).next().is_some()
            || self.of(index, Kind::Bucket).any(|declared| says(&declared.settings))
    }

    /// Whether something of that kind may be about any bucket.
    pub(super) fn may_be_of_any(&self, kind: Kind) -> bool {
        self.strangers.contains(&kind)
    }
}

/// The bucket that a resource is about.
fn index(declared: &Declared, kind: Kind, ctx: &RuleContext<'_>) -> Option<usize> {
    let by = Asker { stack: &declared.stack, account: &declared.account };
    if kind == Kind::Bucket {
        return ctx.iam.resource_named("s3", "bucket", &declared.arn, by);
    }
    let name = leaf(declared.settings.argument("bucket")?)?;
    ctx.iam.resource_named("s3", "bucket", &name.text, by)
}

/// The groups that the grants of an access control list let in.
pub(super) fn grants(settings: &Settings) -> Vec<Leaf> {
    let nested = settings.blocks("access_control_policy").iter().flat_map(|block| block.blocks("grant"));
    let grants = settings.blocks("grant").iter().chain(nested);
    let uri = |grant: &Settings| {
        let own = grant.argument("uri");
        let of_grantee = || grant.blocks("grantee").first().and_then(|grantee| grantee.argument("uri"));
        own.or_else(of_grantee).and_then(leaf)
    };
    grants.filter(|grant| is_certain(grant)).filter_map(uri).collect()
}
