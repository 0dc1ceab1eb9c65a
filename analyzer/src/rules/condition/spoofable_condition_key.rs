//! What it finds, why, and its tests: `spoofable_condition_key.md`.

use super::callers::{self, Callers};
use super::meaning;
use crate::aws::facts::OperatorType;
use crate::finding::Severity;
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "spoofable-condition-key",
    group: Group::Condition,
    severity: Severity::Warning,
    since: "0.1.0",
    sources: &["AA UNTRUSTWORTHY_CONDITION_KEY"],
    check: Check::Policy(check),
};

/// Keys that hold a header of the request, which its sender writes.
///
/// Source: IAM User Guide, `reference_policies_condition-keys`: "should not be used to prevent
/// unauthorized parties from making direct AWS requests".
const HEADERS: [(&str, &str); 2] = [("aws:referer", "Referer"), ("aws:UserAgent", "User-Agent")];

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    for statement in &site.document.statements {
        // What a service sends is its own: there the key says for whom it calls.
        if matches!(callers::callers(statement), Some(Callers::Services(_))) {
            continue;
        }
        for test in meaning::tests(statement).filter(|test| test.operator.operator.ty != OperatorType::Null) {
            if let Some((_, header)) = HEADERS.iter().find(|(key, _)| *key == test.key.name) {
                let key = test.condition.key.text.display();
                let message = format!("`{key}` proves nothing: whoever sends the request writes its header `{header}`");
                report
                    .leaf(&test.condition.key, message)
                    .help("decide by what AWS itself knows of the caller or of the network");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::policy::model::PolicyKind::Resource;
    use crate::rules::testing::statement_of;

    fn found(principal: &str, condition: &str) -> Vec<String> {
        let members = format!(
            r#""Effect": "Allow", "Principal": {principal}, "Action": "s3:GetObject", "Condition": {{{condition}}}"#
        );
        statement_of(&RULE, Resource, &members)
    }

    const REFERER: &str = r#""StringLike": {"aws:Referer": "https://www.example.com/*"}"#;

    #[test]
    fn headers_of_the_request() {
        assert_eq!(
            found(r#""*""#, REFERER),
            [
                "aws:Referer | warning: `aws:Referer` proves nothing: whoever sends the request writes its header `Referer`"
            ]
        );
        assert_eq!(found(r#"{"AWS": "*"}"#, r#""StringNotEquals": {"aws:useragent": "x"}"#).len(), 1);
        assert_eq!(found(r#"{"Service": "ses.amazonaws.com", "AWS": "*"}"#, REFERER).len(), 1);
    }

    #[test]
    fn what_is_left_alone() {
        assert_eq!(found(r#"{"Service": "ses.amazonaws.com"}"#, REFERER), [""; 0]);
        assert_eq!(found(r#""*""#, r#""Null": {"aws:Referer": "true"}"#), [""; 0]);
        assert_eq!(found(r#""*""#, r#""StringLike": {"aws:${x}": "x"}"#), [""; 0]);
        assert_eq!(found(r#""*""#, r#""StringEquals": {"aws:SourceVpce": "vpce-1a2b3c4d"}"#), [""; 0]);
    }
}
