//! Configurations, right and wrong.

#![expect(clippy::string_slice, reason = "a test that slips fails, as it should")]

use crate::source::LineIndex;

use super::*;

fn read(text: &str) -> Configuration {
    let (configuration, errors) = Configuration::read(ConfigurationPlace::new(FILE_NAME), text);
    assert_eq!(errors, [], "nothing is wrong");
    configuration
}

/// All that is wrong with `text`, as `line:column "the marked text" message`.
fn errors(text: &str) -> Vec<String> {
    let (_, errors) = Configuration::read(ConfigurationPlace::new(FILE_NAME), text);
    let lines = LineIndex::new(text);
    let show = |error: &ConfigurationError| {
        let at = lines.line_column(text, error.range.start);
        let marked = text.get(error.range.as_usize()).unwrap_or_default();
        format!("{}:{} {marked}: {}", at.line, at.column, error.message)
    };
    errors.iter().map(show).collect()
}

const WHOLE: &str = r#"
as_of = 2023-10-01
ignore = ["examples/**", "vendor"]

[accounts.management]
id = "111111111111"
roles = ["management"]

[accounts.log-archive]
id = "222222222222"
partition = "aws"
aliases = "logs"
ou = "Security/Core"
roles = ["log_archive"]
delegated_admin_for = ["cloudtrail.amazonaws.com"]

[accounts.sandbox]

[organization]
id = "o-a1b2c3d4e5"
root_id = "r-ab12"

[trusted]
datadog = "464622532012"
wiz = ["333333333333", "444444444444"]

[stacks."live/*"]
region = "eu-west-1"
partition = "aws"
account = "management"

[stacks."live/app"]
environments = [
  { workspace = "prod", account = "555555555555" },
  { name = "dev", var_files = ["dev.tfvars", "/common.tfvars"], vars = { size = 3 }, region = "eu-north-1" },
  { var_files = "env/test.tfvars" },
]
bindings = { "local.x" = true }

[[providers]]
provider = "aws.log"
account = "logs"

[[providers]]
stack = "live/app"
environment = "dev"
provider = "aws.log"
account = "sandbox"
region = "eu-west-2"

[bindings]
"data.aws_ssm_parameter.a.value" = "x"
"local.map" = { value = { a = 1 } }
"local.file" = { json = "facts/map.json" }
"data.aws_secretsmanager_secret_version.s.secret_string" = { jsonencode = { a = ["1"] } }
"data.http.x.body" = { file = "facts/x" }
"terraform_remote_state.net.outputs" = { stack = "live/net", environment = "prod" }

[modules]
"terraform-aws-modules/vpc/aws" = "vendor/vpc"
"git::https://example.com/m.git" = "../m"

[rules]
unknown-action = "warning"
grammar = "off"

[rules."legacy/**"]
unknown-action = "off"

[assumptions]
partition = "aws"
region = "eu-west-1"
"#;

#[test]
fn all_that_can_be_said() {
    let configuration = read(WHOLE);
    let names: Vec<&str> = configuration.accounts().iter().map(|account| account.name.as_str()).collect();
    assert_eq!(names, ["management", "log-archive", "sandbox", "555555555555"]);
    let logs = configuration.account("logs").unwrap();
    assert_eq!(logs.id.unwrap().to_string(), "222222222222");
    assert_eq!(logs.roles, [AccountRole::LogArchive]);
    assert_eq!(logs.delegated_admin_for, ["cloudtrail.amazonaws.com"]);
    assert_eq!(configuration.account("222222222222"), Some(logs));
    assert_eq!(configuration.organization().root_id.as_deref(), Some("r-ab12"));
    assert_eq!(configuration.trusted()[1].ids.len(), 2);
    assert_eq!(configuration.as_of().unwrap().to_string(), "2023-10-01");
    assert_eq!(configuration.assumptions().region.as_deref(), Some("eu-west-1"));
    assert!(configuration.ignores("examples/a"));
    assert!(configuration.ignores("vendor/vpc"));
    assert!(!configuration.ignores("live/app"));
    let rules: Vec<_> = configuration.rules().iter().map(|rule| (rule.name.value.as_str(), rule.severity)).collect();
    assert_eq!(rules, [("unknown-action", Some(Severity::Warning)), ("grammar", None), ("unknown-action", None)]);
    assert!(configuration.rules()[2].paths.as_ref().unwrap().matches("legacy/a/main.tf"));
}

