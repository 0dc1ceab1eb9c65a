//! What it finds, why, and its tests: `condition_type_mismatch.md`.

use super::identifiers::{self, Identifier};
use super::types::{self, Fault, noun};
use super::uses::{Use, uses};
use crate::aws::facts::{KeyScope, KeyType, OperatorType};
use crate::finding::{Safety, Severity};
use crate::policy::model::Leaf;
use crate::policy::sites::Form;
use crate::rules::arn_fields::is_placeholder;
use crate::rules::text::known_parts;
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "condition-type-mismatch",
    group: Group::Condition,
    severity: Severity::Warning,
    since: "0.1.0",
    sources: &[
        "AA IMPROVE_IP_RANGE",
        "AA INVALID_CONDITION_DATA_TYPE",
        "AA INVALID_CONDITION_MULTIPLE_BOOLEAN",
        "AA INVALID_DATE_VALUE",
        "AA INVALID_KMS_KEY_VALUE",
        "AA INVALID_VPCE_FORMAT",
        "AA INVALID_VPC_FORMAT",
        "AA TYPE_MISMATCH",
        "AA TYPE_MISMATCH_BOOLEAN",
        "AA TYPE_MISMATCH_DATE",
        "AA TYPE_MISMATCH_IP_RANGE",
        "AA TYPE_MISMATCH_NUMBER",
        "AA TYPE_MISMATCH_STRING",
    ],
    check: Check::Policy(check),
};

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    for it in uses(&site.document) {
        if !fits(&it) {
            say_operator(&it, report);
            continue;
        }
        it.values().filter(|value| is_whole(value)).for_each(|value| check_value(&it, value, report));
        check_count(&it, report);
        check_json_types(&it, site.form, report);
    }
}

/// Whether the operator compares what the key holds.
///
/// AWS takes string operators for ARNs, and its reference calls keys that hold ARNs, tags
/// that hold numbers or dates, and claims of identity providers strings.
fn fits(it: &Use<'_>) -> bool {
    let operator = it.operator.operator.ty;
    let is_free_text = it.key.ty == KeyType::String && (it.key.is_template() || it.key.scope == KeyScope::Federation);
    let is_taken = match operator {
        OperatorType::String => it.key.ty == KeyType::Arn,
        OperatorType::Arn => it.key.ty == KeyType::String && it.key.scope != KeyScope::Global,
        OperatorType::Binary => it.key.ty == KeyType::String,
        OperatorType::Numeric
        | OperatorType::Date
        | OperatorType::Bool
        | OperatorType::IpAddress
        | OperatorType::Null => false,
    };
    it.key.accepts(operator) || is_free_text || is_taken
}

fn say_operator(it: &Use<'_>, report: &mut Report<'_>) {
    let (key, operator) = (it.key_name(), it.operator.name());
    let (one, _) = noun(it.key.ty);
    let many = types::compares(it.operator.operator.ty);
    let meant = meant(it).map(|meant| it.renamed(meant));
    let fix = meant.as_ref().and_then(|meant| it.operator_fix(meant, report));
    let finding = report
        .leaf(&it.condition.operator, format!("`{operator}` compares {many}, but `{key}` is {one}"))
        .label(it.condition.key.span, one);
    match (fix, meant) {
        (Some(fix), _) => finding.fix(fix),
        (None, Some(meant)) => finding.help(format!("take `{meant}`")),
        (None, None) => finding.help(format!("take an operator that compares {}", noun(it.key.ty).1)),
    };
}

