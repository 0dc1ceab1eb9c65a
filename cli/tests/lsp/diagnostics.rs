//! Diagnostics: told or asked for, in the client's terms, and kept up with what changes.

use serde_json::{Value, json};

use crate::client::{Client, uri};
use crate::support::Sandbox;

const POLICY: &str = r#"resource "aws_iam_policy" "a" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = /* é𝄞 */ "s3:Nonsense", Resource = "*" }]
  })
}
"#;

/// The same, without a fault.
fn mended() -> String {
    POLICY.replace("Nonsense", "GetObject")
}

fn codes(diagnostics: &Value) -> Vec<&str> {
    diagnostics.as_array().into_iter().flatten().filter_map(|it| it["code"].as_str()).collect()
}

#[test]
fn positions_are_in_the_units_that_both_know() {
    let sandbox = Sandbox::with("lsp-units", &[("main.tf", POLICY)]);
    let line = POLICY.lines().nth(3).unwrap_or_default();
    let start = line.find("s3:").unwrap_or_default();
    let before = &line[..start];
    for (offered, encoding, expected) in [
        (json!(["utf-8", "utf-16"]), "utf-8", before.len()),
        (json!(["utf-16"]), "utf-16", before.encode_utf16().count()),
        (Value::Null, "utf-16", before.encode_utf16().count()),
    ] {
        let mut client = Client::start(&sandbox);
        let general = if offered.is_null() { json!({}) } else { json!({"positionEncodings": offered}) };
        let result = client.initialize(&[sandbox.path("")], &json!({"general": general}));
        assert_eq!(result["capabilities"]["positionEncoding"], encoding);
        let diagnostics = client.published(&sandbox.path("main.tf"), None);
        assert_eq!(diagnostics[0]["range"]["start"], json!({"line": 3, "character": expected}), "{offered}");
        assert_eq!(client.shut_down(), 0);
    }
}

#[test]
fn a_diagnostic_has_all_that_the_client_can_show() {
    let sandbox = Sandbox::with("lsp-parts", &[("main.tf", POLICY)]);
    let shown = json!({"relatedInformation": true, "codeDescriptionSupport": true, "dataSupport": true});
    let mut client = Client::ready(&sandbox, &json!({"textDocument": {"publishDiagnostics": shown}}));
    let diagnostics = client.published(&sandbox.path("main.tf"), None);
    let diagnostic = &diagnostics[0];
    assert_eq!((&diagnostic["severity"], &diagnostic["source"]), (&json!(1), &json!("crosstrail")));
    let href = diagnostic["codeDescription"]["href"].as_str().unwrap_or_default();
    assert!(href.contains("unknown_action.md") || href.contains("unknown-action"), "{href}");
    assert_eq!(diagnostic["data"]["code"], "unknown-action");
    assert_eq!(client.shut_down(), 0);

    let mut client = Client::ready(&sandbox, &json!({}));
    let diagnostics = client.published(&sandbox.path("main.tf"), None);
    assert!(diagnostics[0].get("codeDescription").is_none() && diagnostics[0].get("data").is_none());
    assert_eq!(client.shut_down(), 0);
}

#[test]
fn what_is_mended_is_taken_back() {
    let sandbox = Sandbox::with("lsp-push", &[("main.tf", POLICY)]);
    let file = sandbox.path("main.tf");
    let mut client = Client::ready(&sandbox, &json!({}));
    assert_eq!(codes(&client.published(&file, None)), ["unknown-action"]);
    client.open(&file, POLICY);
    let version = client.change(&file, &json!([{"text": mended()}]));
    assert_eq!(codes(&client.published(&file, Some(version))), [""; 0]);
    // The buffer goes, and the disk counts again.
    client.notify("textDocument/didClose", json!({"textDocument": {"uri": uri(&file)}}));
    assert_eq!(codes(&client.published(&file, None)), ["unknown-action"]);
    assert_eq!(client.shut_down(), 0);
}

#[test]
fn a_client_that_asks_is_told_what_changed() {
    let sandbox = Sandbox::with("lsp-pull", &[("main.tf", POLICY), ("b/main.tf", POLICY)]);
    let file = sandbox.path("main.tf");
    let capabilities = json!({
        "textDocument": {"diagnostic": {}},
        "workspace": {"diagnostics": {"refreshSupport": true}},
    });
    let mut client = Client::start(&sandbox);
    let result = client.initialize(&[sandbox.path("")], &capabilities);
    assert_eq!(result["capabilities"]["diagnosticProvider"]["workspaceDiagnostics"], true);
    let first = client.pulled(&file, None);
    assert_eq!((&first["kind"], codes(&first["items"])), (&json!("full"), vec!["unknown-action"]));
    let id = first["resultId"].as_str().unwrap_or_default();
    assert_eq!(client.pulled(&file, Some(id)), json!({"kind": "unchanged", "resultId": id}));

    let all = client.ask("workspace/diagnostic", json!({"previousResultIds": []}));
    assert_eq!(all["items"].as_array().map(Vec::len), Some(2));
    client.open(&file, &mended());
    let now = client.pulled(&file, Some(id));
    assert_eq!((&now["kind"], codes(&now["items"])), (&json!("full"), vec![]));
    let previous: Vec<Value> = all["items"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|item| json!({"uri": item["uri"], "value": item["resultId"]}))
        .collect();
    let all = client.ask("workspace/diagnostic", json!({"previousResultIds": previous}));
    let kinds: Vec<&Value> = all["items"].as_array().into_iter().flatten().map(|item| &item["kind"]).collect();
    assert_eq!(kinds, ["unchanged", "full"]);
    client.wait(|message| message["method"] == "workspace/diagnostic/refresh");
    assert_eq!(client.shut_down(), 0);
}

