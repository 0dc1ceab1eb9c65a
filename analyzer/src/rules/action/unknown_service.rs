//! What it finds, why, and its tests: `unknown_service.md`.

use std::ops::Range;

use crate::aws::facts;
use crate::finding::{Safety, Severity};
use crate::policy::model::{Leaf, PolicyKind};
use crate::rules::arn_fields::{self, SERVICE};
use crate::rules::text::with_wildcards;
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext, strings};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "unknown-service",
    group: Group::Action,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &["AA INVALID_SERVICE_IN_ACTION", "AA INVALID_SERVICE", "AA WILDCARD_IN_SERVICE_NAME"],
    check: Check::Policy(check),
};

/// Services that have ARNs but no actions.
const IN_ARNS_ONLY: [&str; 2] = ["catalog", "route53-recovery-control"];

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    for statement in &site.document.statements {
        for action in strings::actions(statement) {
            check_action(action, site, report);
        }
        for resource in strings::resources(statement) {
            check_arn(resource, site, report);
        }
    }
}

fn check_action(action: &Leaf, site: &PolicySite, report: &mut Report<'_>) {
    // What stands before the first hole: a prefix is known only if its colon is.
    let start = action.text.known_prefix();
    let Some((prefix, name)) = start.split_once(':') else { return };
    // `*:*` is another way of writing `*`.
    let is_everything = prefix == "*" && name == "*";
    if prefix.contains(['*', '?']) && !is_everything {
        say_open(action, 0..prefix.len(), "action", site, report);
    } else if !is_everything && facts::service(prefix).is_none() {
        say_unknown_prefix(action, prefix, report);
    }
}

fn say_unknown_prefix(action: &Leaf, prefix: &str, report: &mut Report<'_>) {
    let written = action.text.as_known();
    let meant = written.as_deref().and_then(facts::nearest_action);
    // An action of another name is no more than a guess on top of a guess.
    let same_name = |meant: &&str| name(meant).eq_ignore_ascii_case(name(written.as_deref().unwrap_or_default()));
    let meant_prefix = meant.filter(same_name).and_then(|meant| Some(meant.split_once(':')?.0));
    let nearest = meant_prefix.or_else(|| facts::nearest_service(prefix));
    let hint = nearest.map(|nearest| format!("; did you mean `{nearest}`?")).unwrap_or_default();
    let message = format!("there is no service `{prefix}` in `{}`{hint}", action.text.display());
    let safety = nearest.map_or(Safety::Unsafe, |nearest| safety(action, prefix, nearest));
    say(action, 0..prefix.len(), message, nearest, safety, report);
}

/// There is one right answer if the service has such an action, and either the prefix is
/// that of the service but for a slip, or the action has its whole name.
fn safety(action: &Leaf, prefix: &str, nearest: &str) -> Safety {
    let pattern = with_wildcards(&action.text);
    let fits = facts::expand(&format!("{nearest}:{}", name(&pattern))).next().is_some();
    let is_sure = facts::is_slip(prefix, nearest) || !pattern.contains(['*', '?']);
    if fits && is_sure { Safety::Safe } else { Safety::Unsafe }
}

/// The service of an ARN. AWS has ARNs of services that are in no table, so only one that
/// looks like a known one is wrong for certain.
fn check_arn(resource: &Leaf, site: &PolicySite, report: &mut Report<'_>) {
    let fields = arn_fields::arn(&resource.text).unwrap_or_default();
    let Some(field) = fields.get(SERVICE) else { return };
    let Some(service) = field.certain() else { return };
    if service.contains(['*', '?']) {
        // A wildcard before it may hold colons.
        if fields.iter().take(SERVICE).all(|field| field.known != "*") {
            say_open(resource, field.range.clone(), "ARN", site, report);
        }
    } else if !field.is_pattern() && facts::service(service).is_none() && !IN_ARNS_ONLY.contains(&service) {
        let Some(nearest) = facts::nearest_service(service) else { return };
        let message = format!("there is no service `{service}` in the ARN; did you mean `{nearest}`?");
        let safety = if facts::is_slip(service, nearest) { Safety::Safe } else { Safety::Unsafe };
        say(resource, field.range.clone(), message, Some(nearest), safety, report);
    }
}

/// A wildcard in the service: IAM refuses it, and what other services make of it is theirs.
fn say_open(leaf: &Leaf, range: Range<usize>, what: &str, site: &PolicySite, report: &mut Report<'_>) {
    let is_refused = matches!(site.kind, PolicyKind::Identity | PolicyKind::Trust);
    let severity = if is_refused { Severity::Error } else { Severity::Note };
    let message = format!("the service of the {what} `{}` has to be named: it takes no wildcard", leaf.text.display());
    let help = format!("write an {what} for each service that is meant");
    report.leaf_range(leaf, range, message).severity(severity).help(help);
}

