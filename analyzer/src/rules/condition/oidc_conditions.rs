//! What it finds, why, and its tests: `oidc_conditions.md`.

use smol_str::SmolStr;

use super::actions::{self, Named};
use super::meaning::{self, Effect};
use super::subject::{self, Breadth};
use crate::aws::facts::{self, OperatorType};
use crate::finding::Severity;
use crate::policy::model::{Condition, Leaf, PolicyKind, Statement};
use crate::rules::{Check, FindingBuilder, Group, PolicySite, Report, Rule, RuleContext, strings};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "oidc-conditions",
    group: Group::Condition,
    severity: Severity::Warning,
    since: "0.1.0",
    sources: &[
        "AA MISSING_CONDITION_KEY_FOR_OIDC_PRINCIPAL",
        "AA MISSING_GITHUB_REPO_CONDITION_KEY",
        "AA SPECIFIC_GITHUB_REPO_AND_BRANCH_RECOMMENDED",
    ],
    check: Check::Policy(check),
};

const ACTION: &str = "sts:AssumeRoleWithWebIdentity";

/// GitHub's issuer for workflows.
const GITHUB: &str = "token.actions.githubusercontent.com";

/// How the issuers of EKS start: each is one cluster's, and its tokens one service account's.
const EKS: &str = "oidc.eks.";

/// Keys that say nothing about who calls.
const OF_MANNER: [&str; 5] =
    ["aws:CurrentTime", "aws:EpochTime", "aws:RequestedRegion", "aws:SecureTransport", "aws:UserAgent"];

fn check(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
    if site.kind != PolicyKind::Trust {
        return;
    }
    for statement in &site.document.statements {
        let is_closed = statement.open.is_empty() && statement.conditions_open.is_empty();
        if !is_closed || meaning::effect(statement) != Some(Effect::Allow) || !lets_in_web_identities(statement) {
            continue;
        }
        let Some(claims) = claims(statement) else { continue };
        for provider in providers(statement) {
            judge(provider, &claims, statement, report);
        }
    }
}

/// Whether the statement is about web identities and nothing else.
fn lets_in_web_identities(statement: &Statement) -> bool {
    let is = |action: &Named<'_>| action.matched().any(|action| action.name == ACTION);
    actions::named(statement).is_some_and(|actions| actions.iter().any(is))
}

/// The providers that the statement trusts.
fn providers(statement: &Statement) -> impl Iterator<Item = &Leaf> {
    let groups = statement.principals.iter().filter(|principals| !principals.negated).flat_map(|it| &it.groups);
    let federated = groups.filter(|group| group.kind.text.as_known().is_some_and(|kind| kind == "Federated"));
    federated.flat_map(|group| &group.items).filter(|leaf| !leaf.text.display().contains(":saml-provider/"))
}

/// A claim that a condition asks for.
struct Claim<'a> {
    /// The URL of its issuer, if that is known.
    issuer: Option<SmolStr>,
    /// `sub`, `aud`
    name: SmolStr,
    condition: &'a Condition,
}

/// The claims that conditions ask for; `None` if something else may say who calls.
fn claims(statement: &Statement) -> Option<Vec<Claim<'_>>> {
    let mut claims = Vec::new();
    for condition in &statement.conditions {
        let key = &condition.key.text;
        let is_of_manner = key.as_known().is_some_and(|key| OF_MANNER.iter().any(|it| it.eq_ignore_ascii_case(&key)));
        if is_of_manner && condition.certain {
            continue;
        }
        let known_end = key.known_suffix();
        let (issuer, name) = known_end.rsplit_once(':')?;
        let is_claim = !key.is_known() || issuer.contains('.');
        if !is_claim || !condition.certain {
            return None;
        }
        let issuer = key.is_known().then(|| issuer.into());
        claims.push(Claim { issuer, name: name.to_ascii_lowercase().into(), condition });
    }
    Some(claims)
}

/// The URL of a provider, if it is known.
fn issuer(provider: &Leaf) -> Option<SmolStr> {
    let shown = provider.text.known_suffix();
    match shown.split_once(":oidc-provider/") {
        Some((_, url)) => Some(url.into()),
        None if provider.text.is_known() => Some(shown),
        None => None,
    }
}

