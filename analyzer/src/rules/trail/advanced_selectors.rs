//! Advanced event selectors: which fields go with which category, and what each field takes.
//!
//! Source: CloudTrail API Reference, `AdvancedFieldSelector`; CloudTrail User Guide, `filtering-data-events`.

use smol_str::SmolStr;
use strsim::damerau_levenshtein;

use super::event_selector::EXCEPTION;
use super::recorder::Recording;
use crate::aws::facts::cloudtrail::{
    EventCategory, Limit, Recorder, SelectorField, event_categories, event_category, excluded_event_sources, limit,
    selector_field, selector_fields,
};
use crate::cloudtrail::Argument;
use crate::finding::{Safety, Severity};
use crate::policy::model::Leaf;
use crate::rules::Report;
use crate::rules::arguments::items;
use crate::rules::report::FindingBuilder;
use crate::rules::selectors::{self, Field, Selector};
use crate::rules::text::known_parts;

/// The field that every selector has.
const CATEGORY: &str = "eventCategory";

/// How many letters of a name may differ from the one that it means.
const TYPO: usize = 2;

/// Reports what is wrong with the advanced selectors of a trail or an event data store.
pub(super) fn check(recording: &Recording<'_>, report: &mut Report<'_>) {
    let selectors: Vec<Selector<'_>> = selectors::certain(recording.settings).collect();
    too_many(recording, &selectors, report);
    for selector in &selectors {
        one(recording, selector, report);
    }
    if recording.recorder == Recorder::EventDataStore {
        mixed(recording, &selectors, report);
    }
}

fn too_many(recording: &Recording<'_>, selectors: &[Selector<'_>], report: &mut Report<'_>) {
    let Some(first) = selectors.first() else { return };
    let most = limit(Limit::EventDataStoreSelectors);
    if recording.recorder == Recorder::EventDataStore && selectors.len() > most {
        let message = format!("an event data store has {} event selectors: it may have {most}", selectors.len());
        recording.refused(report.finding(first.settings.span, message), EXCEPTION);
    }
    let fields = selectors.iter().flat_map(|selector| &selector.fields);
    let values = fields.flat_map(Field::operators).map(|(_, values)| items(values).leaves.len());
    let (count, most) = (values.sum::<usize>(), limit(Limit::AdvancedSelectorValues));
    if count > most {
        let message = format!("the advanced event selectors have {count} values: they may have {most}");
        recording.refused(report.finding(first.settings.span, message), EXCEPTION);
    }
}

fn one(recording: &Recording<'_>, selector: &Selector<'_>, report: &mut Report<'_>) {
    let category = category(recording, selector, report);
    for field in &selector.fields {
        let Some(name) = field.name.text.as_known() else { continue };
        let Some(facts) = selector_field(&name) else {
            unknown_field(recording, &field.name, &name, report);
            continue;
        };
        operators(recording, field, &facts, report);
        values(recording, field, &facts, report);
        if let Some(category) = &category {
            fits(recording, field, &facts, category, report);
        }
    }
}

/// The category of a selector, if it has one that it can have.
fn category(recording: &Recording<'_>, selector: &Selector<'_>, report: &mut Report<'_>) -> Option<EventCategory> {
    let is_strange = |field: &Field<'_>| field.name.text.as_known().is_some_and(|name| selector_field(&name).is_none());
    if selector.fields.iter().any(is_strange) {
        return None;
    }
    if !selector.open && selector.named(CATEGORY).next().is_none() {
        let message = format!("an advanced event selector needs the field `{CATEGORY}`");
        recording.refused(report.finding(selector.settings.span, message), EXCEPTION);
    }
    let (name, leaf) = selector.category()?;
    let Some(category) = event_category(&name).filter(|category| category.is_of(recording.recorder)) else {
        let message = format!("{} has no events of the category `{name}`", recording.name());
        let all: Vec<String> = event_categories(recording.recorder).map(|it| format!("`{}`", it.name)).collect();
        recording.refused(report.leaf(&leaf, message), EXCEPTION).help(format!("its categories: {}", all.join(", ")));
        return None;
    };
    if let Some(needed) = category.needs.filter(|_| !selector.open)
        && selector.named(needed).next().is_none()
    {
        let message = format!("a selector of the category `{name}` needs the field `{needed}`");
        recording.refused(report.finding(selector.settings.span, message), EXCEPTION);
    }
    Some(category)
}

fn unknown_field(recording: &Recording<'_>, leaf: &Leaf, name: &SmolStr, report: &mut Report<'_>) {
    let folded = name.to_lowercase();
    let near = selector_fields().map(|field| (damerau_levenshtein(&folded, &field.name.to_lowercase()), field.name));
    let meant = near.filter(|(distance, _)| *distance <= TYPO).min().map(|(_, name)| name);
    let is_literal = report.is_literal(leaf);
    let finding = report.leaf(leaf, format!("an advanced event selector has no field `{name}`"));
    let finding = recording.refused(finding, EXCEPTION);
    match meant {
        Some(meant) if is_literal => finding.replace(leaf.span, meant, Safety::Unsafe),
        Some(meant) => finding.help(format!("did you mean `{meant}`?")),
        None => finding,
    };
}

