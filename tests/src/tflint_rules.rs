//! The rules as TFLint knows them: the table of `docs/tflint-rules.md`.

use std::fmt::Write as _;

use crosstrail_analyzer::finding::Severity;
use crosstrail_analyzer::rules::{Group, RULES, Rule, Selection};

use crate::rule_index;

/// The page, in the form that other plugins have for theirs.
#[must_use]
pub fn page() -> String {
    let mut text = String::from(
        "# Rules of the TFLint plugin\n\nWritten by `UPDATE_EXPECT=1 cargo test -p crosstrail-tests`; do not edit.\n\
         [tflint.md](tflint.md) says how to turn them on and off.\n",
    );
    let selection = Selection::default();
    for group in Group::ALL {
        let rules: Vec<_> = RULES.iter().filter(|rule| rule.group == *group).collect();
        if !rules.is_empty() {
            let _infallible = write!(
                text,
                "\n## {}\n\n| Rule | Description | Severity | Enabled by default |\n|---|---|---|:-:|\n",
                group.name()
            );
        }
        for rule in rules {
            let page = rule_index::page(rule);
            let summary = rule.summary().replace('\n', " ").replace('|', "\\|");
            let mark = if selection.severity(rule).is_some() { "✔" } else { "" };
            let (name, severity) = (name(rule), severity(rule.severity));
            let _infallible =
                writeln!(text, "| [{name}](../analyzer/src/rules/{page}) | {summary} | {severity} | {mark} |");
        }
    }
    text
}

/// What TFLint calls `rule`.
#[must_use]
pub fn name(rule: &Rule) -> String {
    format!("crosstrail_{}", rule.code.replace('-', "_"))
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "ERROR",
        Severity::Warning => "WARNING",
        Severity::Note => "NOTICE",
    }
}
