//! What it finds, why, and its tests: `trail_topic_key.md`.

use super::asked::{self, Fault};
use super::words;
use crate::cloudtrail::{Named, Need, Trail};
use crate::finding::Severity;
use crate::rules::{Check, Group, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "trail-topic-key",
    group: Group::Trail,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &[],
    check: Check::Workspace(check),
};

/// The key that AWS keeps for topics, whose policy nobody can change.
const KEY_OF_AWS: &str = "alias/aws/sns";

fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    for trail in ctx.cloudtrail.trails() {
        let key = ctx.cloudtrail.key_of_topic(trail, ctx.iam);
        if let Some(key) = key.filter(|key| key.text.as_known().is_some_and(|text| text.ends_with(KEY_OF_AWS))) {
            say_of_aws(trail, key, report);
        }
    }
    let missing = asked::of_topic_keys(ctx).iter().filter(|lack| !matches!(lack.fault, Fault::Denied(_)));
    for shared in words::by_place(missing, |lack| lack.named.span) {
        let key = words::resource(shared.lack.resource);
        let message = format!(
            "{} publishes to a topic that is encrypted with {key}, whose policy does not let CloudTrail use it",
            words::trails(&shared.trails)
        );
        say(shared.lack.sender.trail, shared.lack.named, message, report).help(
            "allow `kms:GenerateDataKey*` and `kms:Decrypt` to `cloudtrail.amazonaws.com` in the policy of the key",
        );
    }
}

fn say_of_aws(trail: &Trail, key: &Named, report: &mut Report<'_>) {
    let message = format!(
        "{} publishes to a topic that is encrypted with `{KEY_OF_AWS}`, which no service can use",
        words::trail(trail)
    );
    say(trail, key, message, report)
        .help("encrypt the topic with a key of your own whose policy lets `cloudtrail.amazonaws.com` use it");
}

fn say<'r>(
    trail: &Trail,
    key: &Named,
    message: String,
    report: &'r mut Report<'_>,
) -> crate::rules::FindingBuilder<'r> {
    report.enter(None);
    let topic = trail.topic.as_ref().map_or(trail.span, |topic| topic.span);
    report.finding(key.span, message).label(topic, format!("{} for this trail", words::fails(Need::EncryptTopic)))
}
