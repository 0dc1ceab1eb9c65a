//! Runs the rules, each guarded against its own faults.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rayon::prelude::*;

use crate::cancellation::{Cancellation, Cancelled};
use crate::finding::{Confidence, Finding, Severity};

use super::merge::merge;
use super::report::{Draft, Report};
use super::secrets::{Secrets, WorkspaceSecrets};
use super::{Check, PolicySite, RULES, Rule, RuleContext, Selection};

/// The code of the finding that a panicking rule leaves.
pub(super) const INTERNAL_ERROR: &str = "internal-error";

/// What rules that look at one policy at a time have found, before it is put together with what others found.
#[derive(Debug, Clone, Default)]
pub struct PolicyFindings {
    drafts: Vec<Draft>,
}

impl PolicyFindings {
    /// Adds what was found in other policies, which stand behind the first `start` policies of the whole.
    pub fn extend(&mut self, start: usize, others: &Self) {
        self.drafts.extend(others.drafts.iter().map(|draft| {
            let site = draft.site.map(|site| start + site);
            Draft { site, ..draft.clone() }
        }));
    }
}

/// Runs the selected rules over everything in view. The findings are in the order
/// of [`crate::finding::sort`]; suppression comments are not applied yet.
///
/// # Errors
/// When they are not wanted any longer.
pub fn check(
    ctx: &RuleContext<'_>,
    selection: &Selection,
    cancellation: &Cancellation,
) -> Result<Vec<Finding>, Cancelled> {
    check_with(RULES, ctx, selection, cancellation)
}

/// Runs the selected rules that need to look at nothing but one policy.
///
/// # Errors
/// When it is not wanted any longer.
pub fn check_policies(
    ctx: &RuleContext<'_>,
    selection: &Selection,
    cancellation: &Cancellation,
) -> Result<PolicyFindings, Cancelled> {
    of_policies(&selected(RULES, selection), ctx, cancellation)
}

/// Runs the other selected rules, and puts together what they find with what is `found` already in all policies.
///
/// # Errors
/// When it is not wanted any longer.
pub fn check_rest(
    ctx: &RuleContext<'_>,
    selection: &Selection,
    found: PolicyFindings,
    cancellation: &Cancellation,
) -> Result<Vec<Finding>, Cancelled> {
    rest(RULES, ctx, selection, found, cancellation)
}

/// Puts together what is `found` in the policies of `ctx`, with nothing from the other rules.
#[must_use]
pub fn conclude(ctx: &RuleContext<'_>, selection: &Selection, found: PolicyFindings) -> Vec<Finding> {
    concluded(RULES, ctx, selection, found.drafts)
}

