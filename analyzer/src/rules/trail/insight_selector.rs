//! What it finds, why, and its tests: `insight_selector.md`.

use crate::aws::facts::cloudtrail::insight_needs_writes;
use crate::cloudtrail::{Settings, Trail};
use crate::finding::Severity;
use crate::rules::arguments::leaf;
use crate::rules::selectors::{self, Selector, is_certain};
use crate::rules::{Check, Group, Report, Rule, RuleContext};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "insight-selector",
    group: Group::Trail,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &["CloudTrail InvalidInsightSelectorsException"],
    check: Check::Workspace(check),
};

/// Which management events a trail logs.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Logged {
    reads: bool,
    writes: bool,
}

const ALL: Logged = Logged { reads: true, writes: true };
const NONE: Logged = Logged { reads: false, writes: false };

fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    for trail in ctx.cloudtrail.trails() {
        for selector in trail.settings.blocks("insight_selector").iter().filter(|block| is_certain(block)) {
            one(trail, selector, report);
        }
    }
}

fn one(trail: &Trail, selector: &Settings, report: &mut Report<'_>) {
    let Some(ty) = selector.argument("insight_type").and_then(leaf) else { return };
    let Some(name) = ty.text.as_known() else { return };
    let Some(needs_writes) = insight_needs_writes(&name) else {
        let finding = report.leaf(&ty, format!("there are no Insights events of the type `{name}`"));
        finding.label(trail.span, "AWS refuses this trail with `InvalidInsightSelectorsException`");
        return;
    };
    // Insights can also be made from data events, if it says so.
    if selector.argument("event_categories").is_some() {
        return;
    }
    let message = match logged(&trail.settings) {
        Some(NONE) => format!("`{name}` is made from management events, and the trail logs none"),
        Some(Logged { writes: false, .. }) if needs_writes => {
            format!("`{name}` is made from write events, and the trail logs no management events that write")
        }
        Some(_) | None => return,
    };
    report
        .leaf(&ty, message)
        .label(trail.span, "AWS refuses this trail with `InvalidInsightSelectorsException`")
        .help("log management events too, or leave this selector out");
}

/// The management events that a trail logs; `None` if that is not known.
fn logged(settings: &Settings) -> Option<Logged> {
    let basic = settings.blocks("event_selector");
    let advanced = selectors::advanced(settings)?;
    if !basic.iter().all(is_certain) {
        return None;
    }
    let of_basic = basic.iter().map(of_basic);
    let of_advanced = advanced.iter().map(of_advanced);
    match (basic.is_empty(), advanced.is_empty()) {
        (true, true) => Some(ALL),
        (false, true) => together(of_basic),
        (true, false) => together(of_advanced),
        (false, false) => None,
    }
}

fn together(parts: impl Iterator<Item = Option<Logged>>) -> Option<Logged> {
    parts.into_iter().try_fold(NONE, |all, part| {
        let part = part?;
        Some(Logged { reads: all.reads || part.reads, writes: all.writes || part.writes })
    })
}

fn of_basic(selector: &Settings) -> Option<Logged> {
    if !selector.truth("include_management_events", true).known()? {
        return Some(NONE);
    }
    let Some(kind) = selector.argument("read_write_type") else { return Some(ALL) };
    match leaf(kind)?.text.as_known()?.as_str() {
        "ReadOnly" => Some(Logged { writes: false, ..ALL }),
        "WriteOnly" => Some(Logged { reads: false, ..ALL }),
        "All" => Some(ALL),
        _ => None,
    }
}

fn of_advanced(selector: &Selector<'_>) -> Option<Logged> {
    let (category, _) = selector.category()?;
    if category != "Management" {
        return Some(NONE);
    }
    let mut filters = selector.named("readOnly");
    let Some(filter) = filters.next() else { return (!selector.open).then_some(ALL) };
    let values = filter.values("equals")?;
    match values.leaves.first()?.text.as_known()?.as_str() {
        "true" => Some(Logged { writes: false, ..ALL }),
        "false" => Some(Logged { reads: false, ..ALL }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::in_workspace;

    fn found(ty: &str, selectors: &str) -> usize {
        let text = format!(
            "variable \"x\" {{}}\nresource \"aws_cloudtrail\" \"x\" {{\n name = \"main\"\n s3_bucket_name = \"logs\"\n{selectors}\n insight_selector {{\n insight_type = {ty}\n }}\n}}\n"
        );
        in_workspace(&RULE, "", &[("main.tf", &text)]).len()
    }

    const CALLS: &str = "\"ApiCallRateInsight\"";
    const ERRORS: &str = "\"ApiErrorRateInsight\"";

    fn advanced(fields: &str) -> String {
        let field = |text: &str| format!("field_selector {{\n{text}\n}}\n");
        let fields: String = fields.split(';').map(field).collect();
        format!("advanced_event_selector {{\n{fields}}}\n")
    }

    #[test]
    fn calls_are_counted_by_writes_and_errors_by_either() {
        let reads = "event_selector {\n read_write_type = \"ReadOnly\"\n}";
        assert_eq!((found(CALLS, reads), found(ERRORS, reads)), (1, 0));
        let none = "event_selector {\n include_management_events = false\n}";
        assert_eq!((found(CALLS, none), found(ERRORS, none)), (1, 1));
        let management = "field = \"eventCategory\"\n equals = [\"Management\"]";
        let reads = advanced(&format!("{management};field = \"readOnly\"\n equals = [\"true\"]"));
        assert_eq!((found(CALLS, &reads), found(ERRORS, &reads)), (1, 0));
        assert_eq!(found(CALLS, &advanced(management)), 0);
        assert_eq!(found(CALLS, ""), 0);
        assert_eq!(found("\"ApiLatencyInsight\"", ""), 1);
    }

    #[test]
    fn what_may_log_more_is_left_alone() {
        for open in [
            "event_selector {\n include_management_events = var.x\n}",
            "event_selector {\n read_write_type = var.x\n}",
            "dynamic \"event_selector\" {\n for_each = var.x\n content {\n include_management_events = false\n }\n}",
        ] {
            assert_eq!(found(CALLS, open), 0, "{open}");
        }
        assert_eq!(found("var.x", "event_selector {\n include_management_events = false\n}"), 0);
    }
}
