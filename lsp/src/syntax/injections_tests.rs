//! The queries that editors are given colour what this server takes for JSON.

#![allow(clippy::unwrap_used, reason = "a test that cannot read its files has failed")]

use std::fs;
use std::path::Path;

use tree_sitter::{Query, QueryCursor, StreamingIterator};

use super::tree::Trees;

const QUERIES: [&str; 4] = [
    "helix/queries/hcl/injections.scm",
    "neovim/queries/hcl/injections.scm",
    "neovim/queries/terraform/injections.scm",
    "zed/queries/injections.scm",
];

const TEXT: &str = "# a comment\nresource \"aws_iam_role\" \"r\" {\n  assume_role_policy = <<E\n{\"Statement\": \
                    [\"${var.x}\"]}\nE\n  user_data = <<E\n{\"not\": \"one\"}\nE\n  inline_policy {\n    policy = <<-E\n      \
                    {}\n    E\n  }\n}\n";

/// What a query takes for JSON in `TEXT`.
fn json(path: &str) -> Vec<&'static str> {
    let editors = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("editors");
    let query =
        Query::new(&tree_sitter_hcl::LANGUAGE.into(), &fs::read_to_string(editors.join(path)).unwrap()).unwrap();
    let content = query.capture_index_for_name("injection.content").unwrap();
    let trees = Trees::parse(&TEXT.into(), false).unwrap();
    let mut cursor = QueryCursor::new();
    let mut matches = cursor.matches(&query, trees.outer.root_node(), TEXT.as_bytes());
    let mut found = Vec::new();
    while let Some(matched) = matches.next() {
        let settings = query.property_settings(matched.pattern_index);
        if settings.iter().any(|it| &*it.key == "injection.language" && it.value.as_deref() == Some("json")) {
            assert!(settings.iter().any(|it| &*it.key == "injection.combined"), "{path}: a text with holes is one");
            found.extend(matched.nodes_for_capture_index(content).map(|node| TEXT.get(node.byte_range()).unwrap()));
        }
    }
    found
}

#[test]
fn policies_in_heredocs_are_json() {
    for path in QUERIES {
        let found = json(path);
        assert_eq!(
            found.concat().split_whitespace().collect::<String>(),
            "{\"Statement\":[\"\"]}{}",
            "{path}: {found:?}"
        );
    }
}
