//! What it finds, why, and its tests: `action_resource_mismatch.md`.

use super::fit::{Fit, verdicts};
use crate::aws::facts::ResourceTypeFacts;
use crate::finding::Severity;
use crate::policy::model::{Leaf, PolicyKind, Statement};
use crate::rules::listing::some_of;
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext, strings};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "action-resource-mismatch",
    group: Group::Action,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &["AA UNSUPPORTED_RESOURCE_ARN_IN_POLICY", "parliament RESOURCE_MISMATCH", "cfn-lint I3510"],
    check: Check::Policy(check),
};

/// How many types or resources a finding names.
const NAMED: usize = 3;

fn check(site: &PolicySite, ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    for statement in &site.document.statements {
        let (verdicts, is_dead) = verdicts(statement, ctx.as_of);
        let severity = if is_dead || is_refused(site) { Severity::Error } else { Severity::Warning };
        for (action, fit) in verdicts {
            if let Fit::Mismatch(types) = fit {
                say(action, &types, statement, severity, report);
            }
        }
    }
}

/// Whether AWS refuses a policy with such a pair: S3 does so with a bucket's, where IAM takes it.
fn is_refused(site: &PolicySite) -> bool {
    site.kind == PolicyKind::Resource && site.site.is_some_and(|it| it.service == "s3")
}

fn say(action: &Leaf, types: &[ResourceTypeFacts], statement: &Statement, severity: Severity, report: &mut Report<'_>) {
    let message =
        format!("`{}` never matches a resource of this statement: it works on {}", action.text.display(), list(types));
    let mut finding = report.leaf(action, message).severity(severity);
    for resource in strings::resources(statement).take(NAMED) {
        finding = finding.label(resource.span, "not one of them");
    }
    let forms: Vec<String> = types.iter().take(NAMED).map(|ty| format!("`{}`", ty.arn)).collect();
    finding.help(format!("ARNs that it matches have the form {}", forms.join(" or ")));
}

