//! Ways from one node to another.

use std::collections::VecDeque;

use super::{Edge, Hold, TrustGraph};

/// A session that was assumed from a session may assume a role in its turn, but a way of more
/// steps than this is nobody's intent.
const MOST_STEPS: usize = 16;

/// A way: each edge ends where the next one starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Path {
    /// The numbers of its edges.
    pub edges: Vec<usize>,
    /// How far the weakest of them holds.
    pub hold: Hold,
}

impl TrustGraph {
    /// The shortest way from `from` to `to` that holds for certain; before it is found, the
    /// shortest one of each weaker kind that is shorter.
    #[must_use]
    pub fn paths(&self, from: usize, to: usize) -> Vec<Path> {
        let mut found: Vec<Path> = Vec::new();
        for hold in [Hold::Certain, Hold::Possible, Hold::Broken] {
            let path = self.ways(&[to], hold, |_| true).into_iter().find(|(start, _)| *start == from);
            if let Some((_, path)) = path
                && found.iter().all(|known| known.edges.len() > path.edges.len())
            {
                found.push(path);
            }
        }
        found
    }

    /// From each node that leads to one of `ends` the shortest way, over edges that hold as far as
    /// `hold` or farther and that `may_go` admits; the nearest nodes first.
    pub fn ways(&self, ends: &[usize], hold: Hold, may_go: impl Fn(&Edge) -> bool) -> Vec<(usize, Path)> {
        // The edge by which each node goes on.
        let mut next: Vec<Option<usize>> = vec![None; self.nodes().len()];
        let mut steps: Vec<Option<usize>> = vec![None; self.nodes().len()];
        let mut queue: VecDeque<usize> = VecDeque::new();
        for end in ends {
            if let Some(step) = steps.get_mut(*end)
                && step.is_none()
            {
                *step = Some(0);
                queue.push_back(*end);
            }
        }
        let mut found = Vec::new();
        while let Some(node) = queue.pop_front() {
            let here = steps.get(node).copied().flatten().unwrap_or_default();
            if here >= MOST_STEPS {
                continue;
            }
            for number in self.into.get(node).into_iter().flatten() {
                let Some(edge) = self.edges.get(*number).filter(|edge| edge.hold() <= hold && may_go(edge)) else {
                    continue;
                };
                let Some(step) = steps.get_mut(edge.from).filter(|step| step.is_none()) else { continue };
                *step = Some(here + 1);
                next.get_mut(edge.from).into_iter().for_each(|it| *it = Some(*number));
                queue.push_back(edge.from);
                found.push(edge.from);
            }
        }
        found.into_iter().map(|start| (start, self.follow(start, &next))).collect()
    }

    fn follow(&self, start: usize, next: &[Option<usize>]) -> Path {
        let mut path = Path { edges: Vec::new(), hold: Hold::Certain };
        let mut at = start;
        while let Some(number) = next.get(at).copied().flatten() {
            let Some(edge) = self.edges.get(number) else { break };
            path.edges.push(number);
            path.hold = path.hold.max(edge.hold());
            at = edge.to;
        }
        path
    }
}
