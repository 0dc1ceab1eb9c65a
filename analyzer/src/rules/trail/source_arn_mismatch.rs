//! What it finds, why, and its tests: `source_arn_mismatch.md`.

use super::asked::{self, Fault};
use super::judgement::{Judgement, is_of_account};
use super::words;
use crate::eval::text::Text;
use crate::finding::{Safety, Severity};
use crate::policy::model::{Condition, Leaf};
use crate::rules::{Check, Group, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "source-arn-mismatch",
    group: Group::Trail,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &[],
    check: Check::Workspace(check),
};

/// What the fields of a trail's ARN are.
const FIELDS: [&str; 6] = ["start", "partition", "service", "region", "account", "name"];

fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    let lacks = asked::of_all(ctx).filter(|(it, _)| *it == Judgement::Source).map(|(_, lack)| lack);
    for shared in words::by_place(lacks, words::place) {
        let Fault::Condition(part, number) = shared.lack.fault else { continue };
        if let Some(condition) = part.condition(number) {
            say(&shared, condition, report);
        }
    }
}

fn say(shared: &words::Shared<'_, '_>, condition: &Condition, report: &mut Report<'_>) {
    let lack = shared.lack;
    let is_account = is_of_account(condition);
    let trail = words::trail(lack.sender.trail);
    let (key, actual) =
        if is_account { ("aws:SourceAccount", &lack.sender.owner) } else { ("aws:SourceArn", &lack.sender.arn) };
    let message = match words::culprit(lack) {
        Some(leaf) if !is_account => match difference(leaf, actual) {
            Some(difference) => format!("this is not the ARN of {trail}: {difference}"),
            None => format!("this is not the ARN of {trail}"),
        },
        _ => format!("`{key}` is `{}` when CloudTrail calls for {trail}", actual.display()),
    };
    let (known, actual) = (actual.as_known(), actual.display());
    let written = words::culprit(lack).filter(|leaf| shared.only().is_some() && leaf.span != condition.key.span);
    let span = written.filter(|leaf| report.is_literal(leaf)).map(|leaf| leaf.span);
    let finding = words::report(lack, message, report);
    let finding = match known.zip(span) {
        Some((known, span)) => finding.replace(span, known, Safety::Unsafe),
        None => finding,
    };
    finding.help(format!("the value of `{key}` for this trail is `{actual}`"));
}

/// The first field in which the value and the ARN differ.
fn difference(leaf: &Leaf, arn: &Text) -> Option<String> {
    let (written, actual) = (leaf.text.display(), arn.display());
    let fields = FIELDS.iter().zip(written.splitn(FIELDS.len(), ':').zip(actual.splitn(FIELDS.len(), ':')));
    let is_known = |field: &str| !field.contains(['{', '*', '?']);
    let mut different =
        fields.filter(|(_, (written, actual))| written != actual && is_known(written) && is_known(actual));
    different.next().map(|(field, (written, actual))| {
        let name = |field: &str| field.strip_prefix("trail/").unwrap_or(field).to_owned();
        format!("its {field} is `{}`, not `{}`", name(actual), name(written))
    })
}
