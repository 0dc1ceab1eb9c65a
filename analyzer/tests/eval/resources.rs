//! Attributes of resources and data sources.

use crosstrail_analyzer::eval::evaluator::{Evaluator, Existence};

use crate::configuration::evaluate;
use crate::show::show;

fn attribute(evaluator: &Evaluator<'_>, address: &str, name: &str) -> String {
    let resources = evaluator.resources();
    let found = resources.iter().find(|resource| *resource.address == *address);
    show(&evaluator.attribute(found.unwrap_or_else(|| panic!("no {address}")), name))
}

fn check(text: &str, expected: &[(&str, &str, &str)]) {
    evaluate(&[("main.tf", text)], |evaluator| {
        for (address, name, expected) in expected {
            assert_eq!(attribute(evaluator, address, name), *expected, "{address}.{name}");
        }
    });
}

#[test]
fn arns_follow_from_names_and_the_provider() {
    let text = r#"
provider "aws" { region = "eu-west-1" }
provider "aws" {
  alias  = "cn"
  region = "cn-north-1"
}
resource "aws_iam_role" "r" { name = "deploy" }
resource "aws_iam_role" "p" {
  name_prefix = "x-"
  path        = "/ci/"
}
resource "aws_sns_topic" "t" {
  provider = aws.cn
  name     = "alerts"
}
resource "aws_sqs_queue" "q" {
  name   = "jobs"
  region = "us-gov-west-1"
}
resource "aws_kms_key" "k" {}
resource "aws_secretsmanager_secret" "s" { name = "db" }
resource "aws_s3_bucket" "b" {}
resource "aws_cloudwatch_event_rule" "default" { name = "a" }
resource "aws_cloudwatch_event_rule" "bus" {
  name           = "a"
  event_bus_name = "orders"
}
"#;
    check(
        text,
        &[
            ("aws_iam_role.r", "arn", "\"arn:aws:iam::{home}:role/deploy\""),
            ("aws_iam_role.r", "id", "\"deploy\""),
            ("aws_iam_role.r", "permissions_boundary", "null"),
            ("aws_iam_role.r", "unique_id", "?aws_iam_role.r.unique_id"),
            ("aws_iam_role.p", "arn", "\"arn:aws:iam::{home}:role/ci/x-{aws_iam_role.p.name_suffix}\""),
            ("aws_sns_topic.t", "arn", "\"arn:aws-cn:sns:cn-north-1:{home}:alerts\""),
            ("aws_sqs_queue.q", "arn", "\"arn:aws-us-gov:sqs:us-gov-west-1:{home}:jobs\""),
            ("aws_sqs_queue.q", "id", "\"https://sqs.us-gov-west-1.amazonaws.com/{home}/jobs\""),
            ("aws_kms_key.k", "arn", "\"arn:aws:kms:eu-west-1:{home}:key/{aws_kms_key.k.key_id}\""),
            (
                "aws_secretsmanager_secret.s",
                "id",
                "\"arn:aws:secretsmanager:eu-west-1:{home}:secret:db-{aws_secretsmanager_secret.s.suffix}\"",
            ),
            ("aws_s3_bucket.b", "arn", "\"arn:aws:s3:::terraform-{aws_s3_bucket.b.bucket_suffix}\""),
            ("aws_cloudwatch_event_rule.default", "id", "\"a\""),
            ("aws_cloudwatch_event_rule.bus", "id", "\"orders/a\""),
        ],
    );
}

