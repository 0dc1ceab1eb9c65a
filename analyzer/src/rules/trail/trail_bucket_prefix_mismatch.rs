//! What it finds, why, and its tests: `trail_bucket_prefix_mismatch.md`.

use super::asked::{self, Fault, Lack};
use super::judgement::{Judged, Judgement, other_prefix};
use super::{paths, words};
use crate::cloudtrail::Need;
use crate::finding::{Safety, Severity};
use crate::policy::model::Leaf;
use crate::rules::text::known_parts;
use crate::rules::{Check, Group, Report, Rule, RuleContext};
use crate::source::Span;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "trail-bucket-prefix-mismatch",
    group: Group::Trail,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &[],
    check: Check::Workspace(check),
};

fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    let is_one = |(judgement, lack): &&Judged<'_>| {
        *judgement == Judgement::Prefix && matches!(lack.delivery.need, Need::Write | Need::WriteOrganization)
    };
    let lacks = asked::of_buckets(ctx).iter().filter(is_one).map(|(_, lack)| lack);
    for shared in words::by_place(lacks, |lack| found(lack).map_or(lack.named.span, |(leaf, _)| leaf.span)) {
        if let Some((leaf, prefix)) = found(shared.lack) {
            say(shared.lack, leaf, &prefix, report);
        }
    }
}

fn found<'a>(lack: &Lack<'a>) -> Option<(&'a Leaf, String)> {
    let Fault::Resource(part) = lack.fault else { return None };
    other_prefix(lack, part)
}

fn say(lack: &Lack<'_>, leaf: &Leaf, prefix: &str, report: &mut Report<'_>) {
    let Fault::Resource(part) = lack.fault else { return };
    report.enter(part.paper.site);
    let (trail, path) = (words::trail(lack.sender.trail), paths::shown(lack));
    let written = if prefix.is_empty() { "no prefix".to_owned() } else { format!("`{prefix}`") };
    let message = match lack.sender.trail.prefix() {
        Some(_) => format!("{trail} writes to `{path}`, not where this policy lets it: under {written}"),
        None => format!("{trail} has no prefix and writes to `{path}`, not where this policy lets it: under {written}"),
    };
    let at = lack.sender.trail.prefix().map_or(lack.named.span, |prefix| prefix.span);
    let fix = with_prefix(lack, leaf, prefix, report);
    let finding = report.leaf(leaf, message).label(at, words::fails(Need::Write));
    let finding = match fix {
        Some((span, text)) => finding.replace(span, text, Safety::Unsafe),
        None => finding,
    };
    finding.help(format!("name `{path}` here, or change `s3_key_prefix`"));
}

/// What stands in front of `AWSLogs` in the path, and what is to stand there.
fn with_prefix(lack: &Lack<'_>, leaf: &Leaf, prefix: &str, report: &Report<'_>) -> Option<(Span, String)> {
    let known: String = known_parts(&leaf.text).collect();
    let end = known.find("/AWSLogs")?;
    let written = if prefix.is_empty() { String::new() } else { format!("/{prefix}") };
    let start = end.checked_sub(written.len()).filter(|start| known.get(*start..end) == Some(written.as_str()))?;
    let own = lack.sender.trail.prefix().and_then(|it| it.value.as_str()).unwrap_or_default();
    let own = if own.is_empty() { String::new() } else { format!("/{own}") };
    let range = start..end + "/AWSLogs".len();
    let span = report.literal_range(leaf, range, &format!("{written}/AWSLogs"))?;
    Some((span, format!("{own}/AWSLogs")))
}
