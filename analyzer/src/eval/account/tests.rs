//! Each way to know an account, and which accounts are one.

use std::sync::Arc;

use crate::config::{Configuration, ConfigurationPlace, FILE_NAME};
use crate::eval::bindings::{Bindings, OtherStacks, StateWorkspace};
use crate::eval::evaluator::Options;
use crate::module::{Stack, StatePlace, load_configured_workspace};
use crate::source::{MemoryFileSystem, SourceMap};

use super::*;

struct NoOthers;

impl OtherStacks for NoOthers {
    fn outputs(&self, _dir: &str, _environment: Option<&str>, _asking: Option<&str>) -> Option<Value> {
        None
    }

    fn outputs_of_state(&self, _place: &StatePlace, _workspace: &StateWorkspace, _asking: &Stack) -> Option<Value> {
        None
    }
}

/// What `ask` makes of the evaluator of each stack.
fn each<T>(configuration: &str, files: &[(&str, &str)], mut ask: impl FnMut(&Evaluator<'_>) -> T) -> Vec<T> {
    let (configuration, errors) = Configuration::read(ConfigurationPlace::new(FILE_NAME), configuration);
    assert_eq!(errors, []);
    let mut system = MemoryFileSystem::default();
    for (path, text) in files {
        system.insert(path, *text);
    }
    let sources = SourceMap::default();
    let workspace = load_configured_workspace(&system, &sources, &[".".to_owned()], &configuration);
    let ask = |stack: &Arc<Stack>| {
        let evaluator = Evaluator::new(stack, &sources, &system, Options::usual());
        ask(&evaluator.with_configuration(&configuration, Bindings::default(), &NoOthers))
    };
    workspace.stacks.iter().map(ask).collect()
}

/// The accounts of the SNS topics of `text`, by name: what is known and how.
fn topics(configuration: &str, text: &str) -> Vec<String> {
    let of_stack = |evaluator: &Evaluator<'_>| {
        let resources = evaluator.resources();
        let topics = resources.iter().filter(|resource| resource.ty() == "aws_sns_topic");
        let show = |topic: &Arc<ResourceInstance>| {
            let account = evaluator.account(topic);
            let name = account.name.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
            format!("{}: {}{name} {:?}", topic.decl.address.name, account.text.display(), account.evidence.kind)
        };
        topics.map(show).collect::<Vec<_>>()
    };
    each(configuration, &[("main.tf", text)], of_stack).into_iter().flatten().collect()
}

/// Whether the accounts that the texts of the outputs `a` and `b` stand for are one.
fn same_outputs(configuration: &str, text: &str) -> (Truth, bool) {
    let ask = |evaluator: &Evaluator<'_>| {
        let account = |name| {
            let value = evaluator.output(evaluator.root(), name).expect("an output");
            let mut builder = crate::eval::expression::TextBuilder::default();
            evaluator.push_value(&value, &mut builder).expect("a text");
            evaluator.account_of_text(builder.finish().as_text().expect("a text"))
        };
        let sameness = same(&account("a"), &account("b"));
        (sameness.truth, sameness.likely)
    };
    each(configuration, &[("main.tf", text)], ask).pop().expect("a stack")
}

#[test]
fn the_only_allowed_account() {
    let text = r#"
variable "account" { type = string }
provider "aws" {
  allowed_account_ids = [111111111111]
  profile             = "x"
}
provider "aws" {
  alias               = "two"
  allowed_account_ids = ["111111111111", "222222222222"]
}
provider "aws" {
  alias               = "given"
  allowed_account_ids = [var.account]
}
resource "aws_sns_topic" "default" {}
resource "aws_sns_topic" "given" { provider = aws.given }
resource "aws_sns_topic" "two" { provider = aws.two }
"#;
    let expected = ["default: 111111111111 Allowed", "given: {var.account} Allowed", "two: {home} Home"];
    assert_eq!(topics("", text), expected);
}

