//! The wire, from the other end: how the plugin starts, answers and ends, whatever the host does.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "what goes wrong here is a test that fails")]

mod host;

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crosstrail_tflint::VERSION;
use crosstrail_tflint::grpc::Connection;
use crosstrail_tflint::process::COOKIE;
use crosstrail_tflint::socket::Stream;
use crosstrail_tflint::wire::{
    CheckRequest, ConnInfo, Empty, GetConfigSchemaResponse, GetRuleNamesResponse, GlobalConfig, HealthRequest,
    HealthResponse, RuleConfig, SERVING, Severity, TextResponse,
};
use tonic::Code;

use host::{Host, Module, Scratch, names, only};

/// A role policy with a wrong action, and one with a fault that has a safe fix.
const WRONG: &str = r#"variable "action" {
  type    = string
  default = "s3:ListAllMyBuckets"
}

resource "aws_iam_role_policy" "a" {
  role = "a"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "allow", Action = var.action, Resource = "*" }]
  })
}
"#;

#[test]
fn nobody_else_starts_it() {
    let scratch = Scratch::new("cookie");
    let output = host::command(&scratch.0, &scratch.0).env("TFLINT_RULESET_PLUGIN", "x").output().unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
    assert!(String::from_utf8(output.stderr).unwrap().contains("a plugin of TFLint"));
    let output = host::command(&scratch.0, &scratch.0).env("PLUGIN_CLIENT_CERT", "x").output().unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(1), 0));
    assert!(String::from_utf8(output.stderr).unwrap().contains("encrypted"));
    let output = host::command(&scratch.0, &scratch.0).arg("--version").output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), format!("tflint-ruleset-crosstrail {VERSION}\n"));
}

#[tokio::test]
async fn it_says_who_it_is() {
    let scratch = Scratch::new("who");
    let host = Host::start("who", &scratch.0).await;
    for (path, text) in [
        ("/proto.RuleSet/GetName", "crosstrail"),
        ("/proto.RuleSet/GetVersion", VERSION),
        ("/proto.RuleSet/GetVersionConstraint", ">= 0.46"),
        ("/proto.RuleSet/GetSDKVersion", "0.25.0"),
    ] {
        let response: TextResponse = host.call(path, Empty {}).await.unwrap();
        assert_eq!(response.text, text);
    }
    let rules: GetRuleNamesResponse = host.call("/proto.RuleSet/GetRuleNames", Empty {}).await.unwrap();
    assert!(rules.names.contains(&"crosstrail_unknown_action".to_owned()), "{:?}", rules.names);
    let schema: GetConfigSchemaResponse = host.call("/proto.RuleSet/GetConfigSchema", Empty {}).await.unwrap();
    let attributes = schema.schema.unwrap().attributes;
    assert_eq!(attributes.iter().map(|it| it.name.as_str()).collect::<Vec<_>>(), ["config", "workspace_root"]);
    let health = |service: &str| HealthRequest { service: service.to_owned() };
    let up: HealthResponse = host.call("/grpc.health.v1.Health/Check", health("plugin")).await.unwrap();
    assert_eq!(up.status, SERVING);
    let unknown = host.call::<_, HealthResponse>("/grpc.health.v1.Health/Check", health("x")).await.unwrap_err();
    assert_eq!(unknown.code(), Code::NotFound);
    let unknown = host.call::<_, Empty>("/proto.RuleSet/Nothing", Empty {}).await.unwrap_err();
    assert_eq!(unknown.code(), Code::Unimplemented);
}

#[tokio::test]
async fn it_ends_with_the_host_and_leaves_nothing() {
    let scratch = Scratch::new("end");
    let host = Host::start("end", &scratch.0).await;
    // A silent stream stays open while the host says goodbye.
    let stdio = host.connection.stream::<Empty, Empty>("/plugin.GRPCStdio/StreamStdio", tokio_stream::once(Empty {}));
    let stdio = stdio.await.unwrap();
    let sockets = host.sockets.0.clone();
    assert_eq!(sockets.read_dir().unwrap().count(), 0, "the socket is gone once the host has called");
    let (status, took) = host.close().await;
    drop(stdio);
    assert!(status.success() && took < Duration::from_secs(1), "{status} {took:?}");
}

