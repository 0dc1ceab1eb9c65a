//! The pages of `tests/access` are what the analyzer says. `UPDATE_EXPECT=1` writes their markers and blocks.

use std::fs;

use crosstrail_tests::fixture::{Page, analyse};
use crosstrail_tests::source_tree;

#[test]
fn every_page_shows_what_is_granted() {
    let mut failures = String::new();
    for (path, text) in source_tree::files(&source_tree::root().join("tests/access"), "md") {
        let page = Page::parse(&text);
        if source_tree::updates() {
            fs::write(&path, page.updated(analyse)).unwrap();
        } else if let Err(failure) = page.check(analyse) {
            failures += &format!("{}\n{failure}\n", source_tree::display(&path));
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
}
