//! The requests that CloudTrail makes for the trails in view, put to the policies that decide.
//!
//! What is denied for every value of the unknowns is a fault; the statement that comes
//! nearest to allowing it tells which one.

use crate::access::{Action, Attached, CompiledPolicy, Context, Decision, Denial, Policies, Presence, Request, Target};
use crate::access::{Principal, Standing, decide};
use crate::aws::service_accounts;
use crate::cloudtrail::{Circumstance, Delivery, Named, Need, SERVICE, Sender, Trail};
use crate::eval::text::Text;
use crate::iam::PolicedResource;
use crate::policy::model::{Condition, Leaf, PolicyDocument, PolicyKind, Statement};
use crate::rules::RuleContext;
use crate::rules::action::fit::{Fit, verdicts};

use super::papers::{Paper, Papers};
use super::stand_in;

/// A request that is denied.
#[derive(Debug)]
pub(super) struct Lack<'a> {
    pub(super) sender: Sender<'a>,
    pub(super) delivery: Delivery,
    /// What the trail names, and by which of its arguments.
    pub(super) resource: &'a PolicedResource,
    pub(super) named: &'a Named,
    pub(super) fault: Fault<'a>,
    /// The first policy on the resource that someone wrote.
    pub(super) paper: Option<Paper<'a>>,
}

/// Why a request is denied.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fault<'a> {
    /// A statement denies it.
    Denied(Part<'a>),
    /// There is no policy.
    NoPolicy,
    /// No statement comes near to allowing it.
    Unnamed,
    /// This one would allow it, but is about other resources.
    Resource(Part<'a>),
    /// This one would allow it, but this action of it works on no resource of the kind that it is about.
    Type(Part<'a>, &'a Leaf),
    /// This one would allow it, but for the condition of this number.
    Condition(Part<'a>, usize),
}

/// A statement of a policy.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part<'a> {
    pub(super) paper: Paper<'a>,
    pub(super) number: usize,
}

impl<'a> Part<'a> {
    pub(super) fn statement(self) -> Option<&'a Statement> {
        self.paper.document.statements.get(self.number)
    }

    pub(super) fn condition(self, number: usize) -> Option<&'a Condition> {
        self.statement()?.conditions.get(number)
    }
}

/// What the buckets of the trails deny them.
pub(super) fn of_buckets<'a>(ctx: &RuleContext<'a>) -> Vec<Lack<'a>> {
    let mut found = Vec::new();
    for trail in ctx.cloudtrail.trails() {
        found
            .extend(of_resource(trail, trail.bucket.as_ref(), ctx, |sender, resource| sender.to_bucket(&resource.arn)));
    }
    found
}

/// What the keys of the trails deny them.
pub(super) fn of_keys<'a>(ctx: &RuleContext<'a>) -> Vec<Lack<'a>> {
    let mut found = Vec::new();
    for trail in ctx.cloudtrail.trails() {
        let bucket_key = ctx.cloudtrail.has_bucket_key(trail);
        found.extend(of_resource(trail, trail.key.as_ref(), ctx, |sender, resource| {
            sender.to_key(&resource.arn, bucket_key)
        }));
    }
    found
}

/// What the topics of the trails deny them.
pub(super) fn of_topics<'a>(ctx: &RuleContext<'a>) -> Vec<Lack<'a>> {
    let mut found = Vec::new();
    for trail in ctx.cloudtrail.trails() {
        found.extend(of_resource(trail, trail.topic.as_ref(), ctx, |sender, resource| sender.to_topic(&resource.arn)));
    }
    found
}

/// What the keys of the topics of the trails deny them.
pub(super) fn of_topic_keys<'a>(ctx: &RuleContext<'a>) -> Vec<Lack<'a>> {
    let mut found = Vec::new();
    for trail in ctx.cloudtrail.trails() {
        let key = ctx.cloudtrail.key_of_topic(trail, ctx.iam);
        found.extend(of_resource(trail, key, ctx, |sender, resource| sender.to_topic_key(&resource.arn)));
    }
    found
}

