//! From what each rule found in each use of each policy to what is said to people.
//!
//! One fault is said once: a local module called ten times has one text to mend, so
//! the same code at the same span is one finding. Of several rules that meet at one
//! place the most specific speaks. In a file that is not the user's to mend nothing is
//! said; what depends on something the user wrote is said there.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::finding::{Finding, Fix, Label, sort};
use crate::policy::model::PolicyKind;
use crate::source::{SourceMap, Span};

use super::report::Draft;
use super::run::INTERNAL_ERROR;
use super::{PolicySite, RuleContext, looks_at_one_policy};

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
    ("cross-partition-grant", "partition-region-mismatch"),
    ("permissive-condition-value", "null-operator"),
    ("null-operator", "unknown-condition-operator"),
    ("delivery-role-permissions", "action-resource-mismatch"),
    ("trail-bucket-acl-check-missing", "action-resource-mismatch"),
    ("trail-bucket-write-missing", "action-resource-mismatch"),
    ("condition-never-holds", "source-arn-mismatch"),
    ("wildcard-in-exact-operator", "source-arn-mismatch"),
    ("wildcard-in-exact-operator", "trail-kms-grant-missing"),
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
        if !gives_way(code, |first| groups.contains_key(&(first, *span))) && !said.contains(&(*code, *span)) {
            findings.extend(join(group, ctx, &instances));
        }
    }
    keep_one_internal_error_per_rule(&mut findings);
    sort(&mut findings, ctx.sources);
    findings
}

/// Leaves out what gives way to another of the findings, as when they are put together.
pub fn let_the_most_specific_speak(findings: &mut Vec<Finding>) {
    let said: BTreeSet<(&str, Span)> = findings.iter().map(|finding| (finding.code, finding.primary)).collect();
    findings.retain(|finding| !gives_way(finding.code, |first| said.contains(&(first, finding.primary))));
}

/// Whether a rule that looks at more than one policy may speak in place of `code`.
#[must_use]
pub fn may_give_way_to_others(code: &str) -> bool {
    SPEAKS_FIRST.iter().any(|(first, second)| *second == code && !looks_at_one_policy(first))
}

