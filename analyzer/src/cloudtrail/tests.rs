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
