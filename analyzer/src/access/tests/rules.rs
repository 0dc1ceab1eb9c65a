//! Who has to allow what.

use super::support::{
    ALLOW, Case, DENY, ELSE, OTHER, OWN, federated_user, grant, role, root, service, session, text, user,
};
use crate::access::{Accounts, Caller, Principal};
use crate::eval::text::Text;
use crate::policy::model::PolicyKind;
use crate::truth::Truth;

const OWN_ROLE: &str = r#"{"AWS": "arn:aws:iam::111111111111:role/app/deploy"}"#;
const OWN_ROOT: &str = r#"{"AWS": "arn:aws:iam::111111111111:root"}"#;
const OTHER_ROLE: &str = r#"{"AWS": "arn:aws:iam::222222222222:role/app/deploy"}"#;
const OTHER_ROOT: &str = r#"{"AWS": "arn:aws:iam::222222222222:root"}"#;
const EVERYONE: &str = r#""*""#;

/// The table was made with iam-simulate.
#[test]
fn the_halves_of_a_grant() {
    let stranger = || Case::new(role(OTHER));
    assert_eq!(stranger().grants(OTHER_ROOT).identity(ALLOW).decide(), "allowed by identity, resource");
    assert_eq!(stranger().grants(OTHER_ROOT).decide(), "missing identity");
    assert_eq!(stranger().grants(OTHER_ROLE).decide(), "missing identity");
    assert_eq!(stranger().identity(ALLOW).decide(), "missing resource");
    assert_eq!(stranger().decide(), "missing identity, resource");
    let own = || Case::new(role(OWN));
    assert_eq!(own().identity(ALLOW).decide(), "allowed by identity");
    assert_eq!(own().grants(OWN_ROOT).decide(), "missing identity");
    assert_eq!(own().grants(OWN_ROLE).decide(), "allowed by resource");
    let cloudtrail = r#"{"Service": "cloudtrail.amazonaws.com"}"#;
    assert_eq!(Case::new(service("cloudtrail.amazonaws.com")).grants(cloudtrail).decide(), "allowed by resource");
}

#[test]
fn an_explicit_deny_comes_first() {
    let allowed = || Case::new(role(OWN)).grants(EVERYONE).identity(ALLOW);
    assert_eq!(allowed().decide(), "allowed by resource");
    assert_eq!(allowed().identity(&format!("{ALLOW}, {DENY}")).decide(), "denied by identity");
    assert_eq!(allowed().boundary(DENY).decide(), "denied by boundary");
    assert_eq!(allowed().session(DENY).decide(), "denied by session");
    let deny = r#"{"Effect": "Deny", "Action": "*", "Resource": "*", "Principal": "*"}"#;
    assert_eq!(allowed().resource(&format!("{}, {deny}", grant(EVERYONE))).decide(), "denied by resource");
    assert_eq!(allowed().service_control(&[ALLOW, DENY]).decide(), "denied by scp");
    assert_eq!(allowed().resource_control(deny).decide(), "denied by rcp");
    assert_eq!(allowed().boundary(DENY).session(DENY).decide(), "denied by boundary, session");
}

#[test]
fn service_control_policies_have_to_allow_at_every_level() {
    let allowed = || Case::new(role(OWN)).identity(ALLOW);
    assert_eq!(allowed().service_control(&[ALLOW, ALLOW]).decide(), "allowed by identity, scp, scp");
    assert_eq!(allowed().service_control(&[ALLOW, ELSE]).decide(), "missing scp");
    let management = Case { binds: Truth::No, ..allowed().service_control(&[DENY]) };
    assert_eq!(management.decide(), "allowed by identity");
    let maybe = Case { binds: Truth::Unknown, ..allowed().service_control(&[DENY]) };
    assert_eq!(maybe.decide(), "unknown: ");
    let linked = Principal::Role {
        arn: text(&format!("arn:aws:iam::{OWN}:role/aws-service-role/x.amazonaws.com/X")),
        account: text(OWN),
    };
    assert_eq!(Case::new(Caller::new(linked)).identity(ALLOW).service_control(&[DENY]).decide(), "allowed by identity");
    let cloudtrail = service("cloudtrail.amazonaws.com");
    assert_eq!(Case::new(cloudtrail).grants(EVERYONE).service_control(&[DENY]).decide(), "allowed by resource");
}

#[test]
fn resource_control_policies_bind_the_services_that_have_them() {
    let deny = r#"{"Effect": "Deny", "Action": "*", "Resource": "*", "Principal": "*"}"#;
    let publish = |caller| Case::new(caller).on("sns:Publish", "arn:aws:sns:eu-west-1:111111111111:t");
    assert_eq!(publish(role(OWN)).identity(ALLOW).resource_control(deny).decide(), "allowed by identity");
    let get = |caller| Case::new(caller).on("s3:GetObject", "arn:aws:s3:::b/k");
    assert_eq!(get(role(OWN)).identity(ALLOW).resource_control(deny).decide(), "denied by rcp");
    assert_eq!(get(service("s3.amazonaws.com")).grants(EVERYONE).resource_control(deny).decide(), "denied by rcp");
}

