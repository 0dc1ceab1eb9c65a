//! `crosstrail lint --diff` and `crosstrail lint --fix`.

#![allow(clippy::unwrap_used, reason = "a test whose sandbox fails has to fail")]

#[cfg(test)]
mod support;

use std::fs;

use support::Sandbox;

/// A role that may assume a role of another account, which does not trust it.
const CALLER: &str = r#"resource "aws_iam_role" "deploy" {
  name = "deploy"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = { Service = "ec2.amazonaws.com" }, Action = "sts:AssumeRole" },
    ]
  })
}

resource "aws_iam_role_policy" "deploy" {
  role = aws_iam_role.deploy.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "allow", Action = "sts:AssumeRole", Resource = "arn:aws:iam::222222222222:role/admin" },
    ]
  })
}
"#;

const CALLED: &str = r#"resource "aws_iam_role" "admin" {
  provider = aws.data
  name     = "admin"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Principal = { Service = "ec2.amazonaws.com" }, Action = "sts:AssumeRole" },
    ]
  })
}
"#;

const ACCOUNTS: &str = r#"provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["111111111111"]
}

provider "aws" {
  alias               = "data"
  region              = "eu-west-1"
  allowed_account_ids = ["222222222222"]
}
"#;

/// A policy with a fault that a safe fix mends.
const FAULTY: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "allow", "Action": "s3:ListAllMyBuckets", "Resource": "*"}]}"#;

/// What is added to the trust policy of [`CALLED`].
const HALF: &str =
    r#"      { Effect = "Allow", Principal = { AWS = aws_iam_role.deploy.arn }, Action = "sts:AssumeRole" }"#;

const DIFF: &str = r#"# unsafe: let `aws_iam_role.deploy` in
--- a/data.tf
+++ b/data.tf
@@ -6,6 +6,7 @@
     Version = "2012-10-17"
     Statement = [
       { Effect = "Allow", Principal = { Service = "ec2.amazonaws.com" }, Action = "sts:AssumeRole" },
+      { Effect = "Allow", Principal = { AWS = aws_iam_role.deploy.arn }, Action = "sts:AssumeRole" },
     ]
   })
 }
--- a/tools.tf
+++ b/tools.tf
@@ -15,7 +15,7 @@
   policy = jsonencode({
     Version = "2012-10-17"
     Statement = [
-      { Effect = "allow", Action = "sts:AssumeRole", Resource = "arn:aws:iam::222222222222:role/admin" },
+      { Effect = "Allow", Action = "sts:AssumeRole", Resource = "arn:aws:iam::222222222222:role/admin" },
     ]
   })
 }
"#;

fn two_accounts(name: &str) -> Sandbox {
    let files = [("accounts.tf", ACCOUNTS), ("tools.tf", CALLER), ("data.tf", CALLED)];
    Sandbox::with(name, &files)
}

fn read(sandbox: &Sandbox, path: &str) -> String {
    fs::read_to_string(sandbox.path(path)).unwrap()
}

