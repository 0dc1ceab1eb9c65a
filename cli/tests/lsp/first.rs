//! What is open comes first, and nothing of it has to be taken back when the rest is known.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::client::{Client, uri};
use crate::support::Sandbox;

/// The file that is open: an action that does not exist, a role of another directory that does, and one that nobody
/// declares.
const OPEN: &str = r#"provider "aws" {
  allowed_account_ids = ["111111111111"]
}
resource "aws_iam_role" "r" {
  name = "r"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = "arn:aws:iam::111111111111:role/there" } },
      { Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = "arn:aws:iam::111111111111:role/nobody" } },
    ]
  })
}
resource "aws_iam_policy" "a" {
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "s3:Nonsense", Resource = "*" }]
  })
}
"#;

/// A file that comes before it in every order.
const OTHER: &str = r#"provider "aws" {
  allowed_account_ids = ["111111111111"]
}
resource "aws_iam_role" "there" {
  name = "there"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }]
  })
}
resource "aws_iam_policy" "a" {
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "s3:Nonsense", Resource = "*" }]
  })
}
"#;

fn sandbox(name: &str) -> Sandbox {
    Sandbox::with(name, &[("a/main.tf", OTHER), ("z/main.tf", OPEN)])
}

/// A client that has the file open before the server reads anything.
fn client(sandbox: &Sandbox, capabilities: &Value) -> Client {
    let mut client = Client::start(sandbox);
    let folder = json!([{"uri": uri(&sandbox.path("")), "name": "a"}]);
    let params = json!({"processId": null, "rootUri": null, "workspaceFolders": folder, "capabilities": capabilities});
    client.ask("initialize", params);
    client.open(&sandbox.path("z/main.tf"), OPEN);
    client.notify("initialized", json!({}));
    client
}

fn codes(diagnostics: &Value) -> BTreeSet<&str> {
    diagnostics.as_array().into_iter().flatten().filter_map(|it| it["code"].as_str()).collect()
}

/// What `lint` says of the open file.
fn linted(sandbox: &Sandbox) -> BTreeSet<String> {
    let run = sandbox.run(&["lint", "--format", "json", "."]);
    let said: Value = serde_json::from_str(&run.stdout).unwrap_or_default();
    let findings = said["findings"].as_array().into_iter().flatten();
    let of_file = findings.filter(|it| it["file"] == "z/main.tf");
    of_file.filter_map(|it| it["code"].as_str().map(str::to_owned)).collect()
}

#[test]
fn open_files_come_before_the_rest_of_the_workspace() {
    let sandbox = sandbox("lsp-first-push");
    let (file, all) = (sandbox.path("z/main.tf"), linted(&sandbox));
    let mut client = client(&sandbox, &json!({"window": {"workDoneProgress": true}}));
    let is_published = |message: &Value| message["method"] == "textDocument/publishDiagnostics";
    let mut next = || client.wait(|it| is_published(it) || it["params"]["value"]["kind"] == "end");
    let first = next();
    assert_eq!((&first["params"]["uri"], &first["params"]["version"]), (&json!(uri(&file)), &json!(1)));
    assert_eq!(codes(&first["params"]["diagnostics"]), BTreeSet::from(["unknown-action"]));
    // The other file is told once, and the open one once more.
    let rest: Vec<Value> = (0..3).map(|_| next()).collect();
    let mut told: Vec<&str> = rest.iter().filter_map(|it| it["params"]["uri"].as_str()).collect();
    told.sort_unstable();
    assert_eq!(told, ["a/main.tf", "z/main.tf"].map(|path| uri(&sandbox.path(path))));
    assert_eq!(rest.iter().filter(|it| it["params"]["value"]["kind"] == "end").count(), 1, "{rest:#?}");
    let last = rest.iter().find(|it| it["params"]["uri"] == uri(&file)).map(|it| codes(&it["params"]["diagnostics"]));
    assert!(all.contains("principal-not-found") && all.contains("unknown-action"), "{all:?}");
    assert_eq!(last, Some(all.iter().map(String::as_str).collect()));
    assert_eq!(client.shut_down(), 0);
}

#[test]
fn who_asks_is_told_first_only_if_he_can_be_told_of_the_rest() {
    let sandbox = sandbox("lsp-first-pull");
    let (file, all) = (sandbox.path("z/main.tf"), linted(&sandbox));
    let all: BTreeSet<&str> = all.iter().map(String::as_str).collect();
    let asks = json!({"textDocument": {"diagnostic": {}}});
    let mut deaf = client(&sandbox, &asks);
    assert_eq!(codes(&deaf.pulled(&file, None)["items"]), all);
    // What follows from other files is taken back in the answer, or else it would stay.
    let line = OPEN.lines().position(|line| line.contains("nobody")).unwrap_or_default();
    let start = OPEN.lines().nth(line).and_then(|line| line.find("nobody")).unwrap_or_default();
    let (start, end) = (json!({"line": line, "character": start}), json!({"line": line, "character": start + 6}));
    deaf.change(&file, &json!([{"range": {"start": start, "end": end}, "text": "there"}]));
    assert!(!codes(&deaf.pulled(&file, None)["items"]).contains("principal-not-found"));
    assert_eq!(deaf.shut_down(), 0);

    let hears = json!({"textDocument": {"diagnostic": {}}, "workspace": {"diagnostics": {"refreshSupport": true}}});
    let mut client = client(&sandbox, &hears);
    let first = client.pulled(&file, None);
    assert!(codes(&first["items"]).is_subset(&all));
    client.wait(|message| message["method"] == "workspace/diagnostic/refresh");
    let last = client.pulled(&file, first["resultId"].as_str());
    let last = if last["kind"] == "unchanged" { &first } else { &last };
    assert_eq!(codes(&last["items"]), all);
    assert_eq!(client.shut_down(), 0);
}

#[test]
fn hover_does_not_wait_for_what_is_found() {
    let sandbox = sandbox("lsp-first-hover");
    for number in 0..150 {
        sandbox.write(&format!("a/{number}/main.tf"), OTHER.as_bytes());
    }
    let file = sandbox.path("z/main.tf");
    let document = json!({"uri": uri(&file)});
    let mut client = client(&sandbox, &json!({}));
    let is_last = |message: &Value| {
        let params = &message["params"];
        params["uri"] == uri(&file) && codes(&params["diagnostics"]).contains("principal-not-found")
    };
    client.wait(is_last);
    let line = OPEN.lines().position(|line| line.contains("Nonsense")).unwrap_or_default();
    let character = OPEN.lines().nth(line).and_then(|line| line.find("Nonsense")).unwrap_or_default();
    let here = json!({"line": line, "character": character});
    client.change(&file, &json!([{"range": {"start": here, "end": here}, "text": "More"}]));
    let range = json!({"start": here, "end": here});
    let actions = json!({"textDocument": document, "range": range, "context": {"diagnostics": []}});
    let actions = client.request("textDocument/codeAction", actions);
    let hover = client.request("textDocument/hover", json!({"textDocument": document, "position": here}));
    let first = client.wait(|message| message["id"] == actions || message["id"] == hover);
    assert_eq!(first["id"], hover, "{first:#}");
    // What is shown is spoken of: there is no such action.
    let text = first["result"]["contents"]["value"].as_str().unwrap_or_default();
    assert!(text.contains("unknown-action"), "{text}");
    assert!(client.response(actions).get("error").is_none());
    assert_eq!(client.shut_down(), 0);
}
