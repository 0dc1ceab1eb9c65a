//! Every check of other tools for CloudTrail has a rule or a reason why not. `UPDATE_EXPECT=1` writes the page
//! that says so.

use crosstrail_tests::{cloudtrail_checks, source_tree};

#[test]
fn every_check_has_a_rule_or_a_reason() {
    assert_eq!(cloudtrail_checks::faults(), [""; 0]);
}

#[test]
fn the_page_lists_every_check() {
    let path = source_tree::root().join("docs/cloudtrail-checks.md");
    source_tree::expect_file(&path, &cloudtrail_checks::page()).unwrap();
}
