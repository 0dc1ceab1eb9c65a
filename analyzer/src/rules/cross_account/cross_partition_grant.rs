//! What it finds, why, and its tests: `cross_partition_grant.md`.

use super::carrier::{Carrier, carrier};
use crate::aws::facts;
use crate::eval::text::Text;
use crate::finding::{Safety, Severity};
use crate::policy::model::{Leaf, PolicyKind, Statement};
use crate::rules::arn_fields::{self, Field, PARTITION};
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext, strings};
use crate::source::Span;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "cross-partition-grant",
    group: Group::CrossAccount,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &[],
    check: Check::PolicyInView(check),
};

/// What a principal is let into.
#[derive(Debug, Clone)]
struct Place {
    partition: &'static str,
    /// What it is called.
    name: String,
    span: Span,
}

fn check(site: &PolicySite, ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    if !matches!(site.kind, PolicyKind::Trust | PolicyKind::Resource | PolicyKind::Unattached) {
        return;
    }
    let home = carrier(site, ctx, report).and_then(of_carrier);
    for statement in site.document.statements.iter().filter(|statement| grants(statement)) {
        let providers = strings::principals(statement, "Federated");
        for leaf in strings::aws_principals(statement).chain(providers) {
            let Some((field, partition)) = partition(&leaf.text) else { continue };
            // Where the policy is says most; a resource in another partition is not the principal's fault.
            let places = match &home {
                Some(home) => vec![home.clone()],
                None => of_resources(statement).collect(),
            };
            if let Some(place) = places.iter().find(|place| place.partition != partition) {
                say(leaf, &field, partition, place, report);
            }
        }
    }
}

/// Whether the statement lets in whom it names.
fn grants(statement: &Statement) -> bool {
    let effect = statement.effect.as_ref().and_then(|effect| effect.text.as_known());
    effect.is_some_and(|effect| effect == "Allow") && statement.principals.iter().all(|principals| !principals.negated)
}

fn of_carrier(carrier: Carrier<'_>) -> Option<Place> {
    let (_, partition) = partition(carrier.arn)?;
    Some(Place { partition, name: carrier.name(), span: carrier.span })
}

/// The partitions of the ARNs that the statement is about.
fn of_resources(statement: &Statement) -> impl Iterator<Item = Place> {
    let resources = statement.resources.iter().filter(|resources| !resources.negated);
    resources.flat_map(|resources| &resources.items).filter_map(|leaf| {
        let (_, partition) = partition(&leaf.text)?;
        Some(Place { partition, name: leaf.text.display(), span: leaf.span })
    })
}

/// The partition of what is an ARN for certain, if it is known and exists.
fn partition(text: &Text) -> Option<(Field<'_>, &'static str)> {
    let field = arn_fields::arn(text)?.into_iter().nth(PARTITION)?;
    let partition = facts::partition(field.certain()?)?.name;
    Some((field, partition))
}

fn say(leaf: &Leaf, field: &Field, partition: &str, place: &Place, report: &mut Report<'_>) {
    let (name, home) = (&place.name, place.partition);
    let message =
        format!("a principal of the partition `{partition}` cannot be let into `{name}`, which is in `{home}`");
    let literal = report.literal_range(leaf, field.range.clone(), &field.known);
    let finding = report
        .leaf_range(leaf, field.range.clone(), message)
        .label(place.span, format!("in the partition `{home}`"))
        .help("accounts of one partition do not know those of another: name a principal of the same partition");
    if let Some(span) = literal {
        finding.replace(span, home, Safety::Unsafe);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::policy::model::PolicyKind::{Identity, Resource, Unattached};
    use crate::rules::testing::{Fixture, in_workspace, statement_of};

    fn statement(principal: &str, resource: &str) -> Vec<String> {
        statement_of(
            &RULE,
            Resource,
            &format!(
                r#""Effect": "Allow", "Principal": {principal}, "Action": "sqs:SendMessage", "Resource": {resource}"#
            ),
        )
    }

    const QUEUE: &str = r#""arn:aws-us-gov:sqs:us-gov-west-1:111122223333:jobs""#;

    #[test]
    fn another_partition_than_that_of_the_resource() {
        assert_eq!(
            statement(r#"{"AWS": "arn:aws:iam::444455556666:role/send"}"#, QUEUE),
            [
                "aws | error: a principal of the partition `aws` cannot be let into `arn:aws-us-gov:sqs:us-gov-west-1:111122223333:jobs`, which is in `aws-us-gov`"
            ]
        );
        let text = r#"{"Statement": {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::444455556666:root"}, "Action": "sqs:SendMessage", "Resource": "arn:aws-cn:sqs:cn-north-1:111122223333:jobs"}}"#;
        let fixed = Fixture::of_kind(Unattached, text).fixed(&RULE);
        assert!(fixed.contains("arn:aws-cn:iam::444455556666:root"), "{fixed}");
    }

    #[test]
    fn what_may_fit() {
        for (principal, resource) in [
            (r#"{"AWS": "arn:aws-us-gov:iam::444455556666:role/send"}"#, QUEUE),
            (r#"{"AWS": "arn:${x}:iam::444455556666:role/send"}"#, QUEUE),
            (r#"{"AWS": "444455556666"}"#, QUEUE),
            (r#"{"Service": "sns.amazonaws.com"}"#, QUEUE),
            (r#"{"AWS": "arn:aws:iam::444455556666:role/send"}"#, r#""arn:${x}:sqs:eu-west-1:111122223333:jobs""#),
            (r#"{"AWS": "arn:aws:iam::444455556666:role/send"}"#, r#""arn:*:sqs:*:111122223333:jobs""#),
            (r#"{"AWS": "arn:moon:iam::444455556666:role/send"}"#, QUEUE),
        ] {
            assert_eq!(statement(principal, resource), [""; 0], "{principal} {resource}");
        }
        let deny = format!(
            r#""Effect": "Deny", "Principal": {{"AWS": "arn:aws:iam::444455556666:root"}}, "Action": "sqs:*", "Resource": {QUEUE}"#
        );
        assert_eq!(statement_of(&RULE, Resource, &deny), [""; 0]);
        assert_eq!(statement_of(&RULE, Identity, &deny.replace("Deny", "Allow")), [""; 0]);
    }

    #[test]
    fn a_role_is_in_the_partition_of_its_provider() {
        let role = |region: &str| {
            let text = format!(
                r#"provider "aws" {{ region = "{region}" }}
                variable "region" {{}}
                resource "aws_iam_role" "r" {{
                  name               = "r"
                  assume_role_policy = jsonencode({{
                    Version   = "2012-10-17"
                    Statement = [{{ Effect = "Allow", Action = "sts:AssumeRole", Principal = {{ AWS = "arn:aws:iam::444455556666:root" }} }}]
                  }})
                }}"#
            );
            in_workspace(&RULE, "", &[("main.tf", &text)])
        };
        assert_eq!(
            role("cn-north-1"),
            [
                "aws | error: a principal of the partition `aws` cannot be let into `aws_iam_role.r`, which is in `aws-cn`"
            ]
        );
        assert_eq!(role("eu-west-1"), [""; 0]);
        assert_eq!(role("${var.region}"), [""; 0]);
    }
}
