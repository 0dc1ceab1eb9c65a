//! What it finds, why, and its tests: `unknown_condition_key.md`.

use crate::aws::facts;
use crate::finding::{Safety, Severity};
use crate::policy::model::Leaf;
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "unknown-condition-key",
    group: Group::Condition,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &[
        "AA INVALID_GLOBAL_CONDITION_KEY",
        "AA INVALID_SERVICE_CONDITION_KEY",
        "AA INVALID_CONDITION_KEY_FORMAT",
        "AA INVALID_SERVICE",
        "AA MISSING_TAG_KEY_IN_CONDITION",
    ],
    check: Check::Policy(check),
};

/// Services whose keys the reference does not list in full.
const OPEN_SERVICES: [&str; 1] = ["iot"];

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    for condition in site.document.statements.iter().flat_map(|statement| &statement.conditions) {
        if let Some(key) = condition.key.text.as_known()
            && let Some(fault) = fault(&key)
        {
            say(&condition.key, &key, fault, report);
        }
    }
}

/// Why `key` is no condition key; `None` if it is one, or may be one.
fn fault(key: &str) -> Option<String> {
    if facts::condition_key(key).is_some() {
        return None;
    }
    if is_start_of_template(key) {
        return Some(format!("`{key}` lacks the key of the tag: it is written `{key}/name-of-the-tag`"));
    }
    let Some((prefix, _)) = key.split_once(':') else {
        return Some(format!("`{key}` is no condition key: it lacks a prefix such as `aws:`"));
    };
    if prefix.eq_ignore_ascii_case("aws") {
        return Some(format!("there is no global condition key `{key}`"));
    }
    match facts::service(prefix) {
        Some(service) if service.retired || OPEN_SERVICES.contains(&service.prefix) => None,
        Some(_) => Some(format!("there is no condition key `{key}`")),
        None if is_issuer(prefix) => None,
        None if has_keys(prefix) => Some(format!("there is no condition key `{key}`")),
        None => Some(format!("there is no service `{prefix}` in the condition key `{key}`")),
    }
}

/// Whether `key` is a key for tags without the tag: `aws:PrincipalTag`.
fn is_start_of_template(key: &str) -> bool {
    let start = key.trim_end_matches('/');
    let starts = facts::condition_keys().filter_map(|key| key.name.split_once("/${TagKey}").map(|(start, _)| start));
    starts.into_iter().any(|other| other.eq_ignore_ascii_case(start))
}

/// Whether `prefix` can be the URL of an identity provider, whose claims are keys.
fn is_issuer(prefix: &str) -> bool {
    prefix.contains(['.', '/'])
}

/// Whether keys have a prefix that is no service: `saml:aud`.
fn has_keys(prefix: &str) -> bool {
    let prefixes = facts::condition_keys().filter_map(|key| key.name.split_once(':'));
    prefixes.into_iter().any(|(other, _)| other.eq_ignore_ascii_case(prefix))
}

fn say(leaf: &Leaf, key: &str, fault: String, report: &mut Report<'_>) {
    let literal = report.is_literal(leaf);
    let Some(meant) = facts::nearest_condition_key(key) else {
        report.leaf(leaf, fault);
        return;
    };
    let finding = report.leaf(leaf, format!("{fault}; did you mean `{meant}`?"));
    if literal {
        let safety = safety(key, &meant);
        finding.replace(leaf.span, meant, safety);
    }
}

/// There is one right answer to a slip of the finger, unless it makes a key of another
/// service of it: `ec2:cluster` need not be `ecs:cluster`.
fn safety(written: &str, meant: &str) -> Safety {
    let prefix = written.split(':').next().unwrap_or_default();
    let keeps_service =
        facts::service(prefix).is_none() || meant.split(':').next().unwrap_or_default().eq_ignore_ascii_case(prefix);
    if keeps_service && facts::is_slip(written, meant) { Safety::Safe } else { Safety::Unsafe }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::finding::Safety;
    use crate::rules::testing::{Fixture, statement};

    fn key(key: &str) -> Vec<String> {
        statement(&RULE, &format!(r#""Condition": {{"StringEquals": {{"{key}": "1"}}}}"#))
    }

    #[test]
    fn names_what_was_meant() {
        assert_eq!(
            key("aws:SourceArm"),
            ["aws:SourceArm | error: there is no global condition key `aws:SourceArm`; did you mean `aws:SourceArn`?"]
        );
        assert_eq!(
            key("cloudtrail:TrailName"),
            ["cloudtrail:TrailName | error: there is no condition key `cloudtrail:TrailName`"]
        );
        assert_eq!(key("SecureTransport").len(), 1);
        assert_eq!(
            key("aws:PrincipalTag"),
            ["aws:PrincipalTag | error: `aws:PrincipalTag` lacks the key of the tag: \
              it is written `aws:PrincipalTag/name-of-the-tag`"]
        );
        assert_eq!(
            key("cloudtrial:ExternalId"),
            ["cloudtrial:ExternalId | error: there is no service `cloudtrial` in the condition key \
              `cloudtrial:ExternalId`; did you mean `cloudtrail:ExternalId`?"]
        );
        assert_eq!(key("saml:nothing"), ["saml:nothing | error: there is no condition key `saml:nothing`"]);
        let fixture = Fixture::new(r#"{"Statement": {"Condition": {"StringEquals": {"aws:RequestTags/team": "a"}}}}"#);
        assert_eq!(
            fixture.fixed(&RULE),
            r#"{"Statement": {"Condition": {"StringEquals": {"aws:RequestTag/team": "a"}}}}"#
        );
    }

    #[test]
    fn one_right_answer_is_a_safe_fix() {
        let safety = |key: &str| {
            let members = format!(r#""Condition": {{"StringEquals": {{"{key}": "1"}}}}"#);
            let fixture = Fixture::new(&format!(r#"{{"Statement": {{{members}}}}}"#));
            fixture.run(&RULE).first().and_then(|finding| finding.fixes.first().map(|fix| fix.safety))
        };
        for slip in ["aws:SourceArm", "aws:TagKey", "esc:cluster", "aws:RequestTags/team"] {
            assert_eq!(safety(slip), Some(Safety::Safe), "{slip}");
        }
        for guess in ["ec2:cluster", "aws:PrincipalOrgIds1"] {
            assert_eq!(safety(guess), Some(Safety::Unsafe), "{guess}");
        }
    }

    #[test]
    fn what_exists_is_silent() {
        let valid = [
            "aws:sourcearn",
            "AWS:SourceArn",
            "aws:RequestTag/a b",
            "kms:EncryptionContext:aws:cloudtrail:arn",
            "saml:aud",
            "token.actions.githubusercontent.com:sub",
            "accounts.google.com:aud",
            "cloudtrail:ExternalId",
            "iot:Whatever",
            "oidc.eks.eu-west-1.amazonaws.com/id/ABCDEF:sub",
            "sts:ExternalId",
            "s3:x-amz-acl",
            "${x}",
            "aws:${x}",
            "aws:RequestTag/${x}",
            "${x}:sub",
            "s3:RequestObjectTag/x",
            "kms:ViaService",
            "ec2:ResourceTag/x",
        ];
        for name in valid {
            assert_eq!(key(name), [""; 0], "{name}");
        }
    }
}
