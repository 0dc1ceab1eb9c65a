//! What it finds, why, and its tests: `trail_bucket_policy_order.md`.

use rustc_hash::FxHashSet;

use super::asked;
use super::papers::Papers;
use super::{compose, words};
use crate::cloudtrail::{Named, Need, SERVICE, Trail};
use crate::eval::evaluator::Existence;
use crate::finding::{Edit, Fix, Safety, Severity};
use crate::iam::{Origin, PolicedResource};
use crate::policy::model::PolicyDocument;
use crate::rules::{Check, Group, PolicySite, Report, Rule, RuleContext};
use crate::source::{Span, TextRange, path};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "trail-bucket-policy-order",
    group: Group::Trail,
    severity: Severity::Warning,
    since: "0.1.0",
    sources: &[],
    doc: include_str!("trail_bucket_policy_order.md"),
    check: Check::Workspace(check),
};

fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    let lacks = asked::of_buckets(ctx);
    let lacking: FxHashSet<(&str, &str)> =
        lacks.iter().map(|lack| (lack.sender.trail.stack.as_str(), lack.sender.trail.address.as_str())).collect();
    for trail in ctx.cloudtrail.trails() {
        if lacking.contains(&(trail.stack.as_str(), trail.address.as_str())) {
            continue;
        }
        if let Some((bucket, index, site)) = policy_of(trail, ctx) {
            say(trail, bucket, (index, site), ctx, report);
        }
    }
}

/// The only policy of the bucket that the trail's stack makes, if it puts it there apart from the bucket.
fn policy_of<'a>(trail: &Trail, ctx: &RuleContext<'a>) -> Option<(&'a PolicedResource, usize, &'a PolicySite)> {
    let named = trail.bucket.as_ref().filter(|bucket| bucket.is_set.is_yes())?;
    let bucket = ctx.iam.resources().get(named.index?)?;
    let papers = Papers::on(bucket, &trail.existence, ctx);
    let index = papers.certain.iter().find_map(|paper| paper.site)?;
    let site = ctx.policies.get(index)?;
    let is_near = site.stack == trail.stack && bucket.stack == trail.stack && bucket.origin == Origin::Declared;
    let is_apart = site.address != bucket.address;
    let is_for_it = lets_in_cloudtrail(&site.document);
    (is_near && is_apart && is_for_it && trail.existence == Existence::Certain).then_some((bucket, index, site))
}

/// Whether some statement names CloudTrail.
fn lets_in_cloudtrail(document: &PolicyDocument) -> bool {
    let groups = document.statements.iter().flat_map(|it| &it.principals).flat_map(|it| &it.groups);
    let mut services = groups.flat_map(|group| &group.items);
    services.any(|leaf| leaf.text.as_known().is_some_and(|name| name == SERVICE))
}

fn say(
    trail: &Trail,
    bucket: &PolicedResource,
    (index, site): (usize, &PolicySite),
    ctx: &RuleContext<'_>,
    report: &mut Report<'_>,
) {
    let policy = words::without_keys(&site.address);
    if trail.order.after.contains(policy.as_str()) {
        return;
    }
    let Some(named) = &trail.bucket else { return };
    let (name, bucket) = (words::trail(trail), words::resource(bucket));
    let why = words::fails(Need::BucketAcl);
    let reference = trail.order.before.iter().find(|(address, _)| *address == policy).map(|(_, span)| *span);
    match reference {
        Some(reference) => {
            report.enter(Some(index));
            let message =
                format!("the policy of {bucket} refers to {name}, so that it is made after the trail that needs it");
            let finding = report
                .finding(reference, message)
                .severity(Severity::Error)
                .label(named.span, format!("there is no policy yet when this trail is made: {why}"));
            compose::offer(finding, trail, reference, ctx);
        }
        None => {
            report.enter(None);
            let message = format!("nothing says that `{}` comes before {name}, which needs it", site.address);
            let finding = report
                .finding(near(named, site.span, ctx), message)
                .label(site.span, format!("as long as this policy is not there {why}"));
            let finding = match depends_on(trail, site, ctx) {
                Some(fix) => finding.fix(fix),
                None => finding,
            };
            finding.help("add the policy to `depends_on` of the trail: Terraform may make both at once otherwise, and a second apply is needed");
        }
    }
}

/// Where the bucket is named in the directory of its policy: the trail may lie in a module that is given it.
fn near(named: &Named, policy: Span, ctx: &RuleContext<'_>) -> Span {
    let directory = |span: Span| path::parent(ctx.sources.file(span.file).path()).to_owned();
    let mut places = std::iter::once(named.span).chain(named.origins.iter().copied());
    places.find(|place| directory(*place) == directory(policy)).unwrap_or(named.span)
}

/// A `depends_on` at the end of the trail's block, where there is none and both are of one module.
fn depends_on(trail: &Trail, site: &PolicySite, ctx: &RuleContext<'_>) -> Option<Fix> {
    let (front, _) = module_and_block(&trail.address)?;
    let (other, block) = module_and_block(&site.address)?;
    let file = ctx.sources.file(trail.span.file);
    let is_editable = file.path().ends_with(".tf") && !(ctx.foreign)(trail.span.file) && !trail.downloaded;
    if front != other || !is_editable {
        return None;
    }
    let text = file.text();
    let start = trail.span.range.as_usize().start;
    let behind = text.get(start..)?;
    let end = behind.find("\n}")? + 1;
    let body = behind.get(..end)?;
    if body.lines().any(|line| line.trim_start().starts_with("depends_on")) || behind.lines().next()?.contains('}') {
        return None;
    }
    let at = u32::try_from(start + end).ok()?;
    let span: Span = TextRange::empty(at).at(trail.span.file);
    let new_text = format!("\n  depends_on = [{block}]\n");
    let title = format!("make the trail after `{block}`");
    Some(Fix { title, safety: Safety::Safe, edits: vec![Edit { span, new_text }] })
}

/// The module of an instance and the block in it; `None` for one instance of several of a module.
fn module_and_block(address: &str) -> Option<(&str, String)> {
    let without = words::without_keys(address);
    let block = without.rsplitn(3, '.').collect::<Vec<_>>();
    let [name, ty, ..] = block.as_slice() else { return None };
    let written = format!("{ty}.{name}");
    let front = address.split(written.as_str()).next()?;
    Some((front, written))
}
