//! What it finds, why, and its tests: `audit_tampering.md`.

use crate::access::{Action, CallerSide, CompiledPolicy, Context, Decision, Half, Holding, Target, TargetSide};
use crate::aws::facts::{self, ActionFacts};
use crate::aws::pattern::{Pattern, Syntax};
use crate::cloudtrail::{Kind, Named, Need, Sender, Trail};
use crate::eval::account::same;
use crate::eval::evaluator::Existence;
use crate::finding::Severity;
use crate::iam::{AttachedPolicy, Origin, PolicedResource, PolicySource, Principal, PrincipalKind};
use crate::policy::model::{Leaf, PolicyDocument, PolicyKind, Statement};
use crate::rules::buckets::Buckets;
use crate::rules::listing::{each_once, some_of};
use crate::rules::text::pattern;
use crate::rules::{Check, Group, Report, Rule, RuleContext};
use crate::source::Span;

use super::entrusted::{caller_of_group, is_administrator, is_entrusted};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "audit-tampering",
    group: Group::Action,
    severity: Severity::Warning,
    since: "0.1.0",
    sources: &[
        "Prowler iam_policy_no_full_access_to_cloudtrail",
        "Prowler iam_inline_policy_no_full_access_to_cloudtrail",
    ],
    check: Check::Workspace(check),
};

/// What can be done to what a trail records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Harm {
    /// To the trail.
    Stop,
    /// To its log files.
    Delete,
    /// To the key that they are encrypted with.
    Disable,
}

const HARMS: [Harm; 3] = [Harm::Stop, Harm::Delete, Harm::Disable];

impl Harm {
    const fn actions(self) -> &'static [&'static str] {
        match self {
            Self::Stop => &[
                "cloudtrail:StopLogging",
                "cloudtrail:DeleteTrail",
                "cloudtrail:UpdateTrail",
                "cloudtrail:PutEventSelectors",
            ],
            Self::Delete => &["s3:DeleteObject", "s3:DeleteObjectVersion"],
            Self::Disable => &["kms:DisableKey", "kms:ScheduleKeyDeletion"],
        }
    }

    const fn verb(self) -> &'static str {
        match self {
            Self::Stop => "stop or blind",
            Self::Delete => "delete the log files of",
            Self::Disable => "disable the key of",
        }
    }
}

/// How many actions and trails a message names.
const NAMED: usize = 3;

fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    let buckets = Buckets::new(ctx);
    let harmed = |trail| Harmed { trail, targets: targets(trail, &buckets, ctx) };
    let trails: Vec<Harmed<'_>> = ctx.cloudtrail.trails().iter().map(harmed).collect();
    if trails.is_empty() {
        return;
    }
    let harmful: Vec<ActionFacts> =
        HARMS.iter().flat_map(|harm| harm.actions()).filter_map(|name| facts::action(name)).collect();
    for holder in ctx.iam.principals() {
        let own = policies(holder, ctx);
        let may_allow = |statement: &Statement| harmful.iter().any(|it| crate::access::may_allow(statement, it));
        let is_suspect = own.iter().flat_map(|policy| &policy.document.statements).any(may_allow);
        let is_holder = holder.origin == Origin::Declared && !holder.service_linked;
        if is_holder && is_suspect && !is_entrusted(holder, own.iter().map(|it| it.document), ctx) {
            for found in found(holder, &own, &trails, ctx) {
                say(holder, &found, report);
            }
        }
    }
}

/// A policy that a principal has for certain.
struct Own<'a> {
    attached: &'a AttachedPolicy,
    document: &'a PolicyDocument,
    compiled: &'a CompiledPolicy,
}

fn policies<'a>(holder: &'a Principal, ctx: &RuleContext<'a>) -> Vec<Own<'a>> {
    let own = |attached: &'a AttachedPolicy| {
        let document = ctx.iam.document(&attached.source, ctx.policies)?;
        let compiled = ctx.access.compiled(document, PolicyKind::Identity)?;
        Some(Own { attached, document, compiled })
    };
    holder.policies.iter().filter_map(own).collect()
}

