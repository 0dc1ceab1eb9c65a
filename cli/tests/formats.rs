//! The formats that machines read, where they go, and how much of what is found is shown.

#![allow(clippy::unwrap_used, reason = "a test whose sandbox fails has to fail")]

#[cfg(test)]
mod support;

use std::fs;

use serde_json::{Value, json};
use support::{Run, Sandbox};

/// Configuration with an error, a warning and something that a comment silences.
const FAULTY: &str = r#"resource "aws_iam_role_policy" "a" {
  role = "a"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Sid = "A", Effect = "allow", Action = "s3:ListAllMyBuckets", Resource = "*" },
      { Sid = "C", Effect = "Allow", Action = "iam:PassRole", Resource = "*" },
      # crosstrail:ignore[unknown-action] new this week
      { Sid = "B", Effect = "Allow", Action = "s3:ListNewThings", Resource = "*" },
    ]
  })
}
"#;

fn faulty(name: &str) -> Sandbox {
    Sandbox::with(name, &[("org/main.tf", FAULTY)])
}

fn lint(sandbox: &Sandbox, arguments: &[&str]) -> Run {
    sandbox.run(&[&["lint"], arguments].concat())
}

#[test]
fn sarif_has_what_is_found_and_what_is_silenced() {
    let sandbox = faulty("formats-sarif");
    let run = lint(&sandbox, &["--format", "sarif"]);
    assert_eq!(run.code, 1);
    assert_eq!(run.stderr, "1 error, 1 warning in 1 file: 1 stack, 1 policy\n");
    let log: Value = serde_json::from_str(&run.stdout).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    let told = |result: &Value| {
        let suppression = result["suppressions"][0]["justification"].as_str().unwrap_or_default().to_owned();
        (result["ruleId"].as_str().unwrap().to_owned(), result["level"].as_str().unwrap().to_owned(), suppression)
    };
    let told: Vec<_> = results.iter().map(told).collect();
    let expected = [
        ("invalid-effect", "error", ""),
        ("pass-role-star", "warning", ""),
        ("unknown-action", "error", "new this week"),
    ];
    assert_eq!(told, expected.map(|(code, level, why)| (code.to_owned(), level.to_owned(), why.to_owned())));
    assert_eq!(results[0]["fixes"][0]["artifactChanges"][0]["replacements"][0]["insertedContent"]["text"], "Allow");
}

#[test]
fn other_formats_have_standard_output_to_themselves() {
    let sandbox = faulty("formats-others");
    for (format, first) in [
        ("github", "::error file=org/main.tf,line=7,endLine=7,col=30,endColumn=35,title=crosstrail (invalid-effect)::"),
        ("gitlab", "[\n  {\n    \"type\": \"issue\",\n    \"check_name\": \"invalid-effect\","),
        ("junit", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"crosstrail\" tests=\"2\""),
        (
            "checkstyle",
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<checkstyle version=\"4.3\">\n  <file name=\"org/main.tf\">",
        ),
    ] {
        let run = lint(&sandbox, &["--format", format]);
        assert!(run.stdout.starts_with(first), "{format}: {run:?}");
        assert_eq!(run.stderr, "1 error, 1 warning in 1 file: 1 stack, 1 policy\n", "{format}");
        assert_eq!(run.code, 1, "{format}");
    }
}

#[test]
fn paths_start_where_the_check_knows_the_repository() {
    let sandbox = faulty("formats-base");
    for (variable, format) in [("GITHUB_WORKSPACE", "github"), ("CI_PROJECT_DIR", "gitlab")] {
        let mut command = sandbox.command(&["lint", "--format", format]);
        let output = command.current_dir(sandbox.path("org")).env(variable, sandbox.path("")).output().unwrap();
        let stdout = String::from_utf8(output.stdout).unwrap();
        assert!(stdout.contains("org/main.tf"), "{format}: {stdout}");
    }
}

