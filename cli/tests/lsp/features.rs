//! What an editor asks for: each request once, in the client's terms. What the answers say is
//! tested where they are worked out.

use serde_json::{Value, json};

use crate::client::{Client, uri};
use crate::support::Sandbox;

const MAIN: &str = r#"# é
resource "aws_iam_role" "reader" {
  name = "reader"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { AWS = aws_iam_role.caller.arn }
    }]
  })
}

resource "aws_iam_role" "caller" {
  name               = "caller"
  assume_role_policy = file("trust.json")
}

resource "aws_iam_role_policy" "caller" {
  role   = aws_iam_role.caller.name
  policy = <<E
{
  "Version": "2012-10-17",
  "Statement": [
    { "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "${aws_iam_role.reader.arn}" },
    { "Effect": "Allow", "Action": "s3:GetObjekt", "Resource": "arn:aws:s3:::logs/*" }
  ]
}
E
}
"#;

const TRUST: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [{ "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": { "Service": "ec2.amazonaws.com" } }]
}
"#;

fn sandbox(name: &str) -> Sandbox {
    Sandbox::with(name, &[("main.tf", MAIN), ("trust.json", TRUST)])
}

/// A client that can do what editors of today can.
fn modern() -> Value {
    json!({
        "general": {"positionEncodings": ["utf-16"]},
        "textDocument": {
            "hover": {"contentFormat": ["markdown", "plaintext"]},
            "definition": {"linkSupport": true},
            "documentSymbol": {"hierarchicalDocumentSymbolSupport": true},
            "codeAction": {
                "codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix", "source"]}},
                "dataSupport": true,
                "resolveSupport": {"properties": ["edit"]},
            },
        },
        "workspace": {"workspaceEdit": {"documentChanges": true}},
        "experimental": {"commands": {"commands": ["crosstrail.showReferences"]}},
    })
}

/// Where `text` stands in `MAIN`, `inside` characters from its start. All before it in a line is ASCII.
fn place(text: &str, inside: usize) -> Value {
    let offset = MAIN.find(text).unwrap_or_default() + inside;
    let before = MAIN.get(..offset).unwrap_or_default();
    let line = before.matches('\n').count();
    json!({"line": line, "character": offset - before.rfind('\n').map_or(0, |at| at + 1)})
}

fn at(sandbox: &Sandbox, text: &str, inside: usize) -> Value {
    json!({"textDocument": {"uri": uri(&sandbox.path("main.tf"))}, "position": place(text, inside)})
}

fn whole(sandbox: &Sandbox) -> Value {
    json!({"textDocument": {"uri": uri(&sandbox.path("main.tf"))}})
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map(Vec::as_slice).unwrap_or_default()
}

#[test]
fn reading() {
    let sandbox = sandbox("lsp-reading");
    let mut client = Client::ready(&sandbox, &modern());
    client.open(&sandbox.path("main.tf"), MAIN);
    let hover = client.ask("textDocument/hover", at(&sandbox, "sts:AssumeRole", 5));
    assert!(hover["contents"]["value"].as_str().is_some_and(|it| it.contains("AssumeRole")), "{hover}");
    assert_eq!(hover["range"]["start"]["line"], 7);
    let definition = client.ask("textDocument/definition", at(&sandbox, "aws_iam_role.caller.arn", 14));
    assert_eq!(definition[0]["targetRange"]["start"]["line"], 13, "{definition}");
    let mut asked = at(&sandbox, "\"caller\" {", 2);
    asked["context"] = json!({"includeDeclaration": false});
    assert!(!list(&client.ask("textDocument/references", asked)).is_empty());
    let links = client.ask("textDocument/documentLink", whole(&sandbox));
    assert!(list(&links).iter().any(|it| it["target"] == uri(&sandbox.path("trust.json"))), "{links}");
    let symbols = client.ask("textDocument/documentSymbol", whole(&sandbox));
    assert_eq!(list(&symbols).len(), 3, "{symbols}");
    let symbols = client.ask("workspace/symbol", json!({"query": "reader"}));
    assert!(list(&symbols).iter().any(|it| it["name"] == "aws_iam_role.reader"), "{symbols}");
    let mut asked = whole(&sandbox);
    asked["range"] = json!({"start": {"line": 0, "character": 0}, "end": {"line": 99, "character": 0}});
    client.ask("textDocument/inlayHint", asked);
    let lenses = client.ask("textDocument/codeLens", whole(&sandbox));
    assert!(list(&lenses).iter().any(|it| it["command"]["command"] == "crosstrail.showReferences"), "{lenses}");
    assert_eq!(client.shut_down(), 0);
}

#[test]
fn completing() {
    let sandbox = sandbox("lsp-completing");
    let mut client = Client::ready(&sandbox, &modern());
    client.open(&sandbox.path("main.tf"), &MAIN.replace("s3:GetObjekt", "s3:GetOb"));
    let found = client.ask("textDocument/completion", at(&sandbox, "s3:GetObjekt", 8));
    let item = list(&found["items"]).iter().find(|it| it["label"] == "s3:GetObject");
    assert!(item.is_some_and(|it| it["textEdit"]["newText"] == "s3:GetObject"), "{found:#}");
    assert_eq!(client.shut_down(), 0);
}

