//! What `crosstrail lint` reads, and what it says of what it cannot read.

#[cfg(test)]
mod support;

use support::{Run, Sandbox};

/// Configuration without a fault.
const CLEAN: &str = "locals {\n  a = 1\n}\n";

/// A policy with one: the effect in lower case.
const FAULTY: &str =
    r#"{"Version": "2012-10-17", "Statement": [{"Effect": "allow", "Action": "s3:GetObject", "Resource": "*"}]}"#;

/// The same in configuration.
fn faulty_role(name: &str) -> String {
    let policy =
        r#"{ Version = "2012-10-17", Statement = [{ Effect = "allow", Action = "s3:GetObject", Resource = "*" }] }"#;
    format!(
        "resource \"aws_iam_role_policy\" \"{name}\" {{\n  role   = \"{name}\"\n  policy = jsonencode({policy})\n}}\n"
    )
}

struct Case {
    name: &'static str,
    files: &'static [(&'static str, &'static str)],
    arguments: &'static [&'static str],
    code: i32,
    stdout: &'static [&'static str],
    stderr: &'static [&'static str],
}

const CASES: &[Case] = &[
    Case {
        name: "clean",
        files: &[("main.tf", CLEAN)],
        arguments: &[],
        code: 0,
        stdout: &["nothing found in 1 file: 1 stack, 0 policies\n"],
        stderr: &[],
    },
    Case {
        name: "policy-in-directory",
        files: &[("main.tf", CLEAN), ("policies/bad.json", FAULTY)],
        arguments: &["--format", "concise"],
        code: 1,
        stdout: &["policies/bad.json:1:53: error[invalid-effect] "],
        stderr: &["1 error in 2 files: 1 stack, 1 policy"],
    },
    Case {
        name: "policy-with-byte-order-mark",
        files: &[(
            "p/bad.json",
            "\u{feff}{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"allow\", \"Action\": \"s3:GetObject\", \"Resource\": \"*\"}]}",
        )],
        arguments: &["--format", "concise", "p"],
        code: 1,
        stdout: &["error[invalid-effect] "],
        stderr: &["1 error in 1 file: 0 stacks, 1 policy"],
    },
    Case {
        name: "policy-named",
        files: &[("bad.json", FAULTY)],
        arguments: &["--format", "concise", "./bad.json"],
        code: 1,
        stdout: &["bad.json:1:53: error[invalid-effect] "],
        stderr: &[],
    },
    Case {
        name: "policy-cut-off",
        files: &[("cut.json", "{\"Version\": \"2012-")],
        arguments: &["--format", "concise", "cut.json"],
        code: 1,
        stdout: &["cut.json:1:", "error[invalid-json] "],
        stderr: &["2 errors in 1 file: 0 stacks, 1 policy"],
    },
    Case {
        name: "policy-under-another-name",
        files: &[("trust.json.tpl", FAULTY)],
        arguments: &["--format", "concise", "trust.json.tpl"],
        code: 1,
        stdout: &["trust.json.tpl:1:53: error[invalid-effect] "],
        stderr: &[],
    },
    Case {
        name: "other-json-in-directory",
        files: &[("main.tf", CLEAN), ("package.json", "{\"version\": 1"), ("t.json", "{\"Statement\": [\"${a}\"]}")],
        arguments: &[],
        code: 0,
        stdout: &["nothing found in 1 file"],
        stderr: &[],
    },
    Case {
        name: "missing",
        files: &[],
        arguments: &["nowhere"],
        code: 2,
        stdout: &[],
        stderr: &["error: nowhere: no such file or directory\n"],
    },
    Case {
        name: "missing-beside-good",
        files: &[("a/main.tf", CLEAN)],
        arguments: &["a", "nowhere"],
        code: 1,
        stdout: &["nothing found in 1 file"],
        stderr: &["error: nowhere: no such file or directory\n"],
    },
    Case {
        name: "empty",
        files: &[],
        arguments: &[],
        code: 2,
        stdout: &[],
        stderr: &["error: no Terraform configuration and no policy in `.`\n"],
    },
    Case {
        name: "no-terraform",
        files: &[("README.md", "# Read me\n")],
        arguments: &["README.md"],
        code: 2,
        stdout: &[],
        stderr: &[
            "error: README.md: neither Terraform, nor a plan or state of `terraform show -json`, nor a policy document\n",
        ],
    },
    Case {
        name: "no-policy",
        files: &[("package.json", "{\"version\": \"1\"}")],
        arguments: &["package.json"],
        code: 2,
        stdout: &[],
        stderr: &[
            "error: package.json: neither Terraform, nor a plan or state of `terraform show -json`, nor a policy document\n",
        ],
    },
    Case {
        name: "binary",
        files: &[("main.tf", "PK\u{3}\u{4}\0\0"), ("b/main.tf", CLEAN)],
        arguments: &[],
        code: 1,
        stdout: &["nothing found in 1 file"],
        stderr: &["error: main.tf: cannot be read: a binary file, or text that is not UTF-8\n"],
    },
    Case {
        name: "git-crypt",
        files: &[("secret.tf", "\0GITCRYPT\0\u{1}\u{2}")],
        arguments: &[],
        code: 2,
        stdout: &[],
        stderr: &[
            "error: secret.tf: cannot be read: encrypted by git-crypt: unlock the repository to have it checked\n",
        ],
    },
    Case {
        name: "git-crypt-named",
        files: &[("secret.tf", "\0GITCRYPT\0\u{1}\u{2}")],
        arguments: &["secret.tf"],
        code: 2,
        stdout: &[],
        stderr: &["error: secret.tf: encrypted by git-crypt: unlock the repository to have it checked\n"],
    },
    Case {
        name: "broken",
        files: &[("a/main.tf", "locals {\n  a = \n}\n"), ("b/bad.json", FAULTY)],
        arguments: &["--format", "concise"],
        code: 1,
        stdout: &["b/bad.json:1:53: error[invalid-effect] "],
        stderr: &["error: a/main.tf:2:"],
    },
    Case {
        name: "ignored",
        files: &[
            (".gitignore", "/ignored\n"),
            ("main.tf", CLEAN),
            ("ignored/bad.json", FAULTY),
            ("ignored/other.tf", CLEAN),
            (".hidden/bad.json", FAULTY),
            (".terraform/modules/m/bad.json", FAULTY),
        ],
        arguments: &[],
        code: 0,
        stdout: &["nothing found in 1 file"],
        stderr: &[],
    },
    Case {
        name: "unknown-rule",
        files: &[("main.tf", CLEAN)],
        arguments: &["--select", "invalid-efect"],
        code: 2,
        stdout: &[],
        stderr: &["error: there is no rule or group `invalid-efect`; did you mean `invalid-effect`?\n"],
    },
    Case {
        name: "selected",
        files: &[("bad.json", FAULTY)],
        arguments: &["--select", "action,invalid-effect", "--select", "arn"],
        code: 1,
        stdout: &["error[invalid-effect]"],
        stderr: &[],
    },
    Case {
        name: "not-selected",
        files: &[("bad.json", FAULTY)],
        arguments: &["--select", "action"],
        code: 0,
        stdout: &["nothing found in 1 file"],
        stderr: &[],
    },
    Case {
        name: "deselected",
        files: &[("bad.json", FAULTY)],
        arguments: &["--ignore", "grammar"],
        code: 0,
        stdout: &["nothing found in 1 file"],
        stderr: &[],
    },
    Case {
        name: "unknown-option",
        files: &[],
        arguments: &["--frobnicate"],
        code: 2,
        stdout: &[],
        stderr: &["unexpected argument '--frobnicate'"],
    },
];