/// What the resource that is `named` for `trail` denies of what `requests` asks.
fn of_resource<'a>(
    trail: &'a Trail,
    named: Option<&'a Named>,
    ctx: &RuleContext<'a>,
    requests: impl Fn(&Sender<'a>, &PolicedResource) -> Vec<Delivery>,
) -> Vec<Lack<'a>> {
    let Some(named) = named.filter(|named| named.is_set.is_yes()) else { return Vec::new() };
    let Some(resource) = named.index.and_then(|index| ctx.iam.resources().get(index)) else { return Vec::new() };
    let papers = Papers::on(resource, &trail.existence, ctx);
    let paper = papers.certain.iter().find(|paper| paper.site.is_some()).copied();
    let sender = Sender::of(trail, ctx.access.accounts());
    let asked = requests(&sender, resource).into_iter().filter_map(|delivery| {
        let fault = ask(&delivery, &sender, &papers, resource, ctx)?;
        Some(Lack { sender: sender.clone(), delivery, resource, named, fault, paper })
    });
    asked.collect()
}

/// Why the request is denied; `None` if it is not, or not for certain.
fn ask<'a>(
    delivery: &Delivery,
    sender: &Sender<'_>,
    papers: &Papers<'a>,
    resource: &PolicedResource,
    ctx: &RuleContext<'a>,
) -> Option<Fault<'a>> {
    let owned = stand_ins(delivery, sender, papers);
    let compiled = |papers: &[Paper<'a>]| -> Option<Vec<&CompiledPolicy>> {
        papers.iter().map(|paper| ctx.access.compiled(paper.document, PolicyKind::Resource)).collect()
    };
    let (certain, possible) = match &owned {
        Some((certain, possible)) => (certain.iter().collect(), possible.iter().collect()),
        None => (compiled(&papers.certain)?, compiled(&papers.possible)?),
    };
    let attached = Attached { policies: &certain, possible: &possible, open: &papers.open, in_view: papers.in_view };
    let by = ctx.access.stranger(Principal::Service(SERVICE.into()));
    let (action, context) = (Action::new(delivery.action), context(delivery));
    let target = match delivery.need {
        Need::WriteOrganization => stand_in::text(&delivery.target, &sender.organization),
        _ => delivery.target.clone(),
    };
    let target = Target::each(&target, Some(resource.account.text.clone()));
    let request = Request { caller: &by.caller, action: &action, target: &target, context: &context };
    let policies = Policies { resource: attached, ..Policies::NONE };
    match decide(&request, &policies, ctx.access) {
        Decision::Allowed(_) | Decision::Unknown(_) => None,
        Decision::Denied(witness, Denial::Explicit) => {
            let said = witness.statements.first()?;
            let at = certain.iter().position(|policy| std::ptr::eq(*policy, said.policy))?;
            Some(Fault::Denied(Part { paper: *papers.certain.get(at)?, number: said.statement }))
        }
        Decision::Denied(_, Denial::Implicit { .. }) if papers.are_none() => Some(Fault::NoPolicy),
        Decision::Denied(_, Denial::Implicit { .. }) => {
            let standings = certain.iter().map(|policy| policy.standings(&request, ctx.access));
            nearest(papers.certain.iter().copied().zip(standings), ctx)
        }
    }
}

/// The policies with letters for what no organisation can be called, where that matters.
type StandIns = (Vec<CompiledPolicy>, Vec<CompiledPolicy>);

fn stand_ins(delivery: &Delivery, sender: &Sender<'_>, papers: &Papers<'_>) -> Option<StandIns> {
    if delivery.need != Need::WriteOrganization {
        return None;
    }
    let compile = |papers: &[Paper<'_>]| {
        let documents = papers.iter().map(|paper| stand_in::document(paper.document, &sender.organization));
        documents.map(|document: PolicyDocument| CompiledPolicy::new(&document, PolicyKind::Resource)).collect()
    };
    Some((compile(&papers.certain), compile(&papers.possible)))
}

