//! What it finds, why, and its tests: `permissive_condition_value.md`.

use super::uses::{Use, allows, uses};
use super::variables::{Variable, variables, wildcard};
use crate::aws::facts::OperatorType;
use crate::eval::text::Piece;
use crate::finding::Severity;
use crate::policy::model::Leaf;
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "permissive-condition-value",
    group: Group::Condition,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &["AA VARIABLE_USAGE_TOO_PERMISSIVE", "AA WILDCARD_USAGE_TOO_PERMISSIVE"],
    check: Check::Policy(check),
};

/// The version of the policy language that has variables.
const WITH_VARIABLES: &str = "2012-10-17";

/// Variables whose values principals, or those who tag, choose. Others, such as
/// `${aws:PrincipalAccount}`, are facts: AWS's own policies compare sensitive keys with them.
const CHOSEN: [&str; 8] = [
    "aws:PrincipalTag/",
    "aws:RequestTag/",
    "aws:ResourceTag/",
    "aws:SourceIdentity",
    "aws:userid",
    "aws:username",
    "saml:",
    "sts:RoleSessionName",
];

/// How many characters in front of a wildcard AWS asks for.
const FIXED: usize = 6;

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    let version = site.document.version.as_ref().and_then(|version| version.text.as_known());
    let has_variables = version.is_some_and(|version| version == WITH_VARIABLES);
    for it in uses(&site.document).filter(|it| it.operator.operator.ty == OperatorType::String) {
        for value in it.values() {
            if it.key.sensitive && has_variables {
                chosen(value).into_iter().for_each(|variable| say_variable(&it, value, &variable, report));
            }
            if it.operator.operator.wildcards && !asks_for_presence(&it, value) {
                say_wildcard(&it, value, report);
            }
        }
    }
}

/// `*` alone asks whether there is a value: another rule's, but for an `Allow` that lets in whoever has one.
fn asks_for_presence(it: &Use<'_>, value: &Leaf) -> bool {
    let is_star = value.text.as_known().is_some_and(|value| value == "*");
    is_star && (it.operator.operator.negated || it.operator.if_exists || !it.key.sensitive || !allows(it.statement))
}

fn chosen(value: &Leaf) -> Option<Variable> {
    let is_chosen = |variable: &Variable| {
        let name = variable.name().to_ascii_lowercase();
        CHOSEN.iter().any(|chosen| name.starts_with(&chosen.to_ascii_lowercase()))
    };
    variables(&value.text).into_iter().find(is_chosen)
}

fn say_variable(it: &Use<'_>, value: &Leaf, variable: &Variable, report: &mut Report<'_>) {
    let (key, name) = (it.key_name(), variable.name());
    let message = format!("`{key}` is compared with `${{{name}}}`, which those who are to be kept out may choose");
    report.leaf_range(value, variable.range.clone(), message).help("write the value itself");
}

fn say_wildcard(it: &Use<'_>, value: &Leaf, report: &mut Report<'_>) {
    let Some(fault) = fault(it, value) else { return };
    let (key, text) = (it.key_name(), value.text.display());
    let (message, help) = match fault {
        Fault::Sensitive => (
            format!("`{text}` also matches what is not yours: `{key}` is to be compared with whole values"),
            "write the whole value, and take `StringEquals`",
        ),
        Fault::Start => (
            format!("`{text}` matches units of any organization: `{key}` has to begin with the ID of one"),
            "begin with the ID of the organization: `o-a1b2c3d4e5/*`",
        ),
        Fault::UserId => (
            format!("the wildcard in `{text}` may stand for the ID of any user or role"),
            "write `ID:*`, with the whole ID of the role in front of the colon",
        ),
    };
    report.leaf(value, message).label(it.condition.operator.span, "has wildcards").help(help);
}

/// What is wrong with a wildcard.
enum Fault {
    /// The key takes none at all.
    Sensitive,
    /// Too little stands in front of it.
    Start,
    /// It stands for a part of the ID of a user or role.
    UserId,
}

fn fault(it: &Use<'_>, value: &Leaf) -> Option<Fault> {
    wildcard(&value.text)?;
    if it.key.sensitive {
        return Some(Fault::Sensitive);
    }
    let start = fixed_start(value)?;
    let is_path = it.key.name.starts_with("aws:") && it.key.name.ends_with("OrgPaths");
    if is_path && start.chars().count() < FIXED {
        return Some(Fault::Start);
    }
    let text = value.text.as_known()?;
    let is_alone = text.split(':').next() == Some("*") && text.contains(':');
    (it.key.name == "aws:userid" && !start.contains(':') && !is_alone).then_some(Fault::UserId)
}