/// What lies in the directory at `path`.
fn names(sandbox: &Sandbox, path: &str) -> Vec<String> {
    let entries = fs::read_dir(sandbox.path(path)).unwrap();
    let mut names: Vec<_> = entries.map(|it| it.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_diff_shows_both_halves_and_writes_nothing() {
    let sandbox = two_accounts("fix-diff");
    let run = sandbox.run(&["lint", "--diff"]);
    assert_eq!(run.stdout, DIFF);
    assert_eq!(run.stderr, "would fix 2 findings in 2 files: `--fix` writes 1, `--fix --unsafe` the other 1 too\n");
    assert_eq!(run.code, 1);
    assert_eq!([read(&sandbox, "tools.tf"), read(&sandbox, "data.tf")], [CALLER, CALLED]);
}

#[test]
fn a_fix_writes_and_a_second_run_is_clean() {
    let sandbox = two_accounts("fix-write");
    let run = sandbox.run(&["lint", "--fix"]);
    assert_eq!(read(&sandbox, "tools.tf"), CALLER.replace("\"allow\"", "\"Allow\""));
    assert_eq!(read(&sandbox, "data.tf"), CALLED);
    assert!(run.stdout.contains("error[assume-role-missing-trust-half]"), "{run:?}");
    let last = "\nfixed 1 finding in 1 file\n1 unsafe fix is left: `--diff` shows, `--fix --unsafe` writes\n";
    assert!(run.stdout.ends_with(last), "{run:?}");
    assert_eq!(run.code, 1);

    let shown = sandbox.run(&["lint", "--fix", "--diff"]);
    assert_eq!((shown.stdout.as_str(), shown.code), ("", 1));
    assert_eq!(shown.stderr, "would fix 0 findings in 0 files\n");

    let run = sandbox.run(&["lint", "--fix", "--unsafe"]);
    assert!(run.stdout.starts_with("nothing found in 3 files"), "{run:?}");
    assert!(run.stdout.ends_with("\nfixed 1 finding in 1 file\n"), "{run:?}");
    assert_eq!(run.code, 0);
    assert!(read(&sandbox, "data.tf").contains(HALF));
    assert_eq!(names(&sandbox, "."), ["accounts.tf", "data.tf", "tools.tf"]);
    assert_eq!(sandbox.run(&["lint"]).code, 0);
}

#[test]
fn a_read_only_file_is_said_and_the_rest_is_written() {
    let sandbox = Sandbox::with("fix-read-only", &[("a.json", FAULTY), ("b.json", FAULTY)]);
    let set_read_only = |is| {
        let mut permissions = fs::metadata(sandbox.path("a.json")).unwrap().permissions();
        permissions.set_readonly(is);
        fs::set_permissions(sandbox.path("a.json"), permissions).unwrap();
    };
    set_read_only(true);
    let run = sandbox.run(&["lint", "--fix", "--format", "concise"]);
    set_read_only(false);
    assert!(run.stderr.starts_with("error: a.json: read-only\n"), "{run:?}");
    assert!(run.stderr.ends_with("fixed 1 finding in 1 file\n"), "{run:?}");
    assert!(run.stdout.starts_with("a.json:1:53: error[invalid-effect] "), "{run:?}");
    assert_eq!(run.stdout.lines().count(), 1);
    assert_eq!(run.code, 1);
    assert_eq!(read(&sandbox, "a.json"), FAULTY);
    assert_eq!(read(&sandbox, "b.json"), FAULTY.replace("allow", "Allow"));
    assert_eq!(names(&sandbox, "."), ["a.json", "b.json"]);
}

#[test]
fn standard_input_goes_fixed_to_standard_output() {
    let sandbox = two_accounts("fix-stdin");
    let run = sandbox.run_with_input(&["lint", "--fix", "-"], FAULTY.as_bytes());
    assert_eq!((run.stdout.as_str(), run.code), (FAULTY.replace("allow", "Allow").as_str(), 0));
    assert!(
        run.stderr.ends_with("nothing found in 1 file: 0 stacks, 1 policy\nfixed 1 finding in 1 file\n"),
        "{run:?}"
    );
    let run = sandbox.run_with_input(&["lint", "--fix", "-"], b"locals {\n");
    assert_eq!(run.stdout, "locals {\n");
    assert_eq!(read(&sandbox, "tools.tf"), CALLER);
}

#[test]
fn only_files_that_are_named_are_written() {
    let sandbox = Sandbox::with("fix-named", &[("a.json", FAULTY), ("b.json", FAULTY)]);
    assert_eq!(sandbox.run(&["lint", "--fix", "b.json"]).code, 0);
    assert_eq!(read(&sandbox, "a.json"), FAULTY);
    assert_eq!(read(&sandbox, "b.json"), FAULTY.replace("allow", "Allow"));
}

#[test]
fn line_ends_and_the_byte_order_mark_stay() {
    let text = format!("\u{feff}{}", CALLER.replace('\n', "\r\n"));
    let sandbox = Sandbox::with("fix-line-ends", &[("main.tf", &text)]);
    sandbox.run(&["lint", "--fix"]);
    assert_eq!(read(&sandbox, "main.tf"), text.replace("\"allow\"", "\"Allow\""));
}

#[test]
fn what_does_not_go_together_is_refused() {
    let sandbox = Sandbox::with("fix-usage", &[]);
    for arguments in [&["lint", "--unsafe"][..], &["lint", "--diff", "--format", "json"]] {
        assert_eq!(sandbox.run(arguments).code, 2, "{arguments:?}");
    }
}

/// A policy with the same fault in every notation.
const NOTATIONS: [(&str, &str); 3] = [
    (
        "main.tf",
        r#"resource "aws_iam_role_policy" "heredoc" {
  role = "a"
  policy = <<POLICY
{
  "Version": "2012-10-17",
  "Statement": [{ "Effect": "allow", "Action": "s3:ListAllMyBuckets", "Resource": "*" }]
}
POLICY
}

resource "aws_iam_role_policy" "indented" {
  role   = "a"
  policy = <<-POLICY
    {
      "Version": "2012-10-17",
      "Statement": [{ "Effect": "allow", "Action": "s3:ListAllMyBuckets", "Resource": "*" }]
    }
  POLICY
}

resource "aws_iam_role_policy" "object" {
  role   = "a"
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{ Effect = "allow", Action = "s3:ListAllMyBuckets", Resource = "*" }]
  })
}

