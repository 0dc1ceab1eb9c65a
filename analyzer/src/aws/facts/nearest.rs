//! What a name that does not exist was probably meant to be.
//!
//! A suggestion is made only where one candidate is clearly nearest; a wrong one is
//! worse than none, since fixes are made of it.

use strsim::damerau_levenshtein;

use crate::aws::table::{Table, starts_with};

use super::action::{action_names, same_name, same_name_in};
use super::condition_key::{KeyScope, condition_key, condition_keys};
use super::operator::{OPERATORS, operator};
use super::place::{partitions, region, regions};
use super::principal::{is_listed_principal, service_principal, service_principals};
use super::service::{prefixes, service};

/// Other names for services: endpoints, SDK clients, product names.
static ALIASES: Table = Table::new(include_str!("../../../data/service_aliases.tsv"));

/// Calls without an action of their name (`s3:ListObjectsV2`), with the action that permits them.
static CALLS: Table = Table::new(include_str!("../../../data/action_aliases.tsv"));

/// The action that `name` was probably meant to be: the one that permits the call of
/// that name, one of the service with a name like it, one of that name in another service, or both for a misspelt service.
/// `None` if `name` exists or nothing is near.
#[must_use]
pub fn nearest_action(name: &str) -> Option<&'static str> {
    let (prefix, action) = name.split_once(':')?;
    if let Some(call) = CALLS.find(name) {
        return Some(call.field(1));
    }
    if let Some(found) = service(prefix) {
        let near = Nearest::of(action, loose(action), named(found.prefix));
        return near
            .within(TYPO)
            .or_else(|| moved(found.prefix, action))
            .or_else(|| near.within(loose(action)))
            .filter(|found| !found.eq_ignore_ascii_case(name));
    }
    let meant = nearest_service(prefix);
    let there = meant.and_then(|meant| closest(action, TYPO, named(meant)));
    there.or_else(|| moved(prefix, action)).or_else(|| only(same_name(action).map(|it| it.name)))
}

/// The actions of a service: their names without its prefix, and as they are.
fn named(prefix: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    action_names(prefix).map(|name| (name.split_once(':').map_or("", |(_, action)| action), name))
}

/// The prefix that `prefix` was probably meant to be.
#[must_use]
pub fn nearest_service(prefix: &str) -> Option<&'static str> {
    if service(prefix).is_some() {
        return None;
    }
    let alias = ALIASES.find(prefix).map(|record| record.field(1));
    alias.or_else(|| closest(prefix, loose(prefix), prefixes().map(|it| (it, it))))
}

/// The service principal that `name` was probably meant to be, with its region and suffix.
#[must_use]
pub fn nearest_service_principal(name: &str) -> Option<String> {
    let Some(written) = service_principal(name) else { return with_suffix(name) };
    let service = if written.listed { None } else { nearest_principal(written.service) }?;
    let region = written.region.map(|region| format!(".{region}")).unwrap_or_default();
    Some(format!("{service}{region}.{}", written.suffix))
}

/// The listed service whose principal `service` was meant to be. AWS has principals that are
/// not listed, so short names, which are all near to each other, and other versions of a
/// service are left alone.
fn nearest_principal(service: &str) -> Option<&'static str> {
    let alias = ALIASES.find(service).map(|record| record.field(1)).filter(|meant| is_listed_principal(meant));
    let limit = match service.len() {
        0..=4 => 0,
        5..=9 => TYPO,
        _ => TYPO + 1,
    };
    let base = |text: &str| text.trim_end_matches(|it: char| it.is_ascii_digit()).trim_end_matches('v').to_owned();
    let is_version = |other: &str| base(other) == base(service);
    let nearest = || closest(service, limit, service_principals().map(|it| (it, it))).filter(|it| !is_version(it));
    alias.or_else(nearest)
}

/// A name that does not end as service principals do, with the end that they have: `lambda`, `ec2.aws.com`.
fn with_suffix(name: &str) -> Option<String> {
    let ends = name.match_indices('.').map(|(at, _)| at).chain([name.len()]);
    let starts: Vec<(&str, &str)> = ends.filter_map(|end| name.split_at_checked(end)).collect();
    let Some((service, rest)) = starts.into_iter().rev().find(|(start, _)| is_listed_principal(start)) else {
        let names: Vec<String> = service_principals().map(|it| format!("{it}.{SUFFIX}")).collect();
        return closest(name, loose(name), names.iter().map(|it| (it.as_str(), it.as_str()))).map(str::to_owned);
    };
    let region = rest.split('.').nth(1).and_then(region).map(|region| format!(".{}", region.name)).unwrap_or_default();
    Some(format!("{service}{region}.{SUFFIX}"))
}

