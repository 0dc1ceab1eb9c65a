//! What it finds, why, and its tests: `missing_key_half.md`.

use std::collections::hash_map::Entry;

use rustc_hash::{FxHashMap, FxHashSet};

use super::half_words::{self as words, Lack};
use super::{account_words, half_fix};
use crate::access::grants::{
    ByAlias, Grant, GrantTarget, KeyActions, KeyLack, Lacking, State, lacking_keys, let_in, reaching,
};
use crate::finding::{Fix, Safety, Severity};
use crate::iam::PolicedResource;
use crate::rules::{Check, Group, Report, Rule, RuleContext, strings};
use crate::source::Span;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "missing-key-half",
    group: Group::CrossAccount,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &[],
    check: Check::Workspace(check),
};

fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    if ctx.iam.resources().iter().all(|resource| resource.encryption.is_empty()) {
        return;
    }
    let (let_in, reaching) = (let_in(ctx.access), reaching(ctx.access));
    let on_keys = OnKeys::of(let_in, reaching);
    let mut cases = Cases::default();
    for lack in lacking_keys(ctx.access, each_once(let_in, reaching)) {
        cases.add(lack, &on_keys, ctx);
    }
    for case in &cases.all {
        case.say(ctx, report);
    }
}

/// The principal of a grant and a key.
fn key_ends(grant: &Grant<'_>, key: &PolicedResource) -> (usize, usize) {
    (std::ptr::from_ref(grant.principal).addr(), std::ptr::from_ref(key).addr())
}

/// The grants, without those of identity policies that a policy on the target claims too.
fn each_once<'a>(let_in: &'a [Grant<'a>], reaching: &'a [Grant<'a>]) -> impl Iterator<Item = &'a Grant<'a>> {
    let said: FxHashSet<_> = let_in.iter().map(Grant::ends).collect();
    let_in.iter().chain(reaching.iter().filter(move |grant| !said.contains(&grant.ends())))
}

/// Grants on keys of which one half is missing: where it is said what the key is for, it is said there.
struct OnKeys<'a> {
    lacking_identity: FxHashMap<(usize, usize), Grant<'a>>,
    lacking_resource: FxHashMap<(usize, usize), Grant<'a>>,
}

impl<'a> OnKeys<'a> {
    fn of(let_in: &[Grant<'a>], reaching: &[Grant<'a>]) -> Self {
        let is_on_key = |grant: &&Grant<'a>| matches!(grant.target, GrantTarget::Resource(it) if it.service == "kms");
        let in_state = |grants: &[Grant<'a>], state: State| {
            let lacking = grants.iter().filter(is_on_key).filter(|grant| !grant.in_state(state).is_empty());
            lacking.map(|grant| (grant.ends(), grant.clone())).collect()
        };
        Self {
            lacking_identity: in_state(let_in, State::IdentityMissing),
            lacking_resource: in_state(reaching, State::ResourceMissing),
        }
    }
}

/// What is lacking of a key, and how it is said.
struct Case<'a> {
    /// The grant at whose text it is said, with the others of whom the same is true.
    lack: Lack<'a>,
    of: KeyLack<'a>,
    kind: Kind<'a>,
}

#[derive(Clone, Copy)]
enum Kind<'a> {
    /// The key is AWS's own.
    Managed,
    /// An alias stands for the key.
    Alias(ByAlias<'a>, Option<Span>),
    /// A policy lacks something.
    Half,
}

/// Cases, each said once at its place.
#[derive(Default)]
struct Cases<'a> {
    all: Vec<Case<'a>>,
    by_place: FxHashMap<(Option<usize>, Span, [bool; 2]), usize>,
}