resource "aws_iam_role_policy" "quoted" {
  role   = "a"
  policy = "{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"allow\", \"Action\": \"s3:ListAllMyBuckets\", \"Resource\": \"*\"}]}"
}

resource "aws_iam_role_policy" "template" {
  role   = "a"
  policy = templatefile("policy.tftpl", { resource = "*" })
}

data "aws_iam_policy_document" "blocks" {
  statement {
    effect    = "allow"
    actions   = ["s3:ListAllMyBuckets"]
    resources = ["*"]
  }
}
"#,
    ),
    (
        "policy.tftpl",
        r#"{"Version": "2012-10-17", "Statement": [{"Effect": "allow", "Action": "s3:ListAllMyBuckets", "Resource": "${resource}"}]}
"#,
    ),
    (
        "json.tf.json",
        r#"{"resource": {"aws_iam_role_policy": {"json": {"role": "a", "policy": "{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"allow\", \"Action\": \"s3:ListAllMyBuckets\", \"Resource\": \"*\"}]}"}}}}
"#,
    ),
];

#[test]
fn every_notation_is_mended_where_it_stands() {
    let sandbox = Sandbox::with("fix-notations", &NOTATIONS);
    let run = sandbox.run(&["lint", "--fix"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.ends_with("\nfixed 7 findings in 3 files\n"), "{run:?}");
    for (path, text) in NOTATIONS {
        assert_eq!(read(&sandbox, path), text.replace("allow", "Allow"), "{path}");
    }
}

#[test]
fn what_is_added_has_the_line_ends_of_its_file() {
    let sandbox = two_accounts("fix-added-line-ends");
    for (path, text) in [("tools.tf", CALLER), ("data.tf", CALLED)] {
        sandbox.write(path, format!("\u{feff}{}", text.replace('\n', "\r\n")).as_bytes());
    }
    assert_eq!(sandbox.run(&["lint", "--fix", "--unsafe"]).code, 0);
    let text = read(&sandbox, "data.tf");
    assert!(text.starts_with('\u{feff}') && text.contains(&format!("{HALF},\r\n")), "{text:?}");
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count(), "{text:?}");
}

#[cfg(unix)]
#[test]
fn links_and_permissions_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let sandbox = Sandbox::with("fix-links", &[("real/policy.json", FAULTY)]);
    let (real, link) = (sandbox.path("real/policy.json"), sandbox.path("link.json"));
    fs::set_permissions(&real, fs::Permissions::from_mode(0o604)).unwrap();
    symlink("real/policy.json", &link).unwrap();
    let run = sandbox.run(&["lint", "--fix", "link.json"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(read(&sandbox, "real/policy.json"), FAULTY.replace("allow", "Allow"));
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o604);
    assert_eq!(names(&sandbox, "real"), ["policy.json"]);
}

#[cfg(unix)]
#[test]
fn a_file_with_two_names_is_written_once() {
    use std::os::unix::fs::symlink;
    let sandbox = Sandbox::with("fix-two-names", &[("a/policy.json", FAULTY), ("b/other.json", "{}")]);
    symlink("../a/policy.json", sandbox.path("b/policy.json")).unwrap();
    let run = sandbox.run(&["lint", "--fix"]);
    assert_eq!((run.stderr.as_str(), run.code), ("", 0), "{run:?}");
    assert_eq!(read(&sandbox, "a/policy.json"), FAULTY.replace("allow", "Allow"));
}
