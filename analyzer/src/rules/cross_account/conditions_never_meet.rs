//! What it finds, why, and its tests: `conditions_never_meet.md`.

use std::collections::hash_map::Entry;

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::blocked::{self, Blocked};
use super::half_words::{self as words, Lack};
use crate::access::grants::Blocker;
use crate::access::{AtOdds, CompiledPolicy};
use crate::finding::Severity;
use crate::policy::model::{Condition, Leaf, PolicyDocument, Statement};
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext};
use crate::source::Span;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "conditions-never-meet",
    group: Group::CrossAccount,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &[],
    check: Check::Workspace(check),
};

fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    for (index, site) in ctx.policies.iter().enumerate() {
        if site.document.statements.iter().any(may_be_at_odds) {
            report.enter(Some(index));
            within_statements(site, report);
        }
    }
    if ctx.policies.iter().filter(|site| site.document.statements.iter().any(has_conditions)).nth(1).is_some() {
        between_sides(ctx, report);
    }
}

fn has_conditions(statement: &Statement) -> bool {
    !statement.conditions.is_empty()
}

/// Whether two conditions of a statement are about one key, or one is about the address of the caller.
fn may_be_at_odds(statement: &Statement) -> bool {
    let mut seen: FxHashSet<SmolStr> = FxHashSet::default();
    let mut keys = statement.conditions.iter().filter_map(|it| it.key.text.as_known());
    statement.conditions.len() > 1
        && keys.any(|key| {
            let key = SmolStr::from(key.to_ascii_lowercase());
            key == ADDRESS || !seen.insert(key)
        })
}

/// The key that requests through a VPC endpoint lack.
const ADDRESS: &str = "aws:sourceip";

fn within_statements(site: &PolicySite, report: &mut Report<'_>) {
    let compiled = CompiledPolicy::new(&site.document, site.kind);
    for (number, at_odds) in compiled.at_odds() {
        let Some(statement) = site.document.statements.get(number) else { continue };
        let (Some(first), Some(second)) = (find(statement, at_odds.first), find(statement, at_odds.second)) else {
            continue;
        };
        // One operator has a key twice: that is `duplicate-key`.
        let is_double = first.operator.text.as_known() == second.operator.text.as_known() && is_one_key(first, second);
        if is_double {
            continue;
        }
        let is_deny = statement.effect.as_ref().and_then(|it| it.text.as_known()).is_some_and(|it| it == "Deny");
        let effect = if is_deny { "denies" } else { "allows" };
        let message = format!(
            "the conditions on {} of this statement never hold together, so that it {effect} nothing",
            keys(first, second)
        );
        report.leaf(mark(second), message).label(mark(first).span, OTHER).help(help(first, second));
    }
}

/// What is said at the other condition.
const OTHER: &str = "this is the other condition";

fn help(first: &Condition, second: &Condition) -> &'static str {
    if is_one_key(first, second) {
        "all conditions have to hold: write alternatives as values of one condition, or in two statements"
    } else {
        "a request through a VPC endpoint has no `aws:SourceIp`: its address is in `aws:VpcSourceIp`"
    }
}

fn is_one_key(first: &Condition, second: &Condition) -> bool {
    first.key.text.display().eq_ignore_ascii_case(&second.key.text.display())
}

/// `` `aws:SourceVpce` ``, or both keys.
fn keys(first: &Condition, second: &Condition) -> String {
    let (one, other) = (first.key.text.display(), second.key.text.display());
    if is_one_key(first, second) { words::names([other].iter()) } else { words::names([one, other].iter()) }
}

/// The condition whose key stands there.
fn find(statement: &Statement, key: Span) -> Option<&Condition> {
    statement.conditions.iter().find(|condition| condition.key.span == key)
}

/// The only value of a condition, or its key.
fn mark(condition: &Condition) -> &Leaf {
    match condition.values.as_slice() {
        [only] if !only.implied && condition.possible.is_empty() => only,
        _ => &condition.key,
    }
}

