//! Order, cancellation, broken messages, and the end.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::client::{Client, uri};
use crate::support::Sandbox;

const POLICY: &str = r#"resource "aws_iam_policy" "a" {
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "s3:Nonsense", Resource = "*" }]
  })
}
"#;

/// Lets the server be asked for work that takes long, or that fails.
const TRIALS: &[(&str, &str)] = &[("CROSSTRAIL_LSP_TRIALS", "1")];

#[test]
fn shutdown_and_exit_end_the_server() {
    let sandbox = Sandbox::with("lsp-exit", &[("main.tf", "")]);
    let client = Client::ready(&sandbox, &json!({}));
    assert_eq!(client.shut_down(), 0);
}

#[test]
fn exit_without_shutdown_is_a_failure() {
    let sandbox = Sandbox::with("lsp-exit-early", &[("main.tf", "")]);
    let mut client = Client::ready(&sandbox, &json!({}));
    client.notify("exit", Value::Null);
    assert_eq!(client.code(), 1);
    let mut client = Client::start(&sandbox);
    client.notify("exit", Value::Null);
    assert_eq!(client.code(), 1);
}

#[test]
fn a_client_that_hangs_up_is_noticed() {
    let sandbox = Sandbox::with("lsp-hang-up", &[("main.tf", "")]);
    let mut client = Client::ready(&sandbox, &json!({}));
    client.hang_up();
    assert_eq!(client.code(), 1);
}

#[cfg(target_os = "linux")]
#[test]
fn a_client_whose_process_ends_is_noticed() {
    let sandbox = Sandbox::with("lsp-process", &[("main.tf", "")]);
    let mut other = Client::start(&sandbox);
    let mut client = Client::start(&sandbox);
    client.ask("initialize", json!({"processId": other.process(), "rootUri": null, "capabilities": {}}));
    other.hang_up();
    assert_eq!(other.code(), 1);
    assert_eq!(client.code(), 1);
}

#[test]
fn nothing_is_answered_before_initialize() {
    let sandbox = Sandbox::with("lsp-early", &[("main.tf", "")]);
    let mut client = Client::start(&sandbox);
    let id = client.request("textDocument/hover", json!({}));
    assert_eq!(client.response(id)["error"]["code"], -32002);
    client.initialize(&[sandbox.path("")], &json!({}));
    let id = client.request("initialize", json!({"processId": null, "rootUri": null, "capabilities": {}}));
    assert_eq!(client.response(id)["error"]["code"], -32600);
    assert_eq!(client.shut_down(), 0);
}

#[test]
fn broken_messages_are_answered_with_errors_and_the_server_goes_on() {
    let sandbox = Sandbox::with("lsp-broken", &[("main.tf", "")]);
    let mut client = Client::ready(&sandbox, &json!({}));
    for (broken, code) in [
        ("Content-Length: 5\r\n\r\n{\"a\":", -32700),
        ("Content-Length: 2\r\n\r\n[]", -32600),
        ("Content-Length: x\r\n\r\n", -32700),
        ("Content-Length: 19\r\n\r\n{\"jsonrpc\": \"2.0\"}\n", -32600),
    ] {
        client.send_bytes(broken.as_bytes());
        let answer = client.wait(|message| message.get("error").is_some());
        assert_eq!((&answer["error"]["code"], &answer["id"]), (&json!(code), &Value::Null), "{broken}");
    }
    let id = client.request("textDocument/diagnostic", json!({"textDocument": 3}));
    assert_eq!(client.response(id)["error"]["code"], -32602);
    let id = client.request("textDocument/nonsense", json!({}));
    assert_eq!(client.response(id)["error"]["code"], -32601);
    client.notify("$/nonsense", json!({}));
    client.notify("textDocument/didChange", json!({"nonsense": 1}));
    assert_eq!(client.shut_down(), 0);
}

