//! The recorded answers of HashiCorp's parser: what it accepts, and the trees it makes.

use crosstrail_analyzer::source::SourceMap;
use crosstrail_analyzer::syntax::parse_hcl;
use serde_json::Value;

use crate::notation::{self, Dedent};

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

/// Texts and the trees that HashiCorp's parser (hcl 2.23.0) makes of them, in
/// [`crate::notation`]; no tree where it refuses the text.
const TREES: &str = include_str!("../../../tests/conformance/hcl-trees.jsonl");

#[test]
fn makes_the_trees_of_the_reference() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in TREES.lines() {
        let recorded: Value = serde_json::from_str(line).unwrap();
        let source = recorded["source"].as_str().unwrap();
        let tree = parse_hcl(SourceMap::default().add("main.tf", source), source);
        let ours = tree.errors.is_empty().then(|| notation::body(&tree.body, Dedent::Exact));
        if ours.as_deref() != recorded["tree"].as_str() {
            wrong.push(format!("{source:?}\n  {ours:?}\n  {}\n  {:?}", recorded["tree"], tree.errors));
        }
        count += 1;
    }
    assert!(count > 800, "{count}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
