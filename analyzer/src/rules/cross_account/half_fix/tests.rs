//! What fixes of missing halves write, and that they mend what they are for.

use crate::analysis::{Analysis, Options};
use crate::config::{Configuration, ConfigurationPlace, FILE_NAME};
use crate::finding::Finding;
use crate::rules::testing::{analysed, edited};
use crate::rules::writing::block::{Block, provider_line};

const ACCOUNTS: &str = r#"provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["222222222222"]
}

provider "aws" {
  alias               = "tools"
  region              = "eu-west-1"
  allowed_account_ids = ["111111111111"]
}

resource "aws_iam_role" "deploy" {
  provider = aws.tools
  name     = "deploy"

  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "ec2.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}
"#;

fn analysis(main: &str) -> Analysis {
    analysed(Configuration::default(), &[("main.tf", main)])
}

/// The only finding, what its fix adds, and what is found when it is done.
fn mended(main: &str) -> (&'static str, String) {
    let main = format!("{ACCOUNTS}{main}");
    let [finding] = <[Finding; 1]>::try_from(analysis(&main).findings(&Options::default())).unwrap();
    let [fix] = finding.fixes.as_slice() else { panic!("{finding:?}") };
    let text = edited(&main, &fix.edits);
    assert_eq!(analysis(&text).findings(&Options::default()), [], "{text}");
    (finding.code, fix.edits.iter().map(|edit| edit.new_text.as_str()).collect())
}

#[test]
fn a_new_policy_behind_the_role() {
    let (code, added) = mended(
        r#"
resource "aws_iam_role" "admin" {
  name               = "admin"
  assume_role_policy = <<-EOT
    {
      "Version": "2012-10-17",
      "Statement": [
        { "Effect": "Allow", "Principal": { "AWS": "${aws_iam_role.deploy.arn}" }, "Action": "sts:AssumeRole" }
      ]
    }
  EOT
}
"#,
    );
    assert_eq!(code, "assume-role-missing-identity-half");
    let expected = r#"
resource "aws_iam_role_policy" "deploy_admin" {
  provider = aws.tools
  name     = "deploy-admin"
  role     = aws_iam_role.deploy.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = "sts:AssumeRole"
        Resource = aws_iam_role.admin.arn
      },
    ]
  })
}
"#;
    assert_eq!(added, expected);
}

#[test]
fn a_new_policy_for_a_bucket() {
    let (code, added) = mended(
        r#"
resource "aws_s3_bucket" "logs" {
  bucket = "logs"
}

resource "aws_s3_bucket_policy" "logs" {
  bucket = aws_s3_bucket.logs.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = aws_iam_role.deploy.arn }
      Action    = ["s3:GetObject", "s3:ListBucket"]
      Resource  = [aws_s3_bucket.logs.arn, "${aws_s3_bucket.logs.arn}/*"]
    }]
  })
}
"#,
    );
    assert_eq!(code, "missing-identity-half");
    assert!(added.contains(r#"Action   = ["s3:GetObject", "s3:ListBucket"]"#), "{added}");
    assert!(added.contains(r#"Resource = [aws_s3_bucket.logs.arn, "${aws_s3_bucket.logs.arn}/*"]"#), "{added}");
}

const DEPLOY: &str = r#"
resource "aws_iam_role_policy" "deploy" {
  provider = aws.tools
  role     = aws_iam_role.deploy.name

  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "ACTION", Resource = "RESOURCE" }]
  })
}
"#;

fn may(action: &str, resource: &str) -> String {
    DEPLOY.replace("ACTION", action).replace("RESOURCE", resource)
}

#[test]
fn a_statement_in_a_trust_policy() {
    let admin = "arn:aws:iam::222222222222:role/admin";
    let object = may("sts:AssumeRole", admin)
        + r#"
resource "aws_iam_role" "admin" {
  name = "admin"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = { Service = "ec2.amazonaws.com" }, Action = "sts:AssumeRole" },
    ]
  })
}
"#;
    let (code, added) = mended(&object);
    assert_eq!(code, "assume-role-missing-trust-half");
    let statement = r#"{ Effect = "Allow", Principal = { AWS = aws_iam_role.deploy.arn }, Action = "sts:AssumeRole" }"#;
    assert_eq!(added, format!(",\n      {statement}"));
    let heredoc = may("sts:AssumeRole", admin)
        + r#"
