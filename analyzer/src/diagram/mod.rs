//! The trust graph as a picture: accounts as boxes, who and what is in them, and what policies
//! grant as arrows between them.
//!
//! This module makes plain data of it and writes that in languages for pictures. It must not
//! decide anything, and prints nothing.

mod dot;
mod html;
mod json;
mod labels;
mod layout;
mod mermaid;
mod svg;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;

use crate::access::AccessView;
use crate::access::grants::State;
use crate::access::trust_graph::{Edge, EdgeKind, Node, NodeKind, TrustGraph};
use crate::eval::account::same;
use crate::eval::text::Text;
use crate::iam::{PolicedResource, Principal, PrincipalKind};
use crate::source::Span;

pub use dot::render as render_dot;
pub use html::render as render_html;
pub use json::{VERSION, render as render_json};
pub use mermaid::render as render_mermaid;
pub use svg::render as render_svg;

/// A picture.
#[derive(Debug, Clone, Default)]
pub struct Diagram {
    /// The accounts, by number and name; behind them a box without an account for all that is in none.
    pub boxes: Vec<AccountBox>,
    /// What is granted.
    pub arrows: Vec<Arrow>,
    /// Whether some arrows were left out because there are too many.
    pub is_cut: bool,
}

/// An account with what is in it.
#[derive(Debug, Clone)]
pub struct AccountBox {
    /// What people call the account; `None` for what is in none.
    pub name: Option<String>,
    /// Its number.
    pub id: Option<String>,
    /// Who and what is in it.
    pub vertices: Vec<Vertex>,
}

/// Someone or something.
#[derive(Debug, Clone)]
pub struct Vertex {
    /// Its number, which arrows name.
    pub id: usize,
    /// What it is.
    pub kind: VertexKind,
    /// What people call it.
    pub name: String,
    /// Its address, if it has one.
    pub address: Option<String>,
    /// The directory and environment of the stack that the address is in.
    pub stack: Option<String>,
    /// Its ARN, as far as it is known.
    pub arn: Option<String>,
    /// Where it is declared.
    pub span: Option<Span>,
}

/// The kinds of vertices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum VertexKind {
    /// A whole account.
    Account,
    /// A role.
    Role,
    /// A user.
    User,
    /// A group of users.
    Group,
    /// A permission set in an account.
    PermissionSet,
    /// A resource with a policy.
    Resource,
    /// A service.
    Service,
    /// Whoever an identity provider knows.
    Federated,
    /// Anyone.
    Everyone,
}

/// What is granted, or would be.
#[derive(Debug, Clone)]
pub struct Arrow {
    /// Who.
    pub from: usize,
    /// What it may reach or become.
    pub to: usize,
    /// Which of the two.
    pub kind: EdgeKind,
    /// The actions, as policies name them.
    pub actions: Vec<SmolStr>,
    /// How far it is granted.
    pub standing: Standing,
    /// The account that lacks its half, if one does.
    pub lacks: Option<String>,
    /// The condition keys that it depends on.
    pub keys: Vec<SmolStr>,
    /// Whether the two accounts are only likely to be two.
    pub likely: bool,
    /// Whether it leads from one account to another, or from who is in none; services aside.
    pub crosses: bool,
    /// The statement in a policy of the caller.
    pub identity: Option<Span>,
    /// The statement in the policy on what is reached.
    pub resource: Option<Span>,
}

/// How far something is granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Both halves are there.
    Granted,
    /// It cannot be told from source, or depends on the request.
    Open,
    /// No policy of the caller allows it.
    LacksIdentity,
    /// No policy on what is reached lets the caller in.
    LacksResource,
    /// Something is in the way: a statement that denies it, a permissions boundary, conditions that never meet.
    Blocked,
}

impl Standing {
    /// What programs call it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::Open => "open",
            Self::LacksIdentity => "lacks-identity",
            Self::LacksResource => "lacks-resource",
            Self::Blocked => "blocked",
        }
    }
}

