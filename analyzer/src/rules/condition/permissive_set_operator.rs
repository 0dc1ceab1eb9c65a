//! What it finds, why, and its tests: `permissive_set_operator.md`.

use super::uses::{Use, allows, uses, uses_in};
use crate::aws::facts::{KeyScope, OperatorType, SetQualifier};
use crate::finding::Severity;
use crate::policy::model::Leaf;
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "permissive-set-operator",
    group: Group::Condition,
    severity: Severity::Warning,
    since: "0.1.0",
    sources: &[
        "AA CONFIRM_AUDIENCE_CLAIM_TYPE",
        "AA FORALLVALUES_WITH_SINGLE_VALUED_KEY",
        "AA FORANYVALUE_WITH_AUDIENCE_CLAIM_TYPE",
    ],
    check: Check::Policy(check),
};

/// The keys that list what a request itself passes: one that passes nothing is usually
/// meant to be let through.
const PASSED_BY_CALLER: &str = "aws:TagKeys";

/// Service keys that hold one value for certain. Of others the reference says so as well, but
/// AWS takes `ForAllValues:` with some of them: `organizations:ServicePrincipal`.
///
/// Source: AWS KMS Developer Guide, `conditions-kms`, `OverlyPermissiveCondition`.
const SINGLE_VALUED: &str = "kms:EncryptionContext:";

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    for it in uses(&site.document) {
        let Some(set) = it.operator.set.filter(|_| it.operator.operator.ty != OperatorType::Null) else { continue };
        let is_permissive = set == SetQualifier::ForAllValues && allows(it.statement);
        if is_permissive && is_single_valued(&it) {
            say_single_valued(&it, report);
        } else if is_audience(&it) {
            say_audience(&it, set, report);
        } else if is_permissive && may_be_absent(&it) && !is_guarded(&it) {
            say_absent(&it, report);
        }
    }
}

/// The claims that say for whom a token is: a list in the tokens of few providers.
const AUDIENCES: [&str; 3] = [":aud", ":app_id", ":oaud"];

fn is_audience(it: &Use<'_>) -> bool {
    let key = it.key_name().to_ascii_lowercase();
    it.key.scope == KeyScope::Federation && AUDIENCES.iter().any(|claim| key.ends_with(claim))
}

/// The claim `sub` of any identity provider is one string; `aud` may be a list.
fn is_single_valued(it: &Use<'_>) -> bool {
    let is_certain = match it.key.scope {
        KeyScope::Global => true,
        KeyScope::Federation => it.has_listed_key() || it.key_name().ends_with(":sub"),
        KeyScope::Service => it.key.name.starts_with(SINGLE_VALUED),
    };
    is_certain && !it.key.multivalued
}

/// Whether requests lack the key under circumstances that AWS names, none of which is the caller's wish.
/// `IfExists` says that they are meant to pass.
fn may_be_absent(it: &Use<'_>) -> bool {
    !it.operator.if_exists
        && it.key.scope == KeyScope::Global
        && !it.key.present.is_empty()
        && it.key.name != PASSED_BY_CALLER
}

/// Whether another condition of the statement may require the key, or one that comes with it.
fn is_guarded(it: &Use<'_>) -> bool {
    let with_it = it.key.name.replace("OrgPaths", "OrgID");
    let requires = |other: &Use<'_>| {
        let same = other.key.name == it.key.name || other.key.name == with_it;
        let is_null = other.operator.operator.ty == OperatorType::Null;
        let of_all = other.operator.set == Some(SetQualifier::ForAllValues);
        same && if is_null {
            may_say_false(other)
        } else {
            !of_all && !other.operator.operator.negated && !other.operator.if_exists
        }
    };
    let statement = it.statement;
    let unread = uses_in(statement).count() < statement.conditions.len();
    unread
        || !statement.conditions_open.is_empty()
        || !statement.open.is_empty()
        || uses_in(statement).any(|other| requires(&other))
}

fn may_say_false(null: &Use<'_>) -> bool {
    let may_be_false = |value: &Leaf| value.text.as_known().is_none_or(|value| value.eq_ignore_ascii_case("false"));
    !null.condition.open.is_empty() || null.condition.values.iter().any(may_be_false)
}

fn say_single_valued(it: &Use<'_>, report: &mut Report<'_>) {
    let key = it.key_name();
    let plain = it.operator_fix(&format!("{}{}", it.operator.operator.name, suffix(it)), report);
    let message = format!("`{key}` has one value: `ForAllValues:` only lets requests without it through");
    let finding = report.leaf_range(&it.condition.operator, 0..QUALIFIER.len(), message);
    let finding = finding.label(it.condition.key.span, "the condition holds where a request lacks it");
    match plain {
        Some(fix) => finding.fix(fix),
        None => finding.help("take the operator without `ForAllValues:`"),
    };
}

fn say_absent(it: &Use<'_>, report: &mut Report<'_>) {
    let key = it.key_name();
    let message = format!("`ForAllValues:` lets every request without `{key}` through");
    report
        .leaf_range(&it.condition.operator, 0..QUALIFIER.len(), message)
        .label(it.condition.key.span, format!("only {} have it", it.key.present))
        .help(format!("take `ForAnyValue:`, or add the condition `\"Null\": {{\"{key}\": \"false\"}}`"));
}

