//! Under which keys a plan has instances of blocks that the source repeats.
//!
//! A plan that is whole has every instance that there will be. One that failed, or in which a target
//! left something out, may lack some: then the source alone says how many there are.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;

use crate::eval::evaluator::InstanceKey;

use super::Plan;
use super::address::{InstanceAddress, without_key};
use super::instances;

/// A key as it is ordered: numbers by their size, names by their letters.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Index(usize),
    Name(SmolStr),
}

/// The keys of blocks, by their addresses within their module instances. Of a block of which some key
/// cannot be read there are none.
type Blocks = BTreeMap<String, Option<BTreeSet<Key>>>;

/// All instances of the resources and module calls that `plan` has, by their addresses.
pub(super) fn of_plan(plan: &Plan<'_>) -> impl Iterator<Item = (String, Vec<InstanceKey>)> {
    let is_whole = plan.errored().is_none() && plan.document.complete != Some(false);
    let mut blocks = Blocks::new();
    if is_whole {
        instances::addresses(&plan.document).for_each(|address| add(&address, &mut blocks));
    }
    let key = |key| match key {
        Key::Index(index) => InstanceKey::Index(index),
        Key::Name(name) => InstanceKey::Name(name),
    };
    blocks.into_iter().filter_map(move |(address, keys)| Some((address, keys?.into_iter().map(key).collect())))
}

fn add(address: &InstanceAddress, blocks: &mut Blocks) {
    let mut module = String::new();
    for step in &address.module {
        note(format!("{module}module.{}", without_key(step)), step, blocks);
        module = format!("{module}module.{step}.");
    }
    let (_, block) = address.block();
    note(format!("{module}{block}"), &address.resource.name, blocks);
}

/// Notes the key of `name`, if it has one, for the block at `address`.
fn note(address: String, name: &str, blocks: &mut Blocks) {
    let Some((_, written)) = name.split_once('[') else { return };
    let keys = blocks.entry(address).or_insert_with(|| Some(BTreeSet::new()));
    match (read(written), keys.as_mut()) {
        (Some(key), Some(known)) => drop(known.insert(key)),
        (None, _) | (_, None) => *keys = None,
    }
}

/// The key that is written as `0]` or `"name"]`.
fn read(written: &str) -> Option<Key> {
    let written = written.strip_suffix(']')?;
    if let Ok(index) = written.parse() {
        return Some(Key::Index(index));
    }
    // An address escapes what begins an interpolation.
    let name: String = serde_json::from_str(written).ok()?;
    Some(Key::Name(name.replace("$${", "${").replace("%%{", "%{").into()))
}
