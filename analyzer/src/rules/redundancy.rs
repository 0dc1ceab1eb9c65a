//! What a list names although another pattern of it covers it.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::finding::{Fix, Safety};
use crate::policy::model::{Leaf, Strings};

use super::covering::{Covering, Meaning};
use super::text::is_stable;
use super::{Report, list_edit};

/// How many strings of one list are compared, each with each other. The longest lists of
/// AWS's own policies have some hundreds.
const LIMIT: usize = 2_000;

/// How many strings a message names.
const NAMED: usize = 3;

/// Reports what other strings of `list` cover. `meaning` says what a string matches.
pub(super) fn check(list: &Strings, meaning: Meaning, report: &mut Report<'_>) {
    if !may_be_redundant(list) {
        return;
    }
    let clusters = clusters(list, meaning);
    let covered: Vec<&Leaf> = clusters.iter().flat_map(|(_, covered)| covered).copied().collect();
    let fix = fix(&covered, report);
    for (widest, covered) in &clusters {
        say(widest, covered, fix.clone(), report);
    }
}

/// Whether some string may cover another. Most lists are plain names, each once: that is cheap to see.
fn may_be_redundant(list: &Strings) -> bool {
    let mut seen = FxHashSet::default();
    let may_cover = |leaf: &Leaf| match leaf.text.as_known() {
        Some(text) if text.is_ascii() => text.contains(['*', '?', '$']) || !seen.insert(text.to_ascii_lowercase()),
        Some(_) | None => true,
    };
    list.items.len() > 1 && list.items.iter().any(may_cover)
}

/// Each pattern that no other pattern of the list is wider than, with those that it covers
/// and no such pattern before it does: of each covered one it is said once.
fn clusters(list: &Strings, meaning: Meaning) -> Vec<(&Leaf, Vec<&Leaf>)> {
    let stable = list.items.iter().take(LIMIT).filter(|leaf| leaf.text.holes().all(is_stable));
    let items: Vec<Covering<'_>> = stable.map(|leaf| Covering::new(leaf, meaning)).collect();
    let covers = |outer: usize, inner: usize| match (items.get(outer), items.get(inner)) {
        (Some(outer), Some(inner)) => outer.covers(inner).is_yes(),
        _ => false,
    };
    let wide = wide(&items);
    // Of two that are the same the first is the wider one.
    let is_under = |inner: usize| {
        wide.iter().any(|outer| *outer != inner && covers(*outer, inner) && (*outer < inner || !covers(inner, *outer)))
    };
    let widest: Vec<usize> = wide.iter().copied().filter(|index| !is_under(*index)).collect();
    let cluster = |at: usize, outer: usize| {
        let is_said = |inner: usize| widest.iter().take(at).any(|before| covers(*before, inner));
        let inner = (0..items.len()).filter(|inner| *inner != outer && covers(outer, *inner) && !is_said(*inner));
        let outer = items.get(outer)?.leaf;
        // One text that a loop repeats is not to be removed there.
        let other_text = |leaf: &&Leaf| leaf.span != outer.span;
        let leaves: Vec<&Leaf> = inner.filter_map(|inner| Some(items.get(inner)?.leaf)).filter(other_text).collect();
        Some((outer, leaves)).filter(|(_, leaves)| !leaves.is_empty())
    };
    widest.iter().enumerate().filter_map(|(at, outer)| cluster(at, *outer)).collect()
}

/// The places of those that may cover others: what has a wildcard, or stands once more further on.
fn wide(items: &[Covering<'_>]) -> Vec<usize> {
    let mut behind: FxHashMap<String, Vec<&Covering<'_>>> = FxHashMap::default();
    let mut wide = Vec::new();
    for (index, item) in items.iter().enumerate().rev() {
        // What is the same reads the same, letter case aside.
        let alike = behind.entry(item.leaf.text.display().to_lowercase()).or_default();
        if item.has_wildcards() || alike.iter().any(|other| other.is_same(item)) {
            wide.push(index);
        }
        alike.push(item);
    }
    wide.reverse();
    wide
}

/// All findings of a list have one fix: two that each take out a part of it would meet at the commas.
pub(super) fn fix(covered: &[&Leaf], report: &Report<'_>) -> Option<Fix> {
    let title = if covered.len() == 1 { "remove it" } else { "remove what is covered" };
    let edits = list_edit::remove(covered, report)?;
    Some(Fix { title: title.to_owned(), safety: Safety::Safe, edits })
}

fn say(widest: &Leaf, covered: &[&Leaf], fix: Option<Fix>, report: &mut Report<'_>) {
    let Some((first, rest)) = covered.split_first() else { return };
    let shown = |leaf: &Leaf| format!("`{}`", leaf.text.display());
    let wide = shown(widest);
    let message = match rest.len() {
        0 if shown(first) == wide => format!("{wide} stands twice in this list"),
        0 => format!("{} is covered by {wide} in the same list", shown(first)),
        more if more < NAMED => {
            let names: Vec<String> = covered.iter().map(|leaf| shown(leaf)).collect();
            format!("{} are covered by {wide} in the same list", names.join(", "))
        }
        more => format!("{} and {more} more are covered by {wide} in the same list", shown(first)),
    };
    let mut finding = report.leaf(first, message).label(widest.span, "this one covers it");
    for leaf in rest {
        finding = finding.label(leaf.span, "covered as well");
    }
    if let Some(fix) = fix {
        finding.fix(fix);
    }
}
