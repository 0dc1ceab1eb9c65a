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
    check: Check::Policy(check),
};

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    for action in site.document.statements.iter().flat_map(strings::actions) {
        let pattern = with_wildcards(&action.text);
        match pattern.split_once(':') {
            Some((prefix, _)) if !facts::matches_any(&pattern) && is_listed(prefix) => {
                say_unknown(action, report);
            }
            None if has_no_prefix(action, &pattern) => say_no_prefix(action, &pattern, report),
            Some(_) | None => {}
        }
    }
}

/// Whether the actions of that prefix are known in full. Those of services that AWS
/// has shut down, or never described, are not, and a prefix that does not exist is another rule's.
fn is_listed(prefix: &str) -> bool {
    facts::service(prefix).is_some_and(|service| !service.retired) && facts::actions(prefix).next().is_some()
}

/// Whether `pattern`, in which no colon stands, is no action whatever its holes are. IAM
/// takes `*` alone without a prefix, and refuses `s3*`.
fn has_no_prefix(action: &Leaf, pattern: &str) -> bool {
    let is_everything = !pattern.is_empty() && pattern.bytes().all(|byte| byte == b'*');
    let may_hold_colon = !action.text.is_known() && facts::matches_any(pattern);
    !is_everything && !may_hold_colon
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
                finding.replace(action.span, meant, safety(&name, meant));
            }
        }
        None => {
            report.leaf(action, format!("there is no action `{shown}`"));
        }
    }
}

/// There is one right answer to a slip of the finger, and to a name under the prefix of a
/// sibling service. A plural is no slip: `iam:GetRoles` may have been `iam:ListRoles`.
fn safety(written: &str, meant: &str) -> Safety {
    let (written, meant) = (written.to_ascii_lowercase(), meant.to_ascii_lowercase());
    let (prefix, name) = written.split_once(':').unwrap_or_default();
    let (home, meant_name) = meant.split_once(':').unwrap_or_default();
    let is_plural = name.strip_suffix('s') == Some(meant_name) || meant_name.strip_suffix('s') == Some(name);
    let is_slip = home == prefix && !is_plural && facts::is_slip(name, meant_name);
    let is_of_sibling = name == meant_name && home.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('-'));
    if is_slip || is_of_sibling { Safety::Safe } else { Safety::Unsafe }
}

fn say_no_prefix(action: &Leaf, name: &str, report: &mut Report<'_>) {
    let literal = report.is_literal(action);
    let mut homes = facts::same_name(name).map(|home| home.name);
    let home = homes.next().filter(|_| homes.next().is_none());
    let hint = home.map(|home| format!("; did you mean `{home}`?")).unwrap_or_default();
    let message = format!("`{}` names no service: an action is `service:Name`{hint}", action.text.display());
    let finding = report.leaf(action, message);
    if let (Some(home), true) = (home, literal) {
        finding.replace(action.span, home, Safety::Safe);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::finding::Safety;
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
        assert_eq!(action("s3*"), ["s3* | error: `s3*` names no service: an action is `service:Name`"]);
        assert_eq!(action("").len(), 1);
    }

    #[test]
    fn one_right_answer_is_a_safe_fix() {
        let safety = |action: &str| {
            let fixture = Fixture::new(&format!(r#"{{"Statement": {{"Action": "{action}"}}}}"#));
            fixture.run(&RULE).first().and_then(|finding| finding.fixes.first().map(|fix| fix.safety))
        };
        for slip in ["s3:GetObjct", "s3:getobejct", "cloudtrail:PutAuditEvents", "StopLogging"] {
            assert_eq!(safety(slip), Some(Safety::Safe), "{slip}");
        }
        for guess in ["iam:GetRoles", "ec2:DescribeVpc", "cloudwatch:PutLogEvents"] {
            assert_eq!(safety(guess), Some(Safety::Unsafe), "{guess}");
        }
        assert_eq!(safety("s3:Gett*"), None);
    }

    #[test]
    fn a_wrong_action_is_one_finding_however_many_resources_there_are() {
        let resources = r#""Resource": ["arn:aws:s3:::a/*", "arn:aws:s3:::b/*"]"#;
        assert_eq!(statement(&RULE, &format!(r#""Action": "s3:GetObjct", {resources}"#)).len(), 1);
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
            "ec2-reports:*",
            "nosuchservice:Foo",
        ];
        for name in valid {
            assert_eq!(action(name), [""; 0], "{name}");
        }
    }
}
