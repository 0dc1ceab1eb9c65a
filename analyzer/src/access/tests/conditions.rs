//! Operators, absent keys, sets of values.

use super::support::{policy, says, target, text};
use crate::access::{Context, Presence, Verdict};
use crate::policy::model::PolicyKind;
use crate::truth::Truth::{self, No, Unknown, Yes};

/// Whether the condition holds where the request has `found` for the key `k:k`.
fn holds(operator: &str, values: &str, found: Presence) -> Truth {
    let statement = r#"{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"OP": {"k:K": VALUES}}}"#;
    let statement = statement.replace("OP", operator).replace("VALUES", values);
    let policy = policy(PolicyKind::Identity, &statement);
    let mut context = Context::default();
    context.set("K:k", found);
    match says(&policy, "s3:GetObject", &target("arn:aws:s3:::b/k"), &context) {
        Verdict::Allowed => Yes,
        Verdict::Denied => No,
        Verdict::Unknown => Unknown,
    }
}

fn values(values: &[&str]) -> Presence {
    Presence::Known(values.iter().map(|value| text(value)).collect())
}

/// Rows of operator, values of the policy, value of the request, answer.
#[track_caller]
fn check(rows: &[(&str, &str, &str, Truth)]) {
    for (operator, written, found, expected) in rows {
        assert_eq!(holds(operator, written, values(&[found])), *expected, "{operator} {written} of {found}");
    }
}