pub(super) fn context(delivery: &Delivery) -> Context {
    let mut context = Context::default();
    for (key, circumstance) in &delivery.context {
        match circumstance {
            Circumstance::Is(value) => context.set_value(key, value.clone()),
            Circumstance::Absent => context.set(key, Presence::Absent),
        }
    }
    context
}

/// The statement that comes nearest to allowing the request; `None` if one lets in CloudTrail by
/// the accounts that it had before it had a name.
fn nearest<'a>(papers: impl Iterator<Item = (Paper<'a>, Vec<Standing>)>, ctx: &RuleContext<'_>) -> Option<Fault<'a>> {
    let mut best: Option<(usize, Fault<'a>)> = None;
    for (paper, standings) in papers {
        for (number, standing) in standings.iter().enumerate() {
            let part = Part { paper, number };
            if has_old_principals(part, standing) {
                return None;
            }
            let found = distance(part, standing, ctx);
            if found.is_some_and(|(far, _)| best.is_none_or(|(least, _)| far < least)) {
                best = found;
            }
        }
    }
    Some(best.map_or(Fault::Unnamed, |(_, fault)| fault))
}

/// How far a statement that lets the service do the action is from allowing the request, and why.
fn distance<'a>(part: Part<'a>, standing: &Standing, ctx: &RuleContext<'_>) -> Option<(usize, Fault<'a>)> {
    if standing.allows.is_no() || standing.principal.is_no() || standing.action.is_no() {
        return None;
    }
    let failing =
        || standing.conditions.iter().enumerate().filter(|(_, holds)| holds.is_no()).map(|(number, _)| number);
    let count = failing().count();
    match (standing.resource.is_no(), failing().next()) {
        (false, Some(first)) => Some((2 * count - 1, Fault::Condition(part, first))),
        (true, None) => {
            let of_other_type = mismatched(part, ctx).map(|action| Fault::Type(part, action));
            Some((2, of_other_type.unwrap_or(Fault::Resource(part))))
        }
        // It is about something else.
        (true, Some(_)) | (false, None) => None,
    }
}

/// The action of a statement that works on none of its resources, if that is the only action.
fn mismatched<'a>(part: Part<'a>, ctx: &RuleContext<'_>) -> Option<&'a Leaf> {
    let (verdicts, _) = verdicts(part.statement()?, ctx.as_of);
    match verdicts.as_slice() {
        [(action, Fit::Mismatch(_))] => Some(action),
        _ => None,
    }
}

/// Whether a statement allows the request to an account of CloudTrail's, or may do so.
fn has_old_principals(part: Part<'_>, standing: &Standing) -> bool {
    let fits = [standing.allows, standing.action, standing.resource, standing.condition()];
    if fits.iter().any(|part| part.is_no()) {
        return false;
    }
    let groups = part.statement().into_iter().flat_map(|it| &it.principals).flat_map(|it| &it.groups);
    let accounts = groups.filter(|group| group.kind.text.as_known().is_none_or(|kind| kind == "AWS"));
    accounts
        .into_iter()
        .any(|group| !group.open.is_empty() || group.items.iter().chain(&group.possible).any(may_be_of_cloudtrail))
}

fn may_be_of_cloudtrail(leaf: &Leaf) -> bool {
    match leaf.text.as_known() {
        Some(known) => known.split(':').any(service_accounts::is_one),
        None => leaf.text.holes().any(|hole| hole.address().contains(OLD_ACCOUNTS)),
    }
}

/// The data source of the accounts that CloudTrail wrote from.
const OLD_ACCOUNTS: &str = "aws_cloudtrail_service_account";

/// What `text` is behind `start`, for people.
pub(super) fn behind(text: &Text, start: &Text) -> Option<String> {
    text.display().strip_prefix(&start.display()).map(|rest| rest.trim_start_matches('/').to_owned())
}

