//! The index of rules is what its files make of it. `UPDATE_EXPECT=1` writes it.

use std::collections::BTreeSet;
use std::fs;

use crosstrail_analyzer::rules::{Check, RULES};
use crosstrail_tests::fixture::{Page, Section};
use crosstrail_tests::{rule_index, source_tree};

#[test]
fn the_modules_and_the_table_name_every_rule() {
    let rules = source_tree::root().join("analyzer/src/rules");
    let path = rules.join("mod.rs");
    let text = fs::read_to_string(&path).unwrap();
    let generated = rule_index::module(&text, &rules).expect("the region of the index is there");
    source_tree::expect_file(&path, &generated).unwrap();
    let path = rules.join("pages.rs");
    let text = fs::read_to_string(&path).unwrap();
    let generated = rule_index::pages(&text, &rules).expect("the region of the index is there");
    source_tree::expect_file(&path, &generated).unwrap();
}

#[test]
fn the_readme_lists_every_rule() {
    let path = source_tree::root().join("analyzer/src/rules/README.md");
    source_tree::expect_file(&path, &rule_index::readme()).unwrap();
}

#[test]
fn codes_are_unique_and_speakable() {
    let mut seen = BTreeSet::new();
    for rule in RULES {
        assert!(seen.insert(rule.code), "`{}` stands twice", rule.code);
        let plain =
            rule.code.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-');
        assert!(plain && !rule.code.starts_with("no-"), "{}", rule.code);
    }
}

#[test]
fn every_page_says_what_and_why() {
    for rule in RULES {
        assert!(rule.doc().starts_with(&format!("# {}\n\n", rule.code)), "{}: the title is the code", rule.code);
        assert!(rule.summary().ends_with('.'), "{}: the first paragraph is a sentence", rule.code);
        assert!(rule.doc().contains("\n## Why\n\n"), "{}: a section says why", rule.code);
    }
}

#[test]
fn every_page_shows_the_fault_its_absence_and_the_unknown() {
    for rule in RULES.iter().filter(|rule| !matches!(rule.check, Check::Engine)) {
        let page = Page::parse(rule.doc());
        let bad: Vec<&Section> = page.sections().iter().filter(|it| it.codes().contains(rule.code)).collect();
        let notations: BTreeSet<_> = bad.iter().filter_map(|section| section.notation()).collect();
        let has_policies = page.sections().iter().any(|section| section.notation().is_some());
        assert!(
            notations.len() >= 2 || !has_policies && !bad.is_empty(),
            "{}: examples with the fault, if there are policies in them in two ways: {notations:?}",
            rule.code
        );
        let (unknown, good): (Vec<&Section>, Vec<&Section>) =
            page.sections().iter().filter(|section| section.codes().is_empty()).partition(|it| is_unknown(it));
        assert!(!good.is_empty(), "{}: an example without the fault", rule.code);
        assert!(!unknown.is_empty(), "{}: an example where the decisive value is not known", rule.code);
    }
}

fn is_unknown(section: &Section) -> bool {
    let heading = section.title.rsplit(" - ").next().unwrap_or_default().to_lowercase();
    ["unknown", "not known"].iter().any(|words| heading.contains(words))
}
