//! What it finds, why, and its tests: `invalid_effect.md`.

use strsim::damerau_levenshtein;

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
    check: Check::Policy(check),
};

const EFFECTS: [&str; 2] = ["Allow", "Deny"];

/// How many letters of a word may differ from the effect that it means. The two effects
/// have nothing in common, so that no word is near to both.
const TYPO: usize = 2;

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
    let same = EFFECTS.into_iter().find(|valid| valid.eq_ignore_ascii_case(&written));
    let near = effect.text.as_known().and_then(|effect| nearest(&effect));
    let (message, meant) = match (same, near) {
        (Some(same), _) => {
            (format!("`{written}` is no effect: letter case counts, it is `{same}`"), Some((same, Safety::Safe)))
        }
        (None, Some(near)) => {
            (format!("`{written}` is no effect; did you mean `{near}`?"), Some((near, Safety::Unsafe)))
        }
        (None, None) => (format!("`{written}` is no effect: it is `Allow` or `Deny`"), None),
    };
    let literal = report.is_literal(effect);
    let finding = report.leaf(effect, message);
    if let (Some((meant, safety)), true) = (meant, literal) {
        finding.replace(effect.span, meant, safety);
    }
}

/// The effect that a misspelt word means: `Alow`, `Denied`.
fn nearest(written: &str) -> Option<&'static str> {
    let written = written.to_ascii_lowercase();
    EFFECTS.into_iter().find(|effect| damerau_levenshtein(&written, &effect.to_ascii_lowercase()) <= TYPO)
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
    fn a_slip_has_a_guess() {
        assert_eq!(
            statement(&RULE, r#""Effect": "Alow""#),
            ["Alow | error: `Alow` is no effect; did you mean `Allow`?"]
        );
        let means = |written: &str| super::nearest(written);
        assert_eq!(
            [means("Allowed"), means("ALOW"), means("Dney"), means("Permit")],
            [Some("Allow"), Some("Allow"), Some("Deny"), None]
        );
        assert_eq!(
            statement(&RULE, r#""Effect": "Allow ""#),
            ["Allow  | error: `Allow ` is no effect; did you mean `Allow`?"]
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
