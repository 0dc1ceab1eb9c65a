//! The queries by which editors colour policies in heredocs know the attributes that hold policies, and the
//! extension has the version of the server that it brings.

#![allow(clippy::unwrap_used, reason = "a test that cannot read its files has failed")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const QUERIES: [&str; 4] = [
    "editors/helix/queries/hcl/injections.scm",
    "editors/neovim/queries/hcl/injections.scm",
    "editors/neovim/queries/terraform/injections.scm",
    "editors/zed/queries/injections.scm",
];

/// Attributes that hold other texts in other resource types: a query sees no type.
const AMBIGUOUS: [&str; 3] = ["content", "details", "policies"];

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join(path)).unwrap()
}

#[test]
fn the_extension_has_the_version_of_the_server() {
    for path in ["editors/vscode/package.json", "editors/vscode/package-lock.json"] {
        let package: serde_json::Value = serde_json::from_str(&read(path)).unwrap();
        assert_eq!(package["version"], env!("CARGO_PKG_VERSION"), "{path}");
    }
}

#[test]
fn the_extension_for_zed_has_it_too() {
    let expected = format!("version = \"{}\"", env!("CARGO_PKG_VERSION"));
    for path in ["editors/zed/extension.toml", "editors/zed/Cargo.toml"] {
        let text = read(path);
        assert_eq!(text.lines().find(|line| line.starts_with("version")), Some(&*expected), "{path}");
    }
}

#[test]
fn queries_name_the_attributes_that_hold_policies() {
    let sites = read("analyzer/data/sites.tsv");
    let places = sites.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split('\t').next());
    let attributes: BTreeSet<&str> = places.filter_map(|place| place.split('.').nth(1)).collect();
    let wanted: BTreeSet<&str> = attributes.into_iter().filter(|it| !AMBIGUOUS.contains(it)).collect();
    assert!(wanted.contains("assume_role_policy"));
    for path in QUERIES {
        let query = read(path);
        let (_, after) = query.split_once("#any-of? @_name").unwrap();
        let named: BTreeSet<&str> = after.split(')').next().unwrap().split('"').skip(1).step_by(2).collect();
        assert_eq!(named, wanted, "{path}");
    }
}