/// One text that lets somebody harm trails.
struct Found<'a> {
    attached: &'a AttachedPolicy,
    place: Place<'a>,
    harm: Harm,
    actions: Vec<&'static str>,
    trails: Vec<&'a Trail>,
}

/// The text that allows an action.
#[derive(Clone, Copy)]
enum Place<'a> {
    Action(&'a Leaf),
    /// The key of a `NotAction`.
    NotAction(Span),
    /// A policy of AWS's, by its name.
    Aws(&'static str),
}

impl Place<'_> {
    fn span(self, attached: &AttachedPolicy) -> Span {
        match self {
            Self::Action(leaf) => leaf.span,
            Self::NotAction(key) => key,
            Self::Aws(_) => attached.via,
        }
    }
}

fn found<'a>(holder: &'a Principal, own: &[Own<'a>], trails: &[Harmed<'a>], ctx: &RuleContext<'a>) -> Vec<Found<'a>> {
    let mut all: Vec<Found<'a>> = Vec::new();
    for Harmed { trail, targets } in trails {
        let is_there = trail.existence == Existence::Certain || trail.existence == holder.existence;
        let Some(by) = caller(holder, trail, ctx).filter(|_| is_there) else { continue };
        if is_administrator(&by, trail, ctx) {
            continue;
        }
        for Aim { harm, actions, on } in targets {
            for action in *actions {
                if let Some((attached, place)) = allowed(&by, action, on, own, ctx) {
                    add(&mut all, Found { attached, place, harm: *harm, actions: vec![action], trails: vec![trail] });
                }
            }
        }
    }
    all
}

/// The same place is found once; what is worst there is said.
fn add<'a>(all: &mut Vec<Found<'a>>, found: Found<'a>) {
    let span = found.place.span(found.attached);
    match all.iter_mut().find(|known| known.place.span(known.attached) == span) {
        Some(known) => {
            known.actions.extend(found.actions);
            known.trails.extend(found.trails);
        }
        None => all.push(found),
    }
}

/// Who calls with the policies of `holder` in the account of `trail`.
fn caller<'a>(holder: &'a Principal, trail: &Trail, ctx: &RuleContext<'a>) -> Option<CallerSide<'a>> {
    match holder.kind {
        PrincipalKind::PermissionSet => {
            let is_here = |account: &crate::eval::text::Text| {
                crate::access::Accounts::same(ctx.access, account, &trail.account.text).is_yes()
            };
            let assignment = holder.assignments.iter().find(|it| is_here(&it.account))?;
            Some(ctx.access.caller_of_set(holder, assignment))
        }
        _ if !same(&holder.account, &trail.account).truth.is_yes() => None,
        PrincipalKind::Group => Some(caller_of_group(holder, ctx)),
        PrincipalKind::Role | PrincipalKind::User => ctx.access.caller(holder),
    }
}

/// A trail, and what of it can be harmed as far as that is in view.
struct Harmed<'a> {
    trail: &'a Trail,
    targets: Vec<Aim<'a>>,
}

/// Something that can be harmed, and how.
struct Aim<'a> {
    harm: Harm,
    actions: &'static [&'static str],
    on: TargetSide<'a>,
}

