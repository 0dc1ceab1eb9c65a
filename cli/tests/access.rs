//! `crosstrail can` and `crosstrail who-can`.

#![allow(clippy::unwrap_used, reason = "a test whose command fails has to fail")]

mod support;

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use support::Sandbox;

const MAIN: &str = r#"
provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["111111111111"]
}
resource "aws_cloudtrail" "main" {
  name           = "main"
  s3_bucket_name = "logs"
}
resource "aws_iam_user" "admin" {
  name = "admin"
}
resource "aws_iam_user_policy_attachment" "admin" {
  user       = aws_iam_user.admin.name
  policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"
}
resource "aws_iam_user" "guest" {
  name = "guest"
}
resource "aws_iam_user_policy" "guest" {
  user   = aws_iam_user.guest.name
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "*", Resource = var.arn }] })
}
resource "aws_iam_user" "nobody" {
  name = "nobody"
}
variable "arn" {}
"#;

const STOP: &str = "cloudtrail:StopLogging";

fn sandbox(name: &str) -> Sandbox {
    Sandbox::with(name, &[("main.tf", MAIN)])
}

#[test]
fn the_exit_code_is_the_answer() {
    let sandbox = sandbox("access-exit");
    let code = |arguments: &[&str]| sandbox.run(arguments).code;
    assert_eq!(code(&["can", "admin", STOP, "aws_cloudtrail.main"]), 0);
    assert_eq!(code(&["can", "nobody", STOP, "aws_cloudtrail.main"]), 1);
    assert_eq!(code(&["can", "guest", STOP, "aws_cloudtrail.main"]), 3);
    assert_eq!(code(&["can", "gest", STOP, "aws_cloudtrail.main"]), 2);
    assert_eq!(code(&["can", "admin", STOP, "aws_cloudtrail.main", "elsewhere"]), 2);
    assert_eq!(code(&["can", "admin", STOP]), 2);
    assert_eq!(code(&["who-can", STOP]), 0);
    assert_eq!(code(&["who-can", "cloudtrail:StopLoging"]), 2);
}

#[test]
fn what_is_wrong_is_said() {
    let sandbox = sandbox("access-wrong");
    let said = |arguments: &[&str]| {
        let run = sandbox.run(arguments);
        assert_eq!(run.stdout, "");
        run.stderr
    };
    assert_eq!(
        said(&["can", "gest", STOP, "aws_cloudtrail.main"]),
        "error: there is no role or user `gest` in view; did you mean `guest`?\n"
    );
    assert_eq!(
        said(&["who-can", "cloudtrail:StopLoging"]),
        "error: there is no action `cloudtrail:StopLoging`; did you mean `cloudtrail:StopLogging`?\n"
    );
}

#[test]
fn for_programs() {
    let sandbox = sandbox("access-json");
    let json = |arguments: &[&str]| -> Value {
        serde_json::from_str(&sandbox.run(&[arguments, &["--format", "json"]].concat()).stdout).unwrap()
    };
    let allowed = json(&["can", "admin", STOP, "aws_cloudtrail.main"]);
    assert_eq!((&allowed["version"], &allowed["verdict"]), (&json!(1), &json!("allowed")));
    let reason = &allowed["reasons"][0];
    assert_eq!(reason["address"], "arn:aws:iam::aws:policy/AdministratorAccess");
    assert_eq!((&reason["file"], &reason["range"]["start"]["line"]), (&json!("main.tf"), &json!(15)));
    assert_eq!(reason["statement"], json!({"number": 1, "sid": null}));
    let denied = json(&["can", "nobody", STOP, "aws_cloudtrail.main"]);
    assert_eq!((&denied["verdict"], &denied["denial"]), (&json!("denied"), &json!("implicit")));
    assert_eq!(
        (&denied["missing"][0]["half"], &denied["missing"][0]["account"]),
        (&json!("identity"), &json!("111111111111"))
    );
    let open = json(&["can", "guest", STOP, "aws_cloudtrail.main"]);
    assert_eq!((&open["verdict"], &open["obstacles"][0]["name"]), (&json!("unknown"), &json!("var.arn")));
    let who = json(&["who-can", STOP]);
    assert_eq!(
        (&who["may"][0]["principal"], &who["depends"][0]["principal"]),
        (&json!("aws_iam_user.admin"), &json!("aws_iam_user.guest"))
    );
    assert_eq!(who["others"], 1);
}

/// Each `console` block of the page is a command, run where the repository starts, and what it prints.
/// With `UPDATE_EXPECT=1` the page is rewritten.
#[test]
fn the_page_shows_what_is_printed() {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let path = root.join("docs/access.md");
    let page = std::fs::read_to_string(&path).unwrap();
    let mut shown = String::new();
    for (number, part) in page.split("```").enumerate() {
        if number > 0 {
            shown.push_str("```");
        }
        match part.strip_prefix("console\n$ crosstrail ") {
            Some(block) => shown.push_str(&printed(root, block.lines().next().unwrap())),
            None => shown.push_str(part),
        }
    }
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&path, &shown).unwrap();
    }
    assert!(page == shown, "docs/access.md is stale: run again with UPDATE_EXPECT=1");
}

fn printed(root: &Path, command: &str) -> String {
    let mut binary = Command::new(env!("CARGO_BIN_EXE_crosstrail"));
    let output = binary.args(command.split(' ')).current_dir(root).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    format!("console\n$ crosstrail {command}\n{}\n", text.trim_end())
}
