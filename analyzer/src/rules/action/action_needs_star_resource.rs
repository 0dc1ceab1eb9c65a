//! What it finds, why, and its tests: `action_needs_star_resource.md`.

use super::fit::{star_only, verdicts};
use crate::finding::Severity;
use crate::policy::model::Leaf;
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext, strings};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "action-needs-star-resource",
    group: Group::Action,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &["parliament RESOURCE_MISMATCH"],
    check: Check::Policy(check),
};

fn check(site: &PolicySite, ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    for statement in &site.document.statements {
        let actions = star_only(statement, ctx.as_of);
        let found: Vec<&Leaf> =
            actions.iter().filter(|(_, needs_star)| *needs_star).map(|(action, _)| *action).collect();
        if found.is_empty() {
            continue;
        }
        let is_alone = found.len() == actions.len();
        let is_dead = is_alone || verdicts(statement, ctx.as_of).1;
        let severity = if is_dead { Severity::Error } else { Severity::Warning };
        let help = if is_alone {
            "write `*` as the resource"
        } else {
            "give it a statement of its own with `*` as the resource"
        };
        for action in found {
            let message = format!("`{}` cannot be narrowed to a resource: it matches only `*`", action.text.display());
            let mut finding = report.leaf(action, message).severity(severity);
            for resource in strings::resources(statement).take(1) {
                finding = finding.label(resource.span, "never matches this action");
            }
            finding.help(help);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::statement;

    fn pair(action: &str, resource: &str) -> Vec<String> {
        statement(&RULE, &format!(r#""Action": ["{action}"], "Resource": ["{resource}"]"#))
    }

    const TRAIL: &str = "arn:aws:cloudtrail:*:123456789012:trail/main";

    #[test]
    fn actions_without_resource_types() {
        assert_eq!(
            pair("cloudtrail:LookupEvents", TRAIL),
            [
                "cloudtrail:LookupEvents | error: `cloudtrail:LookupEvents` cannot be narrowed to a resource: it matches only `*`"
            ]
        );
        assert_eq!(pair("cloudtrail:Describetrails", TRAIL).len(), 1);
        assert_eq!(pair("cloudtrail:ListT*", TRAIL).len(), 0, "`ListTags` takes a trail");
        assert_eq!(pair("cloudtrail:Lookup*", TRAIL).len(), 1);
        assert_eq!(pair("cloudtrail:Lookup${x}", TRAIL).len(), 1, "whatever it is, it takes none");
    }

    #[test]
    fn a_dead_statement_is_an_error_and_a_dead_action_a_warning() {
        let severity = |others: &str| {
            let members = format!(r#""Action": ["cloudtrail:LookupEvents"{others}], "Resource": "{TRAIL}""#);
            let found = statement(&RULE, &members);
            found[0].split(": ").next().unwrap().rsplit(' ').next().unwrap().to_owned()
        };
        assert_eq!(severity(r#", "cloudtrail:GetTrail""#), "warning");
        assert_eq!(severity(r#", "s3:GetObject""#), "error", "that one works on no trail either");
        assert_eq!(severity(r#", "cloudtrail:DescribeTrails""#), "error");
        assert_eq!(severity(r#", "${x}""#), "warning", "the other one may work");
    }

    #[test]
    fn a_resource_that_may_be_a_star() {
        let silent = [
            "*",
            "**",
            "${x}",
            "${x}*",
            "arn:aws:cloudtrail:*:*:*",
            "arn:aws:cloudtrail",
            "arn:aws:cloudtrail:*:*:${x}",
        ];
        for resource in silent {
            assert_eq!(pair("cloudtrail:LookupEvents", resource), [""; 0], "{resource}");
        }
        let both = format!(r#""Action": "cloudtrail:LookupEvents", "Resource": ["{TRAIL}", "*"]"#);
        assert_eq!(statement(&RULE, &both), [""; 0]);
        let not = format!(r#""Action": "cloudtrail:LookupEvents", "NotResource": "{TRAIL}""#);
        assert_eq!(statement(&RULE, &not), [""; 0]);
        let negated = format!(r#""NotAction": "cloudtrail:LookupEvents", "Resource": "{TRAIL}""#);
        assert_eq!(statement(&RULE, &negated), [""; 0]);
        let open = format!(r#""Action": "cloudtrail:LookupEvents", "Resource": ["{TRAIL}", ${{x}}]"#);
        assert_eq!(statement(&RULE, &open), [""; 0]);
    }

    #[test]
    fn what_aws_accepts_without_saying_so() {
        assert_eq!(pair("dynamodb:ListTables", "arn:aws:dynamodb:*:*:table/*"), [""; 0]);
        assert_eq!(pair("logs:DescribeLogGroups", "arn:aws:logs:*:*:log-group:*"), [""; 0]);
        assert_eq!(pair("iam:ListRoles", "arn:aws:iam::123456789012:role/*"), [""; 0]);
        assert_eq!(pair("iam:ListRoles", "arn:aws:iam::123456789012:user/*").len(), 1);
        assert_eq!(pair("ssmmessages:OpenDataChannel", "arn:aws:ssm:*:*:session/*"), [""; 0]);
    }
}
