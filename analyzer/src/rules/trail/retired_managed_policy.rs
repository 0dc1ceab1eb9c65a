//! What it finds, why, and its tests: `retired_managed_policy.md`.

use crate::aws::facts::cloudtrail::{RetiredPolicy, retired_policy};
use crate::eval::text::Text;
use crate::finding::{Edit, Fix, Safety, Severity};
use crate::iam::{AttachedPolicy, PolicySource};
use crate::rules::{Check, Group, Report, Rule, RuleContext};
use crate::source::Span;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "retired-managed-policy",
    group: Group::Trail,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &["CloudTrail User Guide security-iam-awsmanpol"],
    check: Check::Workspace(check),
};

/// What stands in front of the name of a policy that AWS keeps.
const BEFORE_NAME: &str = ":iam::aws:policy/";

fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    for principal in ctx.iam.principals() {
        for policy in principal.policies.iter().chain(&principal.boundary) {
            let PolicySource::NotInView(arn) = &policy.source else { continue };
            let retired = retired(arn).filter(|policy| policy.until.is_none_or(|until| until < ctx.as_of));
            if let Some(retired) = retired {
                say(&retired, arn, policy, report);
            }
        }
    }
}

/// The retired policy that `arn` is the ARN of, in whichever partition.
fn retired(arn: &Text) -> Option<RetiredPolicy> {
    let end = arn.known_suffix();
    let (_, name) = end.rsplit_once(BEFORE_NAME)?;
    retired_policy(name).filter(|policy| policy.name == name)
}

fn say(retired: &RetiredPolicy, arn: &Text, policy: &AttachedPolicy, report: &mut Report<'_>) {
    let written = name_in(arn, retired.name).filter(|span| report.source_text(*span) == retired.name);
    let message = format!("AWS has taken away the policy `{}`: it can no longer be attached", retired.name);
    let mut finding = report.finding(written.unwrap_or(policy.via), message);
    if written.is_some_and(|span| !policy.via.range.contains_range(span.range) || policy.via.file != span.file) {
        finding = finding.label(policy.via, "attached here");
    }
    match written {
        Some(span) => finding.fix(Fix {
            title: format!("replace with `{}`", retired.successor),
            safety: Safety::Safe,
            edits: vec![Edit { span, new_text: retired.successor.to_owned() }],
        }),
        None => finding.help(format!("`{}` took its place", retired.successor)),
    };
}

/// Where the name of the policy stands in its ARN.
fn name_in(arn: &Text, name: &str) -> Option<Span> {
    let length: usize = crate::rules::text::known_parts(arn).map(str::len).sum();
    arn.span_of(length.checked_sub(name.len())?..length)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::in_workspace;

    fn found(settings: &str, arn: &str) -> usize {
        let text = format!(
            "variable \"x\" {{}}\nresource \"aws_iam_user_policy_attachment\" \"x\" {{\n  user = \"x\"\n  policy_arn = \"{arn}\"\n}}\n"
        );
        in_workspace(&RULE, settings, &[("main.tf", &text)]).len()
    }

    #[test]
    fn only_policies_of_aws_by_their_whole_name() {
        assert_eq!(found("", "arn:aws-us-gov:iam::aws:policy/AWSCloudTrailFullAccess"), 1);
        assert_eq!(found("", "arn:${var.x}:iam::aws:policy/AWSCloudTrailFullAccess"), 1);
        for other in [
            "arn:aws:iam::111122223333:policy/AWSCloudTrailFullAccess",
            "arn:aws:iam::aws:policy/job-function/AWSCloudTrailFullAccess",
            "arn:aws:iam::aws:policy/AWSCloudTrail${var.x}",
        ] {
            assert_eq!(found("", other), 0, "{other}");
        }
    }

    #[test]
    fn the_last_day_is_a_day() {
        let on = |day: &str| found(&format!("as_of = {day}"), "arn:aws:iam::aws:policy/AWSCloudTrailReadOnlyAccess");
        assert_eq!((on("2022-06-06"), on("2022-06-07")), (0, 1));
    }
}
