//! What it finds, why, and its tests: `malformed_account_id.md`.

use super::place;
use crate::aws::facts::OperatorType;
use crate::eval::text::Text;
use crate::finding::{Safety, Severity};
use crate::policy::model::{Leaf, PolicyDocument};
use crate::rules::arn_fields::{self, ACCOUNT, Field};
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext, strings};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "malformed-account-id",
    group: Group::Arn,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &["AA INVALID_ARN_ACCOUNT"],
    check: Check::Policy(check),
};

/// What stands in the account field of ARNs of things that AWS itself owns, or keeps for its partners.
const OWNED_BY_AWS: [&str; 5] = ["aws", "aws-managed", "aws-marketplace", "cloudfront", "partner"];

/// Condition keys whose values are account ids, in lower case.
const ACCOUNT_KEYS: [&str; 8] = [
    "aws:principalaccount",
    "aws:resourceaccount",
    "aws:sourceaccount",
    "aws:vpceaccount",
    "kms:calleraccount",
    "s3:dataaccesspointaccount",
    "s3:resourceaccount",
    "lambda:sourceaccount",
];

/// What `aws:PrincipalAccount` holds where nobody has signed the request.
const ANONYMOUS: &str = "anonymous";

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    for statement in &site.document.statements {
        for resource in strings::resources(statement) {
            check_arn(resource, report);
        }
        for principal in strings::aws_principals(statement) {
            check_arn(principal, report);
            check_principal(principal, report);
        }
    }
    check_conditions(&site.document, report);
}

fn check_conditions(document: &PolicyDocument, report: &mut Report<'_>) {
    for (condition, operator, key) in strings::known_conditions(document) {
        if !matches!(operator.operator.ty, OperatorType::String | OperatorType::Arn) {
            continue;
        }
        let is_account = ACCOUNT_KEYS.contains(&key.name.to_ascii_lowercase().as_str());
        for value in strings::values(condition) {
            check_arn(value, report);
            if is_account {
                check_value(value, report);
            }
        }
    }
}

fn check_arn(leaf: &Leaf, report: &mut Report<'_>) {
    if let Some(field) = wrong_account(&leaf.text) {
        say(leaf, field.range, &field.known, report);
    }
}

/// The fifth field of an ARN, if it is no account. A wildcard before it may hold colons, so that
/// `arn:aws:logs:*:log-group:x` is no wrong account; a wrong number is one all the same.
pub(in crate::rules) fn wrong_account(text: &Text) -> Option<Field<'_>> {
    let fields = arn_fields::arn(text)?;
    let field = fields.get(ACCOUNT)?;
    let account = field.certain().filter(|account| !account.is_empty() && !field.is_pattern())?;
    let is_account = OWNED_BY_AWS.contains(&account) || is_account_id(account) || arn_fields::is_placeholder(account);
    let is_excessive = place::excess(&fields).is_some_and(|excess| excess.account);
    let is_here = is_number(account) || !fields.iter().take(ACCOUNT).any(Field::is_pattern);
    (!is_account && !is_excessive && is_here).then(|| field.clone())
}

/// A principal that is no ARN: an account id, if it looks at all like one.
fn check_principal(leaf: &Leaf, report: &mut Report<'_>) {
    let Some(principal) = leaf.text.as_known() else { return };
    if is_number(&principal) && !is_account_id(&principal) {
        say(leaf, 0..principal.len(), &principal, report);
    }
}

/// A value of a condition key that holds account ids.
fn check_value(leaf: &Leaf, report: &mut Report<'_>) {
    let Some(value) = leaf.text.as_known() else { return };
    let is_pattern = value.contains(['*', '?', '$']);
    if !arn_fields::is_placeholder(&value)
        && !is_pattern
        && !is_account_id(&value)
        && !value.starts_with("arn:")
        && value != ANONYMOUS
    {
        say(leaf, 0..value.len(), &value, report);
    }
}

fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether it is made of digits and what people put between them.
fn is_number(text: &str) -> bool {
    text.starts_with(|letter: char| letter.is_ascii_digit())
        && text.chars().all(|letter| letter.is_ascii_digit() || "-_ .".contains(letter))
}

