//! What it finds, why, and its tests: `policy_managed_twice.md`.

use crate::eval::evaluator::Existence;
use crate::finding::Severity;
use crate::iam::{Origin, PolicedResource, ResourcePolicySource};
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "policy-managed-twice",
    group: Group::Trail,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &[],
    check: Check::Workspace(check),
};

/// The services whose resources have one policy, which each resource of Terraform writes as a whole.
const WITH_ONE_POLICY: &[&str] = &["cloudtrail", "kms", "s3", "sns", "sqs"];

fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    let resources = ctx.iam.resources().iter().filter(|it| WITH_ONE_POLICY.contains(&it.service));
    for resource in resources.filter(|it| it.policies.len() > 1) {
        let sites = sites(resource, ctx);
        if let [(_, first), rest @ ..] = sites.as_slice()
            && let Some((index, last)) = rest.iter().rfind(|(_, site)| are_two(first, site, resource))
        {
            say(resource, first, (*index, last), report);
        }
    }
}

/// The policies that are put on the resource for certain.
fn sites<'a>(resource: &PolicedResource, ctx: &RuleContext<'a>) -> Vec<(usize, &'a PolicySite)> {
    let certain = resource.policies.iter().filter(|policy| policy.existence == Existence::Certain);
    let indices = certain.filter_map(|policy| match policy.source {
        ResourcePolicySource::Site(index) => Some(index),
        ResourcePolicySource::Implied(_) | ResourcePolicySource::Default(_) => None,
    });
    indices.filter_map(|index| Some((index, ctx.policies.get(index)?))).collect()
}

/// Whether they are written by two blocks of one stack, or of two where one of them makes the resource.
fn are_two(first: &PolicySite, second: &PolicySite, resource: &PolicedResource) -> bool {
    let is_here = |site: &PolicySite| site.stack == resource.stack;
    let is_one_block = first.block_address == second.block_address && first.span == second.span;
    let is_alone = |site: &PolicySite| !site.address.ends_with("[*]");
    let are_near = first.stack == second.stack;
    let is_known = resource.origin == Origin::Declared && (is_here(first) || is_here(second));
    !is_one_block && is_alone(first) && is_alone(second) && (are_near || is_known)
}

fn say(resource: &PolicedResource, first: &PolicySite, (index, second): (usize, &PolicySite), report: &mut Report<'_>) {
    let name = if resource.address.is_empty() { resource.arn.display() } else { resource.address.to_string() };
    report.enter(Some(index));
    let message = format!("`{}` and `{}` both write the policy of `{name}`", first.address, second.address);
    let finding = report
        .finding(second.span, message)
        .label(first.span, "each apply puts one of the two in place of the other")
        .help("put all statements into one policy: each of these resources writes it as a whole");
    if first.stack != second.stack {
        finding.likely();
    }
}
