//! Basic event selectors: which management events are logged, and the data events of which resources.
//!
//! Source: CloudTrail API Reference, `EventSelector` and `DataResource`.

use super::event_selector::EXCEPTION;
use super::recorder::Recording;
use crate::aws::facts::cloudtrail::{Limit, data_resource_service, data_resource_types, excluded_event_sources, limit};
use crate::cloudtrail::Settings;
use crate::eval::text::Text;
use crate::finding::{Safety, Severity};
use crate::policy::model::Leaf;
use crate::rules::arguments::{items, leaf};
use crate::rules::arn_fields::{self, RESOURCE, SERVICE};
use crate::rules::selectors::is_certain;
use crate::rules::text::known_parts;
use crate::rules::{Report, RuleContext};
use crate::truth::Truth;

/// Reports what is wrong with the basic selectors of a trail.
pub(super) fn check(trail: &Recording<'_>, ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    let selectors: Vec<&Settings> =
        trail.settings.blocks("event_selector").iter().filter(|block| is_certain(block)).collect();
    too_many(trail, &selectors, report);
    for selector in selectors {
        excluded(trail, selector, report);
        for resource in selector.blocks("data_resource").iter().filter(|block| is_certain(block)) {
            data_resource(trail, resource, ctx, report);
        }
    }
}

fn too_many(trail: &Recording<'_>, selectors: &[&Settings], report: &mut Report<'_>) {
    let most = limit(Limit::BasicSelectors);
    if let Some(first) = selectors.get(most) {
        let message = format!("a trail has {} basic event selectors: it may have {most}", selectors.len());
        trail.refused(report.finding(first.span, message), EXCEPTION);
    }
    let resources = selectors.iter().flat_map(|selector| selector.blocks("data_resource"));
    let values = resources.filter(|block| is_certain(block)).filter_map(|block| block.argument("values"));
    let (count, most) =
        (values.map(|values| items(values).leaves.len()).sum::<usize>(), limit(Limit::BasicSelectorResources));
    if let Some(first) = selectors.first().filter(|_| count > most) {
        let message = format!("the basic event selectors of a trail name {count} resources: they may name {most}");
        trail.refused(report.finding(first.span, message), EXCEPTION);
    }
}

/// The sources of management events that are left out.
fn excluded(trail: &Recording<'_>, selector: &Settings, report: &mut Report<'_>) {
    let Some(sources) = selector.argument("exclude_management_event_sources").map(items) else { return };
    let known: Vec<&str> = excluded_event_sources().collect();
    for source in &sources.leaves {
        let Some(name) = source.text.as_known().filter(|name| !known.contains(&name.as_str())) else { continue };
        let finding = report.leaf(source, format!("management events cannot be logged without those of `{name}`"));
        let all: Vec<String> = known.iter().map(|source| format!("`{source}`")).collect();
        trail.refused(finding, EXCEPTION).help(format!("what can be left out: {}", all.join(", ")));
    }
    if selector.truth("include_management_events", true) == Truth::No
        && let Some(first) = sources.leaves.first()
    {
        let message = "what logs no management events cannot leave out some of them";
        trail.refused(report.leaf(first, message), EXCEPTION);
    }
}

fn data_resource(trail: &Recording<'_>, resource: &Settings, ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    let Some(ty) = resource.argument("type").and_then(leaf) else { return };
    let Some(name) = ty.text.as_known() else { return };
    let Some(service) = data_resource_service(&name) else {
        let types: Vec<String> = data_resource_types().map(|ty| format!("`{ty}`")).collect();
        let finding = report.leaf(&ty, format!("a basic event selector has no resources of the type `{name}`"));
        let help = format!("basic selectors have {}; advanced ones have all types", types.join(", "));
        trail.refused(finding, EXCEPTION).help(help);
        return;
    };
    let Some(values) = resource.argument("values").map(items) else { return };
    for value in &values.leaves {
        if let Some(fault) = fault(&value.text, service, ctx) {
            say(trail, value, service, &fault, report);
        }
    }
}

/// What patterns elsewhere have for any letters.
const WILDCARDS: [char; 2] = ['*', '?'];

