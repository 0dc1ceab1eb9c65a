//! What it finds, why, and its tests: `trail_topic_grant_missing.md`.

use super::asked::{self, Lack};
use super::judgement::{Judgement, judged};
use super::{mend, words};
use crate::finding::Severity;
use crate::rules::{Check, Group, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "trail-topic-grant-missing",
    group: Group::Trail,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &[],
    doc: include_str!("trail_topic_grant_missing.md"),
    check: Check::Workspace(check),
};

fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    let judged = judged(asked::of_topics(ctx), ctx);
    let is_one = |(judgement, lack): &&(Judgement, Lack<'_>)| {
        let is_open = lack.paper.is_none() && words::may_have_more(lack.resource, ctx);
        matches!(judgement, Judgement::Missing | Judgement::NoPolicy) && !is_open
    };
    let lacks = judged.iter().filter(is_one).map(|(_, lack)| lack);
    for shared in words::by_place(lacks, words::place) {
        let (trails, topic) = (words::trails(&shared.trails), words::resource(shared.lack.resource));
        let verb = if shared.trails.len() > 1 { "publish" } else { "publishes" };
        let message = format!("CloudTrail is not allowed `sns:Publish` on {topic}, where {trails} {verb}");
        let finding = words::report(shared.lack, message, report);
        mend::offer(finding, shared.only(), ctx).help(
            "allow `sns:Publish` to `cloudtrail.amazonaws.com` on the topic; the policy that SNS gives it does not",
        );
    }
}
