//! Puts the graph together.

use std::collections::hash_map::Entry;
use std::mem::{Discriminant, discriminant};

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::access::caller::Principal as Calling;
use crate::access::grants::{State, is_certain};
use crate::access::view::{AccessView, CallerSide};
use crate::eval::account::{Account, same};
use crate::eval::text::Text;
use crate::iam::{Key, PolicedResource, Principal, PrincipalKind};
use crate::source::Span;

use super::judge::Judged;
use super::nodes::{self, Named};
use super::{Around, Edge, EdgeKind, Node, NodeKind, TrustGraph, assume, members, reach};

/// More edges than anyone can look at.
const MOST_EDGES: usize = 200_000;

/// The graph of all that `view` shows, or what [`TrustGraph::around`] has of it.
pub(super) fn graph(view: &AccessView<'_>, around: Option<&Around>) -> TrustGraph {
    let mut builder = Builder::new(view, around);
    assume::add(&mut builder);
    reach::add(&mut builder);
    if around.is_none() {
        members::add(&mut builder);
    }
    builder.graph
}

pub(super) struct Builder<'v, 'a> {
    pub(super) view: &'v AccessView<'a>,
    around: Option<&'v Around>,
    graph: TrustGraph,
    by_key: FxHashMap<Identity, usize>,
    edges: FxHashMap<(usize, usize, EdgeKind, Discriminant<State>), usize>,
    /// The principals of the model by where they are in memory.
    indices: FxHashMap<usize, usize>,
    resources: FxHashMap<usize, usize>,
    sides: FxHashMap<Who, Option<CallerSide<'v>>>,
}

/// A principal of the model that policies are attached to, by its index; of a permission set also the
/// number of the assignment by which someone has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Who {
    pub(super) index: usize,
    pub(super) assignment: Option<usize>,
}

impl From<usize> for Who {
    fn from(index: usize) -> Self {
        Self { index, assignment: None }
    }
}

/// What is to become an edge.
pub(super) struct Draft<'j> {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) kind: EdgeKind,
    pub(super) action: SmolStr,
    pub(super) judged: &'j Judged,
    /// The statement that speaks of it, on the side of what is reached.
    pub(super) resource: Option<Span>,
    /// The same on the side of the caller.
    pub(super) identity: Option<Span>,
}

impl<'v, 'a> Builder<'v, 'a> {
    fn new(view: &'v AccessView<'a>, around: Option<&'v Around>) -> Self {
        let principals = view.iam().principals();
        let graph = TrustGraph { principals: vec![None; principals.len()], ..TrustGraph::default() };
        let indices = principals.iter().enumerate().map(|(index, it)| (address(it), index)).collect();
        let resources = view.iam().resources().iter().enumerate().map(|(index, it)| (address(&**it), index)).collect();
        let (by_key, edges, sides) = (FxHashMap::default(), FxHashMap::default(), FxHashMap::default());
        Self { view, around, graph, by_key, edges, indices, resources, sides }
    }

    /// Whether an edge between two principals is wanted, of whom one may be none in view.
    pub(super) fn wants(&self, from: Option<usize>, to: usize) -> bool {
        self.wants_principal(to) || from.is_some_and(|from| self.wants_principal(from))
    }

    /// Whether all edges that end at a principal are wanted, and all by which it becomes another.
    pub(super) fn wants_principal(&self, index: usize) -> bool {
        self.around.is_none_or(|around| around.principals.contains(&index))
    }

    /// Whether the edges that end at `resource` are wanted.
    pub(super) fn wants_resource(&self, resource: &PolicedResource) -> bool {
        let index = || self.resources.get(&address(resource));
        self.around.is_none_or(|around| index().is_some_and(|index| around.resources.contains(index)))
    }

    /// Whether edges that end at some resources are wanted.
    pub(super) fn wants_resources(&self) -> bool {
        self.around.is_none_or(|around| !around.resources.is_empty())
    }

    pub(super) fn index_of(&self, principal: &Principal) -> Option<usize> {
        self.indices.get(&address(principal)).copied()
    }

