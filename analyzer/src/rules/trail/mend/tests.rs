//! What the fixes of trails write, and that the findings are gone then.

use crate::analysis::{Analysis, Options};
use crate::config::Configuration;
use crate::rules::testing::{analysed, edited};

const START: &str = r#"provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["111122223333"]
}

resource "aws_s3_bucket" "logs" {
  bucket = "logs"
}
"#;

const TRAIL: &str = r#"
resource "aws_cloudtrail" "main" {
  name           = "main"
  s3_bucket_name = aws_s3_bucket.logs.id
  # more
  depends_on = [aws_s3_bucket_policy.logs]
}
"#;

fn analysis(main: &str) -> Analysis {
    analysed(Configuration::default(), &[("main.tf", main)])
}

/// The code of the only finding of the group, and what its fix adds; done, it is not found any more.
fn mended(text: &str) -> (&'static str, String) {
    let mut options = Options::default();
    options.select.select("trail").unwrap();
    let found = analysis(text).findings(&options);
    let [finding] = found.as_slice() else { panic!("{found:#?}") };
    let [fix] = finding.fixes.as_slice() else { panic!("{finding:#?}") };
    let mended = edited(text, &fix.edits);
    // What is new has to come before the trail too: another fix.
    let left = analysis(&mended).findings(&options);
    assert!(left.iter().all(|it| it.code == "trail-bucket-policy-order"), "{mended}{left:#?}");
    (finding.code, fix.edits.iter().map(|edit| edit.new_text.as_str()).collect())
}

#[test]
fn a_policy_of_a_bucket_without_one() {
    let text = format!("{START}{}", TRAIL.replace("  depends_on = [aws_s3_bucket_policy.logs]\n", ""));
    let text = text.replace("  # more\n", "");
    let found = analysis(&text).findings(&Options::default());
    let [finding] = found.as_slice() else { panic!("{found:#?}") };
    let added = &finding.fixes[0].edits[0].new_text;
    let expected = r#"
resource "aws_s3_bucket_policy" "logs" {
  bucket = aws_s3_bucket.logs.bucket

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect    = "Allow"
        Principal = { Service = "cloudtrail.amazonaws.com" }
        Action    = "s3:GetBucketAcl"
        Resource  = aws_s3_bucket.logs.arn
        Condition = { StringEquals = { "aws:SourceArn" = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/main" } }
      },
      {
        Effect    = "Allow"
        Principal = { Service = "cloudtrail.amazonaws.com" }
        Action    = "s3:PutObject"
        Resource  = "${aws_s3_bucket.logs.arn}/AWSLogs/111122223333/*"
        Condition = { StringEquals = { "aws:SourceArn" = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/main", "s3:x-amz-acl" = "bucket-owner-full-control" } }
      },
    ]
  })
}
"#;
    assert_eq!(added, expected);
}

#[test]
fn a_statement_of_a_heredoc() {
    let policy = r#"
resource "aws_s3_bucket_policy" "logs" {
  bucket = aws_s3_bucket.logs.id
  policy = <<JSON
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Principal": { "Service": "cloudtrail.amazonaws.com" },
      "Action": "s3:GetBucketAcl",
      "Resource": "${aws_s3_bucket.logs.arn}",
      "Condition": { "StringEquals": { "aws:SourceAccount": "111122223333" } }
    }
  ]
}
JSON
}
"#;
    let (code, added) = mended(&format!("{START}{policy}{TRAIL}"));
    assert_eq!(code, "trail-bucket-write-missing");
    let expected = r#",
    {
      "Effect": "Allow",
      "Principal": { "Service": "cloudtrail.amazonaws.com" },
      "Action": "s3:PutObject",
      "Resource": "${aws_s3_bucket.logs.arn}/AWSLogs/111122223333/*",
      "Condition": { "StringEquals": { "aws:SourceArn": "arn:aws:cloudtrail:eu-west-1:111122223333:trail/main", "s3:x-amz-acl": "bucket-owner-full-control" } }
    }"#;
    assert_eq!(added, expected);
}

