//! What it finds, why, and its tests: `external_id_missing.md`.

use super::account_words::shown;
use super::carrier::{Carrier, carrier};
use super::strangers::{Stranger, stranger};
use crate::aws::arn::AccountId;
use crate::aws::facts;
use crate::aws::pattern::{Pattern, Syntax};
use crate::finding::Severity;
use crate::policy::model::{Condition, Leaf, PolicyKind, Statement};
use crate::rules::text::pattern;
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext, strings};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "external-id-missing",
    group: Group::CrossAccount,
    severity: Severity::Warning,
    since: "0.1.0",
    sources: &[],
    check: Check::PolicyInView(check),
};

/// What others call, and the condition key by which they show whom they do it for.
///
/// Source: IAM User Guide, `id_roles_common-scenarios_third-party`; CloudTrail User Guide,
/// `query-event-data-store-integration-partner`.
struct Demand {
    action: &'static str,
    key: &'static str,
}

const ROLE: Demand = Demand { action: "sts:AssumeRole", key: "sts:ExternalId" };
const CHANNEL: Demand = Demand { action: "cloudtrail-data:PutAuditEvents", key: "cloudtrail:ExternalId" };

/// Condition keys, in lower case, whose value is the same on whose behalf ever the caller acts.
/// Any other may stand for something that only one customer has, or for people.
const SAME_FOR_ALL: [&str; 8] = [
    "aws:currenttime",
    "aws:epochtime",
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principaltype",
    "aws:requestedregion",
    "aws:securetransport",
    "aws:useragent",
];

fn check(site: &PolicySite, ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    let demand = match site.kind {
        PolicyKind::Trust => ROLE,
        PolicyKind::Resource if site.site.is_some_and(|it| it.service == "cloudtrail") => CHANNEL,
        _ => return,
    };
    let document = &site.document;
    let Some(carrier) = carrier(site, ctx, report) else { return };
    if !document.open.is_empty() || !document.statements.iter().all(is_allow) {
        return;
    }
    for statement in document.statements.iter().filter(|statement| lets_in_anyhow(statement, &demand)) {
        for leaf in strings::aws_principals(statement) {
            let Some(account) = account(leaf, ctx) else { continue };
            if let Some(stranger) = stranger(account, carrier.account, ctx) {
                say(leaf, account, stranger, &carrier, statement, &demand, report);
            }
        }
    }
}

/// Whether the statement allows, for certain. A Deny may ask for the id in its own way.
fn is_allow(statement: &Statement) -> bool {
    statement.effect.as_ref().and_then(|effect| effect.text.as_known()).is_some_and(|effect| effect == "Allow")
}

/// Whether the statement allows the action, whatever is not known of it, on whose behalf ever the caller acts.
fn lets_in_anyhow(statement: &Statement, demand: &Demand) -> bool {
    let wanted = Pattern::of_text(demand.action, Syntax::Wildcards).fold_case();
    let allows = |action: &Leaf| pattern(&action.text, Syntax::Wildcards).fold_case().covers(&wanted).is_yes();
    statement.certain
        && statement.open.is_empty()
        && statement.conditions_open.is_empty()
        && statement.principals.iter().all(|principals| !principals.negated)
        && statement.actions.iter().any(|actions| !actions.negated && actions.items.iter().any(allows))
        && statement.conditions.iter().all(|condition| is_same_for_all(condition) || is_optional(condition, demand))
}

fn is_same_for_all(condition: &Condition) -> bool {
    key(condition).is_some_and(|key| SAME_FOR_ALL.contains(&key.as_str()))
}

/// Whether the condition is about the id, and holds for who sends none.
fn is_optional(condition: &Condition, demand: &Demand) -> bool {
    let operator = condition.operator.text.as_known().and_then(|operator| facts::operator(&operator));
    key(condition).is_some_and(|key| key.eq_ignore_ascii_case(demand.key))
        && operator.is_some_and(|it| it.if_exists && it.set.is_none() && !it.operator.negated)
}

fn key(condition: &Condition) -> Option<String> {
    Some(condition.key.text.as_known()?.to_ascii_lowercase())
}

/// The account of a principal, if its number is known.
fn account(leaf: &Leaf, ctx: &RuleContext<'_>) -> Option<AccountId> {
    ctx.access.accounts().of_arn(&leaf.text).unwrap_or_else(|| ctx.access.accounts().of_text(&leaf.text)).id
}

