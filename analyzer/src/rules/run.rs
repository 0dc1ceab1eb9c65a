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

/// [`check`] with other rules than the table's.
pub(super) fn check_with(
    rules: &[&'static Rule],
    ctx: &RuleContext<'_>,
    selection: &Selection,
    cancellation: &Cancellation,
) -> Result<Vec<Finding>, Cancelled> {
    let is_wanted = || !cancellation.is_cancelled();
    let selected: Vec<(&'static Rule, Severity)> =
        rules.iter().filter_map(|rule| Some((*rule, selection.severity_somewhere(rule)?))).collect();
    let mut drafts: Vec<Draft> = ctx
        .policies
        .par_iter()
        .enumerate()
        .filter(|_| is_wanted())
        .flat_map_iter(|(index, site)| check_site(&selected, ctx, index, site))
        .collect();
    drafts.extend(check_whole(&selected, ctx, cancellation));
    cancellation.check()?;
    let mut findings = merge(drafts, ctx);
    findings.retain_mut(|finding| match severity_at(finding, rules, ctx, selection) {
        Some(severity) => {
            finding.severity = severity;
            true
        }
        None => false,
    });
    Ok(findings)
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
            let mut report = Report::new(rule, *severity, ctx.sources);
            report.enter(Some(index));
            drafts.extend(guarded(report, ctx, |report| check(site, ctx, report)));
        }
    }
    if let Some(secrets) = Secrets::of(site) {
        drafts.iter_mut().for_each(|draft| secrets.hide(&mut draft.finding));
    }
    drafts
}

fn check_whole(
    selected: &[(&'static Rule, Severity)],
    ctx: &RuleContext<'_>,
    cancellation: &Cancellation,
) -> Vec<Draft> {
    let wanted = selected.par_iter().filter(|_| !cancellation.is_cancelled());
    let drafts = wanted.flat_map_iter(|(rule, severity)| check_workspace(rule, *severity, ctx));
    let mut drafts: Vec<Draft> = drafts.collect();
    if !drafts.is_empty() {
        let secrets = WorkspaceSecrets::of(ctx);
        drafts.iter_mut().for_each(|draft| secrets.hide(draft, ctx));
    }
    drafts
}

fn check_workspace(rule: &'static Rule, severity: Severity, ctx: &RuleContext<'_>) -> Vec<Draft> {
    match rule.check {
        Check::Workspace(check) => guarded(Report::new(rule, severity, ctx.sources), ctx, |report| check(ctx, report)),
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
        doc: "",
        check: Check::Policy(panics),
    };

    static WORKS: Rule = Rule { code: "works", check: Check::Workspace(works), doc: "", sources: &[], ..PANICS };

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
