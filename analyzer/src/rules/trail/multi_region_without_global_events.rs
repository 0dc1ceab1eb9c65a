//! What it finds, why, and its tests: `multi_region_without_global_events.md`.

use crate::cloudtrail::Trail;
use crate::finding::{Safety, Severity};
use crate::rules::arguments::{is_default_of_library, leaf};
use crate::rules::{Check, Group, Report, Rule, RuleContext};
use crate::truth::Truth;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "multi-region-without-global-events",
    group: Group::Trail,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &["CloudTrail InvalidParameterCombinationException"],
    check: Check::Workspace(check),
};

fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    for trail in ctx.cloudtrail.trails() {
        if trail.is_multi_region() == Truth::Yes {
            one(trail, ctx, report);
        }
    }
}

fn one(trail: &Trail, ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    let (settings, stack) = (&trail.settings, &trail.stack);
    let Some(events) = settings.argument("include_global_service_events").and_then(leaf) else { return };
    let Some(regions) = settings.argument("is_multi_region_trail").and_then(leaf) else { return };
    if events.text.as_known().as_deref() != Some("false") {
        return;
    }
    let is_literal = events.via.is_empty() && report.source_text(events.span) == "false";
    let mut finding = report
        .leaf(&events, "a trail of all regions has to include the events of global services")
        .label(regions.span, "the trail is one of all regions")
        .label(trail.span, "AWS refuses this trail with `InvalidParameterCombinationException`");
    if is_default_of_library(&events, stack, ctx) || is_default_of_library(&regions, stack, ctx) {
        finding = finding.likely();
    }
    if is_literal {
        finding.replace(events.span, "true", Safety::Unsafe);
    } else {
        finding.help("set `include_global_service_events` to `true`");
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::in_workspace;

    fn found(text: &str) -> Vec<String> {
        let text =
            format!("resource \"aws_cloudtrail\" \"x\" {{\n name = \"main\"\n s3_bucket_name = \"logs\"\n{text}");
        in_workspace(&RULE, "", &[("main.tf", &text)])
    }

    #[test]
    fn both_have_to_be_known() {
        let bad = " is_multi_region_trail = true\n include_global_service_events = false\n}";
        assert_eq!(found(bad), ["false | error: a trail of all regions has to include the events of global services"]);
        for good in [
            " is_multi_region_trail = true\n}",
            " include_global_service_events = false\n}",
            " is_multi_region_trail = true\n include_global_service_events = var.x\n}\nvariable \"x\" {}",
            " is_multi_region_trail = var.x\n include_global_service_events = false\n}\nvariable \"x\" {}",
        ] {
            assert_eq!(found(good), [""; 0], "{good}");
        }
    }
}
