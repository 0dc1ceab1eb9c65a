//! From what each rule found in each use of each policy to what is said to people.
//!
//! One fault is said once: a local module called ten times has one text to mend, so
//! the same code at the same span is one finding. Of several rules that meet at one
//! place the most specific speaks. In a file that is not the user's to mend nothing is
//! said; what depends on something the user wrote is said there.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::{Finding, Label, sort};
use crate::policy::model::PolicyKind;
use crate::source::Span;

use super::report::Draft;
use super::run::INTERNAL_ERROR;
use super::{PolicySite, RuleContext};

/// Where both are found at one span, the first speaks and the second is left out.
const SPEAKS_FIRST: &[(&str, &str)] = &[
    ("deprecated-condition-key", "unknown-condition-key"),
    ("unknown-service", "unknown-action"),
    ("unknown-service", "action-resource-mismatch"),
    ("unknown-action", "action-resource-mismatch"),
    ("action-needs-star-resource", "action-resource-mismatch"),
    ("unknown-service", "trust-policy-action"),
    ("unknown-action", "trust-policy-action"),
    ("unknown-service", "redundant-action"),
    ("unknown-action", "redundant-action"),
    ("trust-policy-action", "redundant-action"),
    ("malformed-account-id", "malformed-arn"),
    ("confused-deputy", "spoofable-condition-key"),
    ("permissive-condition-value", "null-operator"),
    ("null-operator", "unknown-condition-operator"),
    ("policy-variable", "unknown-action"),
    ("policy-variable", "unknown-service"),
    ("policy-variable", "trust-policy-action"),
    ("policy-variable", "redundant-action"),
    ("policy-variable", "action-resource-mismatch"),
    ("principal-in-identity-policy", "conflicting-elements"),
    ("resource-in-trust-policy", "conflicting-elements"),
    ("conflicting-elements", "empty-element"),
    ("principal-in-identity-policy", "empty-element"),
    ("resource-in-trust-policy", "empty-element"),
    ("malformed-arn", "redundant-resource"),
    ("missing-key-half", "missing-identity-half"),
    ("missing-key-half", "missing-resource-half"),
    ("wildcard-in-principal", "wildcard-principal"),
    ("malformed-principal", "notprincipal-with-allow"),
    ("malformed-principal", "wrong-element-type"),
    ("unknown-action", "channel-policy-action"),
    ("unknown-action", "dashboard-policy"),
    ("unknown-action", "eds-policy-action"),
    ("eds-policy-action", "dashboard-policy"),
    ("wrong-element-type", "invalid-effect"),
    ("wrong-element-type", "invalid-sid"),
    ("wrong-element-type", "invalid-version"),
];

