//! What it finds, why, and its tests: `missing_principal.md`.

use super::elements::is_reported;
use super::omission::may_be_default;
use crate::finding::Severity;
use crate::policy::model::{Omission, PolicyKind, PrincipalGroup, Principals, Statement};
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "missing-principal",
    group: Group::Grammar,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &["AA MISSING_PRINCIPAL"],
    check: Check::Policy(check),
};

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    let certain = site.document.statements.iter().filter(|statement| statement.certain && statement.open.is_empty());
    for statement in certain {
        if let Some(policy) = name(site.kind)
            && statement.principals.is_empty()
            && !is_reported(&site.document, statement, "Principal")
        {
            let span = report.statement_span(statement);
            report
                .finding(span, format!("a statement of {policy} needs a principal"))
                .help("name who it is about in `Principal`");
        }
        if takes_principals(site.kind)
            && let Some(omission) = nobody(statement).filter(|omission| !may_be_default(site, omission))
        {
            let policy = name(site.kind).unwrap_or("a policy with principals");
            report
                .finding(omission.span, format!("a statement of {policy} needs a principal: `identifiers` is empty"))
                .label(statement.span, "this statement is rendered with a principal that is nobody")
                .help("name who it is about, or leave the statement out");
        }
    }
}

/// The empty `identifiers` of a statement of which no `principals` block names anyone. People
/// write such lists with a `for` and meet AWS's refusal at the apply; whoever writes an empty
/// list in JSON sees it.
fn nobody(statement: &Statement) -> Option<&Omission> {
    let is_empty =
        |group: &PrincipalGroup| group.items.is_empty() && group.possible.is_empty() && group.open.is_empty();
    let names_nobody = |principals: &Principals| {
        !principals.groups.is_empty() && principals.groups.iter().all(is_empty) && principals.open.is_empty()
    };
    let is_lost = statement.principals.iter().any(names_nobody);
    statement.omitted.iter().find(|omission| is_lost && omission.element == "identifiers")
}

/// Whether a principal has a place in the policy; where it has none, that is another rule's.
fn takes_principals(kind: PolicyKind) -> bool {
    match kind {
        PolicyKind::Trust
        | PolicyKind::Resource
        | PolicyKind::ResourceControl
        | PolicyKind::Endpoint
        | PolicyKind::Unattached => true,
        PolicyKind::Identity | PolicyKind::ServiceControl | PolicyKind::Session => false,
    }
}

/// What kinds of policy are called that cannot do without a principal.
fn name(kind: PolicyKind) -> Option<&'static str> {
    match kind {
        PolicyKind::Trust => Some("a trust policy"),
        PolicyKind::Resource => Some("a resource policy"),
        PolicyKind::ResourceControl => Some("a resource control policy"),
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
