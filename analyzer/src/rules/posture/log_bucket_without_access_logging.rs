//! What it finds, why, and its tests: `log_bucket_without_access_logging.md`.

use super::log_buckets::log_buckets;
use crate::cloudtrail::Kind;
use crate::finding::Severity;
use crate::rules::buckets::Buckets;
use crate::rules::{Check, Group, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "log-bucket-without-access-logging",
    group: Group::Posture,
    severity: Severity::Note,
    since: "0.1.0",
    sources: &["trivy AVD-AWS-0163"],
    check: Check::Workspace(check),
};

fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    let buckets = Buckets::new(ctx);
    if buckets.may_be_of_any(Kind::BucketLogging) {
        return;
    }
    for bucket in log_buckets(ctx) {
        let by_resource = buckets.of(bucket.index, Kind::BucketLogging).next().is_some();
        let mut own = buckets.of(bucket.index, Kind::Bucket).map(|declared| &declared.settings);
        let by_itself = own.any(|settings| !settings.blocks("logging").is_empty() || !settings.open.is_empty());
        if !by_resource && !by_itself {
            report
                .finding(bucket.resource.span, "nothing records who reads the log files of the trail in this bucket")
                .label(bucket.trail.span, "the trail")
                .help("log the accesses to the bucket with `aws_s3_bucket_logging`");
        }
    }
}