fn lint(sandbox: &Sandbox, arguments: &[&str]) -> Run {
    sandbox.run(&[&["lint"], arguments].concat())
}

/// What is wrong with the run of a case.
fn faults(case: &Case, run: &Run) -> Vec<String> {
    let missing = |name: &str, expected: &[&str], actual: &str| -> Vec<String> {
        let missing = expected.iter().filter(|text| !actual.contains(**text));
        missing.map(|text| format!("{name} lacks {text:?}")).collect()
    };
    let mut faults = missing("stdout", case.stdout, &run.stdout);
    faults.extend(missing("stderr", case.stderr, &run.stderr));
    faults.extend((run.code != case.code).then(|| format!("code {}", run.code)));
    faults.extend((case.stdout.is_empty() && !run.stdout.is_empty()).then(|| "stdout is not empty".to_owned()));
    faults
}

#[test]
fn cases() {
    let mut failed = Vec::new();
    for case in CASES {
        let sandbox = Sandbox::with(&format!("lint-{}", case.name), case.files);
        let run = lint(&sandbox, case.arguments);
        let faults = faults(case, &run);
        if !faults.is_empty() {
            failed.push(format!("{}: {faults:?} in {run:?}", case.name));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn a_huge_file_is_refused_and_the_rest_checked() {
    let sandbox = Sandbox::with("lint-huge", &[("a/main.tf", CLEAN), ("b/main.tf", "")]);
    std::fs::File::options().write(true).open(sandbox.path("b/main.tf")).unwrap().set_len(100 << 20).unwrap();
    let run = lint(&sandbox, &[]);
    assert_eq!(run.code, 1, "{run:?}");
    assert_eq!(
        run.stderr,
        "error: b/main.tf: cannot be read: 104857600 bytes are more than the 33554432 that are read\n"
    );
}

#[test]
fn findings_of_named_files_only() {
    let sandbox = Sandbox::new("lint-only");
    for name in ["one", "two"] {
        sandbox.write(&format!("{name}.tf"), faulty_role(name).as_bytes());
    }
    let run = lint(&sandbox, &["--format", "concise", "two.tf"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert_eq!(run.stdout.lines().count(), 1, "{run:?}");
    assert!(run.stdout.starts_with("two.tf:3:"), "{run:?}");
    assert!(run.stderr.contains("1 finding in other files is not shown: name the directory"), "{run:?}");
}

#[test]
fn findings_in_what_a_named_file_reads() {
    let role = |name: &str, file: &str| {
        format!("resource \"aws_iam_role_policy\" \"{name}\" {{\n  role   = \"r\"\n  policy = file(\"{file}\")\n}}\n")
    };
    let (one, two) = (role("one", "one.json"), role("two", "two.json"));
    let files = [("one.tf", one.as_str()), ("two.tf", two.as_str()), ("one.json", FAULTY), ("two.json", FAULTY)];
    let sandbox = Sandbox::with("lint-only-read", &files);
    let run = lint(&sandbox, &["--format", "concise", "one.tf"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert_eq!(run.stdout.lines().count(), 1, "{run:?}");
    assert!(run.stdout.starts_with("one.json:1:53: error[invalid-effect] "), "{run:?}");
    assert!(run.stderr.contains("1 finding in other files is not shown: name the directory"), "{run:?}");
}

#[test]
fn a_file_that_the_configuration_may_not_read() {
    let text = "resource \"aws_iam_policy\" \"p\" {\n  policy = file(\"/etc/passwd\")\n}\n";
    let sandbox = Sandbox::with("lint-outside", &[("main.tf", text)]);
    sandbox.write(".git/HEAD", b"");
    let run = lint(&sandbox, &[]);
    assert!(!run.stdout.contains("root:"), "{run:?}");
    assert!(run.stderr.contains("outside the workspace"), "{run:?}");
}

mod standard_input {
    use super::*;

    #[test]
    fn a_policy() {
        let sandbox = Sandbox::new("lint-stdin-policy");
        let run = sandbox.run_with_input(&["lint", "-", "--format", "concise"], FAULTY.as_bytes());
        assert_eq!(run.code, 1, "{run:?}");
        assert!(run.stdout.starts_with("<stdin>:1:53: error[invalid-effect] "), "{run:?}");
    }

    #[test]
    fn configuration_instead_of_that_of_the_directory() {
        let sandbox = Sandbox::with("lint-stdin-hcl", &[("other.tf", &faulty_role("other"))]);
        let run = sandbox.run_with_input(&["lint", "-", "--format", "concise"], faulty_role("typed").as_bytes());
        assert_eq!(run.code, 1, "{run:?}");
        assert_eq!(run.stdout.lines().count(), 1, "{run:?}");
        assert!(run.stdout.starts_with("<stdin>.tf:3:"), "{run:?}");
    }

    #[test]
    fn no_text() {
        let run = Sandbox::new("lint-stdin-binary").run_with_input(&["lint", "-"], b"\x7fELF\0\0");
        assert_eq!((run.code, run.stderr.as_str()), (2, "error: -: a binary file, or text that is not UTF-8\n"));
    }

    #[test]
    fn beside_other_paths() {
        let run = Sandbox::new("lint-stdin-beside").run(&["lint", "-", "."]);
        assert_eq!(
            (run.code, run.stderr.as_str()),
            (2, "error: -: standard input cannot be combined with other paths\n")
        );
    }
}

#[cfg(unix)]
mod links {
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;

    use super::*;

    #[test]
    fn a_loop_is_not_followed() {
        let sandbox = Sandbox::with("lint-loop", &[("a/main.tf", CLEAN)]);
        symlink("..", sandbox.path("a/up")).unwrap();
        symlink("nowhere", sandbox.path("a/dangling.tf")).unwrap();
        let run = lint(&sandbox, &[]);
        assert_eq!(run.code, 0, "{run:?}");
        assert!(
            run.stderr.contains("warning: a/up: a symbolic link to `.`, which it lies in: not followed\n"),
            "{run:?}"
        );
        assert!(run.stderr.contains("warning: a/dangling.tf: a symbolic link that leads nowhere: "), "{run:?}");
    }

    #[test]
    fn a_directory_with_two_names_is_checked_once() {
        let sandbox = Sandbox::with("lint-twice", &[("b/main.tf", &faulty_role("r"))]);
        symlink("b", sandbox.path("a")).unwrap();
        let run = lint(&sandbox, &["--format", "concise"]);
        assert_eq!(run.stdout.lines().count(), 1, "{run:?}");
        assert!(run.stdout.starts_with("b/main.tf:3:"), "{run:?}");
    }

    #[test]
    fn what_is_no_file_is_not_waited_for() {
        let sandbox = Sandbox::with("lint-socket", &[("a/main.tf", CLEAN)]);
        let _listener = UnixListener::bind(sandbox.path("s.tf")).unwrap();
        let run = lint(&sandbox, &["a", "s.tf"]);
        assert_eq!(run.code, 1, "{run:?}");
        assert_eq!(run.stderr, "error: s.tf: neither a file nor a directory\n");
    }
}
