//! What it finds, why, and its tests: `wildcard_principal.md`.

use super::named;
use super::narrowing::{is_not_of_caller, lets_everyone_through};
use crate::aws::facts::{self, AccessLevel, ActionFacts};
use crate::finding::Severity;
use crate::policy::model::{Leaf, PolicyKind, Statement};
use crate::rules::text::with_wildcards;
use crate::rules::{Check, FindingBuilder, Group, PolicySite, Report, Rule, RuleContext, strings};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "wildcard-principal",
    group: Group::Principal,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &["checkov CKV_AWS_60", "checkov CKV_AWS_70", "checkov CKV_AWS_33"],
    check: Check::Policy(check),
};

/// Services where `*` says little: who reaches them is decided by a network or by
/// authorizers, neither of which is in the policy.
const GUARDED_OTHERWISE: [&str; 6] =
    ["apigateway", "bedrock-agentcore", "elasticfilesystem", "es", "execute-api", "vpc-lattice"];

/// What the visitors of a public site need.
const READING: [&str; 3] = ["mediastore:DescribeObject", "mediastore:GetObject", "s3:GetObject"];

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    let document = &site.document;
    let is_guarded = site.site.is_some_and(|it| GUARDED_OTHERWISE.contains(&it.service));
    if is_guarded || !document.open.is_empty() || document.statements.iter().any(may_guard) {
        return;
    }
    for statement in document.statements.iter().filter(|statement| lets_in_everyone(statement)) {
        let Some(everyone) = everyone(statement) else { continue };
        match site.kind {
            PolicyKind::Trust => say_role(statement, everyone, Some(&site.block_address), report),
            PolicyKind::Unattached if statement.resources.is_empty() => say_role(statement, everyone, None, report),
            PolicyKind::Resource => say_resource(statement, everyone, site, report),
            // For an endpoint `*` is the default, for a resource control policy the only principal.
            PolicyKind::Endpoint
            | PolicyKind::ResourceControl
            | PolicyKind::Unattached
            | PolicyKind::Identity
            | PolicyKind::ServiceControl
            | PolicyKind::Session => {}
        }
    }
}

/// Whether it allows for certain, whatever is not known of it, and no condition is about who calls.
fn lets_in_everyone(statement: &Statement) -> bool {
    is_allow(statement)
        && statement.certain
        && statement.open.is_empty()
        && statement.conditions_open.is_empty()
        && statement.conditions.iter().all(lets_everyone_through)
}

fn is_allow(statement: &Statement) -> bool {
    statement.effect.as_ref().and_then(|effect| effect.text.as_known()).is_some_and(|effect| effect == "Allow")
}

/// Whether it may take back from strangers what others let everyone do.
fn may_guard(statement: &Statement) -> bool {
    let is_open = !statement.open.is_empty() || !statement.conditions_open.is_empty();
    let is_about_caller = statement.conditions.iter().any(|condition| !is_not_of_caller(condition));
    let spares_some = statement.principals.iter().any(|principals| principals.negated);
    !is_allow(statement) && (is_open || is_about_caller || spares_some)
}

/// The principal that is everyone.
fn everyone(statement: &Statement) -> Option<&Leaf> {
    let groups = statement.principals.iter().filter(|it| !it.negated).flat_map(|it| &it.groups);
    let of_aws =
        groups.filter(|group| named::is_bare(group) || group.kind.text.as_known().is_some_and(|it| it == "AWS"));
    of_aws.flat_map(|group| &group.items).find(|leaf| named::is_everyone(leaf))
}

/// `role` is the role; `None` for a policy that may be a trust policy.
fn say_role(statement: &Statement, everyone: &Leaf, role: Option<&str>, report: &mut Report<'_>) {
    let assumes = |action: &Leaf| {
        let pattern = with_wildcards(&action.text);
        let is_of_sts = pattern.to_ascii_lowercase().starts_with("sts:");
        (is_of_sts || role.is_some()) && facts::expand(&pattern).any(|it| it.name == "sts:AssumeRole")
    };
    if !strings::actions(statement).any(assumes) || statement.actions.iter().any(|actions| actions.negated) {
        return;
    }
    let shown = role.map_or_else(|| "a role with this trust policy".to_owned(), |role| format!("`{role}`"));
    let message = format!("anyone in any AWS account may assume {shown}");
    let finding = say(statement, everyone, message, Severity::Error, report)
        .help("name the accounts or roles that may assume it, or add a condition on `aws:PrincipalOrgID`");
    if role.is_none() {
        finding.likely();
    }
}

