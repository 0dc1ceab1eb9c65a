//! Which halves of grants are there.

use std::sync::Arc;

use crate::access::grants::{self, Grant, State};
use crate::analysis::{Analysis, Host, Roots};
use crate::source::MemoryFileSystem;

const ACCOUNTS: &str = r#"
provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["111111111111"]
}
provider "aws" {
  alias               = "data"
  region              = "eu-west-1"
  allowed_account_ids = ["222222222222"]
}
locals {
  ec2 = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }]
  })
}
"#;

fn analysis(text: &str) -> Analysis {
    let mut files = MemoryFileSystem::default();
    files.insert("main.tf", format!("{ACCOUNTS}{text}"));
    let mut host = Host::new(Arc::new(files));
    host.set_roots(Roots { directories: vec![".".to_owned()], ..Roots::default() });
    host.analysis()
}

/// A role of the account 111111111111 with one statement of an identity policy.
fn role(rest: &str, statement: &str) -> String {
    let policy = format!(
        "resource \"aws_iam_role_policy\" \"app\" {{\n  role   = aws_iam_role.app.name\n  \
         policy = jsonencode({{ Version = \"2012-10-17\", Statement = [{{ Effect = \"Allow\", {statement} }}] }})\n}}\n"
    );
    let policy = if statement.is_empty() { "" } else { &policy };
    format!(
        "resource \"aws_iam_role\" \"app\" {{\n  name = \"app\"\n  assume_role_policy = local.ec2\n{rest}\n}}\n{policy}"
    )
}

/// A role of the account 222222222222 that trusts `principal`.
fn trusting(rest: &str, principal: &str) -> String {
    format!(
        "resource \"aws_iam_role\" \"admin\" {{\n  provider = aws.data\n  name = \"admin\"\n{rest}\n  \
         assume_role_policy = jsonencode({{ Version = \"2012-10-17\", Statement = [{{ Effect = \"Allow\", \
         Action = \"sts:AssumeRole\", Principal = {{ AWS = {principal} }} }}] }})\n}}\n"
    )
}

/// A bucket of the account 222222222222 with one statement of its policy.
fn bucket(statement: &str) -> String {
    format!(
        "resource \"aws_s3_bucket\" \"b\" {{\n  provider = aws.data\n  bucket = \"b\"\n}}\n\
         resource \"aws_s3_bucket_policy\" \"b\" {{\n  provider = aws.data\n  bucket = aws_s3_bucket.b.id\n  \
         policy = jsonencode({{ Version = \"2012-10-17\", Statement = [{{ Effect = \"Allow\", {statement} }}] }})\n}}\n"
    )
}

