//! What it finds, why, and its tests: `malformed_arn.md`.

use super::shape::{self, Fault};
use crate::aws::facts::KeyType;
use crate::finding::Severity;
use crate::policy::model::Leaf;
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext, strings};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "malformed-arn",
    group: Group::Arn,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &[
        "AA INVALID_ARN_PREFIX",
        "AA INVALID_ARN_RESOURCE",
        "AA INVALID_ARN_SERVICE_CASE",
        "AA MISSING_ARN_FIELD",
        "AA MISSING_ARN_REGION",
        "AA MISSING_ARN_ACCOUNT",
    ],
    check: Check::Policy(check),
};

fn check(site: &PolicySite, ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    for statement in &site.document.statements {
        for resource in strings::resources(statement) {
            let fault = shape::no_arn(&resource.text).or_else(|| shape::fault(&resource.text, ctx.as_of));
            say(resource, fault, report);
        }
        for principal in strings::aws_principals(statement) {
            say(principal, shape::fault(&principal.text, ctx.as_of), report);
        }
    }
    for (condition, _, key) in strings::known_conditions(&site.document) {
        if key.ty == KeyType::Arn {
            for value in strings::values(condition) {
                say(value, shape::fault(&value.text, ctx.as_of), report);
            }
        }
    }
}