#[test]
fn the_role_that_is_assumed_last() {
    let text = r#"
variable "role" { type = string }
variable "account" { type = string }
provider "aws" {
  assume_role { role_arn = "arn:aws:iam::111111111111:role/hub" }
  assume_role { role_arn = "arn:aws:iam::222222222222:role/spoke" }
}
provider "aws" {
  alias = "whole"
  assume_role { role_arn = var.role }
}
provider "aws" {
  alias = "part"
  assume_role { role_arn = "arn:aws:iam::${var.account}:role/deploy" }
}
provider "aws" {
  alias = "web"
  assume_role_with_web_identity { role_arn = "arn:aws:iam::333333333333:role/web" }
}
provider "aws" {
  alias = "none"
  assume_role { role_arn = "" }
}
resource "aws_sns_topic" "chain" {}
resource "aws_sns_topic" "none" { provider = aws.none }
resource "aws_sns_topic" "part" { provider = aws.part }
resource "aws_sns_topic" "web" { provider = aws.web }
resource "aws_sns_topic" "whole" { provider = aws.whole }
"#;
    let expected = [
        "chain: 222222222222 Role",
        "none: {home} Home",
        "part: {var.account} Role",
        "web: 333333333333 Role",
        "whole: {account of var.role} Role",
    ];
    assert_eq!(topics("", text), expected);
}

#[test]
fn alternatives_of_a_role() {
    let text = r#"
variable "plan" { type = bool }
variable "roles" { type = list(string) }
provider "aws" {
  assume_role { role_arn = "arn:aws:iam::111111111111:role/${var.plan ? "read" : "write"}" }
}
provider "aws" {
  alias = "same"
  assume_role {
    role_arn = var.plan ? "arn:aws:iam::111111111111:role/read" : "arn:aws:iam::111111111111:role/write"
  }
}
provider "aws" {
  alias = "none"
  assume_role { role_arn = var.plan ? null : "arn:aws:iam::111111111111:role/write" }
}
provider "aws" {
  alias  = "none_elsewhere"
  region = "us-east-1"
  assume_role { role_arn = var.plan ? null : "arn:aws:iam::111111111111:role/write" }
}
provider "aws" {
  alias = "dynamic"
  dynamic "assume_role" {
    for_each = var.plan ? [] : ["arn:aws:iam::222222222222:role/write"]
    content { role_arn = assume_role.value }
  }
}
provider "aws" {
  alias = "never"
  dynamic "assume_role" {
    for_each = compact([null])
    content { role_arn = assume_role.value }
  }
}
resource "aws_sns_topic" "dynamic" { provider = aws.dynamic }
resource "aws_sns_topic" "field" {}
resource "aws_sns_topic" "never" { provider = aws.never }
resource "aws_sns_topic" "none" { provider = aws.none }
resource "aws_sns_topic" "none_elsewhere" { provider = aws.none_elsewhere }
resource "aws_sns_topic" "same" { provider = aws.same }
"#;
    let perhaps = "{account of (var.plan ? null : \"arn:aws:iam::111111111111:role/write\")} Role";
    let expected = [
        "dynamic: {account of perhaps \"arn:aws:iam::222222222222:role/write\"} Role".to_owned(),
        "field: 111111111111 Role".to_owned(),
        "never: {home} Home".to_owned(),
        format!("none: {perhaps}"),
        format!("none_elsewhere: {perhaps}"),
        "same: 111111111111 Role".to_owned(),
    ];
    assert_eq!(topics("", text), expected);
}

#[test]
fn profiles_keys_and_whoever_applies() {
    let text = r#"
variable "profile" { type = string }
provider "aws" {
  region = "eu-west-1"
}
provider "aws" {
  alias  = "elsewhere"
  region = "us-east-1"
}
provider "aws" {
  alias   = "profile"
  profile = "cool-audit"
}
provider "aws" {
  alias   = "given"
  profile = var.profile
}
provider "aws" {
  alias      = "key"
  access_key = "AKIAIOSFODNN7EXAMPLE"
}
resource "aws_sns_topic" "default" {}
resource "aws_sns_topic" "elsewhere" { provider = aws.elsewhere }
resource "aws_sns_topic" "given" { provider = aws.given }
resource "aws_sns_topic" "key" { provider = aws.key }
resource "aws_sns_topic" "lost" { provider = aws.lost }
resource "aws_sns_topic" "profile" { provider = aws.profile }
"#;
    let expected = [
        "default: {home} Home",
        "elsewhere: {home} Home",
        "given: {profile {var.profile}} Profile",
        "key: {provider.aws.key.account_id} Provider",
        "lost: {provider.aws.lost.account_id} Provider",
        "profile: {profile cool-audit} (cool-audit) Profile",
    ];
    assert_eq!(topics("", text), expected);
}

