//! `crosstrail lint --baseline` and `crosstrail lint --write-baseline`.

#![allow(clippy::unwrap_used, reason = "a test whose sandbox fails has to fail")]

#[cfg(test)]
mod support;

use std::fs;

use serde_json::Value;
use support::{Run, Sandbox};

const FAULTY: &str = r#"resource "aws_iam_role_policy" "a" {
  role = "a"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "allow", Action = "s3:ListAllMyBuckets", Resource = "*" },
    ]
  })
}
"#;

/// A directory with a known finding.
fn known(name: &str) -> Sandbox {
    let sandbox = Sandbox::with(name, &[("infra/main.tf", FAULTY)]);
    let run = sandbox.run(&["lint", "--write-baseline", "infra/known.json", "infra"]);
    assert_eq!((run.stdout.as_str(), run.code), ("", 0), "{run:?}");
    assert_eq!(run.stderr, "wrote 1 finding to `infra/known.json`\n");
    sandbox
}

fn lint(sandbox: &Sandbox) -> Run {
    sandbox.run(&["lint", "--format", "concise", "--baseline", "infra/known.json", "infra"])
}

const NOTHING: &str = "nothing new found in 1 file: 1 stack, 1 policy\n";

#[test]
fn what_is_known_is_kept_quiet() {
    let sandbox = known("baseline-known");
    let run = lint(&sandbox);
    assert_eq!((run.stdout.as_str(), run.code), ("", 0));
    assert_eq!(run.stderr, format!("{NOTHING}1 finding is known from `infra/known.json`\n"));

    sandbox.write("infra/main.tf", format!("# moved\n\n\n{}", FAULTY.replace("      {", "   {")).as_bytes());
    assert_eq!(lint(&sandbox).code, 0);

    let text: Value = serde_json::from_slice(&fs::read(sandbox.path("infra/known.json")).unwrap()).unwrap();
    assert_eq!(text["version"], 1);
    assert_eq!(text["findings"][0]["file"], "main.tf");
    assert_eq!(text["findings"][0]["address"], "aws_iam_role_policy.a");
}

#[test]
fn what_is_new_is_shown() {
    let sandbox = known("baseline-new");
    let more = FAULTY.replace("\"a\" {", "\"b\" {");
    sandbox.write("infra/more.tf", more.as_bytes());
    let run = lint(&sandbox);
    assert!(run.stdout.starts_with("infra/more.tf:7:19: error[invalid-effect] "), "{run:?}");
    assert_eq!(run.stdout.lines().count(), 1);
    assert!(run.stderr.starts_with("1 new error in 2 files: "), "{run:?}");
    assert_eq!(run.code, 1);

    let log = sandbox.run(&["lint", "--format", "sarif", "--baseline", "infra/known.json", "infra"]);
    let log: Value = serde_json::from_str(&log.stdout).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    let states: Vec<_> = results.iter().map(|result| result["baselineState"].as_str().unwrap()).collect();
    assert_eq!(states, ["new", "unchanged"]);
}

#[test]
fn what_is_gone_is_said() {
    let sandbox = known("baseline-gone");
    sandbox.write("infra/main.tf", FAULTY.replace("allow", "Allow").as_bytes());
    let run = lint(&sandbox);
    let gone = "1 finding of it is gone: `--write-baseline infra/known.json` forgets it\n";
    assert_eq!(run.stderr, format!("{NOTHING}0 findings are known from `infra/known.json`\n{gone}"));
    assert_eq!(run.code, 0);
    let run = sandbox.run(&["lint", "infra", "--baseline", "infra/known.json", "--ignore", "invalid-effect"]);
    assert!(!run.stdout.contains("gone"), "nothing of a rule that does not run is gone: {run:?}");

    sandbox.write("infra/other.tf", b"locals {}\n");
    let run = sandbox.run(&["lint", "infra/other.tf", "--baseline", "infra/known.json"]);
    assert!(!run.stdout.contains("gone"), "nor of a file that is not looked at: {run:?}");

    fs::remove_file(sandbox.path("infra/main.tf")).unwrap();
    assert!(lint(&sandbox).stderr.ends_with(gone));
}

#[test]
fn where_it_lies_does_not_matter() {
    let sandbox = known("baseline-moved");
    fs::rename(sandbox.path("infra"), sandbox.path("live")).unwrap();
    let run = sandbox.run(&["lint", "--baseline", "live/known.json"]);
    assert_eq!(run.code, 0, "{run:?}");
    let mut command = sandbox.command(&["lint", "--baseline", "known.json"]);
    let output = command.current_dir(sandbox.path("live")).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");

    fs::create_dir(sandbox.path("ci")).unwrap();
    assert_eq!(sandbox.run(&["lint", "--write-baseline", "ci/known.json"]).code, 0);
    assert!(fs::read_to_string(sandbox.path("ci/known.json")).unwrap().contains("\"file\": \"../live/main.tf\""));
    assert_eq!(sandbox.run(&["lint", "--baseline", "ci/known.json"]).code, 0);

    fs::rename(sandbox.path("live/main.tf"), sandbox.path("live/renamed.tf")).unwrap();
    assert_eq!(sandbox.run(&["lint", "--baseline", "ci/known.json"]).code, 0);
}

#[test]
fn one_that_is_there_is_written_anew() {
    let sandbox = known("baseline-again");
    sandbox.write("infra/main.tf", FAULTY.replace("allow", "Allow").as_bytes());
    let file = "infra/known.json";
    assert_eq!(sandbox.run(&["lint", "--baseline", file, "--write-baseline", file, "infra"]).code, 0);
    let expected = "{\n  \"version\": 1,\n  \"findings\": []\n}\n";
    assert_eq!(fs::read_to_string(sandbox.path(file)).unwrap(), expected);
}

#[test]
fn what_is_no_baseline_is_refused() {
    let sandbox = known("baseline-broken");
    for (text, expected) in [
        ("{\n", "line 2, column 0: not a baseline: EOF while parsing an object"),
        ("{\"version\": 2}", "a baseline of format 2, and this version of Crosstrail reads format 1: "),
        ("\u{ff}\u{fe}", "line 1, column 1: not a baseline: "),
    ] {
        sandbox.write("infra/known.json", text.as_bytes());
        let run = lint(&sandbox);
        assert!(run.stderr.starts_with(&format!("error: infra/known.json: {expected}")), "{run:?}");
        assert_eq!((run.stdout.as_str(), run.code), ("", 2));
    }
    sandbox.write("infra/known.json", b"\xff\xfe");
    assert_eq!(lint(&sandbox).stderr, "error: infra/known.json: not a baseline: not UTF-8\n");
    fs::remove_file(sandbox.path("infra/known.json")).unwrap();
    let expected = "error: infra/known.json: no such file: `--write-baseline infra/known.json` writes it\n";
    assert_eq!(lint(&sandbox).stderr, expected);
    let run = sandbox.run(&["lint", "--write-baseline", "nowhere/known.json", "infra"]);
    assert_eq!((run.stderr.as_str(), run.code), ("error: nowhere/known.json: no such file or directory\n", 2));
}