impl VertexKind {
    /// What programs and people call it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Role => "role",
            Self::User => "user",
            Self::Group => "group",
            Self::PermissionSet => "permission-set",
            Self::Resource => "resource",
            Self::Service => "service",
            Self::Federated => "federated",
            Self::Everyone => "everyone",
        }
    }
}

impl Diagram {
    /// The picture of all that `view` shows.
    #[must_use]
    pub fn of(view: &AccessView<'_>) -> Self {
        let graph = view.trust_graph();
        let mut boxes: BTreeMap<(bool, String), AccountBox> = BTreeMap::new();
        for (id, node) in graph.nodes().iter().enumerate() {
            let name = node.account.as_ref().map(|account| view.account_name(account));
            let number = node.account.as_ref().and_then(|it| it.id).map(|id| id.to_string());
            let key = (name.is_none(), name.clone().unwrap_or_default());
            let place = boxes.entry(key).or_insert_with(|| AccountBox { name, id: number, vertices: Vec::new() });
            place.vertices.push(vertex(id, node, view));
        }
        let arrows = graph.edges().iter().map(|edge| arrow(edge, graph, view)).collect();
        let mut diagram = Self { boxes: boxes.into_values().collect(), arrows, is_cut: graph.is_cut() };
        // A node that nothing is said of is no part of the picture.
        diagram.keep(|_| true);
        for place in &mut diagram.boxes {
            place.vertices.sort_by(|a, b| (a.kind, &a.name, a.id).cmp(&(b.kind, &b.name, b.id)));
        }
        diagram
    }

    /// The same with nothing but what leads from one account to another.
    #[must_use]
    pub fn across(mut self) -> Self {
        self.keep(|arrow| arrow.crosses);
        self
    }

    fn keep(&mut self, wanted: impl Fn(&Arrow) -> bool) {
        self.arrows.retain(wanted);
        let ends = self.arrows.iter().flat_map(|arrow| [arrow.from, arrow.to]);
        let used: BTreeSet<usize> = ends.collect();
        for place in &mut self.boxes {
            place.vertices.retain(|vertex| used.contains(&vertex.id));
        }
        self.boxes.retain(|place| !place.vertices.is_empty());
    }
}

fn arrow(edge: &Edge, graph: &TrustGraph, view: &AccessView<'_>) -> Arrow {
    let node = |number: usize| graph.nodes().get(number);
    let account = |number: usize| node(number).and_then(|it| it.account.as_ref()).map(|it| view.account_name(it));
    let lacks = match edge.state {
        State::IdentityMissing => account(edge.from),
        State::ResourceMissing => account(edge.to),
        State::Both | State::Blocked(_) | State::Unknown => None,
    };
    Arrow {
        from: edge.from,
        to: edge.to,
        kind: edge.kind,
        actions: edge.actions.clone(),
        standing: standing(edge.state),
        lacks,
        keys: edge.keys.clone(),
        likely: edge.likely,
        crosses: node(edge.from).zip(node(edge.to)).is_some_and(|(from, to)| crosses(from, to)),
        identity: edge.identity,
        resource: edge.resource,
    }
}

const fn standing(state: State) -> Standing {
    match state {
        State::Both => Standing::Granted,
        State::IdentityMissing => Standing::LacksIdentity,
        State::ResourceMissing => Standing::LacksResource,
        State::Blocked(_) => Standing::Blocked,
        State::Unknown => Standing::Open,
    }
}

fn crosses(from: &Node, to: &Node) -> bool {
    match (&from.kind, &from.account, &to.account) {
        (NodeKind::Service(_), ..) => false,
        (_, Some(from), Some(to)) => !same(from, to).truth.is_yes(),
        (_, None, _) | (_, _, None) => true,
    }
}