#[test]
fn a_block_of_a_data_source_with_what_the_file_calls_the_account() {
    let start = START.replace("  allowed_account_ids = [\"111122223333\"]\n", "");
    let policy = r#"
data "aws_caller_identity" "me" {}

data "aws_iam_policy_document" "logs" {
  statement {
    actions   = ["s3:PutObject"]
    resources = ["${aws_s3_bucket.logs.arn}/AWSLogs/${data.aws_caller_identity.me.account_id}/*"]

    principals {
      type        = "Service"
      identifiers = ["cloudtrail.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.me.account_id]
    }
  }
}

resource "aws_s3_bucket_policy" "logs" {
  bucket = aws_s3_bucket.logs.id
  policy = data.aws_iam_policy_document.logs.json
}
"#;
    let (code, added) = mended(&format!("{start}{policy}{TRAIL}"));
    assert_eq!(code, "trail-bucket-acl-check-missing");
    let expected = r#"
  statement {
    actions   = ["s3:GetBucketAcl"]
    resources = [aws_s3_bucket.logs.arn]

    principals {
      type        = "Service"
      identifiers = ["cloudtrail.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceArn"
      values   = ["arn:aws:cloudtrail:eu-west-1:${data.aws_caller_identity.me.account_id}:trail/main"]
    }
  }
"#;
    assert_eq!(added, expected);
}

const POLICY: &str = r#"
resource "aws_s3_bucket_policy" "logs" {
  bucket = aws_s3_bucket.logs.id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = { Service = "cloudtrail.amazonaws.com" }, Action = "s3:GetBucketAcl", Resource = aws_s3_bucket.logs.arn },
      { Effect = "Allow", Principal = { Service = "cloudtrail.amazonaws.com" }, Action = "s3:PutObject", Resource = "${aws_s3_bucket.logs.arn}/AWSLogs/*" },
    ]
  })
}
"#;

