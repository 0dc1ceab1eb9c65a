//! A directory with files, in which the binary is run.

#![allow(clippy::unwrap_used, reason = "a test whose sandbox fails has to fail")]

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What changes output, and must not be what the tests happen to be run with.
const ENVIRONMENT: [&str; 6] =
    ["CI_PROJECT_DIR", "CLICOLOR", "CLICOLOR_FORCE", "FORCE_HYPERLINK", "GITHUB_WORKSPACE", "NO_COLOR"];

/// A directory of one test, removed with it.
pub(crate) struct Sandbox(PathBuf);

/// What a run left.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Sandbox {
    /// An empty directory. `name` is the test's, so that tests do not meet.
    pub(crate) fn new(name: &str) -> Self {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        drop(fs::remove_dir_all(&dir));
        fs::create_dir_all(&dir).unwrap();
        Self(dir)
    }

    /// One with these files.
    pub(crate) fn with(name: &str, files: &[(&str, &str)]) -> Self {
        let sandbox = Self::new(name);
        for (path, text) in files {
            sandbox.write(path, text.as_bytes());
        }
        sandbox
    }

    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.0.join(path)
    }

    pub(crate) fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// The binary with `arguments`, to be run here.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_crosstrail"));
        command.args(arguments).current_dir(&self.0);
        for name in ENVIRONMENT {
            command.env_remove(name);
        }
        command
    }

    /// Runs the binary with `arguments` and nothing on standard input.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        self.run_with_input(arguments, b"")
    }

    /// Runs the binary with `arguments` and `input` on standard input.
    pub(crate) fn run_with_input(&self, arguments: &[&str], input: &[u8]) -> Run {
        let mut command = self.command(arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_vec();
        // A binary that does not read its input closes it: that is not the test's fault.
        let writer = std::thread::spawn(move || drop(stdin.write_all(&input)));
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Run { code: output.status.code().unwrap(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}