#[test]
fn mending() {
    let sandbox = sandbox("lsp-mending");
    let file = sandbox.path("main.tf");
    let mut client = Client::ready(&sandbox, &modern());
    client.open(&file, MAIN);
    let place = place("s3:GetObjekt", 4);
    let asked = |only: Value| {
        let context = match only {
            Value::Null => json!({"diagnostics": []}),
            only => json!({"diagnostics": [], "only": only}),
        };
        let range = json!({"start": place, "end": place});
        json!({"textDocument": {"uri": uri(&file)}, "range": range, "context": context})
    };
    let actions = client.ask("textDocument/codeAction", asked(json!(["quickfix"])));
    let fix = list(&actions).iter().find(|it| it["edit"].to_string().contains("GetObject"));
    let edit = fix.map(|fix| &fix["edit"]["documentChanges"][0]);
    assert_eq!(edit.map(|it| &it["textDocument"]["version"]), Some(&json!(1)), "{actions:#}");
    assert_eq!(fix.map(|fix| &fix["diagnostics"][0]["code"]), Some(&json!("unknown-action")));
    assert_eq!(list(&client.ask("textDocument/codeAction", asked(json!(["refactor"])))), [] as [Value; 0]);
    assert_eq!(client.shut_down(), 0);

    let mut old = modern();
    old["workspace"] = json!({});
    let mut client = Client::ready(&sandbox, &old);
    let actions = client.ask("textDocument/codeAction", asked(Value::Null));
    assert!(list(&actions).iter().any(|it| it["edit"]["changes"].get(uri(&file)).is_some()), "{actions:#}");
    assert_eq!(client.shut_down(), 0);
}

#[test]
fn all_safe_fixes_of_a_file_are_worked_out_when_they_are_chosen() {
    let policy = r#"resource "aws_iam_policy" "a" {
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "allow", Action = "s3:GetObject", Resource = "arn:aws:s3:::logs/*" }]
  })
}
"#;
    let sandbox = Sandbox::with("lsp-fix-all", &[("main.tf", policy)]);
    let file = sandbox.path("main.tf");
    let mut client = Client::ready(&sandbox, &modern());
    let start = json!({"line": 0, "character": 0});
    let asked = json!({
        "textDocument": {"uri": uri(&file)},
        "range": {"start": start, "end": start},
        "context": {"diagnostics": [], "only": ["source.fixAll"]},
    });
    let actions = client.ask("textDocument/codeAction", asked);
    let action = list(&actions).first().cloned().unwrap_or_default();
    assert_eq!((&action["kind"], action.get("edit")), (&json!("source.fixAll.crosstrail"), None), "{actions}");
    let resolved = client.ask("codeAction/resolve", action);
    assert_eq!(resolved["edit"]["documentChanges"][0]["edits"][0]["newText"], "Allow", "{resolved}");
    assert_eq!(client.shut_down(), 0);
}

#[test]
fn trust_is_the_hierarchy_of_calls() {
    let sandbox = sandbox("lsp-trust");
    let mut client = Client::ready(&sandbox, &modern());
    let items = client.ask("textDocument/prepareCallHierarchy", at(&sandbox, "\"reader\" {", 2));
    assert_eq!(items[0]["name"], "aws_iam_role.reader", "{items}");
    let incoming = client.ask("callHierarchy/incomingCalls", json!({"item": items[0]}));
    assert_eq!(incoming[0]["from"]["name"], "aws_iam_role.caller", "{incoming}");
    assert!(!list(&incoming[0]["fromRanges"]).is_empty());
    let outgoing = client.ask("callHierarchy/outgoingCalls", json!({"item": incoming[0]["from"]}));
    assert_eq!(outgoing[0]["to"]["name"], "aws_iam_role.reader", "{outgoing}");
    assert_eq!(client.shut_down(), 0);
}

#[test]
fn shapes_of_texts_need_no_analysis() {
    let sandbox = sandbox("lsp-shapes");
    let mut client = Client::ready(&sandbox, &modern());
    client.open(&sandbox.path("main.tf"), MAIN);
    let folds = client.ask("textDocument/foldingRange", whole(&sandbox));
    assert!(list(&folds).iter().any(|it| it["startLine"] == 1), "{folds}");
    let mut asked = whole(&sandbox);
    asked["positions"] = json!([place("s3:GetObjekt", 4)]);
    let selections = client.ask("textDocument/selectionRange", asked);
    assert_eq!(selections[0]["range"]["start"], place("s3:GetObjekt", 0), "{selections}");
    let tokens = client.ask("textDocument/semanticTokens/full", whole(&sandbox));
    assert!(list(&tokens["data"]).len() > 50);
    let mut asked = whole(&sandbox);
    asked["range"] = json!({"start": {"line": 0, "character": 0}, "end": {"line": 1, "character": 0}});
    assert_eq!(list(&client.ask("textDocument/semanticTokens/range", asked)["data"]).len(), 20);
    assert_eq!(client.shut_down(), 0);
}

#[test]
fn a_client_that_can_do_little_is_served() {
    let sandbox = sandbox("lsp-plain");
    let mut client = Client::ready(&sandbox, &json!({}));
    let hover = client.ask("textDocument/hover", at(&sandbox, "sts:AssumeRole", 5));
    assert_eq!(hover["contents"]["kind"], "plaintext");
    let definition = client.ask("textDocument/definition", at(&sandbox, "aws_iam_role.caller.arn", 14));
    assert_eq!(definition[0]["uri"], uri(&sandbox.path("main.tf")));
    let symbols = client.ask("textDocument/documentSymbol", whole(&sandbox));
    assert!(symbols[0].get("location").is_some());
    let start = json!({"line": 0, "character": 0});
    let asked = json!({
        "textDocument": {"uri": uri(&sandbox.path("main.tf"))},
        "range": {"start": start, "end": start},
        "context": {"diagnostics": []},
    });
    assert_eq!(client.ask("textDocument/codeAction", asked), Value::Null);
    assert_eq!(client.shut_down(), 0);
}