impl<'a> Cases<'a> {
    fn add(&mut self, of: KeyLack<'a>, on_keys: &OnKeys<'a>, ctx: &RuleContext<'a>) {
        match of.lacking {
            Lacking::Everything => {
                let lack = Lack::at(of.grant.clone(), of.encryption.via);
                self.push(Case { lack, of, kind: Kind::Managed }, [true, true]);
            }
            Lacking::Halves { alias: Some(by), key, ref resource, .. } => {
                let nothing = KeyActions::default();
                let rest = Lacking::Halves { key, identity: nothing, resource: resource.clone(), alias: None };
                let (is_more, more) = (!resource.is_empty(), KeyLack { lacking: rest, ..of.clone() });
                let on_key = on_keys.lacking_identity.get(&key_ends(&of.grant, key));
                let said = on_key.map(|grant| Lack::new(grant.clone(), ctx).place());
                let lack = Lack::at(Grant { site: Some(by.site), leaf: by.alias, ..of.grant.clone() }, by.alias.span);
                self.push(Case { lack, of, kind: Kind::Alias(by, said) }, [true, false]);
                if is_more {
                    self.add(more, on_keys, ctx);
                }
            }
            Lacking::Halves { key, ref identity, ref resource, alias: None } => {
                let ends = key_ends(&of.grant, key);
                let flags = [identity.is_empty(), resource.is_empty()];
                let on_key = match flags {
                    [false, true] => on_keys.lacking_identity.get(&ends),
                    [true, false] => on_keys.lacking_resource.get(&ends),
                    [_, _] => None,
                };
                let lack = Lack::new(on_key.unwrap_or(&of.grant).clone(), ctx);
                self.push(Case { lack, of, kind: Kind::Half }, flags);
            }
        }
    }

    fn push(&mut self, case: Case<'a>, flags: [bool; 2]) {
        match self.by_place.entry((case.lack.grant.site, case.lack.place(), flags)) {
            Entry::Occupied(known) => {
                self.all.get_mut(*known.get()).into_iter().for_each(|it| it.lack.add(case.lack.grant.principal));
            }
            Entry::Vacant(new) => {
                new.insert(self.all.len());
                self.all.push(case);
            }
        }
    }
}

impl Case<'_> {
    fn say(&self, ctx: &RuleContext<'_>, report: &mut Report<'_>) {
        match (self.kind, &self.of.lacking) {
            (Kind::Managed, _) | (_, Lacking::Everything) => self.say_managed(report),
            (Kind::Alias(by, said), Lacking::Halves { key, identity, .. }) => {
                self.say_alias(by, said, key, identity, report);
            }
            (Kind::Half, Lacking::Halves { key, identity, resource, .. }) => {
                self.say_half(key, identity, resource, ctx, report);
            }
        }
    }

    fn say_managed(&self, report: &mut Report<'_>) {
        let of = &self.of;
        let (who, target) = (words::principal(of.grant.principal), words::target(of.grant.target));
        let message = format!(
            "{target} is encrypted with the key that AWS manages for the service, which no other account can use, \
             though {who} is let in"
        );
        report.enter(None);
        let finding = report
            .finding(of.encryption.via, self.lack.message(&message))
            .label(of.grant.leaf.span, "it is let in here")
            .help(format!(
                "encrypt it with a key of your own, whose policy lets `{}` in",
                words::arn_of(of.grant.principal)
            ));
        words::finish(finding, &of.grant, None);
    }

    fn say_alias(
        &self,
        by: ByAlias<'_>,
        said: Option<Span>,
        key: &PolicedResource,
        identity: &KeyActions,
        report: &mut Report<'_>,
    ) {
        let of = &self.of;
        let (who, missing) = (words::principal(of.grant.principal), words::names(identity.needed.iter()));
        let message = format!(
            "an alias in `Resource` stands for no key: {who} is not allowed {missing} on `{}`, which encrypts `{}`",
            words::address(key),
            words::called(of.grant.target)
        );
        let replacement = target_of_alias(&report.source_text(by.alias.span));
        report.enter(Some(by.site));
        let finding = report
            .leaf(by.alias, self.lack.message(&message))
            .label(of.encryption.via, "the key is used here")
            .help("name the key by its ARN, or allow it on all keys with a condition on `kms:ResourceAliases`");
        let finding = match replacement {
            Some(text) => finding.replace(by.alias.span, text, Safety::Unsafe),
            None => finding,
        };
        let finding = strings::actions(by.statement).fold(finding, |finding, action| {
            let is_of_keys = action.text.known_prefix().starts_with("kms:");
            if is_of_keys { finding.instead_of("action-resource-mismatch", action.span) } else { finding }
        });
        let finding = match said {
            Some(span) => finding.instead_of("missing-identity-half", span),
            None => finding,
        };
        words::finish(finding, &of.grant, None);
    }

    fn say_half(
        &self,
        key: &PolicedResource,
        identity: &KeyActions,
        resource: &KeyActions,
        ctx: &RuleContext<'_>,
        report: &mut Report<'_>,
    ) {
        let grant = Grant { target: GrantTarget::Resource(key), ..self.of.grant.clone() };
        let lacks = Lacks {
            identity: self.names(identity, State::IdentityMissing),
            resource: self.names(resource, State::ResourceMissing),
        };
        let policy = words::policy_on(key, ctx);
        let place = policy.map_or(key.span, |site| site.span);
        let message = lacks.message(&words::principal(grant.principal), &words::called(self.of.grant.target), key);
        let fixes = [
            (!identity.is_empty()).then(|| {
                half_fix::identity_half(&self.lack, grant.target, &with_beside(&lacks.identity, identity), ctx)
            }),
            (!resource.is_empty()).then(|| {
                let names = with_beside(&lacks.resource, resource);
                match policy {
                    Some(site) => half_fix::resource_half(&self.lack, grant.target, &names, site, ctx),
                    None => half_fix::new_resource_half(&self.lack, key, &names, ctx),
                }
            }),
        ];
        let here = |account| format!("{} lacks its half here", account_words::shown(account));
        let mut finding = self.lack.report(&message, report).help(lacks.help(&grant, key, place, ctx));
        if !identity.is_empty() {
            finding = finding.label(grant.principal.span, here(&grant.principal.account));
        }
        if !resource.is_empty() {
            finding = finding.label(place, here(&key.account));
        }
        let finding = finding.label(self.of.encryption.via, "the key is used here");
        words::finish(finding, &grant, both(fixes));
    }

    /// What is lacking: all that the grant on the key claims in vain, if that is where it is said.
    fn names(&self, lacking: &KeyActions, state: State) -> Vec<String> {
        let is_on_key = self.lack.grant.ends() != self.of.grant.ends();
        if is_on_key && !lacking.is_empty() {
            return half_fix::names(&self.lack.grant.in_state(state));
        }
        lacking.needed.iter().map(|action| (*action).to_owned()).collect()
    }
}

