//! A client of the server: the built binary, on pipes. Every message of the server is decoded
//! strictly, and what it asks is answered.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test whose server fails has to fail")]

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::strict;
use crate::support::Sandbox;

/// How long a server may take on a machine with much else to do.
const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) struct Client {
    child: Child,
    stdin: Option<ChildStdin>,
    messages: Receiver<Value>,
    /// Messages that were read and that nobody has wanted yet.
    inbox: VecDeque<Value>,
    /// The methods of the requests so far, by id.
    asked: BTreeMap<i64, String>,
    versions: BTreeMap<String, i32>,
}

impl Client {
    pub(crate) fn start(sandbox: &Sandbox) -> Self {
        Self::start_with(sandbox, &[])
    }

    pub(crate) fn start_with(sandbox: &Sandbox, environment: &[(&str, &str)]) -> Self {
        let mut command = sandbox.command(&["lsp", "--stdio"]);
        command.envs(environment.iter().copied());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut child = command.spawn().unwrap();
        let stdin = child.stdin.take();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let (sender, messages) = channel();
        thread::spawn(move || {
            while let Some(message) = read(&mut stdout) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        let (inbox, asked, versions) = (VecDeque::new(), BTreeMap::new(), BTreeMap::new());
        Self { child, stdin, messages, inbox, asked, versions }
    }

    /// A client that has said who it is, in the sandbox as its only folder.
    pub(crate) fn ready(sandbox: &Sandbox, capabilities: &Value) -> Self {
        let mut client = Self::start(sandbox);
        client.initialize(&[sandbox.path("")], capabilities);
        client
    }

    pub(crate) fn initialize(&mut self, folders: &[impl AsRef<Path>], capabilities: &Value) -> Value {
        let folders: Vec<_> = folders.iter().map(|folder| json!({"uri": uri(folder.as_ref()), "name": "a"})).collect();
        let result = self.ask(
            "initialize",
            json!({"processId": null, "rootUri": null, "workspaceFolders": folders, "capabilities": capabilities}),
        );
        self.notify("initialized", json!({}));
        result
    }

    pub(crate) fn send(&mut self, message: &Value) {
        let body = message.to_string();
        self.send_bytes(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
    }

    pub(crate) fn send_bytes(&mut self, bytes: &[u8]) {
        let stdin = self.stdin.as_mut().unwrap();
        stdin.write_all(bytes).unwrap();
        stdin.flush().unwrap();
    }

    pub(crate) fn notify(&mut self, method: &str, params: Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    pub(crate) fn request(&mut self, method: &str, params: Value) -> i64 {
        let id = i64::try_from(self.asked.len()).unwrap() + 1;
        self.asked.insert(id, method.to_owned());
        let mut message = json!({"jsonrpc": "2.0", "id": id, "method": method});
        if !params.is_null() {
            message["params"] = params;
        }
        self.send(&message);
        id
    }

    /// The response to the request `id`.
    pub(crate) fn response(&mut self, id: i64) -> Value {
        let message = self.wait(|message| message["id"] == id && message.get("method").is_none());
        if let Some(result) = message.get("result") {
            strict::result(self.asked.get(&id).unwrap(), result);
        }
        message
    }

    /// Asks and waits for the result.
    pub(crate) fn ask(&mut self, method: &str, params: Value) -> Value {
        let id = self.request(method, params);
        let mut response = self.response(id);
        assert!(response.get("error").is_none(), "{method}: {response}");
        response["result"].take()
    }

    /// The first message that is as `wanted` and that has not been handed out before.
    pub(crate) fn wait(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.inbox.iter().position(&wanted) {
            return self.inbox.remove(at).unwrap();
        }
        let start = Instant::now();
        loop {
            let left = PATIENCE.saturating_sub(start.elapsed());
            let message = self.messages.recv_timeout(left).unwrap_or_else(|_| panic!("waited for: {:#?}", self.inbox));
            self.obey(&message);
            if wanted(&message) {
                return message;
            }
            self.inbox.push_back(message);
        }
    }

    pub(crate) fn notification(&mut self, method: &str) -> Value {
        self.wait(|message| message["method"] == method)["params"].take()
    }

    /// Checks a message, and answers it if it is a request.
    fn obey(&mut self, message: &Value) {
        let Some(method) = message["method"].as_str() else { return };
        strict::params(method, &message["params"]);
        let Some(id) = message.get("id") else { return };
        let result = if method == "workspace/configuration" { json!([null]) } else { Value::Null };
        self.send(&json!({"jsonrpc": "2.0", "id": id, "result": result}));
    }

    pub(crate) fn open(&mut self, path: &Path, text: &str) {
        self.versions.insert(uri(path), 1);
        let document = json!({"uri": uri(path), "languageId": "terraform", "version": 1, "text": text});
        self.notify("textDocument/didOpen", json!({"textDocument": document}));
    }

    /// Sends `changes` as one version, which is returned.
    pub(crate) fn change(&mut self, path: &Path, changes: &Value) -> i32 {
        let version = self.versions.entry(uri(path)).or_insert(1);
        *version += 1;
        let version = *version;
        let document = json!({"uri": uri(path), "version": version});
        self.notify("textDocument/didChange", json!({"textDocument": document, "contentChanges": changes}));
        version
    }

    /// The diagnostics that are published for a file, for its version if there is one.
    pub(crate) fn published(&mut self, path: &Path, version: Option<i32>) -> Value {
        let uri = uri(path);
        let mut message = self.wait(|message| {
            let params = &message["params"];
            message["method"] == "textDocument/publishDiagnostics"
                && params["uri"] == uri
                && version.is_none_or(|version| params["version"] == version)
        });
        message["params"]["diagnostics"].take()
    }

    /// The diagnostics that the server gives for a file when it is asked.
    pub(crate) fn pulled(&mut self, path: &Path, previous: Option<&str>) -> Value {
        let document = json!({"uri": uri(path)});
        self.ask("textDocument/diagnostic", json!({"textDocument": document, "previousResultId": previous}))
    }

    pub(crate) fn shut_down(mut self) -> i32 {
        self.ask("shutdown", Value::Null);
        self.notify("exit", Value::Null);
        self.code()
    }

    /// Leaves without a word.
    pub(crate) fn hang_up(&mut self) {
        self.stdin = None;
    }

    /// How the server ends.
    pub(crate) fn code(mut self) -> i32 {
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code().unwrap();
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("the server does not end")
    }

    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

pub(crate) fn uri(path: &Path) -> String {
    format!("file://{}", path.to_str().unwrap().trim_end_matches('/'))
}

fn read(stdout: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if stdout.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end() {
            "" => break,
            line => length = line.strip_prefix("Content-Length: ").unwrap().parse().unwrap(),
        }
    }
    let mut body = vec![0; length];
    stdout.read_exact(&mut body).ok()?;
    Some(serde_json::from_slice(&body).unwrap())
}
