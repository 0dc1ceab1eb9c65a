//! What it finds, why, and its tests: `channel_source.md`.

use rustc_hash::FxHashMap;
use strsim::damerau_levenshtein;

use crate::aws::facts::cloudtrail::channel_sources;
use crate::cloudtrail::{Declared, Kind, Settings};
use crate::eval::evaluator::Existence;
use crate::finding::{Safety, Severity};
use crate::iam::Asker;
use crate::policy::model::Leaf;
use crate::rules::arguments::leaf;
use crate::rules::selectors::{self, Selector};
use crate::rules::{Check, Group, Report, Rule, RuleContext};
use crate::source::Span;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "channel-source",
    group: Group::Lake,
    severity: Severity::Error,
    since: "0.1.0",
    sources: &["CloudTrail InvalidSourceException", "CloudTrail InvalidEventDataStoreCategoryException"],
    check: Check::Workspace(check),
};

/// The category of events from outside of AWS.
const CATEGORY: &str = "ActivityAuditLog";

/// How many letters of a name may differ from the one that it means.
const TYPO: usize = 2;

type Stores<'a> = FxHashMap<(&'a str, &'a str), &'a Declared>;

fn check(ctx: &RuleContext<'_>, report: &mut Report<'_>) {
    let channels = ctx.cloudtrail.declared(Kind::Channel);
    if channels.is_empty() {
        return;
    }
    let stores = ctx.cloudtrail.declared(Kind::EventDataStore).iter();
    let stores: Stores<'_> = stores.map(|store| ((store.stack.as_str(), store.address.as_str()), store)).collect();
    for channel in channels {
        if let Some(source) = channel.settings.argument("source").and_then(leaf) {
            source_of(&source, report);
        }
        for destination in channel.settings.blocks("destination") {
            destination_of(channel, destination, &stores, ctx, report);
        }
    }
}

fn source_of(source: &Leaf, report: &mut Report<'_>) {
    let Some(name) = source.text.as_known() else { return };
    if channel_sources().any(|known| known.name == name) {
        return;
    }
    let folded = name.to_lowercase();
    let near = channel_sources().map(|known| (damerau_levenshtein(&folded, &known.name.to_lowercase()), known.name));
    let meant = near.filter(|(distance, _)| *distance <= TYPO).min();
    let literal = report.is_literal(source);
    let finding = report.leaf(source, format!("a channel has no source `{name}`"));
    match meant {
        Some((_, meant)) if literal => finding.replace(source.span, meant, Safety::Unsafe),
        Some((_, meant)) => finding.help(format!("did you mean `{meant}`?")),
        // AWS gives names to partners: there may be new ones.
        None => finding
            .severity(Severity::Warning)
            .likely()
            .help("for what is none of AWS's partners, the source is `Custom`; others are refused with `InvalidSourceException`"),
    };
}

fn destination_of(
    channel: &Declared,
    destination: &Settings,
    stores: &Stores<'_>,
    ctx: &RuleContext<'_>,
    report: &mut Report<'_>,
) {
    let Some(location) = destination.argument("location").and_then(leaf) else { return };
    let by = Asker { stack: &channel.stack, account: &channel.account };
    let index = ctx.iam.resource_named("cloudtrail", "eventdatastore", &location.text, by);
    let resource = index.and_then(|index| ctx.iam.resources().get(index));
    let store = resource.and_then(|it| stores.get(&(it.stack.as_str(), it.address.as_str())));
    let Some(store) = store.filter(|store| store.existence == Existence::Certain) else { return };
    if let Some(selects) = other_events(store) {
        report
            .leaf(&location, format!("the event data store of a channel has to be one for `{CATEGORY}` events"))
            .label(
                selects,
                "this selects others; AWS refuses the channel with `InvalidEventDataStoreCategoryException`",
            )
            .help(format!(
                "give the channel an event data store with one selector: `eventCategory` equals `{CATEGORY}`"
            ));
    }
}

/// What selects events of other categories, if that is all that the store has.
fn other_events(store: &Declared) -> Option<Span> {
    let selectors = selectors::advanced(&store.settings)?;
    if selectors.is_empty() {
        // Without selectors it has management events.
        return Some(store.span);
    }
    let category = |selector: &Selector<'_>| selector.category().filter(|(name, _)| name != CATEGORY);
    let categories: Vec<_> = selectors.iter().map(category).collect::<Option<_>>()?;
    categories.first().map(|(_, leaf)| leaf.span)
}
