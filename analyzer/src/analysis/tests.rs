//! What a configuration changes, from files to values and findings.

use std::sync::Arc;

use crate::config::{Configuration, ConfigurationPlace, FILE_NAME, GivenValue};
use crate::inspection::{StackInspection, render_json};
use crate::source::MemoryFileSystem;

use super::*;

struct View {
    analysis: Analysis,
    options: Options,
}

fn view(configuration: &str, files: &[(&str, &str)]) -> View {
    let (configuration, errors) = Configuration::read(ConfigurationPlace::new(FILE_NAME), configuration);
    assert_eq!(errors, []);
    let (options, errors) = Options::configured(&configuration);
    assert_eq!(errors, []);
    let mut system = MemoryFileSystem::default();
    for (path, text) in files {
        system.insert(path, *text);
    }
    let mut host = Host::new(Arc::new(system));
    host.set_roots(Roots { directories: vec![".".to_owned()], ..Roots::default() });
    host.set_configuration(Arc::new(configuration));
    View { analysis: host.analysis(), options }
}

impl View {
    /// The problems, each with the text that it is about.
    fn problems(&self) -> Vec<String> {
        let show = |problem: Problem| {
            let text = problem.span.map(|span| self.analysis.sources().text(span)).unwrap_or_default();
            format!("{} {text}: {}", problem.path, problem.message)
        };
        self.analysis.problems().into_iter().map(show).collect()
    }

    fn stacks(&self) -> Vec<StackInspection> {
        assert_eq!(self.problems(), [""; 0]);
        self.analysis.inspect().stacks
    }

    /// The output or local `name` of each stack: `dir@environment = value`.
    fn values(&self, name: &str) -> Vec<String> {
        let stacks = self.stacks();
        let whole = self.analysis.inspect();
        let json: serde_json::Value = serde_json::from_str(&render_json(&whole, self.analysis.sources())).unwrap();
        let show = |(index, stack): (usize, &StackInspection)| {
            let shown = &json["stacks"][index];
            let value = &shown["outputs"][name];
            let environment = stack.environment.as_deref().map(|it| format!("@{it}")).unwrap_or_default();
            let text = value.get("value").map_or_else(|| "unknown".to_owned(), ToString::to_string);
            (!value.is_null()).then(|| format!("{}{environment} = {text}", stack.dir))
        };
        stacks.iter().enumerate().filter_map(show).collect()
    }

    fn findings(&self) -> Vec<String> {
        let findings = self.analysis.findings(&self.options);
        let show = |finding: &Finding| {
            let file = self.analysis.sources().file(finding.primary.file);
            let text = self.analysis.sources().text(finding.primary);
            format!("{}: {} {:?} {text}", file.path(), finding.code, finding.severity)
        };
        findings.iter().map(show).collect()
    }
}

const NAMED: &str = "variable \"size\" {\n  type = string\n}\nvariable \"name\" {}\noutput \"it\" {\n  value = \"${var.name}-${var.size}-${terraform.workspace}\"\n}\nterraform {\n  backend \"s3\" {}\n}\n";

#[test]
fn environments_multiply_a_stack() {
    let configuration = r#"
[stacks."live/*"]
environments = [
  { name = "prod", workspace = "p", var_files = ["vars/prod.tfvars", "/common.tfvars"] },
  { workspace = "dev", var_files = "vars/dev.tfvars", vars = { size = 3 } },
]
"#;
    let files = [
        ("live/app/main.tf", NAMED),
        ("live/app/vars/prod.tfvars", "name = \"production\"\nsize = 1\n"),
        ("live/app/vars/dev.tfvars", "name = \"development\"\nsize = 2\n"),
        ("common.tfvars", "size = 9\n"),
        ("other/main.tf", NAMED),
    ];
    assert_eq!(
        view(configuration, &files).values("it"),
        [
            "live/app@dev = \"development-3-dev\"",
            "live/app@prod = \"production-9-p\"",
            "other = \"{var.name}-{var.size}-{terraform.workspace}\"",
        ]
    );
}