#[test]
fn what_the_configuration_says() {
    let text = r#"
variable "plan" { type = bool }
provider "aws" { profile = "any" }
provider "aws" {
  alias   = "elsewhere"
  region  = "us-east-1"
  profile = "any"
}
provider "aws" {
  alias = "log"
  assume_role { role_arn = "arn:aws:iam::999999999999:role/x" }
}
provider "aws" {
  alias = "perhaps"
  assume_role { role_arn = var.plan ? null : "arn:aws:iam::111111111111:role/x" }
}
provider "aws" {
  alias   = "profile"
  profile = "sandbox-admin"
}
resource "aws_sns_topic" "default" {}
resource "aws_sns_topic" "elsewhere" { provider = aws.elsewhere }
resource "aws_sns_topic" "log" { provider = aws.log }
resource "aws_sns_topic" "perhaps" { provider = aws.perhaps }
resource "aws_sns_topic" "profile" { provider = aws.profile }
"#;
    let configuration = r#"
[accounts.main]
id = "111111111111"
[accounts.log]
[accounts.sandbox]
aliases = ["sandbox-admin"]
[stacks."."]
account = "main"
[[providers]]
provider = "aws.log"
account = "log"
"#;
    let expected = [
        "default: 111111111111 (main) Configured",
        "elsewhere: 111111111111 (main) Configured",
        "log: {account log} (log) Configured",
        "perhaps: 111111111111 (main) Configured",
        "profile: {account sandbox} (sandbox) Profile",
    ];
    assert_eq!(topics(configuration, text), expected);
}

#[test]
fn the_caller_of_the_default_provider_decides_its_role() {
    let text = r#"
provider "aws" {
  assume_role { role_arn = "arn:aws:iam::${data.aws_caller_identity.original.account_id}:role/x" }
}
provider "aws" { alias = "original" }
data "aws_caller_identity" "original" { provider = aws.original }
resource "aws_sns_topic" "after" { provider = aws.original }
resource "aws_sns_topic" "default" {}
"#;
    assert_eq!(topics("", text), ["after: {home} Home", "default: {home} Role"]);
}

#[test]
fn a_role_in_its_own_account_is_a_circle_and_ends() {
    let text = r#"
provider "aws" {
  assume_role { role_arn = "arn:aws:iam::${data.aws_caller_identity.me.account_id}:role/x" }
}
data "aws_caller_identity" "me" {}
resource "aws_sns_topic" "t" {}
"#;
    assert_eq!(topics("", text), ["t: {provider.aws.account_id} Role"]);
}

const NAMES: &str = r#"
variable "accounts" { type = map(object({ id = string })) }
data "aws_secretsmanager_secret_version" "s" { secret_id = "x" }
data "aws_organizations_organization" "o" {}
resource "aws_organizations_account" "log" {
  name  = "Log Archive"
  email = "log@example.com"
}
resource "aws_organizations_account" "all" {
  for_each = toset(["audit", "log"])
  name     = each.key
  email    = "${each.key}@example.com"
}
module "account_map" { source = "example.com/account-map" }
locals {
  account_ids = jsondecode(data.aws_secretsmanager_secret_version.s.secret_string).account_ids
  by_name     = { for a in data.aws_organizations_organization.o.accounts : a.name => a.id }
}
"#;

/// Each way to write the account named `log`.
const WAYS: &[&str] = &[
    "local.account_ids[\"log\"]",
    "local.account_ids.log",
    "lookup(local.account_ids, \"log\")",
    "lookup(local.account_ids, \"log\", \"\")",
    "lookup(local.account_ids, \"log\", null)",
    "lookup(local.account_ids, \"log\", \"none\")",
    "var.accounts.log.id",
    "var.accounts[\"log\"].id",
    "[for a in data.aws_organizations_organization.o.accounts : a.id if a.name == \"log\"][0]",
    "one([for a in data.aws_organizations_organization.o.accounts : a.id if \"log\" == a.name])",
    "coalesce([for a in data.aws_organizations_organization.o.accounts : a.id if a.name == \"log\"]...)",
    "[for a in data.aws_organizations_organization.o.accounts : a if a.name == \"log\" && a.status == \"ACTIVE\"][0].id",
    "{ for a in data.aws_organizations_organization.o.accounts : a.name => a.id }[\"log\"]",
    "lookup(local.by_name, \"log\")",
    "local.by_name.log",
    "module.account_map.full_account_map[\"log\"]",
    "aws_organizations_account.all[\"log\"].id",
];

fn pair(a: &str, b: &str) -> String {
    format!("{NAMES}\noutput \"a\" {{ value = {a} }}\noutput \"b\" {{ value = {b} }}\n")
}

