//! What it finds, why, and its tests: `trail_topic_grant_missing.md`.

use super::asked;
use super::judgement::{Judged, Judgement};
use super::{mend, words};
use crate::finding::Severity;
use crate::rules::{Check, Group, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "trail-topic-grant-missing",
    group: Group::Trail,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &[],
    check: Check::Workspace(check),
};

fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    let is_one = |(judgement, lack): &&Judged<'_>| {
        let is_open = lack.paper.is_none() && words::may_have_more(lack.resource, ctx);
        matches!(judgement, Judgement::Missing | Judgement::NoPolicy) && !is_open
    };
    let lacks = asked::of_topics(ctx).iter().filter(is_one).map(|(_, lack)| lack);
    for shared in words::by_place(lacks, words::place) {
        let (trails, topic) = (words::trails(&shared.trails), words::resource(shared.lack.resource));
        let verb = if shared.trails.len() > 1 { "publish" } else { "publishes" };
        let because = words::because(shared.lack);
        let message = format!("CloudTrail is not allowed `sns:Publish` on {topic}, where {trails} {verb}{because}");
        let finding = words::report(shared.lack, message, report);
        mend::offer(finding, shared.only(), ctx).help(
            "allow `sns:Publish` to `cloudtrail.amazonaws.com` on the topic; the policy that SNS gives it does not",
        );
    }
}
