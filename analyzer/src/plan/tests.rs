//! Plans by themselves: what is read, and what is refused.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;

use crate::analysis::{Analysis, Host, Options, PlanFile, Roots};
use crate::source::{MemoryFileSystem, SourceMap};

use super::Plan;

fn analysed(files: &[(&str, &str)], plans: &[&str]) -> Analysis {
    let mut memory = MemoryFileSystem::default();
    for (path, text) in files {
        memory.insert(path, *text);
    }
    let mut host = Host::new(Arc::new(memory));
    let plan =
        |path: &&str| PlanFile { path: (*path).to_owned(), candidates: vec![".".to_owned()], ..PlanFile::default() };
    host.set_roots(Roots { plans: plans.iter().map(plan).collect(), ..Roots::default() });
    host.analysis()
}

/// Findings as `path:line: code: message`.
fn findings(analysis: &Analysis) -> Vec<String> {
    let found = analysis.findings(&Options::default());
    let line = |finding: &crate::finding::Finding| {
        let file = analysis.sources().file(finding.primary.file);
        let line = file.line_column(finding.primary.range.start).line;
        format!("{}:{line}: {}: {}", file.path(), finding.code, finding.message)
    };
    found.iter().map(line).collect()
}

fn error(text: &str) -> String {
    let sources = SourceMap::default();
    match Plan::read(sources.add("plan.json", text), text) {
        Ok(_) => "read".to_owned(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn what_cannot_be_read_is_told() {
    let cases = [
        (r#"{"format_version":"1.2","resource_changes":["#, "cut off: the JSON of a plan ends before its last bracket"),
        (r#"{"format_version":"1.2"} x"#, "not JSON: trailing characters"),
        (r#"{"format_version":"2.0"}"#, "a plan in format 2.0: this version of crosstrail reads formats up to 1.x"),
        (r#"{"format_version":"new"}"#, "`new` is no version of the plan format"),
        (r#"{"planned_values":{}}"#, "not a plan of `terraform show -json`: it has no `format_version`"),
        (
            r#"{"format_version":"1.2","resource_changes":{}}"#,
            "not a plan of `terraform show -json`: invalid type: map, expected a sequence",
        ),
        (r#"{"format_version":"1.9","of_the_future":[{"a":1}],"resource_changes":null}"#, "read"),
        ("\u{feff}{\"format_version\":\"0.1\"}", "read"),
        (
            r#"{"format_version":"1.0","provider_schemas":{}}"#,
            "what `terraform providers schema -json` writes, and no plan of `terraform show -json`",
        ),
        (
            r#"{"format_version":"1.0","valid":true,"diagnostics":[]}"#,
            "what `terraform validate -json` writes, and no plan of `terraform show -json`",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(error(text), expected, "{text}");
    }
}

/// A role that anyone may assume, of which the policy is in a module that is there for each key.
const MODULES: &str = r#"{
"format_version": "1.2",
"resource_changes": [
{"address": "module.a[\"x.y\"].aws_iam_role.r[0]", "mode": "managed", "type": "aws_iam_role", "name": "r",
 "change": {"actions": ["create"], "before": null,
 "after": {"name": "r",
  "assume_role_policy": "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"sts:AssumeRole\"}]}"},
 "after_unknown": {"arn": true, "id": true}, "after_sensitive": {}}},
{"address": "aws_iam_role.gone", "mode": "managed", "type": "aws_iam_role", "name": "gone",
 "change": {"actions": ["delete"], "before": {"name": "gone"}, "after": null, "after_unknown": {}}}
]}"#;

#[test]
fn instances_have_their_addresses() {
    let analysis = analysed(&[("plan.json", MODULES)], &["plan.json"]);
    assert_eq!(analysis.problems(), []);
    let found = findings(&analysis);
    assert!(found.iter().any(|it| it.starts_with("plan.json:7: wildcard-in-principal")), "{found:#?}");
    let addresses: Vec<_> = analysis.policies().iter().map(|site| site.address.as_str()).collect();
    assert_eq!(addresses, [r#"module.a["x.y"].aws_iam_role.r[0]"#]);
    let finding = analysis.findings(&Options::default()).into_iter().next().unwrap();
    assert_eq!(finding.fixes, [], "what is to be mended is the source");
}

/// Two accounts, each with its plan: a role is let in by the one and does not ask for it in the other.
fn half(account: &str, key: &str, resource: &str) -> String {
    format!(
        r#"{{"format_version": "1.2", "resource_changes": [{resource}],
"prior_state": {{"format_version": "1.0", "values": {{"root_module": {{"resources": [
 {{"address": "data.aws_caller_identity.me", "mode": "data", "type": "aws_caller_identity", "name": "me",
   "values": {{"account_id": "{account}"}}, "sensitive_values": {{}}}}]}}}}}},
"configuration": {{"provider_config": {{"{key}": {{"name": "aws", "expressions": {{}}}}}}, "root_module": {{"resources": [
 {{"address": "data.aws_caller_identity.me", "provider_config_key": "{key}", "expressions": {{}}}},
 {{"address": "aws_iam_role.r", "provider_config_key": "{key}", "expressions": {{}}}},
 {{"address": "aws_s3_bucket_policy.b", "provider_config_key": "{key}",
   "expressions": {{"policy": {{}}, "bucket": {{}}}}}}]}}}}}}"#
    )
}

#[test]
fn several_plans_are_one_workspace() {
    let role = r#"{"address": "aws_iam_role.r", "mode": "managed", "type": "aws_iam_role", "name": "r", "change":
{"actions": ["create"], "before": null, "after": {"name": "reader", "path": "/",
"assume_role_policy": "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"ec2.amazonaws.com\"},\"Action\":\"sts:AssumeRole\"}]}"},
"after_unknown": {"arn": true}}}"#;
    let bucket = r#"{"address": "aws_s3_bucket_policy.b", "mode": "managed", "type": "aws_s3_bucket_policy", "name": "b",
"change": {"actions": ["create"], "before": null, "after": {"bucket": "logs",
"policy": "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"arn:aws:iam::111111111111:role/reader\"},\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::logs/*\"}]}"},
"after_unknown": {}}}"#;
    let (one, other) = (half("111111111111", "aws", role), half("222222222222", "aws.log", bucket));
    let analysis = analysed(&[("one.json", &one), ("other.json", &other)], &["one.json", "other.json"]);
    assert_eq!(analysis.problems(), []);
    let found = findings(&analysis);
    assert!(found.iter().any(|it| it.starts_with("other.json:3: missing-identity-half")), "{found:#?}");
}

/// A queue whose number of accounts is known to the plan alone.
const SOURCE: &str = r#"variable "partner" {}
resource "aws_sqs_queue" "q" {
  name = "q"
}
resource "aws_sqs_queue_policy" "q" {
  queue_url = aws_sqs_queue.q.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = var.partner }
      Action    = "sqs:SendMessage"
      Resource  = aws_sqs_queue.q.arn
    }]
  })
}
"#;

#[test]
fn values_of_the_plan_are_laid_over_the_source() {
    let plan = r#"{"format_version": "1.2", "variables": {"partner": {"value": "12345"}}, "resource_changes": [],
"configuration": {"root_module": {"resources": [
 {"address": "aws_sqs_queue.q", "provider_config_key": "aws", "expressions": {"name": {"constant_value": "q"}}}]}}}"#;
    let alone = analysed(&[("main.tf", SOURCE), ("plan.json", plan)], &["plan.json"]);
    assert_eq!(alone.problems(), []);
    let found = findings(&alone);
    assert!(found.iter().any(|it| it.starts_with("main.tf:11: malformed-account-id")), "{found:#?}");
}

#[test]
fn a_failed_plan_is_read_and_told() {
    let text = MODULES.replacen("\"1.2\",", "\"1.2\", \"errored\": true,", 1);
    let analysis = analysed(&[("plan.json", &text)], &["plan.json"]);
    let problems: Vec<_> = analysis.problems().into_iter().map(|problem| problem.message).collect();
    assert_eq!(problems, ["Terraform failed to make this plan: what is missing in it is not checked"]);
    assert_eq!(analysis.policies().len(), 1);
}

/// A plan of [`ROLE`] in which `policy` is what will be applied, as it stands in JSON.
fn plan_of_role(policy: &str) -> String {
    format!(
        r#"{{"format_version": "1.2", "variables": {{}},
"resource_drift": [{{"address": "aws_iam_role.r", "mode": "managed", "type": "aws_iam_role", "name": "r", "change":
 {{"actions": ["update"], "before": {{}}, "after": {{"name": "r", "assume_role_policy": "no policy"}}}}}}],
"resource_changes": [{{"address": "aws_iam_role.r", "mode": "managed", "type": "aws_iam_role", "name": "r",
 "change": {{"actions": ["create"], "before": null, "after": {{"name": "r",
  "assume_role_policy": {policy}}}, "after_unknown": {{"arn": true}}}}}}],
"configuration": {{"root_module": {{"resources": [{{"address": "aws_iam_role.r", "provider_config_key": "aws",
 "expressions": {{"name": {{"constant_value": "r"}}, "assume_role_policy": {{}}}}}}]}}}}}}"#
    )
}