resource "aws_iam_role" "admin" {
  name               = "admin"
  assume_role_policy = <<EOT
{
  "Version": "2012-10-17",
  "Statement": [{ "Effect": "Allow", "Principal": { "Service": "ec2.amazonaws.com" }, "Action": "sts:AssumeRole" }]
}
EOT
}
"#;
    let statement =
        r#", { "Effect": "Allow", "Principal": { "AWS": "${aws_iam_role.deploy.arn}" }, "Action": "sts:AssumeRole" }"#;
    assert_eq!(mended(&heredoc).1, statement);
}

#[test]
fn a_statement_block() {
    let (code, added) = mended(
        &(may("sts:AssumeRole", "arn:aws:iam::222222222222:role/admin")
            + r#"
data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "admin" {
  name               = "admin"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}
"#),
    );
    assert_eq!(code, "assume-role-missing-trust-half");
    let expected = r#"
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = [aws_iam_role.deploy.arn]
    }
  }
"#;
    assert_eq!(added, expected);
}

#[test]
fn a_statement_in_the_policy_of_a_queue() {
    let jobs = "arn:aws:sqs:eu-west-1:222222222222:jobs";
    let (code, added) = mended(
        &(may("sqs:SendMessage", jobs)
            + r#"
resource "aws_sqs_queue" "jobs" {
  name = "jobs"
}

resource "aws_sqs_queue_policy" "jobs" {
  queue_url = aws_sqs_queue.jobs.url

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::222222222222:root" }
        Action    = "sqs:ReceiveMessage"
        Resource  = "arn:aws:sqs:eu-west-1:222222222222:jobs"
      },
    ]
  })
}
"#),
    );
    assert_eq!(code, "missing-resource-half");
    let statement = r#",
      {
        Effect    = "Allow"
        Principal = { AWS = aws_iam_role.deploy.arn }
        Action    = "sqs:SendMessage"
        Resource  = "arn:aws:sqs:eu-west-1:222222222222:jobs"
      }"#;
    assert_eq!(added, statement);
}

