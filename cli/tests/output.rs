//! What the commands print, and how they end.

#[cfg(test)]
mod support;

use std::process::Stdio;

use serde_json::Value;
use support::Sandbox;

const FAULTY: &str =
    r#"{"Version": "2012-10-17", "Statement": [{"Effect": "allow", "Action": "s3:GetObject", "Resource": "*"}]}"#;

/// What does not fit `schema`, at most: types, members, constants and least values.
/// A member that the schema does not name does not fit it either: what is published
/// is described.
fn misfits(value: &Value, schema: &Value, root: &Value, at: &str, found: &mut Vec<String>) {
    if let Some(reference) = schema["$ref"].as_str() {
        let Some(target) = root.pointer(reference.trim_start_matches('#')) else {
            return found.push(format!("{at}: the schema has no {reference}"));
        };
        return misfits(value, target, root, at, found);
    }
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let allows = |types: &Value| types == kind || types.as_array().is_some_and(|types| types.contains(&kind.into()));
    let fits = schema.get("type").is_none_or(allows)
        && schema.get("const").is_none_or(|only| only == value)
        && schema["enum"].as_array().is_none_or(|values| values.contains(value))
        && schema["minimum"].as_i64().is_none_or(|least| value.as_i64() >= Some(least));
    if !fits {
        found.push(format!("{at}: {value} does not fit {schema}"));
    }
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if value.is_object() && value.get(name).is_none() {
            found.push(format!("{at}: no `{name}`"));
        }
    }
    for (name, member) in value.as_object().into_iter().flatten() {
        match schema["properties"].get(name) {
            Some(schema) => misfits(member, schema, root, &format!("{at}.{name}"), found),
            None => found.push(format!("{at}: `{name}` is not described")),
        }
    }
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        misfits(item, &schema["items"], root, &format!("{at}[{index}]"), found);
    }
}

const SCHEMA: &str = include_str!("../../docs/schema/lint-output.schema.json");

#[test]
fn json_output_fits_its_schema() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let sandbox = Sandbox::with("output-json", &[("bad.json", FAULTY)]);
    let run = sandbox.run(&["lint", "--format", "json"]);
    let output: Value = serde_json::from_str(&run.stdout).unwrap();
    let mut found = Vec::new();
    misfits(&output, &schema, &schema, "output", &mut found);
    assert_eq!(found, [""; 0]);
    assert_eq!(output["findings"][0]["code"], "invalid-effect");
    assert_eq!(output["summary"]["errors"], 1);
}

const ACCESS: &str = r#"
provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["111111111111"]
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
  policy = jsonencode({ Version = "2012-10-17", Statement = [
    { Sid = "Some", Effect = "Allow", Action = "s3:*", Resource = var.arn, Condition = { Bool = { "aws:MultiFactorAuthPresent" = "true" } } },
    { Effect = "Allow", Action = "sts:AssumeRole", Resource = aws_iam_role.reader.arn },
  ] })
}
resource "aws_iam_role" "reader" {
  name               = "reader"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = aws_iam_user.guest.arn } }] })
}
resource "aws_iam_role_policy" "reader" {
  role   = aws_iam_role.reader.name
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "s3:GetObject", Resource = "arn:aws:s3:::logs/*" }] })
}
resource "aws_iam_user" "nobody" {
  name = "nobody"
}
resource "aws_s3_bucket" "logs" {
  bucket = "logs"
}
variable "arn" {}
"#;

/// What of the output of a command does not fit the schema.
#[allow(clippy::unwrap_used, reason = "a test")]
fn misfits_of(output: &str, schema: &str) -> (Value, Vec<String>) {
    let (output, schema): (Value, Value) =
        (serde_json::from_str(output).unwrap(), serde_json::from_str(schema).unwrap());
    let mut found = Vec::new();
    misfits(&output, &schema, &schema, "output", &mut found);
    (output, found)
}

#[test]
fn answers_about_access_fit_their_schemas() {
    let can = include_str!("../../docs/schema/can-output.schema.json");
    let who = include_str!("../../docs/schema/who-can-output.schema.json");
    let sandbox = Sandbox::with("output-access", &[("main.tf", ACCESS)]);
    for (principal, verdict) in [("admin", "allowed"), ("guest", "unknown"), ("nobody", "denied")] {
        let run = sandbox.run(&["can", principal, "s3:GetObject", "arn:aws:s3:::logs/a", "--format", "json"]);
        let (output, found) = misfits_of(&run.stdout, can);
        assert_eq!((found, &output["verdict"]), (Vec::new(), &verdict.into()), "{principal}");
    }
    for arguments in [vec!["who-can", "s3:GetObject"], vec!["who-can", "s3:GetObject", "--on", "arn:aws:s3:::logs/*"]] {
        let run = sandbox.run(&[arguments.as_slice(), &["--format", "json"]].concat());
        let (output, found) = misfits_of(&run.stdout, who);
        assert_eq!(found, [""; 0], "{arguments:?}");
        for list in ["may", "depends"] {
            assert_ne!(output[list].as_array().map(Vec::len), Some(0), "{list}: {output:#}");
        }
        assert_eq!(output["by_roles"].as_array().map(Vec::len), Some(1), "{output:#}");
    }
}

#[test]
fn the_schema_refuses_what_does_not_fit() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let position = serde_json::json!({"line": 0, "column": "1", "offset": 0, "extra": 1});
    let output = serde_json::json!({"version": 2, "findings": [{"range": {"start": position, "end": null}}]});
    let mut found = Vec::new();
    misfits(&output, &schema, &schema, "output", &mut found);
    let about = |text: &str| found.iter().any(|misfit| misfit.starts_with(text));
    for text in [
        "output: no `summary`",
        "output.version: 2",
        "output.findings[0]: no `code`",
        "output.findings[0].range.start.line: 0",
        "output.findings[0].range.start.column: \"1\"",
        "output.findings[0].range.start: `extra`",
        "output.findings[0].range.end: null",
    ] {
        assert!(about(text), "{text}: {found:?}");
    }
}

