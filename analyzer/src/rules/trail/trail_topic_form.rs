//! What it finds, why, and its tests: `trail_topic_form.md`.

use super::words;
use crate::cloudtrail::{Named, Trail};
use crate::eval::account::same;
use crate::eval::text::Text;
use crate::finding::{Safety, Severity};
use crate::iam::PolicedResource;
use crate::rules::{Check, Group, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "trail-topic-form",
    group: Group::Trail,
    severity: Severity::Note,
    since: "0.1.0",
    sources: &[],
    check: Check::Workspace(check),
};

fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    for trail in ctx.cloudtrail.trails().iter().filter(|trail| trail.ty == "aws_cloudtrail") {
        let Some(named) = trail.topic.as_ref().filter(|topic| topic.is_set.is_yes()) else { continue };
        let Some(topic) = named.index.and_then(|index| ctx.iam.resources().get(index)) else { continue };
        let (Some(region), Some(own)) = (region(&topic.arn), trail.region.as_known()) else { continue };
        let is_arn = named.text.known_prefix().starts_with("arn:");
        let is_near = region == *own && same(&topic.account, &trail.account).truth.is_yes();
        match (is_arn, is_near) {
            (true, true) => say_arn(trail, named, topic, report),
            (false, false) if region != *own => say_name(trail, named, &region, report),
            (true, false) | (false, true | false) => {}
        }
    }
}

fn region(arn: &Text) -> Option<String> {
    let front = arn.known_prefix();
    let mut fields = front.split(':').skip(3);
    let region = fields.next()?;
    (fields.next().is_some() && !region.is_empty()).then(|| region.to_owned())
}

fn say_arn(trail: &Trail, named: &Named, topic: &PolicedResource, report: &mut Report<'_>) {
    let source = report.source_text(named.span);
    let message =
        format!("the topic of {} is given by its ARN, which every plan replaces by its name", words::trail(trail));
    let finding = report
        .finding(named.span, message)
        .label(topic.span, "the topic is of the account and the region of the trail: what is stored is its name");
    match source.strip_suffix(".arn").filter(|it| it.contains("aws_sns_topic.")) {
        Some(topic) => finding.replace(named.span, format!("{topic}.name"), Safety::Safe),
        None => finding.help("give the name of the topic"),
    };
}

fn say_name(trail: &Trail, named: &Named, region: &str, report: &mut Report<'_>) {
    let message = format!(
        "{} looks for this topic in its own region `{}`, but it is in `{region}`",
        words::trail(trail),
        trail.region.display()
    );
    report.finding(named.span, message).severity(Severity::Error).help(
        "give the ARN of the topic: by its name alone `CreateTrail` fails with `InsufficientSnsTopicPolicyException`",
    );
}
