//! Every mistake that people make around trails is shown by a rule's page, or there is a reason why not.
//! `UPDATE_EXPECT=1` writes the page that lists them.

use crosstrail_tests::{cloudtrail_mistakes, source_tree};

#[test]
fn every_mistake_is_shown() {
    assert_eq!(cloudtrail_mistakes::faults(), [""; 0]);
}

#[test]
fn the_page_lists_every_mistake() {
    let path = source_tree::root().join("docs/cloudtrail-mistakes.md");
    source_tree::expect_file(&path, &cloudtrail_mistakes::page()).unwrap();
}
