//! Modules that are called: what is found in them is told where the host keeps it, in the text that the host has.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "what goes wrong here is a test that fails")]

mod host;

use std::sync::Arc;

use crosstrail_tflint::wire::Severity;

use host::{Host, Module, Scratch, names, only};

#[tokio::test]
async fn in_called_modules_the_expression_that_depends_on_the_caller_is_marked() {
    let scratch = Scratch::new("called");
    let called = "variable \"effect\" {}\n\nresource \"aws_iam_role_policy\" \"a\" {\n  role = var.effect\n  policy = \
                  jsonencode({\n    Version = \"2012-10-17\"\n    Statement = [{ Effect = \"allow\", Action = \
                  \"s3:GetObject\", Resource = \"arn:aws:s3:::${var.effect}/*\" }]\n  })\n}\n";
    scratch.write("m/main.tf", called);
    scratch.write("main.tf", "module \"m\" {\n  source = \"./m\"\n  effect = \"x\"\n}\n");
    let host = Host::start("called", &scratch.0).await;
    host.configure(only("invalid-effect"), &[], ".tflint.hcl").await;
    let root = Module::root(&scratch.0, ".");
    let others = root.files.lock().unwrap().clone();
    assert_eq!(host.check(&Arc::new(root)).await.unwrap(), []);
    let module = Arc::new(Module { path: vec!["m".to_owned()], others, ..Module::root(&scratch.0, "m") });
    let issues = host.check(&module).await.unwrap();
    // Another instance of the same call has the same faults.
    assert_eq!(host.check(&module).await.unwrap(), []);
    assert_eq!(names(&issues), ["crosstrail_invalid_effect"]);
    let range = issues[0].range.clone().unwrap();
    let bytes = |position: Option<crosstrail_tflint::wire::Position>| usize::try_from(position.unwrap().byte).unwrap();
    let marked = called.get(bytes(range.start)..bytes(range.end)).unwrap();
    assert!(marked.starts_with("{ Effect") && marked.ends_with("/*\" }"), "{marked}");
    assert!(range.filename == "m/main.tf" && !issues[0].fixable);
}

/// A module with a policy that depends on its caller, and the action of that.
fn called_module(action: &str) -> Vec<u8> {
    let text = r#"variable "bucket" {}

output "verb" {
  value = "GetObject"
}

resource "aws_iam_role_policy" "a" {
  role = "a"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "ACTION", Resource = "arn:aws:s3:::${var.bucket}/*" }]
  })
}
"#;
    text.replace("ACTION", action).into_bytes()
}

/// A module that calls the other one and uses its output.
const CALLER: &str = r#"module "m" {
  source = "./m"
  bucket = "x"
}

resource "aws_iam_role_policy" "b" {
  role = "b"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "s3:${module.m.verb}", Resource = "arn:aws:s3:::x/*" }]
  })
}
"#;

#[tokio::test]
async fn texts_of_called_modules_that_are_not_saved_are_checked() {
    let scratch = Scratch::new("called-unsaved");
    scratch.write("main.tf", CALLER);
    scratch.write("m/main.tf", called_module("s3:GetObject"));
    let host = Host::start("called-unsaved", &scratch.0).await;
    host.configure(only("unknown-action"), &[], ".tflint.hcl").await;
    let root = || Module::root(&scratch.0, ".");
    let others = root().files.lock().unwrap().clone();
    let called = |files: &[(&str, Vec<u8>)]| {
        let module = Module { path: vec!["m".to_owned()], others: others.clone(), ..Module::root(&scratch.0, "m") };
        module.files.lock().unwrap().extend(files.iter().map(|(name, text)| ((*name).to_owned(), text.clone())));
        Arc::new(module)
    };
    // As the language server has it: the modules first, the root last.
    assert_eq!(host.check(&called(&[])).await.unwrap(), []);
    assert_eq!(host.check(&Arc::new(root())).await.unwrap(), []);
    let text = String::from_utf8(called_module("s3:ListUnsaved")).unwrap().replace("\"GetObject\"", "\"GetUnsaved\"");
    host.configure(only("unknown-action"), &[], ".tflint.hcl").await;
    let issues = host.check(&called(&[("m/main.tf", text.into_bytes())])).await.unwrap();
    assert!(issues.len() == 1 && issues[0].message.contains("s3:ListUnsaved"), "{issues:?}");
    assert_eq!(issues[0].range.as_ref().unwrap().filename, "m/main.tf");
    // What the root has of the module is what the host has of it.
    let issues = host.check(&Arc::new(root())).await.unwrap();
    assert!(issues.len() == 1 && issues[0].message.contains("s3:GetUnsaved"), "{issues:?}");
    // A file that the disk does not have, and then the disk again.
    host.configure(only("unknown-action"), &[], ".tflint.hcl").await;
    let new = String::from_utf8(called_module("s3:ListNew")).unwrap();
    let new = new.split_once("resource").unwrap().1.replace("\"a\" {", "\"new\" {");
    let issues = host.check(&called(&[("m/new.tf", format!("resource{new}").into_bytes())])).await.unwrap();
    assert!(issues.len() == 1 && issues[0].message.contains("s3:ListNew"), "{issues:?}");
    assert_eq!(issues[0].range.as_ref().unwrap().filename, "m/new.tf");
    host.configure(only("unknown-action"), &[], ".tflint.hcl").await;
    assert_eq!(host.check(&called(&[])).await.unwrap(), []);
    assert_eq!(host.check(&Arc::new(root())).await.unwrap(), []);
}

#[tokio::test]
async fn a_host_that_has_changed_its_directory_is_followed() {
    let scratch = Scratch::new("elsewhere");
    scratch.write("stack/main.tf", CALLER);
    scratch.write("stack/m/main.tf", called_module("s3:ListNothing"));
    scratch.write("conf/right.toml", "[rules]\nunknown-action = \"note\"\n");
    scratch.write("conf/.tflint.hcl", "");
    // A language server is started where its client is, and goes to where the file is that is opened.
    let host = Host::start("elsewhere", &scratch.0.join("conf")).await;
    host.configure(only("unknown-action"), &[("config", "\"right.toml\"")], ".tflint.hcl").await;
    let stack = scratch.0.join("stack");
    let others = Module::root(&stack, ".").files.lock().unwrap().clone();
    let module = Module { path: vec!["m".to_owned()], others, ..Module::root(&stack, "m") };
    let issues = host.check(&Arc::new(module)).await.unwrap();
    assert_eq!(names(&issues), ["crosstrail_unknown_action"]);
    assert_eq!(issues[0].rule.as_ref().unwrap().severity, i32::from(Severity::Notice));
    assert_eq!(issues[0].range.as_ref().unwrap().filename, "m/main.tf");
    assert_eq!(host.check(&Arc::new(Module::root(&stack, "."))).await.unwrap(), []);
}
