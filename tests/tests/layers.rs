//! The boundaries between the layers of the analyzer hold.

use crosstrail_tests::{layers, source_tree};

#[test]
fn no_layer_uses_one_that_it_must_not_know() {
    let violations = layers::violations(&source_tree::root().join("analyzer/src"));
    assert!(violations.is_empty(), "\n{}", violations.join("\n"));
}
