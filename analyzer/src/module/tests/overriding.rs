//! Override files.

use super::*;

const BASE: &str = r#"
terraform {
  backend "s3" {}
  required_providers {
    aws = {
      source                = "hashicorp/aws"
      configuration_aliases = [aws.a]
    }
  }
}
variable "v" {
  type    = string
  default = "base"
}
locals {
  a = "base"
  b = "base"
}
resource "aws_iam_role" "r" {
  name        = "base"
  description = "kept"
  inline_policy {
    name = "one"
  }
  inline_policy {
    name = "two"
  }
  dynamic "tag" {
    for_each = []
    content {}
  }
  lifecycle {
    create_before_destroy = true
    prevent_destroy       = true
  }
}
provider "aws" {
  region = "base"
}
provider "aws" {
  alias  = "log"
  region = "base"
}
"#;

const CHANGE: &str = r#"
terraform {
  backend "local" {}
  required_providers {
    aws = {
      source = "example/aws"
    }
  }
}
variable "v" {
  default = "changed"
}
locals {
  b = "changed"
}
resource "aws_iam_role" "r" {
  name = "changed"
  inline_policy {
    name = "three"
  }
  tag {
    key = "k"
  }
  lifecycle {
    prevent_destroy = false
  }
}
provider "aws" {
  alias  = "log"
  region = "changed"
}
"#;

#[test]
fn overrides_are_merged_as_by_terraform() {
    let fixture = Fixture::new(&[("main.tf", BASE), ("override.tf", CHANGE)]);
    assert_eq!(fixture.errors(), Vec::<String>::new());
    let module = fixture.module(".");
    let variable = &module.variables["v"];
    assert_eq!(fixture.value(variable.default.as_ref().unwrap()), "\"changed\"");
    assert_eq!(fixture.value(variable.ty.as_ref().unwrap()), "string");
    assert_eq!(fixture.value(&module.locals["a"].attribute), "\"base\"");
    assert_eq!(fixture.value(&module.locals["b"].attribute), "\"changed\"");
    let role = module.resources.iter().next().unwrap();
    assert_eq!(fixture.value(role.body.attribute("name").unwrap()), "\"changed\"");
    assert_eq!(fixture.value(role.body.attribute("description").unwrap()), "\"kept\"");
    let policies = role.body.blocks("inline_policy");
    assert_eq!(policies.len(), 1);
    assert_eq!(fixture.value(policies[0].body.attribute("name").unwrap()), "\"three\"");
    assert_eq!((role.body.blocks("tag").len(), role.body.dynamic_blocks("tag").len()), (1, 0));
    let lifecycle = &role.body.blocks("lifecycle")[0];
    assert_eq!(fixture.value(lifecycle.body.attribute("prevent_destroy").unwrap()), "false");
    assert!(lifecycle.body.attribute("create_before_destroy").is_some());
    let regions = module.providers.iter().map(|provider| fixture.value(provider.body.attribute("region").unwrap()));
    assert_eq!(regions.collect::<Vec<_>>(), ["\"base\"", "\"changed\""]);
    assert_eq!(module.backend.as_ref().unwrap().label(0).unwrap().text, "local");
    assert_eq!(module.provider_sources["aws"], "example/aws");
    assert!(module.configuration_aliases.is_empty());
}

#[test]
fn overrides_apply_in_the_order_of_their_names() {
    let override_with = |value: &str| format!("locals {{\n  a = {value}\n}}\n");
    let fixture = Fixture::new(&[
        ("main.tf", "locals {\n  a = 0\n}\n"),
        ("a_override.tf", &override_with("1")),
        ("b_override.tf", &override_with("2")),
    ]);
    assert_eq!(fixture.errors(), Vec::<String>::new());
    assert_eq!(fixture.value(&fixture.module(".").locals["a"].attribute), "2");
}

#[test]
fn json_overrides_native_blocks() {
    let change = r#"{"resource": {"aws_iam_role": {"r": {"inline_policy": [{"name": "three"}, {"name": "four"}]}}}}"#;
    let fixture = Fixture::new(&[("main.tf", BASE), ("x_override.tf.json", change)]);
    assert_eq!(fixture.errors(), Vec::<String>::new());
    let role = fixture.module(".").resources.iter().next().unwrap();
    let policies = role.body.blocks("inline_policy");
    let names = policies.iter().map(|policy| fixture.value(policy.body.attribute("name").unwrap()));
    assert_eq!(names.collect::<Vec<_>>(), ["\"three\"", "\"four\""]);
    assert_eq!(role.body.dynamic_blocks("tag").len(), 1);
    assert_eq!(fixture.value(role.body.attribute("name").unwrap()), "\"base\"");
}

#[test]
fn nothing_to_override_is_an_error() {
    let change = "resource \"aws_iam_role\" \"x\" {}\nlocals {\n  c = 1\n}\n";
    let fixture = Fixture::new(&[("main.tf", BASE), ("override.tf", change)]);
    assert_eq!(
        fixture.errors(),
        [
            "override.tf: resource \"aws_iam_role\" \"x\": there is no `resource` block of this name to override",
            "override.tf: c: there is no local value `c` to override",
        ]
    );
}
