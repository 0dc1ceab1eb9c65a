//! Whether a condition says who may call.
//!
//! Only what certainly does not is told apart: any other condition may be known to hold for
//! few, such as a secret in a header, and is taken to narrow.
//!
//! Source: IAM User Guide, `reference_policies_condition-keys`; AWS KMS Developer Guide,
//! `conditions-kms`; Amazon S3 User Guide, `access-control-block-public-access`, "The meaning of public".

use crate::aws::facts::{self, OperatorType, OperatorUse, SetQualifier};
use crate::aws::pattern::{Pattern, Syntax};
use crate::policy::model::Condition;

/// Keys that say nothing of the caller, in lower case.
const NOT_OF_CALLER: [&str; 30] = [
    "aws:currenttime",
    "aws:epochtime",
    "aws:multifactorauthage",
    "aws:multifactorauthpresent",
    "aws:requestedregion",
    "aws:requesttag/${tagkey}",
    "aws:resourceaccount",
    "aws:resourceorgid",
    "aws:resourceorgpaths",
    "aws:resourcetag/${tagkey}",
    "aws:securetransport",
    "aws:tagkeys",
    "kms:encryptionalgorithm",
    "kms:encryptioncontext:${encryptioncontextkey}",
    "kms:encryptioncontextkeys",
    "kms:viaservice",
    "s3:authtype",
    "s3:delimiter",
    "s3:existingobjecttag/<key>",
    "s3:max-keys",
    "s3:prefix",
    "s3:resourceaccount",
    "s3:signatureage",
    "s3:signatureversion",
    "s3:tlsversion",
    "s3:x-amz-acl",
    "s3:x-amz-content-sha256",
    "s3:x-amz-server-side-encryption",
    "s3:x-amz-storage-class",
    "sns:protocol",
];

/// Keys by which somebody is excluded, if the operator is a negated one.
const OF_CALLER: [&str; 11] = [
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceip",
    "aws:sourceorgid",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:userid",
    "kms:calleraccount",
];

/// Keys that requests of strangers lack, so that `IfExists` lets them through.
const ABSENT: [&str; 7] = [
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceorgid",
    "aws:sourcevpc",
    "aws:sourcevpce",
];

/// Whether the key is about something else than who calls, whatever it is compared with.
pub(super) fn is_not_of_caller(condition: &Condition) -> bool {
    key(condition).is_some_and(|key| NOT_OF_CALLER.contains(&key.as_str()))
}

/// Whether the condition lets everyone through for certain, or everyone but a few.
pub(super) fn lets_everyone_through(condition: &Condition) -> bool {
    if is_not_of_caller(condition) {
        return true;
    }
    let operator = condition.operator.text.as_known().and_then(|operator| facts::operator(&operator));
    let (Some(key), Some(operator)) = (key(condition), operator) else { return false };
    let Some(values) = known_values(condition) else { return false };
    match operator.set {
        // That this lets through who has no value is said of the operator.
        Some(SetQualifier::ForAllValues) => false,
        Some(SetQualifier::ForAnyValue) if operator.operator.negated => false,
        None if operator.operator.negated => excludes_few(&key, operator, &values),
        Some(SetQualifier::ForAnyValue) | None if operator.if_exists && ABSENT.contains(&key.as_str()) => true,
        Some(SetQualifier::ForAnyValue) | None => values.iter().any(|value| is_everyone(&key, operator, value)),
    }
}

/// The name of the condition's key as the tables have it, in lower case.
fn key(condition: &Condition) -> Option<String> {
    let key = facts::condition_key(&condition.key.text.as_known()?)?;
    Some(key.name.to_ascii_lowercase())
}

/// The values, if all are known.
fn known_values(condition: &Condition) -> Option<Vec<String>> {
    if !condition.open.is_empty() {
        return None;
    }
    condition.values.iter().map(|value| value.text.as_known().map(|it| it.to_string())).collect()
}

/// Whether a negated operator leaves others than those it names.
fn excludes_few(key: &str, operator: OperatorUse, values: &[String]) -> bool {
    OF_CALLER.contains(&key)
        && !values.is_empty()
        && !values.iter().any(|value| is_everyone(key, operator, value) || value.contains("${"))
}

/// Whether a value is one that everyone has.
fn is_everyone(key: &str, operator: OperatorUse, value: &str) -> bool {
    let covers = |other: &str| {
        let [outer, inner]: [Pattern<u8>; 2] = [value, other].map(|text| Pattern::of_text(text, Syntax::Wildcards));
        if operator.operator.ty == OperatorType::Arn { outer.covers_as_arn(&inner) } else { outer.covers(&inner) }
    };
    match (key, operator.operator.ty) {
        ("aws:sourceip", OperatorType::IpAddress) => value.ends_with("/0"),
        ("aws:principalisawsservice" | "aws:viaawsservice", OperatorType::Bool) => value.eq_ignore_ascii_case("false"),
        ("aws:principalarn", _) if operator.operator.wildcards => covers("arn:aws:iam::*:role/*").is_yes(),
        ("aws:principalaccount" | "aws:userid" | "kms:calleraccount", _) if operator.operator.wildcards => {
            covers("*").is_yes()
        }
        _ => false,
    }
}