/// A role of which the partner is not known from the source.
const ROLE: &str = r#"resource "aws_iam_role" "r" {
  name = "r"
  assume_role_policy = <<EOF
{
  "Version": "2012-10-17",
  "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"},
    {"Effect": "Allow", "Principal": {"AWS": "${jsondecode(file("partner.json"))}"}, "Action": "sts:AssumeRol"}
  ]
}
EOF
}
"#;

fn found_in_role(policy: &str) -> Vec<String> {
    let plan = plan_of_role(&serde_json::to_string(policy).unwrap());
    let analysis = analysed(&[("main.tf", ROLE), ("plan.json", &plan)], &["plan.json"]);
    let problems: Vec<_> = analysis.problems().into_iter().filter(|problem| problem.path == "plan.json").collect();
    assert_eq!(problems, []);
    findings(&analysis)
}

#[test]
fn what_is_the_same_in_the_plan_stays_where_it_is_written() {
    // As AWS gives it back: in another order, alone without its list, without white space.
    let planned = r#"{"Statement":[{"Action":["sts:AssumeRol"],"Effect":"Allow","Principal":{"AWS":"12345"},"Sid":""},
{"Action":"sts:AssumeRole","Effect":"Allow","Principal":{"Service":["ec2.amazonaws.com"]}}],"Version":"2012-10-17"}"#;
    let found = found_in_role(planned);
    assert!(found.iter().any(|it| it.starts_with("main.tf:8: malformed-account-id")), "{found:#?}");
    assert!(found.iter().any(|it| it.starts_with("main.tf:8: unknown-action")), "{found:#?}");
    assert!(found.iter().all(|it| it.starts_with("main.tf:8:")), "{found:#?}");
}