#[test]
fn what_is_given_stands_over_what_is_written_and_below_an_environment() {
    let values = |configuration: &str| {
        let text = "variable \"x\" {\n  default = \"written\"\n}\noutput \"x\" {\n  value = var.x\n}\n";
        let mut system = MemoryFileSystem::default();
        system.insert("a/main.tf", text);
        let (mut configuration, errors) = Configuration::read(ConfigurationPlace::new(FILE_NAME), configuration);
        assert_eq!(errors, []);
        let given = [("x".to_owned(), GivenValue::Text("given".to_owned()))];
        configuration.give_variables("a".to_owned(), given.into());
        let mut host = Host::new(Arc::new(system));
        host.set_roots(Roots { directories: vec![".".to_owned()], ..Roots::default() });
        host.set_configuration(Arc::new(configuration));
        View { analysis: host.analysis(), options: Options::default() }.values("x")
    };
    assert_eq!(values(""), ["a = \"given\""]);
    assert_eq!(values("[stacks.a]\nenvironments = [{ name = \"prod\" }]\n"), ["a@prod = \"given\""]);
    let configured = "[stacks.a]\nenvironments = [{ name = \"prod\", vars = { x = \"configured\" } }]\n";
    assert_eq!(values(configured), ["a@prod = \"configured\""]);
}

#[test]
fn what_is_named_and_not_there_is_a_problem_of_the_configuration() {
    let configuration = r#"
[stacks."live/app"]
environments = [{ name = "prod", var_files = ["prod.tfvars"] }]
[stacks."live/ap"]
region = "eu-west-1"
[modules]
"a/b/aws" = "vendor/b"
[bindings]
"local.x" = { json = "none.json" }
"local.y" = { json = "wrong.json" }
"#;
    let view = view(configuration, &[("live/app/main.tf", "locals {\n  x = 1\n}\n"), ("wrong.json", "{")]);
    assert_eq!(
        view.problems(),
        [
            "crosstrail.toml \"prod.tfvars\": there is no file `live/app/prod.tfvars`",
            "crosstrail.toml \"live/ap\": there is no directory `live/ap`",
            "crosstrail.toml \"vendor/b\": there is no directory `vendor/b`",
            "crosstrail.toml { json = \"none.json\" }: `none.json`: no such file or directory",
            "crosstrail.toml { json = \"wrong.json\" }: `wrong.json`: this is not JSON: this `{` is not closed",
        ]
    );
}

const SECRET: &str = r#"
data "aws_secretsmanager_secret_version" "environments" {
  secret_id = "x"
}
data "aws_ssm_parameter" "account" {
  for_each = toset(["a", "b"])
  name     = each.key
}
data "terraform_remote_state" "net" {
  backend = "s3"
}
variable "org" {}
module "elsewhere" {
  source = "example.com/x/y/aws"
}
locals {
  accounts = jsondecode(data.aws_secretsmanager_secret_version.environments.secret_string).account_ids
  facts    = jsondecode(data.http.facts.body)
}
data "http" "facts" {
  url = "https://example.com"
}
output "it" {
  value = [
    local.accounts["core"],
    data.aws_ssm_parameter.account["a"].value,
    data.aws_ssm_parameter.account["b"].value,
    data.terraform_remote_state.net.outputs.vpc.id,
    var.org,
    module.elsewhere.arn,
    local.facts.name,
    terraform.workspace,
  ]
}
terraform {
  backend "s3" {}
}
"#;