#[test]
fn stacks_and_environments() {
    let configuration = read(WHOLE);
    let names: Vec<&str> = configuration.environments("live/app").iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names, ["prod", "dev", "test"]);
    assert_eq!(configuration.environment("live/app", "prod").unwrap().workspace.as_deref(), Some("prod"));
    assert!(configuration.environments("live/net").is_empty());
    assert!(configuration.applies("live/net") && !configuration.applies_by_name("live/net"));
    assert!(configuration.applies_by_name("live/app"));
    assert!(!configuration.applies("modules/x"));
    assert_eq!(configuration.home_account("live/app", Some("prod")).unwrap().name, "555555555555");
    assert_eq!(configuration.home_account("live/app", Some("dev")).unwrap().name, "management");
    assert_eq!(configuration.home_account("other", None), None);
    assert_eq!(configuration.home_region("live/app", Some("dev")), Some("eu-north-1"));
    assert_eq!(configuration.home_region("live/app", Some("prod")), Some("eu-west-1"));
    assert_eq!(configuration.home_partition("live/app"), Some("aws"));
}

#[test]
fn the_account_of_a_provider() {
    let configuration = read(WHOLE);
    let account = |dir, environment, provider| {
        configuration.account_of(dir, environment, provider).map(|account| account.name.as_str())
    };
    assert_eq!(account("live/app", Some("dev"), "aws.log"), Some("sandbox"));
    assert_eq!(account("live/app", Some("prod"), "aws.log"), Some("log-archive"));
    assert_eq!(account("anywhere", None, "aws.log"), Some("log-archive"));
    assert_eq!(account("live/app", Some("dev"), "aws"), None);
    assert_eq!(configuration.region_of("live/app", Some("dev"), "aws.log"), Some("eu-west-2"));
}

#[test]
fn bindings_of_a_stack_come_before_those_of_all() {
    let configuration = read(WHOLE);
    let addresses: Vec<&str> =
        configuration.bindings_of("live/app", Some("dev")).iter().map(|it| it.address.value.as_str()).collect();
    assert_eq!(addresses[0], "local.x");
    assert_eq!(addresses.len(), 7);
    let outputs = configuration.bindings_of("x", None).into_iter().find(|it| it.address.value.contains("outputs"));
    let outputs = outputs.unwrap();
    assert_eq!(outputs.address.value, "data.terraform_remote_state.net.outputs");
    let stack = BindingSource::Outputs { stack: "live/net".to_owned(), environment: Some("prod".to_owned()) };
    assert_eq!(outputs.source, stack);
}

#[test]
fn modules_are_found_with_version_and_directory() {
    let configuration = read(WHOLE);
    let directory = |source| configuration.module_directory(source);
    assert_eq!(directory("terraform-aws-modules/vpc/aws").as_deref(), Some("vendor/vpc"));
    assert_eq!(directory("terraform-aws-modules/vpc/aws//modules/x").as_deref(), Some("vendor/vpc/modules/x"));
    assert_eq!(directory("git::https://example.com/m.git?ref=v1").as_deref(), Some("../m"));
    assert_eq!(directory("git::https://example.com/m.git//a/b?ref=v1").as_deref(), Some("../m/a/b"));
    assert_eq!(directory("git::https://example.com/n.git"), None);
}

#[test]
fn keys_that_are_not_known() {
    assert_eq!(
        errors("acounts = {}\n[accounts.a]\nnumber = \"1\"\n[organization]\nroot = 1\n"),
        [
            "1:1 acounts: there is no key `acounts` here; did you mean `accounts`?",
            "3:1 number: there is no key `number` here; there is `id`, `partition`, `aliases`, `ou`, `roles`, `delegated_admin_for`",
            "5:1 root: there is no key `root` here; there is `id`, `root_id`",
        ]
    );
    assert_eq!(
        errors("[stacks.\"a/*\"]\nenvironments = [{ nmae = \"x\", workspace = \"x\" }]\n"),
        ["2:19 nmae: there is no key `nmae` here; did you mean `name`?"]
    );
}

#[test]
fn accounts_that_do_not_fit_together() {
    assert_eq!(
        errors("[accounts.a]\nid = \"11111111111\"\n[accounts.b]\nid = 222222222222\n"),
        [
            "2:6 \"11111111111\": `11111111111` is not an account id: an account id has 12 digits, this has 11",
            "4:6 222222222222: an account id is a string, not a number: write `\"222222222222\"`",
        ]
    );
    assert_eq!(
        errors("[accounts.a]\nid = \"111111111111\"\n[accounts.b]\nid = \"111111111111\"\naliases = [\"a\"]\n"),
        ["3:11 b: `a` and `b` have the same id 111111111111", "3:11 b: `a` is a name of the account `a` too",]
    );
    assert_eq!(
        errors(
            "[accounts.log-archive]\n[stacks.x]\naccount = \"log-archiv\"\n[[providers]]\nprovider = \"aws\"\naccount = \"prod\"\n"
        ),
        [
            "3:11 \"log-archiv\": there is no account `log-archiv`; did you mean `log-archive`?",
            "6:11 \"prod\": there is no account `prod`; there is `log-archive`",
        ]
    );
    assert_eq!(
        errors("[stacks.x]\naccount = \"prod\"\n"),
        ["2:11 \"prod\": there is no account `prod`; declare it: `[accounts.prod]`"]
    );
}