/// What service principals end in.
const SUFFIX: &str = "amazonaws.com";

/// The partition that `name` was probably meant to be: people leave parts of the names out.
#[must_use]
pub fn nearest_partition(name: &str) -> Option<&'static str> {
    const ALIASES: [(&str, &str); 6] = [
        ("aws-china", "aws-cn"),
        ("aws-gov", "aws-us-gov"),
        ("aws-govcloud", "aws-us-gov"),
        ("aws-us", "aws-us-gov"),
        ("aws-us-govcloud", "aws-us-gov"),
        ("cn", "aws-cn"),
    ];
    let alias = ALIASES.into_iter().find(|(alias, _)| alias.eq_ignore_ascii_case(name)).map(|(_, meant)| meant);
    alias.or_else(|| closest(name, TYPO, partitions().map(|it| (it.name, it.name))))
}

/// The region that `name` was probably meant to be, the one of an availability zone among them.
#[must_use]
pub fn nearest_region(name: &str) -> Option<&'static str> {
    let of_zone = name.strip_suffix(|letter: char| letter.is_ascii_lowercase()).and_then(region);
    of_zone.map(|it| it.name).or_else(|| closest(name, loose(name), regions().map(|it| (it.name, it.name))))
}

/// The condition key that `key` was probably meant to be, with what `key` fills into a template.
#[must_use]
pub fn nearest_condition_key(key: &str) -> Option<String> {
    if condition_key(key).is_some() {
        return None;
    }
    if let Some(global) = global_of_that_name(key) {
        return Some(global);
    }
    let (fixed, filled) = key.split_once('/').map_or((key, None), |(fixed, filled)| (fixed, Some(filled)));
    let candidates = condition_keys().filter(|it| !it.is_template()).map(|it| (it.name, it.name));
    let templates = condition_keys().filter_map(|it| {
        let (start, _) = it.name.split_once("/${").or_else(|| it.name.split_once("/<"))?;
        (filled.is_some() && !start.contains('$')).then_some((start, start))
    });
    let whole = closest(key, loose(key), candidates).map(str::to_owned);
    whole.or_else(|| Some(format!("{}/{}", closest(fixed, loose(fixed), templates)?, filled?)))
}

/// The global key that `key` is under another prefix or under none: `ec2:SourceVpc`, `SecureTransport`.
fn global_of_that_name(key: &str) -> Option<String> {
    let name = key.split_once(':').map_or(key, |(_, name)| name);
    let found = condition_key(&format!("aws:{name}")).filter(|found| found.scope == KeyScope::Global)?;
    let Some((start, _)) = found.name.split_once("${") else { return Some(found.name.to_owned()) };
    let (_, filled) = name.split_once('/')?;
    Some(format!("{start}{filled}"))
}

/// The operator that `text` was probably meant to be, with its qualifiers.
#[must_use]
pub fn nearest_operator(text: &str) -> Option<String> {
    if operator(text).is_some() {
        return None;
    }
    let bare = OPERATORS.iter().map(|it| it.name.to_owned());
    let suffixed: Vec<String> = bare.flat_map(|it| [format!("{it}IfExists"), it]).collect();
    let forms = ["", "ForAllValues:", "ForAnyValue:"].map(|set| suffixed.iter().map(move |it| format!("{set}{it}")));
    let forms: Vec<String> = forms.into_iter().flatten().filter(|it| operator(it).is_some()).collect();
    closest(text, loose(text), forms.iter().map(|it| (it.as_str(), it.as_str()))).map(str::to_owned)
}

/// Whether `written` is `meant` but for one slip of the finger, letter case aside: then it
/// is what was meant, if nothing else is as near.
#[must_use]
pub fn is_slip(written: &str, meant: &str) -> bool {
    damerau_levenshtein(&written.to_ascii_lowercase(), &meant.to_ascii_lowercase()) <= TYPO
}

/// An action of that name in the one service that is a neighbour: the same name in
/// services that have nothing in common is chance.
fn moved(prefix: &str, action: &str) -> Option<&'static str> {
    let neighbours = Neighbours::of(prefix);
    only(same_name_in(action, |it| it != prefix && neighbours.contains(it)).map(|it| it.name))
}