#[tokio::test]
async fn it_ends_if_the_host_is_killed() {
    let scratch = Scratch::new("killed");
    // The connection ends without a word: before any call, and in the middle.
    let (mut child, line) = host::start(&scratch.0, &scratch.0);
    drop(Stream::connect(&host::place(&line)).await.unwrap());
    host::ended(&mut child).await;
    let (mut child, line) = host::start(&scratch.0, &scratch.0);
    let connection = Connection::over(Stream::connect(&host::place(&line)).await.unwrap()).await.unwrap();
    let _: TextResponse = connection.call("/proto.RuleSet/GetName", Empty {}).await.unwrap();
    drop(connection);
    host::ended(&mut child).await;
    assert_eq!(scratch.0.read_dir().unwrap().count(), 0);
}

#[tokio::test]
async fn it_ends_if_the_host_is_killed_before_it_calls() {
    let scratch = Scratch::new("orphan");
    let plugin = env!("CARGO_BIN_EXE_tflint-ruleset-crosstrail");
    let mut host = Command::new("sh");
    host.arg("-c").arg(format!("'{plugin}' > line & sleep 1")).current_dir(&scratch.0);
    host.env(COOKIE.0, COOKIE.1).env("PLUGIN_UNIX_SOCKET_DIR", &scratch.0);
    assert!(host.status().unwrap().success());
    let line = std::fs::read_to_string(scratch.0.join("line")).unwrap();
    let socket = host::place(&line).address;
    for _ in 0..200 {
        if !std::path::Path::new(&socket).exists() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the plugin waits for a host that is gone");
}

#[tokio::test]
async fn interrupts_are_the_hosts() {
    let scratch = Scratch::new("interrupt");
    let mut host = Host::start("interrupt", &scratch.0).await;
    let sent = Command::new("kill").args(["-INT", &host.child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(host.child.try_wait().unwrap().is_none());
    let response: TextResponse = host.call("/proto.RuleSet/GetName", Empty {}).await.unwrap();
    assert_eq!(response.text, "crosstrail");
    assert!(host.close().await.0.success());
}

#[tokio::test]
async fn a_host_that_says_nothing_is_not_waited_for() {
    let scratch = Scratch::new("nothing");
    let host = Host::start("nothing", &scratch.0).await;
    let started = Instant::now();
    let refused = host.call::<_, Empty>("/proto.RuleSet/Check", CheckRequest { runner: 7 }).await.unwrap_err();
    assert_eq!((refused.code(), refused.message()), (Code::InvalidArgument, "timeout waiting for connection info"));
    assert!((5..20).contains(&started.elapsed().as_secs()));
    let nowhere = scratch.0.join("nowhere").to_str().unwrap().to_owned();
    host.say(ConnInfo { service_id: 8, network: "unix".to_owned(), address: nowhere, knock: None });
    let refused = host.call::<_, Empty>("/proto.RuleSet/Check", CheckRequest { runner: 8 }).await.unwrap_err();
    assert_eq!(refused.code(), Code::Aborted);
    assert!(refused.message().starts_with("crosstrail: no way to the host"), "{}", refused.message());
}

#[tokio::test]
async fn checks_may_come_at_once_and_before_it_is_said_where() {
    let scratch = Scratch::new("at-once");
    scratch.write("main.tf", WRONG);
    let host = Arc::new(Host::start("at-once", &scratch.0).await);
    host.configure(only("invalid-effect"), &[], ".tflint.hcl").await;
    let mut checks = Vec::new();
    for delay in 0..16 {
        let (runner, listener, info) = host.listen();
        let module = Arc::new(Module::root(&scratch.0, "."));
        tokio::spawn(host::serve(listener, Arc::clone(&module)));
        let checking = Arc::clone(&host);
        checks.push(tokio::spawn(async move {
            checking.call::<_, Empty>("/proto.RuleSet/Check", CheckRequest { runner }).await.unwrap();
            module.issues.lock().unwrap().len()
        }));
        let saying = Arc::clone(&host);
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(delay * 5)).await;
            saying.say(info);
        });
    }
    for check in checks {
        assert_eq!(check.await.unwrap(), 1);
    }
}

