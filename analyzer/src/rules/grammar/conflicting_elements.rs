//! What it finds, why, and its tests: `conflicting_elements.md`.

use super::elements::{principals_stand, strings_stand};
use crate::finding::Severity;
use crate::policy::model::{Statement, Strings};
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext};
use crate::source::Span;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "conflicting-elements",
    group: Group::Grammar,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &["AA UNSUPPORTED_ELEMENT_COMBINATION"],
    check: Check::Policy(check),
};

/// An element that stands in a statement: its key, and whether it is the `Not` form.
type Element = (Span, bool);

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    for statement in &site.document.statements {
        for (name, elements) in elements(statement) {
            say(name, &elements, report);
        }
    }
}

fn elements(statement: &Statement) -> [(&'static str, Vec<Element>); 3] {
    let strings =
        |list: &[Strings]| list.iter().filter(|it| strings_stand(it)).map(|it| (it.key, it.negated)).collect();
    let principals = statement.principals.iter().filter(|it| principals_stand(it));
    let principals = principals.map(|it| (it.key, it.negated)).collect();
    [("Principal", principals), ("Action", strings(&statement.actions)), ("Resource", strings(&statement.resources))]
}

fn say(name: &str, elements: &[Element], report: &mut Report<'_>) {
    let Some((first, negated)) = elements.first() else { return };
    let Some((second, _)) = elements.iter().find(|(_, other)| other != negated) else { return };
    report
        .finding(*second, format!("a statement has either `{name}` or `Not{name}`, not both"))
        .label(*first, "the other one stands here");
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::statement;

    #[test]
    fn one_of_the_two_is_too_much() {
        for name in ["Action", "Resource", "Principal"] {
            let value = if name == "Principal" { r#"{"AWS": "*"}"# } else { r#""*""# };
            let found = statement(&RULE, &format!(r#""Not{name}": {value}, "{name}": {value}"#));
            assert_eq!(found, [format!("{name} | error: a statement has either `{name}` or `Not{name}`, not both")]);
        }
    }

    #[test]
    fn one_alone_is_fine() {
        assert_eq!(statement(&RULE, r#""Action": "s3:*", "NotResource": "*", "NotPrincipal": "*""#), [""; 0]);
        assert_eq!(statement(&RULE, r#""Action": "s3:*", "Not${x}": "*""#), [""; 0]);
    }
}