#[test]
fn the_plan_has_the_last_word() {
    // What was written when the plan was made is not what is written now.
    let planned = r#"{"Version":"2012-10-17","Statement":[
{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRolle"}]}"#;
    let plan = plan_of_role(&serde_json::to_string(planned).unwrap());
    let analysis = analysed(&[("main.tf", ROLE), ("plan.json", &plan)], &["plan.json"]);
    let found = findings(&analysis);
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].starts_with("main.tf:3: unknown-action: there is no action `sts:AssumeRolle`"), "{found:#?}");
    let finding = &analysis.findings(&Options::default())[0];
    assert_eq!(finding.fixes, [], "what is written is another text");
    let label = finding.labels.last().unwrap();
    assert_eq!(label.message, "the plan has another value than what is written");
    assert!(analysis.sources().text(label.span).contains("sts:AssumeRolle"));
}

#[test]
fn what_others_have_changed_is_not_what_will_be() {
    let planned = r#"{"Version":"2012-10-17","Statement":[
{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#;
    let plan = plan_of_role(&serde_json::to_string(planned).unwrap());
    let analysis = analysed(&[("plan.json", &plan)], &["plan.json"]);
    assert_eq!(findings(&analysis), [""; 0]);
}

#[test]
fn a_policy_that_another_resource_sets_is_not_said_of_the_one_that_shows_it() {
    let policy = r#"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":\"*\",\"Action\":\"sqs:SendMessages\",\"Resource\":\"*\"}]}"#;
    let resources = |old: &str| {
        format!(
            r#"{{"address": "aws_sqs_queue.q", "mode": "managed", "type": "aws_sqs_queue", "name": "q",
 "values": {{"name": "q", "policy": "{old}"}}}},
{{"address": "aws_sqs_queue_policy.q", "mode": "managed", "type": "aws_sqs_queue_policy", "name": "q",
 "values": {{"queue_url": "q", "policy": "{policy}"}}}}"#
        )
    };
    let spaced = policy.replace(",", ", ");
    let state = format!(
        r#"{{"format_version": "1.0", "values": {{"root_module": {{"resources": [{}]}}}}}}"#,
        resources(&spaced)
    );
    let analysis = analysed(&[("state.json", &state)], &["state.json"]);
    let addresses: Vec<_> = analysis.policies().iter().map(|site| site.address.as_str()).collect();
    assert_eq!(addresses, ["aws_sqs_queue_policy.q"]);
}

/// A root that calls a module of a registry.
const CALLER: &str = r#"module "queues" {
  source   = "acme/queues/aws"
  for_each = toset(["a", "b"])
  name     = each.key
}
"#;