fn between_sides(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    let mut cases: Vec<(Lack<'_>, Case<'_>)> = Vec::new();
    let mut by_place: FxHashMap<(Option<usize>, Span), usize> = FxHashMap::default();
    for blocked in blocked::grants(ctx.access) {
        let Blocker::Conditions(at_odds) = blocked.by else { continue };
        let Some(case) = Case::of(&blocked, at_odds, ctx) else { continue };
        let place = mark(case.here).span;
        match by_place.entry((blocked.grant.site, place)) {
            Entry::Occupied(known) => {
                cases.get_mut(*known.get()).into_iter().for_each(|(lack, _)| lack.add(blocked.grant.principal));
            }
            Entry::Vacant(new) => {
                new.insert(cases.len());
                cases.push((Lack::at(blocked.grant.clone(), place), case));
            }
        }
    }
    for (lack, case) in &cases {
        case.say(lack, report);
    }
}

/// A grant whose sides never hold together.
struct Case<'a> {
    /// The condition of the policy that claims it.
    here: &'a Condition,
    /// The condition of the other side.
    there: &'a Condition,
    /// The actions that it is about.
    actions: Vec<&'a Leaf>,
}

impl<'a> Case<'a> {
    fn of(blocked: &Blocked<'a>, at_odds: AtOdds, ctx: &RuleContext<'a>) -> Option<Self> {
        let find = |document: &'a PolicyDocument, key: Span| document.statements.iter().find_map(|it| find(it, key));
        let anywhere = |key: Span| ctx.policies.iter().find_map(|site| find(&site.document, key));
        let document = &ctx.policies.get(blocked.grant.site?)?.document;
        let (here, other) = match find(document, at_odds.second) {
            Some(here) => (here, at_odds.first),
            None => (find(document, at_odds.first)?, at_odds.second),
        };
        Some(Self { here, there: anywhere(other)?, actions: blocked.actions.clone() })
    }