#[test]
fn values_of_the_wrong_form() {
    assert_eq!(
        errors("as_of = \"yesterday\"\nignore = [\"a[\"]\n[rules]\nx = \"warn\"\n[rules.\"{a\"]\nx = \"off\"\n"),
        [
            "1:9 \"yesterday\": `yesterday` is not a day, such as `2024-11-21`",
            "2:11 \"a[\": `a[` is not a pattern of paths: unclosed character class; missing ']'",
            "4:5 \"warn\": `warn` is not a level of a rule; there is `error`, `note`, `off`, `warning`",
            "5:8 \"{a\": `{a` is not a pattern of paths: unclosed alternate group; missing '}' (maybe escape '{' with '[{]'?)",
        ]
    );
    assert_eq!(
        errors("[organization]\nid = \"org\"\n[accounts.a]\nroles = [\"managment\"]\npartition = \"aws-us-gvo\"\n"),
        [
            "2:6 \"org\": `org` is not the id of an organization, such as `o-a1b2c3d4e5`",
            "4:10 \"managment\": `managment` is not a role of an account; did you mean `management`?",
            "5:13 \"aws-us-gvo\": `aws-us-gvo` is not a partition; did you mean `aws-us-gov`?",
        ]
    );
    assert_eq!(
        errors("accounts = 3\n[stacks]\nx = { region = \"eu-wst-1\", environments = {} }\n"),
        ["1:12 3: `accounts` is a table, not a number", "3:43 {}: `environments` is a list, not a table",]
    );
}

#[test]
fn a_region_that_is_not_open_yet_is_no_error() {
    assert_eq!(errors("[assumptions]\nregion = \"eu-midland-1\"\n"), [""; 0]);
    assert_eq!(
        errors("[assumptions]\nregion = \"eu_west_1\"\n"),
        ["2:10 \"eu_west_1\": `eu_west_1` is not a region; did you mean `eu-west-1`?"]
    );
}

#[test]
fn environments_providers_and_bindings_that_say_nothing() {
    assert_eq!(
        errors("[stacks.x]\nenvironments = [{}, { name = \"a\" }, { workspace = \"a\" }]\n"),
        [
            "2:17 {}: an environment needs a `name`, a `workspace` or `var_files`",
            "2:51 \"a\": there are two environments `a` here",
        ]
    );
    assert_eq!(
        errors("[[providers]]\nstack = \"x\"\n"),
        [
            "1:1 [[providers]]: the key `provider` is missing",
            "1:1 [[providers]]: this says neither the `account` nor the `region` of a provider",
        ]
    );
    assert_eq!(
        errors(
            "[bindings]\nx = 1\n\"local.a\" = {}\n\"local.b\" = { value = 1, file = \"x\" }\n\"local.c\" = { a = 1 }\n"
        ),
        [
            "2:1 x: `x` is not an address, such as `data.aws_ssm_parameter.x.value`",
            "3:1 \"local.a\": `local.a` is bound to nothing; an object is written as `{ value = { ... } }`",
            "4:1 \"local.b\": `local.b` is bound more than once: `value`, `file`",
            "5:1 \"local.c\": `local.c` is bound to nothing; an object is written as `{ value = { ... } }`",
            "5:15 a: there is no key `a` here; there is `value`, `file`, `json`, `jsonencode`, `stack`, `environment`",
        ]
    );
}

#[test]
fn what_is_not_toml_is_said_and_the_rest_is_read() {
    let text = "[accounts.a]\nid = \n[organization]\nid = \"o-1\"\n";
    let errors = errors(text);
    assert_eq!(errors.len(), 2, "{errors:?}");
    assert!(errors[0].starts_with("2:6"), "{errors:?}");
    assert!(errors[1].starts_with("4:6 \"o-1\": `o-1` is not the id"), "{errors:?}");
}

#[test]
fn any_prefix_is_taken() {
    for end in (0..WHOLE.len()).filter(|end| WHOLE.is_char_boundary(*end)) {
        drop(Configuration::read(ConfigurationPlace::new(FILE_NAME), &WHOLE[..end]));
    }
}
