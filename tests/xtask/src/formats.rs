//! The slow lane: reports as programs of others read them, and a release as it is packed,
//! fetched and run.
//!
//! What reads reports is fetched by npm and pip into the build directory; it is no part of
//! what is shipped.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::{Outcome, root, say};

/// What the readers need.
const FILES: [&str; 4] = ["check.py", "package.json", "package-lock.json", "requirements.txt"];

/// The formats that machines read.
const FORMATS: [&str; 5] = ["checkstyle", "github", "gitlab", "junit", "sarif"];

/// Configuration with what is hard to write: a path that has to be escaped, names that end a
/// line or an element, something that a comment silences, and something that cannot be read.
const HARD: [(&str, &str); 3] = [
    (
        "a b,c:d%/main.tf",
        r#"resource "aws_iam_role_policy" "é" {
  role = "a"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "<&\"'>\n::%", Action = "s3:ListAllMyBuckets", Resource = "*" },
      # crosstrail:ignore[unknown-action] new this week
      { Effect = "Allow", Action = "s3:ListNewThings", Resource = "*" },
    ]
  })
}
"#,
    ),
    ("b/main.tf", "locals {\n  a =\n}\n"),
    (
        "c.json",
        r#"{"Version": "2012-10-17", "Statement": [{"Effect": "allow", "Action": "iam:PassRole", "Resource": "*"}]}"#,
    ),
];

/// Writes reports of the release, or of the binary that is given, and has them and the files for CI read.
///
/// # Errors
/// When node, npm, python or pip are missing or cannot fetch, and when a report is not taken.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    let built = root().join("target/release/crosstrail").with_extension(std::env::consts::EXE_EXTENSION);
    let binary = arguments.first().map_or(Ok(built), std::path::absolute)?;
    let directory = root().join("target/formats");
    let (readers, reports) = (directory.join("readers"), directory.join("reports"));
    fs::create_dir_all(&readers)?;
    for file in FILES {
        fs::copy(root().join("tests/formats").join(file), readers.join(file))?;
    }
    call(Command::new("npm").args(["ci", "--silent", "--no-audit", "--no-fund"]).current_dir(&readers))?;
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--root-user-action=ignore"];
    call(
        Command::new("python3")
            .args(pip)
            .args(["--upgrade", "--target", "python", "-r", "requirements.txt"])
            .current_dir(&readers),
    )?;
    write_reports(&binary, &directory.join("input"), &reports)?;
    let mut check = Command::new("python3");
    check.arg(readers.join("check.py")).arg(&reports).arg(root()).env("PYTHONPATH", readers.join("python"));
    say(&format!("reports as others read them: {}", call(&mut check)?));
    install(&binary, &directory.join("release"))
}

fn write_reports(binary: &Path, input: &Path, reports: &Path) -> Outcome {
    fs::create_dir_all(reports)?;
    for (path, text) in HARD {
        let path = input.join(path);
        fs::create_dir_all(path.parent().unwrap_or(input))?;
        fs::write(path, text)?;
    }
    for format in FORMATS {
        let report = reports.join(format!("report.{format}"));
        let mut lint = Command::new(binary);
        lint.args(["lint", "--format", format, "--output"]).arg(&report).current_dir(input);
        let output = lint.output()?;
        if output.status.code() != Some(1) {
            return Err(format!("--format {format}: {}", String::from_utf8_lossy(&output.stderr)).into());
        }
    }
    Ok(())
}

/// Packs the release as if it were one for this machine, and installs and runs it as the
/// action does.
fn install(binary: &Path, directory: &Path) -> Outcome {
    if !cfg!(target_os = "linux") {
        return Ok(());
    }
    let version = env!("CARGO_PKG_VERSION");
    let target = format!("{}-unknown-linux-musl", std::env::consts::ARCH);
    let archives = directory.join(format!("v{version}"));
    let script = |name: &str| root().join("ci").join(name);
    call(Command::new("bash").arg(script("archive.sh")).arg(&target).arg(binary).arg(&archives))?;
    let url = format!("file://{}", directory.display());
    let installed = directory.join("installed");
    let mut install = Command::new("bash");
    install.arg(script("install.sh")).arg(version).arg(&installed).env("CROSSTRAIL_RELEASES", url);
    let said = call(&mut install)?;
    if said.trim() != format!("crosstrail {version}") || !installed.join("man/crosstrail-lint.1").is_file() {
        return Err(format!("what was installed is not the release: {said}").into());
    }
    let mut action = Command::new("bash");
    action.arg(script("action.sh")).arg(installed.join("crosstrail")).current_dir(root());
    action.env("PATHS", "examples/two-accounts").env("SEVERITY", "error").env("FAIL", "false");
    let said = call(&mut action)?;
    if !said.contains("::error file=examples/two-accounts/") {
        return Err(format!("the action annotates nothing: {said}").into());
    }
    say("a release is packed, installed and run by the action\n");
    for_code_scanning(&installed.join("crosstrail"), &directory.with_file_name("input"))
}

/// What the action uploads has what is found and nothing that is silenced.
fn for_code_scanning(crosstrail: &Path, input: &Path) -> Outcome {
    let mut action = Command::new("bash");
    action.arg(root().join("ci/action.sh")).arg(crosstrail).current_dir(input);
    call(action.env("SARIF", "uploaded.sarif").env("FAIL", "false"))?;
    let log = fs::read_to_string(input.join("uploaded.sarif"))?;
    if log.contains("\"invalid-effect\"") && !log.contains("\"suppressions\"") {
        return Ok(());
    }
    Err("the action does not upload what it should".into())
}

/// Runs a program to its end, and gives what it prints.
pub(crate) fn call(command: &mut Command) -> Outcome<String> {
    let program = command.get_program().to_owned();
    let output = command.output().map_err(|error| format!("`{}` is needed: {error}", OsStr::display(&program)))?;
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if output.status.success() {
        return Ok(stdout.into_owned());
    }
    Err(format!("`{}` failed: {stdout}{stderr}", OsStr::display(&program)).into())
}