/// What is wrong with the value of a data resource.
enum Fault {
    /// It is no ARN of the service.
    Service,
    /// It has a wildcard, where no ARN has such a letter.
    Wildcard,
    /// It has what is meant as a wildcard among the letters of a key.
    Star,
    /// It is the ARN of a bucket without a slash behind it.
    Bucket,
    /// It names an object but no bucket.
    NoBucket,
}

fn fault(value: &Text, service: &str, ctx: &RuleContext<'_>) -> Option<Fault> {
    let fields = arn_fields::fields(value);
    if known_parts(value).any(|part| part.contains(WILDCARDS)) {
        let key = fields.get(RESOURCE).and_then(|resource| resource.known.split_once('/'));
        let in_key = key.is_some_and(|(bucket, _)| service == "s3" && !bucket.contains(WILDCARDS));
        return Some(if in_key { Fault::Star } else { Fault::Wildcard });
    }
    let is_other = |at: usize, wanted: &str| {
        fields.get(at).map_or_else(|| value.is_known(), |field| field.certain().is_some_and(|it| it != wanted))
    };
    if is_other(0, "arn") || is_other(SERVICE, service) {
        return Some(Fault::Service);
    }
    if service != "s3" {
        return None;
    }
    let resource = fields.get(RESOURCE)?;
    let is_bucket = || ctx.iam.resources_with_arn(value).any(|it| it.resource_type == Some("bucket"));
    match resource.certain() {
        Some(known) if known.starts_with('/') => Some(Fault::NoBucket),
        Some(known) => (!known.is_empty() && !known.contains('/')).then_some(Fault::Bucket),
        None => is_bucket().then_some(Fault::Bucket),
    }
}

fn say(trail: &Recording<'_>, value: &Leaf, service: &str, fault: &Fault, report: &mut Report<'_>) {
    let literal = value.text.as_known().filter(|_| report.is_literal(value));
    let expression = report.source_text(value.span);
    let is_expression = value.via.is_empty() && !expression.contains(['"', '\n', '$']);
    let shown = if is_expression { expression.clone() } else { value.text.display() };
    let message = match fault {
        Fault::Service => format!("`{shown}` is no ARN of `{service}`"),
        Fault::Wildcard => format!("`{shown}` has a wildcard, which a data resource cannot have"),
        Fault::Star => format!("`{shown}` has no wildcard: it is the start of keys, letter by letter"),
        Fault::Bucket => format!("`{shown}` names no objects: behind a bucket there has to be a slash"),
        Fault::NoBucket => format!("`{shown}` names no bucket"),
    };
    let finding = report.leaf(value, message);
    let finding = match fault {
        // AWS takes it, since keys may have such letters.
        Fault::Star => finding.severity(Severity::Warning),
        Fault::Service | Fault::Wildcard | Fault::Bucket | Fault::NoBucket => trail.refused(finding, EXCEPTION),
    };
    let everything = format!("arn:aws:{service}");
    match (fault, literal.as_deref()) {
        (Fault::Bucket, Some(bucket)) => finding.replace(value.span, format!("{bucket}/"), Safety::Safe),
        (Fault::Bucket, None) if is_expression => {
            finding.replace(value.span, format!("\"${{{expression}}}/\""), Safety::Safe)
        }
        (Fault::Bucket, None) => finding.help("put a slash behind the ARN of the bucket: that is all of its objects"),
        (Fault::Star, Some(text)) if is_start(text) => {
            finding.replace(value.span, text.trim_end_matches('*'), Safety::Safe)
        }
        (Fault::Star, _) => finding.help("leave the `*` out: the start of a key is all that there is to say"),
        (Fault::Wildcard, _) => finding.help(format!("a value is the start of an ARN; everything is `{everything}`")),
        (Fault::Service | Fault::NoBucket, _) => {
            finding.help(format!("a value is the start of an ARN of `{service}`; everything is `{everything}`"))
        }
    };
}

/// Whether only a `*` at the end of the objects of a bucket is wrong.
fn is_start(value: &str) -> bool {
    let rest = value.strip_suffix('*');
    rest.is_some_and(|rest| !rest.contains(WILDCARDS))
}
