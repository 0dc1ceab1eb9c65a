//! What it finds, why, and its tests: `notprincipal_with_allow.md`.

use super::named;
use crate::finding::Severity;
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "notprincipal-with-allow",
    group: Group::Principal,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &["AA ALLOW_WITH_NOT_PRINCIPAL"],
    check: Check::Policy(check),
};

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    for statement in named::statements(site) {
        let Some(effect) = statement.effect.as_ref() else { continue };
        if effect.text.as_known().is_none_or(|effect| effect != "Allow") {
            continue;
        }
        for principals in statement.principals.iter().filter(|principals| principals.negated) {
            let mut finding = report.finding(
                principals.key,
                "`NotPrincipal` in an Allow lets everyone in but those it names, anonymous callers too",
            );
            if !effect.implied {
                finding = finding.label(effect.span, "it allows");
            }
            finding.help("name who is let in with `Principal`");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::policy::model::PolicyKind::{self, Identity, Resource, Unattached};
    use crate::rules::testing::statement_of;

    fn found(kind: PolicyKind, effect: &str, element: &str) -> Vec<String> {
        let members = format!(r#""Effect": "{effect}", "{element}": {{"AWS": "111122223333"}}"#);
        statement_of(&RULE, kind, &members)
    }

    #[test]
    fn an_allow_for_all_but_some() {
        assert_eq!(
            found(Resource, "Allow", "NotPrincipal"),
            [
                "NotPrincipal | error: `NotPrincipal` in an Allow lets everyone in but those it names, anonymous callers too"
            ]
        );
        assert_eq!(found(Unattached, "Allow", "NotPrincipal").len(), 1);
    }

    #[test]
    fn a_deny_and_what_may_be_one_are_silent() {
        assert_eq!(found(Resource, "Deny", "NotPrincipal"), [""; 0]);
        assert_eq!(found(Resource, "${x}", "NotPrincipal"), [""; 0]);
        assert_eq!(found(Resource, "Allow", "Principal"), [""; 0]);
        assert_eq!(found(Identity, "Allow", "NotPrincipal"), [""; 0], "that it has principals is said already");
    }
}