/// The actions that each side lacks, by name.
struct Lacks {
    identity: Vec<String>,
    resource: Vec<String>,
}

impl Lacks {
    fn message(&self, who: &str, target: &str, key: &PolicedResource) -> String {
        let key = words::address(key);
        let (identity, resource) = (words::names(self.identity.iter()), words::names(self.resource.iter()));
        let front = format!("{who} is let into `{target}`, which is encrypted with `{key}`, but");
        match (self.identity.is_empty(), self.resource.is_empty()) {
            (_, true) => format!("{front} no policy of it allows {identity} on that key"),
            (true, false) => format!("{front} the policy of that key does not allow it {resource}"),
            (false, false) if self.identity == self.resource => {
                format!("{front} neither a policy of it nor that of the key allows {identity}")
            }
            (false, false) => {
                format!("{front} no policy of it allows {identity} on that key, nor that of the key {resource}")
            }
        }
    }

    fn help(&self, grant: &Grant<'_>, key: &PolicedResource, place: Span, ctx: &RuleContext<'_>) -> String {
        let principal = grant.principal;
        let (identity, resource) = (words::names(self.identity.iter()), words::names(self.resource.iter()));
        let own = format!(
            "allow {identity} on `{}` in a policy of `{}`, in `{}`",
            words::arn(grant),
            principal.address,
            words::file(principal.span, ctx)
        );
        let theirs = format!(
            "allow {resource} to `{}` in the policy of `{}`, in `{}`",
            words::arn_of(principal),
            words::address(key),
            words::file(place, ctx)
        );
        match (self.identity.is_empty(), self.resource.is_empty()) {
            (_, true) => own,
            (true, false) => theirs,
            (false, false) => format!("{own}, and {theirs}"),
        }
    }
}

/// `names`, and what some calls need beside.
fn with_beside(names: &[String], lacking: &KeyActions) -> Vec<String> {
    let beside = lacking.beside.iter().map(|action| (*action).to_owned()).filter(|action| !names.contains(action));
    names.iter().cloned().chain(beside).collect()
}