fn targets<'a>(trail: &'a Trail, buckets: &Buckets<'_>, ctx: &RuleContext<'a>) -> Vec<Aim<'a>> {
    let resource = |named: &Option<Named>| -> Option<(usize, &'a PolicedResource)> {
        let index = named.as_ref().filter(|named| named.is_set.is_yes())?.index?;
        let resource = ctx.iam.resources().get(index).filter(|resource| resource.origin == Origin::Declared)?;
        Some((index, resource))
    };
    let aim = |harm: Harm, on: TargetSide<'a>| Aim { harm, actions: harm.actions(), on };
    let sender = Sender::of(trail, ctx.access.accounts());
    // A trail has no policy of its own.
    let itself =
        TargetSide { target: Target::new(&sender.arn, Some(trail.account.text.clone())), policies: Holding::none() };
    let files = resource(&trail.bucket).and_then(|(index, bucket)| {
        let written = sender.to_bucket(&bucket.arn).into_iter().find(|delivery| delivery.need == Need::Write)?;
        let on = ctx.access.within(bucket, &written.target);
        Some(Aim { harm: Harm::Delete, actions: deletions(index, bucket, buckets, ctx), on })
    });
    let key = resource(&trail.key).map(|(_, key)| aim(Harm::Disable, ctx.access.resource(key)));
    [aim(Harm::Stop, itself)].into_iter().chain(files).chain(key).collect()
}

/// What deletes objects of a bucket for good. Where there are versions, who deletes an object only hides it; where
/// they are locked, nobody deletes them.
fn deletions(
    index: usize,
    bucket: &PolicedResource,
    buckets: &Buckets<'_>,
    ctx: &RuleContext<'_>,
) -> &'static [&'static str] {
    let mut stacks = ctx.iam.stacks().iter();
    let may_have_more = stacks.any(|stack| stack.stack == bucket.stack && !stack.missing_modules.is_empty());
    let locks = ["object_lock_configuration", "object_lock_enabled"];
    if buckets.may_be_said(index, Kind::BucketObjectLock, &locks) {
        &[]
    } else if may_have_more || buckets.may_be_said(index, Kind::BucketVersioning, &["versioning"]) {
        &["s3:DeleteObjectVersion"]
    } else {
        Harm::Delete.actions()
    }
}

/// By which text one of its own policies allows `by` to do the action, whatever the unknowns are.
fn allowed<'a>(
    by: &CallerSide<'_>,
    action: &'static str,
    on: &TargetSide<'_>,
    own: &[Own<'a>],
    ctx: &RuleContext<'_>,
) -> Option<(&'a AttachedPolicy, Place<'a>)> {
    let (policy, number) = ctx.access.decide(by, &Action::new(action), on, &Context::default(), |decision| {
        let Decision::Allowed(witness) = decision else { return None };
        let said = witness.statements.iter().find(|said| said.half == Half::Identity)?;
        let policy = own.iter().find(|policy| std::ptr::eq(policy.compiled, said.policy))?;
        Some((policy, said.statement))
    })?;
    let statement = policy.document.statements.get(number)?;
    Some((policy.attached, place(statement, action, policy.attached)?))
}

fn place<'a>(statement: &'a Statement, action: &str, attached: &AttachedPolicy) -> Option<Place<'a>> {
    if let PolicySource::Aws(facts) = &attached.source {
        return Some(Place::Aws(facts.name));
    }
    let wanted = Pattern::of_text(action, Syntax::Literal).fold_case();
    let covers = |leaf: &&Leaf| pattern(&leaf.text, Syntax::Wildcards).fold_case().covers(&wanted).is_yes();
    let mut lists = statement.actions.iter();
    lists.find_map(|list| match list.negated {
        true => Some(Place::NotAction(list.key)),
        false => list.items.iter().find(covers).map(Place::Action),
    })
}

