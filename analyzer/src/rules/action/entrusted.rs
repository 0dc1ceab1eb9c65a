//! Who is to have power over trails: administrators, and what deploys.

use crate::access::{Action, Caller, CallerSide, Context, Holding, Principal as Who, Target, TargetSide, Verdict};
use crate::cloudtrail::Trail;
use crate::eval::symbol::{Cause, Symbol};
use crate::eval::text::Text;
use crate::iam::Principal;
use crate::policy::model::{Leaf, PolicyDocument};
use crate::rules::text::known_parts;
use crate::rules::{RuleContext, strings};

/// Words in the names of those who deploy, or who are called when all else fails.
const WORDS: &[&str] = &[
    "administrator",
    "atlantis",
    "breakglass",
    "cloudformation",
    "controltower",
    "deploy",
    "emergency",
    "github",
    "gitlab",
    "jenkins",
    "organizationaccountaccess",
    "pipeline",
    "provision",
    "spacelift",
    "stackset",
    "terraform",
    "terragrunt",
];

/// The same, where nothing else is written beside it.
const SHORT_WORDS: &[&str] = &["admin", "admins", "cd", "ci", "cicd", "glass", "root", "tf"];

/// Services that make what a pipeline or a template describes.
const DEPLOYING: &[&str] = &["cloudformation.amazonaws.com", "codebuild.amazonaws.com", "codepipeline.amazonaws.com"];

/// What identity providers are called that deploy nothing: those of clusters, of people and of apps.
const NOT_DEPLOYING: &[&str] = &["oidc.eks.", "saml-provider", "cognito-identity"];

/// What is named by who makes trails, and not by who only has all of CloudTrail.
const MAKES_TRAILS: &str = "cloudtrail:CreateTrail";

/// By which anyone gives themselves every other right.
const TAKING_RIGHTS: [&str; 4] =
    ["iam:AttachRolePolicy", "iam:AttachUserPolicy", "iam:CreatePolicyVersion", "iam:PutRolePolicy"];

/// Whether `holder` looks like what deploys trails, or like a way in for emergencies.
pub(super) fn is_entrusted<'a>(
    holder: &Principal,
    documents: impl Iterator<Item = &'a PolicyDocument>,
    ctx: &RuleContext<'_>,
) -> bool {
    let mut actions = documents.flat_map(|document| &document.statements).flat_map(strings::actions);
    let makes_trails = actions.any(|leaf| leaf.text.as_known().is_some_and(|it| it.eq_ignore_ascii_case(MAKES_TRAILS)));
    let trust = holder.trust.and_then(|index| ctx.policies.get(index));
    makes_trails || is_named_so(&holder.name) || trust.is_some_and(|site| is_for_deploying(&site.document))
}

/// Whether what is known of the name says so, or nothing is.
fn is_named_so(name: &Text) -> bool {
    let lower = known_parts(name).collect::<Vec<_>>().join(" ").to_lowercase();
    let folded: String = lower.chars().filter(char::is_ascii_alphanumeric).collect();
    let mut words = lower.split(|letter: char| !letter.is_ascii_alphanumeric());
    folded.is_empty() || WORDS.iter().any(|word| folded.contains(word)) || words.any(|word| SHORT_WORDS.contains(&word))
}

/// Whether a trust policy lets in a pipeline.
fn is_for_deploying(trust: &PolicyDocument) -> bool {
    let is_service = |leaf: &Leaf| leaf.text.as_known().is_none_or(|name| DEPLOYING.contains(&name.as_str()));
    let is_provider = |leaf: &Leaf| {
        let shown = leaf.text.display();
        !NOT_DEPLOYING.iter().any(|part| shown.contains(part))
    };
    trust.statements.iter().any(|statement| {
        strings::principals(statement, "Service").any(is_service)
            || strings::principals(statement, "Federated").any(is_provider)
    })
}

/// Whether `by` may give rights in the account of `trail`, or perhaps: there is nothing that it could be kept from.
pub(super) fn is_administrator(by: &CallerSide<'_>, trail: &Trail, ctx: &RuleContext<'_>) -> bool {
    let arn = |rest: &str| {
        let parts = [Text::known("arn:"), trail.partition.clone(), Text::known(":iam::"), trail.account.text.clone()];
        parts.into_iter().fold(Text::default(), Text::concat).concat(Text::known(rest))
    };
    let kind = |action: &str| match action {
        "iam:AttachUserPolicy" => ":user/*",
        "iam:CreatePolicyVersion" => ":policy/*",
        _ => ":role/*",
    };
    TAKING_RIGHTS.iter().any(|action| {
        let target = Target::each(&arn(kind(action)), Some(trail.account.text.clone()));
        let on = TargetSide { target, policies: Holding::none() };
        ctx.access.verdict(by, &Action::new(action), &on, &Context::default()) != Verdict::Denied
    })
}

/// Someone in a group, who has no policies beside those of the group.
pub(super) fn caller_of_group<'a>(group: &'a Principal, ctx: &RuleContext<'a>) -> CallerSide<'a> {
    let address = format!("{}.member", group.address);
    let arn = Text::hole(Symbol::new(group.stack.clone(), address, Cause::Computed, Some(group.span)));
    CallerSide {
        caller: Caller::new(Who::User { arn, account: group.account.text.clone() }),
        identity: ctx.access.identity(group),
        boundary: Holding::none(),
    }
}
