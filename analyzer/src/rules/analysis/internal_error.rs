//! What it finds, why, and its tests: `internal_error.md`.

use crate::finding::Severity;
use crate::rules::{Check, Group, Rule};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "internal-error",
    group: Group::Analysis,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &[],
    check: Check::Engine,
};
