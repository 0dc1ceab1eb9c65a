//! The files that bring `crosstrail` into CI say what the command line and the release have.

#![allow(clippy::unwrap_used, reason = "a test that cannot read its own sources has to fail")]

#[cfg(test)]
mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use support::Sandbox;

/// What calls `crosstrail lint`, beside its documentation.
const CALLERS: [&str; 4] = [".pre-commit-hooks.yaml", "ci/action.sh", "ci/gitlab.yml", "docs/ci.md"];

/// Lines about other programs, which have options of their own.
const OTHERS: [&str; 4] = ["docker run", "curl ", "cargo install", "`--user`"];

/// What names a release.
const VERSIONED: [&str; 4] = [".pre-commit-hooks.yaml", "action.yml", "ci/gitlab.yml", "docs/ci.md"];

const YAML: [&str; 5] = [
    ".github/workflows/ci.yml",
    ".github/workflows/release.yml",
    ".pre-commit-hooks.yaml",
    "action.yml",
    "ci/gitlab.yml",
];

const VERSION: &str = env!("CARGO_PKG_VERSION");

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)).unwrap()
}

/// The words of `text` that look like long options.
fn options(text: &str) -> BTreeSet<String> {
    let is_part = |letter: char| letter.is_ascii_lowercase() || letter == '-';
    let words = text.split(|letter: char| !is_part(letter));
    words.filter(|word| word.starts_with("--") && !word.trim_matches('-').is_empty()).map(str::to_owned).collect()
}

#[test]
fn what_is_called_has_these_options() {
    let sandbox = Sandbox::new("sets-options");
    let run = sandbox.run(&["lint", "--help"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    let known = options(&run.stdout);
    for path in CALLERS {
        let text = read(path);
        let is_ours = |line: &&str| !OTHERS.iter().any(|other| line.contains(other));
        let ours = text.lines().filter(is_ours);
        let used: BTreeSet<String> = ours.flat_map(options).collect();
        let unknown: Vec<_> = used.difference(&known).collect();
        assert_eq!(unknown, [""; 0], "{path}");
        assert!(!used.is_empty(), "{path}");
    }
}

#[test]
fn every_format_is_documented() {
    let help = Sandbox::new("sets-formats").run(&["lint", "--help"]).stdout;
    let formats = help.split("--format <FORMAT>").nth(1).unwrap().split("[default: human]").next().unwrap();
    let names = formats.lines().filter_map(|line| line.trim().strip_prefix("- ")?.split_once(':'));
    let names: Vec<&str> = names.map(|(name, _)| name).collect();
    assert!(names.contains(&"sarif"), "{help}");
    let page = read("docs/ci.md");
    for name in names {
        assert!(page.contains(&format!("| `{name}` |")), "docs/ci.md does not name the format {name}");
    }
}

/// The words of `text` that look like versions of a release: three numbers.
fn versions(text: &str) -> BTreeSet<&str> {
    let words = text.split(|letter: char| !letter.is_ascii_digit() && letter != '.').map(|word| word.trim_matches('.'));
    words.filter(|word| word.split('.').count() == 3 && word.split('.').all(|part| !part.is_empty())).collect()
}

#[test]
fn the_version_is_the_same_everywhere() {
    for path in VERSIONED {
        let mut found = versions(&read(path)).into_iter().map(str::to_owned).collect::<BTreeSet<_>>();
        // That of the format, not of ours.
        found.remove("2.1.0");
        assert_eq!(found, BTreeSet::from([VERSION.to_owned()]), "{path}");
    }
    let toolchain = read("rust-toolchain.toml");
    let channel = versions(&toolchain).into_iter().next().unwrap().rsplit_once('.').unwrap().0;
    assert!(read("Dockerfile").contains(&format!("FROM rust:{channel}-alpine ")), "the image is built with {channel}");
}

#[test]
fn yaml_can_be_read() {
    for path in YAML {
        let text = read(path);
        let events: Result<Vec<_>, _> = saphyr_parser::Parser::new_from_str(&text).collect();
        assert!(events.is_ok_and(|events| events.len() > 4), "{path}");
    }
}

#[test]
fn every_released_target_can_be_installed() {
    let (workflow, script) = (read(".github/workflows/release.yml"), read("ci/install.sh"));
    let targets: BTreeSet<&str> = workflow.lines().filter_map(|line| line.trim().strip_prefix("- target: ")).collect();
    let installed = script.lines().filter_map(|line| line.split_once("echo ")?.1.strip_suffix(" ;;"));
    assert_eq!(targets, installed.collect());
    assert!(targets.len() > 4);
}

#[test]
fn inputs_of_the_action_are_used() {
    let action = read("action.yml");
    let (inputs, rest) = action.split_once("\noutputs:").unwrap();
    let inputs = inputs.split_once("\ninputs:\n").unwrap().1;
    let names =
        inputs.lines().filter_map(|line| line.strip_prefix("  ")?.strip_suffix(':')).filter(|it| !it.starts_with(' '));
    for name in names {
        assert!(rest.contains(&format!("${{{{ inputs.{name} }}}}")), "nothing uses the input {name}");
    }
}

#[test]
fn manual_pages() {
    let sandbox = Sandbox::with("sets-man", &[("file", "")]);
    let page = sandbox.run(&["man"]);
    assert_eq!(page.code, 0);
    assert!(page.stdout.contains(".TH crosstrail 1"), "{page:?}");
    assert_eq!(sandbox.run(&["man", "pages/man1"]).code, 0);
    let lint = fs::read_to_string(sandbox.path("pages/man1/crosstrail-lint.1")).unwrap();
    assert!(lint.contains("\\-\\-baseline"), "{lint}");
    let refused = sandbox.run(&["man", "file"]);
    assert_eq!((refused.code, refused.stdout.as_str()), (2, ""));
    assert!(refused.stderr.starts_with("error: file: "), "{refused:?}");
}
