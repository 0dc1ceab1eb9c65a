//! What it finds, why, and its tests: `wildcard_in_exact_operator.md`.

use super::uses::{Use, uses};
use super::variables::wildcard;
use crate::aws::facts::{ConditionKeyFacts, KeyType, OperatorType};
use crate::finding::Severity;
use crate::policy::model::Leaf;
use crate::rules::arn_fields::{FIELDS, fields};
use crate::rules::text::known_parts;
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "wildcard-in-exact-operator",
    group: Group::Condition,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &["AA WILDCARD_WITHOUT_LIKE_OPERATOR"],
    check: Check::Policy(check),
};

/// Keys whose values in a request can hold `*`: the names of a wildcard certificate, `AWS::EC2::*`
/// for the types of a stack, everyone as the principal of a function's policy, `*` as a header.
const REALLY_HOLD_THEM: [&str; 20] = [
    "acm:DomainNames",
    "aws:UserAgent",
    "bedrock-agentcore:AllowedQueryParameters",
    "bedrock-agentcore:AllowedRequestHeaders",
    "bedrock-agentcore:AllowedResponseHeaders",
    "cloudformation:ResourceTypes",
    "ec2:VpcePrivateDnsSpecifiedDomains",
    "lambda:Principal",
    "quicksight:AllowedEmbeddingDomains",
    "route53profiles:HostedZoneDomains",
    "route53profiles:ResolverRuleDomains",
    "s3:AccessGrantScope",
    "s3:AccessGrantsLocationScope",
    "s3:delimiter",
    "s3:if-match",
    "s3:if-none-match",
    "s3:x-amz-object-if-match",
    "vpc-lattice-svcs:RequestHeader/${HeaderName}",
    "vpc-lattice-svcs:RequestQueryString/${QueryStringKey}",
    "vpc-lattice:PrivateDnsSpecifiedDomains",
];

/// Keys whose values can have a query behind `?`, though they do not begin like a URL.
const WITH_QUERY: [&str; 2] = ["s3:x-amz-copy-source", "s3:x-amz-website-redirect-location"];

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    for it in uses(&site.document) {
        let operator = it.operator.operator;
        let is_exact = operator.ty == OperatorType::String && !operator.wildcards;
        let holds_text = matches!(it.key.ty, KeyType::String | KeyType::Arn);
        if is_exact && holds_text && !REALLY_HOLD_THEM.contains(&it.key.name) {
            let first = it.values().find_map(|value| Some((value, mistaken(value, &it.key)?)));
            if let Some((value, wildcard)) = first {
                say(&it, value, wildcard, report);
            }
        }
    }
}

/// The wildcard in `value`. In a URL `?` begins the query.
fn mistaken(value: &Leaf, key: &ConditionKeyFacts) -> Option<char> {
    let is_url = WITH_QUERY.contains(&key.name) || known_parts(&value.text).any(|part| part.contains("://"));
    wildcard(&value.text).filter(|wildcard| *wildcard == '*' || !is_url)
}

fn say(it: &Use<'_>, value: &Leaf, wildcard: char, report: &mut Report<'_>) {
    let like = like(it);
    let fix = like.and_then(|like| it.operator_fix(&it.renamed(like), report));
    let (text, operator) = (value.text.display(), it.operator.name());
    let place = if text.len() > wildcard.len_utf8() { format!(" in `{text}`") } else { String::new() };
    let message = format!("`{wildcard}`{place} is no wildcard: `{operator}` compares every character as it is");
    let finding = report.leaf(value, message).label(it.condition.operator.span, "has no wildcards");
    match (fix, like) {
        (Some(fix), _) => finding.fix(fix),
        (None, Some(like)) => finding.help(format!("`{like}` has wildcards")),
        (None, None) => finding.help("`StringLike` has wildcards, but tells upper case from lower case"),
    };
}

