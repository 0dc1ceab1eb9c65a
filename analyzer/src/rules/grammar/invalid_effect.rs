//! What it finds, why, and its tests: `invalid_effect.md`.

use crate::finding::{Safety, Severity};
use crate::policy::model::Leaf;
use crate::rules::text::may_be;
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "invalid-effect",
    group: Group::Grammar,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &["AA INVALID_EFFECT"],
    doc: include_str!("invalid_effect.md"),
    check: Check::Policy(check),
};

const EFFECTS: [&str; 2] = ["Allow", "Deny"];

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    for statement in &site.document.statements {
        if let Some(effect) = &statement.effect
            && !EFFECTS.iter().any(|valid| may_be(&effect.text, valid))
        {
            say(effect, report);
        }
    }
}

fn say(effect: &Leaf, report: &mut Report<'_>) {
    let written = effect.text.display();
    let meant = EFFECTS.into_iter().find(|valid| valid.eq_ignore_ascii_case(&written));
    let message = match meant {
        Some(meant) => format!("`{written}` is no effect: letter case counts, it is `{meant}`"),
        None => format!("`{written}` is no effect: it is `Allow` or `Deny`"),
    };
    let literal = report.is_literal(effect);
    let finding = report.leaf(effect, message);
    if let (Some(meant), true) = (meant, literal) {
        finding.replace(effect.span, meant, Safety::Safe);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{Fixture, statement};

    #[test]
    fn letter_case_counts() {
        assert_eq!(
            statement(&RULE, r#""Effect": "allow""#),
            ["allow | error: `allow` is no effect: letter case counts, it is `Allow`"]
        );
        assert_eq!(
            Fixture::new(r#"{"Statement": {"Effect": "DENY"}}"#).fixed(&RULE),
            r#"{"Statement": {"Effect": "Deny"}}"#
        );
    }

    #[test]
    fn only_what_no_value_can_mend_is_reported() {
        assert_eq!(statement(&RULE, r#""Effect": "Permit""#).len(), 1);
        assert_eq!(statement(&RULE, r#""Effect": "X${e}""#).len(), 1);
        for effect in ["Allow", "Deny", "${e}", "A${e}", "${e}y"] {
            assert_eq!(statement(&RULE, &format!(r#""Effect": "{effect}""#)), [""; 0], "{effect}");
        }
    }
}
