//! `crosstrail init`.

mod support;

use std::fs;

use support::Sandbox;

const ORG: &str = r#"
terraform {
  backend "s3" {}
}
provider "aws" {
  region = "eu-west-1"
}
provider "aws" {
  alias = "log_archive"
  assume_role {
    role_arn = "arn:aws:iam::222222222222:role/x"
  }
}
provider "aws" {
  alias   = "audit"
  profile = "acme audit"
}
data "aws_secretsmanager_secret_version" "s" {
  secret_id = "accounts"
}
locals {
  account_ids = jsondecode(data.aws_secretsmanager_secret_version.s.secret_string).account_ids
}
resource "aws_sns_topic" "home" {
  name = "a"
}
resource "aws_sns_topic" "log" {
  provider = aws.log_archive
  name     = "a"
}
resource "aws_sns_topic" "audit" {
  provider = aws.audit
  name     = "a"
}
resource "aws_iam_role" "r" {
  name = "r"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { AWS = "arn:aws:iam::${local.account_ids["payments"]}:role/deploy" }
    }]
  })
}
"#;

const EXPECTED: &str = r#"# The accounts that the source speaks of.
# Give them their numbers. One account under two names is one table, with the other name in `aliases`.

[accounts."acme audit"]
# id = ""

[accounts.log_archive]
id = "222222222222"

[accounts.payments]
# id = ""

# Nothing says which account these stacks are applied in.

# [stacks.org]
# account = ""
"#;

#[test]
fn it_writes_what_lint_reads() {
    let sandbox = Sandbox::with("init", &[("org/main.tf", ORG)]);
    let run = sandbox.run(&["init", "-"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, EXPECTED), "{run:?}");
    assert!(!sandbox.path("crosstrail.toml").exists());
    let before = sandbox.run(&["lint"]);
    let counted =
        "1 principal lacks only an account number: name the accounts in `crosstrail.toml`, or run `crosstrail init`";
    assert!(before.stdout.contains(counted), "{before:?}");
    assert_eq!(sandbox.run(&["init"]).code, 0);
    assert_eq!(fs::read_to_string(sandbox.path("crosstrail.toml")).unwrap(), EXPECTED);
    assert_eq!(sandbox.run(&["lint"]).code, 0);
}

#[test]
fn what_is_there_stays() {
    let sandbox = Sandbox::with("init-there", &[("main.tf", ORG), ("crosstrail.toml", "ignore = \"x\"\n")]);
    let run = sandbox.run(&["init"]);
    assert_eq!((run.code, run.stderr.as_str()), (2, "error: crosstrail.toml: is there already\n"));
    assert_eq!(fs::read_to_string(sandbox.path("crosstrail.toml")).unwrap(), "ignore = \"x\"\n");
    let nothing = Sandbox::new("init-nothing");
    assert_eq!(nothing.run(&["init"]).code, 2);
}