#[test]
fn strings() {
    check(&[
        ("StringEquals", r#""a""#, "a", Yes),
        ("stringequals", r#""a""#, "a", Yes),
        ("StringEquals", r#""a""#, "A", No),
        ("StringEquals", r#"["b", "a"]"#, "a", Yes),
        ("StringEquals", r#""*""#, "a", No),
        ("StringEquals", r#""${*}""#, "*", Yes),
        ("StringNotEquals", r#"["a", "b"]"#, "c", Yes),
        ("StringNotEquals", r#"["a", "b"]"#, "b", No),
        ("StringEqualsIgnoreCase", r#""aB""#, "Ab", Yes),
        ("StringNotEqualsIgnoreCase", r#""aB""#, "Ab", No),
        ("StringLike", r#""a*:?""#, "a:b:c", Yes),
        ("StringLike", r#""a?""#, "a", No),
        ("StringNotLike", r#""a*""#, "b", Yes),
        ("StringEquals", r#""${aws:username}""#, "ann", Yes),
        ("StringEquals", r#""${aws:FederatedProvider}""#, "ann", Unknown),
        ("StringEquals", r#""<x>""#, "a", Unknown),
        ("StringEquals", r#""b<x>""#, "a", No),
        ("StringEquals", r#""<x>""#, "<x>", Yes),
        ("StringNotEquals", r#""<x>""#, "<x>", No),
        ("StringEquals", r#"["<x>", "a"]"#, "a", Yes),
    ]);
}

#[test]
fn arns() {
    check(&[
        ("ArnLike", r#""arn:aws:s3:::b*""#, "arn:aws:s3:::bucket", Yes),
        ("ArnEquals", r#""arn:aws:s3:::b*""#, "arn:aws:s3:::bucket", Yes),
        ("ArnLike", r#""arn:*:b""#, "arn:aws:sns:eu:1:b", No),
        ("ArnLike", r#""arn:aws:sns:*:*:t:*""#, "arn:aws:sns:eu:1:t:a:b", Yes),
        ("ArnNotLike", r#""arn:aws:sns:*:1:*""#, "arn:aws:sns:eu:1:b", No),
        ("ArnNotEquals", r#""arn:aws:sns:*:2:*""#, "arn:aws:sns:eu:1:b", Yes),
        ("ArnLike", r#""arn:aws:sns:*:<account>:*""#, "arn:aws:sns:eu:1:b", Unknown),
        ("ArnLike", r#""arn:aws:sns:*:<account>:*""#, "arn:aws:sqs:eu:1:b", No),
        ("ArnLike", r#""arn:aws:sns:*:<account>:*""#, "arn:aws:sns:eu:<account>:b", Yes),
    ]);
}

#[test]
fn numbers_dates_addresses_and_truth_values() {
    check(&[
        ("NumericEquals", "10", "10.0", Yes),
        ("NumericNotEquals", "10", "11", Yes),
        ("NumericLessThan", r#""10""#, "9.5", Yes),
        ("NumericLessThan", r#""10""#, "10", No),
        ("NumericLessThanEquals", r#""10""#, "10", Yes),
        ("NumericGreaterThan", r#""10""#, "10", No),
        ("NumericGreaterThanEquals", r#"["20", "10"]"#, "11", Yes),
        ("NumericEquals", r#""<x>""#, "10", Unknown),
        ("DateLessThan", r#""2026-01-01T00:00:00Z""#, "2025-12-31T23:59:59Z", Yes),
        ("DateGreaterThan", r#""2026-01-01""#, "2026-01-01T00:00:01Z", Yes),
        ("DateEquals", r#""1767225600""#, "2026-01-01T00:00:00Z", Yes),
        ("DateNotEquals", r#""1767225600""#, "2026-01-01T00:00:00Z", No),
        ("DateLessThanEquals", r#""2026-01-01T02:00:00+02:00""#, "2026-01-01T00:00:00Z", Yes),
        ("DateEquals", r#""soon""#, "2026-01-01T00:00:00Z", Unknown),
        ("IpAddress", r#""10.0.0.0/8""#, "10.1.2.3", Yes),
        ("IpAddress", r#""10.1.2.3""#, "10.1.2.4", No),
        ("IpAddress", r#""2001:db8::/32""#, "2001:db8::1", Yes),
        ("IpAddress", r#""::/0""#, "10.1.2.4", No),
        ("NotIpAddress", r#"["10.0.0.0/8", "192.0.2.0/24"]"#, "192.0.2.7", No),
        ("NotIpAddress", r#""<range>""#, "192.0.2.7", Unknown),
        ("Bool", r#""true""#, "true", Yes),
        ("Bool", "true", "false", No),
        ("Bool", r#""<x>""#, "false", Unknown),
        ("BinaryEquals", r#""QmlE""#, "QmlE", Yes),
        ("Null", r#""true""#, "x", No),
        ("Null", "false", "x", Yes),
        ("Null", r#""<x>""#, "x", Unknown),
        ("StringSimilar", r#""x""#, "x", Unknown),
        ("<operator>", r#""x""#, "x", Unknown),
    ]);
}

/// Rows of operator, and the answers for an absent and for an unknown key.
#[test]
fn without_the_key() {
    for (operator, absent, unknown) in [
        ("StringEquals", No, Unknown),
        ("StringNotEquals", Yes, Unknown),
        ("StringEqualsIfExists", Yes, Unknown),
        ("StringNotEqualsIfExists", Yes, Unknown),
        ("NumericLessThan", No, Unknown),
        ("NotIpAddress", Yes, Unknown),
        ("ArnNotLike", Yes, Unknown),
        ("BoolIfExists", Yes, Unknown),
        ("ForAllValues:StringEquals", Yes, Unknown),
        ("ForAllValues:StringNotEquals", Yes, Unknown),
        ("ForAnyValue:StringEquals", No, Unknown),
        ("ForAnyValue:StringNotEquals", No, Unknown),
        ("ForAnyValue:StringEqualsIfExists", Unknown, Unknown),
        ("ForAllValues:Null", Yes, Yes),
        ("ForAnyValue:Null", No, No),
    ] {
        assert_eq!(holds(operator, r#""1""#, Presence::Absent), absent, "{operator}");
        assert_eq!(holds(operator, r#""1""#, Presence::Unknown), unknown, "{operator}");
    }
    assert_eq!(holds("Null", r#""true""#, Presence::Absent), Yes);
    assert_eq!(holds("Null", r#""false""#, Presence::Absent), No);
    assert_eq!(holds("Null", r#"["true", "false"]"#, Presence::Absent), Yes);
    assert_eq!(holds("Null", r#""true""#, Presence::Unknown), Unknown);
}

#[test]
fn several_values() {
    let set = |operator: &str, written: &str, found: &[&str]| holds(operator, written, values(found));
    assert_eq!(set("ForAllValues:StringEquals", r#"["a", "b"]"#, &["a", "b"]), Yes);
    assert_eq!(set("ForAllValues:StringEquals", r#"["a", "b"]"#, &["a", "c"]), No);
    assert_eq!(set("ForAllValues:StringNotEquals", r#"["a", "b"]"#, &["c", "d"]), Yes);
    assert_eq!(set("ForAllValues:StringNotEquals", r#"["a", "b"]"#, &["a", "d"]), No);
    assert_eq!(set("ForAnyValue:StringLike", r#"["a*", "b"]"#, &["x", "ab"]), Yes);
    assert_eq!(set("ForAnyValue:StringLike", r#"["a*", "b"]"#, &["x", "y"]), No);
    assert_eq!(set("ForAnyValue:StringNotEquals", r#"["a", "b"]"#, &["a", "d"]), Yes);
    assert_eq!(set("ForAnyValue:StringNotEquals", r#"["a", "b"]"#, &["a", "b"]), No);
    assert_eq!(set("StringEquals", r#""a""#, &["a", "b"]), Unknown);
    let tags = |operator: &str| {
        let statement =
            r#"{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {"OP": {"aws:TagKeys": "a"}}}"#;
        let policy = policy(PolicyKind::Identity, &statement.replace("OP", operator));
        let mut context = Context::default();
        context.set_value("aws:TagKeys", text("a"));
        says(&policy, "s3:GetObject", &target("arn:aws:s3:::b/k"), &context)
    };
    assert_eq!(tags("ForAnyValue:StringEquals"), Verdict::Allowed);
    assert_eq!(tags("StringEquals"), Verdict::Unknown, "the key may have several values, whatever it has now");
    assert_eq!(set("ForAnyValue:StringEquals", r#""a""#, &[]), No);
    assert_eq!(set("ForAllValues:StringEquals", r#""a""#, &[]), Yes);
}
