//! Who may become whom, step by step: what an editor shows as the hierarchy of calls.

use rustc_hash::FxHashMap;

use crate::access::grants::State;
use crate::access::trust_graph::{Edge, EdgeKind, Node, NodeKind, TrustGraph};
use crate::analysis::Analysis;
use crate::eval::text::Text;
use crate::iam::{Key, PrincipalKind};
use crate::source::{SourceMap, Span};

use super::entity::{self, Declared, Entity};
use super::{Position, definition, references, words};

/// Someone who is trusted, or whom others become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustItem {
    /// What tells it from others in this analysis and in those of later texts.
    pub key: String,
    /// Its address; for who is not in view what policies call it.
    pub name: String,
    /// The account that it is in, if that has a name or a number.
    pub detail: String,
    /// What it is.
    pub kind: TrustItemKind,
    /// The head of its block; for who is not in view a statement that names it.
    pub span: Span,
}

/// The kinds of those who are trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TrustItemKind {
    /// A role.
    Role,
    /// A user.
    User,
    /// A whole account.
    Account,
    /// A service of AWS.
    Service,
    /// Whoever an identity provider knows.
    Federated,
    /// Anyone.
    Everyone,
}

/// That one may become the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustStep {
    /// The other one.
    pub item: TrustItem,
    /// How far it holds, in words.
    pub standing: &'static str,
    /// The statements in policies of who becomes the other.
    pub identity: Vec<Span>,
    /// The statements in the trust policy of whom it becomes.
    pub trust: Vec<Span>,
}

/// The roles and users that stand at `position`: several where a block makes several.
#[must_use]
pub fn trust_items(analysis: &Analysis, position: Position) -> Vec<TrustItem> {
    let principals = principals_at(analysis, position);
    let mut items: Vec<TrustItem> = principals.into_iter().filter_map(|index| of_principal(analysis, index)).collect();
    items.dedup_by(|a, b| a.key == b.key);
    items
}

/// Who may become `item`, or would if a missing half were there.
#[must_use]
pub fn who_can_assume(analysis: &Analysis, item: &TrustItem) -> Vec<TrustStep> {
    let graph = analysis.trust_graph();
    let nodes = nodes_of(analysis, graph, &item.key);
    let edges = nodes.into_iter().flat_map(|node| graph.into(node).map(|edge| (edge.from, edge)));
    steps(analysis, graph, edges)
}

/// Whom `item` may become, or would if a missing half were there.
#[must_use]
pub fn what_it_can_assume(analysis: &Analysis, item: &TrustItem) -> Vec<TrustStep> {
    let graph = analysis.trust_graph();
    let nodes = nodes_of(analysis, graph, &item.key);
    let edges = nodes.into_iter().flat_map(|node| graph.out_of(node).map(|edge| (edge.to, edge)));
    steps(analysis, graph, edges)
}

fn principals_at(analysis: &Analysis, position: Position) -> Vec<usize> {
    let iam = analysis.iam();
    let mut found = Vec::new();
    for entity in entity::at(analysis, position).list {
        match entity {
            Entity::Principal(index) => found.push(index),
            Entity::Declared(module, Declared::Resource(address)) => {
                let address = address.to_string();
                let is_it =
                    |span: Span, of: &str| module.files.contains(&span.file) && words::block_address(of) == address;
                let all = iam.principals().iter().enumerate();
                found.extend(all.filter(|(_, it)| is_it(it.span, &it.address)).map(|(index, _)| index));
            }
            Entity::Declared(..) | Entity::Source(_) | Entity::Resource(_) | Entity::Account(_) | Entity::Action(_) => {
            }
        }
    }
    found
}

fn of_principal(analysis: &Analysis, index: usize) -> Option<TrustItem> {
    let principal = analysis.iam().principals().get(index)?;
    let kind = match principal.kind {
        PrincipalKind::Role => TrustItemKind::Role,
        PrincipalKind::User => TrustItemKind::User,
        PrincipalKind::Group | PrincipalKind::PermissionSet => return None,
    };
    Some(TrustItem {
        key: key(analysis, &NodeKind::Principal(index), None)?,
        name: if principal.address.is_empty() { principal.arn.display() } else { principal.address.to_string() },
        detail: words::account_name(&principal.account).map(|name| format!("account {name}")).unwrap_or_default(),
        kind,
        span: definition::of_principal(analysis, index)?,
    })
}

