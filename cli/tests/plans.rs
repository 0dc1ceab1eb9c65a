//! Plans and states on the command line: alone, with their source, several of them.

#![allow(
    clippy::unwrap_used,
    clippy::string_slice,
    reason = "a test whose plans are not as they are written here has to fail"
)]

#[cfg(test)]
mod support;

use std::io::Write;

use miniz_oxide::deflate::compress_to_vec;
use rawzip::{CompressionMethod, ZipArchiveWriter, ZipDataWriter};
use serde_json::{Value, json};

use support::{Run, Sandbox};

/// A queue that a partner may send to, whose number only the plan knows.
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
      Action    = "sqs:SendMessages"
      Resource  = aws_sqs_queue.q.arn
    }]
  })
}
"#;

/// The policy of that queue as it is planned when the queue is there.
fn policy() -> Value {
    json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"AWS": "12345"}, "Action": "sqs:SendMessages",
        "Resource": "arn:aws:sqs:eu-west-1:111122223333:q"
    }]})
}

/// A plan of [`SOURCE`], with some members of its own.
fn plan(more: &Value) -> String {
    let queue = json!({"name": "q", "arn": "arn:aws:sqs:eu-west-1:111122223333:q", "id": "q"});
    let of_policy = json!({"queue_url": "q", "policy": policy().to_string()});
    let change = |ty: &str, after: Value| {
        json!({"address": format!("{ty}.q"), "mode": "managed", "type": ty, "name": "q",
            "change": {"actions": ["create"], "before": null, "after": after, "after_unknown": {}}})
    };
    let block = |ty: &str, expressions: Value| json!({"address": format!("{ty}.q"), "type": ty, "provider_config_key": "aws", "expressions": expressions});
    let mut plan = json!({
        "format_version": "1.2", "terraform_version": "1.11.4",
        "variables": {"partner": {"value": "12345"}},
        "resource_changes": [change("aws_sqs_queue", queue), change("aws_sqs_queue_policy", of_policy)],
        "configuration": {"root_module": {"resources": [
            block("aws_sqs_queue", json!({"name": {"constant_value": "q"}})),
            block("aws_sqs_queue_policy", json!({"policy": {"references": []}, "queue_url": {"references": []}})),
        ]}},
    });
    let members = plan.as_object_mut().unwrap();
    members.extend(more.as_object().unwrap().clone());
    // `terraform show -json` writes the versions first.
    let [format, terraform] = ["format_version", "terraform_version"].map(|name| members.remove(name).unwrap());
    format!("{{\"format_version\":{format},\"terraform_version\":{terraform},{}", &plan.to_string()[1..])
}

/// A plan file: a zip with the source.
fn plan_file() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut archive = ZipArchiveWriter::new(&mut bytes);
    let modules = br#"[{"Key": "", "Dir": "."}]"#;
    for (name, content) in
        [("tfplan", &b"\x08\x03"[..]), ("tfconfig/modules.json", modules), ("tfconfig/m-/main.tf", SOURCE.as_bytes())]
    {
        let mut entry = archive.new_file(name).compression_method(CompressionMethod::Deflate).create().unwrap();
        let mut writer = ZipDataWriter::new(std::io::sink());
        writer.write_all(content).unwrap();
        let (_, described) = writer.finish().unwrap();
        entry.write_all(&compress_to_vec(content, 6)).unwrap();
        entry.finish(described).unwrap();
    }
    archive.finish().unwrap();
    bytes
}

const CONCISE: [&str; 3] = ["lint", "--format", "concise"];

fn lint(sandbox: &Sandbox, arguments: &[&str]) -> Run {
    sandbox.run(&[&CONCISE[..], arguments].concat())
}

/// The places and codes of what is found, as `path:line code`, sorted.
fn found(run: &Run) -> Vec<String> {
    let line = |line: &str| {
        let (place, rest) = line.split_once(": ")?;
        let code = rest.split_once('[')?.1.split_once(']')?.0;
        let mut place = place.split(':');
        Some(format!("{}:{} {code}", place.next()?, place.next()?))
    };
    let mut found: Vec<String> = run.stdout.lines().filter_map(line).collect();
    found.sort();
    found
}

