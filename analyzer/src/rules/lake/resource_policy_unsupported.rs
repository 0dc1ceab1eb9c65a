//! What it finds, why, and its tests: `resource_policy_unsupported.md`.

use jiff::civil::Date;

use super::policy::types_of;
use crate::aws::facts::{self, Feature, ResourceTypeFacts, Support};
use crate::finding::Severity;
use crate::policy::model::{Leaf, PolicyKind};
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext};
use crate::source::Span;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "resource-policy-unsupported",
    group: Group::Lake,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &["CloudTrail ResourceTypeNotSupportedException"],
    check: Check::Policy(check),
};

fn check(site: &PolicySite, ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    let (Some(place), Some(subject)) = (site.site, &site.subject) else { return };
    if site.kind != PolicyKind::Resource {
        return;
    }
    let types = types_of(&subject.text, place.service);
    let lacking: Option<Vec<Support>> =
        types.iter().map(|found| support(found).filter(|support| !support.on(ctx.as_of))).collect();
    if let (Some(lacking), [name, ..]) = (lacking, types.as_slice()) {
        say(subject, name, &lacking, site.span, ctx.as_of, report);
    }
}

fn support(resource_type: &ResourceTypeFacts) -> Option<Support> {
    facts::support(Feature::ResourcePolicy, resource_type.service, resource_type.name)
}

fn say(
    subject: &Leaf,
    resource_type: &ResourceTypeFacts,
    lacking: &[Support],
    policy: Span,
    as_of: Date,
    report: &mut Report<'_>,
) {
    let before = match lacking.iter().filter_map(|support| support.since).min() {
        Some(since) if since > as_of => format!(" before {since}"),
        Some(_) | None => String::new(),
    };
    let ResourceTypeFacts { service, name, .. } = resource_type;
    let takes = |found: &ResourceTypeFacts| support(found).is_none_or(|support| support.on(as_of));
    let others: Vec<String> =
        facts::resource_types(service).filter(takes).map(|found| format!("`{}`", found.name)).collect();
    let mut finding = report.leaf(subject, format!("a resource of the type `{name}` takes no resource policy{before}"));
    if !others.is_empty() {
        finding = finding.help(format!("the types of `{service}` that take one: {}", others.join(", ")));
    }
    finding.label(policy, "AWS refuses this policy with `ResourceTypeNotSupportedException`");
}