#[test]
fn where_blocks_are() {
    let at = |address| {
        Block::of(".", address).map(|block| {
            (block.reference("arn"), block.label(), Block::of(".", "aws_iam_role.y").unwrap().place == block.place)
        })
    };
    let found = |reference: &str, label: &str, root: bool| Some((reference.to_owned(), label.to_owned(), root));
    assert_eq!(at("aws_iam_role.x"), found("aws_iam_role.x.arn", "x", true));
    assert_eq!(at("module.a.module.b.aws_iam_role.x"), found("aws_iam_role.x.arn", "x", false));
    assert_eq!(at("aws_iam_role.x[0]"), found("aws_iam_role.x[0].arn", "x_0", true));
    assert_eq!(at(r#"aws_iam_role.x["a.b"]"#), found(r#"aws_iam_role.x["a.b"].arn"#, "x_a_b", true));
    assert_eq!(at("module.a[0].aws_iam_role.x"), None);
    assert_eq!(at("module.a[0].aws_iam_role.x[0]"), None);
}

#[test]
fn the_provider_of_a_block() {
    let text = "resource \"a\" \"b\" {\n  provider = aws.x\n}\n\nresource \"a\" \"c\" {\n  name = \"c\"\n}\n";
    let at = |needle: &str| u32::try_from(text.find(needle).unwrap()).unwrap();
    let x = [("provider", "aws.x".to_owned())];
    assert_eq!(provider_line(text, at("aws.x")), x);
    assert_eq!(provider_line(text, 0), x);
    assert_eq!(provider_line(text, at("name")), []);
    assert_eq!(provider_line(text, at("resource \"a\" \"c\"")), []);
}

#[test]
fn a_statement_beside_one_of_several_lines() {
    let admin = "arn:aws:iam::222222222222:role/admin";
    let object = may("sts:AssumeRole", admin)
        + r#"
resource "aws_iam_role" "admin" {
  name = "admin"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "ec2.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}
"#;
    let expected = r#", {
      Effect    = "Allow"
      Principal = { AWS = aws_iam_role.deploy.arn }
      Action    = "sts:AssumeRole"
    }"#;
    assert_eq!(mended(&object).1, expected);
    let heredoc = may("sts:AssumeRole", admin)
        + r#"
resource "aws_iam_role" "admin" {
  name               = "admin"
  assume_role_policy = <<-EOT
    {
      "Version": "2012-10-17",
      "Statement": [
        {
          "Effect": "Allow",
          "Principal": { "Service": "ec2.amazonaws.com" },
          "Action": "sts:AssumeRole"
        }
      ]
    }
  EOT
}
"#;
    let expected = r#",
        {
          "Effect": "Allow",
          "Principal": { "AWS": "${aws_iam_role.deploy.arn}" },
          "Action": "sts:AssumeRole"
        }"#;
    assert_eq!(mended(&heredoc).1, expected);
}

#[test]
fn a_policy_on_what_has_none() {
    let queue = "\nresource \"aws_sqs_queue\" \"jobs\" {\n  name = \"jobs\"\n}\n";
    let (code, added) = mended(&(may("sqs:SendMessage", "arn:aws:sqs:eu-west-1:222222222222:jobs") + queue));
    assert_eq!(code, "missing-resource-half");
    let expected = r#"
resource "aws_sqs_queue_policy" "jobs" {
  queue_url = aws_sqs_queue.jobs.url

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { AWS = aws_iam_role.deploy.arn }
        Action    = "sqs:SendMessage"
        Resource  = aws_sqs_queue.jobs.arn
      },
    ]
  })
}
"#;
    assert_eq!(added, expected);
    let bucket = |resource: &str| {
        let text = "\nresource \"aws_s3_bucket\" \"logs\" {\n  bucket = \"logs\"\n}\n";
        mended(&(may("s3:GetObject", resource) + text)).1
    };
    let all = bucket("arn:aws:s3:::logs/*");
    assert!(
        all.starts_with("\nresource \"aws_s3_bucket_policy\" \"logs\" {\n  bucket = aws_s3_bucket.logs.bucket\n"),
        "{all}"
    );
    assert!(all.contains(r#"Resource  = "${aws_s3_bucket.logs.arn}/*""#), "{all}");
    assert!(bucket("arn:aws:s3:::logs/a/*").contains(r#"Resource  = "arn:aws:s3:::logs/a/*""#));
}

#[test]
fn a_policy_on_a_key() {
    let text = DEPLOY.replace("ACTION", "kms:Decrypt").replace("\"RESOURCE\"", "aws_kms_key.logs.arn");
    let (code, added) = mended(&(text + "\nresource \"aws_kms_key\" \"logs\" {\n  description = \"logs\"\n}\n"));
    assert_eq!(code, "missing-resource-half");
    let expected = r#"
resource "aws_kms_key_policy" "logs" {
  key_id = aws_kms_key.logs.key_id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { AWS = "arn:aws:iam::222222222222:root" }
        Action    = "kms:*"
        Resource  = "*"
      },
      {
        Effect    = "Allow"
        Principal = { AWS = aws_iam_role.deploy.arn }
        Action    = "kms:Decrypt"
        Resource  = "*"
      },
    ]
  })
}
"#;
    assert_eq!(added, expected);
}