#[test]
fn two_thousand_changes_are_taken_in_order() {
    let sandbox = Sandbox::with("lsp-order", &[("main.tf", "")]);
    let file = sandbox.path("main.tf");
    let mut client = Client::ready(&sandbox, &json!({"textDocument": {"diagnostic": {}}}));
    client.open(&file, "");
    // Each letter is put behind the one before it: one that is out of place breaks the text.
    let padding = 2000 - POLICY.len() - 1;
    let text = std::iter::repeat_n('#', padding).chain(['\n']).chain(POLICY.chars());
    let (mut line, mut character) = (0, 0);
    for letter in text {
        let place = json!({"line": line, "character": character});
        client.change(&file, &json!([{"range": {"start": place, "end": place}, "text": letter.to_string()}]));
        (line, character) = if letter == '\n' { (line + 1, 0) } else { (line, character + 1) };
    }
    let report = client.pulled(&file, None);
    assert_eq!(report["items"].as_array().map(Vec::len), Some(1), "{report:#}");
    assert_eq!(report["items"][0]["code"], "unknown-action");
    assert_eq!(report["items"][0]["range"]["start"], json!({"line": 4, "character": 47}));
    assert_eq!(client.shut_down(), 0);
}

#[test]
fn what_takes_long_is_cancelled_at_once_and_holds_nothing_up() {
    let sandbox = Sandbox::with("lsp-cancel", &[("main.tf", POLICY)]);
    let mut client = Client::start_with(&sandbox, TRIALS);
    client.initialize(&[sandbox.path("")], &json!({"textDocument": {"diagnostic": {}}}));
    let slow: Vec<i64> = (0..8).map(|_| client.request("crosstrail/trial", json!({"milliseconds": 60_000}))).collect();
    let report = client.pulled(&sandbox.path("main.tf"), None);
    assert_eq!(report["items"][0]["code"], "unknown-action");
    let start = Instant::now();
    for id in slow {
        client.notify("$/cancelRequest", json!({"id": id}));
        assert_eq!(client.response(id)["error"]["code"], -32800);
    }
    let took = start.elapsed();
    assert!(took < Duration::from_millis(500), "{took:?}");
    assert_eq!(client.shut_down(), 0);
}

#[test]
fn a_feature_that_fails_is_an_error_and_the_server_lives() {
    let sandbox = Sandbox::with("lsp-panic", &[("main.tf", POLICY)]);
    let mut client = Client::start_with(&sandbox, TRIALS);
    client.initialize(&[sandbox.path("")], &json!({"textDocument": {"diagnostic": {}}}));
    let id = client.request("crosstrail/trial", json!({"panic": "a trial"}));
    let error = &client.response(id)["error"];
    assert_eq!(error, &json!({"code": -32603, "message": "crosstrail: a trial"}));
    assert_eq!(client.pulled(&sandbox.path("main.tf"), None)["items"][0]["code"], "unknown-action");
    assert_eq!(client.shut_down(), 0);
}

#[test]
fn trials_are_for_tests_only() {
    let sandbox = Sandbox::with("lsp-trials", &[("main.tf", "")]);
    let mut client = Client::ready(&sandbox, &json!({}));
    let id = client.request("crosstrail/trial", json!({"panic": "a trial"}));
    assert_eq!(client.response(id)["error"]["code"], -32601);
    assert_eq!(client.shut_down(), 0);
}

#[test]
fn a_text_that_is_on_no_disk_does_no_harm() {
    let sandbox = Sandbox::with("lsp-untitled", &[("main.tf", POLICY)]);
    let mut client = Client::ready(&sandbox, &json!({}));
    let document = json!({"uri": "untitled:Untitled-1", "languageId": "terraform", "version": 1, "text": POLICY});
    client.notify("textDocument/didOpen", json!({"textDocument": document}));
    let report = client.published(&sandbox.path("main.tf"), None);
    assert_eq!(report[0]["code"], "unknown-action", "{}", uri(&sandbox.path("main.tf")));
    assert_eq!(client.shut_down(), 0);
}