/// The node as an item; one that is not in view stands where `edge` names it.
fn of_node(analysis: &Analysis, node: &Node, edge: &Edge) -> Option<TrustItem> {
    let account = node.account.as_ref().map(|it| words::account_name(it).unwrap_or_else(|| it.text.display()));
    let (kind, name) = match &node.kind {
        NodeKind::Principal(index) => return of_principal(analysis, *index),
        NodeKind::Resource(_) => return None,
        NodeKind::PermissionSet(index) => {
            (TrustItemKind::Role, analysis.iam().principals().get(*index)?.address.to_string())
        }
        NodeKind::Account => (TrustItemKind::Account, format!("account {}", account.as_deref()?)),
        NodeKind::Stranger(arn) => (stranger_kind(arn), arn.display()),
        NodeKind::Service(name) => (TrustItemKind::Service, name.to_string()),
        NodeKind::Federated(name) => (TrustItemKind::Federated, name.display()),
        NodeKind::Everyone => (TrustItemKind::Everyone, "anyone".to_owned()),
    };
    let detail = match kind {
        TrustItemKind::Account => String::new(),
        _ => account.map(|name| format!("account {name}")).unwrap_or_default(),
    };
    let key = key(analysis, &node.kind, node.account.as_ref().map(|account| &account.text))?;
    Some(TrustItem { key, name, detail, kind, span: edge.resource.or(edge.identity)? })
}

fn stranger_kind(arn: &Text) -> TrustItemKind {
    if arn.display().contains(":user/") { TrustItemKind::User } else { TrustItemKind::Role }
}

/// What tells a node from others.
fn key(analysis: &Analysis, kind: &NodeKind, account: Option<&Text>) -> Option<String> {
    let shown = |text: &Text| format!("{:?}", Key::new(text));
    Some(match kind {
        NodeKind::Principal(index) => {
            let it = analysis.iam().principals().get(*index)?;
            if it.address.is_empty() {
                format!("principal {}", shown(&it.arn))
            } else {
                format!("principal {} {}", it.stack, it.address)
            }
        }
        NodeKind::Resource(_) => return None,
        NodeKind::PermissionSet(index) => {
            let it = analysis.iam().principals().get(*index)?;
            format!("set {} {} {}", it.stack, it.address, account.map(shown).unwrap_or_default())
        }
        NodeKind::Account => format!("account {}", account.map(shown).unwrap_or_default()),
        NodeKind::Stranger(arn) => format!("stranger {}", shown(arn)),
        NodeKind::Service(name) => format!("service {name}"),
        NodeKind::Federated(name) => format!("federated {} {}", account.map(shown).unwrap_or_default(), shown(name)),
        NodeKind::Everyone => "everyone".to_owned(),
    })
}

fn nodes_of(analysis: &Analysis, graph: &TrustGraph, wanted: &str) -> Vec<usize> {
    let is_it = |node: &Node| {
        let account = node.account.as_ref().map(|account| &account.text);
        key(analysis, &node.kind, account).is_some_and(|key| key == wanted)
    };
    graph.nodes().iter().enumerate().filter(|(_, node)| is_it(node)).map(|(number, _)| number).collect()
}

/// The edges by which a role is assumed, those with one other end and one standing put together.
fn steps<'g>(
    analysis: &Analysis,
    graph: &TrustGraph,
    edges: impl Iterator<Item = (usize, &'g Edge)>,
) -> Vec<TrustStep> {
    let mut steps: Vec<TrustStep> = Vec::new();
    let mut known: FxHashMap<(usize, &'static str), usize> = FxHashMap::default();
    for (other, edge) in edges.filter(|(_, edge)| edge.kind == EdgeKind::Assume) {
        let standing = standing(edge.state);
        let index = match known.get(&(other, standing)) {
            Some(index) => *index,
            None => {
                let item = graph.nodes().get(other).and_then(|node| of_node(analysis, node, edge));
                let Some(item) = item else { continue };
                steps.push(TrustStep { item, standing, identity: Vec::new(), trust: Vec::new() });
                known.insert((other, standing), steps.len() - 1);
                steps.len() - 1
            }
        };
        if let Some(step) = steps.get_mut(index) {
            step.identity.extend(edge.identity);
            step.trust.extend(edge.resource);
        }
    }
    order(&mut steps, analysis.sources());
    steps
}

fn order(steps: &mut [TrustStep], sources: &SourceMap) {
    for step in steps.iter_mut() {
        references::order(&mut step.identity, sources);
        references::order(&mut step.trust, sources);
    }
    steps.sort_by(|a, b| (&a.item.name, &a.item.key, a.standing).cmp(&(&b.item.name, &b.item.key, b.standing)));
}

/// How far a grant holds, in words.
const fn standing(state: State) -> &'static str {
    match state {
        State::Both => "both halves are there",
        State::IdentityMissing => "no policy of the caller allows it",
        State::ResourceMissing => "the trust policy does not let the caller in",
        State::Blocked(_) => "something is in the way",
        State::Unknown => "depends on what is not known from source",
    }
}