#[test]
fn changes_on_the_disk_are_watched() {
    let sandbox = Sandbox::with("lsp-watch", &[("main.tf", &mended())]);
    let (file, new) = (sandbox.path("main.tf"), sandbox.path("new/b.tf"));
    let watched = json!({"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": true}}});
    let mut client = Client::ready(&sandbox, &watched);
    let registered = client.notification("client/registerCapability");
    assert_eq!(registered["registrations"][0]["method"], "workspace/didChangeWatchedFiles");
    sandbox.write("main.tf", POLICY.as_bytes());
    sandbox.write("new/b.tf", POLICY.as_bytes());
    let changes = json!([{"uri": uri(&file), "type": 2}, {"uri": uri(&new), "type": 1}]);
    client.notify("workspace/didChangeWatchedFiles", json!({"changes": changes}));
    assert_eq!(codes(&client.published(&file, None)), ["unknown-action"]);
    assert_eq!(codes(&client.published(&new, None)), ["unknown-action"]);
    assert!(std::fs::remove_file(&new).is_ok());
    client.notify("workspace/didChangeWatchedFiles", json!({"changes": [{"uri": uri(&new), "type": 3}]}));
    assert_eq!(codes(&client.published(&new, None)), [""; 0]);
    assert_eq!(client.shut_down(), 0);
}

#[test]
fn the_configuration_is_obeyed_and_checked() {
    let sandbox = Sandbox::with("lsp-configuration", &[("main.tf", POLICY)]);
    let (file, configuration) = (sandbox.path("main.tf"), sandbox.path("crosstrail.toml"));
    let mut client = Client::ready(&sandbox, &json!({}));
    assert_eq!(codes(&client.published(&file, None)), ["unknown-action"]);
    let write = |client: &mut Client, text: &str| {
        sandbox.write("crosstrail.toml", text.as_bytes());
        let changes = json!([{"uri": uri(&configuration), "type": 2}]);
        client.notify("workspace/didChangeWatchedFiles", json!({"changes": changes}));
    };
    write(&mut client, "[rules]\nunknown-action = \"off\"\n");
    assert_eq!(codes(&client.published(&file, None)), [""; 0]);
    write(&mut client, "[rules]\nunknown-acton = \"off\"\n");
    let wrong = client.published(&configuration, None);
    assert_eq!(wrong[0]["range"]["start"], json!({"line": 1, "character": 0}), "{wrong:#}");
    write(&mut client, "");
    assert_eq!(codes(&client.published(&configuration, None)), [""; 0]);
    assert_eq!(codes(&client.published(&file, None)), ["unknown-action"]);
    assert_eq!(client.shut_down(), 0);
}

#[test]
fn several_folders_are_seen_together_unless_their_configuration_differs() {
    let files =
        [("a/main.tf", POLICY), ("b/main.tf", POLICY), ("b/crosstrail.toml", "[rules]\nunknown-action = \"note\"\n")];
    let sandbox = Sandbox::with("lsp-folders", &files);
    let mut client = Client::start(&sandbox);
    client.initialize(&[sandbox.path("a"), sandbox.path("b")], &json!({}));
    assert_eq!(client.published(&sandbox.path("a/main.tf"), None)[0]["severity"], 1);
    assert_eq!(client.published(&sandbox.path("b/main.tf"), None)[0]["severity"], 3);
    let event = json!({"added": [], "removed": [{"uri": uri(&sandbox.path("a")), "name": "a"}]});
    client.notify("workspace/didChangeWorkspaceFolders", json!({"event": event}));
    assert_eq!(codes(&client.published(&sandbox.path("a/main.tf"), None)), [""; 0]);
    assert_eq!(client.shut_down(), 0);
}

#[test]
fn a_file_without_a_folder_is_seen_with_what_is_around_it() {
    let sandbox = Sandbox::with("lsp-single", &[("main.tf", POLICY)]);
    let file = sandbox.path("main.tf");
    let mut client = Client::start(&sandbox);
    client.ask("initialize", json!({"processId": null, "rootUri": null, "capabilities": {}}));
    client.notify("initialized", json!({}));
    client.open(&file, POLICY);
    assert_eq!(codes(&client.published(&file, Some(1))), ["unknown-action"]);
    assert_eq!(client.shut_down(), 0);
}

#[test]
fn a_policy_that_is_typed_is_one() {
    let sandbox = Sandbox::with("lsp-document", &[("main.tf", "")]);
    let file = sandbox.path("new.json");
    let mut client = Client::ready(&sandbox, &json!({}));
    let policy =
        r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:Nonsense", "Resource": "*"}]}"#;
    client.open(&file, policy);
    assert_eq!(codes(&client.published(&file, Some(1))), ["unknown-action"]);
    assert_eq!(client.shut_down(), 0);
}

#[test]
fn the_first_analysis_is_shown() {
    let sandbox = Sandbox::with("lsp-progress", &[("main.tf", POLICY)]);
    let mut client = Client::ready(&sandbox, &json!({"window": {"workDoneProgress": true}}));
    client.notification("window/workDoneProgress/create");
    client.wait(|message| message["params"]["value"]["kind"] == "begin");
    client.wait(|message| message["params"]["value"]["kind"] == "end");
    assert_eq!(client.shut_down(), 0);
}
