//! What it finds, why, and its tests: `invalid_version.md`.

use strsim::damerau_levenshtein;

use crate::finding::{Safety, Severity};
use crate::rules::text::may_be;
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "invalid-version",
    group: Group::Grammar,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &["AA INVALID_VERSION"],
    check: Check::Policy(check),
};

/// The current version first.
const VERSIONS: [&str; 2] = ["2012-10-17", "2008-10-17"];

/// How many letters of a version may differ from the one that it means.
const TYPO: usize = 2;

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    let Some(version) = &site.document.version else { return };
    if VERSIONS.iter().any(|valid| may_be(&version.text, valid)) {
        return;
    }
    let literal = report.is_literal(version);
    let [current, old] = VERSIONS;
    let written = version.text.display();
    let meant = if is_slip_of_old(&written) { old } else { current };
    let finding =
        report.leaf(version, format!("there is no version `{written}` of the policy language: it is `{meant}`"));
    let finding =
        finding.help(format!("the version is no date of yours: it is `{current}`, or `{old}` in old policies"));
    if literal {
        finding.replace(version.span, meant, Safety::Safe);
    }
}

/// Whether the old version was meant: policy variables are plain text in it, so that the
/// current one would change what the policy says.
fn is_slip_of_old(written: &str) -> bool {
    let [current, old] = VERSIONS.map(|version| damerau_levenshtein(written, version));
    old <= TYPO && old < current
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::Fixture;

    fn version(version: &str) -> Vec<String> {
        Fixture::new(&format!(r#"{{"Version": "{version}", "Statement": []}}"#)).shown(&RULE)
    }

    #[test]
    fn there_are_two() {
        assert_eq!(
            version("2021-10-17"),
            ["2021-10-17 | error: there is no version `2021-10-17` of the policy language: it is `2012-10-17`"]
        );
        assert_eq!(version("").len(), 1);
        assert_eq!(version("2021-${x}").len(), 1);
        for valid in ["2012-10-17", "2008-10-17", "${x}", "20${x}-17"] {
            assert_eq!(version(valid), [""; 0], "{valid}");
        }
        assert_eq!(Fixture::new(r#"{"Version": "2012-10-18"}"#).fixed(&RULE), r#"{"Version": "2012-10-17"}"#);
        assert_eq!(Fixture::new(r#"{"Version": "2008-10-7"}"#).fixed(&RULE), r#"{"Version": "2008-10-17"}"#);
        assert_eq!(Fixture::new(r#"{"Version": "2026-11-26"}"#).fixed(&RULE), r#"{"Version": "2012-10-17"}"#);
    }
}