fn say(
    leaf: &Leaf,
    account: AccountId,
    stranger: Stranger,
    carrier: &Carrier<'_>,
    statement: &Statement,
    demand: &Demand,
    report: &mut Report<'_>,
) {
    let (key, name) = (demand.key, carrier.name());
    let (whose, from) = match stranger.vendor {
        Some(vendor) => (format!("account {account} of {vendor}"), format!(" that {vendor} gives you")),
        None => (format!("account {account}, which is none of this workspace's,"), String::new()),
    };
    let mut finding = report.leaf(leaf, format!("`{name}` lets in {whose} and asks for no `{key}`"));
    if let Some(condition) = statement.conditions.iter().find(|condition| is_optional(condition, demand)) {
        finding = finding.label(condition.operator.span, "this holds for who sends none");
    }
    if let Some(span) = carrier.account.evidence.span.filter(|_| carrier.account.id.is_some()) {
        finding = finding.label(span, format!("`{name}` is in {}", shown(carrier.account)));
    }
    if !stranger.certain {
        finding = finding.likely();
    }
    let ask = format!("add a condition `StringEquals` on `{key}` with the id{from}");
    finding.help(if stranger.vendor.is_some() {
        ask
    } else {
        format!("{ask}, or name the account in `crosstrail.toml` if it is yours or trusted")
    });
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::in_workspace;

    const PROVIDER: &str = r#"provider "aws" { allowed_account_ids = ["111122223333"] }"#;

    fn role(provider: &str, statement: &str) -> String {
        format!(
            r#"{provider}
            variable "x" {{}}
            resource "aws_iam_role" "vendor" {{
              name               = "vendor"
              assume_role_policy = jsonencode({{ Version = "2012-10-17", Statement = [{statement}] }})
            }}"#
        )
    }

    fn statement(principal: &str, rest: &str) -> String {
        format!(r#"{{ Effect = "Allow", Action = "sts:AssumeRole", Principal = {{ AWS = "{principal}" }}, {rest} }}"#)
    }

    fn found(settings: &str, principal: &str, rest: &str) -> Vec<String> {
        in_workspace(&RULE, settings, &[("main.tf", &role(PROVIDER, &statement(principal, rest)))])
    }

    /// What is found where there is a stack in another account, too.
    fn found_beside(other: &str, principal: &str) -> Vec<String> {
        let role = role(PROVIDER, &statement(principal, ""));
        let queue = "resource \"aws_sqs_queue\" \"q\" {}";
        let other = format!("provider \"aws\" {{\n{other}\n}}\n{queue}");
        in_workspace(&RULE, "", &[("a/main.tf", &role), ("b/main.tf", &other)])
    }

    fn datadog(rest: &str) -> usize {
        found("", "arn:aws:iam::464622532012:root", rest).len()
    }

    #[test]
    fn accounts_of_others() {
        assert_eq!(
            found("", "arn:aws:iam::464622532012:root", ""),
            [
                "arn:aws:iam::464622532012:root | warning: `aws_iam_role.vendor` lets in account 464622532012 of Datadog and asks for no `sts:ExternalId`"
            ]
        );
        assert_eq!(
            found_beside(r#"allowed_account_ids = ["444455556666"]"#, "999988887777"),
            [
                "999988887777 | likely warning: `aws_iam_role.vendor` lets in account 999988887777, which is none of this workspace's, and asks for no `sts:ExternalId`"
            ]
        );
        let own = "[accounts.prod]\nid = \"111122223333\"";
        assert_eq!(found(own, "arn:aws:iam::999988887777:role/reader", "").len(), 1);
        assert!(!found(own, "999988887777", "")[0].contains("likely"));
    }

    #[test]
    fn own_and_trusted_accounts() {
        assert_eq!(found("", "arn:aws:iam::111122223333:root", ""), [""; 0]);
        assert_eq!(found("[accounts.ci]\nid = \"999988887777\"", "999988887777", ""), [""; 0]);
        assert_eq!(found("[trusted]\ndatadog = [\"464622532012\"]", "464622532012", ""), [""; 0]);
        assert_eq!(found("", "arn:aws:iam::156460612806:root", ""), [""; 0], "load balancers write from it");
        assert_eq!(found("", "arn:aws:iam::${var.x}:root", ""), [""; 0]);
        assert_eq!(found("", "*", ""), [""; 0]);
    }

    #[test]
    fn what_may_be_an_own_account() {
        let one = |provider: &str, principal: &str| {
            in_workspace(&RULE, "", &[("main.tf", &role(provider, &statement(principal, "")))])
        };
        assert_eq!(one("", "999988887777"), [""; 0]);
        assert!(one("", "464622532012")[0].contains("| likely "), "the role may be Datadog's own");
        assert_eq!(found("", "999988887777", ""), [""; 0], "one account alone is rarely all that its owner has");
        assert_eq!(found_beside(r#"region = "eu-west-1""#, "999988887777"), [""; 0]);
        assert_eq!(found_beside(r#"allowed_account_ids = ["999988887777"]"#, "999988887777"), [""; 0]);
    }

    #[test]
    fn conditions() {
        for condition in [
            r#"StringEquals = { "sts:ExternalId" = "x" }"#,
            r#"StringLike = { "STS:externalid" = var.x }"#,
            r#"StringEquals = { "aws:PrincipalOrgID" = "o-a1b2c3d4e5" }"#,
            r#"Bool = { "aws:MultiFactorAuthPresent" = "true" }"#,
            r#"StringEquals = { "aws:PrincipalTag/customer" = "x" }"#,
            r#"StringEquals = { "sts:RoleSessionName" = "x" }"#,
            r#"StringEquals = { (var.x) = "x" }"#,
            r#""ForAllValues:StringEquals" = { "sts:ExternalId" = "x" }"#,
        ] {
            assert_eq!(datadog(&format!("Condition = {{ {condition} }}")), 0, "{condition}");
        }
        for condition in [
            r#"StringEqualsIfExists = { "sts:ExternalId" = "x" }"#,
            r#"ArnLike = { "aws:PrincipalArn" = "arn:aws:iam::464622532012:role/*" }"#,
        ] {
            assert_eq!(datadog(&format!("Condition = {{ {condition} }}")), 1, "{condition}");
        }
        assert_eq!(datadog("Condition = var.x"), 0);
    }

    #[test]
    fn other_statements_and_actions() {
        let with = |statements: &str| in_workspace(&RULE, "", &[("main.tf", &role(PROVIDER, statements))]).len();
        let allow = statement("464622532012", "");
        let deny = r#"{ Effect = "Deny", Action = "sts:AssumeRole", Principal = { AWS = "*" }, Condition = { StringNotEquals = { "sts:ExternalId" = "x" } } }"#;
        assert_eq!(with(&format!("{allow}, {deny}")), 0);
        assert_eq!(with(&format!("{allow}, var.x")), 0);
        assert_eq!(with(&allow.replace("sts:AssumeRole", "sts:TagSession")), 0);
        assert_eq!(with(&allow.replace("sts:AssumeRole", "sts:Assume*")), 1);
        assert_eq!(with(&allow.replace("Principal", "NotPrincipal")), 0);
    }

    #[test]
    fn channels() {
        let channel = |condition: &str| {
            let text = format!(
                r#"{PROVIDER}
                provider "awscc" {{}}
                resource "awscc_cloudtrail_resource_policy" "partner" {{
                  resource_arn    = "arn:aws:cloudtrail:eu-west-1:111122223333:channel/EXAMPLE8-0558-4f7e-a06a-43969EXAMPLE"
                  resource_policy = jsonencode({{
                    Version = "2012-10-17"
                    Statement = [{{
                      Effect    = "Allow"
                      Principal = {{ AWS = "464622532012" }}
                      Action    = "cloudtrail-data:PutAuditEvents"
                      Resource  = "arn:aws:cloudtrail:eu-west-1:111122223333:channel/EXAMPLE8-0558-4f7e-a06a-43969EXAMPLE"
                      {condition}
                    }}]
                  }})
                }}"#
            );
            in_workspace(&RULE, "", &[("main.tf", &text)])
        };
        assert_eq!(channel("").len(), 1);
        assert!(channel("")[0].ends_with("asks for no `cloudtrail:ExternalId`"), "{:?}", channel(""));
        assert_eq!(channel(r#"Condition = { StringEquals = { "cloudtrail:ExternalId" = "x" } }"#), [""; 0]);
    }
}
