//! Condition keys of requests, and conditions about them.

use serde_json::{Map, Value, json};

use super::case::{CallerCase, Case};
use super::random::Random;

/// A condition key.
struct Key {
    name: &'static str,
    ty: Type,
    /// Values that requests have.
    found: &'static [&'static str],
    /// Values that policies have.
    written: &'static [&'static str],
    /// How many of a hundred requests have it; none where it follows from the caller.
    chance: usize,
    several: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Type {
    String,
    Arn,
    Bool,
    Numeric,
    Date,
    Address,
}

const fn key(
    name: &'static str,
    ty: Type,
    chance: usize,
    found: &'static [&'static str],
    written: &'static [&'static str],
) -> Key {
    Key { name, ty, found, written, chance, several: false }
}

const KEYS: &[Key] = &[
    key("aws:PrincipalOrgID", Type::String, 70, &["o-abcdefghij", "o-klmnopqrst"], &["o-abcdefghij", "o-klmnopqrst"]),
    key("aws:SourceVpc", Type::String, 50, &["vpc-1", "vpc-2"], &["vpc-1", "vpc-2", "VPC-1"]),
    key(
        "aws:PrincipalTag/team",
        Type::String,
        50,
        &["a", "audit", "Audit", "x*"],
        &["audit", "AUDIT", "a*", "?", "*", "x${*}"],
    ),
    key("aws:UserAgent", Type::String, 80, &["aws-cli/2", "boto3:1"], &["aws-*", "*:?", "aws-cli/2", "AWS-CLI/2"]),
    key("aws:RequestedRegion", Type::String, 90, &["eu-west-1", "us-east-1"], &["eu-west-1", "us-*", "eu-*"]),
    key("aws:SecureTransport", Type::Bool, 90, &["true", "false"], &["true", "false"]),
    key("aws:MultiFactorAuthPresent", Type::Bool, 50, &["true", "false"], &["true", "false"]),
    key("aws:MultiFactorAuthAge", Type::Numeric, 50, &["10", "3600", "0"], &["10", "300", "3600", "10.0"]),
    key(
        "aws:CurrentTime",
        Type::Date,
        90,
        &["2026-01-01T00:00:00Z", "2026-06-01T12:00:00Z"],
        &["2026-01-01T00:00:00Z", "2026-03-01T00:00:00Z", "2025-01-01T00:00:00Z"],
    ),
    key(
        "aws:SourceIp",
        Type::Address,
        80,
        &["10.1.2.3", "192.0.2.7", "2001:db8::7"],
        &["10.0.0.0/8", "192.0.2.0/24", "192.0.2.7", "192.0.2.7/32", "203.0.113.0/25", "2001:db8::/32"],
    ),
    Key {
        name: "aws:TagKeys",
        ty: Type::String,
        found: &["team", "cost", "Team"],
        written: &["team", "cost", "t*", "*"],
        chance: 60,
        several: true,
    },
    Key {
        name: "aws:CalledVia",
        ty: Type::String,
        found: &["athena.amazonaws.com", "cloudformation.amazonaws.com"],
        written: &["athena.amazonaws.com", "cloudformation.amazonaws.com", "*.amazonaws.com"],
        chance: 40,
        several: true,
    },
    key(
        "aws:SourceArn",
        Type::Arn,
        0,
        &[],
        &[
            "arn:aws:cloudtrail:eu-west-1:111111111111:trail/t",
            "arn:aws:cloudtrail:*:111111111111:trail/*",
            "arn:aws:s3:::*",
        ],
    ),
    key(
        "aws:PrincipalArn",
        Type::Arn,
        0,
        &[],
        &[
            "arn:aws:iam::111111111111:role/deploy",
            "arn:aws:iam::*:role/*",
            "arn:aws:iam::222222222222:user/ann",
            "arn:aws:sts::*:*",
        ],
    ),
    key("aws:PrincipalAccount", Type::String, 0, &[], &["111111111111", "222222222222", "anonymous"]),
    key("aws:PrincipalType", Type::String, 0, &[], &["User", "AssumedRole", "Anonymous"]),
    key("aws:PrincipalIsAWSService", Type::Bool, 0, &[], &["true", "false"]),
    key("aws:PrincipalServiceName", Type::String, 0, &[], &["cloudtrail.amazonaws.com", "config.amazonaws.com"]),
    key("aws:username", Type::String, 0, &[], &["ann", "bob", "a*", "${aws:username}", "${aws:PrincipalTag/team}"]),
];

