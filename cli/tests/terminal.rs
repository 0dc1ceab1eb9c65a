//! `crosstrail` on a terminal: colours, links, width, and what the environment says of them.
#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test whose sandbox fails has to fail")]

#[cfg(test)]
mod support;

use std::fs::{File, OpenOptions};
use std::io::Read;
use std::process::{Command, Stdio};

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use support::Sandbox;

const FAULTY: &str =
    r#"{"Version": "2012-10-17", "Statement": [{"Effect": "allow", "Action": "s3:GetObject", "Resource": "*"}]}"#;

const COLOR: &str = "\u{1b}[1m";
const LINK: &str = "\u{1b}]8;;https://";

/// What `command` prints on a terminal of so many columns.
fn on_terminal(command: &mut Command, columns: u16) -> String {
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&ours).unwrap();
    unlockpt(&ours).unwrap();
    let name = ptsname(&ours, Vec::new()).unwrap();
    let theirs = OpenOptions::new().read(true).write(true).open(name.to_str().unwrap()).unwrap();
    tcsetwinsize(&theirs, Winsize { ws_row: 24, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 }).unwrap();
    let mut child = command.stdout(Stdio::from(theirs)).stderr(Stdio::null()).spawn().unwrap();
    // Their side has to be closed here for the reading to end.
    command.stdout(Stdio::null());
    let mut ours = File::from(ours);
    let (mut text, mut part) = (Vec::new(), [0; 4096]);
    // A terminal that nobody writes to any more ends with an error on Linux, with nothing elsewhere.
    while let Ok(length @ 1..) = ours.read(&mut part) {
        text.extend_from_slice(part.get(..length).unwrap());
    }
    child.wait().unwrap();
    String::from_utf8(text).unwrap()
}

/// The same of `crosstrail lint` in an environment of which no more is known than `variables`.
fn lint(name: &str, columns: u16, variables: &[(&str, &str)]) -> String {
    let sandbox = Sandbox::with(&format!("terminal-{name}"), &[("bad.json", FAULTY)]);
    let mut command = sandbox.command(&["lint"]);
    command.env_clear().env("TERM", "xterm").envs(variables.iter().copied());
    on_terminal(&mut command, columns)
}

#[test]
fn a_terminal_has_colors_unless_the_environment_says_no() {
    for (name, variables, is_colored) in [
        ("plain", &[][..], true),
        ("no-color", &[("NO_COLOR", "1")], false),
        ("no-color-empty", &[("NO_COLOR", "")], true),
        ("dumb", &[("TERM", "dumb")], false),
        ("clicolor", &[("CLICOLOR", "0")], false),
        ("dumb-forced", &[("TERM", "dumb"), ("CLICOLOR_FORCE", "1")], true),
        ("both", &[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")], false),
    ] {
        let text = lint(name, 100, variables);
        assert!(text.contains("is no effect"), "{name}: {text}");
        assert_eq!(text.contains(COLOR), is_colored, "{name}: {text:?}");
    }
}

#[test]
fn a_pipe_has_colors_where_they_are_forced() {
    let sandbox = Sandbox::with("terminal-pipe", &[("bad.json", FAULTY)]);
    let colored = |name: &str, value: &str| {
        let output = sandbox.command(&["lint"]).env(name, value).output().unwrap();
        String::from_utf8(output.stdout).unwrap().contains(COLOR)
    };
    let run = sandbox.run(&["lint"]);
    assert!(!run.stdout.contains(COLOR), "{run:?}");
    assert_eq!((run.stderr.as_str(), run.code), ("", 1));
    assert!(colored("CLICOLOR_FORCE", "1"));
    assert!(!colored("CLICOLOR_FORCE", "0"));
    assert!(!colored("CLICOLOR", "1"));
}

#[test]
fn codes_are_links_where_the_terminal_has_them() {
    for (name, variables, has_links) in [
        ("links", &[("TERM_PROGRAM", "WezTerm")][..], true),
        ("links-unknown", &[], false),
        ("links-vte", &[("VTE_VERSION", "7600")], true),
        ("links-old-vte", &[("VTE_VERSION", "4200")], false),
        ("links-forced", &[("FORCE_HYPERLINK", "1")], true),
        ("links-refused", &[("FORCE_HYPERLINK", "0"), ("TERM_PROGRAM", "WezTerm")], false),
        ("links-plain", &[("NO_COLOR", "1"), ("TERM_PROGRAM", "WezTerm")], false),
    ] {
        let text = lint(name, 100, variables);
        assert_eq!(text.contains(LINK), has_links, "{name}: {text:?}");
    }
    let linked = lint("links-where", 100, &[("FORCE_HYPERLINK", "1")]);
    assert!(linked.contains("/analyzer/src/rules/grammar/invalid_effect.md\u{1b}\\invalid-effect"), "{linked:?}");
    let sandbox = Sandbox::with("terminal-links-pipe", &[("bad.json", FAULTY)]);
    let piped = sandbox.command(&["lint"]).env("TERM_PROGRAM", "WezTerm").output().unwrap();
    assert!(!String::from_utf8(piped.stdout).unwrap().contains(LINK));
}

#[test]
fn lines_of_source_are_cut_to_the_width() {
    let widest = |columns: u16| {
        let text = lint(&format!("width-{columns}"), columns, &[("NO_COLOR", "1")]);
        let lines = text.lines().filter(|line| line.contains(" | ")).map(|line| line.trim_end().chars().count());
        lines.max().unwrap()
    };
    assert!(widest(60) <= 60, "{}", widest(60));
    assert!(widest(200) > 100, "{}", widest(200));
}