/// Whether a code that speaks before `code` is found at the same span.
fn gives_way(code: &str, is_found: impl Fn(&'static str) -> bool) -> bool {
    SPEAKS_FIRST.iter().any(|(first, second)| *second == code && is_found(first))
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
    drafts.sort_by(|a, b| in_order(&a.finding, &b.finding, ctx.sources));
    let mut finding = drafts.first()?.finding.clone();
    finding.severity = drafts.iter().map(|draft| draft.finding.severity).max()?;
    finding.confidence = drafts.iter().map(|draft| draft.finding.confidence).max()?;
    finding.fixes = fixes(&drafts);
    finding.labels.extend(also_said(&drafts));
    let named = names(&drafts, ctx, instances);
    if !named.is_empty() {
        finding.message = format!("{} (in {})", finding.message, named.join(", "));
    }
    Some(finding)
}

/// What can be done for one target or another. Of one target only that is kept which all uses of the text agree on,
/// or it is no single right answer; what changes the text itself has to be right for all targets.
fn fixes(drafts: &[&Draft]) -> Vec<Fix> {
    let mut targets: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for draft in drafts {
        targets.entry(&draft.finding.message).or_default().push(&draft.finding);
    }
    let mut found: Vec<&Fix> = Vec::new();
    for uses in targets.values().take(NAMED + 1) {
        let first = uses.iter().take(1).flat_map(|finding| &finding.fixes);
        for fix in first.filter(|fix| uses.iter().all(|finding| finding.fixes.contains(fix))) {
            if !found.contains(&fix) {
                found.push(fix);
            }
        }
    }
    let is_shared = |fix: &&Fix| drafts.iter().all(|draft| draft.finding.fixes.contains(fix));
    let text = drafts.first().map(|draft| draft.finding.primary);
    let is_of_text = |fix: &Fix| text.is_some_and(|text| fix.edits.iter().any(|edit| meet(edit.span, text)));
    let contradicts = |fix: &Fix| found.iter().any(|other| contradict(fix, other));
    let kept = found.iter().filter(|fix| is_shared(fix) || !is_of_text(fix) && !contradicts(fix));
    kept.map(|fix| (*fix).clone()).collect()
}

/// Whether two fixes put different things in the place of one text.
fn contradict(one: &Fix, other: &Fix) -> bool {
    let mut pairs = one.edits.iter().flat_map(|edit| other.edits.iter().map(move |it| (edit, it)));
    pairs.any(|(edit, it)| edit != it && meet(edit.span, it.span))
}

/// Whether two ranges have a character in common: what is inserted beside a text leaves it alone.
fn meet(one: Span, other: Span) -> bool {
    one.file == other.file && one.range.start < other.range.end && other.range.start < one.range.end
}

/// What the others say that the first does not: one text may be wrong for several targets.
fn also_said(drafts: &[&Draft]) -> Vec<Label> {
    let mut others: Vec<&Finding> = drafts.iter().map(|draft| &draft.finding).collect();
    others.dedup_by(|a, b| a.message == b.message);
    let others = others.get(1..).unwrap_or_default();
    let (named, rest) = others.split_at(others.len().min(NAMED));
    let place = |other: &Finding| other.labels.first().map_or(other.primary, |label| label.span);
    let mut labels: Vec<Label> = named
        .iter()
        .map(|other| Label { span: place(other), message: format!("likewise {}", other.message) })
        .collect();
    if let (Some(other), more @ 1..) = (rest.first(), rest.len()) {
        labels.push(Label { span: place(other), message: format!("likewise {more} more") });
    }
    labels
}

/// Which of two findings of one place speaks first. Files count by their paths: their ids depend on what was read when.
fn in_order(one: &Finding, other: &Finding, sources: &SourceMap) -> Ordering {
    let place = |finding: &Finding| {
        let label = finding.labels.first()?;
        Some((Arc::clone(sources.file(label.span.file).path()), label.span.range))
    };
    let length = |finding: &Finding| finding.labels.len();
    let by_words = one.message.cmp(&other.message).then_with(|| length(one).cmp(&length(other)));
    by_words.then_with(|| place(one).cmp(&place(other)))
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

#[cfg(test)]
mod tests {
    use super::merge;
    use crate::finding::{Edit, Fix, Safety, Severity};
    use crate::rules::report::Report;
    use crate::rules::testing::Fixture;
    use crate::source::TextRange;

    #[test]
    fn of_files_the_first_by_path_speaks_whichever_was_read_first() {
        let fixture = Fixture::new(r#"{"Statement": []}"#);
        let access = fixture.access();
        let [last, first] = ["z.tf", "a.tf"].map(|path| fixture.sources.add(path, "text"));
        let place = TextRange::new(0, 1).at(fixture.file);
        let mut report = Report::new(crate::rules::RULES[0], Severity::Error, &fixture.sources);
        for label in [last, first] {
            report.finding(place, "the same").label(TextRange::new(0, 1).at(label), "here");
        }
        let findings = merge(report.into_drafts(), &fixture.context(&access));
        assert_eq!(findings[0].labels[0].span.file, first);
    }

    #[test]
    fn one_text_that_is_wrong_for_several_targets() {
        let fixture = Fixture::new(r#"{"Statement": []}"#);
        let access = fixture.access();
        let at = |start: u32| TextRange::new(start, start + 1).at(fixture.file);
        let said = |targets: &[&str]| {
            let mut report = Report::new(crate::rules::RULES[0], Severity::Error, &fixture.sources);
            for (number, target) in targets.iter().enumerate() {
                let label = at(u32::try_from(number).unwrap() + 1);
                report.finding(at(0), format!("not for {target}")).label(label, "here");
            }
            let findings = merge(report.into_drafts(), &fixture.context(&access));
            assert_eq!(findings.len(), 1);
            let labels = findings[0].labels.iter().map(|label| (label.span.range.start, label.message.clone()));
            (findings[0].message.clone(), labels.collect::<Vec<_>>())
        };
        let here = (1, "here".to_owned());
        let more = |at: u32, message: &str| (at, format!("likewise {message}"));
        assert_eq!(said(&["a", "a"]), ("not for a".to_owned(), vec![here.clone()]));
        assert_eq!(said(&["a", "b"]), ("not for a".to_owned(), vec![here.clone(), more(2, "not for b")]));
        let (_, labels) = said(&["a", "b", "c", "d", "e", "f"]);
        let shown = [more(2, "not for b"), more(3, "not for c"), more(4, "not for d"), more(5, "2 more")];
        assert_eq!(labels, [&[here], shown.as_slice()].concat());
    }

    /// The fixes of one finding at the first byte, of drafts that say and mend that: a place and a text.
    fn kept(drafts: &[(&str, u32, u32, &str)]) -> Vec<String> {
        let fixture = Fixture::new(r#"{"Statement": []}"#);
        let access = fixture.access();
        let mut report = Report::new(crate::rules::RULES[0], Severity::Error, &fixture.sources);
        for (message, start, end, text) in drafts {
            let span = TextRange::new(*start, *end).at(fixture.file);
            let edits = vec![Edit { span, new_text: (*text).to_owned() }];
            let fix = Fix { title: (*text).to_owned(), safety: Safety::Unsafe, edits };
            let finding = report.finding(TextRange::new(0, 1).at(fixture.file), *message);
            if !text.is_empty() {
                finding.fix(fix);
            }
        }
        let findings = merge(report.into_drafts(), &fixture.context(&access));
        findings.iter().flat_map(|finding| &finding.fixes).map(|fix| fix.title.clone()).collect()
    }

    #[test]
    fn fixes_of_several_targets() {
        assert_eq!(kept(&[("a", 5, 5, "x"), ("b", 6, 6, "y")]), ["x", "y"], "each its own");
        assert_eq!(kept(&[("a", 5, 5, "x"), ("b", 5, 5, "y")]), ["x", "y"], "both are added");
        assert_eq!(kept(&[("a", 5, 7, "x"), ("b", 6, 8, "y")]), [""; 0], "one or the other");
        assert_eq!(kept(&[("a", 5, 7, "x"), ("b", 5, 7, "x")]), ["x"]);
        assert_eq!(kept(&[("a", 5, 7, "x"), ("b", 0, 0, "")]), ["x"], "nothing is known for the other");
    }

    #[test]
    fn fixes_of_the_text_that_all_targets_share() {
        assert_eq!(kept(&[("a", 0, 1, "x"), ("b", 0, 1, "x")]), ["x"]);
        assert_eq!(kept(&[("a", 0, 1, "x"), ("b", 0, 1, "y")]), [""; 0]);
        assert_eq!(kept(&[("a", 0, 1, "x"), ("b", 6, 6, "y")]), ["y"], "it would not be right for the other");
        assert_eq!(kept(&[("a", 0, 1, "x"), ("a", 0, 0, "")]), [""; 0], "not right in each use");
    }
}
