//! What it finds, why, and its tests: `confused_deputy.md`.

use super::actions::{self, Named};
use super::meaning::{self, Effect};
use crate::aws::facts;
use crate::finding::Severity;
use crate::policy::model::{Condition, Leaf, PolicyKind, Statement};
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "confused-deputy",
    group: Group::Condition,
    severity: Severity::Warning,
    since: "0.1.0",
    sources: &["AA RESTRICT_ACCESS_TO_SERVICE_PRINCIPAL", "AA RECOMMENDED_CONDITION_KEY_FOR_SERVICE_PRINCIPAL"],
    check: Check::Policy(check),
};

/// Keys that say how something is done, and not for whom.
const OF_MANNER: [&str; 7] = [
    "aws:PrincipalIsAWSService",
    "aws:PrincipalServiceName",
    "aws:SecureTransport",
    "s3:TlsVersion",
    "s3:x-amz-acl",
    "s3:x-amz-server-side-encryption",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
];

/// What some services set before there were keys for it.
const REFERER: &str = "aws:referer";

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    if !matches!(site.kind, PolicyKind::Resource | PolicyKind::Unattached) {
        return;
    }
    for statement in &site.document.statements {
        if meaning::effect(statement) != Some(Effect::Allow) || !statement.conditions_open.is_empty() {
            continue;
        }
        let (referers, others): (Vec<&Condition>, Vec<&Condition>) =
            statement.conditions.iter().partition(|condition| is_on(condition, &[REFERER]));
        if others.iter().all(|condition| is_on(condition, &OF_MANNER)) {
            for (service, keys) in deputies(statement) {
                say(service, &keys, referers.first().copied(), statement, report);
            }
        }
    }
}

fn is_on(condition: &Condition, keys: &[&str]) -> bool {
    let key = condition.key.text.as_known();
    condition.certain && key.is_some_and(|key| keys.iter().any(|other| other.eq_ignore_ascii_case(&key)))
}

/// The services that a statement lets in and that say, with each of its actions, for whom
/// they call; with the keys that say so.
fn deputies(statement: &Statement) -> Vec<(&Leaf, Vec<&'static str>)> {
    let groups = statement.principals.iter().filter(|principals| !principals.negated).flat_map(|it| &it.groups);
    let services = groups.filter(|group| group.kind.text.as_known().is_some_and(|kind| kind == "Service"));
    let mut items = services.flat_map(|group| &group.items).peekable();
    let Some(actions) = items.peek().and_then(|_| actions::named(statement)) else { return Vec::new() };
    items.filter_map(|service| Some((service, keys(service, &actions)?))).collect()
}