#[test]
fn in_one_account_the_most_direct_name_is_enough_alone() {
    let mine = r#"{"AWS": "arn:aws:sts::111111111111:assumed-role/deploy/me"}"#;
    let guarded = |case: Case| case.boundary(ELSE).session(ELSE);
    for (caller, name) in [
        (user(OWN), r#"{"AWS": "arn:aws:iam::111111111111:user/ann"}"#),
        (session(OWN), mine),
        (federated_user(OWN), r#"{"AWS": "arn:aws:sts::111111111111:federated-user/guest"}"#),
        (role(OWN), EVERYONE),
    ] {
        assert_eq!(guarded(Case::new(caller).grants(name)).decide(), "allowed by resource", "{name}");
    }
    let narrowed = r#"{"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": "*",
        "Condition": {"ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::111111111111:role/app/deploy"}}}"#;
    assert_eq!(guarded(Case::new(session(OWN)).resource(narrowed)).decide(), "allowed by resource");
    assert_eq!(Case::new(role(OWN)).grants(mine).decide(), "unknown: ", "that session may be used or another");
    assert_eq!(Case::new(session(OWN)).grants(&mine.replace("/me", "/you")).decide(), "missing identity");
}

#[test]
fn the_role_behind_a_session_is_bound_by_its_boundary() {
    let named = |caller| Case::new(caller).grants(OWN_ROLE);
    for caller in [role(OWN), session(OWN)] {
        assert_eq!(named(caller.clone()).decide(), "allowed by resource");
        assert_eq!(named(caller.clone()).boundary(ELSE).decide(), "missing identity, boundary");
        assert_eq!(named(caller.clone()).session(ELSE).decide(), "missing identity, session");
        assert_eq!(named(caller).boundary(ALLOW).session(ALLOW).decide(), "allowed by boundary, session, resource");
    }
    let ann = r#"{"AWS": "arn:aws:iam::111111111111:user/ann"}"#;
    assert_eq!(Case::new(federated_user(OWN)).grants(ann).decide(), "allowed by resource");
    assert_eq!(Case::new(federated_user(OWN)).grants(ann).session(ELSE).decide(), "missing identity, session");
}

#[test]
fn identity_boundary_and_session_have_to_agree() {
    let case = || Case::new(user(OWN)).identity(ALLOW);
    assert_eq!(case().boundary(ALLOW).session(ALLOW).decide(), "allowed by identity, boundary, session");
    assert_eq!(case().boundary(ELSE).decide(), "missing boundary");
    assert_eq!(case().session(ELSE).decide(), "missing session");
    assert_eq!(case().identity(ELSE).boundary(ALLOW).decide(), "missing identity");
}

#[test]
fn keys_trust_their_account_only_by_policy() {
    let on_key = |caller| Case::new(caller).on("kms:Decrypt", "arn:aws:kms:eu-west-1:111111111111:key/k");
    assert_eq!(on_key(role(OWN)).identity(ALLOW).decide(), "missing resource");
    assert_eq!(on_key(role(OWN)).identity(ALLOW).grants(OWN_ROOT).decide(), "allowed by identity, resource");
    assert_eq!(on_key(role(OWN)).grants(OWN_ROOT).decide(), "missing identity");
    assert_eq!(on_key(role(OWN)).grants(OWN_ROLE).decide(), "allowed by resource");
    assert_eq!(on_key(root(OWN)).decide(), "missing resource");
    assert_eq!(on_key(role(OTHER)).identity(ALLOW).grants(OTHER_ROOT).decide(), "allowed by identity, resource");
    let alias = Case::new(role(OWN)).on("kms:DeleteAlias", "arn:aws:kms:eu-west-1:111111111111:alias/a");
    assert_eq!(alias.identity(ALLOW).decide(), "allowed by identity");
}

