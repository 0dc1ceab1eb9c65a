//! What dist (`dist-workspace.toml`) packs is what the release has: its version and its targets.

use std::collections::BTreeSet;
use std::fs;

use crosstrail_tests::source_tree;

fn read(path: &str) -> String {
    fs::read_to_string(source_tree::root().join(path)).unwrap_or_default()
}

/// What stands behind `start` in the lines of `text` that start so, without quotes and commas.
fn behind(text: &str, start: &str) -> BTreeSet<String> {
    let rest = text.lines().filter_map(|line| line.trim().strip_prefix(start));
    rest.map(|rest| rest.trim_matches(['"', ',', ' ']).to_owned()).collect()
}

#[test]
fn dist_has_the_version_of_the_workspace() {
    let versions = behind(&read("ci/dist/dist.toml"), "version = ");
    assert_eq!(versions, BTreeSet::from([env!("CARGO_PKG_VERSION").to_owned()]));
}

#[test]
fn dist_has_the_targets_of_the_release() {
    let workspace = read("dist-workspace.toml");
    let listed = workspace.split("targets = [").nth(1).and_then(|rest| rest.split(']').next()).unwrap_or_default();
    let released = behind(&read(".github/workflows/release.yml"), "- target: ");
    assert_eq!(behind(listed, "\""), released);
    assert!(!released.is_empty());
}
