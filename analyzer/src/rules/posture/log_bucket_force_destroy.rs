//! What it finds, why, and its tests: `log_bucket_force_destroy.md`.

use super::log_buckets::log_buckets;
use crate::cloudtrail::Kind;
use crate::finding::Severity;
use crate::rules::arguments::{is_default_of_library, leaf};
use crate::rules::buckets::Buckets;
use crate::rules::{Check, Group, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "log-bucket-force-destroy",
    group: Group::Posture,
    severity: Severity::Note,
    since: "0.1.0",
    sources: &[],
    check: Check::Workspace(check),
};

fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    let buckets = Buckets::new(ctx);
    for bucket in log_buckets(ctx) {
        for declared in buckets.of(bucket.index, Kind::Bucket) {
            let Some(value) = declared.settings.argument("force_destroy").and_then(leaf) else { continue };
            if !declared.settings.truth("force_destroy", false).is_yes() {
                continue;
            }
            let finding = report
                .leaf(&value, "the log files of a trail are deleted with their bucket, without a question")
                .label(bucket.trail.span, "the trail")
                .help("set `force_destroy` to `false`: a bucket with log files is then left alone");
            if is_default_of_library(&value, &declared.stack, ctx) {
                finding.likely();
            }
        }
    }
}