#[test]
fn statements_of_keys_and_topics() {
    let key = r#"
resource "aws_kms_key" "logs" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = { AWS = "arn:aws:iam::111122223333:root" }, Action = "kms:*", Resource = "*" },
    ]
  })
}
"#;
    let trail = TRAIL.replace("  # more\n", "  kms_key_id     = aws_kms_key.logs.arn\n");
    let (code, added) = mended(&format!("{START}{POLICY}{key}{trail}"));
    assert_eq!(code, "trail-kms-grant-missing");
    assert!(added.contains(r#"Action = "kms:GenerateDataKey*", Resource = "*""#), "{added}");
    assert!(added.contains(r#"Action = "kms:DescribeKey", Resource = "*""#), "{added}");
    let topic = "\nresource \"aws_sns_topic\" \"logs\" {\n  name = \"logs\"\n}\n";
    let trail = TRAIL.replace("  # more\n", "  sns_topic_name = aws_sns_topic.logs.name\n");
    let (code, added) = mended(&format!("{START}{POLICY}{topic}{trail}"));
    assert_eq!(code, "trail-topic-grant-missing");
    assert!(
        added.contains("resource \"aws_sns_topic_policy\" \"logs\" {\n  arn = aws_sns_topic.logs.arn\n"),
        "{added}"
    );
    assert!(added.contains("Resource  = aws_sns_topic.logs.arn"), "{added}");
}

#[test]
fn paths_and_arns() {
    let trail = TRAIL.replace("  # more\n", "  s3_key_prefix  = \"audit\"\n");
    assert_eq!(
        mended(&format!("{START}{POLICY}{trail}")),
        ("trail-bucket-prefix-mismatch", "/audit/AWSLogs".to_owned())
    );
    let other = "arn:aws:cloudtrail:us-east-1:111122223333:trail/main";
    let condition =
        format!("Action = \"s3:GetBucketAcl\", Condition = {{ StringEquals = {{ \"aws:SourceArn\" = \"{other}\" }} }}");
    let policy = POLICY.replace("Action = \"s3:GetBucketAcl\"", &condition);
    let arn = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/main".to_owned();
    assert_eq!(mended(&format!("{START}{policy}{TRAIL}")), ("source-arn-mismatch", arn));
}

#[test]
fn what_is_not_known_is_not_written() {
    let start = START.replace("  allowed_account_ids = [\"111122223333\"]\n", "");
    let text = format!("{start}{}", TRAIL.replace("  depends_on = [aws_s3_bucket_policy.logs]\n", ""));
    let found = analysis(&text).findings(&Options::default());
    assert!(found.iter().any(|it| it.code == "trail-bucket-policy-missing" && it.fixes.is_empty()), "{found:#?}");
}

#[test]
fn services_that_a_deny_leaves_alone() {
    let deny = r#"      {
        Effect    = "Deny"
        Principal = "*"
        Action    = "s3:*"
        Resource  = "*"
        Condition = { StringNotEquals = { "aws:PrincipalOrgID" = "o-a1b2c3d4e5" } }
      },
    ]
"#;
    let policy = POLICY.replace("    ]\n", deny);
    let added = r#" Bool = { "aws:PrincipalIsAWSService" = "false" },"#.to_owned();
    assert_eq!(mended(&format!("{START}{policy}{TRAIL}")), ("delivery-denied", added));
}

/// A trail that sends its events to a log group with a role, and that role with these policies.
fn to_log_group(policies: &str) -> String {
    let role = r#"
resource "aws_cloudwatch_log_group" "trail" {
  name = "trail"
}

resource "aws_iam_role" "trail" {
  name = "trail"

  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "cloudtrail.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}
"#;
    let arguments = "  cloud_watch_logs_group_arn = \"${aws_cloudwatch_log_group.trail.arn}:*\"\n  cloud_watch_logs_role_arn = aws_iam_role.trail.arn\n";
    format!("{START}{POLICY}{role}{policies}{}", TRAIL.replace("  # more\n", arguments))
}

#[test]
fn a_policy_of_a_role_without_one() {
    let (code, added) = mended(&to_log_group(""));
    assert_eq!(code, "delivery-role-permissions");
    let expected = r#"
resource "aws_iam_role_policy" "trail_main" {
  name = "trail-main"
  role = aws_iam_role.trail.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${aws_cloudwatch_log_group.trail.arn}:*"
      },
    ]
  })
}
"#;
    assert_eq!(added, expected);
}

#[test]
fn statements_of_the_policy_of_a_role() {
    let hcl = r#"
resource "aws_iam_role_policy" "trail" {
  role = aws_iam_role.trail.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "logs:PutLogEvents", Resource = "${aws_cloudwatch_log_group.trail.arn}:*" },
    ]
  })
}
"#;
    let added = mended(&to_log_group(hcl)).1;
    let expected = r#",
      { Effect = "Allow", Action = "logs:CreateLogStream", Resource = "${aws_cloudwatch_log_group.trail.arn}:*" }"#;
    assert_eq!(added, expected);
    let json = r#"
resource "aws_iam_role_policy" "trail" {
  role   = aws_iam_role.trail.name
  policy = <<JSON
{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Effect": "Allow",
      "Action": "logs:CreateLogStream",
      "Resource": "${aws_cloudwatch_log_group.trail.arn}:*"
    }
  ]
}
JSON
}
"#;
    let added = mended(&to_log_group(json)).1;
    let expected = r#",
    {
      "Effect": "Allow",
      "Action": "logs:PutLogEvents",
      "Resource": "${aws_cloudwatch_log_group.trail.arn}:*"
    }"#;
    assert_eq!(added, expected);
    let blocks = r#"
