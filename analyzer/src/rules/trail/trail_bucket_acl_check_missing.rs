//! What it finds, why, and its tests: `trail_bucket_acl_check_missing.md`.

use super::asked;
use super::judgement::{Judged, Judgement};
use super::{mend, words};
use crate::cloudtrail::Need;
use crate::finding::Severity;
use crate::rules::{Check, Group, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "trail-bucket-acl-check-missing",
    group: Group::Trail,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &[],
    check: Check::Workspace(check),
};

fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    let is_one =
        |(judgement, lack): &&Judged<'_>| *judgement == Judgement::Missing && lack.delivery.need == Need::BucketAcl;
    let lacks = asked::of_buckets(ctx).iter().filter(is_one).map(|(_, lack)| lack);
    for shared in words::by_place(lacks, words::place) {
        let (trails, bucket) = (words::trails(&shared.trails), words::resource(shared.lack.resource));
        let because = words::because(shared.lack);
        let message = format!(
            "CloudTrail is not allowed `s3:GetBucketAcl` on {bucket}, which {trails} cannot do without{because}"
        );
        let finding = words::report(shared.lack, message, report);
        mend::offer(finding, shared.only(), ctx)
            .help("allow `s3:GetBucketAcl` to `cloudtrail.amazonaws.com` on the ARN of the bucket, without `/*`");
    }
}