#[test]
fn a_plan_alone_is_checked_as_it_is() {
    let sandbox = Sandbox::with("plan-alone", &[("p/plan.json", &plan(&json!({})))]);
    let run = lint(&sandbox, &["p/plan.json"]);
    assert_eq!(found(&run), ["p/plan.json:1 malformed-account-id", "p/plan.json:1 unknown-action"], "{run:?}");
    assert_eq!(run.code, 1);
    let run = sandbox.run(&["lint", "p/plan.json"]);
    assert!(run.stdout.contains("in `aws_sqs_queue_policy.q`"), "{run:?}");
    assert!(!run.stdout.contains("fix"), "what is to be mended is the source: {run:?}");
}

#[test]
fn a_plan_with_its_source_is_found_in_the_source() {
    let files = [("infra/main.tf", SOURCE), ("plan.json", &plan(&json!({})))];
    let sandbox = Sandbox::with("plan-source", &files);
    let expected = ["infra/main.tf:13 malformed-account-id", "infra/main.tf:14 unknown-action"];
    let run = lint(&sandbox, &["--source", "infra", "plan.json"]);
    assert_eq!(found(&run), expected, "{run:?}");
    let run = lint(&sandbox, &["infra", "--source", "infra", "plan.json"]);
    assert_eq!(found(&run), expected, "the directory is not checked twice: {run:?}");
    sandbox.write("other/main.tf", b"locals {}\n");
    let run = lint(&sandbox, &["--source", "other", "plan.json"]);
    let told = "error: plan.json:1:1: `other` declares nothing of what is planned: its source is not used\n";
    assert!(run.stderr.contains(told) && found(&run).len() == 2, "{run:?}");
    let run = lint(&sandbox, &["--source", "nowhere", "plan.json"]);
    assert!(run.stderr.contains("error: nowhere: there is no such directory to take the source from\n"), "{run:?}");
    let run = lint(&sandbox, &["infra"]);
    assert_eq!(found(&run), ["infra/main.tf:14 unknown-action"], "the source alone does not know the number");
}

#[test]
fn the_source_in_the_working_directory_or_beside_the_plan_is_found() {
    let sandbox = Sandbox::with("plan-beside", &[("a/main.tf", SOURCE), ("a/plan.json", &plan(&json!({})))]);
    let run = lint(&sandbox, &["a/plan.json"]);
    assert_eq!(found(&run), ["a/main.tf:13 malformed-account-id", "a/main.tf:14 unknown-action"], "{run:?}");
    let mut here = sandbox.command(&[&CONCISE[..], &["plan.json"]].concat());
    let output = here.current_dir(sandbox.path("a")).output().unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(stdout.starts_with("main.tf:13:"), "{stdout}");
    let other = SOURCE.replace("\"q\"", "\"other\"");
    sandbox.write("a/main.tf", other.as_bytes());
    let run = lint(&sandbox, &["a/plan.json"]);
    assert_eq!(found(&run)[0], "a/plan.json:1 malformed-account-id", "another configuration is no source: {run:?}");
}

#[test]
fn a_source_that_has_changed_since_gives_no_place() {
    let changed = SOURCE.replace("sqs:SendMessages", "sqs:SendMessage").replace("var.partner", "\"111122223333\"");
    let sandbox = Sandbox::with("plan-stale", &[("main.tf", &changed), ("plan.json", &plan(&json!({})))]);
    let run = lint(&sandbox, &["plan.json"]);
    assert_eq!(found(&run), ["main.tf:9 malformed-account-id", "main.tf:9 unknown-action"], "{run:?}");
    let run = sandbox.run(&["lint", "plan.json"]);
    assert!(run.stdout.contains("the plan has another value than what is written"), "{run:?}");
    let run = sandbox.run(&["lint", "--fix", "--unsafe", "plan.json"]);
    assert!(run.stdout.ends_with("fixed 0 findings in 0 files\n") || run.stderr.contains("fixed 0"), "{run:?}");
}

/// What is planned and not declared any more is checked as it is planned, or it is told that it is not.
#[test]
fn what_the_source_does_not_declare_is_not_lost() {
    let source = SOURCE.replace("sqs:SendMessages", "sqs:SendMessage").replace("var.partner", "\"111122223333\"");
    let source = source + "module \"m\" {\n  source = \"./m\"\n}\n";
    let mut planned: Value = serde_json::from_str(&plan(&json!({}))).unwrap();
    let changes = planned["resource_changes"].as_array_mut().unwrap();
    let mut more = changes[1].clone();
    changes[1]["change"]["after"]["policy"] =
        json!(policy().to_string().replace("Messages", "Message").replace("12345", "111122223333"));
    more["address"] = json!("aws_sqs_queue_policy.gone");
    more["name"] = json!("gone");
    more["change"]["after"]["queue_url"] = json!("other");
    changes.push(more.clone());
    more["address"] = json!("module.m.aws_sqs_queue_policy.gone[0]");
    changes.push(more);
    let planned = planned.to_string();
    let files = [("infra/main.tf", source.as_str()), ("infra/m/main.tf", "locals {}\n"), ("plan.json", &planned)];
    let sandbox = Sandbox::with("plan-undeclared", &files);
    let run = lint(&sandbox, &["--source", "infra", "plan.json"]);
    assert_eq!(found(&run), ["plan.json:1 malformed-account-id", "plan.json:1 unknown-action"], "{run:?}");
    let told = "`module.m.aws_sqs_queue_policy.gone[0]` cannot be checked: \
                the source of the module at hand does not declare what is planned\n";
    assert!(run.stderr.contains(told), "{run:?}");
}

