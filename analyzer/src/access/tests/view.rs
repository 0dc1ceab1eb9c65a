//! From files to decisions.

use std::sync::Arc;

use crate::access::{Action, Context, Verdict};
use crate::analysis::{Analysis, Host, Roots};
use crate::source::MemoryFileSystem;

const WORKSPACE: &str = r#"
provider "aws" {
  allowed_account_ids = ["111111111111"]
}

provider "aws" {
  alias               = "data"
  allowed_account_ids = ["222222222222"]
}

resource "aws_iam_role" "app" {
  name               = "app"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy" "app" {
  role   = aws_iam_role.app.name
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "s3:GetObject", Resource = "arn:aws:s3:::plain/*" },
      { Effect = "Allow", Action = "sts:AssumeRole", Resource = aws_iam_role.reader.arn },
    ]
  })
}

resource "aws_iam_role" "reader" {
  provider           = aws.data
  name               = "reader"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = aws_iam_role.app.arn } }]
  })
}

resource "aws_s3_bucket" "plain" {
  provider = aws.data
  bucket   = "plain"
}

data "aws_iam_role" "seen" {
  name = "seen"
}
"#;

fn analysis() -> Analysis {
    let mut files = MemoryFileSystem::default();
    files.insert("main.tf", WORKSPACE);
    let mut host = Host::new(Arc::new(files));
    host.set_roots(Roots { directories: vec![".".to_owned()], ..Roots::default() });
    host.analysis()
}

#[test]
fn roles_are_assumed_across_accounts() {
    let analysis = analysis();
    let view = analysis.access();
    let at = |address: &str| view.iam().at(".", address).unwrap();
    let ask = |by: &str, action: &str, on: &str| {
        let (by, on) = (view.caller(at(by)).unwrap(), view.role(at(on)));
        view.verdict(&by, &Action::new(action), &on, &Context::default())
    };
    assert_eq!(ask("aws_iam_role.app", "sts:AssumeRole", "aws_iam_role.reader"), Verdict::Allowed);
    assert_eq!(ask("aws_iam_role.reader", "sts:AssumeRole", "aws_iam_role.app"), Verdict::Denied);
    assert_eq!(ask("data.aws_iam_role.seen", "sts:AssumeRole", "aws_iam_role.reader"), Verdict::Denied);
    assert_eq!(ask("aws_iam_role.app", "sts:AssumeRole", "data.aws_iam_role.seen"), Verdict::Unknown);
}

#[test]
fn buckets_without_a_policy_let_in_no_strangers() {
    let analysis = analysis();
    let view = analysis.access();
    let by = |address: &str| view.caller(view.iam().at(".", address).unwrap()).unwrap();
    let bucket = view.iam().resource_at(".", "aws_s3_bucket.plain").unwrap();
    let on = view.within(bucket, &bucket.arn.clone().concat(crate::eval::text::Text::known("/*")));
    let ask = |by| view.verdict(&by, &Action::new("s3:GetObject"), &on, &Context::default());
    assert_eq!(ask(by("aws_iam_role.app")), Verdict::Denied);
    assert_eq!(ask(by("aws_iam_role.reader")), Verdict::Denied);
    assert_eq!(ask(by("data.aws_iam_role.seen")), Verdict::Denied);
}

#[test]
fn services_have_no_policies_that_could_be_out_of_view() {
    let analysis = analysis();
    let view = analysis.access();
    let service = |name: &str| view.stranger(crate::access::Principal::Service(name.into()));
    let ask = |name: &str| {
        let on = view.role(view.iam().at(".", "aws_iam_role.app").unwrap());
        view.verdict(&service(name), &Action::new("sts:AssumeRole"), &on, &Context::default())
    };
    assert_eq!(ask("ec2.amazonaws.com"), Verdict::Allowed);
    assert_eq!(ask("lambda.amazonaws.com"), Verdict::Denied);
}
