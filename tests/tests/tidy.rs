//! What the sources have in common, whoever wrote them.

use crosstrail_analyzer::rules::{RULES, Rule};
use crosstrail_tests::source_tree;

/// The most lines that a file of code has, its tests not counted.
const LINES: usize = 600;

/// Files that may be longer.
const LONG: &[&str] = &["analyzer/src/syntax/parser.rs"];

fn sources() -> Vec<(String, String)> {
    let root = source_tree::root();
    let dirs = ["analyzer", "disk", "cli", "lsp", "tflint-plugin", "tests"].map(|dir| root.join(dir));
    let files = dirs.iter().filter(|dir| dir.is_dir()).flat_map(|dir| source_tree::files(dir, "rs"));
    files.map(|(path, text)| (source_tree::display(&path), text)).collect()
}

#[track_caller]
fn none(what: &str, found: Vec<String>) {
    assert!(found.is_empty(), "{what}:\n{}", found.join("\n"));
}

#[test]
fn every_module_says_why_it_exists() {
    let silent = sources().into_iter().filter(|(_, text)| !text.starts_with("//!"));
    none("no `//!` at the top", silent.map(|(path, _)| path).collect());
}

#[test]
fn links_to_the_pages_of_rules_lead_there() {
    let page = |rule: &Rule| rule.url().split_once("/blob/main/").map(|(_, path)| path.to_owned());
    let lost = RULES.iter().filter(|rule| !page(rule).is_some_and(|path| source_tree::root().join(path).is_file()));
    none("no page", lost.map(|rule| rule.url()).collect());
}

#[test]
fn no_file_is_too_long() {
    let code = |text: &str| text.lines().take_while(|line| *line != "#[cfg(test)]").count();
    let is_test = |path: &str| path.ends_with("/tests.rs") || path.contains("/tests/");
    let may_be_long = |path: &str| is_test(path) || LONG.contains(&path);
    let long = sources().into_iter().filter(|(path, text)| code(text) > LINES && !may_be_long(path));
    none("too long", long.map(|(path, text)| format!("{path}: {} lines", code(&text))).collect());
}

#[test]
fn data_tables_are_sorted_and_unique() {
    for (path, text) in source_tree::files(&source_tree::root().join("analyzer/data"), "tsv") {
        let keys: Vec<String> = text
            .lines()
            .filter(|line| !line.starts_with('#'))
            .map(|line| line.split('\t').next().unwrap_or_default().to_ascii_lowercase())
            .collect();
        for pair in keys.windows(2) {
            assert!(pair[0] < pair[1], "{}: `{}` before `{}`", source_tree::display(&path), pair[0], pair[1]);
        }
    }
}