/// [`check`] with other rules than the table's.
pub(super) fn check_with(
    rules: &[&'static Rule],
    ctx: &RuleContext<'_>,
    selection: &Selection,
    cancellation: &Cancellation,
) -> Result<Vec<Finding>, Cancelled> {
    let found = of_policies(&selected(rules, selection), ctx, cancellation)?;
    rest(rules, ctx, selection, found, cancellation)
}

type Selected = Vec<(&'static Rule, Severity)>;

fn selected(rules: &[&'static Rule], selection: &Selection) -> Selected {
    rules.iter().filter_map(|rule| Some((*rule, selection.severity_somewhere(rule)?))).collect()
}

fn of_policies(
    selected: &Selected,
    ctx: &RuleContext<'_>,
    cancellation: &Cancellation,
) -> Result<PolicyFindings, Cancelled> {
    let sites = ctx.policies.par_iter().enumerate().filter(|_| !cancellation.is_cancelled());
    let drafts = sites.flat_map_iter(|(index, site)| check_site(selected, ctx, index, site)).collect();
    cancellation.check()?;
    Ok(PolicyFindings { drafts })
}

fn rest(
    rules: &[&'static Rule],
    ctx: &RuleContext<'_>,
    selection: &Selection,
    found: PolicyFindings,
    cancellation: &Cancellation,
) -> Result<Vec<Finding>, Cancelled> {
    let selected = selected(rules, selection);
    let mut drafts = found.drafts;
    drafts.extend(check_whole(&selected, ctx, cancellation));
    cancellation.check()?;
    Ok(concluded(rules, ctx, selection, drafts))
}

fn concluded(
    rules: &[&'static Rule],
    ctx: &RuleContext<'_>,
    selection: &Selection,
    drafts: Vec<Draft>,
) -> Vec<Finding> {
    let mut findings = merge(drafts, ctx);
    findings.retain_mut(|finding| match severity_at(finding, rules, ctx, selection) {
        Some(severity) => {
            finding.severity = severity;
            true
        }
        None => false,
    });
    findings
}

/// The severity that the finding has where it is, after the configuration; `None` if it is not wanted there.
fn severity_at(
    finding: &Finding,
    rules: &[&'static Rule],
    ctx: &RuleContext<'_>,
    selection: &Selection,
) -> Option<Severity> {
    let Some(rule) = rules.iter().find(|rule| rule.code == finding.code) else { return Some(finding.severity) };
    selection.severity_at(rule, ctx.sources.file(finding.primary.file).path(), finding.severity)
}

fn check_site(
    selected: &[(&'static Rule, Severity)],
    ctx: &RuleContext<'_>,
    index: usize,
    site: &PolicySite,
) -> Vec<Draft> {
    let mut drafts = Vec::new();
    for (rule, severity) in selected {
        if let Check::Policy(check) = rule.check {
            drafts.extend(check_policy((rule, *severity), ctx, index, |report| check(site, ctx, report)));
        }
    }
    hide_secrets(site, &mut drafts);
    drafts
}

fn check_policy<'a>(
    (rule, severity): (&'static Rule, Severity),
    ctx: &RuleContext<'a>,
    index: usize,
    check: impl FnOnce(&mut Report<'a>),
) -> Vec<Draft> {
    let mut report = Report::new(rule, severity, ctx.sources);
    report.enter(Some(index));
    guarded(report, ctx, check)
}

fn hide_secrets(site: &PolicySite, drafts: &mut [Draft]) {
    if let Some(secrets) = Secrets::of(site) {
        drafts.iter_mut().for_each(|draft| secrets.hide(&mut draft.finding));
    }
}

fn check_whole(selected: &Selected, ctx: &RuleContext<'_>, cancellation: &Cancellation) -> Vec<Draft> {
    let wanted = selected.par_iter().filter(|_| !cancellation.is_cancelled());
    let drafts = wanted.flat_map_iter(|(rule, severity)| check_in_view(rule, *severity, ctx));
    let mut drafts: Vec<Draft> = drafts.collect();
    if !drafts.is_empty() {
        let secrets = WorkspaceSecrets::of(ctx);
        drafts.iter_mut().for_each(|draft| secrets.hide(draft, ctx));
    }
    drafts
}

/// What a rule finds that looks at more than one policy.
fn check_in_view(rule: &'static Rule, severity: Severity, ctx: &RuleContext<'_>) -> Vec<Draft> {
    match rule.check {
        Check::Workspace(check) => guarded(Report::new(rule, severity, ctx.sources), ctx, |report| check(ctx, report)),
        Check::PolicyInView(check) => {
            let site = |(index, site): (usize, &PolicySite)| {
                let mut drafts = check_policy((rule, severity), ctx, index, |report| check(site, ctx, report));
                if !drafts.is_empty() {
                    hide_secrets(site, &mut drafts);
                }
                drafts
            };
            ctx.policies.par_iter().enumerate().flat_map_iter(site).collect()
        }
        Check::Policy(_) | Check::Engine => Vec::new(),
    }
}

/// Runs `check`; a panic becomes a finding behind those it had made.
fn guarded<'a>(mut report: Report<'a>, ctx: &RuleContext<'_>, check: impl FnOnce(&mut Report<'a>)) -> Vec<Draft> {
    // A report is a list that grows: whatever a panic leaves in it is whole.
    let outcome = catch_unwind(AssertUnwindSafe(|| check(&mut report)));
    let (code, site) = (report.code(), report.site());
    let mut drafts = report.into_drafts();
    if outcome.is_err() {
        drafts.extend(internal_error(code, site, ctx));
    }
    drafts
}

fn internal_error(code: &str, site: Option<usize>, ctx: &RuleContext<'_>) -> Option<Draft> {
    let policy = site.and_then(|site| ctx.policies.get(site)).map(|site| site.document.span);
    let finding = Finding {
        code: INTERNAL_ERROR,
        severity: Severity::Error,
        confidence: Confidence::Certain,
        message: format!("the rule `{code}` failed here; this is a fault of crosstrail, please report it"),
        primary: policy.or(ctx.anchor)?,
        labels: Vec::new(),
        path: Vec::new(),
        help: None,
        fixes: Vec::new(),
    };
    Some(Draft { finding, site: None, causes: Vec::new(), instead_of: Vec::new() })
}

#[cfg(test)]
mod tests {
    use crate::cancellation::Cancellation;
    use crate::finding::Severity;
    use crate::rules::testing::Fixture;
    use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext, Selection};

    static PANICS: Rule = Rule {
        code: "panics",
        group: Group::Analysis,
        severity: Severity::Error,
        since: "0.1.0",
        sources: &[],
        check: Check::Policy(panics),
    };

    static WORKS: Rule = Rule { code: "works", check: Check::Workspace(works), sources: &[], ..PANICS };

    fn panics(site: &PolicySite, _: &RuleContext<'_>, report: &mut Report<'_>) {
        report.finding(site.document.span, "found before it failed");
        panic!("on purpose");
    }

    fn works(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
        report.finding(ctx.policies[0].document.span, "still runs");
    }

    #[test]
    fn a_panic_becomes_a_finding_and_the_other_rules_run() {
        let fixture = Fixture::new(r#"{ "Statement": [] }"#);
        let access = fixture.access();
        let (ctx, wanted) = (fixture.context(&access), Cancellation::default());
        let findings = super::check_with(&[&PANICS, &WORKS], &ctx, &Selection::default(), &wanted).unwrap();
        let seen: Vec<_> = findings.iter().map(|it| (it.code, it.message.as_str())).collect();
        assert_eq!(
            seen,
            [
                ("internal-error", "the rule `panics` failed here; this is a fault of crosstrail, please report it"),
                ("panics", "found before it failed"),
                ("works", "still runs"),
            ]
        );
    }
}
