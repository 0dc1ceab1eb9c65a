//! What it finds, why, and its tests: `missing_principal.md`.

use super::elements::is_reported;
use crate::finding::Severity;
use crate::policy::model::{PolicyKind, PrincipalGroup, Principals};
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "missing-principal",
    group: Group::Grammar,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &["AA MISSING_PRINCIPAL"],
    doc: include_str!("missing_principal.md"),
    check: Check::Policy(check),
};

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    let Some(policy) = name(site.kind) else { return };
    let certain = site.document.statements.iter().filter(|statement| statement.certain && statement.open.is_empty());
    for statement in certain {
        if statement.principals.is_empty() && !is_reported(&site.document, statement, "Principal") {
            let span = report.statement_span(statement);
            report
                .finding(span, format!("a statement of a {policy} needs a principal"))
                .help("name who it is about in `Principal`");
        }
        if let Some(principals) = statement.principals.iter().find(|principals| names_nobody(principals, report)) {
            let message = format!("a statement of a {policy} needs a principal: the list of `identifiers` is empty");
            report.finding(principals.key, message).help("name who it is about, or leave the statement out");
        }
    }
}

/// Whether it stands for `principals` blocks that have no identifiers. People write them
/// with lists that happen to be empty, and meet AWS's refusal at the apply; whoever
/// writes an empty list in JSON sees it.
fn names_nobody(principals: &Principals, report: &Report<'_>) -> bool {
    let is_empty =
        |group: &PrincipalGroup| group.items.is_empty() && group.possible.is_empty() && group.open.is_empty();
    let nobody = !principals.groups.is_empty() && principals.groups.iter().all(is_empty) && principals.open.is_empty();
    nobody && report.source_text(principals.key).trim_start_matches("not_").starts_with("principals")
}

/// What kinds of policy are called that cannot do without a principal.
fn name(kind: PolicyKind) -> Option<&'static str> {
    match kind {
        PolicyKind::Trust => Some("trust policy"),
        PolicyKind::Resource => Some("resource policy"),
        PolicyKind::ResourceControl => Some("resource control policy"),
        PolicyKind::Identity
        | PolicyKind::ServiceControl
        | PolicyKind::Session
        | PolicyKind::Endpoint
        | PolicyKind::Unattached => None,
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::policy::model::PolicyKind::{Endpoint, Identity, Resource, Trust, Unattached};
    use crate::rules::testing::statement_of;

    #[test]
    fn where_a_principal_is_needed() {
        let members = r#""Effect": "Allow", "Action": "s3:GetObject""#;
        let found = statement_of(&RULE, Resource, members);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].ends_with("| error: a statement of a resource policy needs a principal"), "{found:?}");
        assert_eq!(statement_of(&RULE, Trust, members).len(), 1);
        for kind in [Identity, Endpoint, Unattached] {
            assert_eq!(statement_of(&RULE, kind, members), [""; 0], "{kind:?}");
        }
    }

    #[test]
    fn marks_one_line_of_a_long_statement() {
        let found = statement_of(&RULE, Trust, "\"Effect\": \"Allow\",\n\"Action\": \"sts:AssumeRole\"");
        assert_eq!(found, ["Allow | error: a statement of a trust policy needs a principal"]);
    }

    #[test]
    fn either_form_and_any_unknown_will_do() {
        for members in [r#""Principal": "*""#, r#""NotPrincipal": {"AWS": "1"}"#, r#""Principal": ${x}"#] {
            assert_eq!(statement_of(&RULE, Resource, members), [""; 0], "{members}");
        }
    }
}