/// One fix that does what both do; none if one of those that are wanted cannot be made.
fn both(fixes: [Option<Option<Fix>>; 2]) -> Option<Fix> {
    let mut wanted = fixes.into_iter().flatten();
    let first = wanted.next()??;
    let Some(second) = wanted.next() else { return Some(first) };
    let second = second?;
    let mut edits = first.edits;
    for edit in second.edits {
        match edits.iter_mut().find(|before| before.span == edit.span) {
            Some(before) => before.new_text.push_str(&edit.new_text),
            None => edits.push(edit),
        }
    }
    Some(Fix { title: format!("{}, and {}", first.title, second.title), safety: Safety::Unsafe, edits })
}

/// The reference to the key of an alias in the place of one to its ARN.
fn target_of_alias(source: &str) -> Option<String> {
    let (front, behind) = source.split_once("aws_kms_alias.")?;
    let (name, end) = behind.split_once(".arn")?;
    let is_name = name.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-'));
    let is_whole = matches!((front, end), ("", "") | ("${", "}") | ("\"${", "}\""));
    (is_name && is_whole).then(|| format!("{front}aws_kms_alias.{name}.target_key_arn{end}"))
}

#[cfg(test)]
mod tests {
    use super::{RULE, target_of_alias};
    use crate::rules::testing::in_workspace;

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
"#;

    fn found(text: &str) -> Vec<String> {
        in_workspace(&RULE, "", &[("main.tf", &format!("{ACCOUNTS}{text}"))])
    }

    /// A resource of the other account.
    fn there(ty: &str, label: &str, body: &str) -> String {
        format!("resource \"{ty}\" \"{label}\" {{\n  provider = aws.data\n{body}\n}}\n")
    }

    fn may(statements: &[(&str, &str)]) -> String {
        let statement = |(action, resource): &(&str, &str)| {
            format!("{{ Effect = \"Allow\", Action = \"{action}\", Resource = {resource} }},")
        };
        let statements: String = statements.iter().map(statement).collect();
        format!(
            "resource \"aws_iam_role_policy\" \"app\" {{\n  role = aws_iam_role.app.name\n  policy = jsonencode({{ Version = \"2012-10-17\", Statement = [{statements}] }})\n}}\n"
        )
    }

    fn letting_in(ty: &str, on: &str, action: &str, condition: &str) -> String {
        let body = format!(
            "{on}\n  policy = jsonencode({{ Version = \"2012-10-17\", Statement = [{{ Effect = \"Allow\", Action = \"{action}\", \
             Resource = \"*\", Principal = {{ AWS = aws_iam_role.app.arn }}{condition} }}] }})"
        );
        there(ty, "p", &body)
    }

    const KEY: &str = "resource \"aws_kms_key\" \"k\" {\n  provider = aws.data\n}\n";

    /// A queue with this argument, which the role may receive from.
    fn queue(argument: &str) -> String {
        there("aws_sqs_queue", "q", &format!("  name = \"q\"\n  {argument}"))
            + &letting_in("aws_sqs_queue_policy", "  queue_url = aws_sqs_queue.q.id", "sqs:ReceiveMessage", "")
    }

    const RECEIVE: (&str, &str) = ("sqs:ReceiveMessage", "aws_sqs_queue.q.arn");
    const DECRYPT: (&str, &str) = ("kms:Decrypt", "aws_kms_key.k.arn");

    #[test]
    fn keys_by_all_their_names() {
        let alias = there("aws_kms_alias", "a", "  name = \"alias/a\"\n  target_key_id = aws_kms_key.k.id");
        for name in [
            "aws_kms_key.k.arn",
            "aws_kms_key.k.key_id",
            "aws_kms_key.k.id",
            "aws_kms_alias.a.arn",
            "aws_kms_alias.a.name",
            "\"alias/a\"",
        ] {
            let text =
                format!("{KEY}{alias}{}{}", may(&[RECEIVE, DECRYPT]), queue(&format!("kms_master_key_id = {name}")));
            assert_eq!(
                found(&text),
                [
                    "aws_kms_key.k.arn | error: role `app` of account 111111111111 is let into `aws_sqs_queue.q`, which is encrypted with `aws_kms_key.k`, but the policy of that key does not allow it `kms:Decrypt`"
                ],
                "{name}"
            );
        }
    }