#[test]
fn a_plan_file_is_its_source() {
    let sandbox = Sandbox::new("plan-file");
    sandbox.write("plan.bin", &plan_file());
    sandbox.write("plan.json", plan(&json!({})).as_bytes());
    let run = lint(&sandbox, &["plan.bin"]);
    assert_eq!(found(&run), ["plan.bin/main.tf:14 unknown-action"], "{run:?}");
    let run = lint(&sandbox, &["plan.bin", "plan.json"]);
    let expected = ["plan.bin/main.tf:13 malformed-account-id", "plan.bin/main.tf:14 unknown-action"];
    assert_eq!(found(&run), expected, "{run:?}");
    let run = sandbox.run(&["lint", "--fix", "--unsafe", "plan.bin"]);
    let refused = "error: plan.bin/main.tf: in the plan file `plan.bin`, which stays as it is: \
                   mend the source that it was made from\n";
    assert!(run.stderr.contains(refused), "{run:?}");
    assert_eq!(std::fs::read(sandbox.path("plan.bin")).unwrap(), plan_file());
    sandbox.write("cut.bin", &plan_file()[..100]);
    let run = lint(&sandbox, &["cut.bin"]);
    assert!(run.stderr.starts_with("error: cut.bin: a damaged zip file: "), "{run:?}");
    assert_eq!(run.code, 2);
}

#[test]
fn a_state_is_checked_like_a_plan() {
    let resource = json!({"address": "aws_sqs_queue_policy.q", "mode": "managed", "type": "aws_sqs_queue_policy",
        "name": "q", "values": {"queue_url": "q", "policy": policy().to_string()}});
    let state = json!({"values": {"root_module": {"resources": [resource]}}}).to_string();
    let state = format!("{{\"format_version\":\"1.0\",{}", &state[1..]);
    let sandbox = Sandbox::with("plan-state", &[("state.json", &state)]);
    let run = lint(&sandbox, &["state.json"]);
    assert_eq!(found(&run), ["state.json:1 malformed-account-id", "state.json:1 unknown-action"], "{run:?}");
}

/// A plan of account `number` in which `ty` with these attributes is made.
fn plan_of_account(number: &str, ty: &str, after: &Value) -> String {
    let caller = json!({"address": "data.aws_caller_identity.me", "mode": "data", "type": "aws_caller_identity",
        "name": "me", "values": {"account_id": number}});
    let blocks = json!([
        {"address": "data.aws_caller_identity.me", "provider_config_key": "aws", "expressions": {}},
        {"address": format!("{ty}.it"), "provider_config_key": "aws", "expressions":
            {"policy": {}, "assume_role_policy": {}}},
    ]);
    plan(&json!({
        "variables": {},
        "prior_state": {"values": {"root_module": {"resources": [caller]}}},
        "resource_changes": [{"address": format!("{ty}.it"), "mode": "managed", "type": ty, "name": "it",
            "change": {"actions": ["create"], "before": null, "after": after, "after_unknown": {"arn": true}}}],
        "configuration": {"root_module": {"resources": blocks}},
    }))
}

