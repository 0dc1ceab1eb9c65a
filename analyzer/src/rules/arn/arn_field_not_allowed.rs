//! What it finds, why, and its tests: `arn_field_not_allowed.md`.

use std::ops::Range;

use super::place::{self, Excess};
use crate::finding::{Edit, Fix, Safety, Severity};
use crate::policy::model::Leaf;
use crate::rules::arn_fields::{self, ACCOUNT, Field, REGION};
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext, strings};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "arn-field-not-allowed",
    group: Group::Arn,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &["AA ARN_ACCOUNT_NOT_ALLOWED", "AA ARN_REGION_NOT_ALLOWED"],
    check: Check::Policy(check),
};

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    for leaf in strings::arns(&site.document) {
        let fields = arn_fields::arn(&leaf.text).unwrap_or_default();
        if let (Some(excess), Some(region), Some(account)) =
            (place::excess(&fields), fields.get(REGION), fields.get(ACCOUNT))
        {
            say(leaf, &excess, region, account, report);
        }
    }
}

fn say(leaf: &Leaf, excess: &Excess, region: &Field, account: &Field, report: &mut Report<'_>) {
    let fields = [(excess.region, region), (excess.account, account)];
    let given: Vec<&Field> = fields.into_iter().filter(|(is_given, _)| *is_given).map(|(_, field)| field).collect();
    let name = match (excess.region, excess.account) {
        (true, true) => "region and no account",
        (false, true) => "account",
        (true | false, false) => "region",
    };
    let message = format!("{} has no {name}: `{}`", excess.subject, leaf.text.display());
    let edits: Option<Vec<Edit>> = given.iter().map(|field| removal(leaf, field, report)).collect();
    let mut finding = report.leaf_range(leaf, range(&given), message);
    if excess.account {
        finding = finding
            .help("leave the field empty; a condition on `aws:ResourceAccount` says whose resource it has to be");
    }
    if let Some(edits) = edits {
        // Without its account the ARN may name what somebody else owns.
        let safety = if excess.account { Safety::Unsafe } else { Safety::Safe };
        finding.fix(Fix { title: "leave the field empty".to_owned(), safety, edits });
    }
}

/// From the first field to the last; nothing if one of them is a hole, which has no length.
fn range(fields: &[&Field]) -> Range<usize> {
    match fields {
        [first, .., last] if !fields.iter().any(|field| field.holes) => first.range.start..last.range.end,
        [only] => only.range.clone(),
        _ => 0..0,
    }
}

/// Takes a field out, if it stands in the file as it reads.
fn removal(leaf: &Leaf, field: &Field, report: &Report<'_>) -> Option<Edit> {
    let span = leaf.text.span_of(field.range.clone())?;
    let is_literal = !field.holes && report.source_text(span) == field.known;
    is_literal.then(|| Edit { span, new_text: String::new() })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::policy::model::PolicyKind;
    use crate::rules::testing::{Fixture, statement, statement_of};

    fn resource(arn: &str) -> Vec<String> {
        statement(&RULE, &format!(r#""Resource": "{arn}""#))
    }

    #[test]
    fn region_or_account_too_much() {
        assert_eq!(
            resource("arn:aws:s3:eu-west-1:111122223333:logs"),
            [
                "eu-west-1:111122223333 | error: the ARN of a `bucket` of `s3` has no region and no account: `arn:aws:s3:eu-west-1:111122223333:logs`"
            ]
        );
        assert_eq!(
            resource("arn:aws:s3::111122223333:logs/*"),
            [
                "111122223333 | error: the ARN of a `bucket` or `object` of `s3` has no account: `arn:aws:s3::111122223333:logs/*`"
            ]
        );
        assert_eq!(
            resource("arn:aws:iam:eu-west-1:111122223333:role/deploy"),
            [
                "eu-west-1 | error: the ARN of a `role` of `iam` has no region: `arn:aws:iam:eu-west-1:111122223333:role/deploy`"
            ]
        );
        assert_eq!(resource("arn:aws:route53::111122223333:hostedzone/Z1").len(), 1);
        assert_eq!(resource("arn:aws:s3::${account.x}:logs/*").len(), 1, "an account is never empty");
        assert_eq!(resource("arn:aws:s3:${region.x}:${account.x}:logs/*").len(), 1);
        let principal = r#""Principal": {"AWS": "arn:aws:iam:us-east-1:111122223333:root"}"#;
        assert_eq!(statement_of(&RULE, PolicyKind::Trust, principal).len(), 1);
        let condition = r#""Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:s3:eu-west-1:111122223333:logs"}}"#;
        assert_eq!(statement(&RULE, condition).len(), 1);
    }

    #[test]
    fn what_may_have_them_is_silent() {
        let valid = [
            "arn:aws:s3:::logs/*",
            "arn:aws:s3:*:*:logs",
            "arn:aws:s3:${x}:${y}:logs",
            "arn:aws:s3:eu-west-1:111122223333:accesspoint/x",
            "arn:aws:s3:eu-west-1:111122223333:accesspoint/x/object/*",
            "arn:aws:s3::111122223333:accesspoint/x.mrap",
            "arn:aws:s3:eu-west-1:111122223333:job/1",
            "arn:aws:s3:eu-west-1:111122223333:storage-lens/x",
            "arn:aws:s3:eu-west-1:111122223333:*",
            "arn:aws:s3:eu-west-1:111122223333:${x}",
            "arn:aws:iam::111122223333:role/x",
            "arn:aws:iam::aws:policy/ReadOnlyAccess",
            "arn:aws:iam::${account.x}:role/x",
            "arn:aws:sns:eu-west-1:111122223333:topic",
            "arn:aws:organizations::111122223333:account/o-1/222233334444",
            "arn:aws:ec2:eu-west-1:111122223333:image/ami-1",
        ];
        for arn in valid {
            assert_eq!(resource(arn), [""; 0], "{arn}");
        }
    }

    #[test]
    fn the_fix_empties_the_fields() {
        let fixed = |arn: &str| Fixture::new(&format!(r#"{{"Statement": {{"Resource": "{arn}"}}}}"#)).fixed(&RULE);
        let policy = |arn: &str| format!(r#"{{"Statement": {{"Resource": "{arn}"}}}}"#);
        assert_eq!(fixed("arn:aws:s3:eu-west-1:111122223333:logs"), policy("arn:aws:s3:::logs"));
        assert_eq!(fixed("arn:aws:iam:eu-west-1:${account.x}:user/x"), policy("arn:aws:iam::${account.x}:user/x"));
        let unknown = "arn:aws:s3:eu-west-1:${account.x}:logs";
        assert_eq!(fixed(unknown), policy(unknown));
    }
}