/// The URL of the issuer of all claims: a provider with another URL could not fulfil them.
fn issuer_of<'a>(claims: &'a [Claim<'_>]) -> Option<&'a SmolStr> {
    let first = claims.first()?.issuer.as_ref()?;
    claims.iter().all(|claim| claim.issuer.as_ref() == Some(first)).then_some(first)
}

fn judge(provider: &Leaf, claims: &[Claim<'_>], statement: &Statement, report: &mut Report<'_>) {
    let named = issuer(provider);
    let issuer = named.as_ref().or_else(|| issuer_of(claims)).map(SmolStr::as_str).unwrap_or_default();
    let narrows = |claim: &&Claim<'_>| !asks_for_anything(claim.condition);
    let asked: Vec<&Claim<'_>> = claims.iter().filter(narrows).collect();
    if asked.is_empty() {
        say_nothing_asked(provider, issuer, statement, report);
    } else if let Some(wanted) = wanted(issuer)
        && !asked.iter().any(|claim| claim.name == wanted || !["aud", "amr"].contains(&claim.name.as_str()))
    {
        let finding = say_claim_missing(provider, issuer, wanted, &asked, report);
        if named.is_none() {
            finding.likely();
        }
    } else if issuer == GITHUB && asked.iter().all(|claim| ["aud", "sub"].contains(&claim.name.as_str())) {
        let subjects = asked.iter().filter(|claim| claim.name == "sub");
        subjects.for_each(|claim| say_wide_subjects(claim.condition, report));
    }
}

/// The claim that a trust policy has to ask for: the one that tells customers of a shared
/// issuer apart, and workloads of a cluster.
fn wanted(issuer: &str) -> Option<&'static str> {
    facts::tenant_claim(issuer).or_else(|| issuer.starts_with(EKS).then_some("sub"))
}

/// Whether a condition holds for any value of its claim.
fn asks_for_anything(condition: &Condition) -> bool {
    let operator = condition.operator.text.as_known().and_then(|operator| facts::operator(&operator));
    let Some(operator) = operator.map(|it| it.operator) else { return false };
    let is_star = |value: &Leaf| value.text.as_known().is_some_and(|text| text == "*");
    operator.ty == OperatorType::Null
        || (operator.wildcards && !operator.negated && strings::values(condition).any(is_star))
}

fn say_nothing_asked(provider: &Leaf, issuer: &str, statement: &Statement, report: &mut Report<'_>) {
    let who = if issuer.is_empty() { "the provider" } else { issuer };
    let message = format!("anyone with a token of `{who}` can assume this role: no condition asks who it is");
    let message = if issuer.is_empty() { message.replace('`', "") } else { message };
    let mut finding = report.leaf(provider, message);
    if let Some(key) = statement.condition_key {
        finding = finding.label(key, "nothing here tells callers apart");
    }
    let issuer = if issuer.is_empty() { "ISSUER" } else { issuer };
    finding.help(format!("add conditions on `{issuer}:aud` and `{issuer}:sub`"));
}

fn say_claim_missing<'r>(
    provider: &Leaf,
    issuer: &str,
    wanted: &str,
    asked: &[&Claim<'_>],
    report: &'r mut Report<'_>,
) -> FindingBuilder<'r> {
    let message = if issuer.starts_with(EKS) {
        "any service account of the cluster can assume this role: no condition on `sub` names one".to_owned()
    } else {
        format!(
            "`{issuer}` issues tokens to all its customers, and any of them can assume this role: no condition on `{wanted}` tells them apart"
        )
    };
    let mut finding = report.leaf(provider, message);
    for claim in asked.iter().take(1) {
        finding = finding.label(claim.condition.key.span, "the same for all of them");
    }
    finding.help(format!("add a condition on `{issuer}:{wanted}`"))
}