#[test]
fn what_is_bound_has_its_value_and_what_follows_from_it() {
    let configuration = r#"
[bindings]
"data.aws_secretsmanager_secret_version.environments.secret_string" = { jsonencode = { account_ids = { core = "111122223333" } } }
"data.aws_ssm_parameter.account[\"a\"].value" = "444455556666"
"terraform_remote_state.net.outputs.vpc" = { value = { id = "vpc-1" } }
"var.org" = "o-a1b2c3d4e5"
"module.elsewhere.arn" = "arn:aws:s3:::x"
"data.http.facts.body" = { file = "facts/x.json" }
"terraform.workspace" = "default"
"#;
    let files = [("main.tf", SECRET), ("facts/x.json", "{\"name\": \"n\"}")];
    assert_eq!(
        view(configuration, &files).values("it"),
        [concat!(
            ". = [\"111122223333\",\"444455556666\",\"{data.aws_ssm_parameter.account[\\\"b\\\"].value}\",",
            "\"vpc-1\",\"o-a1b2c3d4e5\",\"arn:aws:s3:::x\",\"n\",\"default\"]"
        )]
    );
}

#[test]
fn a_binding_of_a_stack_is_stronger_than_one_of_all() {
    let configuration = r#"
[bindings]
"local.x" = "all"
[stacks.a]
bindings = { "local.x" = "stack" }
environments = [{ name = "one" }, { name = "two", bindings = { "local.x" = "environment" } }]
"#;
    let text = "locals {\n  x = foo()\n}\noutput \"it\" {\n  value = local.x\n}\n";
    assert_eq!(
        view(configuration, &[("a/main.tf", text), ("b/main.tf", text)]).values("it"),
        ["a@one = \"stack\"", "a@two = \"environment\"", "b = \"all\""]
    );
}

#[test]
fn a_finding_in_a_bound_value_stands_in_the_configuration() {
    let policy = "data \"aws_ssm_parameter\" \"action\" {\n  name = \"x\"\n}\nresource \"aws_iam_policy\" \"p\" {\n  policy = jsonencode({\n    Version = \"2012-10-17\"\n    Statement = [{ Effect = \"Allow\", Action = data.aws_ssm_parameter.action.value, Resource = \"*\" }]\n  })\n}\n";
    let configuration = "[bindings]\n\"data.aws_ssm_parameter.action.value\" = \"s3:GetObjekt\"\n";
    let found = view(configuration, &[("main.tf", policy)]).findings();
    assert_eq!(found, ["crosstrail.toml: unknown-action Error s3:GetObjekt"]);
}

const STATE: &str =
    "data \"terraform_remote_state\" \"other\" {\n  backend = \"s3\"\n}\nterraform {\n  backend \"s3\" {}\n}\n";

#[test]
fn outputs_of_another_stack() {
    let configuration = r#"
[stacks.a.bindings]
"data.terraform_remote_state.other.outputs" = { stack = "b" }
[stacks.a]
environments = [{ workspace = "prod" }, { workspace = "dev" }]
[stacks.b]
environments = [{ workspace = "prod" }, { workspace = "dev" }]
[stacks.c.bindings]
"data.terraform_remote_state.other.outputs" = { stack = "b", environment = "dev" }
"#;
    let reader = format!("{STATE}output \"it\" {{\n  value = data.terraform_remote_state.other.outputs.name\n}}\n");
    let files = [
        ("a/main.tf", reader.as_str()),
        ("b/main.tf", "output \"name\" {\n  value = \"b-${terraform.workspace}\"\n}\n"),
        ("c/main.tf", reader.as_str()),
    ];
    assert_eq!(view(configuration, &files).values("it"), ["a@dev = \"b-dev\"", "a@prod = \"b-prod\"", "c = \"b-dev\""]);
}

#[test]
fn stacks_that_need_each_other_end() {
    let configuration = r#"
[stacks.a.bindings]
"data.terraform_remote_state.other.outputs" = { stack = "b" }
[stacks.b.bindings]
"data.terraform_remote_state.other.outputs" = { stack = "a" }
"#;
    let text = format!(
        "{STATE}output \"it\" {{\n  value = data.terraform_remote_state.other.outputs.known\n}}\noutput \"known\" {{\n  value = \"k\"\n}}\noutput \"circle\" {{\n  value = data.terraform_remote_state.other.outputs.circle\n}}\n"
    );
    let both = view(configuration, &[("a/main.tf", &text), ("b/main.tf", &text)]);
    assert_eq!(both.values("it"), ["a = \"k\"", "b = \"k\""]);
    assert_eq!(both.values("circle"), ["a = unknown", "b = unknown"]);
}

