//! What it finds, why, and its tests: `condition_key_not_supported.md`.

use super::actions::{self, Named};
use super::meaning::{self, Effect, Test};
use crate::aws::facts::{self, ActionFacts, ConditionKeyFacts, KeyScope};
use crate::finding::Severity;
use crate::policy::model::{Leaf, PolicyDocument, PolicyKind, Statement};
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "condition-key-not-supported",
    group: Group::Condition,
    severity: Severity::Warning,
    since: "0.1.0",
    sources: &[
        "AA UNSUPPORTED_ACTION_FOR_CONDITION_KEY",
        "AA MISSING_ACTION_FOR_CONDITION_KEY",
        "AA IRRELEVANT_CONDITION_KEY_IN_POLICY",
        "AA USE_CONDITION_KEY_ONLY_WITH_SUPPORTED_SERVICES",
    ],
    check: Check::Policy(check),
};

/// Prefixes of keys that a session keeps, so that they come with its requests to any service.
const KEPT: [&str; 3] = ["cognito-identity-auth", "cognito-identity-unauth", "saml"];

/// Services of which the reference does not list the keys of each action: policies that AWS
/// wrote itself use `aws-marketplace:ProductId` with actions that it has for none.
const OPEN: [&str; 1] = ["aws-marketplace"];

/// Keys that the caller of STS sets only with the permission for one more action.
///
/// Source: IAM User Guide, `id_session-tags` and `id_credentials_temp_control-access_monitor`.
const SET_WITH: [(&str, &str); 4] = [
    ("aws:RequestTag/${TagKey}", "sts:TagSession"),
    ("aws:TagKeys", "sts:TagSession"),
    ("sts:TransitiveTagKeys", "sts:TagSession"),
    ("sts:SourceIdentity", "sts:SetSourceIdentity"),
];

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    for statement in &site.document.statements {
        for test in meaning::tests(statement) {
            if is_irrelevant(&test, site) {
                say_irrelevant(&test, report);
            } else if test.key.scope == KeyScope::Service {
                never_supplied(&test, statement, report);
            } else if let Some(senders) = test.key.senders() {
                not_sent(&test, statement, &senders.collect::<Vec<_>>(), report);
            }
            if site.kind == PolicyKind::Trust {
                lacks_action(&test, statement, &site.document, report);
            }
        }
    }
}

/// Whether the key says nothing in the policy of a resource, whose account is one and the same.
fn is_irrelevant(test: &Test<'_>, site: &PolicySite) -> bool {
    let is_of_bucket = site.site.is_some_and(|site| {
        site.service == "s3" && site.subject_type.is_some_and(|name| ["accesspoint", "bucket"].contains(&name))
    });
    site.kind == PolicyKind::Resource && is_of_bucket && test.key.name == "s3:ResourceAccount"
}

fn say_irrelevant(test: &Test<'_>, report: &mut Report<'_>) {
    let message = "`s3:ResourceAccount` says nothing in the policy of a bucket: it is always the bucket's own account";
    report
        .leaf(&test.condition.key, message)
        .severity(Severity::Note)
        .help("it belongs in the policies of those who use the bucket");
}

/// A key that comes with no action of the statement. What denies whoever does not bring a key
/// may mean to deny everybody.
fn never_supplied(test: &Test<'_>, statement: &Statement, report: &mut Report<'_>) {
    let Some(effect) = meaning::effect(statement) else { return };
    let holds = test.holds_without_key();
    if effect == Effect::Deny && holds.may_be() {
        return;
    }
    let Some(actions) = actions::named(statement) else { return };
    let may_come = |action: &Named<'_>| action.may_be(|action| test.key.is_listed_for(action));
    let suppliers = if actions.iter().any(may_come) { Vec::new() } else { suppliers(&test.key) };
    if suppliers.is_empty() {
        return;
    }
    let therefore = match (effect, holds.known()) {
        (Effect::Allow, Some(false)) => ", so it allows nothing",
        (Effect::Deny, Some(false)) => ", so it denies nothing",
        (Effect::Allow | Effect::Deny, Some(true)) => ", so the condition always holds",
        (Effect::Allow | Effect::Deny, None) => "",
    };
    let key = test.condition.key.text.display();
    let mut finding =
        report.leaf(&test.condition.key, format!("no action of this statement comes with `{key}`{therefore}"));
    for action in actions.iter().take(actions::NAMED) {
        finding = finding.label(action.leaf.span, "not with this one");
    }
    let shown: Vec<String> = suppliers.iter().take(actions::NAMED).map(|action| format!("`{}`", action.name)).collect();
    finding.help(format!("it comes with {}", some_of(&shown, suppliers.len())));
}

