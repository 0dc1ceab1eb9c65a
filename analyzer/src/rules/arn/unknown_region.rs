//! What it finds, why, and its tests: `unknown_region.md`.

use std::ops::Range;

use super::place::{self, Known};
use crate::aws::arn::AccountId;
use crate::aws::facts::{self, OperatorType};
use crate::finding::{Safety, Severity};
use crate::policy::model::Leaf;
use crate::rules::arn_fields::{self, ACCOUNT, Field};
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext, strings};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "unknown-region",
    group: Group::Arn,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &["AA INVALID_REGION", "AA INVALID_ARN_REGION"],
    check: Check::Policy(check),
};

/// Condition keys whose values are regions, in lower case.
const REGION_KEYS: [&str; 12] = [
    "account:targetregion",
    "aws:requestedregion",
    "cloudformation:targetregion",
    "dsql:witnessregion",
    "ec2:region",
    "kms:primaryregion",
    "kms:replicaregion",
    "s3:destinationregion",
    "secretsmanager:addreplicaregions",
    "secretsmanager:secretprimaryregion",
    "ses:replicaregion",
    "sso:primaryregion",
];

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    for leaf in strings::arns(&site.document) {
        let fields = arn_fields::arn(&leaf.text).unwrap_or_default();
        if let Some((field, name)) = place::region(&fields)
            && !is_shifted(name, &fields)
            && place::excess(&fields).is_none()
        {
            check_region(leaf, field.range.clone(), name, report);
        }
    }
    for (condition, operator, key) in strings::known_conditions(&site.document) {
        let is_region = REGION_KEYS.contains(&key.name.to_ascii_lowercase().as_str());
        if is_region && operator.operator.ty == OperatorType::String {
            for value in strings::values(condition) {
                check_value(value, report);
            }
        }
    }
}

/// Whether a field before it is missing, so that what stands here is another one: that is
/// said of the account.
fn is_shifted(name: &str, fields: &[Field]) -> bool {
    let account = fields.get(ACCOUNT).filter(|field| !field.is_pattern()).and_then(Field::certain);
    let is_wrong =
        |account: &str| !account.is_empty() && !account.starts_with("aws") && AccountId::parse(account).is_none();
    name.bytes().all(|byte| byte.is_ascii_digit()) || account.is_some_and(is_wrong)
}

fn check_value(leaf: &Leaf, report: &mut Report<'_>) {
    let Some(name) = leaf.text.as_known() else { return };
    if !name.is_empty() && !name.contains(['*', '?', '$']) {
        check_region(leaf, 0..name.len(), &name, report);
    }
}

fn check_region(leaf: &Leaf, range: Range<usize>, name: &str, report: &mut Report<'_>) {
    match place::known_region(name) {
        Known::Yes(_) => {}
        _ if arn_fields::is_placeholder(name) => {}
        Known::NotYet => {
            let message = format!("no region `{name}` was known on {}", facts::date());
            report.leaf_range(leaf, range, message).severity(Severity::Warning).likely();
        }
        Known::No => say(leaf, range, name, report),
    }
}

fn say(leaf: &Leaf, range: Range<usize>, name: &str, report: &mut Report<'_>) {
    let message = format!("there is no region `{name}`");
    let Some(meant) = facts::nearest_region(name) else {
        report.leaf_range(leaf, range, message);
        return;
    };
    let span = report.literal_range(leaf, range.clone(), name);
    let finding = report.leaf_range(leaf, range, format!("{message}; did you mean `{meant}`?"));
    if let Some(span) = span {
        finding.replace(span, meant, Safety::Unsafe);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::aws::facts;
    use crate::finding::Confidence;
    use crate::rules::testing::{Fixture, statement};

    fn resource(arn: &str) -> Vec<String> {
        statement(&RULE, &format!(r#""Resource": "{arn}""#))
    }

    fn condition(key: &str, operator: &str, value: &str) -> Vec<String> {
        statement(&RULE, &format!(r#""Condition": {{"{operator}": {{"{key}": "{value}"}}}}"#))
    }

    #[test]
    fn names_what_was_meant() {
        assert_eq!(
            resource("arn:aws:sns:eu-west1:111122223333:topic"),
            ["eu-west1 | error: there is no region `eu-west1`; did you mean `eu-west-1`?"]
        );
        assert_eq!(
            resource("arn:aws:sns:us-east-1a:${x}:topic"),
            ["us-east-1a | error: there is no region `us-east-1a`; did you mean `us-east-1`?"]
        );
        assert_eq!(
            condition("aws:RequestedRegion", "StringEquals", "ireland"),
            ["ireland | error: there is no region `ireland`"]
        );
        assert_eq!(condition("aws:requestedregion", "StringNotLike", "US-EAST-1").len(), 1);
        let fixture = Fixture::new(r#"{"Statement": {"Resource": "arn:aws:sns:eu-west1:*:topic"}}"#);
        assert_eq!(fixture.fixed(&RULE), r#"{"Statement": {"Resource": "arn:aws:sns:eu-west-1:*:topic"}}"#);
    }

    #[test]
    fn one_that_may_come_is_only_likely_wrong() {
        let fixture = Fixture::new(r#"{"Statement": {"Resource": "arn:aws:sns:us-west-3:*:topic"}}"#);
        let expected = format!("us-west-3 | warning: no region `us-west-3` was known on {}", facts::date());
        assert_eq!(fixture.shown(&RULE), [expected]);
        assert_eq!(fixture.run(&RULE).first().map(|finding| finding.confidence), Some(Confidence::Likely));
    }

    #[test]
    fn what_may_be_one_is_silent() {
        let valid = [
            "arn:aws:sns:eu-west-1:111122223333:topic",
            "arn:aws-cn:sns:cn-north-1:111122223333:topic",
            "arn:aws:sns:*:111122223333:topic",
            "arn:aws:sns:eu-*:111122223333:topic",
            "arn:aws:sns:${x}:111122223333:topic",
            "arn:aws:sns:eu-west-${x}:111122223333:topic",
            "arn:aws:sns:${aws:RequestedRegion}:111122223333:topic",
            "arn:aws:s3:::logs",
            "arn:aws:logs*:log-group:x:y:z",
            "arn:aws:sqs:111122223333:queue:x",
            "arn:aws:logs:log-group:name:log-stream:x",
            "arn:aws:iam:nowhere:111122223333:role/x",
            "*",
            "arn:aws:sns:{{region}}:111122223333:topic",
            "arn:aws:sns:<region>:111122223333:topic",
            "arn:aws:sns:__REGION__:111122223333:topic",
            "arn:aws:sns:REGION:111122223333:topic",
            "arn:aws:sns:$${AWS::Region}:111122223333:topic",
        ];
        for arn in valid {
            assert_eq!(resource(arn), [""; 0], "{arn}");
        }
        for (key, operator, value) in [
            ("aws:RequestedRegion", "StringEquals", "eu-west-1"),
            ("aws:RequestedRegion", "StringLike", "eu-*"),
            ("aws:RequestedRegion", "StringEquals", "${x}"),
            ("aws:RequestedRegion", "StringEquals", "{{ region }}"),
            ("aws:RequestedRegion", "Null", "true"),
            ("aws:username", "StringEquals", "ireland"),
        ] {
            assert_eq!(condition(key, operator, value), [""; 0], "{key} {value}");
        }
    }
}
