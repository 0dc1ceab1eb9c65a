//! Trails from files to the model.

use std::sync::Arc;

use super::*;
use crate::analysis::{Analysis, Host, Roots};
use crate::source::MemoryFileSystem;
use crate::truth::Truth;

fn view(files: &[(&str, &str)]) -> Analysis {
    let mut system = MemoryFileSystem::default();
    for (path, text) in files {
        system.insert(path, *text);
    }
    let mut host = Host::new(Arc::new(system));
    host.set_roots(Roots { directories: vec![".".to_owned()], ..Roots::default() });
    let analysis = host.analysis();
    assert_eq!(analysis.problems(), []);
    analysis
}

const PROVIDER: &str = r#"
provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["111122223333"]
}
"#;

fn only(text: &str) -> (Analysis, Trail) {
    let analysis = view(&[("main.tf", &format!("{PROVIDER}{text}"))]);
    let [trail] = analysis.cloudtrail().trails() else { panic!("{:?}", analysis.cloudtrail()) };
    let trail = trail.clone();
    (analysis, trail)
}

fn bucket_of(analysis: &Analysis, trail: &Trail) -> Option<String> {
    let index = trail.bucket.as_ref()?.index?;
    Some(analysis.iam().resources()[index].address.to_string())
}

#[test]
fn a_trail_and_what_it_names() {
    let (analysis, trail) = only(
        r#"
resource "aws_s3_bucket" "logs" {
  bucket = "logs"
}
resource "aws_kms_key" "logs" {}
resource "aws_sns_topic" "logs" {
  name = "logs"
}
resource "aws_iam_role" "logs" {
  name               = "logs"
  assume_role_policy = "{}"
}
resource "aws_cloudtrail" "main" {
  name                       = "main"
  s3_bucket_name             = aws_s3_bucket.logs.id
  s3_key_prefix              = "trail"
  kms_key_id                 = aws_kms_key.logs.arn
  sns_topic_name             = aws_sns_topic.logs.name
  cloud_watch_logs_group_arn = "arn:aws:logs:eu-west-1:111122223333:log-group:trail:*"
  cloud_watch_logs_role_arn  = aws_iam_role.logs.arn
  is_multi_region_trail      = true
}
"#,
    );
    assert_eq!(trail.arn.display(), "arn:aws:cloudtrail:eu-west-1:111122223333:trail/main");
    assert_eq!((trail.name.display(), trail.region.display()), ("main".to_owned(), "eu-west-1".to_owned()));
    assert_eq!(bucket_of(&analysis, &trail).as_deref(), Some("aws_s3_bucket.logs"));
    assert!([&trail.key, &trail.topic, &trail.role].iter().all(|it| it.as_ref().unwrap().index.is_some()));
    assert_eq!(trail.prefix().unwrap().value.as_str().as_deref(), Some("trail"));
    assert_eq!((trail.is_multi_region(), trail.is_of_organization()), (Truth::Yes, Truth::No));
}

#[test]
fn selectors_are_alike_whoever_provides_them() {
    let blocks = r#"
resource "aws_cloudtrail" "main" {
  name           = "main"
  s3_bucket_name = "logs"
  event_selector {
    read_write_type = "All"
    data_resource {
      type   = "AWS::S3::Object"
      values = ["arn:aws:s3"]
    }
  }
}
"#;
    let objects = r#"
resource "awscc_cloudtrail_trail" "main" {
  trail_name     = "main"
  is_logging     = true
  s3_bucket_name = "logs"
  event_selectors = [{
    read_write_type = "All"
    data_resources  = [{ type = "AWS::S3::Object", values = ["arn:aws:s3"] }]
  }]
}
"#;
    let json = r#"{"resource": {"aws_cloudtrail": {"main": {"name": "main", "s3_bucket_name": "logs",
      "event_selector": [{"read_write_type": "All", "data_resource": {"type": "AWS::S3::Object", "values": ["arn:aws:s3"]}}]}}}}"#;
    let read = |analysis: &Analysis| {
        let [trail] = analysis.cloudtrail().trails() else { panic!("{:?}", analysis.cloudtrail()) };
        assert_eq!(trail.name.display(), "main");
        let [selector] = trail.settings.blocks("event_selector") else { panic!("{:?}", trail.settings) };
        let [resource] = selector.blocks("data_resource") else { panic!("{selector:?}") };
        let value = |settings: &Settings, name: &str| settings.argument(name).unwrap().value.clone();
        assert_eq!(value(selector, "read_write_type").as_str().as_deref(), Some("All"));
        assert_eq!(value(resource, "values").elements().unwrap().len(), 1);
    };
    read(&view(&[("main.tf", blocks)]));
    read(&view(&[("main.tf", objects)]));
    read(&view(&[("main.tf.json", json)]));
}