    pub(super) fn principal(&self, index: usize) -> Option<&'a Principal> {
        self.view.iam().principals().get(index)
    }

    /// All who may call, users with the policies of their groups: a permission set once for each account
    /// where someone has it.
    pub(super) fn callers(&self) -> Vec<Who> {
        let all = self.view.iam().principals().iter().enumerate();
        let callers = all.flat_map(|(index, it)| {
            let assigned = (0..it.assignments.len()).map(move |number| Who { index, assignment: Some(number) });
            let calls = matches!(it.kind, PrincipalKind::Role | PrincipalKind::User);
            let itself = calls.then_some(Who::from(index));
            itself.into_iter().chain(assigned)
        });
        callers.collect()
    }

    /// The account that it calls from.
    pub(super) fn account(&self, who: Who) -> Option<Account> {
        let principal = self.principal(who.index)?;
        match who.assignment {
            Some(number) => Some(self.view.accounts().of_text(&principal.assignments.get(number)?.account)),
            None => Some(principal.account.clone()),
        }
    }

    /// Its side.
    pub(super) fn side(&mut self, who: Who) -> Option<&CallerSide<'v>> {
        let (view, principal) = (self.view, self.principal(who.index));
        let side = || {
            let principal = principal?;
            match who.assignment.map(|number| principal.assignments.get(number)) {
                Some(assignment) => Some(view.caller_of_set(principal, assignment?)),
                None => view.caller(principal),
            }
        };
        self.sides.entry(who).or_insert_with(side).as_ref()
    }

    pub(super) fn caller_node(&mut self, who: Who) -> Option<usize> {
        if who.assignment.is_none() {
            return self.principal_node(who.index);
        }
        let account = self.account(who)?;
        let identity = Identity::PermissionSet(who.index, Key::new(&account.text));
        Some(self.other_node(NodeKind::PermissionSet(who.index), Some(account), identity))
    }

    pub(super) fn principal_node(&mut self, index: usize) -> Option<usize> {
        if let Some(known) = self.graph.of_principal(index) {
            return Some(known);
        }
        let account = self.principal(index)?.account.clone();
        let node = self.add_node(NodeKind::Principal(index), Some(account));
        if let Some(place) = self.graph.principals.get_mut(index) {
            *place = Some(node);
        }
        Some(node)
    }

    pub(super) fn resource_node(&mut self, resource: &PolicedResource) -> Option<usize> {
        let index = self.resources.get(&address(resource)).copied()?;
        let kind = NodeKind::Resource(index);
        let identity = Identity::of(&kind, None);
        Some(self.other_node(kind, Some(resource.account.clone()), identity))
    }

    /// The node of whoever is named, and what calls in its place where that is not in view.
    pub(super) fn node_of(&mut self, named: Named<'_>) -> Option<(usize, Option<Calling>)> {
        match named {
            Named::Principal(principal) => {
                let index = self.index_of(principal)?;
                Some((self.principal_node(index)?, None))
            }
            Named::Other(kind, account) => {
                let account = account.map(|account| *account);
                let calling = nodes::calling(&kind, account.as_ref())?;
                let identity = Identity::of(&kind, account.as_ref());
                Some((self.other_node(kind, account, identity), Some(calling)))
            }
        }
    }

    fn other_node(&mut self, kind: NodeKind, account: Option<Account>, identity: Identity) -> usize {
        if let Some(known) = self.by_key.get(&identity) {
            return *known;
        }
        let node = self.add_node(kind, account);
        self.by_key.insert(identity, node);
        node
    }

    fn add_node(&mut self, kind: NodeKind, account: Option<Account>) -> usize {
        self.graph.nodes.push(Node { kind, account });
        self.graph.out_of.push(Vec::new());
        self.graph.into.push(Vec::new());
        self.graph.nodes.len() - 1
    }

    pub(super) fn node(&self, node: usize) -> Option<&Node> {
        self.graph.nodes.get(node)
    }

    /// Whether something is said of the two in any state.
    pub(super) fn has_edge(&self, from: usize, to: usize, kind: EdgeKind) -> bool {
        let mut edges = self.graph.out_of(from);
        edges.any(|edge| edge.to == to && edge.kind == kind)
    }

    /// Whether something is said of the two for this action.
    pub(super) fn says(&self, from: usize, to: usize, action: &str) -> bool {
        let mut edges = self.graph.out_of(from).filter(|edge| edge.to == to);
        edges.any(|edge| edge.actions.iter().any(|known| known == action))
    }

    /// Adds an edge, or to the one that there is between the two in the same state.
    pub(super) fn add(&mut self, draft: &Draft<'_>) {
        let Draft { from, to, kind, .. } = *draft;
        if from == to {
            return;
        }
        let state = self.state(draft);
        let Judged { identity, resource, keys, .. } = draft.judged;
        let number = self.graph.edges.len();
        let known = match self.edges.entry((from, to, kind, discriminant(&state))) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(_) if number >= MOST_EDGES => {
                self.graph.is_cut = true;
                return;
            }
            Entry::Vacant(new) => *new.insert(number),
        };
        if known == number {
            let likely = self.are_likely_two(from, to);
            let (identity, resource) = (identity.or(draft.identity), resource.or(draft.resource));
            let (actions, keys) = (Vec::new(), Vec::new());
            self.graph.edges.push(Edge { from, to, kind, actions, state, identity, resource, keys, likely });
            self.graph.out_of.get_mut(from).into_iter().for_each(|edges| edges.push(number));
            self.graph.into.get_mut(to).into_iter().for_each(|edges| edges.push(number));
        }
        if let Some(edge) = self.graph.edges.get_mut(known) {
            add_new(&mut edge.actions, std::slice::from_ref(&draft.action));
            add_new(&mut edge.keys, keys);
        }
    }

    /// Of what may not be there, nothing can be told.
    fn state(&self, draft: &Draft<'_>) -> State {
        let is_there = |node: usize| match self.node(node).map(|node| &node.kind) {
            Some(NodeKind::Principal(index) | NodeKind::PermissionSet(index)) => {
                self.principal(*index).is_some_and(|it| is_certain(&it.existence))
            }
            Some(NodeKind::Resource(index)) => {
                self.view.iam().resources().get(*index).is_some_and(|it| is_certain(&it.existence))
            }
            Some(_) | None => true,
        };
        if is_there(draft.from) && is_there(draft.to) { draft.judged.state } else { State::Unknown }
    }

    fn are_likely_two(&self, from: usize, to: usize) -> bool {
        let account = |node: usize| self.node(node).and_then(|node| node.account.as_ref());
        account(from).zip(account(to)).is_some_and(|(a, b)| same(a, b).likely)
    }
}

