//! What it finds, why, and its tests: `redundant_resource.md`.

use crate::aws::pattern::Syntax;
use crate::finding::Severity;
use crate::rules::text::pattern;
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext, redundancy};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "redundant-resource",
    group: Group::Arn,
    severity: Severity::Note,
    since: "0.1.0",
    sources: &["AA REDUNDANT_RESOURCE"],
    check: Check::Policy(check),
};

/// A resource is compared as one text, in which `*` reaches over colons and slashes: so
/// does IAM Access Analyzer in AWS's own policies.
fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    for list in site.document.statements.iter().flat_map(|statement| &statement.resources) {
        redundancy::check(list, |text| pattern(text, Syntax::Variables), report);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{Fixture, statement};

    fn found(resources: &str) -> Vec<String> {
        statement(&RULE, &format!(r#""Resource": [{resources}]"#))
    }

    #[test]
    fn one_finding_for_each_widest_pattern() {
        assert_eq!(
            found(r#""arn:aws:s3:::logs/*", "arn:aws:s3:::logs/a/*", "arn:aws:s3:::logs/b""#),
            [
                "arn:aws:s3:::logs/a/* | note: `arn:aws:s3:::logs/a/*`, `arn:aws:s3:::logs/b` are covered by `arn:aws:s3:::logs/*` in the same list"
            ]
        );
        assert_eq!(
            found(r#""arn:aws:s3:::logs", "*""#),
            ["arn:aws:s3:::logs | note: `arn:aws:s3:::logs` is covered by `*` in the same list"]
        );
        assert_eq!(found(r#""${x}", "${x}""#), ["${x} | note: `{x}` stands twice in this list"]);
        assert_eq!(found(r#""${x}/*", "${x}/a""#).len(), 1);
        assert_eq!(found(r#""arn:aws:sqs:*:queue", "arn:aws:sqs:eu-west-1:111122223333:queue""#).len(), 1);
        assert_eq!(statement(&RULE, r#""NotResource": ["arn:aws:s3:::a*", "arn:aws:s3:::ab"]"#).len(), 1);
    }

    #[test]
    fn what_is_not_covered_for_certain_stays() {
        for list in [
            r#""arn:aws:s3:::logs", "arn:aws:s3:::logs/*""#,
            r#""arn:aws:s3:::Logs", "arn:aws:s3:::logs""#,
            r#""${x}", "${y}""#,
            r#""${x}/*", "arn:aws:s3:::logs/a""#,
            r#""arn:aws:s3:::logs-${uuid}", "arn:aws:s3:::logs-${uuid}""#,
            r#""arn:aws:s3:::logs", ${x}"#,
        ] {
            assert_eq!(found(list), [""; 0], "{list}");
        }
        assert_eq!(statement(&RULE, r#""Resource": "*", "NotResource": "arn:aws:s3:::logs""#), [""; 0], "two lists");
    }

    #[test]
    fn the_fix_takes_them_out() {
        let policy = |resources: &str| format!(r#"{{"Statement": {{"Resource": [{resources}]}}}}"#);
        let fixed = |resources: &str| Fixture::new(&policy(resources)).fixed(&RULE);
        assert_eq!(
            fixed(r#""arn:aws:s3:::a/b", "arn:aws:s3:::a/*", "arn:aws:s3:::a/c""#),
            policy(r#""arn:aws:s3:::a/*""#)
        );
    }
}
