//! What it finds, why, and its tests: `unknown_partition.md`.

use crate::aws::facts;
use crate::finding::{Safety, Severity};
use crate::policy::model::Leaf;
use crate::rules::arn_fields::{self, Field, PARTITION};
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext, strings};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "unknown-partition",
    group: Group::Arn,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &["AA INVALID_PARTITION"],
    check: Check::Policy(check),
};

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    for leaf in strings::arns(&site.document) {
        let fields = arn_fields::arn(&leaf.text).unwrap_or_default();
        if let Some(field) = fields.get(PARTITION)
            && let Some(name) = field.certain()
            && !name.is_empty()
            && !field.is_pattern()
            && facts::partition(name).is_none()
            && !is_placeholder(name)
        {
            say(leaf, field, name, report);
        }
    }
}

/// A partition in capitals is one that is written wrong.
fn is_placeholder(name: &str) -> bool {
    arn_fields::is_placeholder(name) && facts::partition(&name.to_ascii_lowercase()).is_none()
}

fn say(leaf: &Leaf, field: &Field, name: &str, report: &mut Report<'_>) {
    let message = format!("there is no partition `{name}`");
    let Some(meant) = facts::nearest_partition(name) else {
        let finding = report.leaf_range(leaf, field.range.clone(), message);
        // AWS opens partitions, and names them like this.
        if name.starts_with("aws-") {
            finding.likely();
        }
        return;
    };
    let span = report.literal_range(leaf, field.range.clone(), name);
    let finding = report.leaf_range(leaf, field.range.clone(), format!("{message}; did you mean `{meant}`?"));
    if let Some(span) = span {
        finding.replace(span, meant, Safety::Unsafe);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::finding::Confidence;
    use crate::policy::model::PolicyKind;
    use crate::rules::testing::{Fixture, statement, statement_of};

    fn resource(arn: &str) -> Vec<String> {
        statement(&RULE, &format!(r#""Resource": "{arn}""#))
    }

    #[test]
    fn names_what_was_meant() {
        assert_eq!(
            resource("arn:aws-gov:s3:::logs"),
            ["aws-gov | error: there is no partition `aws-gov`; did you mean `aws-us-gov`?"]
        );
        assert_eq!(resource("arn:AWS:s3:::${x}").len(), 1);
        assert_eq!(resource("arn:amazon:s3:::logs"), ["amazon | error: there is no partition `amazon`"]);
        let principal = r#""Principal": {"AWS": "arn:aws_cn:iam::111122223333:root"}"#;
        assert_eq!(statement_of(&RULE, PolicyKind::Trust, principal).len(), 1);
        let fixture = Fixture::new(r#"{"Statement": {"Resource": "arn:aws-gov:s3:::logs"}}"#);
        assert_eq!(fixture.fixed(&RULE), r#"{"Statement": {"Resource": "arn:aws-us-gov:s3:::logs"}}"#);
    }

    #[test]
    fn one_that_may_come_is_only_likely_wrong() {
        let found = Fixture::new(r#"{"Statement": {"Resource": "arn:aws-moon:s3:::logs"}}"#).run(&RULE);
        assert_eq!(found.first().map(|finding| finding.confidence), Some(Confidence::Likely));
    }

    #[test]
    fn what_may_be_one_is_silent() {
        let valid = [
            "arn:aws:s3:::logs",
            "arn:aws-us-gov:s3:::logs",
            "arn:aws-eusc:s3:::logs",
            "arn:*:s3:::logs",
            "arn:aws*:s3:::logs",
            "arn:${x}:s3:::logs",
            "arn:aws${x}:s3:::logs",
            "arn::s3:::logs",
            "arn:{{partition}}:s3:::logs",
            "arn:<partition>:s3:::logs",
            "arn:PARTITION:s3:::logs",
            "arn:$${AWS::Partition}:s3:::logs",
            "arn:logs",
            "*",
        ];
        for arn in valid {
            assert_eq!(resource(arn), [""; 0], "{arn}");
        }
    }
}