/// Each grant as `by on: action state`.
fn shown(grants: &[Grant<'_>]) -> Vec<String> {
    let word = |state: &State| format!("{state:?}").split('(').next().unwrap().to_owned();
    let state =
        |(leaf, state): &(&crate::policy::model::Leaf, State)| format!("{} {}", leaf.text.display(), word(state));
    grants.iter().flat_map(|grant| grant.actions.iter().map(state)).collect()
}

/// What trust policies claim, and what identity policies do.
fn roles(text: &str) -> (Vec<String>, Vec<String>) {
    let analysis = analysis(text);
    let view = analysis.access();
    (shown(grants::trusted(&view)), shown(grants::assuming(&view)))
}

/// What resource policies claim, and what identity policies do.
fn resources(text: &str) -> (Vec<String>, Vec<String>) {
    let analysis = analysis(text);
    let view = analysis.access();
    (shown(grants::let_in(&view)), shown(grants::reaching(&view)))
}

const ASSUME: &str = r#"Action = "sts:AssumeRole", Resource = "arn:aws:iam::222222222222:role/admin""#;
const APP: &str = "aws_iam_role.app.arn";

fn one(state: &str) -> Vec<String> {
    vec![format!("sts:AssumeRole {state}")]
}

#[test]
fn roles_with_both_halves_or_one() {
    assert_eq!(roles(&(role("", ASSUME) + &trusting("", APP))), (one("Both"), one("Both")));
    assert_eq!(roles(&(role("", "") + &trusting("", APP))), (one("IdentityMissing"), vec![]));
    let other = r#""arn:aws:iam::111111111111:role/other""#;
    assert_eq!(roles(&(role("", ASSUME) + &trusting("", other))), (vec![], one("ResourceMissing")));
    let account = r#""111111111111""#;
    assert_eq!(roles(&(role("", ASSUME) + &trusting("", account))), (vec![], one("Both")));
    assert_eq!(roles(&(role("", "") + &trusting("", account))), (vec![], vec![]));
}

#[test]
fn what_may_be_there_proves_nothing() {
    let variable = "variable \"x\" {}\n";
    let counted = |what: String| format!("{variable}{what}");
    let count = "  count = var.x ? 1 : 0";
    assert_eq!(roles(&counted(role("", "") + &trusting(count, APP))), (vec![], vec![]));
    let unknown = r#"Action = "sts:AssumeRole", Resource = var.x"#;
    assert_eq!(roles(&counted(role("", unknown) + &trusting("", APP))), (one("Unknown"), vec![]));
    let attached = "resource \"aws_iam_role_policy_attachment\" \"x\" {\n  role = aws_iam_role.app.name\n  policy_arn = var.x\n}\n";
    assert_eq!(roles(&counted(role("", "") + attached + &trusting("", APP))), (one("Unknown"), vec![]));
    let same = trusting("", APP).replace("  provider = aws.data\n", "");
    assert_eq!(roles(&(role("", "") + &same)), (vec![], vec![]));
    let elsewhere = r#""arn:aws:iam::333333333333:role/app""#;
    assert_eq!(roles(&(role("", "") + &trusting("", elsewhere))), (vec![], vec![]));
}

#[test]
fn denies_and_boundaries_are_something_else() {
    let deny = "resource \"aws_iam_role_policy\" \"deny\" {\n  role = aws_iam_role.app.name\n  policy = jsonencode({ Version = \"2012-10-17\", Statement = [{ Effect = \"Deny\", Action = \"sts:*\", Resource = \"*\" }] })\n}\n";
    assert_eq!(roles(&(role("", ASSUME) + deny + &trusting("", APP))), (one("Blocked"), one("Blocked")));
    let boundary = "resource \"aws_iam_policy\" \"edge\" {\n  name = \"edge\"\n  policy = jsonencode({ Version = \"2012-10-17\", Statement = [{ Effect = \"Allow\", Action = \"s3:*\", Resource = \"*\" }] })\n}\n";
    let bound = role("  permissions_boundary = aws_iam_policy.edge.arn", ASSUME) + boundary;
    assert_eq!(roles(&(bound + &trusting("", APP))), (one("Blocked"), one("Blocked")));
    let not_action = r#"NotAction = "iam:*", Resource = "*""#;
    assert_eq!(roles(&(role("", not_action) + &trusting("", APP))), (one("Both"), vec![]));
}

#[test]
fn buckets_action_by_action() {
    let policy = r#"Principal = { AWS = aws_iam_role.app.arn }, Action = ["s3:GetObject", "s3:ListBucket"], Resource = ["arn:aws:s3:::b", "arn:aws:s3:::b/*"]"#;
    let get = r#"Action = "s3:GetObject", Resource = "arn:aws:s3:::b/*""#;
    let (let_in, reaching) = resources(&(role("", get) + &bucket(policy)));
    assert_eq!(let_in, ["s3:GetObject Both", "s3:ListBucket IdentityMissing"]);
    assert_eq!(reaching, ["s3:GetObject Both"]);
    let more = r#"Action = ["s3:GetObject", "s3:PutObject"], Resource = ["arn:aws:s3:::b", "arn:aws:s3:::b/*"]"#;
    let (let_in, reaching) = resources(&(role("", more) + &bucket(policy)));
    assert_eq!(let_in, ["s3:GetObject Both", "s3:ListBucket IdentityMissing"]);
    assert_eq!(reaching, ["s3:GetObject Both", "s3:PutObject ResourceMissing"]);
}

#[test]
fn a_wildcard_is_enough_if_anything_of_it_is_there() {
    let wide = r#"Principal = { AWS = aws_iam_role.app.arn }, Action = "s3:*", Resource = "arn:aws:s3:::b/*""#;
    let get = r#"Action = "s3:GetObject", Resource = "arn:aws:s3:::b/*""#;
    assert_eq!(resources(&(role("", get) + &bucket(wide))).0, ["s3:* Both"]);
    let tag = r#"Action = "sqs:*", Resource = "*""#;
    assert_eq!(resources(&(role("", tag) + &bucket(wide))).0, ["s3:* IdentityMissing"]);
}

#[test]
fn one_fault_is_said_once() {
    let there =
        r#"Principal = { AWS = aws_iam_role.app.arn }, Action = "s3:GetObject", Resource = "arn:aws:s3:::b/logs/*""#;
    let here = r#"Action = "s3:GetObject", Resource = "arn:aws:s3:::b/log/*""#;
    let (let_in, reaching) = resources(&(role("", here) + &bucket(there)));
    assert_eq!(
        (let_in, reaching),
        (vec!["s3:GetObject IdentityMissing".to_owned()], vec!["s3:GetObject Unknown".to_owned()])
    );
    let account = there.replace("aws_iam_role.app.arn", "\"111111111111\"");
    assert_eq!(resources(&(role("", here) + &bucket(&account))).1, ["s3:GetObject ResourceMissing"]);
}

#[test]
fn an_action_on_objects_is_not_claimed_on_their_bucket() {
    let policy = bucket(
        r#"Action = ["s3:GetObject", "s3:ListBucket"], Resource = "arn:aws:s3:::b", Principal = { AWS = aws_iam_role.app.arn }"#,
    );
    let analysis = analysis(&[role("", ""), policy].concat());
    let view = analysis.access();
    let claimed: Vec<_> = grants::let_in(&view).iter().flat_map(|it| &it.actions).collect();
    let claimed: Vec<String> = claimed.iter().map(|(leaf, _)| leaf.text.display()).collect();
    assert_eq!(claimed, ["s3:ListBucket"]);
}

/// Accounts whose roles have the same names, each with a role that the next account trusts and a bucket that the
/// next but one reads.
fn mesh(accounts: usize) -> Analysis {
    let mut files = MemoryFileSystem::default();
    let role = |account: usize| format!("arn:aws:iam::{:012}:role/app", account % accounts + 1);
    for account in 0..accounts {
        let text = format!(
            r#"
provider "aws" {{
  region              = "eu-west-1"
  allowed_account_ids = ["{:012}"]
}}
resource "aws_iam_role" "app" {{
  name               = "app"
  assume_role_policy = jsonencode({{ Version = "2012-10-17", Statement = [
    {{ Effect = "Allow", Action = "sts:AssumeRole", Principal = {{ AWS = "{}" }} }},
  ] }})
}}
resource "aws_iam_role_policy" "app" {{
  role   = aws_iam_role.app.name
  policy = jsonencode({{ Version = "2012-10-17", Statement = [
    {{ Effect = "Allow", Action = "sts:AssumeRole", Resource = "{}" }},
    {{ Effect = "Allow", Action = "s3:GetObject", Resource = "arn:aws:s3:::b{}/*" }},
  ] }})
}}
resource "aws_s3_bucket" "b" {{
  bucket = "b{account}"
}}
resource "aws_s3_bucket_policy" "b" {{
  bucket = aws_s3_bucket.b.id
  policy = jsonencode({{ Version = "2012-10-17", Statement = [
    {{ Effect = "Allow", Action = "s3:GetObject", Resource = "${{aws_s3_bucket.b.arn}}/*", Principal = {{ AWS = "{}" }} }},
  ] }})
}}
"#,
            account + 1,
            role(account + 1),
            role(account + accounts - 1),
            (account + accounts - 2) % accounts,
            role(account + 2),
        );
        files.insert(&format!("a{account}/main.tf"), text);
    }
    let mut host = Host::new(Arc::new(files));
    host.set_roots(Roots { directories: vec![".".to_owned()], ..Roots::default() });
    host.analysis()
}

/// What is decided for as many accounts, to find grants and their keys and to make the graph, and how many
/// principals the ARN of a role is compared with.
fn work(accounts: usize) -> (usize, usize) {
    let analysis = mesh(accounts);
    let view = analysis.access();
    let all = [grants::trusted(&view), grants::let_in(&view), grants::assuming(&view), grants::reaching(&view)];
    for grants in all {
        assert_eq!(grants.len(), accounts);
        assert!(grants.iter().flat_map(|grant| &grant.actions).all(|(_, state)| *state == State::Both));
    }
    assert_eq!(grants::lacking_keys(&view, all.into_iter().flatten()).len(), 0);
    assert_eq!(view.trust_graph().edges().len(), 2 * accounts);
    let compared = view.iam().principals().iter().map(|role| view.iam().meant_by(&role.arn).compared).sum();
    (view.decisions(), compared)
}

#[test]
fn work_grows_with_the_accounts() {
    let [(one, none), (two, _), (four, still_none)] = [8, 16, 32].map(work);
    assert_eq!((2 * one, 4 * one), (two, four));
    assert_eq!((none, still_none), (0, 0));
}
