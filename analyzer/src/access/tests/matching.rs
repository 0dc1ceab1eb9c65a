//! Which actions, resources and principals a statement is about.

use super::support::{self, ALLOW, Case, OTHER, OWN, document, policy, role, session, target, text, user};
use crate::access::{Context, Target, Verdict};
use crate::policy::model::PolicyKind;

/// What an identity policy of one statement, made of `members`, says of a request.
fn says(members: &str, action: &str, arn: &str) -> Verdict {
    let policy = policy(PolicyKind::Identity, &format!(r#"{{"Effect": "Allow", {members}}}"#));
    support::says(&policy, action, &target(arn), &Context::default())
}

#[track_caller]
fn check(members: &str, action: &str, arn: &str, expected: Verdict) {
    assert_eq!(says(members, action, arn), expected, "{members} on {action} {arn}");
}

#[test]
fn actions_have_no_letter_case() {
    let on = |actions: &str| format!(r#"{actions}, "Resource": "*""#);
    let get = "s3:GetObject";
    let check = |actions: &str, expected| check(&on(actions), get, "arn:aws:s3:::b/k", expected);
    check(r#""Action": "S3:getobject""#, Verdict::Allowed);
    check(r#""Action": ["ec2:*", "s3:Get*"]"#, Verdict::Allowed);
    check(r#""Action": "s3:?etObject""#, Verdict::Allowed);
    check(r#""Action": "*""#, Verdict::Allowed);
    check(r#""Action": "s3:GetObjectAcl""#, Verdict::Denied);
    check(r#""NotAction": "s3:Put*""#, Verdict::Allowed);
    check(r#""NotAction": ["s3:Put*", "S3:GET*"]"#, Verdict::Denied);
    check(r#""Action": "s3:<verb>Object""#, Verdict::Unknown);
    check(r#""Action": "ec2:<verb>""#, Verdict::Denied);
    check(r#""NotAction": "ec2:<verb>""#, Verdict::Allowed);
}

#[test]
fn resources_are_compared_as_whole_texts() {
    let on = |resources: &str, arn: &str, expected| {
        check(&format!(r#""Action": "*", {resources}"#), "s3:GetObject", arn, expected);
    };
    let key = "arn:aws:s3:::b/a/k";
    on(r#""Resource": "arn:aws:s3:::b/*""#, key, Verdict::Allowed);
    on(r#""Resource": ["arn:aws:s3:::c/*", "arn:aws:s3:::?/a/k"]"#, key, Verdict::Allowed);
    on(r#""Resource": "arn:aws:s3:::B/*""#, key, Verdict::Denied);
    on(r#""NotResource": "arn:aws:s3:::c/*""#, key, Verdict::Allowed);
    on(r#""NotResource": "arn:aws:s3:::*""#, key, Verdict::Denied);
    on(r#""Resource": "arn:aws:s3:::b/*""#, "*", Verdict::Denied);
    on(r#""Resource": "*""#, "*", Verdict::Allowed);
    on(r#""Resource": "arn:aws:s3""#, key, Verdict::Allowed);
    on(r#""Resource": "arn:*:s3:*""#, key, Verdict::Allowed);
    on(r#""Resource": "arn:aws:sqs""#, key, Verdict::Denied);
    on(r#""Resource": "arn:aws:s*:b/a/k""#, key, Verdict::Unknown);
    on(r#""Resource": "arn:aws:s*:c/a/k""#, key, Verdict::Denied);
    let role = "arn:aws:iam::111111111111:role/x:y";
    on(r#""Resource": "arn:aws:iam::*:role/x:y""#, role, Verdict::Allowed);
    on(r#""Resource": "arn:aws:iam::*:y""#, role, Verdict::Unknown);
    on(r#""Resource": "arn:aws:iam::111111111111:r*/x:y""#, role, Verdict::Unknown);
    on(r#""Resource": "arn:aws:iam::111111111111:*""#, role, Verdict::Allowed);
    on(r#""Resource": "arn:aws:s3:::?/a/*""#, key, Verdict::Allowed);
}

#[test]
fn the_same_unknown_is_the_same_resource() {
    let on = |resource: &str, arn: &str, expected| {
        check(&format!(r#""Action": "*", "Resource": "{resource}""#), "s3:GetObject", arn, expected);
    };
    on("<bucket>/*", "<bucket>/k", Verdict::Allowed);
    on("<bucket>/*", "<other>/k", Verdict::Unknown);
    on("<bucket>/a", "<bucket>/k", Verdict::Denied);
    on("<uuid>", "<uuid>", Verdict::Unknown);
    on("arn:aws:s3:::<name>/*", "arn:aws:sns:eu-west-1:<account>:t", Verdict::Denied);
    on("*", "<anything>", Verdict::Allowed);
}

#[test]
fn each_of_many_resources() {
    let policy =
        policy(PolicyKind::Identity, r#"{"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::b/logs/*"}"#);
    let says = |arns: &str| {
        let target = Target::each(&text(arns), Some(text(OWN)));
        support::says(&policy, "s3:GetObject", &target, &Context::default())
    };
    assert_eq!(says("arn:aws:s3:::b/logs/2026/*"), Verdict::Allowed);
    assert_eq!(says("arn:aws:s3:::b/*"), Verdict::Unknown);
    assert_eq!(says("arn:aws:s3:::c/*"), Verdict::Denied);
}

#[test]
fn policy_variables_stand_for_values_of_the_request() {
    let case = |resource: &str, arn: &str| {
        let statement = format!(r#"{{"Effect": "Allow", "Action": "*", "Resource": "{resource}"}}"#);
        Case::new(user(OWN)).on("s3:GetObject", arn).identity(&statement)
    };
    let ann = "arn:aws:s3:::home/ann/x";
    assert_eq!(case("arn:aws:s3:::home/${aws:username}/*", ann).decide(), "allowed by identity");
    assert_eq!(case("arn:aws:s3:::home/${AWS:UserName}/*", ann).decide(), "allowed by identity");
    assert_eq!(case("arn:aws:s3:::home/${aws:username}/*", "arn:aws:s3:::home/bob/x").decide(), "missing identity");
    assert_eq!(case("arn:aws:s3:::home/${aws:PrincipalTag/team}/*", ann).decide(), "unknown: aws:principaltag/team");
    let team = case("arn:aws:s3:::home/${aws:PrincipalTag/team}/*", ann);
    assert_eq!(team.with("aws:PrincipalTag/team", None).decide(), "missing identity");
    let team = case("arn:aws:s3:::home/${aws:PrincipalTag/team, 'ann'}/*", ann);
    assert_eq!(team.with("aws:PrincipalTag/team", None).decide(), "allowed by identity");
    let not = r#"{"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::home/${aws:PrincipalTag/team}/*"}"#;
    let not = Case::new(user(OWN)).on("s3:GetObject", ann).identity(not).with("aws:PrincipalTag/team", None);
    assert_eq!(not.decide(), "unknown: aws:principaltag/team");
    let star = case("arn:aws:s3:::home/${aws:PrincipalTag/team}/x", ann);
    assert_eq!(star.with("aws:PrincipalTag/team", Some("a*")).decide(), "missing identity", "a value has no wildcards");
    assert_eq!(case("arn:aws:s3:::home/${*}/x", ann).decide(), "missing identity");
    assert_eq!(case("arn:aws:s3:::home/${*}/x", "arn:aws:s3:::home/*/x").decide(), "allowed by identity");
}

#[test]
fn the_older_language_has_no_variables() {
    let statement = |resource: &str| format!(r#"[{{"Effect": "Allow", "Action": "*", "Resource": "{resource}"}}]"#);
    let says = |version: &str, arn: &str| {
        let statement = statement("arn:aws:s3:::home/${aws:username}");
        let policy = document(PolicyKind::Identity, &format!(r#"{{{version} "Statement": {statement}}}"#));
        support::says(&policy, "s3:GetObject", &target(arn), &Context::default())
    };
    let (literal, ann) = ("arn:aws:s3:::home/${aws:username}", "arn:aws:s3:::home/ann");
    assert_eq!(says("", literal), Verdict::Allowed);
    assert_eq!(says("", ann), Verdict::Denied);
    assert_eq!(says(r#""Version": "2008-10-17","#, ann), Verdict::Denied);
    assert_eq!(says(r#""Version": "2012-10-17","#, ann), Verdict::Allowed);
    assert_eq!(says(r#""Version": "<version>","#, ann), Verdict::Unknown);
}

#[test]
fn unknown_principals() {
    let case = |principal: &str| Case::new(role(OTHER)).identity(ALLOW).grants(principal);
    assert_eq!(case(r#"{"AWS": "<who>"}"#).decide(), "unknown: <who>");
    assert_eq!(case(r#"{"AWS": "arn:aws:iam::<account.x>:root"}"#).decide(), "unknown: <account.x>");
    assert_eq!(case(r#"{"AWS": "arn:aws:iam::333333333333:role/<name>"}"#).decide(), "missing resource");
    assert_eq!(case(r#"{"AWS": "AROA1234567890EXAMPLE"}"#).decide(), "unknown: ");
    assert_eq!(case(r#"{"Service": "<service>"}"#).decide(), "missing resource");
    assert_eq!(case(r#"{"<kind>": "x"}"#).decide(), "unknown: <kind>");
    let own = Case { owner: "<account.a>".to_owned(), ..Case::new(session("<account.a>")) };
    let own = own.grants(r#"{"AWS": "arn:aws:iam::<account.a>:role/app/deploy"}"#);
    assert_eq!(own.decide(), "allowed by resource");
    let number = Case { owner: OWN.to_owned(), ..Case::new(session("<account.a>")).identity(ALLOW) };
    assert_eq!(number.grants(r#"{"AWS": "<account.a>"}"#).decide(), "allowed by identity, resource");
}