#[tokio::test]
async fn what_is_found_is_said_with_its_rule_and_place() {
    let scratch = Scratch::new("found");
    scratch.write("main.tf", WRONG);
    let host = Host::start("found", &scratch.0).await;
    host.configure(GlobalConfig::default(), &[], ".tflint.hcl").await;
    let issues = host.check(&Arc::new(Module::root(&scratch.0, "."))).await.unwrap();
    assert_eq!(names(&issues), ["crosstrail_invalid_effect"]);
    let (rule, range) = (issues[0].rule.clone().unwrap(), issues[0].range.clone().unwrap());
    assert_eq!(rule.severity, i32::from(Severity::Error));
    assert!(rule.link.ends_with("/analyzer/src/rules/grammar/invalid_effect.md"), "{}", rule.link);
    assert_eq!((range.filename.as_str(), range.start.unwrap().line), ("main.tf", 10));
    assert!(issues[0].fixable && issues[0].message.contains("`allow`"), "{}", issues[0].message);
    // What the host says in the next round stands in place of what it said before.
    let off = [("crosstrail_invalid_effect".to_owned(), RuleConfig { name: String::new(), enabled: false })];
    let config = GlobalConfig { rules: off.into(), ..GlobalConfig::default() };
    host.configure(config, &[], ".tflint.hcl").await;
    assert_eq!(host.check(&Arc::new(Module::root(&scratch.0, "."))).await.unwrap(), []);
}

