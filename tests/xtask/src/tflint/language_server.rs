//! TFLint as a language server.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::Lane;
use crate::Outcome;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// What happens in an editor: a file whose text is changed, from what and to what, and what is
/// then said of which file.
type Step = (&'static str, [&'static str; 2], &'static str, &'static str);

/// Sessions: where the server is started, what is typed, and what happens then.
const SESSIONS: &[(&str, &[&str], &[Step])] = &[
    ("root", &[], &[("root/main.tf", ["s3:ListAllMyBuckets", "s3:ListUnsaved"], "root/main.tf", "s3:ListUnsaved")]),
    // The server is started in another directory than that of the file, as editors do. What is
    // wrong in a called module is said of its caller; a module that is opened is a root itself.
    (
        ".",
        &["--config", "modules/.tflint.hcl"],
        &[
            ("modules/main.tf", ["counted", "counted"], "modules/main.tf", "s3:GetObjet"),
            ("modules/m/main.tf", ["s3:ListAllMyBuckets", "s3:ListUnsaved"], "modules/m/main.tf", "s3:ListUnsaved"),
            ("modules/m/main.tf", ["s3:ListAllMyBuckets", "s3:ListChanged"], "modules/m/main.tf", "s3:ListChanged"),
            ("modules/main.tf", ["counted", "changed"], "modules/main.tf", "s3:GetObjet"),
        ],
    ),
];

impl Lane {
    /// The language server of TFLint shows what is wrong with texts that are not saved. When it is
    /// killed, the plugin ends.
    pub(super) fn language_server(&self) -> Outcome {
        for (directory, arguments, steps) in SESSIONS {
            let arguments: Vec<&str> = ["--langserver"].iter().chain(*arguments).copied().collect();
            let mut server = Server::start(self, directory, &arguments)?;
            let said = steps.iter().try_for_each(|step| server.happens(step));
            let running = self.plugins_running()?;
            server.process.kill()?;
            server.process.wait()?;
            said?;
            if running == 0 {
                return Err("the language server has no plugin".into());
            }
            self.wait_for_the_end("a language server that is killed")?;
        }
        Ok(())
    }
}

struct Server {
    process: Child,
    // Both ends stay open: without one of them it ends by itself.
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    fixtures: PathBuf,
    opened: Vec<&'static str>,
}

impl Server {
    fn start(lane: &Lane, directory: &str, arguments: &[&str]) -> Outcome<Self> {
        let mut command = lane.command(directory, arguments);
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn()?;
        let (Some(to), Some(from)) = (process.stdin.take(), process.stdout.take()) else {
            return Err("no language server".into());
        };
        let fixtures = lane.fixtures.clone();
        let mut server = Self { process, to, from: BufReader::new(from), fixtures, opened: Vec::new() };
        let root = server.uri(directory);
        server.send(&json!({ "id": 1, "method": "initialize", "params": { "rootUri": root, "capabilities": {} } }))?;
        server.send(&json!({ "method": "initialized", "params": {} }))?;
        Ok(server)
    }

    fn happens(&mut self, (file, [old, new], place, what): &Step) -> Outcome {
        let text = fs::read_to_string(self.fixtures.join(file))?.replace(old, new);
        let uri = self.uri(file);
        let message = if self.opened.contains(file) {
            let (document, changes) = (json!({ "uri": uri, "version": 2 }), json!([{ "text": text }]));
            json!({ "method": "textDocument/didChange", "params": { "textDocument": document, "contentChanges": changes } })
        } else {
            let document = json!({ "uri": uri, "languageId": "terraform", "version": 1, "text": text });
            json!({ "method": "textDocument/didOpen", "params": { "textDocument": document } })
        };
        self.opened.push(file);
        self.send(&message)?;
        self.wait_for(&self.uri(place), what)
    }

    fn wait_for(&mut self, uri: &str, what: &str) -> Outcome {
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            let message: Value = serde_json::from_str(&self.read()?)?;
            let is_of_file = message.pointer("/params/uri").and_then(Value::as_str) == Some(uri);
            let diagnostics = message.pointer("/params/diagnostics").unwrap_or(&Value::Null);
            if is_of_file && diagnostics.to_string().contains(what) {
                return Ok(());
            }
        }
        Err(format!("the language server does not say {what} of {uri}").into())
    }

    fn send(&mut self, message: &Value) -> Outcome {
        let mut message = message.clone();
        if let Some(fields) = message.as_object_mut() {
            fields.insert("jsonrpc".to_owned(), json!("2.0"));
        }
        let message = message.to_string();
        write!(self.to, "Content-Length: {}\r\n\r\n{message}", message.len())?;
        Ok(self.to.flush()?)
    }

    fn read(&mut self) -> Outcome<String> {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if self.from.read_line(&mut line)? == 0 {
                return Err("the language server has ended".into());
            }
            match line.trim_end() {
                "" => break,
                line => {
                    if let Some(text) = line.strip_prefix("Content-Length: ") {
                        length = text.parse()?;
                    }
                }
            }
        }
        let mut message = vec![0; length];
        self.from.read_exact(&mut message)?;
        Ok(String::from_utf8(message)?)
    }

    fn uri(&self, file: &str) -> String {
        format!("file://{}", self.fixtures.join(file).display())
    }
}
