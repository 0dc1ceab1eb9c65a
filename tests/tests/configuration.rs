//! The schema and the documentation of `crosstrail.toml` say what is read, and no more.

use crosstrail_analyzer::config::{self, Configuration, ConfigurationPlace, FILE_NAME};
use crosstrail_analyzer::rules::{Group, RULES};
use crosstrail_tests::source_tree;

#[test]
fn the_schema_is_that_of_what_is_read() {
    let rules = RULES.iter().map(|rule| rule.code).chain(Group::ALL.iter().map(|group| group.name()));
    let schema = config::schema(&rules.collect::<Vec<_>>());
    let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
    source_tree::expect_file(&source_tree::root().join("docs/schema/crosstrail.schema.json"), &text).unwrap();
}

const PAGE: &str = include_str!("../../docs/configuration.md");

#[test]
fn the_page_names_every_key() {
    let last = |key: &String| key.rsplit('.').next().unwrap().to_owned();
    let missing: Vec<String> =
        config::keys().into_iter().filter(|key| !PAGE.contains(&format!("`{}`", last(key)))).collect();
    assert_eq!(missing, [""; 0], "keys that docs/configuration.md does not name");
}

#[test]
fn what_the_page_shows_is_right() {
    let blocks: Vec<&str> =
        PAGE.split("```toml\n").skip(1).filter_map(|rest| rest.split_once("```")).map(|(block, _)| block).collect();
    assert!(blocks.len() > 5, "the page has examples");
    for block in blocks {
        // What an example refers to may be declared in another.
        let accounts = "[accounts]\nmanagement = {}\nlog-archive = {}\nproduction = {}\ntest = {}\n";
        let text = if block.contains("[accounts") { block.to_owned() } else { format!("{block}\n{accounts}") };
        let (_, errors) = Configuration::read(ConfigurationPlace::new(FILE_NAME), &text);
        assert_eq!(errors, [], "{block}");
    }
}