/// Of the providers that the reference lists, the audience is one text; of others that is to be confirmed.
fn say_audience(it: &Use<'_>, set: SetQualifier, report: &mut Report<'_>) {
    let (key, set) = (it.key_name(), set.name());
    let plain = it.operator_fix(&format!("{}{}", it.operator.operator.name, suffix(it)), report);
    let (message, severity) = if it.has_listed_key() {
        (format!("`{key}` has one value: `{set}:` is for keys with several"), Severity::Warning)
    } else {
        (
            format!(
                "`{key}` has several values only if the provider lists audiences: else `{set}:` does not belong here"
            ),
            Severity::Note,
        )
    };
    let finding = report.leaf_range(&it.condition.operator, 0..set.len() + 1, message).severity(severity);
    let finding = finding.label(it.condition.key.span, "the audience of a token");
    match plain {
        Some(fix) => finding.fix(fix),
        None => finding.help(format!("take the operator without `{set}:`")),
    };
}

const QUALIFIER: &str = "ForAllValues:";

fn suffix(it: &Use<'_>) -> &'static str {
    if it.operator.if_exists { "IfExists" } else { "" }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{Fixture, statement};

    fn allow(conditions: &str) -> Vec<String> {
        statement(&RULE, &format!(r#""Effect": "Allow", "Condition": {{{conditions}}}"#))
    }

    fn with(operator: &str, key: &str) -> Vec<String> {
        allow(&format!(r#""{operator}": {{"{key}": "x"}}"#))
    }

    #[test]
    fn keys_with_one_value() {
        assert_eq!(
            with("ForAllValues:StringEquals", "aws:PrincipalTag/team"),
            ["ForAllValues: | warning: `aws:PrincipalTag/team` has one value: \
              `ForAllValues:` only lets requests without it through"]
        );
        for key in
            ["aws:SourceVpce", "kms:EncryptionContext:aws:cloudtrail:arn", "token.actions.githubusercontent.com:sub"]
        {
            assert_eq!(with("ForAllValues:StringLikeIfExists", key).len(), 1, "{key}");
        }
        let policy = |operator: &str| {
            format!(r#"{{"Statement": {{"Effect": "Allow", "Condition": {{"{operator}": {{"aws:username": "x"}}}}}}}}"#)
        };
        assert_eq!(Fixture::new(&policy("ForAllValues:StringLike")).fixed(&RULE), policy("StringLike"));
    }

    #[test]
    fn lists_that_a_request_may_lack() {
        assert_eq!(
            with("ForAllValues:StringLike", "aws:PrincipalOrgPaths"),
            ["ForAllValues: | warning: `ForAllValues:` lets every request without `aws:PrincipalOrgPaths` through"]
        );
        let list = r#""ForAllValues:StringLike": {"aws:PrincipalOrgPaths": "o-1/*"}"#;
        for guard in [
            r#""Null": {"aws:PrincipalOrgPaths": "false"}"#,
            r#""Null": {"aws:principalorgpaths": false}"#,
            r#""Null": {"aws:PrincipalOrgPaths": "${x}"}"#,
            r#""ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "*"}"#,
            r#""StringEquals": {"aws:PrincipalOrgID": "o-1234567890"}"#,
            r#""StringEquals": {"${x}": "o-1234567890"}"#,
            "${x}",
        ] {
            assert_eq!(allow(&format!("{list}, {guard}")), [""; 0], "{guard}");
        }
        for other in
            [r#""Null": {"aws:PrincipalOrgPaths": "true"}"#, r#""StringNotEquals": {"aws:PrincipalOrgID": "o-1"}"#]
        {
            assert_eq!(allow(&format!("{list}, {other}")).len(), 1, "{other}");
        }
    }

    #[test]
    fn the_audience_of_a_token() {
        assert_eq!(
            with("ForAnyValue:StringEquals", "accounts.google.com:aud"),
            [
                "ForAnyValue: | warning: `accounts.google.com:aud` has one value: `ForAnyValue:` is for keys with several"
            ]
        );
        assert_eq!(
            with("ForAllValues:StringEquals", "idp.example.com:aud"),
            ["ForAllValues: | note: `idp.example.com:aud` has several values only if the provider lists audiences: \
              else `ForAllValues:` does not belong here"]
        );
        assert!(with("ForAllValues:StringEquals", "accounts.google.com:aud")[0].contains("only lets requests"));
        assert_eq!(with("ForAnyValue:StringLike", "token.actions.githubusercontent.com:aud").len(), 1);
        for key in ["idp.example.com:audit", "saml:aud", "idp.example.com:groups", "${issuer}:aud"] {
            assert_eq!(with("ForAnyValue:StringLike", key), [""; 0], "{key}");
        }
        assert_eq!(with("StringEquals", "accounts.google.com:aud"), [""; 0]);
    }

    #[test]
    fn what_is_left_alone() {
        for (operator, key) in [
            ("ForAnyValue:StringEquals", "aws:PrincipalTag/team"),
            ("ForAllValues:StringEquals", "aws:TagKeys"),
            ("ForAllValues:StringEqualsIfExists", "aws:CalledVia"),
            ("ForAllValues:StringEquals", "dynamodb:LeadingKeys"),
            ("ForAllValues:StringLike", "organizations:ServicePrincipal"),
            ("ForAllValues:StringEquals", "codestar-connections:ProviderAction"),
            ("ForAllValues:StringEquals", "idp.example.com:groups"),
            ("ForAllValues:Null", "aws:username"),
            ("ForAllValues:${x}", "aws:username"),
        ] {
            assert_eq!(with(operator, key), [""; 0], "{operator} {key}");
        }
        let condition = r#""Condition": {"ForAllValues:StringEquals": {"aws:username": "x"}}"#;
        for effect in ["Deny", "${effect}"] {
            assert_eq!(statement(&RULE, &format!(r#""Effect": "{effect}", {condition}"#)), [""; 0], "{effect}");
        }
    }
}
