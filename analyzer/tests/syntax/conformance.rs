//! Every snippet of the conformance suite is accepted or refused as HashiCorp's parser does.

use crosstrail_analyzer::source::SourceMap;
use crosstrail_analyzer::syntax::parse_hcl;
use serde_json::Value;

const SNIPPETS: &str = include_str!("../../../tests/conformance/hcl-syntax.jsonl");

#[test]
fn accepts_what_the_reference_accepts() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in SNIPPETS.lines() {
        let snippet: Value = serde_json::from_str(line).unwrap();
        let source = snippet["source"].as_str().unwrap();
        let file = SourceMap::default().add("main.tf", source);
        let tree = parse_hcl(file, source);
        if tree.errors.is_empty() != snippet["accept"].as_bool().unwrap() {
            wrong.push(format!("{}: {source:?}: {:?}", snippet["name"], tree.errors));
        }
        count += 1;
    }
    assert_eq!(count, 321);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