#[test]
fn modules_whose_source_is_not_at_hand_are_checked_as_planned() {
    let policy = r#"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Principal\":{\"AWS\":\"12345\"},\"Action\":\"sqs:SendMessage\",\"Resource\":\"*\"}]}"#;
    let instance = |key: &str| {
        format!(
            r#"{{"address": "module.queues[\"{key}\"].aws_sqs_queue_policy.q", "mode": "managed",
 "type": "aws_sqs_queue_policy", "name": "q", "change": {{"actions": ["create"], "before": null,
 "after": {{"queue_url": "q", "policy": "{policy}"}}, "after_unknown": {{}}}}}}"#
        )
    };
    let plan = format!(
        r#"{{"format_version": "1.2", "resource_changes": [{}, {}], "configuration": {{"root_module": {{"module_calls":
 {{"queues": {{"source": "acme/queues/aws", "module": {{"resources": [{{"address": "aws_sqs_queue_policy.q",
 "provider_config_key": "aws", "expressions": {{"policy": {{}}, "queue_url": {{}}}}}}]}}}}}}}}}}}}"#,
        instance("a"),
        instance("b")
    );
    let analysis = analysed(&[("main.tf", CALLER), ("plan.json", &plan)], &["plan.json"]);
    let found = findings(&analysis);
    let of_account = found.iter().filter(|it| it.starts_with("plan.json:") && it.contains("malformed-account-id"));
    assert_eq!(of_account.count(), 2, "{found:#?}");
    let addresses: Vec<_> = analysis.policies().iter().map(|site| site.address.as_str()).collect();
    let expected = [r#"module.queues["a"].aws_sqs_queue_policy.q"#, r#"module.queues["b"].aws_sqs_queue_policy.q"#];
    assert_eq!(addresses, expected);
}

/// Queues for partners whose numbers are kept elsewhere, and a role for each of a number of teams.
const REPEATED: &str = r#"data "aws_ssm_parameter" "partners" {
  name = "partners"
}

module "inbox" {
  source   = "./inbox"
  for_each = toset(split(",", data.aws_ssm_parameter.partners.value))
  partner  = each.key
}

resource "aws_iam_role" "team" {
  count              = data.aws_ssm_parameter.partners.version
  name               = "team-${count.index}"
  assume_role_policy = file("trust.json")
}
"#;

const INBOX: &str = r#"variable "partner" {}

resource "aws_sqs_queue_policy" "q" {
  queue_url = "https://sqs.eu-west-1.amazonaws.com/111122223333/q"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = var.partner }
      Action    = "sqs:SendMessage"
      Resource  = "*"
    }]
  })
}
"#;

const TRUST: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
"Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}"#;

/// A plan of [`REPEATED`] for two partners and two teams; nothing is known of what is in it. `more` are members of the plan.
fn plan_of_repeated(more: &str) -> String {
    let planned = [
        ("module.inbox[\\\"111122223333\\\"].aws_sqs_queue_policy.q", "aws_sqs_queue_policy"),
        ("module.inbox[\\\"12345\\\"].aws_sqs_queue_policy.q", "aws_sqs_queue_policy"),
        ("aws_iam_role.team[0]", "aws_iam_role"),
        ("aws_iam_role.team[1]", "aws_iam_role"),
    ];
    let change = |(address, ty): (&str, &str)| {
        format!(
            r#"{{"address": "{address}", "mode": "managed", "type": "{ty}", "name": "it",
 "change": {{"actions": ["create"], "before": null, "after": {{}}, "after_unknown": {{}}}}}}"#
        )
    };
    let gone = r#"{"address": "aws_iam_role.team[2]", "mode": "managed", "type": "aws_iam_role", "name": "team",
 "change": {"actions": ["delete"], "before": {}, "after": null, "after_unknown": {}}}"#;
    format!(r#"{{"format_version": "1.2", {more} "resource_changes": [{}, {gone}]}}"#, planned.map(change).join(", "))
}

fn analysed_repeated(more: &str) -> Analysis {
    let plan = plan_of_repeated(more);
    let files = [("main.tf", REPEATED), ("inbox/main.tf", INBOX), ("trust.json", TRUST), ("plan.json", &plan)];
    analysed(&files, &["plan.json"])
}

fn addresses(analysis: &Analysis) -> Vec<&str> {
    let mut addresses: Vec<_> = analysis.policies().iter().map(|site| site.address.as_str()).collect();
    addresses.sort_unstable();
    addresses
}

#[test]
fn what_the_source_repeats_an_unknown_number_of_times_is_there_as_often_as_planned() {
    let analysis = analysed_repeated("");
    let expected = [
        "aws_iam_role.team[0]",
        "aws_iam_role.team[1]",
        r#"module.inbox["111122223333"].aws_sqs_queue_policy.q"#,
        r#"module.inbox["12345"].aws_sqs_queue_policy.q"#,
    ];
    assert_eq!(addresses(&analysis), expected);
    assert_eq!(findings(&analysis).len(), 1, "{:#?}", findings(&analysis));
    let of_key = "malformed-account-id";
    assert!(
        findings(&analysis)[0].contains(of_key) && !findings(&analysis)[0].starts_with("plan.json"),
        "the key is known"
    );
}

#[test]
fn a_plan_that_may_lack_something_does_not_say_how_often_it_is_there() {
    let unknown = ["aws_iam_role.team[*]", "module.inbox[*].aws_sqs_queue_policy.q"];
    for more in [r#""complete": false,"#, r#""errored": true,"#] {
        assert_eq!(addresses(&analysed_repeated(more)), unknown, "{more}");
    }
}