#[test]
fn two_names_are_likely_two_accounts() {
    for way in WAYS {
        let other = way.replace("log\"", "audit\"").replace(".log", ".audit");
        assert_eq!(same_outputs("", &pair(way, &other)), (Truth::No, true), "{way}");
        assert_eq!(same_outputs("", &pair(way, way)), (Truth::Yes, false), "{way}");
        assert_eq!(same_outputs("", &pair(way, "\"111111111111\"")), (Truth::Unknown, false), "{way}");
    }
    let computed = pair("local.account_ids[terraform.workspace]", "local.account_ids[\"log\"]");
    assert_eq!(same_outputs("", &computed), (Truth::Unknown, false));
    let two_maps = pair("local.account_ids[\"log\"]", "var.accounts.audit.id");
    assert_eq!(same_outputs("", &two_maps), (Truth::Unknown, false));
    let roots = pair("var.accounts.log.id", "aws_organizations_account.log.id");
    assert_eq!(same_outputs("", &roots), (Truth::Unknown, false));
}

#[test]
fn a_name_of_the_configuration_is_that_account() {
    for way in WAYS {
        let text = pair(way, "\"222222222222\"");
        assert_eq!(
            same_outputs("[accounts.archive]\nid = \"222222222222\"\naliases = [\"log\"]\n", &text),
            (Truth::Yes, false),
            "{way}"
        );
        let unnumbered = "[accounts.log]\n[accounts.other]\nid = \"222222222222\"\n";
        assert_eq!(same_outputs(unnumbered, &text), (Truth::No, false), "{way}");
        assert_eq!(same_outputs(unnumbered, &pair(way, WAYS[0])), (Truth::Yes, false), "{way}");
    }
}

#[test]
fn stacks_have_accounts_of_their_own() {
    let topic = "provider \"aws\" {}\nresource \"aws_sns_topic\" \"t\" {}\n";
    let files = [("a/main.tf", topic), ("b/main.tf", topic)];
    let accounts = |configuration| {
        let ask = |evaluator: &Evaluator<'_>| evaluator.account(&evaluator.resources()[0]);
        let found = each(configuration, &files, ask);
        let sameness = same(&found[0], &found[1]);
        (sameness.truth, sameness.likely)
    };
    assert_eq!(accounts(""), (Truth::Unknown, false));
    assert_eq!(accounts("[accounts.x]\n[stacks.\"*\"]\naccount = \"x\"\n"), (Truth::Yes, false));
    let two = "[accounts.x]\n[accounts.y]\n[stacks.a]\naccount = \"x\"\n[stacks.b]\naccount = \"y\"\n";
    assert_eq!(accounts(two), (Truth::No, false));
}

#[test]
fn arns_written_by_hand_are_those_of_resources() {
    let text = r#"
provider "aws" {
  region = "eu-west-1"
  assume_role { role_arn = "arn:aws:iam::${local.account_ids["log"]}:role/x" }
}
resource "aws_iam_role" "r" { name = "deploy" }
data "aws_secretsmanager_secret_version" "s" { secret_id = "x" }
locals {
  account_ids = jsondecode(data.aws_secretsmanager_secret_version.s.secret_string).account_ids
}
output "a" { value = aws_iam_role.r.arn }
output "b" { value = "arn:aws:iam::${local.account_ids["log"]}:role/deploy" }
"#;
    for configuration in ["", "[accounts.log]\n", "[accounts.log]\nid = \"222222222222\"\n"] {
        let is_equal = each(configuration, &[("main.tf", text)], |evaluator| {
            let output = |name| evaluator.output(evaluator.root(), name).expect("an output");
            texts_equal(output("a").as_text().expect("a text"), output("b").as_text().expect("a text"))
        });
        assert_eq!(is_equal, [Truth::Yes], "{configuration}");
    }
}