data "aws_iam_policy_document" "trail" {
  statement {
    actions   = ["logs:CreateLogStream"]
    resources = ["${aws_cloudwatch_log_group.trail.arn}:*"]
  }
}

resource "aws_iam_role_policy" "trail" {
  role   = aws_iam_role.trail.name
  policy = data.aws_iam_policy_document.trail.json
}
"#;
    let added = mended(&to_log_group(blocks)).1;
    let expected = r#"
  statement {
    actions   = ["logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.trail.arn}:*"]
  }
"#;
    assert_eq!(added, expected);
}

#[test]
fn a_policy_that_others_have_too_is_left_alone() {
    let shared = r#"
data "aws_iam_policy_document" "trail" {
  statement {
    actions   = ["logs:CreateLogStream"]
    resources = ["${aws_cloudwatch_log_group.trail.arn}:*"]
  }
}

resource "aws_iam_role_policy" "trail" {
  role   = aws_iam_role.trail.name
  policy = data.aws_iam_policy_document.trail.json
}

resource "aws_iam_user" "other" {
  name = "other"
}

resource "aws_iam_user_policy" "other" {
  user   = aws_iam_user.other.name
  policy = data.aws_iam_policy_document.trail.json
}
"#;
    let mut options = Options::default();
    options.select.select("delivery-role-permissions").unwrap();
    let found = analysis(&to_log_group(shared)).findings(&options);
    assert!(matches!(found.as_slice(), [finding] if finding.fixes.is_empty()), "{found:#?}");
}

#[test]
fn the_streams_of_the_group() {
    let policy = |resource: &str| {
        to_log_group(&format!(
            "\nresource \"aws_iam_role_policy\" \"trail\" {{\n  role = aws_iam_role.trail.name\n  policy = jsonencode({{ Version = \"2012-10-17\", Statement = [{{ Effect = \"Allow\", Action = \"logs:*\", Resource = {resource} }}] }})\n}}\n"
        ))
    };
    assert_eq!(mended(&policy("aws_cloudwatch_log_group.trail.arn")).1, "\"${aws_cloudwatch_log_group.trail.arn}:*\"");
    assert_eq!(mended(&policy("\"${aws_cloudwatch_log_group.trail.arn}\"")).1, ":*");
    assert_eq!(mended(&policy("\"arn:aws:logs:eu-west-1:111122223333:log-group:trail\"")).1, ":*");
}

#[test]
fn the_streams_of_a_group_that_the_trail_names_alone() {
    let policy = "\nresource \"aws_iam_role_policy\" \"trail\" {\n  role = aws_iam_role.trail.name\n  policy = jsonencode({ Version = \"2012-10-17\", Statement = [{ Effect = \"Allow\", Action = \"logs:*\", Resource = aws_cloudwatch_log_group.trail.arn }] })\n}\n";
    let alone = |policies: &str| {
        let text = to_log_group(policies);
        text.replace(
            "cloud_watch_logs_group_arn = \"${aws_cloudwatch_log_group.trail.arn}:*\"",
            "cloud_watch_logs_group_arn = aws_cloudwatch_log_group.trail.arn",
        )
    };
    let fixes = |text: &str| {
        let mut options = Options::default();
        options.select.select("trail").unwrap();
        let found = analysis(text).findings(&options);
        let fixes = found.iter().map(|finding| (finding.code, finding.fixes[0].edits[0].new_text.clone()));
        fixes.collect::<Vec<_>>()
    };
    let named = "\"${aws_cloudwatch_log_group.trail.arn}:*\"".to_owned();
    let both = [("delivery-role-permissions", named.clone()), ("log-group-arn-wildcard", named.clone())];
    assert_eq!(fixes(&alone(policy)), both);
    let added = fixes(&alone(""));
    assert_eq!(added.len(), 2, "{added:?}");
    assert!(added.iter().all(|(_, text)| text.contains(&named)), "{added:?}");
}