fn say(leaf: &Leaf, fault: Option<Fault>, report: &mut Report<'_>) {
    let Some(fault) = fault else { return };
    let span = leaf.text.span_of(fault.range.clone());
    let written = span.map(|span| report.source_text(span));
    let known = leaf.text.as_known();
    let is_literal = written
        .as_deref()
        .is_some_and(|it| known.as_deref().and_then(|text| text.get(fault.range.clone())) == Some(it));
    let mut finding = report.leaf_range(leaf, fault.range, fault.message);
    if let (Some((meant, safety)), Some(span), true) = (fault.meant, span, is_literal) {
        finding = finding.replace(span, meant, safety);
    }
    if let Some(help) = fault.help {
        finding.help(help);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::policy::model::PolicyKind;
    use crate::rules::testing::{Fixture, statement, statement_of};

    fn resource(arn: &str) -> Vec<String> {
        statement(&RULE, &format!(r#""Resource": "{arn}""#))
    }

    #[test]
    fn what_is_no_arn() {
        assert_eq!(resource("logs/*"), ["logs/* | error: `logs/*` is no ARN: a resource is `*` or starts with `arn:`"]);
        assert_eq!(
            resource("logs-${x}/*"),
            ["logs-${x}/* | error: `logs-{x}/*` is no ARN: a resource is `*` or starts with `arn:`"]
        );
        assert_eq!(resource("").len(), 1);
        for silent in ["*", "?*", "${x}", "${x}/*", "a*", "execute-api:/prod/GET/*"] {
            assert_eq!(resource(silent), [""; 0], "{silent}");
        }
    }

    #[test]
    fn too_few_fields() {
        assert_eq!(
            resource("arn:aws:s3::logs"),
            [
                "arn:aws:s3::logs | error: `arn:aws:s3::logs` has 5 fields, an ARN has 6 with a colon after each but the last"
            ]
        );
        assert_eq!(resource("arn:aws:iam::${account}").len(), 1);
        for silent in ["arn:aws:s3*", "arn:aws:sqs:*", "arn:aws:iam::${x}", "arn:aws:s3:::logs", "arn:*"] {
            assert_eq!(resource(silent), [""; 0], "{silent}");
        }
    }

    #[test]
    fn types_of_another_day() {
        let on = |day: &str| {
            let text = r#"{"Statement": {"Resource": "arn:aws:cloudtrail:eu-west-1:123456789012:dashboard/x"}}"#;
            Fixture::new(text).on_day(day).shown(&RULE)
        };
        assert_eq!(on("2023-10-01"), ["dashboard | error: `cloudtrail` has no resource type `dashboard`"]);
        assert_eq!(on("2024-11-21"), [""; 0]);
    }

    #[test]
    fn unknown_types() {
        assert_eq!(
            resource("arn:aws:cloudtrail:eu-west-1:123456789012:event-data-store/x"),
            [
                "event-data-store | error: `cloudtrail` has no resource type `event-data-store`; did you mean `eventdatastore`?"
            ]
        );
        assert_eq!(
            resource("arn:aws:cloudtrail:eu-west-1:123456789012:trail:main"),
            ["trail: | error: `trail:` starts no ARN of `cloudtrail`; did you mean `trail/`?"]
        );
        assert_eq!(resource("arn:aws:cloudtrail:*:*:main").len(), 1);
        assert_eq!(
            resource("arn:aws:kms:*:*::*"),
            [":* | error: `:*` names no resource type of `kms`: it starts with `alias/`, `key/`"]
        );
        assert_eq!(resource("arn:aws:lambda:*:123456789012:function/f").len(), 1);
        assert_eq!(resource("arn:aws:dynamodb:*:*:tabel/t").len(), 1);
        assert_eq!(resource("arn:aws:S3:::logs"), ["S3 | error: the service in an ARN is written in lower case: `s3`"]);
        let fixture = Fixture::new(r#"{"Statement": {"Resource": "arn:aws:cloudtrail:*:*:event-data-store/*"}}"#);
        assert_eq!(fixture.fixed(&RULE), r#"{"Statement": {"Resource": "arn:aws:cloudtrail:*:*:eventdatastore/*"}}"#);
    }

    #[test]
    fn missing_account_or_region() {
        assert_eq!(
            resource("arn:aws:sns:::topic"),
            ["arn:aws:sns:::topic | error: `arn:aws:sns:::topic` lacks its region and account"]
        );
        assert_eq!(
            resource("arn:aws:iam:::role/deploy"),
            ["arn:aws:iam:::role/deploy | error: `arn:aws:iam:::role/deploy` lacks its account"]
        );
        let trail = r#""Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:cloudtrail::123456789012:trail/x"}}"#;
        assert_eq!(statement(&RULE, trail).len(), 1);
        let principal = r#""Principal": {"AWS": ["arn:aws:iam:::root", "*", "123456789012"]}"#;
        assert_eq!(statement_of(&RULE, PolicyKind::Trust, principal).len(), 1);
    }

    #[test]
    fn forms_that_aws_uses() {
        let valid = [
            "arn:aws:cloudtrail:*:*:*",
            "arn:aws:cloudtrail:${r}:${a}:trail/${t}",
            "arn:aws:cloudtrail:${x}",
            "arn:aws:cloudtrail:*:*:${x}",
            "arn:aws:cloudtrail:*:*:tr*",
            "arn:aws:logs:*:*:log-group:/aws/x:*",
            "arn:aws:iam::aws:policy/ReadOnlyAccess",
            "arn:aws:iam::123456789012:root",
            "arn:aws:sts::123456789012:assumed-role/x/y",
            "arn:aws:ssm:eu-west-1::document/AWS-RunShellScript",
            "arn:aws:ec2:eu-west-1::image/*",
            "arn:aws:dynamodb::123456789012:global-table/t",
            "arn:aws:events:eu-west-1::event-source/aws.partner/x",
            "arn:aws:s3:eu-west-1:123456789012:accesspoint/x",
            "arn:aws:apigateway:eu-west-1::/restapis/*",
            "arn:aws:execute-api:eu-west-1:123456789012:abc/prod/GET/x",
            "arn:aws:lambda:eu-west-1:123456789012:function:f:live",
            "arn:aws:sns:eu-west-1:123456789012:topic:subscription",
            "arn:aws:kms:eu-west-1:123456789012:key/*",
            "arn:aws:rds:eu-west-1:123456789012:cluster-pg:x",
            "arn:aws:wafv2:eu-west-1:123456789012:regional/webacl/x/y",
            "arn:aws:elasticloadbalancing:*:*:listener/web-*",
            "arn:aws:cloudformation:*:*:stack/main",
        ];
        for arn in valid {
            assert_eq!(resource(arn), [""; 0], "{arn}");
        }
    }
}