    fn say(&self, lack: &Lack<'_>, report: &mut Report<'_>) {
        let grant = &lack.grant;
        let (who, target, actions) =
            (words::principal(grant.principal), words::target(grant.target), words::actions(&self.actions));
        let message = format!(
            "the conditions on {} of both sides never hold together, so that {who} cannot do {actions} on {target}",
            keys(self.there, self.here)
        );
        report.enter(grant.site);
        let finding = report
            .leaf(mark(self.here), lack.message(&message))
            .label(mark(self.there).span, OTHER)
            .help("one request has to fulfil both: let one of them want what the other one does");
        words::finish(finding, grant, None);
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::{in_workspace, statement};

    fn at_odds(condition: &str) -> bool {
        let members =
            format!(r#""Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {{{condition}}}"#);
        let found = statement(&RULE, &members);
        assert!(found.len() < 2, "{found:?}");
        !found.is_empty()
    }

    #[test]
    fn values_of_one_key() {
        for condition in [
            r#""StringEquals": {"aws:SourceVpce": "vpce-1"}, "StringLike": {"aws:SourceVpce": "vpce-2*"}"#,
            r#""StringEquals": {"aws:SourceVpce": ["vpce-1", "vpce-3"]}, "StringNotEquals": {"aws:SourceVpce": ["vpce-1", "vpce-2", "vpce-3"]}"#,
            r#""StringEquals": {"aws:SourceVpce": "vpce-1"}, "StringEqualsIfExists": {"AWS:SourceVpce": "vpce-2"}"#,
            r#""StringEquals": {"aws:PrincipalTag/a": "X"}, "StringEqualsIgnoreCase": {"aws:PrincipalTag/a": "y"}"#,
            r#""ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/a*"}, "StringEquals": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/b"}"#,
            r#""ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/a*"}, "ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*"}"#,
            r#""Bool": {"aws:SecureTransport": "true"}, "BoolIfExists": {"aws:SecureTransport": "false"}"#,
            r#""IpAddress": {"aws:SourceIp": "203.0.113.0/25"}, "NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}"#,
            r#""IpAddress": {"aws:SourceIp": ["203.0.113.0/25", "10.0.0.0/8"]}, "IpAddressIfExists": {"aws:SourceIp": "198.51.100.7"}"#,
            r#""NumericLessThan": {"aws:MultiFactorAuthAge": "60"}, "NumericGreaterThanEquals": {"aws:MultiFactorAuthAge": "60"}"#,
            r#""DateGreaterThan": {"aws:CurrentTime": "2026-06-01"}, "DateLessThan": {"aws:CurrentTime": "2026-05-01"}"#,
            r#""DateEquals": {"aws:CurrentTime": "2026-06-01"}, "DateNotEquals": {"aws:CurrentTime": "2026-06-01T00:00:00Z"}"#,
            r#""Null": {"aws:PrincipalTag/a": "true"}, "StringLike": {"aws:PrincipalTag/a": "*"}"#,
            r#""ForAnyValue:StringEquals": {"aws:TagKeys": "a"}, "ForAllValues:StringEquals": {"aws:TagKeys": ["b", "c"]}"#,
            r#""IpAddress": {"aws:SourceIp": "203.0.113.0/24"}, "StringEquals": {"aws:SourceVpc": "vpc-1"}"#,
        ] {
            assert!(at_odds(condition), "{condition}");
        }
    }

    #[test]
    fn values_that_one_request_may_have() {
        for condition in [
            r#""StringEquals": {"aws:SourceVpce": ["vpce-1", "vpce-2"]}, "StringLike": {"aws:SourceVpce": "vpce-2*"}"#,
            r#""StringEqualsIfExists": {"aws:SourceVpce": "vpce-1"}, "StringNotEqualsIfExists": {"aws:SourceVpce": "vpce-1"}"#,
            r#""StringNotEquals": {"aws:SourceVpce": "vpce-1"}, "StringNotLike": {"aws:SourceVpce": "*"}"#,
            r#""StringEquals": {"aws:SourceVpce": "vpce-1"}, "StringLike": {"aws:SourceVpce": "${x}"}"#,
            r#""StringEquals": {"aws:SourceVpce": ["vpce-1", ${x}]}, "StringLike": {"aws:SourceVpce": "vpce-2"}"#,
            r#""StringEquals": {"aws:SourceVpce": "vpce-1"}, "StringLike": {"aws:SourceVpce": ["vpce-2", ${x}]}"#,
            r#""StringEquals": {"aws:SourceVpce": "vpce-1"}, "${x}": {"aws:SourceVpce": "vpce-2"}"#,
            r#""StringEquals": {"aws:PrincipalTag/a": "X"}, "StringEqualsIgnoreCase": {"aws:PrincipalTag/a": "x"}"#,
            r#""StringEqualsIgnoreCase": {"aws:PrincipalTag/a": "x"}, "StringNotEquals": {"aws:PrincipalTag/a": "x"}"#,
            r#""StringLike": {"aws:PrincipalArn": "arn:aws:iam::1*:role/a"}, "ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:*"}"#,
            r#""IpAddress": {"aws:SourceIp": "203.0.113.0/24"}, "NotIpAddress": {"aws:SourceIp": "203.0.113.0/25"}"#,
            r#""IpAddressIfExists": {"aws:SourceIp": "203.0.113.0/24"}, "StringEquals": {"aws:SourceVpc": "vpc-1"}"#,
            r#""NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}, "StringNotEquals": {"aws:SourceVpc": "vpc-1"}"#,
            r#""NumericLessThanEquals": {"aws:MultiFactorAuthAge": "60"}, "NumericGreaterThanEquals": {"aws:MultiFactorAuthAge": "60"}"#,
            r#""DateGreaterThan": {"aws:CurrentTime": "2026-05-01"}, "DateLessThan": {"aws:CurrentTime": "2026-06-01"}"#,
            r#""DateGreaterThan": {"aws:CurrentTime": "2026-06-01"}, "DateLessThan": {"aws:EpochTime": "2026-05-01"}"#,
            r#""Null": {"aws:PrincipalTag/a": "false"}, "StringLike": {"aws:PrincipalTag/a": "*"}"#,
            r#""Null": {"aws:PrincipalTag/a": "true"}, "StringNotEquals": {"aws:PrincipalTag/a": "x"}"#,
            r#""ForAnyValue:StringEquals": {"aws:TagKeys": "a"}, "ForAnyValue:StringLike": {"aws:TagKeys": "b"}"#,
            r#""ForAllValues:StringEquals": {"aws:TagKeys": "a"}, "ForAllValues:StringLike": {"aws:TagKeys": "b"}"#,
            r#""StringEquals": {"aws:TagKeys": "a"}, "StringLike": {"aws:TagKeys": "b"}"#,
            r#""StringEquals": {"foo:Bar": "a"}, "StringLike": {"foo:Bar": "b"}"#,
        ] {
            assert!(!at_odds(condition), "{condition}");
        }
    }

    const ACCOUNTS: &str = r#"
variable "x" {}
provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["111111111111"]
}
provider "aws" {
  alias               = "data"
  region              = "eu-west-1"
  allowed_account_ids = ["222222222222"]
}
resource "aws_iam_role" "app" {
  name               = "app"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [] })
}
resource "aws_sqs_queue" "q" {
  provider = aws.data
  name     = "q"
}
"#;

    /// What is found where the role and the queue have these statements, each with its condition.
    fn between(own: &[&str], theirs: &[&str]) -> Vec<String> {
        let statements = |conditions: &[&str], rest: &str| -> String {
            let statement = |condition: &&str| {
                format!("{{ Effect = \"Allow\", Action = \"sqs:SendMessage\"{rest}, Condition = {{ {condition} }} }},")
            };
            conditions.iter().map(statement).collect()
        };
        let own = statements(own, ", Resource = aws_sqs_queue.q.arn");
        let theirs = statements(theirs, ", Resource = aws_sqs_queue.q.arn, Principal = { AWS = aws_iam_role.app.arn }");
        let text = format!(
            "{ACCOUNTS}resource \"aws_iam_role_policy\" \"app\" {{\n  role = aws_iam_role.app.name\n  policy = jsonencode({{ Version = \"2012-10-17\", Statement = [{own}] }})\n}}\n\
             resource \"aws_sqs_queue_policy\" \"q\" {{\n  provider = aws.data\n  queue_url = aws_sqs_queue.q.id\n  policy = jsonencode({{ Version = \"2012-10-17\", Statement = [{theirs}] }})\n}}\n"
        );
        in_workspace(&RULE, "", &[("main.tf", &text)])
    }

    const A: &str = r#"StringEquals = { "aws:PrincipalOrgID" = "o-aaaaaaaaaa" }"#;
    const B: &str = r#"StringEquals = { "aws:PrincipalOrgID" = "o-bbbbbbbbbb" }"#;
    const UNKNOWN: &str = r#"StringEquals = { "aws:PrincipalOrgID" = var.x }"#;
    const OTHER: &str = r#"StringEquals = { "aws:PrincipalTag/team" = "a" }"#;

    #[test]
    fn two_sides() {
        let message = "error: the conditions on `aws:PrincipalOrgID` of both sides never hold together, so that role `app` of account 111111111111 cannot do `sqs:SendMessage` on `aws_sqs_queue.q` of account 222222222222";
        assert_eq!(between(&[A], &[B]), [format!("o-bbbbbbbbbb | {message}")]);
        assert_eq!(between(&[A], &[B, B]).len(), 1, "whichever statement is taken, once");
        for (own, theirs) in [
            (vec![A], vec![A]),
            (vec![A, B], vec![B]),
            (vec![A], vec![B, OTHER]),
            (vec![A], vec![UNKNOWN]),
            (vec![A], vec![B, UNKNOWN]),
            (vec![A], vec![r#"StringEqualsIfExists = { "aws:PrincipalOrgID" = "o-aaaaaaaaaa" }"#]),
        ] {
            assert_eq!(between(&own, &theirs), [""; 0], "{own:?} {theirs:?}");
        }
    }
}
