//! The page about the plugin for TFLint lists every rule. `UPDATE_EXPECT=1` writes the list.

use crosstrail_analyzer::rules::RULES;
use crosstrail_tests::{source_tree, tflint_rules};

#[test]
fn the_page_lists_every_rule() {
    let path = source_tree::root().join("docs/tflint-rules.md");
    source_tree::expect_file(&path, &tflint_rules::page()).unwrap();
}

/// TFLint knows a rule by its name alone: two codes must not become one.
#[test]
fn names_are_unique() {
    let names: std::collections::BTreeSet<String> = RULES.iter().map(|rule| tflint_rules::name(rule)).collect();
    assert_eq!(names.len(), RULES.len());
}
