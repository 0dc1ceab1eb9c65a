//! What it finds, why, and its tests: `unknown_action.md`.

use crate::aws::facts;
use crate::finding::{Safety, Severity};
use crate::policy::model::Leaf;
use crate::rules::text::with_wildcards;
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext, strings};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "unknown-action",
    group: Group::Action,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &["AA INVALID_ACTION", "parliament UNKNOWN_ACTION"],
    doc: include_str!("unknown_action.md"),
    check: Check::Policy(check),
};

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    for action in site.document.statements.iter().flat_map(strings::actions) {
        let pattern = with_wildcards(&action.text);
        match pattern.split_once(':') {
            Some((prefix, _)) if is_listed(prefix) && facts::expand(&pattern).next().is_none() => {
                say_unknown(action, report);
            }
            None if facts::expand(&pattern).next().is_none() => say_no_prefix(action, &pattern, report),
            Some(_) | None => {}
        }
    }
}

/// Whether the actions of that prefix are known in full. Those of services that AWS
/// has shut down are not, and a prefix that does not exist is another rule's.
fn is_listed(prefix: &str) -> bool {
    facts::service(prefix).is_some_and(|service| !service.retired)
}

fn say_unknown(action: &Leaf, report: &mut Report<'_>) {
    let shown = action.text.display();
    let Some(name) = action.text.as_known().filter(|name| !name.contains(['*', '?'])) else {
        report.leaf(action, format!("`{shown}` matches no action"));
        return;
    };
    let literal = report.is_literal(action);
    match facts::nearest_action(&name) {
        Some(meant) => {
            let finding = report.leaf(action, format!("there is no action `{shown}`; did you mean `{meant}`?"));
            if literal {
                finding.replace(action.span, meant, Safety::Unsafe);
            }
        }
        None => {
            report.leaf(action, format!("there is no action `{shown}`"));
        }
    }
}

fn say_no_prefix(action: &Leaf, name: &str, report: &mut Report<'_>) {
    let literal = report.is_literal(action);
    let mut homes = facts::same_name(name).map(|home| home.name);
    let home = homes.next().filter(|_| homes.next().is_none());
    let hint = home.map(|home| format!("; did you mean `{home}`?")).unwrap_or_default();
    let message = format!("`{}` names no service: an action is `service:Name`{hint}", action.text.display());
    let finding = report.leaf(action, message);
    if let (Some(home), true) = (home, literal) {
        finding.replace(action.span, home, Safety::Unsafe);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{Fixture, statement};

    fn action(action: &str) -> Vec<String> {
        statement(&RULE, &format!(r#""Action": ["{action}"]"#))
    }

    #[test]
    fn names_what_was_meant() {
        assert_eq!(
            action("s3:GetObjct"),
            ["s3:GetObjct | error: there is no action `s3:GetObjct`; did you mean `s3:GetObject`?"]
        );
        assert_eq!(
            action("cloudtrail:PutAuditEvents"),
            ["cloudtrail:PutAuditEvents | error: there is no action `cloudtrail:PutAuditEvents`; \
              did you mean `cloudtrail-data:PutAuditEvents`?"]
        );
        let fixture = Fixture::new(r#"{"Statement": {"NotAction": "s3:GetObjct"}}"#);
        assert_eq!(fixture.fixed(&RULE), r#"{"Statement": {"NotAction": "s3:GetObject"}}"#);
    }

    #[test]
    fn an_action_has_a_prefix() {
        assert_eq!(
            action("PutAuditEvents"),
            ["PutAuditEvents | error: `PutAuditEvents` names no service: an action is `service:Name`; \
              did you mean `cloudtrail-data:PutAuditEvents`?"]
        );
        assert_eq!(action("s3").len(), 1);
    }

    #[test]
    fn wildcards_and_holes_may_match() {
        assert_eq!(action("s3:Gett*"), ["s3:Gett* | error: `s3:Gett*` matches no action"]);
        assert_eq!(action("s3:Gett${x}"), ["s3:Gett${x} | error: `s3:Gett{x}` matches no action"]);
        let valid = [
            "s3:getobject",
            "S3:Get*",
            "*",
            "**",
            "s3:*",
            "s3:?etObject",
            "*:*",
            "s3:Get${x}",
            "${x}",
            "${x}:Foo",
            "s3${x}",
            "mobilehub:Whatever",
            "nosuchservice:Foo",
            "s3*",
        ];
        for name in valid {
            assert_eq!(action(name), [""; 0], "{name}");
        }
    }
}