#[tokio::test]
async fn a_byte_order_mark_takes_no_column() {
    let scratch = Scratch::new("mark");
    let statement = r#"{ Effect = "Allow", Action = "s3:ListNothing", Resource = "*" }"#;
    let policy = format!(r#"jsonencode({{ Version = "2012-10-17", Statement = [{statement}] }})"#);
    scratch.write("main.tf", format!("\u{feff}resource \"aws_iam_policy\" \"a\" {{ policy = {policy} }}\n"));
    let host = Host::start("mark", &scratch.0).await;
    host.configure(GlobalConfig::default(), &[], ".tflint.hcl").await;
    let issues = host.check(&Arc::new(Module::root(&scratch.0, "."))).await.unwrap();
    let start = issues[0].range.as_ref().unwrap().start.unwrap();
    assert_eq!((start.line, start.column, start.byte), (1, 122, 124), "{issues:?}");
}

#[tokio::test]
async fn texts_that_are_not_saved_are_checked() {
    let scratch = Scratch::new("unsaved");
    scratch.write("main.tf", "");
    let host = Host::start("unsaved", &scratch.0).await;
    host.configure(GlobalConfig::default(), &[], ".tflint.hcl").await;
    let module = Module::root(&scratch.0, ".");
    *module.files.lock().unwrap() = BTreeMap::from([("new.tf".to_owned(), WRONG.as_bytes().to_vec())]);
    let issues = host.check(&Arc::new(module)).await.unwrap();
    assert_eq!(issues[0].range.as_ref().unwrap().filename, "new.tf");
    assert_eq!(issues.len(), 1);
}

#[tokio::test]
async fn values_of_variables_are_the_hosts_and_secrets_are_not_told() {
    let scratch = Scratch::new("values");
    scratch.write("main.tf", WRONG.replace("allow", "Allow"));
    let host = Host::start("values", &scratch.0).await;
    host.configure(GlobalConfig::default(), &[], ".tflint.hcl").await;
    let value = |value: Option<&str>| BTreeMap::from([("action".to_owned(), value.map(str::to_owned))]);
    let module = |variables| Module { variables, ..Module::root(&scratch.0, ".") };
    for same in [value(None), value(Some("s3:ListAllMyBuckets"))] {
        assert_eq!(host.check(&Arc::new(module(same))).await.unwrap(), []);
    }
    let issues = host.check(&Arc::new(module(value(Some("s3:ListNothing"))))).await.unwrap();
    assert_eq!(names(&issues), ["crosstrail_unknown_action"]);
    assert!(issues[0].message.contains("s3:ListNothing"), "{}", issues[0].message);
    let secret = Module { sensitive: vec!["action".to_owned()], ..module(value(Some("s3:ListNothing"))) };
    assert_eq!(host.check(&Arc::new(secret)).await.unwrap(), []);
}

#[tokio::test]
async fn what_is_wrong_with_the_settings_is_said() {
    let scratch = Scratch::new("settings");
    scratch.write("main.tf", WRONG);
    scratch.write("crosstrail.toml", "[rules]\nunknwon-action = \"off\"\n");
    let host = Host::start("settings", &scratch.0).await;
    host.configure(GlobalConfig::default(), &[], ".tflint.hcl").await;
    let module = || Arc::new(Module::root(&scratch.0, "."));
    let refused = host.check(&module()).await.unwrap_err();
    assert_eq!(refused.code(), Code::Aborted);
    assert!(refused.message().starts_with("crosstrail: crosstrail.toml:2:1: "), "{}", refused.message());
    assert!(refused.message().contains("did you mean `unknown-action`"), "{}", refused.message());
    scratch.write("conf/right.toml", "[rules]\ninvalid-effect = \"note\"\n");
    let block = [("config", "\"right.toml\"")];
    let file = scratch.0.join("conf/.tflint.hcl");
    host.configure(GlobalConfig::default(), &block, file.to_str().unwrap()).await;
    let issues = host.check(&module()).await.unwrap();
    assert_eq!(issues[0].rule.as_ref().unwrap().severity, i32::from(Severity::Notice));
    host.configure(GlobalConfig::default(), &[("config", "\"missing.toml\"")], ".tflint.hcl").await;
    let refused = host.check(&module()).await.unwrap_err();
    assert!(refused.message().contains("missing.toml"), "{}", refused.message());
    let block = [("config", "\"conf/right.toml\""), ("workspace_root", "\"missing\"")];
    host.configure(GlobalConfig::default(), &block, ".tflint.hcl").await;
    let refused = host.check(&module()).await.unwrap_err();
    assert!(refused.message().contains("`workspace_root`: there is no directory"), "{}", refused.message());
    let name = "crosstrail_unknown_action".to_owned();
    let on = [(name.clone(), RuleConfig { name: name.clone(), enabled: true })];
    let config = GlobalConfig { rules: on.into(), ..GlobalConfig::default() };
    host.configure(config, &block[..1], ".tflint.hcl").await;
    let wrong = Module { wrong_rules: vec![name], ..Module::root(&scratch.0, ".") };
    let refused = host.check(&Arc::new(wrong)).await.unwrap_err();
    assert!(refused.message().contains("crosstrail_unknown_action") && refused.message().contains("Unsupported"));
}

#[tokio::test]
async fn what_can_be_mended_unseen_is_mended_unless_it_is_silenced() {
    let scratch = Scratch::new("fix");
    scratch.write("main.tf", WRONG);
    let host = Host::start("fix", &scratch.0).await;
    host.configure(GlobalConfig { fix: true, ..GlobalConfig::default() }, &[], ".tflint.hcl").await;
    let silenced = Module { silenced: vec!["crosstrail_invalid_effect".to_owned()], ..Module::root(&scratch.0, ".") };
    let silenced = Arc::new(silenced);
    assert_eq!(host.check(&silenced).await.unwrap(), []);
    assert_eq!(*silenced.changes.lock().unwrap(), 0);
    let module = Arc::new(Module::root(&scratch.0, "."));
    let issues = host.check(&module).await.unwrap();
    assert!(issues[0].fixable);
    assert_eq!(module.files.lock().unwrap()["main.tf"], WRONG.replace("allow", "Allow").into_bytes());
    assert_eq!(host.check(&module).await.unwrap(), []);
    assert_eq!(*module.changes.lock().unwrap(), 1);
    // The file is the host's to write.
    assert_eq!(std::fs::read_to_string(scratch.0.join("main.tf")).unwrap(), WRONG);
}

#[tokio::test]
async fn large_modules_are_taken() {
    let scratch = Scratch::new("large");
    scratch.write("main.tf", WRONG);
    let host = Host::start("large", &scratch.0).await;
    host.configure(only("invalid-effect"), &[], ".tflint.hcl").await;
    let module = Module::root(&scratch.0, ".");
    let large = format!("# {}\n", "x".repeat(6 << 20)).into_bytes();
    module.files.lock().unwrap().insert("large.tf".to_owned(), large);
    assert_eq!(host.check(&Arc::new(module)).await.unwrap().len(), 1);
}
