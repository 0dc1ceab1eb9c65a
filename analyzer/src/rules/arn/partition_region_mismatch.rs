//! What it finds, why, and its tests: `partition_region_mismatch.md`.

use super::place::{self, Known};
use crate::aws::facts::{self, RegionFacts};
use crate::finding::{Safety, Severity};
use crate::policy::model::Leaf;
use crate::rules::arn_fields::{self, Field, PARTITION};
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext, strings};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "partition-region-mismatch",
    group: Group::Arn,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &[],
    check: Check::Policy(check),
};

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    let home = site.region.as_ref().and_then(|region| facts::region(region));
    for leaf in strings::arns(&site.document) {
        let fields = arn_fields::arn(&leaf.text).unwrap_or_default();
        let Some(partition) = fields.get(PARTITION) else { continue };
        let Some(named) = partition.certain().and_then(facts::partition) else { continue };
        if let Some((region, name)) = place::region(&fields)
            && let Known::Yes(found) = place::known_region(name)
            && place::excess(&fields).is_none()
            && found.partition != named.name
        {
            say(leaf, partition, region, found.partition, report);
        } else if let Some(home) = home.filter(|home| home.partition != named.name) {
            say_elsewhere(leaf, partition, home, report);
        }
    }
}

fn say(leaf: &Leaf, partition: &Field, region: &Field, home: &'static str, report: &mut Report<'_>) {
    let message = format!("the region `{}` is in the partition `{home}`, not in `{}`", region.known, partition.known);
    let literal = report.literal_range(leaf, partition.range.clone(), &partition.known);
    let reason = leaf.text.span_of(region.range.clone());
    let mut finding = report.leaf_range(leaf, partition.range.clone(), message);
    if let Some(reason) = reason {
        finding = finding.label(reason, format!("a region of `{home}`"));
    }
    if let Some(span) = literal {
        finding.replace(span, home, Safety::Unsafe);
    }
}

/// An ARN of a partition whose accounts and resources those of the provider's partition do not know.
fn say_elsewhere(leaf: &Leaf, partition: &Field, home: RegionFacts, report: &mut Report<'_>) {
    let RegionFacts { name, partition: home, .. } = home;
    let message =
        format!("this is used in `{name}`, in the partition `{home}`: nothing of `{}` is there", partition.known);
    let literal = report.literal_range(leaf, partition.range.clone(), &partition.known);
    let finding = report
        .leaf_range(leaf, partition.range.clone(), message)
        .help("`data.aws_partition.NAME.partition` is the partition of the provider");
    if let Some(span) = literal {
        finding.replace(span, home, Safety::Unsafe);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::policy::model::PolicyKind;
    use crate::rules::testing::{Fixture, in_workspace, statement, statement_of};

    fn resource(arn: &str) -> Vec<String> {
        statement(&RULE, &format!(r#""Resource": "{arn}""#))
    }

    #[test]
    fn a_region_of_another_partition() {
        assert_eq!(
            resource("arn:aws:sns:cn-north-1:111122223333:topic"),
            ["aws | error: the region `cn-north-1` is in the partition `aws-cn`, not in `aws`"]
        );
        assert_eq!(resource("arn:aws-us-gov:sns:us-east-1:${x}:topic").len(), 1);
        let condition = r#""Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:cloudtrail:us-gov-west-1:*:trail/x"}}"#;
        assert_eq!(statement_of(&RULE, PolicyKind::Resource, condition).len(), 1);
        let fixture = Fixture::new(r#"{"Statement": {"Resource": "arn:aws:sns:us-gov-west-1:*:topic"}}"#);
        assert_eq!(fixture.fixed(&RULE), r#"{"Statement": {"Resource": "arn:aws-us-gov:sns:us-gov-west-1:*:topic"}}"#);
    }

    #[test]
    fn what_may_fit_is_silent() {
        let valid = [
            "arn:aws:sns:eu-west-1:111122223333:topic",
            "arn:aws-cn:sns:cn-north-1:111122223333:topic",
            "arn:*:sns:cn-north-1:111122223333:topic",
            "arn:${x}:sns:cn-north-1:111122223333:topic",
            "arn:aws:sns:${x}:111122223333:topic",
            "arn:aws:sns:cn-*:111122223333:topic",
            "arn:aws:sns:*:111122223333:topic",
            "arn:aws:sns:cn-moon-1:111122223333:topic",
            "arn:nowhere:sns:cn-north-1:111122223333:topic",
            "arn:aws-cn:s3:::logs",
        ];
        for arn in valid {
            assert_eq!(resource(arn), [""; 0], "{arn}");
        }
    }

    fn in_provider(provider: &str, resource: &str) -> Vec<String> {
        let text = format!(
            r#"variable "region" {{}}
provider "aws" {{
  {provider}
}}
data "aws_partition" "here" {{}}
resource "aws_iam_policy" "publish" {{
  policy = jsonencode({{
    Version   = "2012-10-17"
    Statement = [{{ Effect = "Allow", Action = "sns:Publish", Resource = "{resource}" }}]
  }})
}}
"#
        );
        in_workspace(&RULE, "", &[("main.tf", &text)])
    }

    #[test]
    fn another_partition_than_that_of_the_provider() {
        assert_eq!(
            in_provider(r#"region = "cn-north-1""#, "arn:aws:sns:*:111122223333:topic"),
            ["aws | error: this is used in `cn-north-1`, in the partition `aws-cn`: nothing of `aws` is there"]
        );
        assert_eq!(in_provider(r#"region = "eu-west-1""#, "arn:aws-us-gov:iam::111122223333:role/x").len(), 1);
        assert_eq!(
            in_provider(r#"region = "us-gov-west-1""#, "arn:aws:sns:us-east-1:111122223333:topic").len(),
            1,
            "region and partition fit, but not the provider"
        );
        let mismatch = in_provider(r#"region = "cn-north-1""#, "arn:aws:sns:cn-north-1:111122223333:topic");
        assert_eq!(mismatch.len(), 1);
        assert!(mismatch[0].contains("is in the partition"), "said once");
        for (provider, resource) in [
            (r#"region = "cn-north-1""#, "arn:aws-cn:sns:*:111122223333:topic"),
            (r#"region = "cn-north-1""#, "arn:${data.aws_partition.here.partition}:sns:*:111122223333:topic"),
            (r#"region = "cn-north-1""#, "arn:*:sns:*:111122223333:topic"),
            (r#"region = "cn-north-1""#, "*"),
            ("region = var.region", "arn:aws-cn:sns:*:111122223333:topic"),
            ("", "arn:aws-cn:sns:*:111122223333:topic"),
            (r#"region = "mars-north-1""#, "arn:aws:sns:*:111122223333:topic"),
        ] {
            assert_eq!(in_provider(provider, resource), [""; 0], "{provider} {resource}");
        }
    }
}
