//! What it finds, why, and its tests: `log_group_arn_wildcard.md`.

use crate::cloudtrail::{Argument, Kind, Trail};
use crate::eval::equality::texts_equal;
use crate::eval::text::Text;
use crate::finding::{Safety, Severity};
use crate::policy::model::Leaf;
use crate::rules::arguments::leaf;
use crate::rules::report::FindingBuilder;
use crate::rules::{Check, Group, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "log-group-arn-wildcard",
    group: Group::Trail,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &["CloudTrail InvalidCloudWatchLogsLogGroupArnException"],
    check: Check::Workspace(check),
};

/// What stands behind the ARN of a log group.
const END: &str = ":*";

/// The same twice.
const TWICE: &str = ":*:*";

fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    for trail in ctx.cloudtrail.trails() {
        let Some(argument) = trail.settings.argument("cloud_watch_logs_group_arn") else { continue };
        let Some(arn) = leaf(argument).filter(|arn| !arn.text.is_empty()) else { continue };
        let end = arn.text.known_suffix();
        if end.ends_with(TWICE) {
            twice(&arn, trail, report);
        } else if !end.ends_with(END) && (end.len() >= END.len() || is_log_group(&arn.text, trail, ctx)) {
            missing(&arn, argument, trail, report);
        }
    }
}

/// Whether `arn` is the ARN of a log group of the same stack, whatever its holes are.
fn is_log_group(arn: &Text, trail: &Trail, ctx: &RuleContext<'_>) -> bool {
    let mut groups = ctx.cloudtrail.declared(Kind::LogGroup).iter().filter(|group| group.stack == trail.stack);
    groups.any(|group| texts_equal(&group.arn, arn).is_yes())
}

fn missing(arn: &Leaf, argument: &Argument, trail: &Trail, report: &mut Report<'_>) {
    let expression = report.source_text(argument.span);
    let is_expression = arn.span == argument.span && arn.via.is_empty() && !expression.contains(['"', '\n']);
    let literal = arn.text.as_known().filter(|_| report.is_literal(arn));
    let finding = report.leaf(arn, format!("the ARN of a trail's log group ends in `{END}`, and this one does not"));
    let finding = refused(finding, trail);
    match literal {
        Some(text) => finding.replace(arn.span, format!("{text}{END}"), Safety::Safe),
        None if is_expression => finding.replace(argument.span, format!("\"${{{expression}}}{END}\""), Safety::Safe),
        None => finding.help(format!("add `{END}` to the ARN")),
    };
}

fn twice(arn: &Leaf, trail: &Trail, report: &mut Report<'_>) {
    let literal = arn.text.as_known().filter(|_| report.is_literal(arn));
    let finding = report.leaf(arn, format!("the ARN of a trail's log group ends in `{END}` once, and this one twice"));
    let finding = refused(finding, trail);
    match literal.as_deref().and_then(|text| text.strip_suffix(END)) {
        Some(text) => finding.replace(arn.span, text, Safety::Safe),
        None => finding.help(format!("leave out one `{END}`")),
    };
}

fn refused<'r>(finding: FindingBuilder<'r>, trail: &Trail) -> FindingBuilder<'r> {
    finding.label(trail.span, "AWS refuses this trail with `InvalidCloudWatchLogsLogGroupArnException`")
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::in_workspace;

    fn found(arn: &str) -> Vec<String> {
        let text = format!(
            r#"
variable "x" {{}}
resource "aws_cloudwatch_log_group" "x" {{
  name = var.x
}}
resource "aws_cloudtrail" "x" {{
  name                       = "main"
  s3_bucket_name             = "logs"
  cloud_watch_logs_group_arn = {arn}
}}
"#
        );
        in_workspace(&RULE, "", &[("main.tf", &text)])
    }

    #[test]
    fn where_the_end_is_known() {
        let known = "arn:aws:logs:eu-west-1:111122223333:log-group:trail";
        assert_eq!(found(&format!("\"{known}\"")).len(), 1);
        assert_eq!(found(&format!("\"{known}:*:*\"")).len(), 1);
        assert_eq!(found("\"${aws_cloudwatch_log_group.x.arn}:*:*\"").len(), 1);
        assert_eq!(found("\"${aws_cloudwatch_log_group.x.arn}:*\""), [""; 0]);
        assert_eq!(found(&format!("\"{known}:*\"")), [""; 0]);
    }

    #[test]
    fn where_it_is_that_of_a_log_group_in_view() {
        assert_eq!(found("aws_cloudwatch_log_group.x.arn").len(), 1);
        for open in ["var.x", "\"arn:aws:logs:eu-west-1:111122223333:log-group:${var.x}\"", "\"\"", "null"] {
            assert_eq!(found(open), [""; 0], "{open}");
        }
    }
}