/// A key that only some services send, in a statement about others.
fn not_sent(test: &Test<'_>, statement: &Statement, senders: &[&str], report: &mut Report<'_>) {
    let Some(effect) = meaning::effect(statement) else { return };
    let of_others = |leaf: &&Leaf| service(leaf).is_some_and(|prefix| !senders.contains(&prefix.as_str()));
    let positive = statement.actions.iter().filter(|actions| !actions.negated);
    let mut others = positive.flat_map(|actions| &actions.items).filter(of_others).peekable();
    let does = match (effect, test.holds_without_key().known()) {
        (Effect::Allow, Some(false)) => ", so this statement does not allow them",
        (Effect::Deny, Some(false)) => ", so this statement does not deny them",
        (Effect::Allow, Some(true)) => ", so this statement always allows them",
        (Effect::Deny, Some(true)) => ", so this statement always denies them",
        (Effect::Allow | Effect::Deny, None) => "",
    };
    let Some(first) = others.peek() else { return };
    let (key, shown) = (test.condition.key.text.display(), first.text.display());
    let which = if shown == "*" { "of many services".to_owned() } else { format!("like `{shown}`") };
    let message = format!("only some services send `{key}`: requests {which} do not carry it{does}");
    let mut finding = report.leaf(&test.condition.key, message);
    for action in others.take(actions::NAMED) {
        finding = finding.label(action.span, "not with this one");
    }
    finding.help("give the actions of services that send it a statement of their own");
}

/// The service of an action; `*` for all services, which no service is called.
fn service(action: &Leaf) -> Option<String> {
    let prefix = action.text.known_prefix();
    if action.text.as_known().is_some_and(|text| text == "*") {
        return Some("*".to_owned());
    }
    let (prefix, _) = prefix.split_once(':')?;
    let is_plain = !prefix.contains(['*', '?']) && facts::service(prefix).is_some();
    is_plain.then(|| prefix.to_ascii_lowercase())
}

/// The actions that the key comes with; none if that is not known.
fn suppliers(key: &ConditionKeyFacts) -> Vec<ActionFacts> {
    let prefix = key.name.split(':').next().unwrap_or_default();
    let is_open = KEPT.contains(&prefix) || OPEN.contains(&prefix);
    let services = if is_open { Vec::new() } else { key.services().collect() };
    services.into_iter().flat_map(facts::actions).filter(|action| key.is_listed_for(action)).collect()
}

fn some_of(shown: &[String], all: usize) -> String {
    match all.saturating_sub(shown.len()) {
        0 => shown.join(", "),
        rest => format!("{} and {rest} more", shown.join(", ")),
    }
}

/// A key that callers set with an action that the trust policy does not allow them.
fn lacks_action(test: &Test<'_>, statement: &Statement, document: &PolicyDocument, report: &mut Report<'_>) {
    let Some((_, needed)) = SET_WITH.iter().find(|(key, _)| *key == test.key.name) else { return };
    let is_needed = meaning::effect(statement) == Some(Effect::Allow) && test.holds_without_key().is_no();
    if !is_needed || may_allow(document, needed) {
        return;
    }
    let key = test.condition.key.text.display();
    let message = format!("only who may call `{needed}` can set `{key}`, and this policy allows it to nobody");
    let mut finding = report.leaf(&test.condition.key, message);
    for actions in &statement.actions {
        finding = finding.label(actions.key, format!("`{needed}` is missing"));
    }
    finding.help(format!("add `{needed}` to the actions"));
}

