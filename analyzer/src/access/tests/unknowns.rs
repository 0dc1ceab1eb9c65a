//! What is not known never becomes an answer.

use proptest::prelude::*;

use super::support::{
    self, ALLOW, Case, ELSE, OTHER, OWN, document, policy, role, service, session, symbol, target, user,
};
use crate::access::{
    Action, Attached, ByNumber, Context, Decision, Half, Obstacle, Policies, Request, Verdict, decide, verdict,
};
use crate::policy::model::PolicyKind;

/// What `policies` say of putting events into a channel, and what is in the way.
fn says(policies: &Policies<'_>) -> (Verdict, Vec<Obstacle>) {
    let (caller, action, context) = (user(OWN), Action::new("s3:GetObject"), Context::default());
    let target = target("arn:aws:s3:::b/k");
    let request = Request { caller: &caller, action: &action, target: &target, context: &context };
    match decide(&request, policies, &ByNumber) {
        Decision::Allowed(_) => (Verdict::Allowed, Vec::new()),
        Decision::Denied(..) => (Verdict::Denied, Vec::new()),
        Decision::Unknown(obstacles) => (Verdict::Unknown, obstacles),
    }
}

#[test]
fn what_may_be_attached() {
    let (allow, other) = (policy(PolicyKind::Identity, ALLOW), policy(PolicyKind::Identity, ELSE));
    let (allow, other) = ([&allow], [&other]);
    let more = [symbol("attached")];
    let identity = |identity| says(&Policies { identity, ..Policies::NONE });
    assert_eq!(identity(Attached::NONE).0, Verdict::Denied);
    let unseen = vec![Obstacle::NotInView(Half::Identity)];
    assert_eq!(identity(Attached::NOT_IN_VIEW), (Verdict::Unknown, unseen));
    let open = Attached { open: &more, ..Attached::all(&other) };
    assert_eq!(identity(open), (Verdict::Unknown, vec![Obstacle::Symbol(symbol("attached"))]));
    assert_eq!(identity(Attached { possible: &allow, ..Attached::NONE }).0, Verdict::Unknown);
    assert_eq!(identity(Attached { possible: &other, ..Attached::NONE }).0, Verdict::Denied);
    let open = Attached { open: &more, ..Attached::all(&allow) };
    assert_eq!(identity(open).0, Verdict::Unknown, "what is attached may deny");

    let identity = Attached::all(&allow);
    let boundary = |boundary| says(&Policies { identity, boundary, ..Policies::NONE }).0;
    assert_eq!(boundary(Attached::NONE), Verdict::Allowed);
    assert_eq!(boundary(Attached::NOT_IN_VIEW), Verdict::Unknown);
    assert_eq!(boundary(Attached { possible: &other, ..Attached::NONE }), Verdict::Unknown);
    assert_eq!(boundary(Attached::all(&other)), Verdict::Denied);
}

