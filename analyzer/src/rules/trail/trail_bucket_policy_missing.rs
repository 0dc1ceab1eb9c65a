//! What it finds, why, and its tests: `trail_bucket_policy_missing.md`.

use super::asked::{self, Lack};
use super::judgement::Judgement;
use super::{mend, words};
use crate::cloudtrail::Need;
use crate::finding::Severity;
use crate::rules::{Check, Group, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "trail-bucket-policy-missing",
    group: Group::Trail,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &[],
    check: Check::Workspace(check),
};

fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    let judged = asked::of_buckets(ctx);
    let lacks: Vec<&Lack<'_>> = judged.iter().filter(|(it, _)| *it == Judgement::NoPolicy).map(|(_, it)| it).collect();
    for lack in lacks.iter().copied().filter(|lack| lack.delivery.need == Need::BucketAcl) {
        if lack.paper.is_none() && words::may_have_more(lack.resource, ctx) {
            continue;
        }
        let (trail, bucket) = (words::trail(lack.sender.trail), words::resource(lack.resource));
        let message = match lack.paper {
            Some(_) => format!("{trail} writes to {bucket}, whose policy does not let CloudTrail in"),
            None => format!("{trail} writes to {bucket}, which has no policy"),
        };
        let of_trail = lacks.iter().copied().filter(|other| std::ptr::eq(other.sender.trail, lack.sender.trail));
        let finding = words::report(lack, message, report);
        mend::offer(finding, of_trail, ctx).help(
            "let `cloudtrail.amazonaws.com` do `s3:GetBucketAcl` on the bucket and `s3:PutObject` on what the trail writes",
        );
    }
}