    #[test]
    fn keys_that_are_not_known() {
        for argument in [
            "",
            "kms_master_key_id = null",
            "kms_master_key_id = var.x",
            "kms_master_key_id = \"arn:aws:kms:eu-west-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab\"",
            "kms_master_key_id = var.x ? aws_kms_key.k.arn : null",
        ] {
            assert_eq!(found(&format!("{KEY}{}{}", may(&[RECEIVE]), queue(argument))), [""; 0], "{argument}");
        }
        let perhaps = KEY.replace("provider", "count = var.x\n  provider");
        let with = queue("kms_master_key_id = aws_kms_key.k[0].arn");
        assert_eq!(found(&format!("{perhaps}{}{with}", may(&[RECEIVE]))), [""; 0]);
    }

    #[test]
    fn halves_that_are_not_known() {
        let with = |key: &str, more: &str| {
            let key = KEY.replace("aws.data", &format!("aws.data\n  {key}"));
            found(&format!("{key}{more}{}", queue("kms_master_key_id = aws_kms_key.k.arn"))).len()
        };
        let policy = |condition: &str| {
            format!(
                "policy = jsonencode({{ Version = \"2012-10-17\", Statement = [{{ Effect = \"Allow\", Action = \"kms:*\", Resource = \"*\", Principal = {{ AWS = \"*\" }}, Condition = {{ StringEquals = {{ {condition} }} }} }}] }})"
            )
        };
        let both = may(&[RECEIVE, DECRYPT]);
        assert_eq!(with("policy = var.x", &both), 0);
        assert_eq!(with(&policy(r#""kms:ViaService" = "sqs.eu-west-1.amazonaws.com""#), &both), 0);
        assert_eq!(with(&policy(r#""kms:CallerAccount" = "111111111111""#), &both), 0);
        assert_eq!(with(&policy(r#""kms:CallerAccount" = "222222222222""#), &both), 1, "this lets its own account in");
        assert_eq!(with(&policy(r#""kms:CallerAccount" = "111111111111""#), &may(&[RECEIVE])), 1);
        let attached = "resource \"aws_iam_role_policy_attachment\" \"x\" {\n  role = aws_iam_role.app.name\n  policy_arn = var.x\n}\n";
        assert_eq!(
            with(&policy(r#""kms:CallerAccount" = "111111111111""#), &format!("{attached}{}", may(&[RECEIVE]))),
            0
        );
        let grant = there(
            "aws_kms_grant",
            "g",
            "  key_id = aws_kms_key.k.key_id\n  grantee_principal = aws_iam_role.app.arn\n  operations = [\"Decrypt\"]",
        );
        assert_eq!(with("", &format!("{grant}{}", may(&[RECEIVE]))), 0, "a grant needs no policy of the caller");
    }

    #[test]
    fn keys_of_aws() {
        let message = |what: &str, who: &str| {
            format!(
                "error: `{what}` of account 222222222222 is encrypted with the key that AWS manages for the service, which no other account can use, though {who} is let in"
            )
        };
        let app = "role `app` of account 111111111111";
        for key in ["alias/aws/sqs", "arn:aws:kms:eu-west-1:222222222222:alias/aws/sqs"] {
            let argument = format!("kms_master_key_id = \"{key}\"");
            assert_eq!(
                found(&format!("{}{}", may(&[RECEIVE]), queue(&argument))),
                [format!("{argument} | {}", message("aws_sqs_queue.q", app))]
            );
        }
        let bucket = |algorithm: &str, action: &str| {
            let text = there("aws_s3_bucket", "b", "  bucket = \"b\"")
                + &there(
                    "aws_s3_bucket_server_side_encryption_configuration",
                    "b",
                    &format!(
                        "  bucket = aws_s3_bucket.b.id\n  rule {{\n    apply_server_side_encryption_by_default {{\n      sse_algorithm = {algorithm}\n    }}\n  }}"
                    ),
                )
                + &letting_in("aws_s3_bucket_policy", "  bucket = aws_s3_bucket.b.id", action, "");
            found(&format!("{text}{}", may(&[(action, "\"${aws_s3_bucket.b.arn}/*\"")])))
        };
        assert_eq!(bucket("\"aws:kms\"", "s3:GetObject").len(), 1);
        assert_eq!(bucket("\"aws:kms\"", "s3:PutObject"), [""; 0], "the writer may bring another key");
        assert_eq!(bucket("\"AES256\"", "s3:GetObject"), [""; 0]);
        assert_eq!(bucket("var.x", "s3:GetObject"), [""; 0]);
    }

    #[test]
    fn other_kinds_of_resources() {
        let other = |text: String, statement: (&str, &str)| found(&format!("{KEY}{text}{}", may(&[statement]))).len();
        let topic = there("aws_sns_topic", "t", "  name = \"t\"\n  kms_master_key_id = aws_kms_key.k.arn")
            + &letting_in("aws_sns_topic_policy", "  arn = aws_sns_topic.t.arn", "sns:Publish", "");
        assert_eq!(other(topic.clone(), ("sns:Publish", "aws_sns_topic.t.arn")), 1);
        assert_eq!(other(topic, ("sns:Subscribe", "aws_sns_topic.t.arn")), 0, "that is a matter of other rules");
        let stream = |mode: &str| {
            let body = format!("  name = \"s\"\n  encryption_type = \"{mode}\"\n  kms_key_id = aws_kms_key.k.arn");
            there("aws_kinesis_stream", "s", &body)
                + &letting_in(
                    "aws_kinesis_resource_policy",
                    "  resource_arn = aws_kinesis_stream.s.arn",
                    "kinesis:PutRecord",
                    "",
                )
        };
        assert_eq!(other(stream("KMS"), ("kinesis:PutRecord", "aws_kinesis_stream.s.arn")), 1);
        assert_eq!(other(stream("NONE"), ("kinesis:PutRecord", "aws_kinesis_stream.s.arn")), 0);
        let table = |rest: &str| {
            let body = format!("  name = \"t\"\n  server_side_encryption {{\n    enabled = true\n    {rest}\n  }}");
            there("aws_dynamodb_table", "t", &body)
                + &letting_in(
                    "aws_dynamodb_resource_policy",
                    "  resource_arn = aws_dynamodb_table.t.arn",
                    "dynamodb:GetItem",
                    "",
                )
        };
        assert_eq!(other(table(""), ("dynamodb:GetItem", "aws_dynamodb_table.t.arn")), 1);
        assert_eq!(
            other(table("kms_key_arn = aws_kms_key.k.arn"), ("dynamodb:GetItem", "aws_dynamodb_table.t.arn")),
            1
        );
        let repository = there(
            "aws_ecr_repository",
            "r",
            "  name = \"r\"\n  encryption_configuration {\n    encryption_type = \"KMS\"\n    kms_key = aws_kms_key.k.arn\n  }",
        ) + &letting_in(
            "aws_ecr_repository_policy",
            "  repository = aws_ecr_repository.r.name",
            "ecr:BatchGetImage",
            "",
        );
        assert_eq!(other(repository, ("ecr:BatchGetImage", "aws_ecr_repository.r.arn")), 0, "ECR uses the key itself");
    }

    #[test]
    fn a_condition_on_the_grant() {
        let condition = r#", Condition = { StringEquals = { "aws:PrincipalOrgID" = "o-a1b2c3d4e5" } }"#;
        let text = there("aws_sqs_queue", "q", "  name = \"q\"\n  kms_master_key_id = aws_kms_key.k.arn")
            + &letting_in("aws_sqs_queue_policy", "  queue_url = aws_sqs_queue.q.id", "sqs:ReceiveMessage", condition);
        assert_eq!(found(&format!("{KEY}{text}{}", may(&[RECEIVE, DECRYPT]))).len(), 1);
    }

    #[test]
    fn aliases() {
        assert_eq!(target_of_alias("aws_kms_alias.a.arn").as_deref(), Some("aws_kms_alias.a.target_key_arn"));
        assert_eq!(target_of_alias("${aws_kms_alias.a.arn}").as_deref(), Some("${aws_kms_alias.a.target_key_arn}"));
        for other in [
            "aws_kms_alias.a[0].arn",
            "aws_kms_alias.a.name",
            "[aws_kms_alias.a.arn]",
            "arn:aws:kms:eu-west-1:1:alias/a",
        ] {
            assert_eq!(target_of_alias(other), None, "{other}");
        }
    }
}