#[test]
fn plans_of_several_accounts_are_held_against_each_other() {
    let trust = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
        "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]});
    let role = json!({"name": "reader", "path": "/", "assume_role_policy": trust.to_string()});
    let lets_in = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111111111111:role/reader"}, "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::logs/*"}]});
    let bucket = json!({"bucket": "logs", "policy": lets_in.to_string()});
    let security = plan_of_account("111111111111", "aws_iam_role", &role);
    let payments = plan_of_account("222222222222", "aws_s3_bucket_policy", &bucket);
    let sandbox = Sandbox::with("plan-accounts", &[("security.json", &security), ("payments.json", &payments)]);
    let run = lint(&sandbox, &["security.json", "payments.json"]);
    assert_eq!(found(&run), ["payments.json:1 missing-identity-half"], "{run:?}");
    assert!(run.stderr.contains("1 error in 2 files: 2 stacks, 2 policies"), "{run:?}");
    let run = lint(&sandbox, &["payments.json"]);
    assert_eq!(found(&run), [""; 0], "alone nothing is known of the role: {run:?}");
}

#[test]
fn what_is_odd_of_a_plan_is_told() {
    let errored = plan(&json!({"errored": true}));
    let sandbox = Sandbox::with("plan-errored", &[("plan.json", &errored)]);
    let run = lint(&sandbox, &["plan.json"]);
    let told = ": Terraform failed to make this plan: what is missing in it is not checked\n";
    assert!(run.stderr.contains(told) && found(&run).len() == 2, "{run:?}");
    assert_eq!(run.code, 1);

    let newer = plan(&json!({"format_version": "1.9", "of_the_future": [1], "action_invocations": {"a": []}}));
    sandbox.write("plan.json", newer.as_bytes());
    assert_eq!(found(&lint(&sandbox, &["plan.json"])).len(), 2, "what a later minor version adds is ignored");

    let other = plan(&json!({"format_version": "2.0"}));
    for (text, message) in [
        (other.as_str(), "a plan in format 2.0: this version of crosstrail reads formats up to 1.x"),
        (&errored[..errored.len() - 20], "cut off: the JSON of a plan ends before its last bracket"),
        (
            r#"{"format_version":"1.0","provider_schemas":{}}"#,
            "what `terraform providers schema -json` writes, and no plan of `terraform show -json`",
        ),
    ] {
        sandbox.write("plan.json", text.as_bytes());
        let run = lint(&sandbox, &["plan.json"]);
        assert!(run.stderr.contains(message), "{run:?}");
        assert_eq!(run.code, 2, "{run:?}");
    }
}

#[test]
fn plans_of_opentofu_and_of_powershell_are_plans() {
    // OpenTofu names its own registry and may have dropped the members that it does not fill.
    let tofu = plan(&json!({"terraform_version": "1.10.2", "timestamp": "2026-01-01T00:00:00Z", "errored": false}));
    let tofu = tofu.replace("\"mode\"", "\"provider_name\":\"registry.opentofu.org/hashicorp/aws\",\"mode\"");
    let sandbox = Sandbox::with("plan-tofu", &[("tofu.json", &tofu)]);
    assert_eq!(found(&lint(&sandbox, &["tofu.json"])).len(), 2);
    let wide: Vec<u8> = std::iter::once(0xfeff).chain(tofu.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    sandbox.write("wide.json", &wide);
    let run = lint(&sandbox, &["wide.json"]);
    assert_eq!(found(&run), ["wide.json:1 malformed-account-id", "wide.json:1 unknown-action"], "{run:?}");
}

#[test]
fn standard_input_may_be_a_plan() {
    let sandbox = Sandbox::with("plan-input", &[]);
    let plan = plan(&json!({}));
    let arguments = [&CONCISE[..], &["-"]].concat();
    let run = sandbox.run_with_input(&arguments, plan.as_bytes());
    assert_eq!(found(&run), ["<stdin>.json:1 malformed-account-id", "<stdin>.json:1 unknown-action"], "{run:?}");
    sandbox.write("main.tf", SOURCE.as_bytes());
    let run = sandbox.run_with_input(&arguments, plan.as_bytes());
    assert_eq!(found(&run), ["main.tf:13 malformed-account-id", "main.tf:14 unknown-action"], "{run:?}");
}

#[test]
fn plans_that_are_met_are_passed_over_and_told() {
    let plan = plan(&json!({}));
    let sandbox = Sandbox::with("plan-met", &[("main.tf", "locals {}\n"), ("p/a.json", &plan)]);
    let run = lint(&sandbox, &["."]);
    let told =
        "warning: p/a.json: a plan or state of `terraform show -json`, passed over: name it to have it checked\n";
    assert!(run.stderr.contains(told), "{run:?}");
    assert_eq!((run.code, found(&run).len()), (0, 0), "{run:?}");
    sandbox.write("p/b.json", plan.as_bytes());
    let run = lint(&sandbox, &["."]);
    let told = "warning: p/a.json: a plan or state of `terraform show -json`, passed over as 1 more: \
                name them to have them checked\n";
    assert!(run.stderr.contains(told), "{run:?}");
}