#[test]
fn modules_from_elsewhere_are_read_where_the_configuration_says() {
    let configuration = "[modules]\n\"example.com/x/y/aws\" = \"vendor/y\"\n";
    let files = [
        (
            "main.tf",
            "module \"m\" {\n  source  = \"example.com/x/y/aws//sub\"\n  version = \"1.0\"\n}\noutput \"it\" {\n  value = module.m.name\n}\n",
        ),
        ("vendor/y/sub/main.tf", "output \"name\" {\n  value = \"from the checkout\"\n}\n"),
    ];
    let view = view(configuration, &files);
    assert_eq!(view.values("it"), [". = \"from the checkout\""]);
    let dirs: Vec<_> = view.stacks().into_iter().map(|stack| stack.dir).collect();
    assert_eq!(dirs, ["."], "a module that is called is no stack");
}

const WRONG: &str = "resource \"aws_iam_policy\" \"p\" {\n  policy = jsonencode({\n    Version = \"2012-10-17\"\n    Statement = [{ Effect = \"Allow\", Action = \"s3:GetObjekt\", Resource = \"*\" }]\n  })\n}\n";

#[test]
fn ignored_directories_are_no_stacks() {
    let files = [("a/main.tf", WRONG), ("examples/b/main.tf", WRONG), ("examples/main.tf", WRONG)];
    assert_eq!(view("", &files).findings().len(), 3);
    assert_eq!(view("ignore = \"examples\"\n", &files).findings(), ["a/main.tf: unknown-action Error s3:GetObjekt"]);
    assert_eq!(view("ignore = \"examples/**\"\n", &files).findings().len(), 2);
}

#[test]
fn levels_hold_for_all_or_for_some_paths() {
    let files = [("a/main.tf", WRONG), ("legacy/main.tf", WRONG)];
    let found = |configuration| view(configuration, &files).findings();
    assert_eq!(found("[rules]\nunknown-action = \"off\"\n"), [""; 0]);
    assert_eq!(
        found("[rules.\"legacy/**\"]\nunknown-action = \"off\"\n"),
        ["a/main.tf: unknown-action Error s3:GetObjekt"]
    );
    assert_eq!(
        found("[rules]\naction = \"off\"\n[rules.\"legacy/**\"]\naction = \"note\"\n"),
        ["legacy/main.tf: unknown-action Note s3:GetObjekt"]
    );
}

#[test]
fn a_directory_with_an_account_is_applied() {
    let files = [("a/main.tf", "variable \"x\" {}\n"), ("b/main.tf", "variable \"x\" {}\n")];
    let view = view("[stacks.a]\naccount = \"111122223333\"\n", &files);
    let library: Vec<bool> = view.analysis.workspace().stacks.iter().map(|stack| stack.library).collect();
    assert_eq!(library, [false, true]);
}

/// A root that keeps its state in `bucket` under `key`, and whose output `arn` is that of a role.
fn keeper(bucket: &str, key: &str, account: &str) -> String {
    format!(
        "terraform {{\n  backend \"s3\" {{\n    {bucket}\n    key = \"{key}\"\n  }}\n}}\nprovider \"aws\" {{\n  region = \"eu-west-1\"\n  assume_role {{\n    role_arn = \"arn:aws:iam::{account}:role/x\"\n  }}\n}}\nresource \"aws_iam_role\" \"r\" {{\n  name = \"r\"\n}}\noutput \"arn\" {{\n  value = aws_iam_role.r.arn\n}}\n"
    )
}

