//! The rules as the host knows them.

use crosstrail_analyzer::finding::Severity;
use crosstrail_analyzer::rules::{RULES, Rule};

use crate::wire;

/// The name of the plugin.
pub(crate) const PLUGIN: &str = "crosstrail";

/// What the name of every rule starts with: names are unique among all plugins.
const PREFIX: &str = "crosstrail_";

/// The name of `rule`.
#[must_use]
pub fn name(rule: &Rule) -> String {
    name_of_code(rule.code)
}

/// The name of the rule that is called `code` elsewhere.
#[must_use]
pub fn name_of_code(code: &str) -> String {
    format!("{PREFIX}{}", code.replace('-', "_"))
}

/// How bad it is, as the host has it.
#[must_use]
pub(crate) fn severity(severity: Severity) -> wire::Severity {
    match severity {
        Severity::Error => wire::Severity::Error,
        Severity::Warning => wire::Severity::Warning,
        Severity::Note => wire::Severity::Notice,
    }
}

/// Whether `name` is that of a rule of this plugin.
#[must_use]
pub(crate) fn is_own(name: &str) -> bool {
    RULES.iter().any(|rule| self::name(rule) == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_page() {
        assert!(RULES.iter().all(|rule| crosstrail_tests::tflint_rules::name(rule) == name(rule)));
        assert!(is_own("crosstrail_unknown_action") && !is_own("crosstrail_x") && !is_own("unknown_action"));
    }
}
