//! Interrupts, as a terminal sends them: to TFLint and to its plugins.

use std::fmt::Write as _;
use std::fs;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::{Lane, call};
use crate::Outcome;

/// How long TFLint may take to end.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long after the plugin was started a run is interrupted: while it says hello, while it is
/// asked, while it works.
const MOMENTS: [Duration; 4] =
    [Duration::ZERO, Duration::from_millis(30), Duration::from_millis(120), Duration::from_millis(400)];

/// Policies in what is checked for long enough to be interrupted.
const POLICIES: usize = 4000;

impl Lane {
    /// An interrupt ends the language server, and leaves no plugin.
    pub(super) fn interrupted_server(&self) -> Outcome {
        let mut server = self.command("root", &["--langserver"]);
        let mut server = server.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        self.wait_for_a_plugin()?;
        self.interrupt(&server)?;
        drop(server.stdin.take());
        std::thread::sleep(Duration::from_millis(300));
        let _ended = server.kill();
        server.wait()?;
        self.wait_for_the_end("an interrupt of the language server")
    }

    /// An interrupt ends a run wherever it is, and leaves no plugin.
    pub(super) fn interrupted_runs(&self) -> Outcome {
        self.write_long()?;
        let mut interrupted = 0;
        for moment in MOMENTS {
            let mut run = self.command("long", &["--config", "../root/.tflint.hcl"]);
            let mut run = run.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
            self.wait_for_a_plugin()?;
            std::thread::sleep(moment);
            self.interrupt(&run)?;
            let started = Instant::now();
            let ended = loop {
                if let Some(status) = run.try_wait()? {
                    break status;
                }
                if started.elapsed() > PATIENCE {
                    let _ended = run.kill();
                    return Err(format!("TFLint does not end that is interrupted after {moment:?}").into());
                }
                std::thread::sleep(Duration::from_millis(20));
            };
            // 2 says that it has found something, before it was interrupted.
            interrupted += usize::from(ended.code() != Some(2));
            self.wait_for_the_end(&format!("an interrupt after {moment:?}"))?;
        }
        if interrupted == 0 {
            return Err("no run takes long enough to be interrupted".into());
        }
        Ok(())
    }

    fn write_long(&self) -> Outcome {
        let directory = self.fixtures.join("long");
        fs::create_dir_all(&directory)?;
        let mut text = String::new();
        for number in 0..POLICIES {
            let statement = "{ Effect = \"Allow\", Action = \"s3:ListNothing\", Resource = \"*\" }";
            let policy = format!("jsonencode({{ Version = \"2012-10-17\", Statement = [{statement}] }})");
            writeln!(
                text,
                "resource \"aws_iam_role_policy\" \"p{number}\" {{\n  role = \"a\"\n  policy = {policy}\n}}"
            )?;
        }
        Ok(fs::write(directory.join("main.tf"), text)?)
    }

    fn wait_for_a_plugin(&self) -> Outcome {
        let started = Instant::now();
        while self.plugins_running()? == 0 {
            if started.elapsed() > Duration::from_secs(30) {
                return Err("no plugin is started".into());
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        Ok(())
    }

    fn interrupt(&self, tflint: &Child) -> Outcome {
        for process in self.plugins_of_lane()?.into_iter().chain([tflint.id()]) {
            // It may have ended meanwhile.
            let _gone = call(Command::new("kill").args(["-INT", &process.to_string()]));
        }
        Ok(())
    }
}
