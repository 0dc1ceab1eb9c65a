//! What it finds, why, and its tests: `log_bucket_public.md`.

use super::log_buckets::log_buckets;
use crate::cloudtrail::{Declared, Kind};
use crate::finding::Severity;
use crate::policy::model::Leaf;
use crate::rules::arguments::leaf;
use crate::rules::buckets::{Buckets, grants};
use crate::rules::{Check, Group, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "log-bucket-public",
    group: Group::Posture,
    severity: Severity::Note,
    since: "0.1.0",
    sources: &["trivy AVD-AWS-0161"],
    check: Check::Workspace(check),
};

/// Canned access control lists that let in everyone, or everyone with an account.
const CANNED: [&str; 3] = ["authenticated-read", "public-read", "public-read-write"];

/// The groups of everyone.
const GROUPS: [&str; 2] =
    ["http://acs.amazonaws.com/groups/global/AllUsers", "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"];

fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    let buckets = Buckets::new(ctx);
    for bucket in log_buckets(ctx) {
        if may_be_blocked(bucket.index, &buckets) {
            continue;
        }
        let lists = buckets.of(bucket.index, Kind::Bucket).chain(buckets.of(bucket.index, Kind::BucketAccessControl));
        for list in lists.flat_map(of_everyone) {
            report
                .leaf(&list, "everyone may read the bucket that a trail writes to")
                .label(bucket.trail.span, "the trail")
                .help("make the list `private`, and block public access to the bucket");
        }
    }
}

/// Whether the bucket may ignore what is public in its access control list.
fn may_be_blocked(index: usize, buckets: &Buckets<'_>) -> bool {
    let ignores = |it: &Declared| it.settings.truth("ignore_public_acls", false).may_be();
    buckets.may_be_of_any(Kind::BucketPublicAccess) || buckets.of(index, Kind::BucketPublicAccess).any(ignores)
}

/// Where an access control list lets in everyone.
fn of_everyone(declared: &Declared) -> Vec<Leaf> {
    let is_one_of = |leaf: &Leaf, names: &[&str]| leaf.text.as_known().is_some_and(|it| names.contains(&it.as_str()));
    let canned = declared.settings.argument("acl").and_then(leaf).filter(|list| is_one_of(list, &CANNED));
    let grants = grants(&declared.settings).into_iter().filter(|uri| is_one_of(uri, &GROUPS));
    canned.into_iter().chain(grants).collect()
}