#[test]
fn what_cannot_be_read_is_in_the_report() {
    let sandbox = Sandbox::with("formats-unread", &[("main.tf", "locals {\n  a = \n}\n")]);
    let github = lint(&sandbox, &["--format", "github"]);
    assert!(github.stdout.starts_with("::error file=main.tf,line=2,col="), "{github:?}");
    let log: Value = serde_json::from_str(&lint(&sandbox, &["--format", "sarif"]).stdout).unwrap();
    let invocation = &log["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    assert_eq!(invocation["toolExecutionNotifications"][0]["level"], "error");
    let junit = lint(&sandbox, &["--format", "junit"]);
    assert!(junit.stdout.contains("errors=\"1\""), "{junit:?}");
    assert_eq!(junit.code, 1);
}

#[test]
fn a_report_goes_to_a_file() {
    let sandbox = faulty("formats-output");
    let run = lint(&sandbox, &["--format", "gitlab", "--output", "report.json"]);
    assert_eq!((run.stdout.as_str(), run.code), ("", 1));
    assert_eq!(run.stderr, "1 error, 1 warning in 1 file: 1 stack, 1 policy\n");
    let report: Value = serde_json::from_slice(&fs::read(sandbox.path("report.json")).unwrap()).unwrap();
    assert_eq!(report.as_array().map(Vec::len), Some(2));

    let run = lint(&sandbox, &["--format", "gitlab", "--output", "-"]);
    assert!(run.stdout.starts_with("[\n") && !sandbox.path("-").exists(), "{run:?}");

    let run = lint(&sandbox, &["-o", "report.txt", "--color", "always"]);
    assert_eq!(run.stdout, "");
    let text = fs::read_to_string(sandbox.path("report.txt")).unwrap();
    assert!(text.starts_with("error[invalid-effect]: ") && text.ends_with("1 stack, 1 policy\n"), "{text}");
}

#[test]
fn a_report_that_cannot_be_written_is_a_failure() {
    let sandbox = faulty("formats-unwritable");
    let run = lint(&sandbox, &["--format", "sarif", "--output", "nowhere/report.sarif"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.ends_with("error: nowhere/report.sarif: no such file or directory\n"), "{run:?}");
    let run = lint(&sandbox, &["--format", "sarif", "--output", "org"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.ends_with("error: org: a directory\n"), "{run:?}");
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_written_to() {
    let sandbox = faulty("formats-device");
    assert_eq!(lint(&sandbox, &["--format", "sarif", "--output", "/dev/null"]).code, 1);
    assert!(fs::metadata("/dev/null").is_ok_and(|metadata| !metadata.is_file()));
}

#[test]
fn a_format_that_is_none() {
    let run = lint(&faulty("formats-unknown"), &["--format", "sarf"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("a similar value exists: 'sarif'"), "{run:?}");
}

#[test]
fn only_what_is_bad_enough() {
    let sandbox = faulty("formats-severity");
    let run = lint(&sandbox, &["--format", "concise", "--severity", "error"]);
    assert_eq!(run.stdout.lines().count(), 1);
    assert_eq!(run.stderr, "1 error in 1 file: 1 stack, 1 policy\n1 finding is not shown: below `--severity`\n");
    let run = lint(&sandbox, &["--format", "concise", "--severity", "error", "--ignore", "invalid-effect"]);
    assert_eq!((run.stdout.as_str(), run.code), ("", 0));
}

#[test]
fn how_many_of_each() {
    let sandbox = Sandbox::with("formats-statistics", &[("a/main.tf", FAULTY), ("b/main.tf", FAULTY)]);
    let run = lint(&sandbox, &["--statistics", "--ignore", "unused-suppression"]);
    assert_eq!(
        run.stdout,
        "2  error    invalid-effect\n2  warning  pass-role-star\n2 errors, 2 warnings in 2 files: 2 stacks, 2 policies\n"
    );
    assert_eq!(run.code, 1);
    let output: Value =
        serde_json::from_str(&lint(&sandbox, &["--statistics", "--format", "json", "--severity", "error"]).stdout)
            .unwrap();
    assert_eq!(output["statistics"], json!([{"code": "invalid-effect", "severity": "error", "count": 2}]));
    let run = lint(&sandbox, &["--statistics", "--format", "sarif"]);
    assert_eq!(run.code, 2);
    assert_eq!(run.stderr, "error: `--statistics` goes with the formats human, concise and json\n");
}
