//! What it finds, why, and its tests: `unused_suppression.md`.

use crate::finding::Severity;
use crate::rules::{Check, Group, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "unused-suppression",
    group: Group::Analysis,
    severity: Severity::Note,
    since: "0.1.0",
    sources: &[],
    check: Check::Engine,
};
