//! What it finds, why, and its tests: `invalid_sid.md`.

use crate::finding::{Safety, Severity};
use crate::policy::model::{Leaf, PolicyDocument, PolicyKind, Statement};
use crate::rules::text::known_parts;
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "invalid-sid",
    group: Group::Grammar,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &["AA UNSUPPORTED_SID", "AA EMPTY_SID_VALUE"],
    check: Check::Policy(check),
};

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    for statement in &site.document.statements {
        let Some(sid) = &statement.sid else { continue };
        let is_strange = |letter: &char| !letter.is_ascii_alphanumeric();
        if sid.text.is_empty() {
            say_empty(sid, statement, report);
        } else if is_of_iam(site.kind)
            && let Some(strange) = known_parts(&sid.text).find_map(|text| text.chars().find(is_strange))
        {
            say_strange(sid, strange, &site.document, report);
        }
    }
}

/// Whether the policy is one of IAM, which takes letters and digits only. Other services
/// take spaces and more.
fn is_of_iam(kind: PolicyKind) -> bool {
    match kind {
        PolicyKind::Identity | PolicyKind::Trust | PolicyKind::Session => true,
        PolicyKind::Resource
        | PolicyKind::ServiceControl
        | PolicyKind::ResourceControl
        | PolicyKind::Endpoint
        | PolicyKind::Unattached => false,
    }
}

/// An empty one in an `aws_iam_policy_document`, whose statement is the header of a block,
/// is left out of what it renders.
fn say_empty(sid: &Leaf, statement: &Statement, report: &mut Report<'_>) {
    let is_object = report.source_text(statement.span).contains('{');
    if is_object && !sid.implied && report.source_text(sid.span).trim_matches('"').is_empty() {
        report.leaf(sid, "an empty `Sid` names nothing: leave it out").severity(Severity::Note);
    }
}

fn say_strange(sid: &Leaf, strange: char, document: &PolicyDocument, report: &mut Report<'_>) {
    let written = sid.text.display();
    let message = match strange {
        ' ' => format!("IAM takes only letters and digits in a `Sid`: `{written}` has a space"),
        other => format!("IAM takes only letters and digits in a `Sid`: `{written}` has `{other}`"),
    };
    let plain = sid.text.as_known().map(|sid| without_strange(&sid)).filter(|plain| is_free(plain, document));
    let literal = report.is_literal(sid);
    let finding = report.leaf(sid, message);
    if let (Some(plain), true) = (plain, literal) {
        finding.replace(sid.span, plain, Safety::Safe);
    }
}

/// The words of a sid, put together: `Allow S3 read` is `AllowS3Read`.
fn without_strange(sid: &str) -> String {
    let words = sid.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let mut plain = String::with_capacity(sid.len());
    for word in words {
        let mut letters = word.chars();
        let first = letters.next();
        plain.extend(if plain.is_empty() { first } else { first.map(|letter| letter.to_ascii_uppercase()) });
        plain.push_str(letters.as_str());
    }
    plain
}

fn is_free(sid: &str, document: &PolicyDocument) -> bool {
    let same = |other: &Leaf| other.text.as_known().is_some_and(|other| without_strange(&other) == sid);
    let others = document.statements.iter().filter_map(|statement| statement.sid.as_ref());
    !sid.is_empty() && others.filter(|other| same(other)).count() == 1
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::policy::model::PolicyKind::{Resource, Trust, Unattached};
    use crate::rules::testing::{Fixture, statement, statement_of};

    #[test]
    fn iam_takes_letters_and_digits() {
        assert_eq!(
            statement(&RULE, r#""Sid": "Allow S3""#),
            ["Allow S3 | error: IAM takes only letters and digits in a `Sid`: `Allow S3` has a space"]
        );
        assert_eq!(statement_of(&RULE, Trust, r#""Sid": "a-b""#).len(), 1);
        assert_eq!(statement(&RULE, r#""Sid": "a_${x}""#).len(), 1);
        assert_eq!(statement(&RULE, r#""Sid": "a${x}""#), [""; 0]);
        for kind in [Resource, Unattached] {
            assert_eq!(statement_of(&RULE, kind, r#""Sid": "Enable IAM User Permissions""#), [""; 0], "{kind:?}");
        }
    }

    #[test]
    fn the_fix_keeps_the_words() {
        let fixture = Fixture::new(r#"{"Statement": [{"Sid": "allow s3-read"}]}"#);
        assert_eq!(fixture.fixed(&RULE), r#"{"Statement": [{"Sid": "allowS3Read"}]}"#);
        let taken = r#"{"Statement": [{"Sid": "a-b"}, {"Sid": "aB"}]}"#;
        assert_eq!(Fixture::new(taken).fixed(&RULE), taken);
    }

    #[test]
    fn an_empty_one_is_a_note() {
        assert_eq!(
            Fixture::of_kind(Trust, r#"{"Statement": {"Sid": ""}}"#).shown(&RULE),
            [" | note: an empty `Sid` names nothing: leave it out"]
        );
    }
}