#[test]
fn roles_trust_their_account_only_by_policy() {
    let assume = |caller| Case::new(caller).on("sts:AssumeRole", "arn:aws:iam::111111111111:role/target");
    assert_eq!(assume(role(OWN)).identity(ALLOW).trust(OTHER_ROOT).decide(), "missing resource");
    assert_eq!(assume(role(OWN)).identity(ALLOW).trust(OWN_ROOT).decide(), "allowed by identity, resource");
    assert_eq!(assume(role(OWN)).trust(OWN_ROOT).decide(), "missing identity");
    assert_eq!(assume(role(OWN)).trust(OWN_ROLE).decide(), "allowed by resource");
    assert_eq!(assume(role(OTHER)).trust(OTHER_ROLE).decide(), "missing identity");
    assert_eq!(assume(role(OTHER)).identity(ALLOW).trust(OTHER_ROLE).decide(), "allowed by identity, resource");
    let provider = "arn:aws:iam::111111111111:oidc-provider/example.com";
    let web = Case::new(Caller::new(Principal::Federated(text(provider))))
        .on("sts:AssumeRoleWithWebIdentity", "arn:aws:iam::111111111111:role/target");
    let trust = format!(
        r#"{{"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity", "Principal": {{"Federated": "{provider}"}}}}"#
    );
    let web = Case { resource_kind: PolicyKind::Trust, ..web.resource(&trust) };
    assert_eq!(web.decide(), "allowed by resource");
    assert_eq!(web.trust(OWN_ROOT).decide(), "missing resource");
}

#[test]
fn across_accounts_every_half_counts() {
    let case = || Case::new(user(OTHER)).identity(ALLOW).grants(r#"{"AWS": "222222222222"}"#);
    assert_eq!(case().decide(), "allowed by identity, resource");
    assert_eq!(case().boundary(ELSE).decide(), "missing boundary");
    assert_eq!(case().session(ELSE).grants(EVERYONE).decide(), "missing session");
    assert_eq!(case().service_control(&[ELSE]).decide(), "missing scp");
    assert_eq!(case().grants(r#"{"AWS": "333333333333"}"#).decide(), "missing resource");
    assert_eq!(Case::new(root(OTHER)).grants(OTHER_ROOT).decide(), "allowed by resource");
}

#[test]
fn services_and_strangers_have_no_other_half() {
    let cloudtrail = || Case::new(service("cloudtrail.amazonaws.com"));
    assert_eq!(cloudtrail().decide(), "missing resource");
    assert_eq!(cloudtrail().grants(r#"{"Service": "config.amazonaws.com"}"#).decide(), "missing resource");
    assert_eq!(cloudtrail().grants(OWN_ROOT).decide(), "missing resource");
    let regional = r#"{"Service": "cloudtrail.eu-south-1.amazonaws.com"}"#;
    assert_eq!(cloudtrail().grants(regional).decide(), "unknown: ");
    let anyone = || Case::new(Caller::new(Principal::Anonymous));
    assert_eq!(anyone().grants(EVERYONE).decide(), "allowed by resource");
    assert_eq!(anyone().grants(r#"{"AWS": "*"}"#).decide(), "allowed by resource");
    assert_eq!(anyone().grants(OWN_ROOT).decide(), "missing resource");
}

#[test]
fn those_who_are_not_named() {
    let deny = |names: &str| {
        let deny = r#"{"Effect": "Deny", "Action": "*", "Resource": "*", "NotPrincipal": {"AWS": "#;
        let statements = format!("{}, {deny}{names}}}}}", grant(EVERYONE));
        Case::new(user(OWN)).resource(&statements)
    };
    let (ann, root) = ("arn:aws:iam::111111111111:user/ann", "arn:aws:iam::111111111111:root");
    assert_eq!(deny(&format!(r#"["{ann}", "{root}"]"#)).decide(), "allowed by resource");
    assert_eq!(deny(&format!(r#"["{ann}", "{root}"]"#)).boundary(ALLOW).decide(), "denied by resource");
    assert_eq!(deny(r#""333333333333""#).decide(), "denied by resource");
    assert_eq!(deny(&format!(r#""{ann}""#)).decide(), "unknown: ", "AWS says that it might deny");
    let allow = r#"{"Effect": "Allow", "Action": "*", "Resource": "*", "NotPrincipal": {"AWS": "333333333333"}}"#;
    assert_eq!(Case::new(user(OWN)).resource(allow).decide(), "unknown: ", "AWS does not support it");
}

#[test]
fn accounts_that_may_be_one() {
    let case = |owner: &str| Case { owner: owner.to_owned(), ..Case::new(role(OWN)).identity(ALLOW) };
    assert_eq!(case("<account.a>").decide(), "unknown: same account");
    assert_eq!(case("<account.a>").identity(ELSE).decide(), "missing identity");
    assert_eq!(case("<account.a>").grants(OWN_ROOT).decide(), "allowed by identity, resource");
    let same = Case { owner: "<account.a>".to_owned(), ..Case::new(role("<account.a>")).identity(ALLOW) };
    assert_eq!(same.decide(), "allowed by identity");

    struct Different;
    impl Accounts for Different {
        fn same(&self, _: &Text, _: &Text) -> Truth {
            Truth::No
        }
    }
    assert_eq!(case("<account.a>").decide_with(&Different), "missing resource");
}
