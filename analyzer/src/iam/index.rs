//! Things by what they are called, where the things themselves hold their names.
//!
//! A workspace has many more things than names that anybody asks for, and a name is far longer
//! than a number: an index keeps numbers and hashes, and looks a name up in the thing.

use std::collections::hash_map::Entry;
use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashMap, FxHasher};

/// The numbers of things, by a hash of what they are called, in the order in which they were added.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// The first and the last link for each hash.
    ends: FxHashMap<u32, (u32, u32)>,
    links: Vec<Link>,
}

/// The number of a thing, and the next link for its hash; the last one leads to itself.
#[derive(Debug, Clone, Copy)]
struct Link {
    thing: u32,
    next: u32,
}

impl Index {
    /// Adds the thing of that number under `name`. A thing is added once under each of its names.
    pub(super) fn add(&mut self, name: &impl Hash, thing: usize) {
        let (Ok(thing), Ok(link)) = (u32::try_from(thing), u32::try_from(self.links.len())) else { return };
        match self.ends.entry(hash(name)) {
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
        self.links.push(Link { thing, next: link });
    }

    /// The numbers of the things that are called `name`, in the order in which they were added. `is_called` says it of
    /// a thing: two names may have one hash.
    pub(super) fn get<N: Hash, F: Fn(&N, usize) -> bool>(&self, name: N, is_called: F) -> Found<'_, N, F> {
        let next = self.ends.get(&hash(&name)).map(|(first, _)| *first);
        Found { index: self, next, name, is_called }
    }
}

/// Things of one name.
pub(super) struct Found<'i, N, F> {
    index: &'i Index,
    next: Option<u32>,
    name: N,
    is_called: F,
}

impl<N, F: Fn(&N, usize) -> bool> Iterator for Found<'_, N, F> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        loop {
            let at = self.next?;
            let Link { thing, next } = *self.index.links.get(at as usize)?;
            self.next = Some(next).filter(|next| *next != at);
            let thing = thing as usize;
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
        let names = ["a", "b", "a", "c", "a"];
        let mut index = Index::default();
        names.iter().enumerate().for_each(|(thing, name)| index.add(name, thing));
        let called = |name: &str| index.get(name, |name, thing| names[thing] == *name).collect::<Vec<_>>();
        assert_eq!(called("a"), [0, 2, 4]);
        assert_eq!(called("b"), [1]);
        assert_eq!(called("d"), [0; 0]);
    }

    /// What shares no more than the hash is left out.
    #[test]
    fn a_name_is_more_than_its_hash() {
        let mut index = Index::default();
        index.add(&"a", 0);
        index.add(&"a", 1);
        assert_eq!(index.get("a", |_, thing| thing == 1).collect::<Vec<_>>(), [1]);
    }
}