/// The operator that has wildcards and else compares alike.
fn like(it: &Use<'_>) -> Option<&'static str> {
    let are_arns = it.key.ty == KeyType::Arn && it.values().all(|value| fields(&value.text).len() == FIELDS);
    match (it.operator.operator.name, are_arns) {
        ("StringEquals", true) => Some("ArnLike"),
        ("StringNotEquals", true) => Some("ArnNotLike"),
        ("StringEquals", false) => Some("StringLike"),
        ("StringNotEquals", false) => Some("StringNotLike"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::aws::facts;
    use crate::rules::testing::{Fixture, statement};

    fn with(operator: &str, key: &str, value: &str) -> Vec<String> {
        statement(&RULE, &format!(r#""Condition": {{"{operator}": {{"{key}": ["{value}"]}}}}"#))
    }

    #[test]
    fn wildcards_that_are_none() {
        assert_eq!(
            with("StringEquals", "aws:SourceArn", "arn:aws:cloudtrail:*:123456789012:trail/main"),
            ["arn:aws:cloudtrail:*:123456789012:trail/main | error: `*` in \
              `arn:aws:cloudtrail:*:123456789012:trail/main` is no wildcard: \
              `StringEquals` compares every character as it is"]
        );
        for (operator, key, value) in [
            ("stringnotequalsifexists", "aws:PrincipalTag/team", "team-?"),
            ("StringEqualsIgnoreCase", "aws:userid", "AROA*"),
            ("ForAnyValue:StringEquals", "aws:PrincipalOrgPaths", "o-1/*"),
            ("StringEquals", "token.actions.githubusercontent.com:sub", "repo:example/*"),
            ("StringEquals", "s3:prefix", "home/*"),
            ("StringEquals", "s3:x-amz-copy-source", "/b/*"),
            ("StringEquals", "aws:SourceArn", "${arn}/*"),
            ("StringEquals", "idp.example.com:sub", "x*"),
            ("StringEquals", "aws:referer", "https://example.com/*"),
        ] {
            assert_eq!(with(operator, key, value).len(), 1, "{operator} {key} {value}");
        }
    }

    #[test]
    fn a_wildcard_alone() {
        assert_eq!(
            with("StringNotEquals", "aws:username", "*"),
            ["* | error: `*` is no wildcard: `StringNotEquals` compares every character as it is"]
        );
    }

    #[test]
    fn one_finding_for_all_values_of_a_key() {
        assert_eq!(statement(&RULE, r#""Condition": {"StringEquals": {"s3:prefix": ["a", "b/*", "c/*"]}}"#).len(), 1);
    }

    #[test]
    fn what_is_meant() {
        for (operator, key, value) in [
            ("StringLike", "s3:prefix", "home/*"),
            ("ArnEquals", "aws:SourceArn", "arn:aws:cloudtrail:*:123456789012:trail/main"),
            ("StringEquals", "s3:prefix", ""),
            ("StringEquals", "s3:prefix", "${prefix}"),
            ("StringEquals", "acm:DomainNames", "*.example.com"),
            ("StringEquals", "lambda:Principal", "*"),
            ("StringEquals", "S3:If-None-Match", "*"),
            ("StringEquals", "s3:x-amz-copy-source", "/b/k?versionId=1"),
            ("StringEquals", "vpc-lattice-svcs:RequestHeader/accept", "*/*"),
            ("StringEquals", "saml:iss", "https://accounts.google.com/o/saml2?idpid=C01"),
            ("Bool", "aws:SecureTransport", "*"),
            ("StringEquals", "aws:SourceIp", "10.*"),
            ("StringEquals", "${key}", "*"),
        ] {
            assert_eq!(with(operator, key, value), [""; 0], "{operator} {key} {value}");
        }
    }

    #[test]
    fn the_listed_keys_exist() {
        for name in super::REALLY_HOLD_THEM.into_iter().chain(super::WITH_QUERY) {
            assert!(facts::condition_keys().any(|key| key.name == name), "{name}");
        }
    }

    #[test]
    fn the_fix_takes_the_operator_with_wildcards() {
        let fixed = |condition: &str| {
            let start = r#"{"Statement": {"Condition": "#;
            let text = Fixture::new(&format!("{start}{condition}}}}}")).fixed(&RULE);
            text.strip_prefix(start).unwrap().strip_suffix("}}").unwrap().to_owned()
        };
        assert_eq!(fixed(r#"{"StringEquals": {"s3:prefix": "a/*"}}"#), r#"{"StringLike": {"s3:prefix": "a/*"}}"#);
        assert_eq!(
            fixed(r#"{"StringNotEqualsIfExists": {"aws:SourceArn": "arn:aws:s3:::a*"}}"#),
            r#"{"ArnNotLikeIfExists": {"aws:SourceArn": "arn:aws:s3:::a*"}}"#
        );
        for kept in [
            r#"{"StringEqualsIgnoreCase": {"s3:prefix": "a/*"}}"#,
            r#"{"StringEquals": {"s3:prefix": "a/*", "s3:delimiter": "/"}}"#,
            r#"{"StringEquals": {"s3:prefix": "a/*"}, "StringLike": {"aws:userid": "x:*"}}"#,
        ] {
            assert_eq!(fixed(kept), kept);
        }
    }
}