/// What tells one node from another.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Identity {
    Index(usize),
    PermissionSet(usize, Key),
    Account(Key),
    Stranger(Key),
    Service(SmolStr),
    Federated(Key),
    Everyone,
}

impl Identity {
    fn of(kind: &NodeKind, account: Option<&Account>) -> Self {
        match kind {
            NodeKind::Principal(index) | NodeKind::Resource(index) => Self::Index(*index),
            NodeKind::PermissionSet(index) => {
                Self::PermissionSet(*index, Key::new(&account.map(|it| it.text.clone()).unwrap_or_default()))
            }
            NodeKind::Account => {
                let number = |account: &Account| account.id.map(|id| Text::known(id.to_string()));
                let text = account.map(|account| number(account).unwrap_or_else(|| account.text.clone()));
                Self::Account(Key::new(&text.unwrap_or_default()))
            }
            NodeKind::Stranger(arn) => Self::Stranger(Key::new(arn)),
            NodeKind::Service(name) => Self::Service(name.clone()),
            NodeKind::Federated(name) => Self::Federated(Key::new(name)),
            NodeKind::Everyone => Self::Everyone,
        }
    }
}

fn add_new(names: &mut Vec<SmolStr>, more: &[SmolStr]) {
    for name in more {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
}

/// Where something is in memory: the model keeps it there.
fn address<T>(it: &T) -> usize {
    std::ptr::from_ref(it).addr()
}
