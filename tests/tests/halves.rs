//! Halves of grants, in every layout of accounts: what is found is what the table says.

use crosstrail_tests::halves::{LAYOUTS, ROWS, check};

/// One test for each layout, so that they run side by side.
fn all_rows_in(name: &str) {
    let layouts: Vec<_> = LAYOUTS.iter().filter(|layout| layout.name == name).collect();
    assert_eq!(layouts.len(), 1, "there is one layout `{name}`");
    let rows = ROWS.iter().flat_map(|row| layouts.iter().map(move |layout| (row, layout)));
    let failures: Vec<String> = rows.filter_map(|(row, layout)| check(row, layout).err()).collect();
    assert!(failures.is_empty(), "{}", failures.concat());
}

#[test]
fn every_layout_has_its_test() {
    assert_eq!(LAYOUTS.len(), 8);
}

#[test]
fn two_aliases_in_one_root() {
    all_rows_in("two aliases in one root");
}

#[test]
fn two_roots() {
    all_rows_in("two roots");
}

#[test]
fn two_roots_whose_region_is_a_variable() {
    all_rows_in("two roots whose region is a variable");
}

#[test]
fn modules_with_a_map_of_providers() {
    all_rows_in("modules with a map of providers");
}

#[test]
fn lists_made_of_a_map_of_accounts() {
    all_rows_in("lists made of a map of accounts");
}

#[test]
fn a_provider_for_each_account_of_a_map() {
    all_rows_in("a provider for each account of a map");
}

#[test]
fn variable_files_for_two_environments() {
    all_rows_in("variable files for two environments");
}

#[test]
fn remote_state_of_the_other_root() {
    all_rows_in("remote state of the other root");
}