#[test]
fn both_halves_of_a_key() {
    let queue = r#"
resource "aws_kms_key" "jobs" {
  description = "jobs"
}

resource "aws_sqs_queue" "jobs" {
  name              = "jobs"
  kms_master_key_id = aws_kms_key.jobs.key_id
}

resource "aws_sqs_queue_policy" "jobs" {
  queue_url = aws_sqs_queue.jobs.url

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = { AWS = aws_iam_role.deploy.arn }, Action = "sqs:SendMessage", Resource = aws_sqs_queue.jobs.arn },
    ]
  })
}
"#;
    let (code, added) = mended(&(may("sqs:SendMessage", "arn:aws:sqs:eu-west-1:222222222222:jobs") + queue));
    assert_eq!(code, "missing-key-half");
    assert!(added.contains(r#"resource "aws_iam_role_policy" "deploy_jobs""#), "{added}");
    assert!(added.contains("Resource = aws_kms_key.jobs.arn"), "{added}");
    assert!(added.contains(r#"resource "aws_kms_key_policy" "jobs""#), "{added}");
}

/// Two roles of one block, and a role that trusts `principals`.
fn readers(repetition: &str, principals: &str) -> String {
    format!(
        r#"
resource "aws_iam_role" "reader" {{
  provider = aws.tools
  {repetition}

  assume_role_policy = jsonencode({{
    Version   = "2012-10-17"
    Statement = [{{ Effect = "Allow", Principal = {{ Service = "ec2.amazonaws.com" }}, Action = "sts:AssumeRole" }}]
  }})
}}

resource "aws_iam_role" "admin" {{
  name = "admin"

  assume_role_policy = jsonencode({{
    Version   = "2012-10-17"
    Statement = [{{ Effect = "Allow", Principal = {{ AWS = {principals} }}, Action = "sts:AssumeRole" }}]
  }})
}}
"#
    )
}

#[test]
fn instances_of_a_role() {
    let by_key = "for_each = toset([\"a\", \"b\"])\n  name     = \"reader-${each.key}\"";
    let by_number = "count = 2\n  name  = \"reader-${count.index}\"";
    let one = mended(&readers(by_key, "aws_iam_role.reader[\"a\"].arn")).1;
    assert!(one.contains("\"reader_a_admin\" {\n  provider = aws.tools\n  name     = \"reader-a-admin\"\n  role     = aws_iam_role.reader[\"a\"].name\n"), "{one}");
    let all = mended(&readers(by_key, "[for role in aws_iam_role.reader : role.arn]")).1;
    assert!(all.contains("\"reader_admin\" {\n  for_each = aws_iam_role.reader\n\n  provider = aws.tools\n  name     = \"reader-admin\"\n  role     = each.value.name\n"), "{all}");
    let all = mended(&readers(by_number, "aws_iam_role.reader[*].arn")).1;
    assert!(all.contains("  count = length(aws_iam_role.reader)\n\n"), "{all}");
    assert!(all.contains("  role     = aws_iam_role.reader[count.index].name\n"), "{all}");
    let only = "count = 1\n  name  = \"reader\"";
    assert!(mended(&readers(only, "aws_iam_role.reader[0].arn")).1.contains("role     = aws_iam_role.reader[0].name"));
}

#[test]
fn numbers_and_partitions_that_the_source_does_not_tell() {
    let (configuration, errors) = Configuration::read(
        ConfigurationPlace::new(FILE_NAME),
        "[accounts.tools]\nid = \"111111111111\"\n[accounts.data]\nid = \"222222222222\"\n\
         [stacks.tools]\naccount = \"tools\"\n[stacks.data]\naccount = \"data\"\n",
    );
    assert_eq!(errors, []);
    let role = |name: &str, principal: &str| {
        format!(
            "resource \"aws_iam_role\" \"{name}\" {{\n  name = \"{name}\"\n  assume_role_policy = jsonencode({{ Version = \"2012-10-17\", \
             Statement = [{{ Effect = \"Allow\", Principal = {principal}, Action = \"sts:AssumeRole\" }}] }})\n}}\n"
        )
    };
    let tools = role("deploy", "{ Service = \"ec2.amazonaws.com\" }");
    let trusted = "{ AWS = \"arn:aws:iam::${var.accounts[\"tools\"]}:role/deploy\" }";
    let data = format!("variable \"accounts\" {{ type = map(string) }}\n{}", role("admin", trusted));
    let analysis = analysed(configuration, &[("tools/main.tf", &tools), ("data/main.tf", &data)]);
    let [finding] = <[Finding; 1]>::try_from(analysis.findings(&Options::default())).unwrap();
    let added = &finding.fixes[0].edits[0].new_text;
    assert!(added.contains("Resource = \"arn:aws:iam::222222222222:role/admin\""), "{added}");
}
