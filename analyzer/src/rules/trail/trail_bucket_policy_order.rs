//! What it finds, why, and its tests: `trail_bucket_policy_order.md`.

use rustc_hash::FxHashSet;

use super::asked;
use super::papers::Papers;
use super::{compose, words};
use crate::cloudtrail::{Named, Need, SERVICE, Trail};
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
    check: Check::Workspace(check),
};

fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    let lacking: FxHashSet<(&str, &str, Span)> =
        asked::of_all(ctx).map(|(_, lack)| key(lack.sender.trail, lack.named)).collect();
    for trail in ctx.cloudtrail.trails() {
        let needed = [(&trail.bucket, Need::BucketAcl), (&trail.key, Need::Encrypt), (&trail.topic, Need::Publish)];
        for (named, need) in needed.into_iter().filter_map(|(named, need)| Some((named.as_ref()?, need))) {
            // One that does not suffice comes too late anyway.
            if !lacking.contains(&key(trail, named))
                && let Some(policy) = policy_of(trail, named, ctx)
            {
                say(trail, named, need, &policy, ctx, report);
            }
        }
    }
}

fn key<'a>(trail: &'a Trail, named: &Named) -> (&'a str, &'a str, Span) {
    (trail.stack.as_str(), trail.address.as_str(), named.span)
}

/// A policy that is put on something apart from it.
struct Apart<'a> {
    on: &'a PolicedResource,
    index: usize,
    site: &'a PolicySite,
}

/// The policy of what is `named`, if the stack of the trail makes it and what it is on.
fn policy_of<'a>(trail: &Trail, named: &Named, ctx: &RuleContext<'a>) -> Option<Apart<'a>> {
    let on = ctx.iam.resources().get(named.index.filter(|_| named.is_set.is_yes())?)?;
    let papers = Papers::on(on, &trail.existence, ctx);
    let index = papers.certain.iter().find_map(|paper| paper.site)?;
    let site = ctx.policies.get(index)?;
    let is_near = site.stack == trail.stack && on.stack == trail.stack && on.origin == Origin::Declared;
    let is_apart = site.address != on.address;
    (is_near && is_apart && lets_in_cloudtrail(&site.document)).then_some(Apart { on, index, site })
}

/// Whether some statement names CloudTrail.
fn lets_in_cloudtrail(document: &PolicyDocument) -> bool {
    let groups = document.statements.iter().flat_map(|it| &it.principals).flat_map(|it| &it.groups);
    let mut services = groups.flat_map(|group| &group.items);
    services.any(|leaf| leaf.text.as_known().is_some_and(|name| name == SERVICE))
}

fn say(
    trail: &Trail,
    named: &Named,
    need: Need,
    Apart { on, index, site }: &Apart<'_>,
    ctx: &RuleContext<'_>,
    report: &mut Report<'_>,
) {
    let policy = words::without_keys(&site.address);
    if trail.order.after.contains(policy.as_str()) {
        return;
    }
    let (name, on) = (words::trail(trail), words::resource(on));
    let why = words::fails(need);
    let reference = trail.order.before.iter().find(|(address, _)| *address == policy).map(|(_, span)| *span);
    match reference {
        Some(reference) => {
            report.enter(Some(*index));
            let message =
                format!("the policy of {on} refers to {name}, so that it is made after the trail that needs it");
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

/// The policy in `depends_on` of the trail's block, where both are of one module.
fn depends_on(trail: &Trail, site: &PolicySite, ctx: &RuleContext<'_>) -> Option<Fix> {
    let (front, _) = module_and_block(&trail.address)?;
    let (other, block) = module_and_block(&site.address)?;
    let file = ctx.sources.file(trail.span.file);
    let is_editable = file.path().ends_with(".tf") && !(ctx.foreign)(trail.span.file) && !trail.downloaded;
    if front != other || !is_editable {
        return None;
    }
    let start = trail.span.range.as_usize().start;
    let (at, new_text) = dependency(file.text().get(start..)?, &block)?;
    let span: Span = TextRange::empty(u32::try_from(start + at).ok()?).at(trail.span.file);
    let title = format!("make the trail after `{block}`");
    Some(Fix { title, safety: Safety::Safe, edits: vec![Edit { span, new_text }] })
}

/// What is written in a block that starts `text`, and where: one more of its dependencies or the first one.
fn dependency(text: &str, block: &str) -> Option<(usize, String)> {
    let end = text.find("\n}")? + 1;
    let body = text.get(..end).filter(|body| body.lines().next().is_some_and(|header| !header.contains('}')))?;
    let mut lines = body.split_inclusive('\n').scan(0, |at, line| {
        let start = *at;
        *at += line.len();
        Some((start, line))
    });
    let Some((start, line)) = lines.find(|(_, line)| line.trim_start().starts_with("depends_on")) else {
        return Some((end, format!("\n  depends_on = [{block}]\n")));
    };
    let (front, inner) = line.split_once('[')?;
    let inner = inner.split_once(']').map(|(inner, _)| inner)?;
    let separator = if inner.trim().is_empty() { "" } else { ", " };
    Some((start + front.len() + 1 + inner.trim_end().len(), format!("{separator}{block}")))
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

#[cfg(test)]
mod tests {
    use super::dependency;

    fn done(text: &str) -> String {
        let (at, new_text) = dependency(text, "a.b").unwrap();
        let mut text = text.to_owned();
        text.insert_str(at, &new_text);
        text
    }

    #[test]
    fn one_more_dependency_or_the_first_one() {
        let block = |inner: &str| format!("resource \"t\" \"n\" {{\n  x = 1\n{inner}}}\n\nother {{\n}}\n");
        assert_eq!(done(&block("")), block("\n  depends_on = [a.b]\n"));
        assert_eq!(done(&block("  depends_on = []\n")), block("  depends_on = [a.b]\n"));
        assert_eq!(done(&block("  depends_on = [c.d]\n")), block("  depends_on = [c.d, a.b]\n"));
        assert_eq!(dependency("resource \"t\" \"n\" {}\n\nother {\n}\n", "a.b"), None);
        assert_eq!(dependency(&block("  depends_on = [\n    c.d,\n  ]\n"), "a.b"), None);
    }
}
