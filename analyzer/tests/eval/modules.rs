//! Module calls: arguments, outputs, instances.

use crosstrail_analyzer::eval::evaluator::Existence;

use crate::configuration::evaluate;
use crate::show::show;

const CHILD: &str = r#"
variable "name" { type = string }
variable "roles" {
  type    = list(object({ name = string, path = optional(string, "/") }))
  default = []
}
output "greeting" { value = "hello ${var.name}" }
output "paths" { value = var.roles[*].path }
"#;

fn check(main: &str, expected: &[(&str, &str)]) {
    evaluate(&[("main.tf", main), ("child/main.tf", CHILD)], |evaluator| {
        for (name, expected) in expected {
            let value = evaluator.output(evaluator.root(), name).expect("an output");
            assert_eq!(show(&value), *expected, "{name}");
        }
    });
}

#[test]
fn arguments_are_converted_with_their_defaults() {
    let main = r#"
module "c" {
  source = "./child"
  name   = 5
  roles  = [{ name = "a" }, { name = "b", path = "/x/" }]
}
output "greeting" { value = module.c.greeting }
output "paths" { value = module.c.paths }
"#;
    check(main, &[("greeting", "\"hello 5\""), ("paths", "[\"/\", \"/x/\"]")]);
}

#[test]
fn instances_by_key_and_number() {
    let main = r#"
module "each" {
  source   = "./child"
  for_each = toset(["a", "b"])
  name     = each.key
}
module "counted" {
  source = "./child"
  count  = 2
  name   = "n${count.index}"
}
output "one" { value = module.each["b"].greeting }
output "all" { value = { for k, m in module.each : k => m.greeting } }
output "splat" { value = module.counted[*].greeting }
"#;
    check(
        main,
        &[
            ("one", "\"hello b\""),
            ("all", "{a = \"hello a\", b = \"hello b\"}"),
            ("splat", "[\"hello n0\", \"hello n1\"]"),
        ],
    );
}

#[test]
fn modules_that_are_not_at_hand_are_symbols() {
    let main = r#"
variable "on" { type = bool }
module "gone" {
  source = "terraform-aws-modules/s3-bucket/aws"
  bucket = "logs"
}
module "keyed" {
  source   = "git::https://example.com/x.git"
  for_each = { a = 1 }
}
module "perhaps" {
  source = "./child"
  count  = var.on ? 1 : 0
  name   = "x"
}
output "arn" { value = "${module.gone.arn}/*" }
output "keyed" { value = module.keyed["a"].id }
output "perhaps" { value = module.perhaps[0].greeting }
output "perhaps_all" { value = join(",", module.perhaps[*].greeting) }
"#;
    check(
        main,
        &[
            ("arn", "\"{module.gone.arn}/*\""),
            ("keyed", "?module.keyed[\"a\"].id"),
            ("perhaps", "\"hello x\""),
            ("perhaps_all", "one of (\"hello x\", \"\")"),
        ],
    );
    evaluate(&[("main.tf", main), ("child/main.tf", CHILD)], |evaluator| {
        let modules = evaluator.modules();
        let find = |address: &str| modules.iter().find(|module| *module.address() == *address).expect("a module");
        assert!(matches!(find("module.perhaps[0]").existence(), Existence::MayExist(_)));
        assert_eq!(*find("module.keyed[\"a\"]").existence(), Existence::Certain);
        let bucket = evaluator.argument(find("module.gone"), "bucket").expect("an argument");
        assert_eq!(show(&bucket), "\"logs\"");
    });
}

#[test]
fn paths_are_those_that_terraform_gives() {
    let main = r#"
module "c" {
  source = "./child"
}
output "root" { value = [path.module, path.root, module.c.path, module.c.file] }
output "cwd" { value = file("${path.cwd}/child/note.txt") }
"#;
    let child =
        "output \"path\" { value = path.module }\noutput \"file\" { value = file(\"${path.module}/note.txt\") }\n";
    let files = [("main.tf", main), ("child/main.tf", child), ("child/note.txt", "noted")];
    evaluate(&files, |evaluator| {
        let value = |name| show(&evaluator.output(evaluator.root(), name).expect("an output"));
        assert_eq!(value("root"), "[\".\", \".\", \"child\", \"noted\"]");
        assert_eq!(value("cwd"), "\"noted\"");
    });
}

#[test]
fn providers_are_passed_to_modules() {
    let main = r#"
provider "aws" { region = "eu-west-1" }
provider "aws" {
  alias   = "log"
  profile = "log"
}
module "a" {
  source    = "./child"
  providers = { aws = aws.log, aws.peer = aws }
}
module "b" {
  source = "./plain"
}
output "accounts" { value = [module.a.account, module.a.peer, module.b.account] }
"#;
    let child = r#"
terraform {
  required_providers {
    aws = {
      source                = "hashicorp/aws"
      configuration_aliases = [aws.peer]
    }
  }
}
data "aws_caller_identity" "me" {}
data "aws_caller_identity" "peer" { provider = aws.peer }
output "account" { value = data.aws_caller_identity.me.account_id }
output "peer" { value = data.aws_caller_identity.peer.account_id }
"#;
    let plain =
        "data \"aws_caller_identity\" \"me\" {}\noutput \"account\" { value = data.aws_caller_identity.me.id }\n";
    evaluate(&[("main.tf", main), ("child/main.tf", child), ("plain/main.tf", plain)], |evaluator| {
        let value = evaluator.output(evaluator.root(), "accounts").expect("an output");
        let expected = "[\"{profile log}\", \"{home}\", \"{home}\"]";
        assert_eq!(show(&value), expected);
    });
}

#[test]
fn a_circle_through_a_module_is_found() {
    let main = "module \"c\" {\n  source = \"./child\"\n  name = module.c.greeting\n}\noutput \"it\" { value = module.c.greeting }\n";
    evaluate(&[("main.tf", main), ("child/main.tf", CHILD)], |evaluator| {
        let _value = evaluator.output(evaluator.root(), "it");
        let messages: Vec<String> = evaluator.errors().iter().map(|error| error.message.clone()).collect();
        let expected = "these refer to each other in a circle: \
                        `module.c.output.greeting` -> `module.c.var.name` -> `module.c.output.greeting`";
        assert_eq!(messages, [expected]);
    });
}

#[test]
fn a_number_of_instances_may_not_depend_on_itself() {
    let main = "resource \"aws_iam_role\" \"r\" {\n  count = length(aws_iam_role.r)\n}\noutput \"it\" { value = aws_iam_role.r }\n";
    evaluate(&[("main.tf", main)], |evaluator| {
        let _value = evaluator.output(evaluator.root(), "it");
        let messages: Vec<String> = evaluator.errors().iter().map(|error| error.message.clone()).collect();
        assert_eq!(messages, ["the number of instances of `aws_iam_role.r` depends on itself"]);
    });
}