#[test]
fn color() {
    let sandbox = Sandbox::with("output-color", &[("bad.json", FAULTY)]);
    let colored = |arguments: &[&str]| sandbox.run(arguments).stdout.contains("\u{1b}[");
    assert!(!colored(&["lint"]), "a pipe gets no colours");
    assert!(colored(&["lint", "--color", "always"]));
    assert!(!colored(&["--color", "never", "lint"]));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let sandbox = Sandbox::with("output-pipe", &[("bad.json", FAULTY)]);
    let mut child = sandbox.command(&["lint"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}

#[test]
fn rules() {
    let sandbox = Sandbox::new("output-rules");
    let table = sandbox.run(&["rules"]);
    assert_eq!(table.code, 0);
    assert!(table.stdout.lines().any(|line| line.starts_with("invalid-effect ")), "{table:?}");

    let json: Value = serde_json::from_str(&sandbox.run(&["rules", "--format", "json"]).stdout).unwrap();
    let rules = json["rules"].as_array().unwrap();
    assert_eq!(rules.len(), table.stdout.lines().count());
    assert!(rules.iter().any(|rule| rule["code"] == "invalid-effect" && rule["group"] == "grammar"));
}

#[test]
fn explain() {
    let sandbox = Sandbox::new("output-explain");
    let page = sandbox.run(&["explain", "unused-suppression"]);
    assert_eq!(page.code, 0);
    assert!(page.stdout.starts_with("unused-suppression\n\nA comment silences a rule"), "{page:?}");

    let group = sandbox.run(&["explain", "grammar"]);
    assert!(group.stdout.lines().any(|line| line.starts_with("invalid-effect ")), "{group:?}");

    let unknown = sandbox.run(&["explain", "invalid-efect"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.ends_with("did you mean `invalid-effect`?\n"), "{unknown:?}");
}

#[test]
fn completions() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let run = Sandbox::new(&format!("output-{shell}")).run(&["completions", shell]);
        assert_eq!(run.code, 0);
        let option = if shell == "fish" { "-l select" } else { "--select" };
        assert!(run.stdout.contains(option), "{shell}");
    }
}

#[test]
fn help_and_version() {
    let sandbox = Sandbox::new("output-help");
    assert_eq!(sandbox.run(&["--version"]).stdout, concat!("crosstrail ", env!("CARGO_PKG_VERSION"), "\n"));
    assert!(sandbox.run(&["lint", "--help"]).stdout.contains("Exit code:"));
    assert_eq!(sandbox.run(&[]).code, 2);
}

#[test]
fn graph() {
    let text = r#"
provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["111111111111"]
}
resource "aws_iam_role" "a" {
  name               = "a"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = { Service = "ec2.amazonaws.com" }, Action = "sts:AssumeRole" },
      { Effect = "Allow", Principal = { AWS = "222222222222" }, Action = "sts:AssumeRole" },
    ]
  })
}
"#;
    let sandbox = Sandbox::with("output-graph", &[("main.tf", text)]);
    let mermaid = sandbox.run(&["graph"]);
    assert!(mermaid.code == 0 && mermaid.stdout.starts_with("flowchart LR\n"), "{}", mermaid.stdout);
    assert!(mermaid.stdout.contains("ec2.amazonaws.com"));
    assert!(!sandbox.run(&["graph", "--across"]).stdout.contains("ec2.amazonaws.com"));
    assert!(sandbox.run(&["graph", "--format", "dot"]).stdout.starts_with("digraph crosstrail {\n"));
    assert!(sandbox.run(&["graph", "--format", "svg"]).stdout.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\""));
    assert!(sandbox.run(&["graph", "--format", "html"]).stdout.starts_with("<!doctype html>\n"));
    let json: Value = serde_json::from_str(&sandbox.run(&["graph", "--format", "json"]).stdout).unwrap();
    assert_eq!((&json["version"], json["edges"].as_array().map(Vec::len)), (&1.into(), Some(2)));
    assert_eq!(sandbox.run(&["graph", "nowhere"]).code, 2);
}

#[test]
fn inspect() {
    let text = "locals {\n  name = \"a-${var.suffix}\"\n  two  = 1 + 1\n}\n\nvariable \"suffix\" {}\n";
    let sandbox = Sandbox::with("output-inspect", &[("main.tf", text)]);
    let json = sandbox.run(&["inspect", "--format", "json"]);
    assert_eq!(json.code, 0, "{json:?}");
    let output: Value = serde_json::from_str(&json.stdout).unwrap();
    let locals = serde_json::json!({
        "name": {"known": false, "value": "a-{var.suffix}"},
        "two": {"known": true, "value": 2},
    });
    assert_eq!(output["version"], 1);
    assert_eq!(output["stacks"][0]["dir"], ".");
    assert_eq!(output["stacks"][0]["locals"], locals);

    let human = sandbox.run(&["inspect"]);
    assert!(human.stdout.starts_with("stack .\n  locals:\n    name = \"a-{var.suffix}\"\n    two = 2\n"), "{human:?}");
    assert_eq!(sandbox.run(&["inspect", "nowhere"]).code, 2);

    let policy = sandbox.run_with_input(&["inspect", "-", "--format", "json"], FAULTY.as_bytes());
    let output: Value = serde_json::from_str(&policy.stdout).unwrap();
    assert_eq!(output["policies"][0]["document"], serde_json::from_str::<Value>(FAULTY).unwrap());
}