/// The names of types, for people.
fn list(types: &[ResourceTypeFacts]) -> String {
    some_of(types.iter().map(|ty| format!("`{}`", ty.name)).collect(), NAMED, "more types")
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::statement;

    fn pair(action: &str, resource: &str) -> Vec<String> {
        statement(&RULE, &format!(r#""Action": ["{action}"], "Resource": ["{resource}"]"#))
    }

    #[test]
    fn a_dead_statement_is_an_error_and_a_dead_action_a_warning() {
        assert_eq!(
            pair("s3:ListBucket", "arn:aws:s3:::logs/*"),
            ["s3:ListBucket | error: `s3:ListBucket` never matches a resource of this statement: \
              it works on `bucket` and `accesspoint`"]
        );
        let mixed = r#""Action": ["s3:GetObject", "s3:ListBucket"], "Resource": "arn:aws:s3:::logs/*""#;
        assert_eq!(
            statement(&RULE, mixed),
            ["s3:ListBucket | warning: `s3:ListBucket` never matches a resource of this statement: \
              it works on `bucket` and `accesspoint`"]
        );
        let whole = r#""Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::logs""#;
        assert_eq!(statement(&RULE, whole).len(), 2, "one for each action");
    }

    #[test]
    fn pairs_that_never_match() {
        let dead = [
            ("s3:GetObject", "arn:aws:s3:::logs"),
            ("s3:Get?bject", "arn:aws:s3:::logs-${x.y}"),
            ("kms:Decrypt", "arn:aws:kms:*:123456789012:alias/logs"),
            ("logs:PutLogEvents", "arn:aws:logs:*:*:log-group:/aws/trail"),
            ("sqs:SendMessage", "arn:aws:sns:*:*:topic"),
            ("dynamodb:GetItem", "arn:aws:dynamodb:*:*:table/t/index/*"),
            ("cloudtrail:StopLogging", "arn:aws:cloudtrail:*:*:eventdatastore/*"),
            ("sts:AssumeRole", "arn:aws:iam::${account}:user/x"),
        ];
        for (action, resource) in dead {
            let holes_in_name = resource.contains("x.y");
            assert_eq!(pair(action, resource).len(), usize::from(!holes_in_name), "{action} on {resource}");
        }
    }

    #[test]
    fn pairs_that_may_match() {
        let alive = [
            ("cloudformation:CreateChangeSet", "arn:aws:cloudformation:eu-west-1:aws:transform/Serverless-2016-10-31"),
            ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:*:*:sqlworkbench!*"),
            ("s3:ListBucket", "arn:aws:s3:::logs"),
            ("s3:GetObject", "arn:aws:s3:::logs*"),
            ("s3:GetObject", "arn:aws:s3:::*"),
            ("s3:ListBucket", "arn:aws:s3:::*"),
            ("s3:GetObject", "arn:aws:s3:::${bucket}"),
            ("s3:GetObject", "${bucket}"),
            ("s3:GetObject", "${bucket}/*"),
            ("s3:*", "arn:aws:s3:::logs"),
            ("*", "arn:aws:s3:::logs"),
            ("s3:GetObject", "arn:aws:s3:eu-west-1:123456789012:accesspoint/x/object/*"),
            ("s3:ListBucket", "arn:aws:s3:eu-west-1:123456789012:accesspoint/x"),
            ("s3:GetObject", "arn:aws:s3:::l?gs/x"),
            ("logs:PutLogEvents", "arn:aws:logs:*:*:log-group:/aws/trail:*"),
            ("logs:CreateLogStream", "arn:aws:logs:*:*:log-group:/aws/trail:*"),
            ("sqs:SendMessage", "arn:aws:sqs:*"),
            ("sqs:SendMessage", "*"),
            ("dynamodb:Query", "arn:aws:dynamodb:*:*:table/t/index/*"),
            ("sts:AssumeRole", "arn:aws:iam::*:role/a/b"),
            ("nosuch:Action", "arn:aws:s3:::logs"),
            ("execute-api:Invoke", "execute-api:/prod/*"),
            ("lambda:InvokeFunction", "arn:aws:lambda:*:*:function:f:live"),
            ("iam:PassRole", "arn:aws:iam::*:role/service-role/x"),
            ("kms:Decrypt", "arn:${p}:kms:${r}:${a}:key/${k}"),
            ("kms:Decrypt", "arn:aws:kms:${everything}"),
        ];
        for (action, resource) in alive {
            assert_eq!(pair(action, resource), [""; 0], "{action} on {resource}");
        }
    }

    #[test]
    fn a_wrong_arn_is_said_once_and_not_here() {
        assert_eq!(pair("cloudtrail:GetEventDataStore", "arn:aws:cloudtrail:*:*:event-data-store/x"), [""; 0]);
        assert_eq!(pair("s3:GetObject", "arn:aws:S3:::logs/*"), [""; 0]);
        assert_eq!(pair("sns:Publish", "arn:aws:sns:::topic"), [""; 0]);
        assert_eq!(pair("logs:PutLogEvents", "arn:aws:logs:eu-west-1:log-group:x:log-stream:*"), [""; 0]);
    }

    #[test]
    fn letter_case_is_irrelevant() {
        assert_eq!(pair("S3:getobject", "arn:aws:s3:::logs/*"), [""; 0]);
        assert_eq!(pair("S3:listbucket", "arn:aws:s3:::logs/*").len(), 1);
    }

    #[test]
    fn a_wildcard_over_several_actions_needs_one_that_fits() {
        let trail = "arn:aws:cloudtrail:eu-west-1:123456789012:trail/main";
        assert_eq!(pair("cloudtrail:Get*", trail), [""; 0]);
        assert_eq!(pair("cloudtrail:GetQuery*", trail).len(), 1, "queries are of event data stores");
    }

    #[test]
    fn a_statement_that_may_hold_more_is_silent() {
        let open = r#""Action": "s3:ListBucket", "Resource": ["arn:aws:s3:::logs/*", ${x}]"#;
        assert_eq!(statement(&RULE, open), [""; 0]);
        let actions = r#""Action": ["s3:ListBucket", ${x}], "Resource": "arn:aws:s3:::logs/*""#;
        assert!(statement(&RULE, actions)[0].contains("warning"), "another action may make it live");
    }
}
