//! What it finds, why, and its tests: `acl_does_not_admit_cloudtrail.md`.

use super::admits::{Statements, lets};
use crate::cloudtrail::{Declared, Kind, Trail};
use crate::finding::Severity;
use crate::policy::model::Leaf;
use crate::rules::arguments::leaf;
use crate::rules::buckets::{Buckets, grants};
use crate::rules::{Check, Group, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "acl-does-not-admit-cloudtrail",
    group: Group::Lake,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &["CloudTrail InsufficientS3BucketPolicyException"],
    check: Check::Workspace(check),
};

const SERVICE: &str = "cloudtrail.amazonaws.com";

/// The canned list that lets in the log delivery group, and the group itself.
const CANNED: &str = "log-delivery-write";
const GROUP: &str = "http://acs.amazonaws.com/groups/s3/LogDelivery";

fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    let buckets = Buckets::new(ctx);
    for (trail, index) in ctx.cloudtrail.trails().iter().filter_map(|it| Some((it, it.bucket.as_ref()?.index?))) {
        let Some(resource) = ctx.iam.resources().get(index) else { continue };
        let lists: Vec<&Declared> =
            buckets.of(index, Kind::Bucket).chain(buckets.of(index, Kind::BucketAccessControl)).collect();
        let Some(statements) = Statements::beside(resource, &lists, ctx) else { continue };
        let admits = ["s3:PutObject", "s3:GetBucketAcl"];
        if statements.all().any(|it| admits.iter().any(|action| lets(it, SERVICE, action).may_be())) {
            continue;
        }
        for list in lists.into_iter().flat_map(log_delivery) {
            say(&list, trail, report);
        }
    }
}

/// Where an access control list lets in the log delivery group.
fn log_delivery(declared: &Declared) -> Vec<Leaf> {
    let canned = declared.settings.argument("acl").and_then(leaf);
    let canned = canned.filter(|list| list.text.as_known().is_some_and(|name| name == CANNED));
    let grants =
        grants(&declared.settings).into_iter().filter(|uri| uri.text.as_known().is_some_and(|uri| uri == GROUP));
    canned.into_iter().chain(grants).collect()
}

fn say(list: &Leaf, trail: &Trail, report: &mut Report<'_>) {
    report
        .leaf(list, "an access control list does not let CloudTrail in: the policy of the bucket does")
        .label(trail.span, "the trail that the bucket is for")
        .help(format!("allow `s3:GetBucketAcl` and `s3:PutObject` to `{SERVICE}` in the policy of the bucket"));
}