#[test]
fn data_sources_know_what_their_arguments_tell() {
    let text = r#"
provider "aws" { region = "eu-west-1" }
provider "aws" {
  alias  = "log"
  region = "us-east-1"
}
data "aws_caller_identity" "me" {}
data "aws_caller_identity" "log" { provider = aws.log }
data "aws_partition" "p" {}
data "aws_region" "r" { provider = aws.log }
data "aws_iam_role" "x" { name = "x" }
data "aws_s3_bucket" "b" { bucket = "b" }
data "aws_elb_service_account" "e" {}
data "template_file" "t" {
  template = "hello $${name}"
  vars     = { name = "you" }
}
data "aws_vpc" "v" {}
data "aws_arn" "a" { arn = "arn:aws:iam::${data.aws_caller_identity.me.id}:role/x" }
"#;
    check(
        text,
        &[
            ("data.aws_caller_identity.me", "account_id", "\"{home}\""),
            ("data.aws_caller_identity.log", "id", "\"{home}\""),
            ("data.aws_caller_identity.log", "arn", "?data.aws_caller_identity.log.arn"),
            ("data.aws_partition.p", "partition", "\"aws\""),
            ("data.aws_partition.p", "dns_suffix", "\"amazonaws.com\""),
            ("data.aws_region.r", "name", "\"us-east-1\""),
            ("data.aws_iam_role.x", "arn", "\"arn:aws:iam::{home}:role/{data.aws_iam_role.x.path}x\""),
            ("data.aws_s3_bucket.b", "arn", "\"arn:aws:s3:::b\""),
            ("data.aws_elb_service_account.e", "arn", "\"arn:aws:iam::156460612806:root\""),
            ("data.template_file.t", "rendered", "\"hello you\""),
            ("data.aws_arn.a", "account", "\"{home}\""),
            ("data.aws_vpc.v", "id", "?data.aws_vpc.v.id"),
        ],
    );
}

#[test]
fn a_resource_under_an_unknown_condition_may_exist() {
    let text = r#"
variable "on" { type = bool }
variable "names" { type = set(string) }
resource "aws_iam_role" "perhaps" {
  count = var.on ? 1 : 0
  name  = "deploy"
}
resource "aws_iam_role" "many" {
  for_each = var.names
  name     = "role-${each.key}"
}
locals {
  perhaps = aws_iam_role.perhaps[0].name
  first   = try(aws_iam_role.perhaps[0].name, "none")
  joined  = join("", aws_iam_role.perhaps[*].name)
  one     = aws_iam_role.many["a"].arn
  other   = aws_iam_role.many[var.on ? "b" : "c"].name
}
"#;
    evaluate(&[("main.tf", text)], |evaluator| {
        let resources = evaluator.resources();
        let addresses: Vec<&str> = resources.iter().map(|resource| resource.address.as_str()).collect();
        assert_eq!(addresses, ["aws_iam_role.many[*]", "aws_iam_role.perhaps[0]"]);
        assert!(resources.iter().all(|resource| resource.existence != Existence::Certain));
        let local = |name| show(&evaluator.local(evaluator.root(), name).expect("a local"));
        assert_eq!(local("perhaps"), "\"deploy\"");
        assert_eq!(local("first"), "one of (\"deploy\", \"none\")");
        assert_eq!(local("joined"), "one of (\"deploy\", \"\")");
        assert_eq!(local("one"), "\"arn:{provider.aws.partition}:iam::{home}:role/role-a\"");
        assert_eq!(local("other"), "one of (\"role-b\", \"role-c\")");
        assert_eq!(attribute(evaluator, "aws_iam_role.many[*]", "name"), "\"role-{each.key of var.names}\"");
    });
}

