//! What blocks declare, also those that nobody knows yet.

use super::*;

#[test]
fn every_kind_of_block_is_read() {
    let fixture = Fixture::new(&[(
        "main.tf",
        r#"
terraform {
  required_providers {
    aws = {
      source                = "hashicorp/aws"
      configuration_aliases = [aws.log, aws.hub]
    }
  }
  backend "s3" {
    bucket = "state"
  }
}
variable "name" {
  type      = string
  default   = "x"
  sensitive = true
  nullable  = false
  validation {
    condition     = var.name != ""
    error_message = "no name"
  }
}
locals {
  a = 1
}
locals {
  b = 2
}
provider "aws" {
  region = "eu-west-1"
}
provider "aws" {
  alias  = "log"
  region = "eu-west-1"
}
data "aws_region" "here" {}
resource "aws_iam_role" "r" {
  provider = aws.log
  name     = "r"
}
ephemeral "random_password" "p" {}
check "health" {
  data "http" "page" {
    url = "https://example.com"
  }
  assert {
    condition     = true
    error_message = "x"
  }
}
output "arn" {
  value     = aws_iam_role.r.arn
  sensitive = true
}
"#,
    )]);
    assert_eq!(fixture.errors(), Vec::<String>::new());
    let module = fixture.module(".");
    let resources: Vec<String> = module.resources.addresses().map(ToString::to_string).collect();
    assert_eq!(resources, ["aws_iam_role.r", "data.aws_region.here", "data.http.page", "ephemeral.random_password.p"]);
    assert_eq!(names(&module.locals), ["a", "b"]);
    let variable = &module.variables["name"];
    assert!(variable.sensitive && !variable.nullable);
    assert_eq!(variable.validations.len(), 1);
    assert_eq!(fixture.value(variable.default.as_ref().unwrap()), "\"x\"");
    assert_eq!(fixture.text(variable.header), "variable \"name\"");
    assert!(module.outputs["arn"].sensitive);
    let providers: Vec<String> = module.providers.iter().map(|provider| provider.reference.to_string()).collect();
    assert_eq!(providers, ["aws", "aws.log"]);
    let aliases: Vec<String> = module.configuration_aliases.iter().map(ToString::to_string).collect();
    assert_eq!(aliases, ["aws.log", "aws.hub"]);
    assert_eq!(module.provider_sources["aws"], "hashicorp/aws");
    assert_eq!(module.backend.as_ref().unwrap().label(0).unwrap().text, "s3");
    let role = module.resources.iter().find(|resource| resource.address.name == "r").unwrap();
    assert_eq!(role.provider.as_ref().unwrap().to_string(), "aws.log");
}

#[test]
fn other_kinds_of_blocks_stop_nothing() {
    let fixture = Fixture::new(&[(
        "main.tf",
        r#"
moved {
  from = aws_iam_role.a
  to   = aws_iam_role.b
}
removed {
  from = aws_iam_role.c
  lifecycle {
    destroy = false
  }
}
import {
  to = aws_iam_role.b
  id = "b"
}
action "aws_lambda_invoke" "x" {
  config {
    function_name = "f"
  }
}
list "aws_instance" "all" {}
state_store "x" "y" {}
encryption {
  key_provider "pbkdf2" "k" {}
}
language {
  edition = "x"
}
something "new" {
  a = 1
}
resource "aws_iam_role" "b" {}
"#,
    )]);
    assert_eq!(fixture.errors(), Vec::<String>::new());
    assert_eq!(fixture.module(".").resources.len(), 1);
}

#[test]
fn duplicates_are_reported_with_the_place_of_the_first() {
    let fixture = Fixture::new(&[
        ("a.tf", "resource \"aws_iam_role\" \"r\" {\n  name = \"first\"\n}\nlocals {\n  x = 1\n}\nvariable \"v\" {}\n"),
        (
            "b.tf",
            "resource \"aws_iam_role\" \"r\" {}\nlocals {\n  x = 2\n}\nvariable \"v\" {}\nmodule \"m\" {}\nmodule \"m\" {}\n",
        ),
        (
            "c.tf",
            "provider \"aws\" {\n  alias = \"a\"\n}\nprovider \"aws\" {\n  alias = \"a\"\n}\noutput \"o\" {}\noutput \"o\" {}\n",
        ),
    ]);
    assert_eq!(
        fixture.errors(),
        [
            "b.tf: resource \"aws_iam_role\" \"r\": `aws_iam_role.r` is already declared in a.tf, line 1",
            "b.tf: x: `local.x` is already declared in a.tf, line 5",
            "b.tf: variable \"v\": `var.v` is already declared in a.tf, line 7",
            "b.tf: module \"m\": `module.m` is already declared in b.tf, line 6",
            "c.tf: provider \"aws\": `provider.aws.a` is already declared in c.tf, line 1",
            "c.tf: output \"o\": `output.o` is already declared in c.tf, line 7",
        ]
    );
    let role = fixture.module(".").resources.iter().next().unwrap();
    assert_eq!(fixture.value(role.body.attribute("name").unwrap()), "\"first\"");
}

#[test]
fn missing_labels_are_reported() {
    let fixture = Fixture::new(&[("a.tf", "resource \"aws_iam_role\" {}\nvariable {}\nlocals {\n  a = 1\n}\n")]);
    assert_eq!(
        fixture.errors(),
        [
            "a.tf: resource \"aws_iam_role\": a `resource` block takes a type and a name",
            "a.tf: variable: a `variable` block takes a name",
        ]
    );
    assert_eq!(names(&fixture.module(".").locals), ["a"]);
}

#[test]
fn a_broken_file_leaves_the_others_whole() {
    let mut fs = MemoryFileSystem::default();
    fs.insert("a.tf", "locals {\n  a = 1\n}\n");
    fs.insert("b.tf", b"locals {\n  b = \"\xff\"\n}\n".as_slice());
    fs.insert("c.tf", b"\0GITCRYPT\0abc".as_slice());
    fs.insert("d.tf", "locals {\n  d = \n}\nlocals {\n  e = 1\n}\n");
    fs.insert("terraform.tfvars", b"\0GITCRYPT\0abc".as_slice());
    let fixture = Fixture::of(&fs);
    let errors = fixture.errors();
    assert_eq!(errors.len(), 4, "{errors:#?}");
    assert!(errors[0].starts_with("b.tf: : "), "{}", errors[0]);
    assert!(errors[1].starts_with("c.tf: : ") && errors[1].contains("git-crypt"), "{}", errors[1]);
    assert!(errors[2].starts_with("d.tf: "), "{}", errors[2]);
    assert!(errors[3].starts_with("terraform.tfvars: : "), "{}", errors[3]);
    let module = fixture.module(".");
    assert!(module.locals.contains_key("a") && module.locals.contains_key("e"));
    assert_eq!(module.files.len(), 4);
}

#[test]
fn tofu_files_take_the_place_of_terraforms() {
    let fixture = Fixture::new(&[
        ("a.tf", "locals {\n  terraform = 1\n}\n"),
        ("a.tofu", "locals {\n  tofu = 1\n}\n"),
        ("b.tofu.json", r#"{"locals": {"json": 1}}"#),
    ]);
    assert_eq!(names(&fixture.module(".").locals), ["json", "tofu"]);
}
