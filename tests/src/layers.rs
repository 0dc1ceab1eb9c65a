//! Each layer of the analyzer may use only the layers named here.
//!
//! One crate compiles faster to change than ten, but Cargo then no longer
//! guards the boundaries; this table does.

use std::path::Path;

use crate::source_tree;

/// Layers, each with those that it may use (`crate::...`) beside itself. A module
/// without a row is bound by nothing: the facade and what stands behind it.
const LAYERS: &[(&str, &[&str])] = &[
    ("source", &[]),
    ("truth", &[]),
    ("cancellation", &[]),
    ("aws", &["truth"]),
    ("finding", &["source"]),
    ("config", &["source", "aws", "truth", "finding"]),
    ("syntax", &["source"]),
    ("module", &["source", "config", "syntax", "aws", "truth"]),
    ("eval", &["source", "cancellation", "config", "syntax", "module", "aws", "truth"]),
    ("plan", &["source", "config", "syntax", "module", "eval", "aws", "truth"]),
    ("policy", &["source", "config", "syntax", "module", "eval", "plan", "aws", "truth"]),
    ("iam", &["source", "config", "syntax", "module", "eval", "plan", "policy", "aws", "truth"]),
    ("cloudtrail", &["source", "config", "syntax", "module", "eval", "plan", "policy", "iam", "aws", "truth"]),
    ("access", &["source", "config", "module", "eval", "plan", "policy", "iam", "cloudtrail", "aws", "truth"]),
    (
        "rules",
        &[
            "source",
            "config",
            "module",
            "eval",
            "plan",
            "policy",
            "iam",
            "cloudtrail",
            "access",
            "aws",
            "truth",
            "cancellation",
            "finding",
        ],
    ),
    ("suppress", &["source", "syntax", "finding", "rules"]),
    ("fixes", &["source", "syntax", "finding"]),
    ("fingerprint", &["source", "module", "finding"]),
    ("baseline", &["source", "finding", "fingerprint"]),
    ("render", &["source", "finding", "fingerprint", "rules"]),
    ("inspection", &["source", "eval", "policy", "render"]),
    ("diagram", &["source", "eval", "iam", "access", "render"]),
    ("answer", &["source", "config", "module", "eval", "policy", "iam", "access", "aws", "truth", "finding", "render"]),
    (
        "ide",
        &[
            "source",
            "config",
            "syntax",
            "module",
            "eval",
            "plan",
            "policy",
            "iam",
            "cloudtrail",
            "access",
            "aws",
            "truth",
            "finding",
            "rules",
            "suppress",
            "fixes",
            "answer",
        ],
    ),
];

/// Uses of a layer by one that must not know it, as `path:line: message`. `src` is
/// the source directory of the crate. Code for tests is exempt.
#[must_use]
pub fn violations(src: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for (path, text) in source_tree::files(src, "rs") {
        let Some(layer) = layer_of(src, &path) else { continue };
        for (number, line) in code(&path, &text).enumerate() {
            for used in forbidden(layer, line) {
                let path = source_tree::display(&path);
                found.push(format!("{path}:{}: `{}` must not use `{used}`", number + 1, layer.0));
            }
        }
    }
    found
}

type Layer = (&'static str, &'static [&'static str]);

fn layer_of(src: &Path, path: &Path) -> Option<Layer> {
    let inside = path.strip_prefix(src).ok()?;
    let first = inside.iter().next()?.to_string_lossy();
    let name = first.strip_suffix(".rs").unwrap_or(&first);
    LAYERS.iter().copied().find(|(layer, _)| *layer == name)
}

/// The lines before the tests at the end of a file; none of a file that holds only tests.
fn code<'a>(path: &Path, text: &'a str) -> impl Iterator<Item = &'a str> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let is_test = name == "tests.rs" || name == "testing.rs" || path.iter().any(|part| part == "tests");
    text.lines().take_while(move |line| !is_test && *line != "#[cfg(test)]")
}

/// The layers that a line names though `layer` must not use them.
fn forbidden(layer: Layer, line: &str) -> impl Iterator<Item = &str> {
    let code = line.split("//").next().unwrap_or_default();
    code.split("crate::").skip(1).flat_map(names).filter(move |used| {
        let is_layer = LAYERS.iter().any(|(name, _)| name == used);
        is_layer && *used != layer.0 && !layer.1.contains(used)
    })
}

/// The first name of a path behind `crate::`, or those of a braced list.
fn names(path: &str) -> Vec<&str> {
    let word = |text: &str| text.find(|it: char| it != '_' && !it.is_alphanumeric()).unwrap_or(text.len());
    match path.strip_prefix('{') {
        Some(list) => list.split([',', '}']).map(str::trim).filter_map(|item| item.get(..word(item))).collect(),
        None => path.get(..word(path)).into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used(layer: &str, line: &str) -> Vec<String> {
        let layer = LAYERS.iter().copied().find(|(name, _)| *name == layer).unwrap();
        forbidden(layer, line).map(str::to_owned).collect()
    }

    #[test]
    fn finds_a_crossed_boundary() {
        assert_eq!(used("rules", "use crate::syntax::ast::Tree;"), ["syntax"]);
        assert_eq!(used("syntax", "use crate::{source::Span, eval};"), ["eval"]);
        assert_eq!(used("rules", "use crate::{policy::model, finding};"), [""; 0]);
        assert_eq!(used("policy", "//! [`crate::rules`] says it"), [""; 0]);
    }

    #[test]
    fn a_layer_uses_only_what_stands_before_it() {
        for (at, (layer, used)) in LAYERS.iter().enumerate() {
            for name in *used {
                let position = LAYERS.iter().position(|(other, _)| other == name);
                assert!(position.is_some_and(|position| position < at), "`{layer}` uses `{name}`");
            }
        }
    }
}