/// A root that reads the output `arn` of the state that `config` says.
fn asker(backend: &str, config: &str) -> String {
    format!(
        "data \"terraform_remote_state\" \"other\" {{\n  backend = \"{backend}\"\n  {config}\n}}\nterraform {{\n  backend \"local\" {{}}\n}}\noutput \"it\" {{\n  value = data.terraform_remote_state.other.outputs.arn\n}}\n"
    )
}

const ARN: &str = "a = \"arn:aws:iam::111122223333:role/r\"";

#[test]
fn a_state_in_view_has_the_outputs_of_its_root() {
    let b = keeper("bucket = \"states\"", "b/terraform.tfstate", "111122223333");
    let it = |reader: String, files: &[(&str, &str)]| {
        let files: Vec<_> = [("a/main.tf", reader.as_str())].into_iter().chain(files.iter().copied()).collect();
        view("", &files).values("it")
    };
    let s3 = |bucket: &str| {
        asker("s3", &format!("config = {{\n    bucket = \"{bucket}\"\n    key = \"b/terraform.tfstate\"\n  }}"))
    };
    assert_eq!(it(s3("states"), &[("b/main.tf", &b)]), [ARN]);
    assert_eq!(it(s3("others"), &[("b/main.tf", &b)]), ["a = unknown"]);
    assert_eq!(it(s3("states"), &[("b/main.tf", &b), ("c/main.tf", &b)]), ["a = unknown"], "it may be either");
    let no_bucket = keeper("", "b/terraform.tfstate", "111122223333");
    assert_eq!(it(s3("states"), &[("b/main.tf", &no_bucket)]), [ARN], "the bucket is given on the command line");
    let workspace = asker(
        "s3",
        "workspace = \"prod\"\n  config = {\n    bucket = \"states\"\n    key = \"b/terraform.tfstate\"\n  }",
    );
    assert_eq!(it(workspace, &[("b/main.tf", &b)]), ["a = unknown"]);
    let local = "provider \"aws\" {\n  region = \"eu-west-1\"\n}\noutput \"arn\" {\n  value = \"local\"\n}\n";
    let file = asker("local", "config = {\n    path = \"${path.module}/../b/terraform.tfstate\"\n  }");
    assert_eq!(it(file, &[("b/main.tf", local)]), ["a = \"local\""]);
    let cloud = "terraform {\n  cloud {\n    organization = \"o\"\n    workspaces {\n      name = \"b\"\n    }\n  }\n}\noutput \"arn\" {\n  value = \"cloud\"\n}\n";
    let remote = asker("remote", "config = {\n    organization = \"o\"\n    workspaces = { name = \"b\" }\n  }");
    assert_eq!(it(remote, &[("b/main.tf", cloud)]), ["a = \"cloud\""]);
}

#[test]
fn states_of_workspaces() {
    let b = "terraform {\n  backend \"s3\" {\n    bucket = \"states\"\n    key = \"b/x\"\n  }\n}\noutput \"arn\" {\n  value = \"b-${terraform.workspace}\"\n}\n";
    let config = "config = {\n    bucket = \"states\"\n    key = \"b/x\"\n  }";
    let own = asker("s3", &format!("workspace = terraform.workspace\n  {config}"));
    let named = asker("s3", &format!("workspace = \"dev\"\n  {config}"));
    let in_key = asker("s3", "config = {\n    bucket = \"states\"\n    key = \"env:/prod/b/x\"\n  }");
    let none = asker("s3", config);
    let configuration = r#"
[stacks.b]
environments = [{ workspace = "prod" }, { workspace = "dev" }]
[stacks.own]
environments = [{ workspace = "prod" }, { workspace = "dev" }]
"#;
    let files = [
        ("b/main.tf", b),
        ("in_key/main.tf", &in_key),
        ("named/main.tf", &named),
        ("none/main.tf", &none),
        ("own/main.tf", &own),
    ];
    let expected =
        ["in_key = \"b-prod\"", "named = \"b-dev\"", "none = unknown", "own@dev = \"b-dev\"", "own@prod = \"b-prod\""];
    assert_eq!(view(configuration, &files).values("it"), expected);
}

