//! What it finds, why, and its tests: `lake_region.md`.

use crate::aws::facts;
use crate::cloudtrail::{Declared, Kind};
use crate::finding::Severity;
use crate::rules::arn_fields::{self, PARTITION};
use crate::rules::{Check, Group, Report, Rule, RuleContext};
use crate::source::Span;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "lake-region",
    group: Group::Lake,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &["CloudTrail UnsupportedOperationException"],
    check: Check::Workspace(check),
};

/// What Lake consists of, and what people call it.
const PARTS: [(Kind, &str); 3] =
    [(Kind::Channel, "a channel"), (Kind::Dashboard, "a dashboard"), (Kind::EventDataStore, "an event data store")];

fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    for (kind, name) in PARTS {
        for declared in ctx.cloudtrail.declared(kind) {
            if let Some(place) = place_without_lake(declared) {
                say(declared, &format!("{name} cannot be in {place}, where CloudTrail Lake is not offered"), report);
            } else if let Some(region) = region_without_integrations(declared).filter(|_| kind == Kind::Channel) {
                let message = format!("no events can be sent to a channel in `{region}`: it has no endpoint for them");
                // The list of endpoints is behind the times now and then.
                let finding = report.finding(span(declared), message);
                finding.severity(Severity::Warning).likely();
            }
        }
    }
}

/// The region or partition that a resource is in, if Lake is not offered there.
fn place_without_lake(declared: &Declared) -> Option<String> {
    if let Some(name) = declared.region.as_known() {
        let region = facts::region(&name)?;
        return (!region.cloudtrail_lake).then(|| format!("`{name}`"));
    }
    let fields = arn_fields::fields(&declared.arn);
    let partition = fields.get(PARTITION).and_then(|field| field.certain())?;
    let mut regions = facts::regions().filter(|region| region.partition == partition).peekable();
    let is_known = regions.peek().is_some();
    (is_known && !regions.any(|region| region.cloudtrail_lake)).then(|| format!("the partition `{partition}`"))
}

/// The region of a channel to which no events can be sent.
fn region_without_integrations(declared: &Declared) -> Option<&'static str> {
    let region = facts::region(&declared.region.as_known()?)?;
    (!region.cloudtrail_data).then_some(region.name)
}

fn say(declared: &Declared, message: &str, report: &mut Report<'_>) {
    report.finding(span(declared), message).label(declared.span, "AWS refuses it with `UnsupportedOperationException`");
}

/// Where it says which region it is in, itself or by its provider.
fn span(declared: &Declared) -> Span {
    declared.settings.argument("region").map_or(declared.span, |argument| argument.span)
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::rules::testing::in_workspace;

    fn found(ty: &str, region: &str) -> Vec<String> {
        let source = if ty.ends_with("channel") { "\n  source = \"Custom\"" } else { "" };
        let text = format!(
            "variable \"x\" {{}}\nprovider \"aws\" {{\n  region = {region}\n}}\nprovider \"awscc\" {{\n  region = {region}\n}}\nresource \"{ty}\" \"x\" {{\n  name = \"abc\"{source}\n}}\n"
        );
        in_workspace(&RULE, "", &[("main.tf", &text)])
    }

    #[test]
    fn regions_and_partitions() {
        let store = |region: &str| found("aws_cloudtrail_event_data_store", region).len();
        assert_eq!((store("\"eu-west-1\""), store("\"us-gov-west-1\""), store("var.x")), (0, 0, 0));
        assert_eq!((store("\"mx-central-1\""), store("\"cn-northwest-1\"")), (1, 1));
        assert_eq!(store("\"eu-nowhere-7\""), 0, "a region that is not in the table may be new");
        assert_eq!(found("awscc_cloudtrail_dashboard", "\"eusc-de-east-1\"").len(), 1);
    }

    #[test]
    fn channels_need_an_endpoint() {
        let channel = |region: &str| found("awscc_cloudtrail_channel", region);
        assert_eq!(channel("\"me-central-1\""), [""; 0]);
        assert!(channel("\"eu-south-2\"")[0].contains("likely warning: no events can be sent to a channel"));
    }
}