#[test]
fn partitions_and_regions() {
    let text = r#"
variable "region" { type = string }
provider "aws" { region = var.region }
provider "aws" {
  alias = "role"
  assume_role { role_arn = "arn:aws-us-gov:iam::111111111111:role/x" }
}
provider "aws" {
  alias = "none"
}
resource "aws_sns_topic" "default" { name = "t" }
resource "aws_sns_topic" "none" {
  provider = aws.none
  name     = "t"
}
resource "aws_sns_topic" "role" {
  provider = aws.role
  name     = "t"
}
"#;
    let arns_of = |configuration: &str, text: &str| {
        let ask = |evaluator: &Evaluator<'_>| {
            let resources = evaluator.resources();
            let arn = |topic| evaluator.attribute(topic, "arn").as_text().map(Text::display).expect("a text");
            resources.iter().map(arn).collect::<Vec<_>>()
        };
        each(configuration, &[("main.tf", text)], ask).pop().expect("a stack")
    };
    let arns = |configuration| arns_of(configuration, text);
    assert_eq!(
        arns(""),
        [
            "arn:{provider.aws.partition}:sns:{var.region}:{home}:t",
            "arn:{provider.aws.none.partition}:sns:{provider.aws.none.region}:{home}:t",
            "arn:aws-us-gov:sns:{provider.aws.role.region}:111111111111:t",
        ]
    );
    let configuration =
        "[accounts.a]\npartition = \"aws-cn\"\n[stacks.\".\"]\naccount = \"a\"\nregion = \"cn-north-1\"\n";
    assert_eq!(
        arns(configuration),
        [
            "arn:aws-cn:sns:cn-north-1:{account a}:t",
            "arn:aws-cn:sns:{provider.aws.none.region}:{account a}:t",
            "arn:aws-us-gov:sns:{provider.aws.role.region}:111111111111:t",
        ]
    );
    let beside = text.replace("alias = \"none\"", "alias = \"none\"\n  region = \"us-east-1\"\n");
    assert_eq!(arns_of("", &beside)[0], "arn:aws:sns:{var.region}:{home}:t");
    let assumed = "[assumptions]\nregion = \"eu-west-1\"\n";
    assert_eq!(arns(assumed)[1], "arn:aws:sns:eu-west-1:{home}:t");
}

#[test]
fn the_organization_of_the_configuration() {
    let configuration =
        "[organization]\nid = \"o-a1b2c3d4e5\"\n[accounts.root]\nid = \"111111111111\"\nroles = [\"management\"]\n";
    let text = "data \"aws_organizations_organization\" \"o\" {}\noutput \"it\" {\n  value = [data.aws_organizations_organization.o.master_account_id, data.aws_organizations_organization.o.id]\n}\n";
    let values = each(configuration, &[("main.tf", text)], |evaluator| {
        let value = evaluator.output(evaluator.root(), "it").expect("an output");
        value.elements().expect("a list").iter().filter_map(Value::as_str).collect::<Vec<_>>()
    });
    assert_eq!(values, [["111111111111", "o-a1b2c3d4e5"]]);
}

#[test]
fn outputs_of_one_state_are_one_account_in_all_stacks() {
    let text = |name: &str, key: &str, output: &str| {
        format!(
            r#"
terraform {{
  backend "s3" {{}}
}}
data "terraform_remote_state" "{name}" {{
  backend = "s3"
  config  = {{ bucket = "states", key = "{key}" }}
}}
provider "aws" {{
  region = "eu-west-1"
  assume_role {{
    role_arn = {}
  }}
}}
resource "aws_sns_topic" "t" {{
  name = "t"
}}
"#,
            output.replace("STATE", &format!("data.terraform_remote_state.{name}.outputs"))
        )
    };
    let same_in = |a: String, b: String| {
        let topic = |evaluator: &Evaluator<'_>| {
            let resources = evaluator.resources();
            let topic = resources.iter().find(|it| it.ty() == "aws_sns_topic").unwrap();
            evaluator.account(topic)
        };
        let accounts = each("", &[("a/main.tf", &a), ("b/main.tf", &b)], topic);
        let sameness = same(&accounts[0], &accounts[1]);
        assert_eq!(sameness, same(&accounts[1], &accounts[0]));
        (sameness.truth, sameness.likely)
    };
    let id = r#""arn:aws:iam::${STATE.log_account}:role/x""#;
    let other = r#""arn:aws:iam::${STATE.app_account}:role/x""#;
    let arn = "STATE.role.arn";
    assert_eq!(same_in(text("org", "org", id), text("organization", "org", id)), (Truth::Yes, false));
    assert_eq!(same_in(text("org", "org", arn), text("organization", "org", arn)), (Truth::Yes, false));
    assert_eq!(same_in(text("org", "org", id), text("org", "org", other)), (Truth::Unknown, false));
    assert_eq!(same_in(text("org", "org", id), text("org", "dev/org", id)), (Truth::Unknown, false));
    assert_eq!(same_in(text("org", "org", id), text("org", "org", arn)), (Truth::Unknown, false));
    let entry = |key: &str| format!(r#""arn:aws:iam::${{STATE.account_ids["{key}"]}}:role/x""#);
    let entries = |a: &str, b: &str| same_in(text("org", "org", &entry(a)), text("organization", "org", &entry(b)));
    assert_eq!(entries("log", "log"), (Truth::Yes, false));
    assert_eq!(entries("log", "app"), (Truth::No, true));
}