/// Operators that the field does not take.
fn operators(recording: &Recording<'_>, field: &Field<'_>, facts: &SelectorField, report: &mut Report<'_>) {
    for (operator, argument) in field.operators().filter(|(operator, _)| !facts.takes_operator(operator)) {
        let known: Vec<String> = facts.operators().map(|operator| format!("`{operator}`")).collect();
        let message = format!("the field `{}` takes {}, and not `{operator}`", facts.name, known.join(" and "));
        recording.refused(report.finding(argument.name, message), EXCEPTION);
    }
}

/// Values that the field does not take, or more of them.
fn values(recording: &Recording<'_>, field: &Field<'_>, facts: &SelectorField, report: &mut Report<'_>) {
    let known: Vec<&str> = facts.values().collect();
    for (operator, argument) in field.operators().filter(|(operator, _)| facts.takes_operator(operator)) {
        let values = items(argument);
        for value in &values.leaves {
            if let Some(text) = value.text.as_known().filter(|it| !known.is_empty() && !known.contains(&it.as_str())) {
                let all: Vec<String> = known.iter().map(|value| format!("`{value}`")).collect();
                let message = format!("the field `{}` has {}, and not `{text}`", facts.name, all.join(" or "));
                recording.refused(report.leaf(value, message), EXCEPTION);
            } else if known_parts(&value.text).any(|part| part.contains('*')) {
                wildcard(value, operator, report);
            }
        }
        let takes_one = [CATEGORY, "resources.type"].contains(&facts.name);
        if let Some(second) = values.leaves.get(1).filter(|_| takes_one) {
            let message = format!("the field `{}` takes one value: each other needs a selector of its own", facts.name);
            recording.refused(report.leaf(second, message), EXCEPTION);
        }
    }
}

/// A `*`, which is a letter like any other here.
fn wildcard(value: &Leaf, operator: &str, report: &mut Report<'_>) {
    let message = format!("`*` is no wildcard in an event selector: `{}` is compared as it is", value.text.display());
    let finding = report.leaf(value, message).severity(Severity::Warning);
    if operator.ends_with("equals") {
        finding.help("compare the start or the end with `starts_with` or `ends_with`");
    } else {
        finding.help("leave the `*` out");
    }
}

/// Whether the field goes with the category of its selector.
fn fits(
    recording: &Recording<'_>,
    field: &Field<'_>,
    facts: &SelectorField,
    category: &EventCategory,
    report: &mut Report<'_>,
) {
    let EventCategory { name: of, .. } = category;
    if !facts.categories(recording.recorder).any(|name| name == *of) {
        let message = format!("on {} events of the category `{of}` have no field `{}`", recording.name(), facts.name);
        let finding = recording.refused(report.leaf(&field.name, message), EXCEPTION);
        if facts.categories(Recorder::EventDataStore).any(|name| name == *of) {
            finding.help("an event data store can be filtered by it, a trail cannot");
        }
        return;
    }
    if facts.name != "eventSource" {
        return;
    }
    match (*of, recording.recorder) {
        ("Management", Recorder::Trail) => left_out(recording, field, report),
        ("NetworkActivity", _) => {
            for (operator, argument) in field.operators().filter(|(operator, _)| *operator != "equals") {
                let message =
                    format!("in the category `NetworkActivity` `eventSource` takes `equals`, and not `{operator}`");
                recording.refused(report.finding(argument.name, message), EXCEPTION);
            }
        }
        _ => {}
    }
}

/// The event sources that the management events of a trail are logged without.
fn left_out(recording: &Recording<'_>, field: &Field<'_>, report: &mut Report<'_>) {
    let known: Vec<&str> = excluded_event_sources().collect();
    let help = |finding: FindingBuilder<'_>| {
        let all: Vec<String> = known.iter().map(|source| format!("`{source}`")).collect();
        finding.help(format!("what can be left out: {}, with `not_equals`", all.join(", ")));
    };
    for (operator, argument) in field.operators() {
        let Argument { name, .. } = argument;
        if operator != "not_equals" {
            let message = "the management events of a trail can only be logged without some event sources";
            help(recording.refused(report.finding(*name, message), EXCEPTION));
            continue;
        }
        let is_other = |leaf: &&Leaf| leaf.text.as_known().is_some_and(|name| !known.contains(&name.as_str()));
        for value in items(argument).leaves.iter().filter(is_other) {
            let name = value.text.display();
            let message = format!("management events cannot be logged without those of `{name}`");
            help(recording.refused(report.leaf(value, message), EXCEPTION));
        }
    }
}

/// Categories of an event data store that cannot stand side by side.
fn mixed(recording: &Recording<'_>, selectors: &[Selector<'_>], report: &mut Report<'_>) {
    let categories: Vec<(SmolStr, Leaf)> = selectors.iter().filter_map(Selector::category).collect();
    let alone = |name: &str| event_category(name).is_some_and(|category| category.alone);
    let Some((lone, at)) = categories.iter().find(|(name, _)| alone(name)) else { return };
    if let Some((_, other)) = categories.iter().find(|(name, _)| name != lone) {
        let message = format!("an event data store for events of the category `{lone}` can have no others");
        recording.refused(report.leaf(at, message).label(other.span, "another category"), EXCEPTION);
    }
}