fn keys(service: &Leaf, actions: &[Named<'_>]) -> Option<Vec<&'static str>> {
    let name = service.text.as_known()?;
    let service = facts::service_principal(&name)?.service;
    let mut all: Option<Vec<&'static str>> = None;
    for action in actions {
        let [action] = action.matched().collect::<Vec<_>>()[..] else { return None };
        let keys = facts::source_keys(service, action.name);
        let both: Vec<&str> = keys.filter(|key| all.as_ref().is_none_or(|all| all.contains(key))).collect();
        all = Some(both);
    }
    all.filter(|keys| !keys.is_empty())
}

fn say(service: &Leaf, keys: &[&str], referer: Option<&Condition>, statement: &Statement, report: &mut Report<'_>) {
    let name = service.text.display();
    let keys: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
    let keys = keys.join(" or ");
    if let Some(condition) = referer {
        report
            .leaf(&condition.key, format!("`{REFERER}` is no proof of whom `{name}` calls for: {keys} is"))
            .severity(Severity::Note)
            .label(service.span, "the service that is let in");
        return;
    }
    let mut finding = report.leaf(service, format!("any AWS account can make `{name}` do this"));
    for actions in &statement.actions {
        finding = finding.label(actions.key, "no condition says for whom");
    }
    finding.help(format!("add a condition on {keys} that names whom it may do this for"));
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::policy::model::PolicyKind::{self, Resource};
    use crate::rules::testing::statement_of;

    fn of_kind(kind: PolicyKind, principal: &str, actions: &str, condition: &str) -> Vec<String> {
        let members = format!(
            r#""Effect": "Allow", "Principal": {principal}, "Action": [{actions}], "Resource": "*",
               "Condition": {{{condition}}}"#
        );
        statement_of(&RULE, kind, &members)
    }

    fn found(principal: &str, actions: &str, condition: &str) -> Vec<String> {
        of_kind(Resource, principal, actions, condition)
    }

    const CLOUDTRAIL: &str = r#"{"Service": "cloudtrail.amazonaws.com"}"#;
    const WRITES: &str = r#""s3:GetBucketAcl", "s3:PutObject""#;

    #[test]
    fn a_service_that_works_for_anyone() {
        let expected =
            ["cloudtrail.amazonaws.com | warning: any AWS account can make `cloudtrail.amazonaws.com` do this"];
        assert_eq!(found(CLOUDTRAIL, WRITES, ""), expected);
        let manner = r#""StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}"#;
        assert_eq!(found(CLOUDTRAIL, r#""s3:PutObject""#, manner), expected);
        assert_eq!(of_kind(PolicyKind::Unattached, CLOUDTRAIL, WRITES, ""), expected);
        let both = r#"{"Service": ["config.amazonaws.com", "cloudtrail.amazonaws.com"], "AWS": "111122223333"}"#;
        assert_eq!(found(both, WRITES, "").len(), 2);
        assert_eq!(found(r#"{"Service": "sns.eu-south-1.amazonaws.com"}"#, r#""SQS:SendMessage""#, "").len(), 1);
    }

    #[test]
    fn the_referer_is_no_proof() {
        assert_eq!(
            found(
                r#"{"Service": "ses.amazonaws.com"}"#,
                r#""s3:PutObject""#,
                r#""StringEquals": {"aws:Referer": "111122223333"}"#
            ),
            [
                "aws:Referer | note: `aws:referer` is no proof of whom `ses.amazonaws.com` calls for: `aws:SourceArn` or `aws:SourceAccount` is"
            ]
        );
    }

    #[test]
    fn a_condition_may_say_for_whom() {
        for condition in [
            r#""ArnLike": {"aws:SourceArn": "arn:aws:cloudtrail:*:111122223333:trail/*"}"#,
            r#""StringEquals": {"AWS:SourceAccount": "111122223333"}"#,
            r#""StringEquals": {"aws:SourceOwner": "111122223333"}"#,
            r#""StringEquals": {"aws:SourceOrgID": "${x}"}"#,
            r#""StringEquals": {"${key}": "111122223333"}"#,
            r#""StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}"#,
            "${more}",
        ] {
            assert_eq!(found(CLOUDTRAIL, WRITES, condition), [""; 0], "{condition}");
        }
    }

    #[test]
    fn services_that_do_not_say_for_whom_they_call() {
        for (principal, actions) in [
            (CLOUDTRAIL, r#""kms:GenerateDataKey*""#),
            (CLOUDTRAIL, r#""kms:Decrypt""#),
            (CLOUDTRAIL, r#""s3:*""#),
            (CLOUDTRAIL, r#""s3:PutObject", "s3:GetObject""#),
            (CLOUDTRAIL, r#""s3:PutObject", ${x}"#),
            (r#"{"Service": "logdelivery.elasticloadbalancing.amazonaws.com"}"#, r#""s3:PutObject""#),
            (r#"{"Service": "${x}.amazonaws.com"}"#, r#""s3:PutObject""#),
            (r#"{"AWS": "*"}"#, r#""s3:PutObject""#),
        ] {
            assert_eq!(found(principal, actions, ""), [""; 0], "{principal} {actions}");
        }
        for service in ["ec2", "lambda", "cloudtrail", "ecs-tasks"] {
            let principal = format!(r#"{{"Service": "{service}.amazonaws.com"}}"#);
            assert_eq!(of_kind(PolicyKind::Trust, &principal, r#""sts:AssumeRole""#, ""), [""; 0], "{service}");
        }
        let deny = format!(r#""Effect": "Deny", "Principal": {CLOUDTRAIL}, "Action": "s3:PutObject", "Resource": "*""#);
        assert_eq!(statement_of(&RULE, Resource, &deny), [""; 0]);
    }
}