fn say(holder: &Principal, found: &Found<'_>, report: &mut Report<'_>) {
    let quoted = |name: &str| format!("`{name}`");
    let trails = some_of(each_once(found.trails.iter().map(|trail| quoted(&trail.address))), NAMED, "more");
    let actions = some_of(each_once(found.actions.iter().map(|action| quoted(action))), NAMED, "more");
    let (who, verb) = (&holder.address, found.harm.verb());
    let what = format!("`{who}` {verb} {trails}: it allows {actions}");
    let site = match found.attached.source {
        PolicySource::Site(index) => Some(index),
        PolicySource::Aws(_) | PolicySource::NotInView(_) | PolicySource::Unknown(_) => None,
    };
    report.enter(site);
    let finding = match found.place {
        Place::Action(leaf) => report.leaf(leaf, format!("this lets {what}")),
        Place::NotAction(key) => report.finding(key, format!("this lets {what}")),
        Place::Aws(name) => report.finding(found.attached.via, format!("`{name}` lets {what}")),
    };
    let finding = match found.trails.first() {
        Some(trail) => finding.label(trail.span, "who can do that to this trail can hide what else they do"),
        None => finding,
    };
    finding.help(
        "leave these actions out, or deny them to all but those who administer the trail, best in a service control policy",
    );
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::in_workspace;

    const START: &str = r#"
variable "x" {}
provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["111122223333"]
}
resource "aws_s3_bucket" "logs" {
  bucket = "logs"
}
resource "aws_kms_key" "logs" {}
resource "aws_cloudtrail" "main" {
  name           = "main"
  s3_bucket_name = aws_s3_bucket.logs.id
  kms_key_id     = aws_kms_key.logs.arn
}
"#;

    fn found(text: &str) -> Vec<String> {
        in_workspace(&RULE, "", &[("main.tf", &format!("{START}{text}"))])
    }

    fn role(name: &str, trusted: &str, statements: &str) -> String {
        format!(
            r#"
resource "aws_iam_role" "r" {{
  name               = "{name}"
  assume_role_policy = jsonencode({{ Version = "2012-10-17", Statement = [{{ Effect = "Allow", Principal = {{ {trusted} }}, Action = "sts:AssumeRole" }}] }})
}}
resource "aws_iam_role_policy" "r" {{
  role   = aws_iam_role.r.name
  policy = jsonencode({{ Version = "2012-10-17", Statement = [{statements}] }})
}}
"#
        )
    }

    /// The texts that are underlined for a role of developers.
    fn of(statements: &str) -> Vec<String> {
        let found = found(&role("developer", r#"AWS = "arn:aws:iam::111122223333:root""#, statements));
        found.iter().map(|it| it.split(" | ").next().unwrap_or_default().to_owned()).collect()
    }

    #[test]
    fn every_way_to_harm_a_trail() {
        for (action, resource) in [
            ("cloudtrail:*", "*"),
            ("cloudtrail:Stop*", "arn:aws:cloudtrail:*:111122223333:trail/*"),
            ("cloudtrail:PutEventSelectors", "arn:aws:cloudtrail:eu-west-1:111122223333:trail/main"),
            ("s3:*", "*"),
            ("s3:DeleteObject", "arn:aws:s3:::logs/*"),
            ("kms:*", "*"),
            ("kms:ScheduleKeyDeletion", "*"),
        ] {
            let statement =
                format!(r#"{{ Effect = "Allow", Action = ["ec2:*", "{action}"], Resource = "{resource}" }}"#);
            assert_eq!(of(&statement), [action], "{action}");
        }
        assert_eq!(
            of(r#"{ Effect = "Allow", NotAction = ["iam:*", "organizations:*"], Resource = "*" }"#),
            ["NotAction"]
        );
    }

    #[test]
    fn log_files_that_are_kept() {
        let with = |action: &str, more: &str| {
            let statement = format!(r#"{{ Effect = "Allow", Action = "{action}", Resource = "*" }}"#);
            let policy = role("developer", r#"AWS = "arn:aws:iam::111122223333:root""#, &statement);
            found(&format!("{policy}{more}")).len()
        };
        let of_bucket =
            |ty: &str| format!("resource \"aws_s3_bucket_{ty}\" \"logs\" {{\n  bucket = aws_s3_bucket.logs.id\n}}\n");
        let versions = of_bucket("versioning");
        assert_eq!(with("s3:DeleteObject", ""), 1);
        assert_eq!(with("s3:DeleteObject", &versions), 0, "it is only hidden");
        assert_eq!(with("s3:DeleteObjectVersion", &versions), 1);
        assert_eq!(with("s3:*", &of_bucket("object_lock_configuration")), 0);
        let elsewhere = "module \"x\" {\n  source = \"example/versions/aws\"\n}\n";
        assert_eq!(with("s3:DeleteObject", elsewhere), 0);
    }

    #[test]
    fn what_harms_none() {
        for statement in [
            r#"{ Effect = "Allow", Action = ["cloudtrail:Get*", "cloudtrail:StartLogging", "s3:Get*"], Resource = "*" }"#,
            r#"{ Effect = "Allow", Action = "cloudtrail:*", Resource = "arn:aws:cloudtrail:eu-west-1:111122223333:trail/other" }"#,
            r#"{ Effect = "Allow", Action = "cloudtrail:*", Resource = var.x }"#,
            r#"{ Effect = "Allow", Action = "cloudtrail:*", Resource = "*", Condition = { Bool = { "aws:MultiFactorAuthPresent" = "true" } } }"#,
            r#"{ Effect = "Allow", Action = "s3:*", Resource = ["arn:aws:s3:::app", "arn:aws:s3:::app/*"] }"#,
            r#"{ Effect = "Allow", Action = "cloudtrail:*", Resource = "*" }, { Effect = "Deny", Action = ["cloudtrail:Stop*", "cloudtrail:Delete*", "cloudtrail:Update*", "cloudtrail:Put*"], Resource = "*" }"#,
        ] {
            assert_eq!(of(statement), [""; 0], "{statement}");
        }
    }

    #[test]
    fn those_who_are_to_do_it() {
        let all = r#"{ Effect = "Allow", Action = "cloudtrail:*", Resource = "*" }"#;
        let account = r#"AWS = "arn:aws:iam::111122223333:root""#;
        let count = |name: &str, trusted: &str, statements: &str| found(&role(name, trusted, statements)).len();
        assert_eq!(count("reporting", account, all), 1);
        assert_eq!(count("reporting", account, r#"{ Effect = "Allow", Action = "*", Resource = "*" }"#), 0);
        let manages = r#"{ Effect = "Allow", Action = ["cloudtrail:*", "iam:*"], Resource = "*" }"#;
        assert_eq!(count("reporting", account, manages), 0, "who gives rights can take any");
        let makes =
            r#"{ Effect = "Allow", Action = ["cloudtrail:CreateTrail", "cloudtrail:UpdateTrail"], Resource = "*" }"#;
        assert_eq!(count("reporting", account, makes), 0, "who makes trails changes them");
        for name in ["terraform", "github-deploy", "BreakGlass", "ci", "OrganizationAccountAccessRole", "admins"] {
            assert_eq!(count(name, account, all), 0, "{name}");
        }
        assert_eq!(count("circus", account, all), 1, "`ci` is a word");
        assert_eq!(count("build", r#"Service = "codebuild.amazonaws.com""#, all), 0);
        let provider = "arn:aws:iam::111122223333:oidc-provider";
        let github = format!("Federated = \"{provider}/token.actions.githubusercontent.com\"");
        assert_eq!(count("app", &github, all), 0);
        let pods = format!("Federated = \"{provider}/oidc.eks.eu-west-1.amazonaws.com/id/A\"");
        assert_eq!(count("app", &pods, all), 1);
    }

    #[test]
    fn groups_and_policies_of_aws() {
        let group = |policy: &str| {
            found(&format!(
                "resource \"aws_iam_group\" \"g\" {{\n  name = \"developers\"\n}}\nresource \"aws_iam_group_policy_attachment\" \"g\" {{\n  group      = aws_iam_group.g.name\n  policy_arn = \"arn:aws:iam::aws:policy/{policy}\"\n}}\n"
            ))
        };
        let said = group("AmazonS3FullAccess");
        let message = "warning: `AmazonS3FullAccess` lets `aws_iam_group.g` delete the log files of `aws_cloudtrail.main`: it allows `s3:DeleteObject` and `s3:DeleteObjectVersion`";
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(said[0].ends_with(message), "{said:?}");
        assert_eq!(group("PowerUserAccess").len(), 1);
        assert_eq!(group("AdministratorAccess"), [""; 0]);
        assert_eq!(group("IAMFullAccess"), [""; 0]);
    }

    #[test]
    fn names_that_are_known_in_part() {
        let all = r#"{ Effect = "Allow", Action = "cloudtrail:*", Resource = "*" }"#;
        let count = |name: &str| found(&role(name, r#"AWS = "arn:aws:iam::111122223333:root""#, all)).len();
        assert_eq!(count("developer-${var.x}"), 1);
        assert_eq!(count("${var.x}-deploy"), 0);
        assert_eq!(count("${var.x}"), 0);
    }

    #[test]
    fn a_boundary_keeps_it_away() {
        let all = r#"{ Effect = "Allow", Action = "cloudtrail:*", Resource = "*" }"#;
        let text = role("developer", r#"AWS = "arn:aws:iam::111122223333:root""#, all);
        let boundary = |action: &str| {
            let policy = format!(
                "resource \"aws_iam_policy\" \"b\" {{\n  policy = jsonencode({{ Version = \"2012-10-17\", Statement = [{{ Effect = \"Allow\", Action = \"{action}\", Resource = \"*\" }}] }})\n}}\n"
            );
            let bounded = "  permissions_boundary = aws_iam_policy.b.arn\n  assume_role_policy";
            found(&(policy + &text.replace("  assume_role_policy", bounded))).len()
        };
        assert_eq!(boundary("*"), 1);
        assert_eq!(boundary("s3:*"), 0);
    }

    #[test]
    fn permission_sets_where_they_are_given() {
        let given = |account: &str| {
            found(&format!(
                r#"
resource "aws_ssoadmin_permission_set" "s" {{
  name         = "Analyst"
  instance_arn = "arn:aws:sso:::instance/ssoins-1234567890abcdef"
}}
resource "aws_ssoadmin_permission_set_inline_policy" "s" {{
  instance_arn       = aws_ssoadmin_permission_set.s.instance_arn
  permission_set_arn = aws_ssoadmin_permission_set.s.arn
  inline_policy      = jsonencode({{ Version = "2012-10-17", Statement = [{{ Effect = "Allow", Action = "cloudtrail:*", Resource = "*" }}] }})
}}
resource "aws_ssoadmin_account_assignment" "s" {{
  instance_arn       = aws_ssoadmin_permission_set.s.instance_arn
  permission_set_arn = aws_ssoadmin_permission_set.s.arn
  principal_id       = "a"
  principal_type     = "GROUP"
  target_id          = "{account}"
  target_type        = "AWS_ACCOUNT"
}}
"#
            ))
        };
        let said = given("111122223333");
        assert_eq!(said.len(), 1, "{said:?}");
        assert!(said[0].contains("lets `aws_ssoadmin_permission_set.s` stop or blind"), "{said:?}");
        assert_eq!(given("444455556666"), [""; 0]);
    }

    #[test]
    fn another_account_has_other_trails() {
        let policy = role(
            "developer",
            r#"AWS = "arn:aws:iam::444455556666:root""#,
            r#"{ Effect = "Allow", Action = "cloudtrail:*", Resource = "*" }"#,
        );
        let other = "provider \"aws\" {\n  allowed_account_ids = [\"444455556666\"]\n}\n";
        let files = [("org/main.tf", START.to_owned()), ("app/main.tf", format!("{other}{policy}"))];
        let files = files.each_ref().map(|(path, text)| (*path, text.as_str()));
        assert_eq!(in_workspace(&RULE, "", &files), [""; 0]);
    }
}