fn say_resource(statement: &Statement, everyone: &Leaf, site: &PolicySite, report: &mut Report<'_>) {
    let actions: Vec<&Leaf> = strings::actions(statement).collect();
    let is_negated = statement.actions.iter().any(|actions| actions.negated);
    let Some((first, rest)) = actions.split_first() else { return };
    let is_gallery = site.site.is_some_and(|it| it.service == "ecr-public");
    if is_gallery && !is_negated && actions.iter().all(|action| only_reads(action)) {
        return;
    }
    let shown = match (is_negated, rest.len()) {
        (true, _) => "all but some actions".to_owned(),
        (false, 0) => format!("`{}`", first.text.display()),
        (false, more) => format!("`{}` and {more} more", first.text.display()),
    };
    if !is_negated && actions.iter().all(|action| is_for_visitors(action)) {
        let message = format!("what this statement names is public: everyone may call {shown}");
        say(statement, everyone, message, Severity::Warning, report)
            .help("a distribution in front of it is let in by `cloudfront.amazonaws.com` with its `aws:SourceArn`");
    } else {
        let message = format!("everyone may call {shown}: no condition says who");
        say(statement, everyone, message, Severity::Error, report)
            .help("name the accounts or roles, or add a condition such as one on `aws:PrincipalOrgID`");
    }
}

fn say<'r>(
    statement: &Statement,
    everyone: &Leaf,
    message: String,
    severity: Severity,
    report: &'r mut Report<'_>,
) -> FindingBuilder<'r> {
    let finding = report.leaf(everyone, message).severity(severity);
    match statement.condition_key {
        Some(key) if !statement.conditions.is_empty() => finding.label(key, "nothing here keeps anybody out"),
        _ => finding,
    }
}

/// Whether all that the action can be is what visitors of a public site need.
fn is_for_visitors(action: &Leaf) -> bool {
    is_only(action, |it| READING.iter().any(|start| it.name.starts_with(start)))
}

fn only_reads(action: &Leaf) -> bool {
    is_only(action, |it| matches!(it.access_level, AccessLevel::Read | AccessLevel::List))
}

