//! What it finds, why, and its tests: `trail_kms_alias.md`.

use super::words;
use crate::cloudtrail::{Named, Trail};
use crate::finding::{Safety, Severity};
use crate::rules::text::known_parts;
use crate::rules::{Check, Group, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "trail-kms-alias",
    group: Group::Trail,
    severity: Severity::Warning,
    since: "0.1.0",
    sources: &[],
    check: Check::Workspace(check),
};

/// What the names of aliases start with.
const ALIAS: &str = "alias/";

fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    for trail in ctx.cloudtrail.trails().iter().filter(|trail| trail.ty == "aws_cloudtrail") {
        if let Some(key) = trail.key.as_ref().filter(|key| is_alias(key)) {
            say(trail, key, report);
        }
    }
}

fn is_alias(key: &Named) -> bool {
    key.is_set.is_yes() && known_parts(&key.text).any(|part| part.starts_with(ALIAS) || part.contains(":alias/"))
}

fn say(trail: &Trail, key: &Named, report: &mut Report<'_>) {
    let source = report.source_text(key.span);
    let message = format!("the key of {} is an alias, which every plan replaces", words::trail(trail));
    let finding = report
        .finding(key.span, message)
        .label(trail.span, "CloudTrail stores the ARN of the key itself, which the next plan takes for a change");
    match source.strip_suffix(".arn").filter(|it| it.contains("aws_kms_alias.")) {
        Some(alias) => finding.replace(key.span, format!("{alias}.target_key_arn"), Safety::Safe),
        None => finding.help("give the ARN of the key that the alias stands for"),
    };
}