fn say(leaf: &Leaf, range: std::ops::Range<usize>, account: &str, report: &mut Report<'_>) {
    let digits = account.bytes().filter(u8::is_ascii_digit).count();
    let all_digits = digits == account.len();
    let counted = match (all_digits, digits) {
        (true, 1) => ", this has 1".to_owned(),
        (true, digits) => format!(", this has {digits}"),
        (false, _) => String::new(),
    };
    let message = format!("`{account}` is no account id: an account id has 12 digits{counted}");
    let span = report.literal_range(leaf, range.clone(), account);
    let finding = report.leaf_range(leaf, range, message);
    if all_digits && digits < 12 {
        finding.help("a number loses the zeros at its start: write the account id as a string");
    } else if digits == 12 && is_number(account) {
        let finding = finding.help("write the digits without anything between them");
        if let Some(span) = span {
            let plain: String = account.chars().filter(char::is_ascii_digit).collect();
            finding.replace(span, plain, Safety::Safe);
        }
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

    fn principal(json: &str) -> Vec<String> {
        statement_of(&RULE, PolicyKind::Resource, &format!(r#""Principal": {{"AWS": {json}}}"#))
    }

    #[test]
    fn marks_the_account_alone() {
        assert_eq!(
            resource("arn:aws:iam::12345678901:role/deploy"),
            ["12345678901 | error: `12345678901` is no account id: an account id has 12 digits, this has 11"]
        );
        assert_eq!(resource("arn:aws:sns:${region}:1234-5678-9012:topic").len(), 1);
        let fixture = Fixture::new(r#"{"Statement": {"Resource": "arn:aws:iam::1234-5678-9012:role/x"}}"#);
        assert_eq!(fixture.fixed(&RULE), r#"{"Statement": {"Resource": "arn:aws:iam::123456789012:role/x"}}"#);
        assert_eq!(
            resource("arn:aws:logs:eu-west-1:log-group:x:*"),
            ["log-group | error: `log-group` is no account id: an account id has 12 digits"]
        );
    }

    #[test]
    fn principals_and_condition_values() {
        assert_eq!(principal(r#""1234567890123""#).len(), 1);
        assert_eq!(principal("12345678901").len(), 1, "a JSON number has lost its zero");
        assert_eq!(
            principal(r#"["123456789012", "*", "arn:aws:iam::123456789012:root", "${x}", "AIDAEXAMPLE"]"#),
            [""; 0]
        );
        let condition = |operator: &str, key: &str, value: &str| {
            statement(&RULE, &format!(r#""Condition": {{"{operator}": {{"{key}": "{value}"}}}}"#))
        };
        assert_eq!(condition("StringEquals", "AWS:SourceAccount", "12345").len(), 1);
        assert_eq!(condition("StringEquals", "kms:CallerAccount", "12345678901").len(), 1);
        assert_eq!(condition("StringEquals", "kms:CallerAccount", "123456789012"), [""; 0]);
        assert_eq!(condition("ArnLike", "aws:SourceArn", "arn:aws:cloudtrail:*:12345:trail/x").len(), 1);
        assert_eq!(condition("StringLike", "aws:SourceAccount", "1234*"), [""; 0]);
        assert_eq!(condition("StringEquals", "aws:SourceAccount", "<account>"), [""; 0]);
        assert_eq!(condition("StringEquals", "aws:SourceAccount", "ACCOUNT_ID"), [""; 0]);
        assert_eq!(condition("StringEquals", "aws:SourceAccount", "${x}"), [""; 0]);
        assert_eq!(condition("StringEquals", "aws:username", "12345"), [""; 0]);
        assert_eq!(condition("Null", "aws:SourceAccount", "true"), [""; 0]);
    }

    #[test]
    fn what_may_be_an_account_is_silent() {
        let valid = [
            "*",
            "arn:aws:s3:::bucket",
            "arn:aws:iam::aws:policy/ReadOnlyAccess",
            "arn:aws:iam::cloudfront:user/x",
            "arn:aws:iam::*:role/x",
            "arn:aws:iam::1234?6789012:role/x",
            "arn:aws:iam::123456789012:role/x",
            "arn:aws:iam::${account}:role/x",
            "arn:aws:iam::12${account}:role/x",
            "arn:aws:iam::{{account}}:role/x",
            "arn:aws:iam::<account-id>:role/x",
            "arn:aws:iam::__ACCOUNT_ID__:role/x",
            "arn:aws:iam::REPLACE_ME:role/x",
            "arn:aws:iam::$${AWS::AccountId}:role/x",
            "arn:aws:iam::${x}:12345:y",
            "arn:aws:logs:*:log-group:x:*",
            "${x}:12345:y",
            "arn:aws:s3::12345:logs",
        ];
        for arn in valid {
            assert_eq!(resource(arn), [""; 0], "{arn}");
        }
    }
}