#[test]
fn whole_resources_are_open_objects() {
    let text = r#"
resource "aws_iam_role" "r" {
  for_each = { a = 1, b = 2 }
  name     = "r-${each.key}-${each.value}"
}
resource "aws_s3_bucket" "b" {
  bucket = "b"
  versioning {
    enabled = true
  }
}
resource "terraform_data" "d" { input = { x = 1 } }
locals {
  names   = [for r in aws_iam_role.r : r.name]
  ids     = values(aws_iam_role.r)[*].unique_id
  block   = aws_s3_bucket.b.versioning[0].enabled
  deeper  = aws_s3_bucket.b.versioning[0].mfa_delete
  output  = terraform_data.d.output.x
  prefix  = resource.aws_s3_bucket.b.id
  single  = aws_s3_bucket.b[*].versioning[0].enabled
}
"#;
    evaluate(&[("main.tf", text)], |evaluator| {
        let local = |name| show(&evaluator.local(evaluator.root(), name).expect("a local"));
        assert_eq!(local("names"), "[\"r-a-1\", \"r-b-2\"]");
        assert_eq!(local("ids"), "[?aws_iam_role.r[\"a\"].unique_id, ?aws_iam_role.r[\"b\"].unique_id]");
        assert_eq!(local("block"), "true");
        assert_eq!(local("deeper"), "?aws_s3_bucket.b.versioning[0].mfa_delete");
        assert_eq!(local("output"), "1");
        assert_eq!(local("prefix"), "\"b\"");
        assert_eq!(local("single"), "[true]");
        assert_eq!(evaluator.errors(), []);
    });
}

#[test]
fn dynamic_blocks_are_expanded() {
    let text = r#"
variable "more" { type = list(string) }
variable "on" { type = bool }
resource "x_thing" "t" {
  rule { name = "static" }
  dynamic "rule" {
    for_each = { a = 1, b = 2 }
    iterator = it
    content { name = "${it.key}${it.value}" }
  }
  dynamic "rule" {
    for_each = var.more
    content { name = "m-${rule.value}" }
  }
  dynamic "rule" {
    for_each = var.on ? ["x"] : []
    content { name = rule.value }
  }
}
"#;
    evaluate(&[("main.tf", text)], |evaluator| {
        let resource = evaluator.resources().into_iter().next().expect("a resource");
        let blocks = evaluator.blocks(&resource, &resource.decl.body, "rule");
        let shown: Vec<String> = blocks
            .iter()
            .map(|block| {
                let name = evaluator.block_attribute(block, "name").expect("a name");
                let mark = match (&block.existence, block.summary) {
                    (Existence::Certain, _) => "",
                    (Existence::MayExist(_), false) => "?",
                    (Existence::MayExist(_), true) => "*",
                };
                format!("{mark}{}", show(&name))
            })
            .collect();
        let expected = ["\"static\"", "\"a1\"", "\"b2\"", "*\"m-{each.value of var.more}\"", "?\"x\""];
        assert_eq!(shown, expected);
    });
}

#[test]
fn what_others_set_is_not_what_the_block_says() {
    let text = r#"
resource "aws_ssm_parameter" "account" {
  name  = "/account"
  type  = "String"
  value = "placeholder"
  lifecycle { ignore_changes = [value] }
}
resource "aws_ssm_parameter" "fixed" {
  name  = "/fixed"
  type  = "String"
  value = "set"
  lifecycle { ignore_changes = [tags["x"]] }
}
resource "aws_ssm_parameter" "all" {
  name  = "/all"
  type  = "String"
  value = "placeholder"
  lifecycle { ignore_changes = all }
}
"#;
    check(
        text,
        &[
            ("aws_ssm_parameter.account", "value", "?aws_ssm_parameter.account.value"),
            ("aws_ssm_parameter.account", "name", "\"/account\""),
            ("aws_ssm_parameter.fixed", "value", "\"set\""),
            ("aws_ssm_parameter.all", "value", "?aws_ssm_parameter.all.value"),
        ],
    );
}

#[test]
fn services_act_from_accounts_of_their_own() {
    let text = r#"
provider "aws" { region = "eu-west-1" }
data "aws_elb_service_account" "main" {}
data "aws_redshift_service_account" "main" {}
data "aws_cloudtrail_service_account" "other" { region = "eu-south-2" }
"#;
    check(
        text,
        &[
            ("data.aws_elb_service_account.main", "arn", "\"arn:aws:iam::156460612806:root\""),
            ("data.aws_redshift_service_account.main", "arn", "\"arn:aws:iam::210876761215:user/logs\""),
            ("data.aws_cloudtrail_service_account.other", "id", "\"757211635381\""),
        ],
    );
}
