//! The pages of the rules are what the analyzer says. `UPDATE_EXPECT=1` writes their markers and fixed files.

use std::fs;

use crosstrail_tests::fixture::{Page, analyse};
use crosstrail_tests::source_tree;

#[test]
fn every_page_shows_what_is_found() {
    check("analyzer/src/rules");
}

/// What AWS's documentation sets up, of which nothing is to be said.
#[test]
fn set_ups_of_the_documentation() {
    check("tests/setups");
}

/// Compares what is found in the examples of the pages in `directory` with their marks.
#[allow(clippy::expect_used, reason = "a test that cannot write its pages has to fail")]
fn check(directory: &str) {
    let mut failures = String::new();
    for (path, text) in source_tree::files(&source_tree::root().join(directory), "md") {
        let page = Page::parse(&text);
        if source_tree::updates() {
            fs::write(&path, page.updated(analyse)).expect("a page can be written");
        } else if let Err(failure) = page.check(analyse) {
            failures += &format!("{}\n{failure}\n", source_tree::display(&path));
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
}