fn say_wide_subjects(condition: &Condition, report: &mut Report<'_>) {
    let operator = condition.operator.text.as_known().and_then(|operator| facts::operator(&operator));
    if !operator.is_some_and(|it| it.operator.wildcards && !it.operator.negated) {
        return;
    }
    for value in strings::values(condition) {
        let Some(text) = value.text.as_known() else { continue };
        match subject::breadth(&text) {
            Breadth::AnyOwner => {
                report
                    .leaf(value, format!("`{text}` lets in repositories of anyone on GitHub"))
                    .help("name the owner and the repository: `repo:OWNER/REPOSITORY:ref:refs/heads/BRANCH`");
            }
            Breadth::AnyRepository(owner) => {
                report
                    .leaf(value, format!("`{text}` lets in every repository of `{owner}`"))
                    .severity(Severity::Note)
                    .help("name the repository: `repo:OWNER/REPOSITORY:ref:refs/heads/BRANCH`");
            }
            Breadth::Repository => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::policy::model::PolicyKind::{Identity, Trust};
    use crate::rules::testing::statement_of;

    fn found(provider: &str, condition: &str) -> Vec<String> {
        let members = format!(
            r#""Effect": "Allow", "Principal": {{"Federated": "{provider}"}},
               "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {{{condition}}}"#
        );
        statement_of(&RULE, Trust, &members)
    }

    fn found_in_short(provider: &str, condition: &str) -> Vec<String> {
        let after = |line: String| line.split_once(" | ").map(|(_, said)| said.to_owned()).unwrap();
        found(provider, condition).into_iter().map(after).collect()
    }

    const GITHUB: &str = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com";
    const EKS: &str = "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/A1";
    const AUDIENCE: &str = r#""StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}"#;

    #[test]
    fn nothing_is_asked() {
        assert_eq!(
            found_in_short(GITHUB, ""),
            [
                "warning: anyone with a token of `token.actions.githubusercontent.com` can assume this role: no condition asks who it is"
            ]
        );
        assert_eq!(
            found_in_short("${provider}", r#""Bool": {"aws:SecureTransport": "true"}"#),
            ["warning: anyone with a token of the provider can assume this role: no condition asks who it is"]
        );
        assert_eq!(found("accounts.google.com", "").len(), 1);
        let any = r#""StringLike": {"token.actions.githubusercontent.com:sub": "*"}"#;
        assert_eq!(found(GITHUB, any).len(), 1);
    }

    #[test]
    fn the_claim_that_counts_is_not_asked_for() {
        assert_eq!(
            found_in_short(GITHUB, AUDIENCE),
            [
                "warning: `token.actions.githubusercontent.com` issues tokens to all its customers, and any of them can assume this role: no condition on `sub` tells them apart"
            ]
        );
        let cluster = r#""StringEquals": {"oidc.eks.eu-west-1.amazonaws.com/id/A1:aud": "sts.amazonaws.com"}"#;
        assert_eq!(
            found_in_short(EKS, cluster),
            ["warning: any service account of the cluster can assume this role: no condition on `sub` names one"]
        );
        assert_eq!(found(EKS, r#""StringEquals": {"${issuer}:aud": "sts.amazonaws.com"}"#).len(), 1);
        assert_eq!(found("${provider}", AUDIENCE).len(), 1, "the keys name the issuer");
        let amr = r#""ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "authenticated"}"#;
        assert_eq!(found("cognito-identity.amazonaws.com", amr).len(), 1);
    }

    #[test]
    fn what_tells_callers_apart() {
        let github = |claim: &str, value: &str| {
            found(GITHUB, &format!(r#""StringLike": {{"token.actions.githubusercontent.com:{claim}": "{value}"}}"#))
        };
        assert_eq!(github("sub", "repo:octo-org/octo-repo:*"), [""; 0]);
        assert_eq!(github("sub", "${subject}"), [""; 0]);
        assert_eq!(github("repository_id", "1234"), [""; 0]);
        assert_eq!(github("job_workflow_ref", "octo-org/octo-repo/.github/workflows/x.yml@*"), [""; 0]);
        let others = [
            (EKS, r#""StringEquals": {"${issuer}:sub": "system:serviceaccount:default:x"}"#),
            (EKS, r#""StringEquals": {"${key}": "x"}"#),
            (EKS, r#""StringEquals": {"${issuer}:${claim}": "x"}"#),
            (EKS, "${more}"),
            ("${provider}", r#""StringEquals": {"${issuer}:aud": "x"}"#),
            ("${provider}", r#""StringEquals": {"login.example.com:aud": "x"}"#),
            ("arn:aws:iam::${account}:oidc-provider/${issuer}", r#""StringEquals": {"${issuer}:aud": "x"}"#),
            ("accounts.google.com", r#""StringEquals": {"accounts.google.com:aud": "x"}"#),
            ("cognito-identity.amazonaws.com", r#""StringEquals": {"cognito-identity.amazonaws.com:aud": "x"}"#),
            (GITHUB, r#""StringEquals": {"aws:PrincipalTag/x": "x"}"#),
            (GITHUB, r#""StringEquals": {"sts:RoleSessionName": "x"}"#),
            ("arn:aws:iam::111122223333:saml-provider/x", ""),
        ];
        for (provider, condition) in others {
            assert_eq!(found(provider, condition), [""; 0], "{provider} {condition}");
        }
        let members = format!(
            r#""Effect": "Deny", "Principal": {{"Federated": "{GITHUB}"}}, "Action": "sts:AssumeRoleWithWebIdentity""#
        );
        assert_eq!(statement_of(&RULE, Trust, &members), [""; 0]);
        let members = members.replace("Deny", "Allow");
        assert_eq!(statement_of(&RULE, Identity, &members), [""; 0]);
    }

    #[test]
    fn subjects_that_are_too_wide() {
        let subject = |operator: &str, value: &str| {
            let condition = format!(r#""{operator}": {{"token.actions.githubusercontent.com:sub": "{value}"}}"#);
            found(GITHUB, &condition)
        };
        assert_eq!(
            subject("StringLike", "repo:octo-org/*"),
            ["repo:octo-org/* | note: `repo:octo-org/*` lets in every repository of `octo-org`"]
        );
        assert_eq!(
            subject("ForAnyValue:StringLike", "repo:octo*"),
            ["repo:octo* | warning: `repo:octo*` lets in repositories of anyone on GitHub"]
        );
        assert_eq!(subject("StringEquals", "repo:octo-org/*"), [""; 0], "the star is a letter there");
        assert_eq!(subject("StringNotLike", "repo:octo-org/*"), [""; 0]);
        let with_more = r#""StringLike": {"token.actions.githubusercontent.com:sub": "repo:octo-org/*",
            "token.actions.githubusercontent.com:job_workflow_ref": "octo-org/x/.github/workflows/y.yml@*"}"#;
        assert_eq!(found(GITHUB, with_more), [""; 0]);
    }
}
