//! What it finds, why, and its tests: `redundant_action.md`.

use crate::aws::pattern::Syntax;
use crate::finding::Severity;
use crate::rules::text::pattern;
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext, redundancy};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "redundant-action",
    group: Group::Action,
    severity: Severity::Note,
    since: "0.1.0",
    sources: &["AA REDUNDANT_ACTION"],
    check: Check::Policy(check),
};

/// Letter case is irrelevant in actions.
fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    for list in site.document.statements.iter().flat_map(|statement| &statement.actions) {
        redundancy::check(list, |text| pattern(text, Syntax::Wildcards).fold_case(), report);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{Fixture, statement};

    fn found(actions: &str) -> Vec<String> {
        statement(&RULE, &format!(r#""Action": [{actions}]"#))
    }

    #[test]
    fn one_finding_for_each_widest_pattern() {
        assert_eq!(
            found(r#""s3:Get*", "s3:getobject", "s3:GetObject*", "sqs:*""#),
            ["s3:getobject | note: `s3:getobject`, `s3:GetObject*` are covered by `s3:Get*` in the same list"]
        );
        assert_eq!(found(r#""s3:GetObject", "S3:getObject""#).len(), 1);
        assert_eq!(found(r#""s3:*Object", "s3:Get*", "s3:GetObject""#).len(), 1, "two patterns cover it");
        assert_eq!(found(r#""*", "s3:${x}""#).len(), 1);
        assert_eq!(found(r#""sqs:*", "s3:Get*", "SQS:SendMessage", "s3:getobject""#).len(), 2);
        assert_eq!(found(r#""s3:*", "s3:*", "s3:Get*""#).len(), 1, "of two that are the same the first is the wider");
        assert_eq!(statement(&RULE, r#""NotAction": ["s3:*", "s3:Get*"]"#).len(), 1);
    }

    #[test]
    fn what_is_not_covered_for_certain_stays() {
        assert_eq!(found(r#""s3:Get*", "s3:Put*""#), [""; 0]);
        assert_eq!(found(r#""s3:${x}", "s3:GetObject""#), [""; 0]);
        assert_eq!(found(r#""s3:${uuid}", "s3:${uuid}""#), [""; 0]);
        assert_eq!(statement(&RULE, r#""Action": "s3:*", "NotAction": "s3:Get*""#), [""; 0], "two lists");
    }

    #[test]
    fn what_two_patterns_cover_is_said_and_taken_out_once() {
        let list = r#""s3:*Object", "s3:Get*", "s3:PutObject", "s3:GetObject", "s3:GetBucketAcl""#;
        assert_eq!(
            found(list),
            [
                "s3:PutObject | note: `s3:PutObject`, `s3:GetObject` are covered by `s3:*Object` in the same list",
                "s3:GetBucketAcl | note: `s3:GetBucketAcl` is covered by `s3:Get*` in the same list"
            ]
        );
        let fixture = Fixture::new(&format!(r#"{{"Statement": {{"Action": [{list}]}}}}"#));
        assert_eq!(fixture.fixed(&RULE), r#"{"Statement": {"Action": ["s3:*Object", "s3:Get*"]}}"#);
    }

    #[test]
    fn the_fix_takes_them_out() {
        let fixed =
            |actions: &str| Fixture::new(&format!(r#"{{"Statement": {{"Action": [{actions}]}}}}"#)).fixed(&RULE);
        let list = |actions: &str| format!(r#"{{"Statement": {{"Action": [{actions}]}}}}"#);
        assert_eq!(fixed(r#""s3:*", "s3:Get*", "sqs:*""#), list(r#""s3:*", "sqs:*""#));
        assert_eq!(fixed(r#""s3:*", "s3:Get*", "s3:Put*""#), list(r#""s3:*""#));
        assert_eq!(fixed(r#""s3:Get*", "s3:*""#), list(r#""s3:*""#));
        assert_eq!(fixed("\n  \"s3:*\",\n  \"s3:Get*\",\n  \"s3:Put*\"\n"), list("\n  \"s3:*\"\n"),);
        assert_eq!(fixed("\n  \"s3:Get*\",\n  \"s3:*\"\n"), list("\n  \"s3:*\"\n"));
        assert_eq!(fixed("\n  \"s3:*\",\n  \"s3:Get*\",\n"), list("\n  \"s3:*\",\n"), "a comma at the end stays");
    }
}