/// What stands in front of the first wildcard; `None` if a part of that is not known.
fn fixed_start(value: &Leaf) -> Option<String> {
    let Some(Piece::Known(known)) = value.text.pieces().first() else { return None };
    let end = known.text.find(['*', '?'])?;
    let start = known.text.get(..end)?;
    (!start.contains("${")).then(|| start.to_owned())
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::Fixture;

    fn found_in(effect: &str, operator: &str, key: &str, value: &str) -> Vec<String> {
        let statement = format!(r#"{{"Effect": "{effect}", "Condition": {{"{operator}": {{"{key}": ["{value}"]}}}}}}"#);
        Fixture::new(&format!(r#"{{"Version": "2012-10-17", "Statement": [{statement}]}}"#)).shown(&RULE)
    }

    fn found(operator: &str, key: &str, value: &str) -> Vec<String> {
        found_in("Allow", operator, key, value)
    }

    #[test]
    fn keys_that_take_no_wildcards() {
        assert_eq!(
            found("StringLike", "aws:PrincipalOrgID", "o-a1b2*"),
            [
                "o-a1b2* | error: `o-a1b2*` also matches what is not yours: `aws:PrincipalOrgID` is to be compared with whole values"
            ]
        );
        for (operator, key, value) in [
            ("StringNotLike", "aws:SourceVpce", "vpce-*"),
            ("StringLikeIfExists", "aws:sourceaccount", "1111????3333"),
            ("StringLike", "aws:ResourceAccount", "${x}*"),
            ("StringLike", "aws:PrincipalOrgID", "*"),
        ] {
            assert_eq!(found(operator, key, value).len(), 1, "{operator} {key} {value}");
        }
        for (effect, operator) in [("Allow", "StringNotLike"), ("Allow", "StringLikeIfExists"), ("Deny", "StringLike")]
        {
            assert_eq!(found_in(effect, operator, "aws:PrincipalOrgID", "*"), [""; 0], "{effect} {operator}");
        }
    }

    #[test]
    fn paths_of_any_organization() {
        assert_eq!(
            found("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "*/ou-ab12-11111111/*"),
            [
                "*/ou-ab12-11111111/* | error: `*/ou-ab12-11111111/*` matches units of any organization: `aws:PrincipalOrgPaths` has to begin with the ID of one"
            ]
        );
        assert_eq!(found("ForAnyValue:StringLike", "aws:ResourceOrgPaths", "o-*/r-ab12/*").len(), 1);
        for value in ["o-a1b2c3d4e5/*", "${org}/*", "o-${org}/*", "$${aws:PrincipalOrgID}/*"] {
            assert_eq!(found("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", value), [""; 0], "{value}");
        }
    }

    #[test]
    fn the_id_of_any_role() {
        assert_eq!(
            found("StringLike", "aws:userId", "AROA*"),
            ["AROA* | error: the wildcard in `AROA*` may stand for the ID of any user or role"]
        );
        assert_eq!(found("StringNotLike", "aws:userid", "AROA*:session").len(), 1);
        for value in ["AROAEXAMPLEID:*", "*:session", "*", "${id}:*", "${id}*", "$${aws:userid}*"] {
            assert_eq!(found("StringLike", "aws:userid", value), [""; 0], "{value}");
        }
    }

    #[test]
    fn variables_that_callers_choose() {
        assert_eq!(
            found("StringEquals", "aws:ResourceAccount", "$${aws:PrincipalTag/home}"),
            [
                "$${aws:PrincipalTag/home} | error: `aws:ResourceAccount` is compared with `${aws:PrincipalTag/home}`, which those who are to be kept out may choose"
            ]
        );
        for (key, value) in [
            ("aws:ResourceAccount", "$${aws:PrincipalAccount}"),
            ("aws:SourceVpc", "$${aws:Ec2InstanceSourceVpc}"),
            ("aws:ResourceOrgID", "$${aws:PrincipalOrgID}"),
            ("aws:ResourceAccount", "${x}"),
            ("aws:PrincipalTag/team", "$${aws:ResourceTag/team}"),
        ] {
            assert_eq!(found("StringEquals", key, value), [""; 0], "{value}");
        }
        let without = r#"{"Statement": {"Condition": {"StringEquals": {"aws:ResourceAccount": "$${aws:username}"}}}}"#;
        assert_eq!(Fixture::new(without).shown(&RULE), [""; 0], "there it is plain text");
    }

    #[test]
    fn what_compares_whole_values() {
        for (operator, key, value) in [
            ("StringEquals", "aws:PrincipalOrgID", "o-*"),
            ("StringLike", "aws:PrincipalOrgID", "o-a1b2c3d4e5"),
            ("StringLike", "aws:PrincipalArn", "*"),
            ("StringLike", "aws:PrincipalTag/x", "a*"),
            ("StringLike", "${key}", "a*"),
        ] {
            assert_eq!(found(operator, key, value), [""; 0], "{operator} {key} {value}");
        }
    }
}
