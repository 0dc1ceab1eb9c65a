//! What the rules about delivery say of a workspace; each has its own examples in its page.

use std::sync::atomic::Ordering;

use super::Lacks;
use crate::cancellation::Cancellation;
use crate::config::Configuration;
use crate::rules::testing::{analysed, in_workspace};
use crate::rules::trail::{
    delivery_denied, source_arn_mismatch, trail_bucket_acl_check_missing, trail_bucket_policy_missing,
    trail_bucket_prefix_mismatch, trail_bucket_write_missing,
};
use crate::rules::{Rule, RuleContext, Selection};

const START: &str = r#"
variable "x" {}
provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["111122223333"]
}
resource "aws_s3_bucket" "logs" {
  bucket = "logs"
}
"#;

const BUCKET_RULES: [&Rule; 6] = [
    &delivery_denied::RULE,
    &source_arn_mismatch::RULE,
    &trail_bucket_acl_check_missing::RULE,
    &trail_bucket_policy_missing::RULE,
    &trail_bucket_prefix_mismatch::RULE,
    &trail_bucket_write_missing::RULE,
];

fn statement(rest: &str) -> String {
    format!(r#"{{ Effect = "Allow", Principal = {{ Service = "cloudtrail.amazonaws.com" }}, {rest} }},"#)
}

fn policy(statements: &[String]) -> String {
    let statements = statements.concat();
    format!(
        "resource \"aws_s3_bucket_policy\" \"logs\" {{\n  bucket = aws_s3_bucket.logs.id\n  policy = jsonencode({{ Version = \"2012-10-17\", Statement = [{statements}] }})\n}}\n"
    )
}

fn acl() -> String {
    statement(r#"Action = "s3:GetBucketAcl", Resource = aws_s3_bucket.logs.arn"#)
}

fn put(path: &str, rest: &str) -> String {
    statement(&format!(r#"Action = "s3:PutObject", Resource = "${{aws_s3_bucket.logs.arn}}/{path}"{rest}"#))
}

fn trail(rest: &str) -> String {
    format!(
        "resource \"aws_cloudtrail\" \"main\" {{\n  name = \"main\"\n  s3_bucket_name = aws_s3_bucket.logs.id\n  {rest}\n}}\n"
    )
}

/// The codes of the rules about buckets that have something to say.
fn codes(settings: &str, files: &[(&str, &str)]) -> Vec<&'static str> {
    let said = |rule: &&'static Rule| !in_workspace(rule, settings, files).is_empty();
    BUCKET_RULES.iter().copied().filter(said).map(|rule| rule.code).collect()
}

fn of(text: &str) -> Vec<&'static str> {
    codes("", &[("main.tf", &format!("{START}{text}"))])
}

#[test]
fn a_deny_that_catches_the_service() {
    let with = |condition: &str| {
        let deny = format!(
            r#"{{ Effect = "Deny", Principal = "*", Action = "s3:*", Resource = [aws_s3_bucket.logs.arn, "${{aws_s3_bucket.logs.arn}}/*"], Condition = {{ {condition} }} }},"#
        );
        of(&(policy(&[acl(), put("AWSLogs/*", ""), deny]) + &trail("")))
    };
    for caught in [
        r#"StringNotEquals = { "aws:PrincipalOrgID" = "o-a1b2c3d4e5" }"#,
        r#"StringNotEquals = { "aws:SourceVpce" = "vpce-1" }"#,
        r#"StringNotLike = { "aws:PrincipalArn" = "arn:aws:iam::111122223333:role/*" }"#,
        r#"Bool = { "aws:SecureTransport" = "true" }"#,
        r#"StringNotEquals = { "s3:x-amz-acl" = "private" }"#,
    ] {
        assert_eq!(with(caught), ["delivery-denied"], "{caught}");
    }
    for spared in [
        r#"StringNotEqualsIfExists = { "aws:SourceOrgID" = "o-a1b2c3d4e5" }"#,
        r#"Bool = { "aws:SecureTransport" = "false" }"#,
        r#"StringNotEquals = { "aws:PrincipalOrgID" = "o-a1b2c3d4e5" }, Bool = { "aws:PrincipalIsAWSService" = "false" }"#,
        r#"StringNotEquals = { "aws:PrincipalOrgID" = "o-a1b2c3d4e5" }, StringNotLike = { "aws:PrincipalServiceName" = "cloudtrail*" }"#,
        r#"NumericLessThan = { "s3:TlsVersion" = "1.2" }"#,
        r#"Null = { "s3:x-amz-server-side-encryption" = "true" }"#,
        r#"StringEquals = { "aws:PrincipalOrgID" = "o-a1b2c3d4e5" }"#,
        r#"NotIpAddress = { "aws:SourceIp" = "192.0.2.0/24" }"#,
    ] {
        assert_eq!(with(spared), [""; 0], "{spared}");
    }
}

#[test]
fn accounts_that_cloudtrail_had_before_it_had_a_name() {
    let old = |principal: &str| {
        let of = |rest: &str| format!(r#"{{ Effect = "Allow", Principal = {{ AWS = {principal} }}, {rest} }},"#);
        let acl = of(r#"Action = "s3:GetBucketAcl", Resource = aws_s3_bucket.logs.arn"#);
        let put = of(r#"Action = "s3:PutObject", Resource = "${aws_s3_bucket.logs.arn}/*""#);
        of_text(&(policy(&[acl, put]) + &trail("")))
    };
    assert_eq!(old("data.aws_cloudtrail_service_account.main.arn"), [""; 0]);
    assert_eq!(old("\"arn:aws:iam::111122223333:role/writer\""), ["trail-bucket-policy-missing"]);
}

fn of_text(text: &str) -> Vec<&'static str> {
    of(&format!("data \"aws_cloudtrail_service_account\" \"main\" {{}}\n{text}"))
}

#[test]
fn paths() {
    let with = |path: &str, rest: &str| of(&(policy(&[acl(), put(path, "")]) + &trail(rest)));
    assert_eq!(with("AWSLogs/111122223333/*", ""), [""; 0]);
    assert_eq!(with("*", "s3_key_prefix = \"a\""), [""; 0]);
    assert_eq!(with("${var.x}/AWSLogs/*", "s3_key_prefix = var.x"), [""; 0]);
    assert_eq!(with("${var.x}/AWSLogs/*", "s3_key_prefix = \"a\""), [""; 0], "it may be so");
    assert_eq!(with("a/AWSLogs/*", "s3_key_prefix = \"a\""), [""; 0]);
    assert_eq!(with("b/AWSLogs/*", "s3_key_prefix = \"a\""), ["trail-bucket-prefix-mismatch"]);
    assert_eq!(with("a/AWSLogs/444455556666/*", "s3_key_prefix = \"a\""), ["trail-bucket-write-missing"]);
    assert_eq!(with("AWSLogs/444455556666/*", ""), ["trail-bucket-write-missing"]);
    assert_eq!(with("AWSLogs/${var.x}/*", ""), [""; 0]);
}

#[test]
fn what_may_be_there() {
    let whole = policy(&[acl(), put("*", "")]);
    let counted = whole.replace("  bucket =", "  count = var.x ? 1 : 0\n  bucket =");
    assert_eq!(of(&(counted.clone() + &trail(""))), [""; 0], "there may be a policy");
    assert_eq!(of(&(counted + &trail("count = var.x ? 1 : 0"))), [""; 0], "where there is a trail there is a policy");
    let lacking = policy(&[acl()]).replace("  bucket =", "  count = var.x ? 1 : 0\n  bucket =");
    assert_eq!(of(&(lacking + &trail("count = var.x ? 1 : 0"))), ["trail-bucket-write-missing"]);
    assert_eq!(of(&trail("count = var.x ? 1 : 0")), ["trail-bucket-policy-missing"]);
    let elsewhere = "module \"policy\" {\n  source = \"example/policy/aws\"\n  bucket = aws_s3_bucket.logs.id\n}\n";
    assert_eq!(of(&(elsewhere.to_owned() + &trail(""))), [""; 0], "a module that is not at hand may make one");
}

#[test]
fn a_bucket_that_is_looked_up() {
    let text = |statements: &[String]| {
        let policy = policy(statements).replace("aws_s3_bucket.logs", "data.aws_s3_bucket.logs");
        let trail = trail("").replace("aws_s3_bucket.logs", "data.aws_s3_bucket.logs");
        let start = START.replace("resource \"aws_s3_bucket\"", "data \"aws_s3_bucket\"");
        codes("", &[("main.tf", &(start + &policy + &trail))])
    };
    assert_eq!(text(&[acl()]), ["trail-bucket-write-missing"], "who puts a policy on it puts all of it");
    assert_eq!(text(&[acl(), put("*", "")]), [""; 0]);
}

#[test]
fn a_delegated_administrator() {
    let settings = r#"
[accounts.management]
id = "999999999999"
roles = ["management"]

[organization]
id = "o-a1b2c3d4e5"
"#;
    let with = |arn: &str, paths: &[&str]| {
        let condition = format!(r#", Condition = {{ StringEquals = {{ "aws:SourceArn" = "{arn}" }} }}"#);
        let puts = paths.iter().map(|path| put(path, &condition));
        let statements: Vec<String> = std::iter::once(acl()).chain(puts).collect();
        let text = format!("{START}{}{}", policy(&statements), trail("is_organization_trail = true"));
        codes(settings, &[("main.tf", &text)])
    };
    let both = ["AWSLogs/999999999999/*", "AWSLogs/o-a1b2c3d4e5/*"];
    assert_eq!(with("arn:aws:cloudtrail:eu-west-1:999999999999:trail/main", &both), [""; 0]);
    assert_eq!(with("arn:aws:cloudtrail:eu-west-1:111122223333:trail/main", &both), ["source-arn-mismatch"]);
    let own = ["AWSLogs/111122223333/*", "AWSLogs/o-a1b2c3d4e5/*"];
    let arn = "arn:aws:cloudtrail:eu-west-1:999999999999:trail/main";
    assert_eq!(with(arn, &own), ["trail-bucket-write-missing"]);
    assert_eq!(with(arn, &["AWSLogs/999999999999/*"]), ["trail-bucket-write-missing"]);
}

#[test]
fn an_organisation_that_is_not_known() {
    let with = |path: &str| {
        let statements = [acl(), put("AWSLogs/${data.aws_caller_identity.me.account_id}/*", ""), put(path, "")];
        let start = START.replace("  allowed_account_ids = [\"111122223333\"]\n", "");
        let text = format!(
            "{start}data \"aws_caller_identity\" \"me\" {{}}\ndata \"aws_organizations_organization\" \"me\" {{}}\n{}{}",
            policy(&statements),
            trail("is_organization_trail = true")
        );
        codes("", &[("main.tf", &text)])
    };
    assert_eq!(with("AWSLogs/${data.aws_organizations_organization.me.id}/*"), [""; 0]);
    assert_eq!(with("AWSLogs/${var.x}/*"), [""; 0]);
    assert_eq!(with("other/*"), ["trail-bucket-write-missing"], "a path for an account is none for an organisation");
}

#[test]
fn trails_of_one_bucket() {
    let condition =
        r#", Condition = { ArnLike = { "aws:SourceArn" = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/main" } }"#;
    let second = trail("").replace("\"main\"", "\"second\"");
    let both = policy(&[acl(), put("*", condition)]) + &trail("") + &second;
    assert_eq!(of(&both), ["trail-bucket-write-missing"], "the condition is right for the other one");
    assert_eq!(of(&(policy(&[acl(), put("*", condition)]) + &second)), ["source-arn-mismatch"]);
}

/// The code and the text that is underlined of each finding about buckets.
fn faults(text: &str) -> Vec<(&'static str, String)> {
    let said = |rule: &&'static Rule| {
        let found = in_workspace(rule, "", &[("main.tf", &format!("{START}{text}"))]);
        let underlined = |it: String| (rule.code, it.split(" | ").next().unwrap_or_default().to_owned());
        found.into_iter().map(underlined).collect::<Vec<_>>()
    };
    BUCKET_RULES.iter().flat_map(said).collect()
}

fn source(arn: &str) -> String {
    format!(r#", Condition = {{ StringEquals = {{ "aws:SourceArn" = "{arn}" }} }}"#)
}

#[test]
fn several_faults_of_one_policy() {
    let audit = trail("s3_key_prefix = \"audit\"");
    let other = "arn:aws:cloudtrail:us-east-1:111122223333:trail/main";
    let found = |path: &str, arn: &str| faults(&(policy(&[put(path, &source(arn))]) + &audit));
    let expected = [
        ("source-arn-mismatch", other.to_owned()),
        ("trail-bucket-acl-check-missing", "aws_s3_bucket.logs.id".to_owned()),
        ("trail-bucket-prefix-mismatch", "${aws_s3_bucket.logs.arn}/log/AWSLogs/111122223333/*".to_owned()),
    ];
    assert_eq!(found("log/AWSLogs/111122223333/*", other), expected);
    let account = "arn:aws:cloudtrail:eu-west-1:444455556666:trail/main";
    assert_eq!(found("log/AWSLogs/111122223333/*", account).len(), 3, "the path is that of the account");
    let nothing = [("trail-bucket-policy-missing", "aws_s3_bucket.logs.id".to_owned())];
    assert_eq!(found("log/AWSLogs/*", account), nothing, "that is a trail of another account");
    assert_eq!(found("log/AWSLogs/444455556666/*", other), nothing);
    let second = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/second";
    assert_eq!(found("log/AWSLogs/111122223333/*", second), nothing, "that is another trail");
}

#[test]
fn several_conditions_of_one_statement() {
    let conditions = r#", Condition = { StringEquals = { "aws:SourceArn" = "arn:aws:cloudtrail:eu-west-1:444455556666:trail/main", "aws:SourceAccount" = "444455556666", "s3:x-amz-acl" = "private" } }"#;
    let found = faults(&(policy(&[acl(), put("AWSLogs/*", conditions)]) + &trail("")));
    let expected = [
        ("source-arn-mismatch", "arn:aws:cloudtrail:eu-west-1:444455556666:trail/main".to_owned()),
        ("source-arn-mismatch", "444455556666".to_owned()),
        ("trail-bucket-write-missing", "private".to_owned()),
    ];
    assert_eq!(found, expected);
}

#[test]
fn a_deny_and_nothing_that_allows() {
    let deny = |action: &str| {
        format!(
            r#"{{ Effect = "Deny", Principal = "*", Action = "{action}", Resource = "*", Condition = {{ StringNotEquals = {{ "aws:PrincipalOrgID" = "o-a1b2c3d4e5" }} }} }},"#
        )
    };
    let of = |statements: &[String]| of(&(policy(statements) + &trail("")));
    assert_eq!(of(&[deny("s3:*")]), ["delivery-denied", "trail-bucket-policy-missing"]);
    assert_eq!(of(&[deny("s3:*"), acl()]), ["delivery-denied", "trail-bucket-write-missing"]);
    let twice = policy(&[acl(), put("*", ""), deny("s3:Put*"), deny("s3:PutObject")]) + &trail("");
    assert_eq!(faults(&twice).len(), 2, "each statement is to be changed");
}

#[test]
fn the_organization_that_a_trail_writes_for() {
    let with = |id: &str, rest: &str| {
        let condition = format!(r#", Condition = {{ StringEquals = {{ "aws:SourceOrgID" = {id} }} }}"#);
        let paths = ["AWSLogs/111122223333/*", "AWSLogs/o-a1b2c3d4e5/*"].map(|path| put(path, &condition));
        let organization = "resource \"aws_organizations_organization\" \"me\" {\n  aws_service_access_principals = [\"cloudtrail.amazonaws.com\"]\n}\n";
        let statements = [vec![acl()], paths.to_vec()].concat();
        let text = format!("{START}{organization}{}{}", policy(&statements), trail(rest));
        codes("[organization]\nid = \"o-a1b2c3d4e5\"\n", &[("main.tf", &text)])
    };
    let of_organization = "is_organization_trail = true";
    assert_eq!(with("\"o-a1b2c3d4e5\"", of_organization), [""; 0]);
    assert_eq!(with("var.x", of_organization), [""; 0]);
    assert_eq!(with("\"o-0000000000\"", of_organization), ["trail-bucket-write-missing"]);
    assert_eq!(with("\"o-0000000000\"", ""), [""; 0], "the account may be in another one");
}

#[test]
fn a_path_for_the_organization_without_the_prefix() {
    let statements = [acl(), put("audit/AWSLogs/111122223333/*", ""), put("AWSLogs/o-a1b2c3d4e5/*", "")];
    let organization = "resource \"aws_organizations_organization\" \"me\" {\n  aws_service_access_principals = [\"cloudtrail.amazonaws.com\"]\n}\n";
    let settings = "is_organization_trail = true\n  s3_key_prefix = \"audit\"";
    let text = format!("{START}{organization}{}{}", policy(&statements), trail(settings));
    let found = in_workspace(
        &trail_bucket_prefix_mismatch::RULE,
        "[organization]\nid = \"o-a1b2c3d4e5\"\n",
        &[("main.tf", &text)],
    );
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("${aws_s3_bucket.logs.arn}/AWSLogs/o-a1b2c3d4e5/*"), "{found:?}");
}

/// However many rules ask, each of the four kinds of things is asked once.
#[test]
fn what_trails_ask_is_asked_once() {
    let text = format!("{START}{}{}", policy(&[acl()]), trail(""));
    let analysis = analysed(Configuration::default(), &[("main.tf", &text)]);
    let access = analysis.access();
    let ctx = RuleContext {
        sources: analysis.sources(),
        policies: analysis.policies(),
        iam: analysis.iam(),
        cloudtrail: analysis.cloudtrail(),
        access: &access,
        lacks: Lacks::default(),
        foreign: &|_| false,
        as_of: crate::aws::facts::date(),
        anchor: None,
    };
    let found = crate::rules::check(&ctx, &Selection::default(), &Cancellation::default()).unwrap();
    assert!(found.iter().any(|it| it.code == "trail-bucket-write-missing"), "{found:?}");
    assert_eq!(ctx.lacks.searches.load(Ordering::Relaxed), 4);
}

#[test]
fn the_path_of_the_account_where_only_the_organization_is_not_known() {
    let with = |path: &str, bucket: &str| {
        let statements = [acl(), put(path, "")];
        let organization = "resource \"aws_organizations_organization\" \"me\" {\n  aws_service_access_principals = [\"cloudtrail.amazonaws.com\"]\n}\n";
        let text = format!("{START}{organization}{}{}", policy(&statements), trail("is_organization_trail = true"));
        codes("", &[("main.tf", &text.replace("bucket = \"logs\"", bucket))])
    };
    let own = "bucket = \"logs\"";
    assert_eq!(with("AWSLogs/${aws_organizations_organization.me.id}/*", own), ["trail-bucket-write-missing"]);
    assert_eq!(with("AWSLogs/*", own), [""; 0]);
    assert_eq!(with("AWSLogs/${var.x}/*", own), [""; 0]);
    assert_eq!(with("AWSLogs/111122223333/*", own), ["trail-bucket-write-missing"]);
}

#[test]
fn a_bucket_whose_name_has_the_account_in_it() {
    let start = START.replace("  allowed_account_ids = [\"111122223333\"]\n", "");
    let bucket = "bucket = \"logs-${data.aws_caller_identity.me.account_id}\"";
    let statements: Vec<String> = ["AWSLogs/*"].map(|path| put(path, "")).to_vec();
    let written = policy(&[vec![acl()], statements].concat())
        .replace("${aws_s3_bucket.logs.arn}", "arn:aws:s3:::logs-111122223333");
    let organization = "resource \"aws_organizations_organization\" \"me\" {\n  aws_service_access_principals = [\"cloudtrail.amazonaws.com\"]\n}\n";
    let text = format!(
        "{}data \"aws_caller_identity\" \"me\" {{}}\n{organization}{written}{}",
        start.replace("bucket = \"logs\"", bucket),
        trail("is_organization_trail = true")
    );
    assert_eq!(codes("", &[("main.tf", &text)]), [""; 0], "the number may be that of the account");
}
