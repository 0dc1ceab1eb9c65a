//! What the sources have in common, whoever wrote them.

use std::path::Path;

use crosstrail_tests::source_tree;

/// The most lines that a file of code has, its tests not counted.
const LINES: usize = 600;

/// Files that may be longer.
const LONG: &[&str] = &["analyzer/src/syntax/parser.rs"];

fn sources() -> Vec<(String, String)> {
    let root = source_tree::root();
    let dirs = ["analyzer", "cli", "lsp", "tflint-plugin", "tests"].map(|dir| root.join(dir));
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
fn no_file_is_too_long() {
    let code = |text: &str| text.lines().take_while(|line| *line != "#[cfg(test)]").count();
    let long = sources().into_iter().filter(|(path, text)| code(text) > LINES && !LONG.contains(&path.as_str()));
    none("too long", long.map(|(path, text)| format!("{path}: {} lines", code(&text))).collect());
}

#[test]
fn no_place_of_one_machine_is_named() {
    // Put together here, so that this file does not hold them itself.
    let places =
        ["/wor", "/hom", "/Use", "/roo"].map(|start| format!("{start}{}", if start == "/wor" { "k/" } else { "" }));
    let tails = [("/hom", "e/"), ("/Use", "rs/"), ("/roo", "t/")];
    let full = |start: &str| tails.iter().find(|(head, _)| *head == start).map(|(head, tail)| format!("{head}{tail}"));
    let places: Vec<String> = places.iter().map(|place| full(place).unwrap_or_else(|| place.clone())).collect();
    let texts = ["rs", "md", "toml", "tsv"].into_iter().flat_map(|extension| {
        source_tree::files(&source_tree::root(), extension)
            .into_iter()
            .map(|(path, text)| (source_tree::display(&path), text))
    });
    let is_data = |path: &str| path.starts_with("tests/conformance/") || path.starts_with("analyzer/data/");
    let named = texts.filter(|(path, _)| !is_data(path)).flat_map(|(path, text)| {
        let lines = text.lines().enumerate().filter(|(_, line)| places.iter().any(|place| starts_a_path(line, place)));
        lines.map(|(number, line)| format!("{path}:{}: {}", number + 1, line.trim())).collect::<Vec<_>>()
    });
    none("a path of one machine", named.collect());
}

/// Whether `place` stands in `line` at the start of a path, not within one.
fn starts_a_path(line: &str, place: &str) -> bool {
    line.match_indices(place)
        .any(|(at, _)| !line[..at].ends_with(|before: char| before.is_alphanumeric() || "._-*/}>".contains(before)))
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

#[test]
fn the_root_is_the_repository() {
    assert!(Path::new(&source_tree::root()).join("Cargo.toml").is_file());
}
