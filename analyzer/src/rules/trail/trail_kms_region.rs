//! What it finds, why, and its tests: `trail_kms_region.md`.

use super::words;
use crate::cloudtrail::{Named, Trail};
use crate::eval::text::Text;
use crate::finding::Severity;
use crate::rules::{Check, Group, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "trail-kms-region",
    group: Group::Trail,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &[],
    check: Check::Workspace(check),
};

fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    for trail in ctx.cloudtrail.trails() {
        let Some(key) = trail.key.as_ref().filter(|key| key.is_set.is_yes()) else { continue };
        let arn = key.index.and_then(|index| ctx.iam.resources().get(index)).map_or(&key.text, |key| &key.arn);
        let bucket = ctx.cloudtrail.region_of_bucket(trail, ctx.iam).and_then(Text::as_known);
        if let (Some(region), Some(bucket)) = (region_of_key(arn), bucket)
            && region != *bucket
        {
            say(trail, key, &region, &bucket, ctx, report);
        }
    }
}

/// The region in the ARN of a key.
fn region_of_key(arn: &Text) -> Option<String> {
    let front = arn.known_prefix();
    let mut fields = front.split(':').skip(2);
    let (service, region) = (fields.next()?, fields.next()?);
    // A field that a hole may go on with is not known.
    (service == "kms" && fields.next().is_some() && !region.is_empty()).then(|| region.to_owned())
}

fn say(trail: &Trail, key: &Named, region: &str, bucket: &str, ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    let message = format!("{} writes to a bucket in `{bucket}`, but its key is in `{region}`", words::trail(trail));
    let named = trail.bucket.as_ref().and_then(|bucket| bucket.index).and_then(|index| ctx.iam.resources().get(index));
    let finding = report.finding(key.span, message);
    let finding = match named {
        Some(resource) => finding.label(resource.span, format!("this bucket is in `{bucket}`")),
        None => finding,
    };
    finding.help(
        "give a key of the region of the bucket: with another, `CreateTrail` fails with `KmsKeyNotFoundException`",
    );
}
