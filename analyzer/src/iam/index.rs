//! Things by what they are called, where the things themselves hold their names.
//!
//! A workspace has many more things than names that anybody asks for, and a name is far longer
//! than a number: an index keeps numbers and hashes, and looks a name up in the thing.

use std::collections::hash_map::Entry;
use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashMap, FxHasher};

/// The numbers of things by a hash of what they are called.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// Hashes and numbers, sorted.
    sorted: Vec<(u32, u32)>,
    /// The first and the last of the links for each hash, of what was added later.
    ends: FxHashMap<u32, (u32, u32)>,
    links: Vec<Link>,
}

/// A thing, and the next link for its hash; the last one leads to itself.
#[derive(Debug, Clone, Copy)]
struct Link {
    hash: u32,
    thing: u32,
    next: u32,
}

impl Index {
    /// The things with their names, each of which has a thing once.
    pub(super) fn of<N: Hash>(things: impl Iterator<Item = (N, usize)>) -> Self {
        let numbered = things.filter_map(|(name, thing)| Some((hash(&name), u32::try_from(thing).ok()?)));
        let mut sorted: Vec<(u32, u32)> = numbered.collect();
        sorted.sort_unstable();
        sorted.shrink_to_fit();
        Self { sorted, ..Self::default() }
    }

    /// Adds a thing of a higher number than those that are there.
    pub(super) fn add(&mut self, name: &impl Hash, thing: usize) {
        let (Ok(thing), Ok(link)) = (u32::try_from(thing), u32::try_from(self.links.len())) else { return };
        let hash = hash(name);
        match self.ends.entry(hash) {
            Entry::Vacant(ends) => {
                ends.insert((link, link));
            }
            Entry::Occupied(mut ends) => {
                let last = std::mem::replace(&mut ends.get_mut().1, link);
                if let Some(last) = self.links.get_mut(last as usize) {
                    last.next = link;
                }
            }
        }
        self.links.push(Link { hash, thing, next: link });
    }

    /// The same index in the least room, for when nothing is added any longer.
    pub(super) fn settled(self) -> Self {
        if self.links.is_empty() {
            return self;
        }
        let mut sorted = Vec::with_capacity(self.sorted.len() + self.links.len());
        sorted.extend(self.sorted);
        sorted.extend(self.links.iter().map(|link| (link.hash, link.thing)));
        sorted.sort_unstable();
        Self { sorted, ..Self::default() }
    }

    /// The numbers of the things that are called `name`, in ascending order. `is_called` says it of a thing: two
    /// names may have one hash.
    pub(super) fn get<N: Hash, F: Fn(&N, usize) -> bool>(&self, name: N, is_called: F) -> Found<'_, N, F> {
        let hash = hash(&name);
        let start = self.sorted.partition_point(|(other, _)| *other < hash);
        let sorted = self.sorted.get(start..).unwrap_or_default();
        let link = self.ends.get(&hash).map(|(first, _)| *first);
        Found { index: self, hash, sorted, link, name, is_called }
    }
}

/// Things of one name.
pub(super) struct Found<'i, N, F> {
    index: &'i Index,
    hash: u32,
    /// What is left of those that were there at first, with others behind them.
    sorted: &'i [(u32, u32)],
    link: Option<u32>,
    name: N,
    is_called: F,
}

impl<N, F> Found<'_, N, F> {
    /// The next thing of that hash.
    fn step(&mut self) -> Option<u32> {
        if let Some(((hash, thing), rest)) = self.sorted.split_first()
            && *hash == self.hash
        {
            self.sorted = rest;
            return Some(*thing);
        }
        let at = self.link?;
        let link = self.index.links.get(at as usize)?;
        self.link = Some(link.next).filter(|next| *next != at);
        Some(link.thing)
    }
}

impl<N, F: Fn(&N, usize) -> bool> Iterator for Found<'_, N, F> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        loop {
            let thing = self.step()? as usize;
            if (self.is_called)(&self.name, thing) {
                return Some(thing);
            }
        }
    }
}

fn hash(name: &impl Hash) -> u32 {
    let mut hasher = FxHasher::default();
    name.hash(&mut hasher);
    let hash = hasher.finish();
    (hash >> 32) as u32 ^ hash as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_are_found_by_their_names_in_their_order() {
        let names = ["a", "b", "a", "c", "a", "b", "d"];
        let mut index = Index::of(names.iter().take(3).zip(0..));
        names.iter().enumerate().skip(3).for_each(|(thing, name)| index.add(name, thing));
        for index in [
            Index { sorted: index.sorted.clone(), ends: index.ends.clone(), links: index.links.clone() },
            index.settled(),
        ] {
            let called = |name: &str| index.get(name, |name, thing| names[thing] == *name).collect::<Vec<_>>();
            assert_eq!(called("a"), [0, 2, 4]);
            assert_eq!(called("b"), [1, 5]);
            assert_eq!(called("d"), [6]);
            assert_eq!(called("e"), [0; 0]);
        }
    }

    /// What shares no more than the hash is left out.
    #[test]
    fn a_name_is_more_than_its_hash() {
        let mut index = Index::of([("a", 0), ("a", 1)].into_iter());
        index.add(&"a", 2);
        assert_eq!(index.get("a", |_, thing| thing != 1).collect::<Vec<_>>(), [0, 2]);
    }
}