#[test]
fn what_a_document_may_hold() {
    let says = |json: &str| {
        let policy = document(PolicyKind::Identity, json);
        support::says(&policy, "s3:GetObject", &target("arn:aws:s3:::b/k"), &Context::default())
    };
    assert_eq!(says("<document>"), Verdict::Unknown);
    assert_eq!(says(r#"{"Statement": [<more>]}"#), Verdict::Unknown);
    let one = |members: &str| says(&format!(r#"{{"Statement": [{{"Action": "s3:*", {members}}}]}}"#));
    assert_eq!(one(r#""Effect": "<effect>", "Resource": "*""#), Verdict::Unknown);
    assert_eq!(one(r#""Effect": "allow", "Resource": "*""#), Verdict::Unknown);
    assert_eq!(one(r#""Effect": "Allow""#), Verdict::Unknown);
    assert_eq!(one(r#""Effect": "Allow", "Resource": "*", "Condition": <c>"#), Verdict::Unknown);
    assert_eq!(one(r#""Effect": "Allow", "Resource": "arn:aws:sns:::x", "Condition": <c>"#), Verdict::Denied);
    assert_eq!(one(r#""Effect": "Allow", "Resource": ["arn:aws:sns:::x", <more>]"#), Verdict::Unknown);
}

#[test]
fn names_what_is_in_the_way() {
    let narrowed = r#"{"Effect": "Allow", "Action": "*", "Resource": "arn:aws:cloudtrail:*:111111111111:channel/*",
        "Condition": {"StringEquals": {"aws:SourceVpc": "<vpc>", "aws:username": "ann"}}}"#;
    assert_eq!(Case::new(user(OWN)).identity(narrowed).decide(), "unknown: aws:sourcevpc, <vpc>");
    let statements = r#"{"Effect": "Allow", "Action": ["*", "<a>"], "Resource": ["<r>", "x"]},
        {"Effect": "Deny", "Action": "ec2:<unrelated>", "Resource": "*"}"#;
    assert_eq!(Case::new(user(OWN)).identity(statements).decide(), "unknown: <r>");
}

#[test]
fn keys_that_follow_from_who_calls() {
    let case = |caller, operator: &str, key: &str, value: &str| {
        let condition = format!(r#"{{"{operator}": {{"{key}": "{value}"}}}}"#);
        let grant = r#"{"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": "*", "Condition": "#;
        Case::new(caller).resource(&format!("{grant}{condition}}}")).identity(ALLOW).decide()
    };
    let (stranger, cloudtrail) = (|| role(OTHER), || service("cloudtrail.amazonaws.com"));
    let allowed = "allowed by identity, resource";
    assert_eq!(case(stranger(), "StringEquals", "aws:PrincipalAccount", OTHER), allowed);
    assert_eq!(case(stranger(), "ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/app/*"), allowed);
    assert_eq!(case(session(OTHER), "ArnLike", "aws:PrincipalArn", "arn:aws:sts::*:*"), "missing resource");
    assert_eq!(case(stranger(), "ArnLike", "aws:SourceArn", "arn:aws:s3:::*"), "missing resource");
    assert_eq!(case(stranger(), "Bool", "aws:PrincipalIsAWSService", "false"), allowed);
    assert_eq!(case(stranger(), "StringEquals", "aws:ResourceAccount", OWN), allowed);
    assert_eq!(case(stranger(), "StringEquals", "aws:PrincipalOrgID", "o-1"), "unknown: aws:principalorgid");
    assert_eq!(case(cloudtrail(), "StringEquals", "aws:PrincipalOrgID", "o-1"), "missing resource");
    assert_eq!(case(cloudtrail(), "Bool", "aws:PrincipalIsAWSService", "true"), "allowed by resource");
    assert_eq!(case(cloudtrail(), "ArnLike", "aws:SourceArn", "arn:aws:s3:::*"), "unknown: aws:sourcearn");
    assert_eq!(case(cloudtrail(), "StringEquals", "aws:PrincipalTag/a", "b"), "missing resource");
}

/// The values that stand for the hole.
const VALUES: &[&str] = &["", "*", "a", "b", "Get", "111111111111", "222222222222", "Allow", "Deny", "true"];

/// A statement with at most one kind of hole, `<x>`, put together from small parts.
fn statement(kind: PolicyKind) -> impl Strategy<Value = String> {
    let effect = prop_oneof![3 => Just("Allow"), 2 => Just("Deny"), 1 => Just("<x>")];
    let action = prop_oneof![
        Just(r#""Action": "s3:GetObject""#),
        Just(r#""Action": "s3:<x>Object""#),
        Just(r#""Action": ["s3:Put<x>", "ec2:*"]"#),
        Just(r#""NotAction": "s3:<x>*""#),
    ];
    let resource = prop_oneof![
        Just(r#""Resource": "*""#),
        Just(r#""Resource": "arn:aws:s3:::<x>/k""#),
        Just(r#""Resource": ["arn:aws:s3:::b/<x>", "arn:aws:s3:::a/k"]"#),
        Just(r#""NotResource": "arn:aws:s3:::<x>""#),
        Just(r#""NotResource": "arn:aws:s3:::a/<x>*""#),
    ];
    let principal = prop_oneof![
        Just(r#", "Principal": "*""#),
        Just(r#", "Principal": {"AWS": "<x>"}"#),
        Just(r#", "Principal": {"AWS": "arn:aws:iam::<x>:root"}"#),
        Just(r#", "Principal": {"AWS": ["arn:aws:iam::111111111111:user/<x>", "333333333333"]}"#),
        Just(r#", "NotPrincipal": {"AWS": ["arn:aws:iam::<x>:user/ann", "arn:aws:iam::111111111111:root"]}"#),
    ];
    let condition = prop_oneof![
        3 => Just(""),
        1 => Just(r#", "Condition": {"StringEquals": {"aws:username": "<x>"}}"#),
        1 => Just(r#", "Condition": {"StringNotLike": {"aws:username": "<x>*"}}"#),
        1 => Just(r#", "Condition": {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::<x>:*"}}"#),
        1 => Just(r#", "Condition": {"Null": {"aws:SourceArn": "<x>"}}"#),
        1 => Just(r#", "Condition": {"ForAllValues:StringEquals": {"aws:SourceArn": "<x>"}}"#),
    ];
    (effect, action, resource, principal, condition).prop_map(
        move |(effect, action, resource, principal, condition)| {
            let principal = if kind == PolicyKind::Resource { principal } else { "" };
            format!(r#"{{"Effect": "{effect}", {action}, {resource}{principal}{condition}}}"#)
        },
    )
}

/// The verdict for one value of the hole, or for the hole.
fn answer(resource: &str, identity: &str, account: &str, arn: &str) -> Verdict {
    let resource = policy(PolicyKind::Resource, resource);
    let identity = policy(PolicyKind::Identity, identity);
    let (resource, identity) = ([&resource], [&identity]);
    let policies =
        Policies { identity: Attached::all(&identity), resource: Attached::all(&resource), ..Policies::NONE };
    let (caller, action, context) = (user(account), Action::new("s3:GetObject"), Context::default());
    let target = target(arn);
    let request = Request { caller: &caller, action: &action, target: &target, context: &context };
    verdict(&request, &policies, &ByNumber)
}

proptest! {
    #![proptest_config(crate::chance::cases(200))]

    /// What is said with a hole is said for every value of it.
    #[test]
    fn a_hole_is_any_value(
        resource in prop::collection::vec(statement(PolicyKind::Resource), 1..3),
        identity in prop::collection::vec(statement(PolicyKind::Identity), 1..2),
        account in prop::sample::select(vec![OWN, OTHER, "<x>"]),
        arn in prop::sample::select(vec!["arn:aws:s3:::b/k", "arn:aws:s3:::a/k", "arn:aws:s3:::<x>/k"]),
    ) {
        let (resource, identity) = (resource.join(", "), identity.join(", "));
        let open = answer(&resource, &identity, account, arn);
        for value in VALUES {
            let put = |text: &str| text.replace("<x>", value);
            // The account of a caller is an account.
            let account = if account == "<x>" && value.len() != OWN.len() { continue } else { put(account) };
            let closed = answer(&put(&resource), &put(&identity), &account, &put(arn));
            let agrees = closed == open || open == Verdict::Unknown || closed == Verdict::Unknown;
            prop_assert!(agrees, "{open:?}, but {closed:?} for `{value}`:\n{resource}\n{identity}");
        }
    }
}