/// What a request has of the keys that do not follow from its caller.
pub(super) fn context(random: &mut Random, caller: &CallerCase) -> Map<String, Value> {
    let mut context = Map::new();
    let of_accounts = |key: &Key| key.name.starts_with("aws:Principal");
    for key in KEYS {
        if !random.percent(key.chance) || (caller.account.is_empty() && of_accounts(key)) {
            continue;
        }
        let value = if key.several {
            json!(random.some(2, |random| random.text(key.found)))
        } else {
            json!(random.text(key.found))
        };
        context.insert(key.name.to_owned(), value);
    }
    if caller.kind == "service" && random.percent(80) {
        let arn = random.text(&["arn:aws:cloudtrail:eu-west-1:111111111111:trail/t", "arn:aws:s3:::b"]);
        context.insert("aws:SourceArn".to_owned(), json!(arn));
    }
    context
}

/// The names of the keys that do not follow from the caller.
pub(super) fn free_keys() -> impl Iterator<Item = &'static str> {
    KEYS.iter().filter(|key| key.chance > 0).map(|key| key.name)
}

const STRING: &[&str] = &[
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
];
const ARN: &[&str] = &["ArnEquals", "ArnNotEquals", "ArnLike", "ArnNotLike"];
const NUMERIC: &[&str] = &[
    "NumericEquals",
    "NumericNotEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
];
const DATE: &[&str] =
    &["DateEquals", "DateNotEquals", "DateLessThan", "DateLessThanEquals", "DateGreaterThan", "DateGreaterThanEquals"];
const ADDRESS: &[&str] = &["IpAddress", "NotIpAddress"];

/// A `Condition`.
pub(super) fn conditions(random: &mut Random, case: &Case) -> Value {
    let mut conditions = Map::new();
    for _ in 0..=random.below(2) {
        let Some(key) = random.one(KEYS) else { continue };
        let operator = operator(random, key);
        let written = if operator == "Null" { &["true", "false"] } else { key.written };
        let most = if operator.contains("Than") || operator.contains("Bool") || operator == "Null" { 1 } else { 2 };
        let values = random.some(most, |random| value(random, case, key, written));
        let name = if random.percent(10) { key.name.to_uppercase() } else { key.name.to_owned() };
        let name = if name.starts_with("AWS:PRINCIPALTAG/") { key.name.to_owned() } else { name };
        let keys = conditions.entry(operator).or_insert_with(|| json!({}));
        if let Some(keys) = keys.as_object_mut() {
            keys.insert(
                name,
                if values.len() == 1 { values.first().cloned().unwrap_or_default() } else { json!(values) },
            );
        }
    }
    Value::Object(conditions)
}

/// What the policy says of `key`: sometimes just what the request has.
fn value(random: &mut Random, case: &Case, key: &Key, written: &[&str]) -> Value {
    match case.derived.get(key.name).or_else(|| case.context.get(key.name)) {
        Some(found @ Value::String(_)) if random.percent(40) && written == key.written => found.clone(),
        _ => json!(random.text(written)),
    }
}

fn operator(random: &mut Random, key: &Key) -> String {
    if random.percent(8) {
        return "Null".to_owned();
    }
    let names = match key.ty {
        Type::String => STRING,
        Type::Arn => ARN,
        Type::Bool => &["Bool"],
        Type::Numeric => NUMERIC,
        Type::Date => DATE,
        Type::Address => ADDRESS,
    };
    let name = random.text(names);
    let qualified = if key.several { random.percent(90) } else { random.percent(4) };
    let set = if qualified { random.text(&["ForAllValues:", "ForAnyValue:"]) } else { String::new() };
    let if_exists = if random.percent(20) { "IfExists" } else { "" };
    format!("{set}{name}{if_exists}")
}
