//! The checks of other tools for CloudTrail, each with the rule that finds the same or with why none
//! does: `docs/cloudtrail-checks.md`.
//!
//! A rule says which checks it has in its `sources`: `checkov CKV_AWS_35`, `trivy AVD-AWS-0015`.

use std::fmt::Write as _;

use crosstrail_analyzer::rules::{Group, RULES, Rule};

use crate::rule_index;

const CHECKS: &str = include_str!("../data/cloudtrail-checks.tsv");

/// The tools, as the sources of rules and the headings of the page name them.
const TOOLS: [(&str, &str); 2] = [("checkov", "Checkov"), ("trivy", "Trivy")];

/// A check of another tool.
struct Check {
    name: &'static str,
    finds: &'static str,
    /// Why no rule has it; empty if one does.
    reason: &'static str,
}

/// What is wrong with the table or with the sources of the rules: one line for each.
#[must_use]
pub fn faults() -> Vec<String> {
    let mut faults = Vec::new();
    let is_of_tool = |source: &&&str| TOOLS.iter().any(|(tool, _)| source.starts_with(&format!("{tool} ")));
    for rule in RULES.iter().filter(|rule| rule.group == Group::Posture) {
        for source in rule.sources.iter().filter(is_of_tool) {
            if !checks().any(|check| check.name == *source) {
                faults.push(format!("`{}` names the check `{source}`, which is not in the table", rule.code));
            }
        }
    }
    for check in checks() {
        let has_rule = rules(check.name).next().is_some();
        if has_rule != check.reason.is_empty() {
            faults.push(format!("{} has either a rule or a reason", check.name));
        }
    }
    let names: Vec<&str> = checks().map(|check| check.name).collect();
    if !names.is_sorted_by(|a, b| a < b) {
        faults.push("cloudtrail-checks.tsv is not sorted, or has a check twice".to_owned());
    }
    faults
}

/// `docs/cloudtrail-checks.md`.
#[must_use]
pub fn page() -> String {
    let mut page = String::from(
        "# Checks of other tools for CloudTrail\n\n\
         Written by `UPDATE_EXPECT=1 cargo test -p crosstrail-tests`; do not edit.\n\n\
         [Checkov](https://www.checkov.io/) and [Trivy](https://trivy.dev/) look at trails that work and could do more.\n\
         The rules of the group `posture` find the same.\n\
         They do not run unless they are asked for: `posture = \"note\"` below `[rules]` in `crosstrail.toml`, or `--select posture`.\n",
    );
    for (tool, heading) in TOOLS {
        let _infallible = write!(page, "\n## {heading}\n\n| check | what it finds | rule |\n|---|---|---|\n");
        for check in checks() {
            let Some(code) = check.name.strip_prefix(tool) else { continue };
            let _infallible = writeln!(page, "| `{}` | {} | {} |", code.trim_start(), check.finds, check.answer());
        }
    }
    page
}

impl Check {
    fn answer(&self) -> String {
        let links: Vec<String> = rules(self.name)
            .map(|rule| format!("[`{}`](../analyzer/src/rules/{})", rule.code, rule_index::page(rule)))
            .collect();
        if links.is_empty() { self.reason.to_owned() } else { links.join(", ") }
    }
}

fn rules(check: &str) -> impl Iterator<Item = &'static Rule> {
    RULES.iter().copied().filter(move |rule| rule.sources.contains(&check))
}

fn checks() -> impl Iterator<Item = Check> {
    CHECKS.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let mut fields = line.split('\t');
        let [name, finds, reason] = std::array::from_fn(|_| fields.next().unwrap_or_default());
        Check { name, finds, reason }
    })
}