fn vertex(id: usize, node: &Node, view: &AccessView<'_>) -> Vertex {
    let plain = |kind, name: String| Vertex { id, kind, name, address: None, stack: None, arn: None, span: None };
    match &node.kind {
        NodeKind::Principal(index) | NodeKind::PermissionSet(index) => match view.iam().principals().get(*index) {
            Some(principal) => of_principal(id, principal),
            None => plain(VertexKind::Role, String::new()),
        },
        NodeKind::Resource(index) => match view.iam().resources().get(*index) {
            Some(resource) => of_resource(id, resource),
            None => plain(VertexKind::Resource, String::new()),
        },
        NodeKind::Account => plain(VertexKind::Account, "whole account".to_owned()),
        NodeKind::Stranger(arn) => {
            let name = last_field(arn);
            let kind = if name.starts_with("user/") { VertexKind::User } else { VertexKind::Role };
            let name = name.split_once('/').map_or(name.clone(), |(_, name)| name.to_owned());
            Vertex { arn: Some(arn.display()), ..plain(kind, name) }
        }
        NodeKind::Service(name) => plain(VertexKind::Service, name.to_string()),
        NodeKind::Federated(name) => plain(VertexKind::Federated, last_field(name)),
        NodeKind::Everyone => plain(VertexKind::Everyone, "anyone".to_owned()),
    }
}

fn of_principal(id: usize, principal: &Principal) -> Vertex {
    let kind = match principal.kind {
        PrincipalKind::Role => VertexKind::Role,
        PrincipalKind::User => VertexKind::User,
        PrincipalKind::Group => VertexKind::Group,
        PrincipalKind::PermissionSet => VertexKind::PermissionSet,
    };
    let name = principal.name.as_known().filter(|_| !principal.name.is_empty());
    let (address, stack) = place(&principal.address, &principal.stack);
    Vertex {
        id,
        kind,
        name: name.map_or_else(|| principal.address.to_string(), |name| name.to_string()),
        address,
        stack,
        arn: Some(principal.arn.display()),
        span: Some(principal.span),
    }
}

fn of_resource(id: usize, resource: &PolicedResource) -> Vertex {
    let (address, stack) = place(&resource.address, &resource.stack);
    let name = address.clone().unwrap_or_else(|| resource.arn.display());
    let (arn, span) = (Some(resource.arn.display()), Some(resource.span));
    Vertex { id, kind: VertexKind::Resource, name, address, stack, arn, span }
}

fn place(address: &str, stack: &str) -> (Option<String>, Option<String>) {
    let known = |text: &str| (!address.is_empty()).then(|| text.to_owned());
    (known(address), known(stack))
}

/// What stands behind the fifth colon of an ARN.
fn last_field(arn: &Text) -> String {
    let shown = arn.display();
    shown.splitn(6, ':').nth(5).map_or_else(|| shown.clone(), str::to_owned)
}

/// The actions in a few words.
fn actions(arrow: &Arrow) -> String {
    const NAMED: usize = 3;
    if arrow.kind == EdgeKind::Member {
        return "member of".to_owned();
    }
    let named: Vec<&str> = arrow.actions.iter().take(NAMED).map(SmolStr::as_str).collect();
    match arrow.actions.len().saturating_sub(NAMED) {
        0 => named.join(", "),
        rest => format!("{} and {rest} more", named.join(", ")),
    }
}

/// What an arrow says beside its actions.
fn remarks(arrow: &Arrow) -> Vec<String> {
    let lacking = || arrow.lacks.as_ref().map(|account| format!("account {account} lacks its half"));
    let standing = match arrow.standing {
        Standing::Granted => None,
        Standing::Open if arrow.keys.is_empty() => Some("not known from source".to_owned()),
        Standing::Open => Some(format!("depends on {}", arrow.keys.join(", "))),
        Standing::LacksIdentity | Standing::LacksResource => lacking(),
        Standing::Blocked => Some("blocked".to_owned()),
    };
    let likely = arrow.likely.then(|| "likely".to_owned());
    standing.into_iter().chain(likely).collect()
}
