//! `crosstrail lint --watch`.

#![allow(clippy::unwrap_used, reason = "a test whose sandbox fails has to fail")]

#[cfg(test)]
mod support;

use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use support::Sandbox;

const FAULTY: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}]}"#;

/// Longer than any check takes on a machine with much to do.
const LONG: Duration = Duration::from_secs(60);

/// A run that goes on until it is dropped, and the lines that it writes to standard error.
struct Watch {
    child: Child,
    lines: Receiver<String>,
}

impl Watch {
    fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let (send, lines) = channel();
        thread::spawn(move || stderr.lines().map_while(Result::ok).all(|line| send.send(line).is_ok()));
        Self { child, lines }
    }

    /// What the next check says, in lines, and what is watched then.
    fn next(&self) -> Vec<String> {
        let mut said = Vec::new();
        loop {
            said.push(self.lines.recv_timeout(LONG).unwrap());
            if said.last().unwrap().starts_with("watching ") {
                return said;
            }
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

#[test]
fn a_change_is_checked() {
    let sandbox = Sandbox::with("watch-change", &[("a.json", FAULTY)]);
    let watch = Watch::start(sandbox.command(&["lint", "--watch", "--format", "concise"]));
    let last = "watching 1 file for changes";
    assert_eq!(watch.next(), ["1 error in 1 file: 0 stacks, 1 policy", last]);

    sandbox.write("a.json", FAULTY.replace("allow", "Allow").as_bytes());
    assert_eq!(watch.next(), ["nothing found in 1 file: 0 stacks, 1 policy", last]);

    fs::create_dir(sandbox.path("sub")).unwrap();
    sandbox.write("sub/b.json", FAULTY.as_bytes());
    let mut said = watch.next();
    if said[0].starts_with("nothing") {
        // The directory was seen before its file.
        said = watch.next();
    }
    assert_eq!(said, ["1 error in 2 files: 0 stacks, 2 policies", "watching 2 files for changes"]);

    sandbox.write("crosstrail.toml", b"[rules]\ninvalid-effect = \"note\"\n");
    assert_eq!(watch.next()[0], "1 note in 2 files: 0 stacks, 2 policies");

    sandbox.write("crosstrail.toml", b"[rulez]\n");
    assert!(watch.next()[0].starts_with("error: crosstrail.toml:1:2: "));

    fs::remove_file(sandbox.path("crosstrail.toml")).unwrap();
    assert_eq!(watch.next()[0], "1 error in 2 files: 0 stacks, 2 policies");
}

#[test]
fn a_report_is_no_change() {
    let sandbox = Sandbox::with("watch-report", &[("a.json", FAULTY)]);
    let watch = Watch::start(sandbox.command(&["lint", "--watch", "--format", "sarif", "-o", "report.sarif"]));
    assert_eq!(watch.next()[0], "1 error in 1 file: 0 stacks, 1 policy");
    assert_eq!(watch.lines.recv_timeout(Duration::from_secs(2)), Err(RecvTimeoutError::Timeout));
    sandbox.write("a.json", FAULTY.replace("allow", "Allow").as_bytes());
    assert_eq!(watch.next()[0], "nothing found in 1 file: 0 stacks, 1 policy");
    assert!(!fs::read_to_string(sandbox.path("report.sarif")).unwrap().contains("invalid-effect"));
}

#[test]
fn it_begins_with_nothing_too() {
    let sandbox = Sandbox::new("watch-nothing");
    let watch = Watch::start(sandbox.command(&["lint", "--watch", "--format", "concise"]));
    assert_eq!(watch.next()[0], "error: no Terraform configuration and no policy in `.`");
    sandbox.write("a.json", FAULTY.as_bytes());
    assert_eq!(watch.next()[0], "1 error in 1 file: 0 stacks, 1 policy");
}

#[test]
fn what_cannot_be_watched_is_refused() {
    let sandbox = Sandbox::with("watch-refused", &[("a.json", FAULTY)]);
    for arguments in [&["--fix"][..], &["--diff"], &["--write-baseline", "b.json"], &["-"]] {
        let run = sandbox.run(&[&["lint", "--watch"], arguments].concat());
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(run.stderr.starts_with("error: "), "{run:?}");
    }
}

#[test]
fn it_ends_when_nobody_reads() {
    let sandbox = Sandbox::with("watch-unread", &[("a.json", FAULTY)]);
    let mut command = sandbox.command(&["lint", "--watch"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(1));
}