/// The operator that asks the same of the key's type, if all values are of that type.
fn meant(it: &Use<'_>) -> Option<&'static str> {
    let equal = match it.operator.operator.name {
        "StringEquals" | "StringLike" | "StringEqualsIgnoreCase" => true,
        "StringNotEquals" | "StringNotLike" | "StringNotEqualsIgnoreCase" => false,
        _ => return None,
    };
    let (ty, name) = match (it.key.ty, equal) {
        (KeyType::Bool, true) => (OperatorType::Bool, "Bool"),
        (KeyType::Numeric, true) => (OperatorType::Numeric, "NumericEquals"),
        (KeyType::Numeric, false) => (OperatorType::Numeric, "NumericNotEquals"),
        (KeyType::Date, true) => (OperatorType::Date, "DateEquals"),
        (KeyType::Date, false) => (OperatorType::Date, "DateNotEquals"),
        (KeyType::IpAddress, true) => (OperatorType::IpAddress, "IpAddress"),
        (KeyType::IpAddress, false) => (OperatorType::IpAddress, "NotIpAddress"),
        (KeyType::Bool, false) | (KeyType::String | KeyType::Arn, _) => return None,
    };
    let is_such = |value: &Leaf| value.text.as_known().is_none_or(|value| types::fault(&value, ty).is_none());
    it.values().all(is_such).then_some(name)
}

/// Whether nothing in the value is filled in, be it by Terraform or by AWS.
fn is_whole(value: &Leaf) -> bool {
    value.text.is_known() && !value.text.is_empty() && !known_parts(&value.text).any(|part| part.contains("${"))
}

fn check_value(it: &Use<'_>, value: &Leaf, report: &mut Report<'_>) {
    let Some(text) = value.text.as_known() else { return };
    let fault = types::fault(&text, it.operator.operator.ty);
    if fault.is_none()
        && let Some(identifier) = misnamed(it, &text)
    {
        say_identifier(it, value, &text, identifier, report);
    }
    match fault {
        Some(Fault::Other) => say_value(it, value, &text, report),
        Some(Fault::HostBits { block }) => say_host_bits(value, &text, block, report),
        Some(Fault::Epoch { date }) if !it.key.accepts(OperatorType::Numeric) => {
            say_epoch(value, &text, date, report);
        }
        Some(Fault::Epoch { .. }) | None => {}
    }
}

fn say_value(it: &Use<'_>, value: &Leaf, text: &str, report: &mut Report<'_>) {
    let ty = it.operator.operator.ty;
    let operator = it.operator.name();
    let message = format!("`{operator}` compares {}, but `{text}` is {}", types::compares(ty), types::negated(ty));
    let finding = report.leaf(value, message);
    // AWS refuses a policy with such an address, and only warns of the rest.
    if ty == OperatorType::IpAddress {
        finding.severity(Severity::Error).help("write an address, or a block such as `203.0.113.0/24`");
    }
}

/// What the key holds, if `text` is none of it.
fn misnamed(it: &Use<'_>, text: &str) -> Option<Identifier> {
    let operator = it.operator.operator;
    let compares = matches!(operator.ty, OperatorType::String | OperatorType::Arn);
    let identifier = identifiers::held_by(it.key.name).filter(|_| compares && !is_placeholder(text))?;
    // A wildcard that is none is another rule's.
    (!identifier.fits(text, true)).then_some(identifier)
}

fn say_identifier(it: &Use<'_>, value: &Leaf, text: &str, identifier: Identifier, report: &mut Report<'_>) {
    let (what, looks) = identifier.described();
    report
        .leaf(value, format!("`{}` holds {what}, but `{text}` is none", it.key_name()))
        .severity(Severity::Error)
        .help(format!("it looks like this: {looks}"));
}

fn say_epoch(value: &Leaf, text: &str, date: Option<String>, report: &mut Report<'_>) {
    let is_literal = value.is_written() && report.is_literal(value);
    let message = format!("`{text}` is a number of seconds since 1970: AWS recommends a date such as `2026-01-31`");
    let finding = report.leaf(value, message).severity(Severity::Note);
    if let Some(date) = date.filter(|_| is_literal) {
        finding.replace(value.span, date, Safety::Safe);
    }
}

fn say_host_bits(value: &Leaf, text: &str, block: String, report: &mut Report<'_>) {
    let is_literal = report.is_literal(value);
    let message = format!("`{text}` has bits behind its mask, which AWS ignores: the block is `{block}`");
    let finding = report.leaf(value, message).severity(Severity::Note);
    if is_literal {
        finding.replace(value.span, block, Safety::Safe);
    }
}

/// A truth value is one, not several.
fn check_count(it: &Use<'_>, report: &mut Report<'_>) {
    let is_bool = it.operator.operator.ty == OperatorType::Bool && !it.key.multivalued;
    if let Some(second) = it.condition.values.get(1).filter(|_| is_bool) {
        let message = format!("`{}` takes one value for `{}`, not several", it.operator.name(), it.key_name());
        report.leaf(second, message).severity(Severity::Error);
    }
}

/// Texts beside numbers and truth values without quotes, where the list is JSON as it is written.
fn check_json_types(it: &Use<'_>, form: Form, report: &mut Report<'_>) {
    let is_json = match form {
        Form::Jsonencode | Form::Heredoc | Form::Quoted | Form::File | Form::PolicyFile => true,
        Form::DataSource | Form::Template | Form::Reference | Form::Other => false,
    };
    // Only what has quotes stands in the source letter by letter.
    let (quoted, bare): (Vec<&Leaf>, Vec<&Leaf>) =
        it.condition.values.iter().filter(|value| report.is_literal(value)).partition(|value| value.is_written());
    if let (true, Some(quoted), Some(bare)) = (is_json, quoted.first(), bare.first()) {
        let message = format!("the values of `{}` are of several JSON types", it.key_name());
        report.leaf(bare, message).severity(Severity::Error).label(quoted.span, "a string");
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{Fixture, statement};

    fn with(operator: &str, key: &str, values: &str) -> Vec<String> {
        statement(&RULE, &format!(r#""Condition": {{"{operator}": {{"{key}": {values}}}}}"#))
    }

    fn fixed(condition: &str) -> String {
        let start = r#"{"Statement": {"Condition": "#;
        let text = Fixture::new(&format!("{start}{condition}}}}}")).fixed(&RULE);
        text.strip_prefix(start).unwrap().strip_suffix("}}").unwrap().to_owned()
    }

    #[test]
    fn operators_of_another_type() {
        assert_eq!(
            with("StringEquals", "aws:ViaAWSService", "\"true\""),
            ["StringEquals | warning: `StringEquals` compares texts, but `aws:ViaAWSService` is a truth value"]
        );
        for (operator, key) in [
            ("StringLikeIfExists", "aws:SourceIp"),
            ("StringNotEquals", "aws:CurrentTime"),
            ("NumericEquals", "aws:PrincipalAccount"),
            ("Bool", "aws:username"),
            ("DateLessThan", "aws:MultiFactorAuthAge"),
            ("IpAddress", "aws:SourceVpc"),
            ("ArnLike", "aws:PrincipalOrgID"),
            ("BinaryEquals", "aws:SecureTransport"),
            ("StringEquals", "s3:max-keys"),
            ("ForAnyValue:Bool", "aws:TagKeys"),
        ] {
            assert_eq!(with(operator, key, "\"x\"").len(), 1, "{operator} {key}");
        }
    }

    #[test]
    fn the_fix_takes_the_operator_of_the_type() {
        assert_eq!(
            fixed(r#"{"StringEquals": {"aws:SecureTransport": "false"}}"#),
            r#"{"Bool": {"aws:SecureTransport": "false"}}"#
        );
        assert_eq!(
            fixed(r#"{"StringNotLikeIfExists": {"aws:SourceIp": ["203.0.113.7"]}}"#),
            r#"{"NotIpAddressIfExists": {"aws:SourceIp": ["203.0.113.7"]}}"#
        );
        for kept in
            [r#"{"StringLike": {"aws:SourceIp": "10.*"}}"#, r#"{"StringNotEquals": {"aws:SecureTransport": "false"}}"#]
        {
            assert_eq!(fixed(kept), kept);
        }
    }

    #[test]
    fn values_of_another_type() {
        assert_eq!(
            with("Bool", "aws:SecureTransport", "\"yes\""),
            ["yes | warning: `Bool` compares truth values, but `yes` is neither `true` nor `false`"]
        );
        assert_eq!(
            with("NotIpAddress", "aws:SourceIp", r#"["203.0.113.0/24", "203.0.114.*"]"#),
            ["203.0.114.* | error: `NotIpAddress` compares IP addresses, but `203.0.114.*` is no address and no block"]
        );
        for (operator, key, value) in [
            ("IpAddress", "aws:SourceIp", "203.0.113.0/33"),
            ("NumericLessThan", "aws:MultiFactorAuthAge", "1h"),
            ("DateLessThan", "aws:CurrentTime", "tomorrow"),
            ("DateLessThan", "aws:CurrentTime", "2026-02-30"),
            ("ArnEquals", "aws:SourceArn", "123456789012"),
            ("BinaryEquals", "aws:PrincipalTag/x", "not base64"),
            ("Null", "aws:TagKeys", "yes"),
        ] {
            assert_eq!(with(operator, key, &format!("\"{value}\"")).len(), 1, "{operator} {value}");
        }
    }

    #[test]
    fn names_that_aws_gives() {
        assert_eq!(
            with("StringNotEquals", "aws:SourceVpce", r#"["vpce-1a2b3c4d", "vpc-1a2b3c4d"]"#),
            ["vpc-1a2b3c4d | error: `aws:SourceVpce` holds the ID of a VPC endpoint, but `vpc-1a2b3c4d` is none"]
        );
        assert_eq!(
            with("StringEqualsIfExists", "aws:sourcevpc", "\"vpc-123\""),
            ["vpc-123 | error: `aws:sourcevpc` holds the ID of a VPC, but `vpc-123` is none"]
        );
        let key = "s3:x-amz-server-side-encryption-aws-kms-key-id";
        for value in ["alias/logs", "arn:aws:kms:eu-west-1:111122223333:alias/logs", "arn:aws:s3:::logs"] {
            assert_eq!(with("StringEquals", key, &format!("\"{value}\"")).len(), 1, "{value}");
            assert_eq!(with("ArnNotEquals", key, &format!("\"{value}\"")).len(), 1, "{value}");
        }
        for (key, value) in [
            ("aws:SourceVpc", "vpc-${x}"),
            ("aws:SourceVpc", "$${aws:Ec2InstanceSourceVpc}"),
            ("aws:SourceVpc", "vpc-*"),
            ("aws:SourceVpc", "<vpc>"),
            ("aws:SourceVpc", "VPC_ID"),
            (key, "arn:aws:kms:*:111122223333:key/*"),
            (key, "${x}"),
        ] {
            assert_eq!(with("StringLike", key, &format!("\"{value}\"")), [""; 0], "{value}");
        }
    }

    #[test]
    fn bits_behind_the_mask() {
        assert_eq!(
            with("IpAddress", "aws:SourceIp", "\"203.0.113.7/24\""),
            ["203.0.113.7/24 | note: `203.0.113.7/24` has bits behind its mask, which AWS ignores: \
              the block is `203.0.113.0/24`"]
        );
        assert_eq!(
            fixed(r#"{"IpAddress": {"aws:SourceIp": "2001:db8::1/32"}}"#),
            r#"{"IpAddress": {"aws:SourceIp": "2001:db8::/32"}}"#
        );
    }

    #[test]
    fn one_truth_value() {
        assert_eq!(
            with("Bool", "aws:SecureTransport", r#"["true", "false"]"#),
            ["false | error: `Bool` takes one value for `aws:SecureTransport`, not several"]
        );
        assert_eq!(with("ForAnyValue:Bool", "apigateway:Request/ApiKeyRequired", r#"["true", "false"]"#).len(), 0);
    }

    #[test]
    fn one_json_type() {
        assert_eq!(
            with("NumericEquals", "s3:max-keys", r#"["10", 20]"#),
            ["20 | error: the values of `s3:max-keys` are of several JSON types"]
        );
        assert_eq!(with("NumericEquals", "s3:max-keys", "[10, 20]"), [""; 0]);
        assert_eq!(with("NumericEquals", "s3:max-keys", "[10, \"${x}\", ${y}]"), [""; 0]);
    }

    #[test]
    fn seconds_since_1970() {
        assert_eq!(
            with("DateLessThan", "aws:CurrentTime", "\"1769817600\""),
            ["1769817600 | note: `1769817600` is a number of seconds since 1970: \
              AWS recommends a date such as `2026-01-31`"]
        );
        assert_eq!(with("DateLessThan", "aws:EpochTime", "1769817600"), [""; 0]);
        assert_eq!(
            fixed(r#"{"DateLessThan": {"aws:CurrentTime": "1769817600"}}"#),
            r#"{"DateLessThan": {"aws:CurrentTime": "2026-01-31T00:00:00Z"}}"#
        );
        let bare = r#"{"DateLessThan": {"aws:CurrentTime": 1769817600}}"#;
        assert_eq!(fixed(bare), bare, "a date needs quotes");
    }

    #[test]
    fn what_fits_or_may_fit() {
        for (operator, key, values) in [
            ("bool", "aws:SecureTransport", "true"),
            ("Bool", "aws:SecureTransport", "\"False\""),
            ("NumericLessThan", "aws:MultiFactorAuthAge", "3600"),
            ("NumericLessThan", "s3:TlsVersion", "1.2"),
            ("NumericGreaterThan", "aws:EpochTime", "1769817600"),
            ("DateGreaterThan", "aws:TokenIssueTime", "\"2026-01-31T12:00:00Z\""),
            ("DateLessThan", "aws:CurrentTime", "\"2026-01-31T12:00:00.5+01:00\""),
            ("DateLessThan", "aws:CurrentTime", "\"2026-01\""),
            ("DateLessThan", "aws:CurrentTime", "\"20260131T120000Z\""),
            ("IpAddress", "aws:SourceIp", "[\"203.0.113.7\", \"2001:db8::/32\", \"10.0.0.0/8\"]"),
            ("IpAddress", "aws:SourceIp", "\"${x}\""),
            ("IpAddress", "aws:SourceIp", "\"${x}/33\""),
            ("IpAddress", "aws:SourceIp", "\"\""),
            ("StringEquals", "aws:SourceArn", "\"x\""),
            ("ArnLike", "aws:SourceArn", "[\"*\", \"arn:aws:s3:::x\", \"$${aws:x}\"]"),
            ("ArnLike", "kms:EncryptionContext:aws:cloudtrail:arn", "\"arn:aws:cloudtrail:*:1:trail/x\""),
            ("ArnLike", "bedrock-mantle:ProjectArn", "\"arn:aws:s3:::x\""),
            ("NumericLessThan", "aws:ResourceTag/age", "7"),
            ("Bool", "idp.example.com:email_verified", "true"),
            ("Null", "aws:SourceIp", "[true, false]"),
            ("BinaryEquals", "aws:PrincipalTag/x", "\"QmluYXJ5\""),
            ("Bool", "${key}", "\"x\""),
            ("${operator}", "aws:SecureTransport", "\"x\""),
        ] {
            assert_eq!(with(operator, key, values), [""; 0], "{operator} {key} {values}");
        }
    }
}