fn may_allow(document: &PolicyDocument, wanted: &str) -> bool {
    let names_it = |statement: &Statement| {
        let is = |action: &Named<'_>| action.may_be(|action| action.name == wanted);
        actions::named(statement).is_none_or(|actions| actions.iter().any(is))
    };
    !document.open.is_empty() || document.statements.iter().any(names_it)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::policy::model::PolicyKind;
    use crate::rules::testing::{Fixture, statement};

    fn found(effect: &str, actions: &str, condition: &str) -> Vec<String> {
        let members =
            format!(r#""Effect": "{effect}", "Action": [{actions}], "Resource": "*", "Condition": {{{condition}}}"#);
        statement(&RULE, &members)
    }

    const PREFIX: &str = r#""StringLike": {"s3:prefix": "home/*"}"#;

    #[test]
    fn a_key_of_another_action() {
        assert_eq!(
            found("Allow", r#""s3:GetObject", "s3:PutObject""#, PREFIX),
            ["s3:prefix | warning: no action of this statement comes with `s3:prefix`, so it allows nothing"]
        );
        assert_eq!(
            found("Deny", r#""s3:GetObject""#, PREFIX),
            ["s3:prefix | warning: no action of this statement comes with `s3:prefix`, so it denies nothing"]
        );
        assert_eq!(
            found("Allow", r#""s3:GetObject""#, r#""StringNotLike": {"s3:prefix": "home/*"}"#),
            ["s3:prefix | warning: no action of this statement comes with `s3:prefix`, so the condition always holds"]
        );
        let other_service = r#""StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}"#;
        assert_eq!(found("Allow", r#""s3:Get*""#, other_service).len(), 1);
    }

    #[test]
    fn a_key_that_some_action_may_bring() {
        for actions in [
            r#""s3:GetObject", "s3:ListBucket""#,
            r#""s3:*""#,
            r#""*""#,
            r#""s3:List*""#,
            r#""s3:${x}""#,
            r#""${x}""#,
            r#""s3:GetObject", ${more}"#,
            r#""s3:NoSuchAction""#,
        ] {
            assert_eq!(found("Allow", actions, PREFIX), [""; 0], "{actions}");
        }
        let not = format!(r#""Effect": "Allow", "NotAction": "s3:GetObject", "Condition": {{{PREFIX}}}"#);
        assert_eq!(statement(&RULE, &not), [""; 0]);
    }

    #[test]
    fn a_key_that_only_some_services_send() {
        let endpoint = r#""StringNotEqualsIfExists": {"aws:VpceOrgID": "o-a1b2c3d4e5"}"#;
        assert_eq!(
            found("Deny", r#""s3:*", "EC2:RunInstances""#, endpoint),
            [
                "aws:VpceOrgID | warning: only some services send `aws:VpceOrgID`: requests like `EC2:RunInstances` do not carry it, so this statement always denies them"
            ]
        );
        assert_eq!(
            found("Allow", r#""*""#, r#""StringEquals": {"aws:VpceAccount": "111122223333"}"#),
            [
                "aws:VpceAccount | warning: only some services send `aws:VpceAccount`: requests of many services do not carry it, so this statement does not allow them"
            ]
        );
        for actions in [r#""s3:*", "KMS:Decrypt""#, r#""${x}:*""#, r#""s*:*""#, r#""nosuch:X""#, "${more}"] {
            assert_eq!(found("Deny", actions, endpoint), [""; 0], "{actions}");
        }
    }

    #[test]
    fn keys_that_come_with_any_action() {
        for key in [
            "aws:SourceIp",
            "aws:PrincipalTag/team",
            "saml:sub",
            "aws-marketplace:ProductId",
            "cognito-identity.amazonaws.com:sub",
            "lambda:SourceFunctionArn",
            "ec2:SourceInstanceARN",
            "s3:x-amz-server-side-encryption",
            "s3:ResourceAccount",
            "s3:BucketTag/team",
            "s3:DataAccessPointAccount",
            "${x}",
            "s3:${x}",
        ] {
            let condition = format!(r#""StringEquals": {{"{key}": "x"}}"#);
            assert_eq!(found("Allow", r#""s3:PutObject""#, &condition), [""; 0], "{key}");
        }
        let channel = r#""StringEquals": {"cloudtrail:ExternalId": "x"}"#;
        assert_eq!(found("Allow", r#""cloudtrail-data:PutAuditEvents""#, channel), [""; 0]);
    }

    #[test]
    fn what_denies_everybody_may_mean_to() {
        let key = "s3:x-amz-server-side-encryption";
        for condition in [
            format!(r#""Null": {{"{key}": "true"}}"#),
            format!(r#""StringNotEquals": {{"{key}": "aws:kms"}}"#),
            format!(r#""StringEqualsIfExists": {{"{key}": "aws:kms"}}"#),
            format!(r#""Null": {{"{key}": "${{x}}"}}"#),
        ] {
            assert_eq!(found("Deny", r#""s3:GetObject""#, &condition), [""; 0], "{condition}");
        }
        assert_eq!(found("Deny", r#""s3:GetObject""#, &format!(r#""Null": {{"{key}": "false"}}"#)).len(), 1);
        assert_eq!(found("${x}", r#""s3:GetObject""#, PREFIX), [""; 0]);
    }

    fn trust(actions: &str, condition: &str, more: &str) -> Vec<String> {
        let text = format!(
            r#"{{"Statement": [{{"Effect": "Allow", "Principal": {{"AWS": "111122223333"}}, "Action": [{actions}],
                "Condition": {{{condition}}}}}{more}]}}"#
        );
        Fixture::of_kind(PolicyKind::Trust, &text).shown(&RULE)
    }

    #[test]
    fn tags_of_a_session_need_their_action() {
        let tag = r#""StringEquals": {"aws:RequestTag/team": "a"}"#;
        assert_eq!(
            trust(r#""sts:AssumeRole""#, tag, ""),
            [
                "aws:RequestTag/team | warning: only who may call `sts:TagSession` can set `aws:RequestTag/team`, and this policy allows it to nobody"
            ]
        );
        let identity = r#""StringLike": {"sts:SourceIdentity": "*"}"#;
        assert_eq!(trust(r#""sts:AssumeRole""#, identity, "").len(), 1);
        for actions in [r#""sts:AssumeRole", "sts:TagSession""#, r#""sts:*""#, r#""sts:AssumeRole", ${more}"#] {
            assert_eq!(trust(actions, tag, ""), [""; 0], "{actions}");
        }
        let elsewhere = r#", {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "sts:TagSession"}"#;
        assert_eq!(trust(r#""sts:AssumeRole""#, tag, elsewhere), [""; 0]);
        assert_eq!(trust(r#""sts:AssumeRole""#, tag, ", ${more}"), [""; 0]);
        let if_there = r#""StringEqualsIfExists": {"aws:RequestTag/team": "a"}"#;
        assert_eq!(trust(r#""sts:AssumeRole""#, if_there, ""), [""; 0]);
    }
}
