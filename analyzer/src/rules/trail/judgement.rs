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

/// A request that is denied, with what is wrong.
pub(super) type Judged<'a> = (Judgement, Lack<'a>);

/// Pairs the requests that are denied with what is wrong with each.
pub(super) fn judged<'a>(lacks: Vec<Lack<'a>>, ctx: &RuleContext<'_>) -> Vec<Judged<'a>> {
    let trails_of = |is_one: &dyn Fn(&Lack<'_>) -> bool| -> FxHashSet<Key<'_>> {
        lacks.iter().filter(|it| is_one(it)).map(|it| key(it.sender.trail)).collect()
    };
    let near = trails_of(&|it| !is_unnamed(it) && !is_denied(it));
    let read = trails_of(&|it| is_unnamed(it) && it.delivery.need == Need::BucketAcl);
    let write = trails_of(&|it| is_unnamed(it) && it.delivery.need == Need::Write);
    let says_nothing = |lack: &Lack<'_>| {
        let key = key(lack.sender.trail);
        is_unnamed(lack) && !near.contains(&key) && read.contains(&key) && write.contains(&key)
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

const fn is_denied(lack: &Lack<'_>) -> bool {
    matches!(lack.fault, Fault::Denied(_))
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

/// The resource of the statement that is a path under another prefix than the trail's, and that prefix: one that
/// is right behind it before the others.
pub(super) fn other_prefix<'a>(lack: &Lack<'_>, part: Part<'a>) -> Option<(&'a Leaf, String)> {
    let paths = paths(lack, part)?;
    let own = lack.sender.trail.prefix().and_then(|it| it.text()).map(|text| text.display()).unwrap_or_default();
    if paths.iter().any(|(_, path)| prefix_of(path) == own) {
        return None;
    }
    let right = paths.iter().find(|(_, path)| is_right_behind_prefix(lack, path));
    right.or_else(|| paths.first()).map(|(leaf, path)| (*leaf, prefix_of(path).to_owned()))
}

/// Whether another prefix is all that is wrong with a path of the statement.
pub(super) fn is_under_another_prefix(lack: &Lack<'_>, part: Part<'_>) -> bool {
    let is_right = |(_, path): &(&Leaf, String)| is_right_behind_prefix(lack, path);
    other_prefix(lack, part).is_some() && paths(lack, part).is_some_and(|paths| paths.iter().any(is_right))
}

/// What the statement has of paths in the bucket; `None` if the request is not about one.
fn paths<'a>(lack: &Lack<'_>, part: Part<'a>) -> Option<Vec<(&'a Leaf, String)>> {
    let bucket = format!("{}/", lack.resource.arn.display());
    if !lack.delivery.target.display().starts_with(&bucket) {
        return None;
    }
    let leaves = part.statement()?.resources.iter().filter(|it| !it.negated).flat_map(|it| &it.items);
    Some(leaves.filter_map(|leaf| Some((leaf, leaf.text.display().strip_prefix(&bucket)?.to_owned()))).collect())
}

fn is_right_behind_prefix(lack: &Lack<'_>, path: &str) -> bool {
    let behind = |path: &str| path.find(LOGS).and_then(|at| path.get(at..)).map(str::to_owned);
    let asked = behind(&lack.delivery.target.display());
    let pattern = |text: &str| Pattern::<&Symbol>::of_text(text, Syntax::Wildcards);
    behind(path).zip(asked).is_some_and(|(written, asked)| pattern(&written).covers(&pattern(&asked)).is_yes())
}

/// What all paths begin with behind the prefix.
const LOGS: &str = "AWSLogs";

/// Whether a statement that is about the trail in all else means it in this condition too, which does not hold:
/// it differs in one thing, and that is not what tells one trail from another.
pub(super) fn is_meant(lack: &Lack<'_>, part: Part<'_>, number: usize) -> bool {
    let Some(condition) = part.condition(number) else { return false };
    if !asks_for_source(condition) {
        return true;
    }
    let owner = lack.sender.owner.display();
    let names_owner = || {
        let mut paths = paths(lack, part).into_iter().flatten();
        paths.any(|(_, path)| path.split('/').any(|step| step == owner))
    };
    let [value] = condition.values.as_slice() else { return false };
    if is_of_account(condition) {
        return names_owner();
    }
    let (written, actual) = (value.text.display(), lack.sender.arn.display());
    let fields = written.split(':').zip(actual.split(':')).enumerate();
    let different: Vec<usize> = fields.filter(|(_, (written, actual))| written != actual).map(|(at, _)| at).collect();
    match different.as_slice() {
        [ACCOUNT] => names_owner(),
        [at] => *at < ACCOUNT,
        _ => false,
    }
}

/// The number of the field of an ARN that is its account.
const ACCOUNT: usize = 4;

/// Whether the condition is about the account of a trail, and not about all of its ARN.
pub(super) fn is_of_account(condition: &Condition) -> bool {
    condition.key.text.as_known().is_some_and(|key| key.eq_ignore_ascii_case("aws:SourceAccount"))
}

/// What stands in front of `AWSLogs/` in a path; all of it where that is not in it.
fn prefix_of(path: &str) -> &str {
    path.split(LOGS).next().unwrap_or(path).trim_end_matches(['*', '/'])
}

/// Whether the condition is about the trail that CloudTrail calls for.
pub(super) fn asks_for_source(condition: &Condition) -> bool {
    let is_one = |leaf: &Leaf, names: &[&str]| {
        leaf.text.as_known().is_some_and(|text| names.iter().any(|name| name.eq_ignore_ascii_case(&text)))
    };
    is_one(&condition.key, &["aws:SourceArn", "aws:SourceAccount"]) && is_one(&condition.operator, POSITIVE)
}

/// Whether a value of the condition is that of another trail which uses the same thing.
pub(super) fn is_for_another(condition: &Condition, lack: &Lack<'_>, ctx: &RuleContext<'_>) -> bool {
    let is_account = is_of_account(condition);
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