/// What the rules about delivery say of a workspace; each has its own examples in its page.
#[cfg(test)]
mod tests {
    use crate::rules::Rule;
    use crate::rules::testing::in_workspace;
    use crate::rules::trail::{
        delivery_denied, source_arn_mismatch, trail_bucket_acl_check_missing, trail_bucket_policy_missing,
        trail_bucket_prefix_mismatch, trail_bucket_write_missing,
    };

    const START: &str = r#"
variable "x" {}
provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["111122223333"]
}
resource "aws_s3_bucket" "logs" {
  bucket = "logs"
}
"#;

    const BUCKET_RULES: [&Rule; 6] = [
        &delivery_denied::RULE,
        &source_arn_mismatch::RULE,
        &trail_bucket_acl_check_missing::RULE,
        &trail_bucket_policy_missing::RULE,
        &trail_bucket_prefix_mismatch::RULE,
        &trail_bucket_write_missing::RULE,
    ];

    fn statement(rest: &str) -> String {
        format!(r#"{{ Effect = "Allow", Principal = {{ Service = "cloudtrail.amazonaws.com" }}, {rest} }},"#)
    }

    fn policy(statements: &[String]) -> String {
        let statements = statements.concat();
        format!(
            "resource \"aws_s3_bucket_policy\" \"logs\" {{\n  bucket = aws_s3_bucket.logs.id\n  policy = jsonencode({{ Version = \"2012-10-17\", Statement = [{statements}] }})\n}}\n"
        )
    }

    fn acl() -> String {
        statement(r#"Action = "s3:GetBucketAcl", Resource = aws_s3_bucket.logs.arn"#)
    }

    fn put(path: &str, rest: &str) -> String {
        statement(&format!(r#"Action = "s3:PutObject", Resource = "${{aws_s3_bucket.logs.arn}}/{path}"{rest}"#))
    }

    fn trail(rest: &str) -> String {
        format!(
            "resource \"aws_cloudtrail\" \"main\" {{\n  name = \"main\"\n  s3_bucket_name = aws_s3_bucket.logs.id\n  {rest}\n}}\n"
        )
    }

    /// The codes of the rules about buckets that have something to say.
    fn codes(settings: &str, files: &[(&str, &str)]) -> Vec<&'static str> {
        let said = |rule: &&'static Rule| !in_workspace(rule, settings, files).is_empty();
        BUCKET_RULES.iter().copied().filter(said).map(|rule| rule.code).collect()
    }

    fn of(text: &str) -> Vec<&'static str> {
        codes("", &[("main.tf", &format!("{START}{text}"))])
    }

    #[test]
    fn a_deny_that_catches_the_service() {
        let with = |condition: &str| {
            let deny = format!(
                r#"{{ Effect = "Deny", Principal = "*", Action = "s3:*", Resource = [aws_s3_bucket.logs.arn, "${{aws_s3_bucket.logs.arn}}/*"], Condition = {{ {condition} }} }},"#
            );
            of(&(policy(&[acl(), put("AWSLogs/*", ""), deny]) + &trail("")))
        };
        for caught in [
            r#"StringNotEquals = { "aws:PrincipalOrgID" = "o-a1b2c3d4e5" }"#,
            r#"StringNotEquals = { "aws:SourceVpce" = "vpce-1" }"#,
            r#"StringNotLike = { "aws:PrincipalArn" = "arn:aws:iam::111122223333:role/*" }"#,
            r#"Bool = { "aws:SecureTransport" = "true" }"#,
            r#"StringNotEquals = { "s3:x-amz-acl" = "private" }"#,
        ] {
            assert_eq!(with(caught), ["delivery-denied"], "{caught}");
        }
        for spared in [
            r#"StringNotEqualsIfExists = { "aws:SourceOrgID" = "o-a1b2c3d4e5" }"#,
            r#"Bool = { "aws:SecureTransport" = "false" }"#,
            r#"StringNotEquals = { "aws:PrincipalOrgID" = "o-a1b2c3d4e5" }, Bool = { "aws:PrincipalIsAWSService" = "false" }"#,
            r#"StringNotEquals = { "aws:PrincipalOrgID" = "o-a1b2c3d4e5" }, StringNotLike = { "aws:PrincipalServiceName" = "cloudtrail*" }"#,
            r#"NumericLessThan = { "s3:TlsVersion" = "1.2" }"#,
            r#"Null = { "s3:x-amz-server-side-encryption" = "true" }"#,
            r#"StringEquals = { "aws:PrincipalOrgID" = "o-a1b2c3d4e5" }"#,
            r#"NotIpAddress = { "aws:SourceIp" = "192.0.2.0/24" }"#,
        ] {
            assert_eq!(with(spared), [""; 0], "{spared}");
        }
    }

    #[test]
    fn accounts_that_cloudtrail_had_before_it_had_a_name() {
        let old = |principal: &str| {
            let of = |rest: &str| format!(r#"{{ Effect = "Allow", Principal = {{ AWS = {principal} }}, {rest} }},"#);
            let acl = of(r#"Action = "s3:GetBucketAcl", Resource = aws_s3_bucket.logs.arn"#);
            let put = of(r#"Action = "s3:PutObject", Resource = "${aws_s3_bucket.logs.arn}/*""#);
            of_text(&(policy(&[acl, put]) + &trail("")))
        };
        assert_eq!(old("data.aws_cloudtrail_service_account.main.arn"), [""; 0]);
        assert_eq!(old("\"arn:aws:iam::111122223333:role/writer\""), ["trail-bucket-policy-missing"]);
    }

    fn of_text(text: &str) -> Vec<&'static str> {
        of(&format!("data \"aws_cloudtrail_service_account\" \"main\" {{}}\n{text}"))
    }

    #[test]
    fn paths() {
        let with = |path: &str, rest: &str| of(&(policy(&[acl(), put(path, "")]) + &trail(rest)));
        assert_eq!(with("AWSLogs/111122223333/*", ""), [""; 0]);
        assert_eq!(with("*", "s3_key_prefix = \"a\""), [""; 0]);
        assert_eq!(with("${var.x}/AWSLogs/*", "s3_key_prefix = var.x"), [""; 0]);
        assert_eq!(with("${var.x}/AWSLogs/*", "s3_key_prefix = \"a\""), [""; 0], "it may be so");
        assert_eq!(with("a/AWSLogs/*", "s3_key_prefix = \"a\""), [""; 0]);
        assert_eq!(with("b/AWSLogs/*", "s3_key_prefix = \"a\""), ["trail-bucket-prefix-mismatch"]);
        assert_eq!(with("a/AWSLogs/444455556666/*", "s3_key_prefix = \"a\""), ["trail-bucket-write-missing"]);
        assert_eq!(with("AWSLogs/444455556666/*", ""), ["trail-bucket-write-missing"]);
        assert_eq!(with("AWSLogs/${var.x}/*", ""), [""; 0]);
    }

    #[test]
    fn what_may_be_there() {
        let whole = policy(&[acl(), put("*", "")]);
        let counted = whole.replace("  bucket =", "  count = var.x ? 1 : 0\n  bucket =");
        assert_eq!(of(&(counted.clone() + &trail(""))), [""; 0], "there may be a policy");
        assert_eq!(
            of(&(counted + &trail("count = var.x ? 1 : 0"))),
            [""; 0],
            "where there is a trail there is a policy"
        );
        let lacking = policy(&[acl()]).replace("  bucket =", "  count = var.x ? 1 : 0\n  bucket =");
        assert_eq!(of(&(lacking + &trail("count = var.x ? 1 : 0"))), ["trail-bucket-write-missing"]);
        assert_eq!(of(&trail("count = var.x ? 1 : 0")), ["trail-bucket-policy-missing"]);
        let elsewhere = "module \"policy\" {\n  source = \"example/policy/aws\"\n  bucket = aws_s3_bucket.logs.id\n}\n";
        assert_eq!(of(&(elsewhere.to_owned() + &trail(""))), [""; 0], "a module that is not at hand may make one");
    }

    #[test]
    fn a_bucket_that_is_looked_up() {
        let text = |statements: &[String]| {
            let policy = policy(statements).replace("aws_s3_bucket.logs", "data.aws_s3_bucket.logs");
            let trail = trail("").replace("aws_s3_bucket.logs", "data.aws_s3_bucket.logs");
            let start = START.replace("resource \"aws_s3_bucket\"", "data \"aws_s3_bucket\"");
            codes("", &[("main.tf", &(start + &policy + &trail))])
        };
        assert_eq!(text(&[acl()]), ["trail-bucket-write-missing"], "who puts a policy on it puts all of it");
        assert_eq!(text(&[acl(), put("*", "")]), [""; 0]);
    }

    #[test]
    fn a_delegated_administrator() {
        let settings = r#"
[accounts.management]
id = "999999999999"
roles = ["management"]

[organization]
id = "o-a1b2c3d4e5"
"#;
        let with = |arn: &str, paths: &[&str]| {
            let condition = format!(r#", Condition = {{ StringEquals = {{ "aws:SourceArn" = "{arn}" }} }}"#);
            let puts = paths.iter().map(|path| put(path, &condition));
            let statements: Vec<String> = std::iter::once(acl()).chain(puts).collect();
            let text = format!("{START}{}{}", policy(&statements), trail("is_organization_trail = true"));
            codes(settings, &[("main.tf", &text)])
        };
        let both = ["AWSLogs/999999999999/*", "AWSLogs/o-a1b2c3d4e5/*"];
        assert_eq!(with("arn:aws:cloudtrail:eu-west-1:999999999999:trail/main", &both), [""; 0]);
        assert_eq!(with("arn:aws:cloudtrail:eu-west-1:111122223333:trail/main", &both), ["source-arn-mismatch"]);
        let own = ["AWSLogs/111122223333/*", "AWSLogs/o-a1b2c3d4e5/*"];
        let arn = "arn:aws:cloudtrail:eu-west-1:999999999999:trail/main";
        assert_eq!(with(arn, &own), ["trail-bucket-write-missing"]);
        assert_eq!(with(arn, &["AWSLogs/999999999999/*"]), ["trail-bucket-write-missing"]);
    }

    #[test]
    fn an_organisation_that_is_not_known() {
        let with = |path: &str| {
            let statements = [acl(), put("AWSLogs/${data.aws_caller_identity.me.account_id}/*", ""), put(path, "")];
            let start = START.replace("  allowed_account_ids = [\"111122223333\"]\n", "");
            let text = format!(
                "{start}data \"aws_caller_identity\" \"me\" {{}}\ndata \"aws_organizations_organization\" \"me\" {{}}\n{}{}",
                policy(&statements),
                trail("is_organization_trail = true")
            );
            codes("", &[("main.tf", &text)])
        };
        assert_eq!(with("AWSLogs/${data.aws_organizations_organization.me.id}/*"), [""; 0]);
        assert_eq!(with("AWSLogs/${var.x}/*"), [""; 0]);
        assert_eq!(
            with("other/*"),
            ["trail-bucket-write-missing"],
            "a path for an account is none for an organisation"
        );
    }

    #[test]
    fn trails_of_one_bucket() {
        let condition = r#", Condition = { ArnLike = { "aws:SourceArn" = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/main" } }"#;
        let second = trail("").replace("\"main\"", "\"second\"");
        let both = policy(&[acl(), put("*", condition)]) + &trail("") + &second;
        assert_eq!(of(&both), ["trail-bucket-write-missing"], "the condition is right for the other one");
        assert_eq!(of(&(policy(&[acl(), put("*", condition)]) + &second)), ["source-arn-mismatch"]);
    }
}
