//! What it finds, why, and its tests: `unknown_service.md`.

use crate::aws::facts;
use crate::finding::{Safety, Severity};
use crate::policy::model::Leaf;
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext, strings};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "unknown-service",
    group: Group::Action,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &["AA INVALID_SERVICE_IN_ACTION"],
    doc: include_str!("unknown_service.md"),
    check: Check::Policy(check),
};

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    for action in site.document.statements.iter().flat_map(strings::actions) {
        // What stands before the first hole: a prefix is known only if its colon is.
        let start = action.text.known_prefix();
        if let Some((prefix, _)) = start.split_once(':')
            && !prefix.contains(['*', '?'])
            && facts::service(prefix).is_none()
        {
            say(action, prefix, report);
        }
    }
}

fn say(action: &Leaf, prefix: &str, report: &mut Report<'_>) {
    let written = action.text.as_known();
    let meant = written.as_deref().and_then(facts::nearest_action);
    // An action of another name is no more than a guess on top of a guess.
    let same_name = |meant: &&str| name(meant).eq_ignore_ascii_case(name(written.as_deref().unwrap_or_default()));
    let meant_prefix = meant.filter(same_name).and_then(|meant| Some(meant.split_once(':')?.0));
    let nearest = meant_prefix.or_else(|| facts::nearest_service(prefix));
    let span = action.text.span_of(0..prefix.len());
    let replaceable = span.filter(|span| report.source_text(*span) == prefix);
    let hint = nearest.map(|nearest| format!("; did you mean `{nearest}`?")).unwrap_or_default();
    let finding = report.leaf_range(
        action,
        0..prefix.len(),
        format!("there is no service `{prefix}` in `{}`{hint}", action.text.display()),
    );
    if let (Some(span), Some(nearest)) = (replaceable, nearest) {
        finding.replace(span, nearest, Safety::Unsafe);
    }
}

fn name(action: &str) -> &str {
    action.split_once(':').map_or(action, |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{Fixture, statement};

    fn action(action: &str) -> Vec<String> {
        statement(&RULE, &format!(r#""Action": ["{action}"]"#))
    }

    #[test]
    fn marks_the_prefix() {
        assert_eq!(
            action("cloudtrial:StopLogging"),
            [
                "cloudtrial | error: there is no service `cloudtrial` in `cloudtrial:StopLogging`; did you mean `cloudtrail`?"
            ]
        );
        let fixture = Fixture::new(r#"{"Statement": {"NotAction": "cloudtrial:Stop*"}}"#);
        assert_eq!(fixture.fixed(&RULE), r#"{"Statement": {"NotAction": "cloudtrail:Stop*"}}"#);
        assert_eq!(action("cloudtrial:${x}").len(), 1, "the prefix is known");
    }

    #[test]
    fn what_may_exist_is_silent() {
        for name in ["S3:GetObject", "*", "*:*", "s*:Get", "${x}:Get", "clou${x}:Get", "cloudtrial${x}", "mobilehub:X"]
        {
            assert_eq!(action(name), [""; 0], "{name}");
        }
    }
}
