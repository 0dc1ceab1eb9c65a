//! How many findings there are of each rule.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::finding::{Finding, Severity};

/// The findings of one rule with one severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// The rule.
    pub code: &'static str,
    /// How bad they are.
    pub severity: Severity,
    /// How many.
    pub count: usize,
}

/// The rules of `findings`, those with the most first.
#[must_use]
pub fn counts(findings: &[Finding]) -> Vec<Count> {
    let mut by_rule: BTreeMap<(&'static str, Severity), usize> = BTreeMap::new();
    for finding in findings {
        *by_rule.entry((finding.code, finding.severity)).or_default() += 1;
    }
    let count = |((code, severity), count)| Count { code, severity, count };
    let mut counts: Vec<Count> = by_rule.into_iter().map(count).collect();
    counts.sort_by_key(|it| std::cmp::Reverse(it.count));
    counts
}

/// One line for each rule, the numbers below each other.
#[must_use]
pub fn render(findings: &[Finding]) -> String {
    let counts = counts(findings);
    let width = counts.first().map_or(0, |first| first.count.to_string().len());
    let line = |it: &Count| format!("{:width$}  {:7}  {}\n", it.count, super::severity(it.severity), it.code);
    counts.iter().map(line).collect()
}

#[derive(Serialize)]
struct Document {
    version: u32,
    statistics: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    code: &'static str,
    severity: &'static str,
    count: usize,
}

/// One JSON document with a line feed behind it.
#[must_use]
pub fn render_json(findings: &[Finding]) -> String {
    let row = |it: Count| Row { code: it.code, severity: super::severity(it.severity), count: it.count };
    let statistics = counts(findings).into_iter().map(row).collect();
    super::json::document(&Document { version: super::json::VERSION, statistics })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::sample;

    fn many() -> Vec<Finding> {
        let sample = sample::trust();
        let mut findings = vec![sample.findings[1].clone(); 11];
        findings.extend(sample.findings);
        findings
    }

    #[test]
    fn the_most_frequent_comes_first() {
        assert_eq!(render(&many()), "12  note     odd-name\n 1  error    wildcard-trust\n");
        assert_eq!(render(&[]), "");
    }

    #[test]
    fn for_programs() {
        let output: serde_json::Value = serde_json::from_str(&render_json(&many())).unwrap();
        let expected = serde_json::json!({
            "version": 1,
            "statistics": [
                {"code": "odd-name", "severity": "note", "count": 12},
                {"code": "wildcard-trust", "severity": "error", "count": 1}
            ]
        });
        assert_eq!(output, expected);
    }
}
