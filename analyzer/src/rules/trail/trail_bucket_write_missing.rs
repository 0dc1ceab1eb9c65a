//! What it finds, why, and its tests: `trail_bucket_write_missing.md`.

use super::asked::{self, Lack};
use super::judgement::Judgement;
use super::{mend, paths, words};
use crate::cloudtrail::Need;
use crate::finding::Severity;
use crate::rules::{Check, Group, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "trail-bucket-write-missing",
    group: Group::Trail,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &[],
    check: Check::Workspace(check),
};

fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    let judged = asked::of_buckets(ctx);
    let lacks: Vec<&Lack<'_>> = judged.iter().filter(|(it, _)| *it == Judgement::Missing).map(|(_, it)| it).collect();
    let is_implied = |lack: &Lack<'_>| {
        let of_trail = |other: &&&Lack<'_>| std::ptr::eq(other.sender.trail, lack.sender.trail);
        let has = |need: Need| lacks.iter().filter(of_trail).any(|other| other.delivery.need == need);
        lack.delivery.need == Need::WriteDigest && has(Need::Write)
    };
    let writes = lacks.iter().copied().filter(|lack| lack.delivery.need != Need::BucketAcl && !is_implied(lack));
    for shared in words::by_place(writes, words::place) {
        let lack = shared.lack;
        let (trails, bucket) = (words::trails(&shared.trails), words::resource(lack.resource));
        let path = paths::shown(lack);
        let verb = if shared.trails.len() > 1 { "write" } else { "writes" };
        let because = words::because(lack);
        let message =
            format!("CloudTrail is not allowed `s3:PutObject` on `{path}` in {bucket}, where {trails} {verb}{because}");
        let of_trail = lacks.iter().copied().filter(|other| {
            std::ptr::eq(other.sender.trail, lack.sender.trail) && words::place(other) == words::place(lack)
        });
        let all = of_trail.filter(|other| !is_implied(other) && other.delivery.need != Need::BucketAcl);
        let finding = words::report(lack, message, report);
        mend::offer(finding, all.filter(|_| shared.only().is_some()), ctx).help(format!(
            "allow `s3:PutObject` to `cloudtrail.amazonaws.com` on `{path}`, on the condition that `s3:x-amz-acl` is `bucket-owner-full-control`"
        ));
    }
}