#[test]
fn a_bucket_of_another_stack() {
    let analysis = view(&[
        ("logs/main.tf", &format!("{PROVIDER}resource \"aws_s3_bucket\" \"logs\" {{\n  bucket = \"logs\"\n}}\n")),
        (
            "app/main.tf",
            &format!(
                "{PROVIDER}resource \"aws_cloudtrail\" \"t\" {{\n  name = \"t\"\n  s3_bucket_name = \"logs\"\n}}\n"
            ),
        ),
    ]);
    let trail = &analysis.cloudtrail().trails()[0];
    assert_eq!(bucket_of(&analysis, trail).as_deref(), Some("aws_s3_bucket.logs"));
}

#[test]
fn what_is_not_known() {
    let (analysis, trail) = only(
        r#"
variable "bucket" {}
variable "org" {}
resource "aws_cloudtrail" "main" {
  name                  = "main"
  s3_bucket_name        = var.bucket
  is_organization_trail = var.org
}
"#,
    );
    assert_eq!(bucket_of(&analysis, &trail), None);
    assert_eq!(trail.is_of_organization(), Truth::Unknown);
}

/// The addresses of what comes before the only trail, and of what comes after it.
fn order(files: &[(&str, &str)]) -> (Vec<String>, Vec<String>) {
    let analysis = view(files);
    let [trail] = analysis.cloudtrail().trails() else { panic!("{:?}", analysis.cloudtrail()) };
    let after = trail.order.after.iter().map(ToString::to_string).collect();
    (after, trail.order.before.iter().map(|(address, _)| address.to_string()).collect())
}

#[test]
fn what_comes_before_a_trail() {
    let main = r#"
locals {
  deep = [for id in [module.bucket.id] : id][0]
}
module "bucket" {
  source = "./bucket"
}
module "trail" {
  source     = "./trail"
  bucket     = local.deep
  depends_on = [aws_sns_topic_policy.t]
}
resource "aws_sns_topic" "t" {}
resource "aws_sns_topic_policy" "t" {
  arn    = aws_sns_topic.t.arn
  policy = "{}"
}
"#;
    let bucket = r#"
resource "aws_s3_bucket" "b" {}
resource "aws_s3_bucket_policy" "b" {
  bucket = aws_s3_bucket.b.id
  policy = "{}"
}
output "id" {
  value = aws_s3_bucket.b.id
}
"#;
    let trail = r#"
variable "bucket" {}
resource "aws_cloudtrail" "t" {
  name           = "t"
  s3_bucket_name = var.bucket
}
"#;
    let files = |main: &'static str| [("main.tf", main), ("bucket/main.tf", bucket), ("trail/main.tf", trail)];
    let (after, before) = order(&files(main));
    assert_eq!(after, ["aws_sns_topic.t", "aws_sns_topic_policy.t", "module.bucket.aws_s3_bucket.b"]);
    assert_eq!(before, [""; 0]);
    let whole = Box::leak(main.replace("[aws_sns_topic_policy.t]", "[module.bucket]").into_boxed_str());
    let (after, _) = order(&files(whole));
    assert_eq!(after, ["module.bucket.aws_s3_bucket.b", "module.bucket.aws_s3_bucket_policy.b"]);
}

#[test]
fn what_comes_after_a_trail() {
    let text = r#"
data "aws_iam_policy_document" "p" {
  statement {
    actions   = ["s3:GetBucketAcl"]
    resources = ["*"]
    condition {
      test     = "StringEquals"
      variable = "aws:SourceArn"
      values   = aws_cloudtrail.t[*].arn
    }
  }
}
resource "aws_s3_bucket_policy" "p" {
  bucket = "b"
  policy = data.aws_iam_policy_document.p.json
}
resource "aws_s3_bucket_policy" "q" {
  bucket = "q"
  policy = "{}"
}
resource "aws_cloudtrail" "t" {
  count          = 1
  name           = "t"
  s3_bucket_name = "b"
  depends_on     = [aws_s3_bucket_policy.q]
}
"#;
    let (after, before) = order(&[("main.tf", text)]);
    assert_eq!((after, before), (vec!["aws_s3_bucket_policy.q".to_owned()], vec!["aws_s3_bucket_policy.p".to_owned()]));
    let json = r#"{"resource": {"aws_s3_bucket_policy": {"p": {"bucket": "b", "policy": "${jsonencode(aws_cloudtrail.t.arn)}"}},
      "aws_cloudtrail": {"t": {"name": "t", "s3_bucket_name": "b", "depends_on": ["aws_s3_bucket_policy.p"]}}}}"#;
    let (after, before) = order(&[("main.tf.json", json)]);
    assert_eq!((after.len(), before.len()), (1, 1));
}