fn say(
    leaf: &Leaf,
    range: Range<usize>,
    message: String,
    meant: Option<&str>,
    safety: Safety,
    report: &mut Report<'_>,
) {
    let known: String = crate::rules::text::known_parts(&leaf.text).collect();
    let replaceable = known.get(range.clone()).and_then(|text| report.literal_range(leaf, range.clone(), text));
    let finding = report.leaf_range(leaf, range, message);
    if let (Some(span), Some(meant)) = (replaceable, meant) {
        finding.replace(span, meant, safety);
    }
}

fn name(action: &str) -> &str {
    action.split_once(':').map_or(action, |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::finding::Safety;
    use crate::policy::model::PolicyKind::Resource;
    use crate::rules::testing::{Fixture, statement, statement_of};

    fn action(action: &str) -> Vec<String> {
        statement(&RULE, &format!(r#""Action": ["{action}"]"#))
    }

    fn resource(arn: &str) -> Vec<String> {
        statement(&RULE, &format!(r#""Resource": ["{arn}"]"#))
    }

    #[test]
    fn marks_the_prefix() {
        assert_eq!(
            action("cloudtrial:StopLogging"),
            [
                "cloudtrial | error: there is no service `cloudtrial` in `cloudtrial:StopLogging`; did you mean `cloudtrail`?"
            ]
        );
        let fixture = Fixture::new(r#"{"Statement": {"NotAction": "cloudtrial:Stop*"}}"#);
        assert_eq!(fixture.fixed(&RULE), r#"{"Statement": {"NotAction": "cloudtrail:Stop*"}}"#);
        assert_eq!(action("cloudtrial:${x}").len(), 1, "the prefix is known");
    }

    #[test]
    fn marks_the_service_of_an_arn() {
        assert_eq!(
            resource("arn:aws:cloudtrial:${region}:123456789012:trail/x"),
            ["cloudtrial | error: there is no service `cloudtrial` in the ARN; did you mean `cloudtrail`?"]
        );
        let fixture = Fixture::new(r#"{"Statement": {"Resource": "arn:aws:efs:*:*:file-system/*"}}"#);
        assert_eq!(
            fixture.fixed(&RULE),
            r#"{"Statement": {"Resource": "arn:aws:elasticfilesystem:*:*:file-system/*"}}"#
        );
    }

    #[test]
    fn the_service_takes_no_wildcard() {
        assert_eq!(
            action("*:Untag*"),
            ["* | error: the service of the action `*:Untag*` has to be named: it takes no wildcard"]
        );
        assert_eq!(action("s3*:Get*").len(), 1);
        assert_eq!(
            resource("arn:aws:s3*:::logs"),
            ["s3* | error: the service of the ARN `arn:aws:s3*:::logs` has to be named: it takes no wildcard"]
        );
        let elsewhere = statement_of(&RULE, Resource, r#""Action": "s?s:SendMessage""#);
        assert!(elsewhere.len() == 1 && elsewhere[0].contains("note"), "{elsewhere:?}");
    }

    #[test]
    fn one_right_answer_is_a_safe_fix() {
        let safety = |action: &str| {
            let fixture = Fixture::new(&format!(r#"{{"Statement": {{"Action": "{action}"}}}}"#));
            fixture.run(&RULE).first().and_then(|finding| finding.fixes.first().map(|fix| fix.safety))
        };
        for sure in ["cloudtrial:StopLogging", "cloudtrial:*", " s3:GetObject", "efs:DescribeFileSystems"] {
            assert_eq!(safety(sure), Some(Safety::Safe), "{sure}");
        }
        for guess in ["cognito:*", "cloudtrial:Nothing"] {
            assert_eq!(safety(guess), Some(Safety::Unsafe), "{guess}");
        }
    }

    #[test]
    fn what_may_exist_is_silent() {
        let actions =
            ["S3:GetObject", "*", "*:*", "${x}:Get", "clou${x}:Get", "cloudtrial${x}", "mobilehub:X", "s*${x}"];
        for name in actions {
            assert_eq!(action(name), [""; 0], "{name}");
        }
        let resources = [
            "*",
            "arn:aws:*",
            "arn:*:cloudtrial:*",
            "arn:*:*:*:*:*",
            "arn:aws:catalog:*:*:product/*",
            "arn:aws:somethingnew:*:*:thing/*",
            "arn:aws:cloud${x}:*:*:trail/x",
            "arn:${x}:cloudtrial:*:*:trail/x",
            "arn:aws:S3:::logs",
        ];
        for arn in resources {
            assert_eq!(resource(arn), [""; 0], "{arn}");
        }
    }
}
