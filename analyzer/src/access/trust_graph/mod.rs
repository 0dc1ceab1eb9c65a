//! Who may become whom, and who may reach what: principals and resources as nodes, and what
//! policies say of two of them as edges.
//!
//! An edge is there if either side speaks of the other: one of whose halves one is missing is
//! an edge as well, which says so. That an account is trusted as a whole is an edge of the
//! account, and one of each principal of it that makes use of that. What a policy allows on
//! everything, without a name, is no edge: it would lead everywhere.
//!
//! The work grows with the edges. This layer must not choose words for what it finds.

mod assume;
mod build;
mod judge;
mod members;
mod nodes;
mod paths;
mod reach;
#[cfg(test)]
mod tests;

use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use crate::eval::account::Account;
use crate::eval::text::Text;
use crate::source::Span;

use super::caller;
use super::grants::State;
use super::view::AccessView;

pub use paths::Path;

/// Nodes and edges, each by its number.
#[derive(Debug, Default)]
pub struct TrustGraph {
    nodes: Vec<Node>,
    edges: Vec<Edge>,
    /// The edges that start at each node, and those that end there.
    out_of: Vec<Vec<usize>>,
    into: Vec<Vec<usize>>,
    /// The nodes of principals, by their index in the model.
    principals: Vec<Option<usize>>,
    is_cut: bool,
}

/// Some of those in view, by their indices in the model.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Around {
    /// Roles and users.
    pub principals: FxHashSet<usize>,
    /// Resources that can have a policy.
    pub resources: FxHashSet<usize>,
}

/// Someone or something.
#[derive(Debug, Clone)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// The account that it is in; `None` for who is in none.
    pub account: Option<Account>,
}

/// The kinds of nodes.
#[derive(Debug, Clone)]
pub enum NodeKind {
    /// A role, a user or a group in view, by its index in the model.
    Principal(usize),
    /// A permission set where someone has it, by its index in the model: it is a role of that account.
    PermissionSet(usize),
    /// A resource that can have a policy, by its index in the model.
    Resource(usize),
    /// An account as a whole: whomever it sends.
    Account,
    /// A role or a user that is not in view, by its ARN.
    Stranger(Text),
    /// A service, by its principal.
    Service(SmolStr),
    /// Whoever an identity provider knows, by the ARN or the name of that.
    Federated(Text),
    /// Anyone.
    Everyone,
}

/// What policies say of two nodes.
#[derive(Debug, Clone)]
pub struct Edge {
    /// Who.
    pub from: usize,
    /// What it may reach or become.
    pub to: usize,
    /// Which of the two.
    pub kind: EdgeKind,
    /// The actions, as policies name them.
    pub actions: Vec<SmolStr>,
    /// Whether both halves are there.
    pub state: State,
    /// The statement in a policy of the caller, if there is one.
    pub identity: Option<Span>,
    /// The statement in the policy on what is reached, if there is one.
    pub resource: Option<Span>,
    /// The condition keys that it depends on.
    pub keys: Vec<SmolStr>,
    /// Whether the two accounts are only likely to be two.
    pub likely: bool,
}

/// The kinds of edges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EdgeKind {
    /// A role is assumed.
    Assume,
    /// Something is done to a resource.
    Reach,
    /// A user is in a group.
    Member,
}

/// How far an edge, or a path of them, holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hold {
    /// For every value of the unknowns.
    Certain,
    /// For some, or for some requests.
    Possible,
    /// Not at all: a half is missing, or something is in the way.
    Broken,
}

impl Edge {
    /// How far it holds.
    #[must_use]
    pub const fn hold(&self) -> Hold {
        match self.state {
            State::Both => Hold::Certain,
            State::Unknown => Hold::Possible,
            State::IdentityMissing | State::ResourceMissing | State::Blocked(_) => Hold::Broken,
        }
    }
}

impl TrustGraph {
    /// The graph of all that `view` shows, for those who keep it longer than the view.
    #[must_use]
    pub fn of(view: &AccessView<'_>) -> Self {
        build::graph(view, None)
    }

    /// That part of the graph that is about some of what `view` shows: the edges that end at one of them,
    /// and those by which one of them becomes another. They are those of the whole graph.
    #[must_use]
    pub fn around(view: &AccessView<'_>, some: &Around) -> Self {
        build::graph(view, Some(some))
    }

    /// The nodes that an edge starts or ends at.
    #[must_use]
    pub fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The edges, in the order of the model.
    #[must_use]
    pub fn edges(&self) -> &[Edge] {
        &self.edges
    }

    /// The edges that start at a node.
    pub fn out_of(&self, node: usize) -> impl Iterator<Item = &Edge> {
        edges_of(&self.edges, &self.out_of, node)
    }

    /// The edges that end at a node.
    pub fn into(&self, node: usize) -> impl Iterator<Item = &Edge> {
        edges_of(&self.edges, &self.into, node)
    }

    /// The node of a principal, by its index in the model.
    #[must_use]
    pub fn of_principal(&self, index: usize) -> Option<usize> {
        self.principals.get(index).copied().flatten()
    }

    /// Whether there were so many edges that some were left out.
    #[must_use]
    pub const fn is_cut(&self) -> bool {
        self.is_cut
    }
}

/// What calls in place of a node that is not in view; `None` for one that is, or that calls nothing.
#[must_use]
pub fn calling(node: &Node) -> Option<caller::Principal> {
    nodes::calling(&node.kind, node.account.as_ref())
}

fn edges_of<'g>(edges: &'g [Edge], numbers: &'g [Vec<usize>], node: usize) -> impl Iterator<Item = &'g Edge> {
    numbers.get(node).into_iter().flatten().filter_map(|number| edges.get(*number))
}

impl AccessView<'_> {
    /// The graph of all that is in view.
    #[must_use]
    pub fn trust_graph(&self) -> &TrustGraph {
        self.graph.get_or_init(|| build::graph(self, None))
    }
}