/// Whether the action matches some, and nothing else than such.
fn is_only(action: &Leaf, is_such: impl Fn(&ActionFacts) -> bool) -> bool {
    let pattern = with_wildcards(&action.text);
    let mut matched = facts::expand(&pattern).peekable();
    matched.peek().is_some() && matched.all(|it| is_such(&it))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::aws::sites;
    use crate::policy::model::PolicyKind::{self, Endpoint, Identity, Resource, ResourceControl, Trust, Unattached};
    use crate::rules::testing::{Fixture, statement_of};

    fn found(kind: PolicyKind, action: &str, principal: &str, condition: &str) -> Vec<String> {
        let resource = if kind == Trust { "" } else { r#""Resource": "*", "# };
        let members = format!(
            r#""Effect": "Allow", "Principal": {principal}, {resource}"Action": "{action}", "Condition": {{{condition}}}"#
        );
        statement_of(&RULE, kind, &members)
    }

    fn narrowed(condition: &str) -> bool {
        found(Resource, "sqs:SendMessage", r#""*""#, condition).is_empty()
    }

    #[test]
    fn everyone_may_call() {
        assert_eq!(
            found(Resource, "sqs:SendMessage", r#""*""#, ""),
            ["* | error: everyone may call `sqs:SendMessage`: no condition says who"]
        );
        assert_eq!(
            found(Resource, "s3:GetObject*", r#"{"AWS": ["111122223333", "*"]}"#, ""),
            ["* | warning: what this statement names is public: everyone may call `s3:GetObject*`"]
        );
        assert_eq!(
            found(Trust, "sts:AssumeRole", r#"{"AWS": "*"}"#, ""),
            ["* | error: anyone in any AWS account may assume `aws_iam_role.deploy`"]
        );
        assert_eq!(found(Resource, "s3:GetBucketAcl", r#""*""#, "").len(), 1);
        let trust = r#""Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole""#;
        assert_eq!(statement_of(&RULE, Unattached, trust).len(), 1);
    }

    #[test]
    fn where_everyone_is_nobody_in_particular() {
        for kind in [Endpoint, ResourceControl, Identity, Unattached] {
            assert_eq!(found(kind, "s3:PutObject", r#""*""#, ""), [""; 0], "{kind:?}");
        }
        assert_eq!(found(Trust, "sts:TagSession", r#"{"AWS": "*"}"#, ""), [""; 0]);
        assert_eq!(found(Resource, "s3:PutObject", r#"{"Service": "*"}"#, ""), [""; 0]);
        let deny = r#""Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*""#;
        assert_eq!(statement_of(&RULE, Resource, deny), [""; 0]);
        let unknown = r#""Effect": "${x}", "Principal": "*", "Action": "s3:*", "Resource": "*""#;
        assert_eq!(statement_of(&RULE, Resource, unknown), [""; 0]);
    }

    #[test]
    fn conditions_that_say_who() {
        for condition in [
            r#""StringEquals": {"kms:CallerAccount": "111122223333", "kms:ViaService": "s3.eu-west-1.amazonaws.com"}"#,
            r#""StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}"#,
            r#""StringEquals": {"aws:PrincipalOrgID": "${x}"}"#,
            r#""ArnLike": {"aws:SourceArn": "arn:aws:s3:::logs"}"#,
            r#""StringEquals": {"AWS:SourceOwner": "111122223333"}"#,
            r#""ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/deploy"}"#,
            r#""StringEquals": {"aws:SourceVpce": "vpce-1"}"#,
            r#""IpAddress": {"aws:SourceIp": ["10.0.0.0/8"]}"#,
            r#""IpAddress": {"aws:SourceIp": "${x}"}"#,
            r#""IpAddressIfExists": {"aws:SourceIp": "192.0.2.0/24"}"#,
            r#""StringEquals": {"aws:Referer": "secret"}"#,
            r#""StringEquals": {"some:Key": "x"}"#,
            r#""StringEquals": {"${x}": "x"}"#,
            r#""Bool": {"aws:PrincipalIsAWSService": "true"}"#,
            r#""Bool": {"aws:SecureTransport": "true"}, "StringEquals": {"aws:SourceAccount": "111122223333"}"#,
            r#""StringNotEquals": {"aws:PrincipalOrgID": "${x}"}"#,
            r#""StringNotLike": {"aws:PrincipalArn": "*"}"#,
            r#""ForAllValues:StringLike": {"aws:PrincipalOrgPaths": "o-a1b2c3d4e5/*"}"#,
            r#""Null": {"aws:SourceArn": "false"}"#,
            r#""Moon": {"aws:SecureTransport2": "true"}"#,
        ] {
            assert!(narrowed(condition), "{condition}");
        }
    }

    #[test]
    fn conditions_that_let_everyone_through() {
        for condition in [
            r#""Bool": {"aws:SecureTransport": "true"}"#,
            r#""StringEquals": {"s3:x-amz-acl": "${x}"}"#,
            r#""StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}"#,
            r#""StringLike": {"kms:EncryptionContext:app": "*"}"#,
            r#""IpAddress": {"aws:SourceIp": ["192.0.2.0/24", "0.0.0.0/0"]}"#,
            r#""StringNotEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}"#,
            r#""NotIpAddress": {"aws:SourceIp": "192.0.2.0/24"}"#,
            r#""StringEqualsIfExists": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}"#,
            r#""StringLike": {"aws:PrincipalArn": "*"}"#,
            r#""ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*"}"#,
            r#""Bool": {"aws:PrincipalIsAWSService": "false"}"#,
        ] {
            assert!(!narrowed(condition), "{condition}");
        }
    }

    #[test]
    fn what_may_be_added_or_taken_back() {
        let allow = r#"{"Effect": "Allow", "Principal": "*", "Action": "s3:PutObject", "Resource": "*"}"#;
        let with = |statement: &str| {
            Fixture::of_kind(Resource, &format!(r#"{{"Statement": [{allow}, {statement}]}}"#)).shown(&RULE).len()
        };
        let deny = |rest: &str| with(&format!(r#"{{"Effect": "Deny", {rest}, "Action": "s3:*", "Resource": "*"}}"#));
        assert_eq!(deny(r#""Principal": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}"#), 1);
        let organization = r#"{"StringNotEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}"#;
        assert_eq!(deny(&format!(r#""Principal": "*", "Condition": {organization}"#)), 0);
        assert_eq!(deny(r#""Principal": "*", "Condition": ${x}"#), 0);
        assert_eq!(deny(r#""NotPrincipal": {"AWS": "111122223333"}"#), 0);
        assert_eq!(with("${x}"), 0, "another statement may be one that denies");
    }

    #[test]
    fn services_that_are_guarded_otherwise() {
        let at = |ty: &str, action: &str| {
            let policy = format!(
                r#"{{"Statement": {{"Effect": "Allow", "Principal": "*", "Action": "{action}", "Resource": "*"}}}}"#
            );
            let mut fixture = Fixture::of_kind(Resource, &policy);
            fixture.sites[0].site = sites::policies(ty).next();
            fixture.shown(&RULE).len()
        };
        assert_eq!(at("aws_api_gateway_rest_api_policy", "execute-api:Invoke"), 0);
        assert_eq!(at("aws_opensearch_domain_policy", "es:*"), 0);
        assert_eq!(at("aws_ecrpublic_repository_policy", "ecr-public:DescribeImages"), 0);
        assert_eq!(at("aws_ecrpublic_repository_policy", "ecr-public:*"), 1);
        assert_eq!(at("aws_sqs_queue_policy", "sqs:SendMessage"), 1);
    }
}