/// Each of many roots reads the states of all others: none is evaluated again and again.
#[test]
fn states_that_need_each_other_end() {
    const ROOTS: usize = 12;
    let root = |own: usize| {
        let read = |other: usize| {
            format!(
                "data \"terraform_remote_state\" \"s{other}\" {{\n  backend = \"s3\"\n  config = {{\n    bucket = \"b\"\n    key = \"k{other}\"\n  }}\n}}\n"
            )
        };
        let reads: String = (0..ROOTS).map(read).collect();
        let values = (0..ROOTS).map(|other| format!("data.terraform_remote_state.s{other}.outputs.known"));
        let values = values.collect::<Vec<_>>().join(", ");
        format!(
            "{reads}terraform {{\n  backend \"s3\" {{\n    bucket = \"b\"\n    key = \"k{own}\"\n  }}\n}}\noutput \"known\" {{\n  value = \"{own}\"\n}}\noutput \"it\" {{\n  value = [{values}]\n}}\n"
        )
    };
    let files: Vec<(String, String)> = (0..ROOTS).map(|own| (format!("r{own:02}/main.tf"), root(own))).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let values = view("", &files).values("it");
    assert_eq!(values.len(), ROOTS);
    assert!(values[1].contains("[\"0\",\"{data.terraform_remote_state.s1.outputs.known}\",\"2\""), "{}", values[1]);
}

/// The paths and the codes of what is found.
fn codes(findings: &[Finding], analysis: &Analysis) -> Vec<String> {
    let show = |it: &Finding| format!("{} {}", analysis.sources().file(it.primary.file).path(), it.code);
    findings.iter().map(show).collect()
}

#[test]
fn open_buffers_stand_before_files() {
    let wrong = "resource \"aws_iam_role_policy\" \"a\" {\n  role   = \"a\"\n  policy = jsonencode({ Version = \"2012-10-17\", Statement = [{ Effect = \"allow\", Action = \"s3:ListAllMyBuckets\", Resource = \"*\" }] })\n}\n";
    let mut system = MemoryFileSystem::default();
    system.insert("a/main.tf", wrong);
    let mut host = Host::new(Arc::new(system)).remembering();
    host.set_roots(Roots { directories: vec![".".to_owned()], ..Roots::default() });
    let found = |host: &Host| {
        let analysis = host.analysis();
        codes(&analysis.findings(&Options::default()), &analysis)
    };
    assert_eq!(found(&host), ["a/main.tf invalid-effect"]);
    host.set_text("./a/main.tf", Some(wrong.replace("allow\"", "Allow\"").into()));
    assert_eq!(found(&host), [""; 0]);
    host.set_text("b/new.tf", Some(wrong.into()));
    assert_eq!(found(&host), ["b/new.tf invalid-effect"]);
    host.set_text("a/main.tf", None);
    assert_eq!(found(&host), ["a/main.tf invalid-effect", "b/new.tf invalid-effect"]);
    let analysis = host.analysis();
    let one = analysis.findings_in(&Options::default(), &["b/new.tf"], &Cancellation::default()).unwrap();
    assert_eq!(codes(&one, &analysis), ["b/new.tf invalid-effect"]);
}

#[test]
fn what_is_no_longer_wanted_is_not_worked_out() {
    let mut host = Host::new(Arc::new(MemoryFileSystem::default()));
    host.set_roots(Roots { directories: vec![".".to_owned()], ..Roots::default() });
    let cancellation = Cancellation::default();
    let analysis = host.try_analysis(&cancellation).ok().unwrap();
    cancellation.cancel();
    assert!(host.try_analysis(&cancellation).is_err());
    assert_eq!(analysis.try_findings(&Options::default(), &cancellation), Err(Cancelled));
}