/// Services that people take for one.
struct Neighbours<'a> {
    prefix: &'a str,
    families: Vec<&'static [&'static str]>,
}

impl<'a> Neighbours<'a> {
    fn of(prefix: &'a str) -> Self {
        Self { prefix, families: FAMILIES.iter().copied().filter(|family| is_in(prefix, family)).collect() }
    }

    /// Whether one prefix is the other with something behind it (`cloudtrail`, `cloudtrail-data`), or
    /// both are of one family.
    fn contains(&self, other: &str) -> bool {
        starts_with(self.prefix, other)
            || starts_with(other, self.prefix)
            || other == TAGGING
            || self.families.iter().any(|family| is_in(other, family))
    }
}

fn is_in(prefix: &str, family: &[&str]) -> bool {
    family.iter().any(|it| it.eq_ignore_ascii_case(prefix))
}

/// Services whose actions are often written with each other's prefix.
const FAMILIES: &[&[&str]] = &[
    &["autoscaling", "ebs", "ec2", "elasticloadbalancing"],
    &["cloudwatch", "events", "logs", "scheduler", "synthetics"],
    &["iam", "sso", "sts"],
];

fn only<T>(mut items: impl Iterator<Item = T>) -> Option<T> {
    let first = items.next();
    first.filter(|_| items.next().is_none())
}

/// The prefix of the Resource Groups Tagging API.
const TAGGING: &str = "tag";

/// One slip of the finger, or two letters swapped, or a plural.
const TYPO: usize = 1;

/// A quarter of the letters may differ, at least one and at most four.
fn loose(text: &str) -> usize {
    (text.len() / 4).clamp(TYPO, 4)
}

/// Of the candidates (what is compared, what is answered) the one nearest to `text`,
/// letter case aside, within `limit` edits. `None` if two are equally near.
fn closest<'a>(text: &str, limit: usize, candidates: impl Iterator<Item = (&'a str, &'a str)>) -> Option<&'a str> {
    Nearest::of(text, limit, candidates).within(limit)
}

/// The candidate nearest to a text.
struct Nearest<'a> {
    /// The edits to it, and what is answered.
    best: Option<(usize, &'a str)>,
    /// Whether another one is as near.
    tied: bool,
}

impl<'a> Nearest<'a> {
    /// Of those within `limit` edits.
    fn of(text: &str, limit: usize, candidates: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let text = text.to_ascii_lowercase();
        let wanted = Letters::of(&text);
        let mut nearest = Self { best: None, tied: false };
        for (candidate, answer) in candidates.filter(|(candidate, _)| candidate.len().abs_diff(text.len()) <= limit) {
            let limit = nearest.best.map_or(limit, |(distance, _)| distance);
            if wanted.edits_to(&Letters::of(candidate)) <= limit {
                nearest.add(damerau_levenshtein(&text, &candidate.to_ascii_lowercase()), answer, limit);
            }
        }
        nearest
    }

    fn add(&mut self, distance: usize, answer: &'a str, limit: usize) {
        if distance <= limit {
            self.tied = self.best.is_some_and(|(nearest, _)| nearest == distance);
            self.best = Some((distance, answer));
        }
    }

    /// Its answer, if it is that near and no other is.
    fn within(&self, limit: usize) -> Option<&'a str> {
        self.best.filter(|(distance, _)| *distance <= limit && !self.tied).map(|(_, answer)| answer)
    }
}

/// How often each letter stands in a text, letter case aside; some letters share a place.
struct Letters([u8; 32]);

impl Letters {
    fn of(text: &str) -> Self {
        let mut counts = [0_u8; 32];
        for letter in text.chars() {
            // Both forms of a letter have the same last five bits.
            if let Some(count) = counts.get_mut(letter as usize % 32) {
                *count = count.saturating_add(1);
            }
        }
        Self(counts)
    }

    /// How many edits lie between the texts, at least: each takes out one letter and brings in one at most.
    fn edits_to(&self, other: &Self) -> usize {
        let surplus = |of: &Self, over: &Self| {
            of.0.iter().zip(&over.0).map(|(of, over)| usize::from(of.saturating_sub(*over))).sum::<usize>()
        };
        surplus(self, other).max(surplus(other, self))
    }
}
