//! `crosstrail.toml` on the command line.

mod support;

use support::Sandbox;

const WRONG: &str = "resource \"aws_iam_policy\" \"p\" {\n  policy = jsonencode({\n    Version = \"2012-10-17\"\n    Statement = [{ Effect = \"Allow\", Action = \"s3:GetObjekt\", Resource = \"*\" }]\n  })\n}\n";

fn lines(text: &str) -> Vec<&str> {
    text.lines().collect()
}

#[test]
fn it_is_found_here_and_above() {
    let files = [("crosstrail.toml", "[rules.\"a/b/**\"]\nunknown-action = \"note\"\n"), ("a/b/main.tf", WRONG)];
    let sandbox = Sandbox::with("configuration-above", &files);
    let run = sandbox.run(&["lint", "--format", "concise"]);
    assert_eq!(run.code, 0, "{run:?}");
    assert!(run.stdout.starts_with("a/b/main.tf:4:48: note[unknown-action]"), "{run:?}");
    let mut command = sandbox.command(&["lint", "--format", "concise"]);
    let output = command.current_dir(sandbox.path("a/b")).output().unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(stdout.starts_with("main.tf:4:48: note[unknown-action]"), "{stdout}");
}

#[test]
fn one_outside_of_the_repository_is_someone_elses() {
    let files =
        [("crosstrail.toml", "[rules]\nunknown-action = \"off\"\n"), ("own/main.tf", WRONG), ("own/.git/x", "")];
    let sandbox = Sandbox::with("configuration-outside", &files);
    let output = sandbox.command(&["lint"]).current_dir(sandbox.path("own")).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn one_that_is_named_is_taken() {
    let files = [("main.tf", WRONG), ("ci/strict.toml", "[rules]\nunknown-action = \"off\"\n")];
    let sandbox = Sandbox::with("configuration-named", &files);
    assert_eq!(sandbox.run(&["lint"]).code, 1);
    assert_eq!(sandbox.run(&["lint", "--config", "ci/strict.toml"]).code, 0);
    let run = sandbox.run(&["lint", "--config", "none.toml"]);
    assert_eq!((run.code, run.stderr.as_str()), (2, "error: none.toml: no such file or directory\n"));
}

#[test]
fn what_is_typed_is_stronger() {
    let files = [("main.tf", WRONG), ("crosstrail.toml", "[rules]\nunknown-action = \"off\"\n")];
    let sandbox = Sandbox::with("configuration-typed", &files);
    assert_eq!(sandbox.run(&["lint"]).code, 0);
    assert_eq!(sandbox.run(&["lint", "--select", "unknown-action"]).code, 1);
}

#[test]
fn all_that_is_wrong_is_said_and_nothing_is_checked() {
    let text = "acounts = 1\n[stacks.\"live/*\"]\naccount = \"prod\"\n[rules]\nunknown-actoin = \"off\"\n";
    let sandbox = Sandbox::with("configuration-wrong", &[("main.tf", WRONG), ("crosstrail.toml", text)]);
    let run = sandbox.run(&["lint"]);
    assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    assert_eq!(
        lines(&run.stderr),
        [
            "error: crosstrail.toml:1:1: there is no key `acounts` here; did you mean `accounts`?",
            "error: crosstrail.toml:3:11: there is no account `prod`; declare it: `[accounts.prod]`",
            "error: crosstrail.toml:5:1: there is no rule or group `unknown-actoin`; did you mean `unknown-action`?",
        ]
    );
}

#[test]
fn a_file_that_it_names_and_that_is_not_there_leaves_the_rest_checked() {
    let text = "[stacks.\".\"]\nenvironments = [{ name = \"prod\", var_files = \"prod.tfvars\" }]\n";
    let sandbox = Sandbox::with("configuration-missing", &[("main.tf", WRONG), ("crosstrail.toml", text)]);
    let run = sandbox.run(&["lint", "--format", "concise"]);
    assert_eq!(run.code, 1);
    assert!(run.stderr.starts_with("error: crosstrail.toml:2:46: there is no file `prod.tfvars`\n"), "{run:?}");
    assert!(run.stdout.starts_with("main.tf:4:48: error[unknown-action]"), "{run:?}");
}

#[test]
fn what_is_bound_is_known_to_inspect() {
    let text = "data \"aws_ssm_parameter\" \"x\" {\n  name = \"x\"\n}\noutput \"it\" {\n  value = data.aws_ssm_parameter.x.value\n}\n";
    let configuration = "[bindings]\n\"data.aws_ssm_parameter.x.value\" = \"bound\"\n[stacks.\".\"]\nenvironments = [{ workspace = \"prod\" }]\n";
    let sandbox = Sandbox::with("configuration-inspect", &[("main.tf", text), ("crosstrail.toml", configuration)]);
    let run = sandbox.run(&["inspect", "--format", "json"]);
    let shown: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(shown["stacks"][0]["environment"], "prod");
    assert_eq!(shown["stacks"][0]["outputs"]["it"]["value"], "bound");
}
