//! Which rule speaks of a request that is denied: the one that says most precisely why.

use rustc_hash::FxHashSet;

use crate::aws::pattern::{Pattern, Syntax};
use crate::cloudtrail::{Named, Need, Sender, Trail};
use crate::eval::symbol::Symbol;
use crate::policy::model::{Condition, Leaf};
use crate::rules::RuleContext;
use crate::rules::text::pattern;

use super::asked::{Fault, Lack, Part};

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Judgement {
    /// Nothing lets CloudTrail in.
    NoPolicy,
    /// It is not let do this.
    Missing,
    /// It may write, but not where the prefix of the trail is.
    Prefix,
    /// It is let do this for another trail, one that is not there.
    Source,
    /// It is denied this.
    Denied,
}

/// The operators that ask for a value, and do not exclude one.
const POSITIVE: &[&str] = &["ArnEquals", "ArnLike", "StringEquals", "StringEqualsIgnoreCase", "StringLike"];

/// Pairs the requests that are denied with what is wrong with each.
pub(super) fn judged<'a>(lacks: Vec<Lack<'a>>, ctx: &RuleContext<'_>) -> Vec<(Judgement, Lack<'a>)> {
    let near: FxHashSet<Key<'_>> = lacks.iter().filter(|it| !is_unnamed(it)).map(|it| key(it.sender.trail)).collect();
    let asked = |need: Need| -> FxHashSet<Key<'_>> {
        lacks.iter().filter(|it| it.delivery.need == need).map(|it| key(it.sender.trail)).collect()
    };
    let (read, write) = (asked(Need::BucketAcl), asked(Need::Write));
    let says_nothing = |lack: &Lack<'_>| {
        let key = key(lack.sender.trail);
        !near.contains(&key) && read.contains(&key) && write.contains(&key)
    };
    let judgements: Vec<Judgement> =
        lacks.iter().map(|lack| if says_nothing(lack) { Judgement::NoPolicy } else { judge(lack, ctx) }).collect();
    judgements.into_iter().zip(lacks).collect()
}

type Key<'a> = (&'a str, &'a str);

fn key(trail: &Trail) -> Key<'_> {
    (trail.stack.as_str(), trail.address.as_str())
}

fn is_unnamed(lack: &Lack<'_>) -> bool {
    matches!(lack.fault, Fault::Unnamed | Fault::NoPolicy)
}

fn judge(lack: &Lack<'_>, ctx: &RuleContext<'_>) -> Judgement {
    match lack.fault {
        Fault::Denied(_) => Judgement::Denied,
        Fault::NoPolicy => Judgement::NoPolicy,
        Fault::Unnamed => Judgement::Missing,
        Fault::Resource(part) if other_prefix(lack, part).is_some() => Judgement::Prefix,
        Fault::Resource(_) | Fault::Type(..) => Judgement::Missing,
        Fault::Condition(part, number) => match part.condition(number) {
            Some(condition) if asks_for_source(condition) && !is_for_another(condition, lack, ctx) => Judgement::Source,
            Some(_) | None => Judgement::Missing,
        },
    }
}

/// The resource of the statement that is a path under another prefix than the trail's, and that prefix.
pub(super) fn other_prefix<'a>(lack: &Lack<'_>, part: Part<'a>) -> Option<(&'a Leaf, String)> {
    let bucket = format!("{}/", lack.resource.arn.display());
    let own = lack.sender.trail.prefix().and_then(|it| it.text()).map(|text| text.display()).unwrap_or_default();
    let target = lack.delivery.target.display();
    if !target.starts_with(&bucket) {
        return None;
    }
    let leaves = part.statement()?.resources.iter().filter(|it| !it.negated).flat_map(|it| &it.items);
    let prefixes: Vec<(&Leaf, String)> = leaves
        .filter_map(|leaf| Some((leaf, prefix_of(leaf.text.display().strip_prefix(&bucket)?).to_owned())))
        .collect();
    if prefixes.iter().any(|(_, prefix)| *prefix == own) { None } else { prefixes.into_iter().next() }
}

/// What stands in front of `AWSLogs/` in a path; all of it where that is not in it.
fn prefix_of(path: &str) -> &str {
    path.split("AWSLogs").next().unwrap_or(path).trim_end_matches(['*', '/'])
}

/// Whether the condition is about the trail that CloudTrail calls for.
fn asks_for_source(condition: &Condition) -> bool {
    let is_one = |leaf: &Leaf, names: &[&str]| {
        leaf.text.as_known().is_some_and(|text| names.iter().any(|name| name.eq_ignore_ascii_case(&text)))
    };
    is_one(&condition.key, &["aws:SourceArn", "aws:SourceAccount"]) && is_one(&condition.operator, POSITIVE)
}

/// Whether a value of the condition is that of another trail which uses the same thing.
fn is_for_another(condition: &Condition, lack: &Lack<'_>, ctx: &RuleContext<'_>) -> bool {
    let is_account = condition.key.text.as_known().is_some_and(|key| key.eq_ignore_ascii_case("aws:SourceAccount"));
    let patterns: Vec<Pattern<&Symbol>> =
        condition.values.iter().map(|leaf| pattern(&leaf.text, Syntax::Wildcards)).collect();
    let others = ctx.cloudtrail.trails().iter().filter(|other| key(other) != key(lack.sender.trail));
    others.filter(|other| uses(other, lack.named)).any(|other| {
        let sender = Sender::of(other, ctx.access.accounts());
        let value = pattern(if is_account { &sender.owner } else { &sender.arn }, Syntax::Literal);
        patterns.iter().any(|pattern| pattern.covers(&value).may_be())
    })
}

fn uses(trail: &Trail, named: &Named) -> bool {
    let own = [&trail.bucket, &trail.key, &trail.topic];
    named.index.is_some() && own.into_iter().flatten().any(|it| it.index == named.index)
}