/// Puts the findings of all uses together, in the order of [`sort`].
pub(super) fn merge(drafts: Vec<Draft>, ctx: &RuleContext<'_>) -> Vec<Finding> {
    let mut groups: BTreeMap<(&'static str, Span), Vec<Draft>> = BTreeMap::new();
    for draft in drafts.into_iter().filter_map(|draft| bring_home(draft, ctx)) {
        groups.entry((draft.finding.code, draft.finding.primary)).or_default().push(draft);
    }
    let drafts = groups.values().flatten();
    let said: BTreeSet<(&str, Span)> = drafts.flat_map(|draft| &draft.instead_of).copied().collect();
    let instances = instances(ctx.policies);
    let mut findings = Vec::with_capacity(groups.len());
    for ((code, span), group) in &groups {
        let outspoken =
            |(first, second): &(&'static str, &str)| second == code && groups.contains_key(&(*first, *span));
        if !SPEAKS_FIRST.iter().any(outspoken) && !said.contains(&(*code, *span)) {
            findings.extend(join(group, ctx, &instances));
        }
    }
    keep_one_internal_error_per_rule(&mut findings);
    sort(&mut findings, ctx.sources);
    findings
}

/// Moves a finding out of a file that is not the user's, to the nearest place that it
/// depends on and that is; `None` if there is no such place.
fn bring_home(mut draft: Draft, ctx: &RuleContext<'_>) -> Option<Draft> {
    let inner = draft.finding.primary;
    if !(ctx.foreign)(inner.file) {
        draft.finding.fixes.retain(|fix| fix.edits.iter().all(|edit| !(ctx.foreign)(edit.span.file)));
        return Some(draft);
    }
    let home = draft.causes.iter().copied().find(|span| !(ctx.foreign)(span.file))?;
    draft.finding.primary = home;
    draft.finding.labels.retain(|label| label.span != home);
    draft.finding.labels.insert(0, Label { span: inner, message: "it matters here".to_owned() });
    draft.finding.fixes.clear();
    Some(draft)
}

/// One finding for all that say the same of one place.
fn join(group: &[Draft], ctx: &RuleContext<'_>, instances: &Instances<'_>) -> Option<Finding> {
    let mut drafts: Vec<&Draft> = group.iter().collect();
    drafts.sort_by(|a, b| said(&a.finding).cmp(&said(&b.finding)));
    let mut finding = drafts.first()?.finding.clone();
    finding.severity = drafts.iter().map(|draft| draft.finding.severity).max()?;
    finding.confidence = drafts.iter().map(|draft| draft.finding.confidence).max()?;
    for fix in drafts.iter().flat_map(|draft| &draft.finding.fixes) {
        // A fix that not every use agrees on is no single right answer.
        if !drafts.iter().all(|draft| draft.finding.fixes.contains(fix)) {
            finding.fixes.clear();
        }
    }
    let named = names(&drafts, ctx, instances);
    if !named.is_empty() {
        finding.message = format!("{} (in {})", finding.message, named.join(", "));
    }
    Some(finding)
}

fn said(finding: &Finding) -> (&str, usize, Option<Span>) {
    (&finding.message, finding.labels.len(), finding.labels.first().map(|label| label.span))
}

/// The instances that a finding holds in, if it does not hold in all instances of the address.
fn names(drafts: &[&Draft], ctx: &RuleContext<'_>, instances: &Instances<'_>) -> Vec<String> {
    let sites = || drafts.iter().filter_map(|draft| ctx.policies.get(draft.site?));
    let affected: BTreeSet<String> = sites().map(PolicySite::instance).collect();
    let declarations: BTreeSet<Declaration<'_>> = sites().map(declaration).collect();
    let all: BTreeSet<String> =
        declarations.iter().filter_map(|it| instances.get(it)).flatten().map(|site| site.instance()).collect();
    if affected == all {
        return Vec::new();
    }
    let (shown, rest) = (affected.iter().take(NAMED), affected.len().saturating_sub(NAMED));
    let mut names: Vec<String> = shown.filter(|name| !name.is_empty()).map(|name| format!("`{name}`")).collect();
    if rest > 0 {
        names.push(format!("{rest} more"));
    }
    names
}

/// What is the same for all instances of one use of a policy: the block, the kind, the document's place.
type Declaration<'a> = (&'a str, PolicyKind, Span);

/// The uses of each declaration.
type Instances<'a> = BTreeMap<Declaration<'a>, Vec<&'a PolicySite>>;

fn declaration(site: &PolicySite) -> Declaration<'_> {
    (&site.block_address, site.kind, site.document.span)
}

fn instances(policies: &[PolicySite]) -> Instances<'_> {
    let mut instances = Instances::new();
    for site in policies {
        instances.entry(declaration(site)).or_default().push(site);
    }
    instances
}

/// How many instances a message names.
const NAMED: usize = 3;

/// A rule that fails, fails in many places; one is enough to report it.
fn keep_one_internal_error_per_rule(findings: &mut Vec<Finding>) {
    let mut seen = BTreeSet::new();
    findings.retain(|finding| finding.code != INTERNAL_ERROR || seen.insert(finding.message.clone()));
}
