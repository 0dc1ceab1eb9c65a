//! The least that a client of the server has to be.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::Outcome;

pub(super) struct Client {
    server: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
    version: i64,
    /// How many requests were made.
    requests: i64,
}

/// What an editor can do for which the server does more.
fn capabilities() -> Value {
    json!({"textDocument": {
        "codeAction": {"codeActionLiteralSupport": {"codeActionKind": {"valueSet": ["quickfix"]}}},
        "documentSymbol": {"hierarchicalDocumentSymbolSupport": true},
    }})
}

impl Client {
    pub(super) fn start(binary: &Path, folder: &Path) -> Outcome<Self> {
        let mut server = Command::new(binary).arg("lsp").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let stdin = server.stdin.take().ok_or("no standard input")?;
        let stdout = BufReader::new(server.stdout.take().ok_or("no standard output")?);
        let mut client = Self { server, stdin, stdout, version: 1, requests: 1 };
        let folders = json!([{"uri": uri(folder), "name": "estate"}]);
        let params =
            json!({"processId": null, "rootUri": null, "workspaceFolders": folders, "capabilities": capabilities()});
        client.send(&json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}))?;
        while client.receive()?.get("id").is_none() {}
        client.notify("initialized", json!({}))?;
        Ok(client)
    }

    pub(super) fn open(&mut self, path: &Path, text: &str) -> Outcome {
        let document = json!({"uri": uri(path), "languageId": "terraform", "version": 1, "text": text});
        self.notify("textDocument/didOpen", json!({"textDocument": document}))
    }

    /// Sends `changes`; the version that the text has then.
    pub(super) fn change(&mut self, path: &Path, changes: &Value) -> Outcome<i64> {
        self.version += 1;
        let document = json!({"uri": uri(path), "version": self.version});
        self.notify("textDocument/didChange", json!({"textDocument": document, "contentChanges": changes}))?;
        Ok(self.version)
    }

    /// Asks, and waits for the answer; how long that took.
    pub(super) fn request(&mut self, method: &str, params: &Value) -> Outcome<Duration> {
        self.requests += 1;
        let id = self.requests;
        let start = Instant::now();
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}))?;
        loop {
            let message = self.receive()?;
            if message.get("id").and_then(Value::as_i64) == Some(id) {
                return match message.get("error") {
                    Some(error) => Err(format!("{method}: {error}").into()),
                    None => Ok(start.elapsed()),
                };
            }
        }
    }

    /// Waits for the diagnostics of a version.
    pub(super) fn published(&mut self, version: i64) -> Outcome {
        while self.receive()?.pointer("/params/version").and_then(Value::as_i64) != Some(version) {}
        Ok(())
    }

    /// Asks for something that needs all findings of a file, and waits for it.
    pub(super) fn all_found(&mut self, path: &Path) -> Outcome {
        let start = json!({"line": 0, "character": 0});
        let range = json!({"start": start, "end": start});
        let document = json!({"uri": uri(path)});
        let params = json!({"textDocument": document, "range": range, "context": {"diagnostics": []}});
        let id = self.version + 1_000_000;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": "textDocument/codeAction", "params": params}))?;
        while self.receive()?.get("id").and_then(Value::as_i64) != Some(id) {}
        Ok(())
    }

    /// The most memory that the server has had, in KiB.
    pub(super) fn peak_memory(&self) -> Outcome<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.server.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
        Ok(line.trim().trim_end_matches(" kB").parse()?)
    }

    pub(super) fn finish(mut self) -> Outcome {
        self.notify("exit", Value::Null)?;
        self.server.wait()?;
        Ok(())
    }

    fn notify(&mut self, method: &str, params: Value) -> Outcome {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}))
    }

    fn send(&mut self, message: &Value) -> Outcome {
        let body = message.to_string();
        write!(self.stdin, "Content-Length: {}\r\n\r\n{body}", body.len())?;
        Ok(self.stdin.flush()?)
    }

    fn receive(&mut self) -> Outcome<Value> {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if self.stdout.read_line(&mut line)? == 0 {
                return Err("the server is gone".into());
            }
            match line.trim_end().strip_prefix("Content-Length: ") {
                Some(value) => length = value.parse()?,
                None => break,
            }
        }
        let mut body = vec![0; length];
        self.stdout.read_exact(&mut body)?;
        Ok(serde_json::from_slice(&body)?)
    }
}

pub(super) fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}
