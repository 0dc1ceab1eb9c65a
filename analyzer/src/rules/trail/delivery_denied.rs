//! What it finds, why, and its tests: `delivery_denied.md`.

use super::asked::{self, Fault, Lack};
use super::words;
use crate::finding::Severity;
use crate::rules::{Check, Group, Report, Rule, RuleContext};
use crate::source::Span;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "delivery-denied",
    group: Group::Trail,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &[],
    doc: include_str!("delivery_denied.md"),
    check: Check::Workspace(check),
};

fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    let all = [asked::of_buckets(ctx), asked::of_keys(ctx), asked::of_topics(ctx), asked::of_topic_keys(ctx)];
    let lacks: Vec<Lack<'_>> = all.into_iter().flatten().collect();
    let denied = lacks.iter().filter(|lack| matches!(lack.fault, Fault::Denied(_)));
    for shared in words::by_place(denied, |lack| statement(lack).unwrap_or(lack.named.span)) {
        say(&shared, report);
    }
}

fn statement(lack: &Lack<'_>) -> Option<Span> {
    let Fault::Denied(part) = lack.fault else { return None };
    part.statement().map(|statement| statement.span)
}

fn say(shared: &words::Shared<'_, '_>, report: &mut Report<'_>) {
    let Fault::Denied(part) = shared.lack.fault else { return };
    let Some(statement) = part.statement() else { return };
    report.enter(part.paper.site);
    let (trails, on) = (words::trails(&shared.trails), words::resource(shared.lack.resource));
    let action = shared.lack.delivery.action;
    let span = report.statement_span(statement);
    let message = format!("this also denies CloudTrail `{action}` on {on}, which {trails} cannot do without");
    let mut finding = report
        .finding(span, message)
        .label(shared.lack.named.span, format!("{} for this trail", words::fails(shared.lack.delivery.need)));
    if let Some(effect) = &statement.effect {
        finding = finding.label(effect.span, "nothing outweighs a Deny");
    }
    finding.help(
        "except services of AWS: a condition `Bool` with `aws:PrincipalIsAWSService` = `false` in this statement",
    );
}
