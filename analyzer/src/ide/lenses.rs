//! What stands above a block: who is trusted by a role, to whom a policy on a resource grants.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use crate::access::grants::State;
use crate::access::trust_graph::{Around, Edge, EdgeKind, NodeKind, TrustGraph};
use crate::analysis::Analysis;
use crate::iam::{Key, Origin, PolicedResource, PrincipalKind, ResourcePolicy};
use crate::module::Module;
use crate::source::{FileId, Span, TextRange};

use super::{definition, references, tree, words};

/// A line above a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeLens {
    /// The head of the block.
    pub range: TextRange,
    /// What is to be said.
    pub title: String,
    /// The statements that say so, each once, in the order of paths.
    pub places: Vec<Span>,
}

/// What is to be said of the roles, users and resource policies that `file` declares, in the order of the text.
#[must_use]
pub fn code_lenses(analysis: &Analysis, file: FileId) -> Vec<CodeLens> {
    // An editor asks after each change: the whole graph would have to be put together anew each time.
    let around =
        Around { principals: declared(analysis, file).collect(), resources: governed(analysis, file).collect() };
    if around == Around::default() {
        return Vec::new();
    }
    of_graph(analysis, &TrustGraph::around(&analysis.access(), &around), file)
}

/// The same from a graph that has all that is about what `file` declares.
pub(super) fn of_graph(analysis: &Analysis, graph: &TrustGraph, file: FileId) -> Vec<CodeLens> {
    let mut lenses = Vec::new();
    for ((span, _), nodes) in principals(analysis, graph, file) {
        let into = edges(&nodes, |node| graph.into(node));
        let trusted = Tally::of(&into, EdgeKind::Assume, graph, |edge| (edge.from, edge.resource));
        lenses.extend(lens(analysis, span, trusted.trusted(), &trusted));
        let out_of = edges(&nodes, |node| graph.out_of(node));
        let assumed = Tally::of(&out_of, EdgeKind::Assume, graph, |edge| (edge.to, edge.identity.or(edge.resource)));
        lenses.extend(lens(analysis, span, assumed.assumed(), &assumed));
    }
    for (span, nodes) in resources(analysis, graph, file) {
        let into = edges(&nodes, |node| graph.into(node));
        let granted = Tally::of(&into, EdgeKind::Reach, graph, |edge| (edge.from, edge.resource));
        lenses.extend(lens(analysis, span, granted.granted(), &granted));
    }
    lenses.sort_by(|a, b| (a.range, &a.title).cmp(&(b.range, &b.title)));
    lenses
}

fn lens(analysis: &Analysis, span: Span, title: Option<String>, tally: &Tally) -> Option<CodeLens> {
    let mut places = tally.places.clone();
    references::order(&mut places, analysis.sources());
    Some(CodeLens { range: span.range, title: title?, places })
}

type Edges<'g> = Vec<&'g Edge>;

fn edges<'g, I: Iterator<Item = &'g Edge>>(nodes: &[usize], of: impl Fn(usize) -> I) -> Edges<'g> {
    nodes.iter().flat_map(|node| of(*node)).collect()
}

/// The roles, users and their like that `file` declares.
fn declared(analysis: &Analysis, file: FileId) -> impl Iterator<Item = usize> {
    let all = analysis.iam().principals().iter().enumerate();
    all.filter(move |(_, it)| it.span.file == file && it.origin == Origin::Declared).map(|(index, _)| index)
}

/// The resources that `file` puts policies on.
fn governed(analysis: &Analysis, file: FileId) -> impl Iterator<Item = usize> {
    let all = analysis.iam().resources().iter().enumerate();
    all.filter(move |(_, it)| policies_in(it, file).next().is_some()).map(|(index, _)| index)
}

/// Those of the policies on `resource` that stand in `file`.
fn policies_in(resource: &PolicedResource, file: FileId) -> impl Iterator<Item = &ResourcePolicy> {
    resource.policies.iter().filter(move |policy| !policy.is_default() && policy.via.file == file)
}

/// The nodes of the roles and users that `file` declares, by the heads of their blocks.
fn principals(analysis: &Analysis, graph: &TrustGraph, file: FileId) -> BTreeMap<(Span, PrincipalKind), Vec<usize>> {
    let mut found: BTreeMap<(Span, PrincipalKind), Vec<usize>> = BTreeMap::new();
    for index in declared(analysis, file) {
        let Some(it) = analysis.iam().principals().get(index) else { continue };
        if let (Some(head), Some(node)) = (definition::of_principal(analysis, index), graph.of_principal(index)) {
            found.entry((head, it.kind)).or_default().push(node);
        }
    }
    found
}

/// The nodes of resources, by the heads of the blocks in `file` that put policies on them.
fn resources(analysis: &Analysis, graph: &TrustGraph, file: FileId) -> BTreeMap<Span, Vec<usize>> {
    let nodes: FxHashMap<usize, usize> = graph
        .nodes()
        .iter()
        .enumerate()
        .filter_map(|(number, node)| match node.kind {
            NodeKind::Resource(index) => Some((index, number)),
            NodeKind::Principal(_)
            | NodeKind::PermissionSet(_)
            | NodeKind::Account
            | NodeKind::Stranger(_)
            | NodeKind::Service(_)
            | NodeKind::Federated(_)
            | NodeKind::Everyone => None,
        })
        .collect();
    let module = tree::module_of(analysis, file);
    let mut found: BTreeMap<Span, Vec<usize>> = BTreeMap::new();
    for (index, resource) in analysis.iam().resources().iter().enumerate() {
        let Some(node) = nodes.get(&index) else { continue };
        let written = policies_in(resource, file);
        let heads: BTreeSet<Span> =
            written.filter_map(|policy| module.and_then(|module| head_around(module, policy.via))).collect();
        heads.into_iter().for_each(|head| found.entry(head).or_default().push(*node));
    }
    found
}

/// The head of the block that `place` is in.
fn head_around(module: &Module, place: Span) -> Option<Span> {
    let holds = |it: &Span, body: TextRange| it.file == place.file && it.range.cover(body).contains_range(place.range);
    module.resources.iter().find(|it| holds(&it.header, it.body.range)).map(|it| it.header)
}

/// Who is at the other ends of edges.
#[derive(Debug, Default)]
struct Tally {
    /// Roles and users.
    principals: BTreeSet<usize>,
    /// The accounts of those, and those that are named as a whole.
    accounts: BTreeSet<Key>,
    services: BTreeSet<usize>,
    federated: BTreeSet<usize>,
    /// Anyone, and whether without a condition.
    everyone: Option<bool>,
    /// Those of whom one half is missing.
    missing: BTreeSet<usize>,
    places: Vec<Span>,
}

impl Tally {
    /// Counts the other ends of the `edges` of a kind; `end` says which end that is, and which statement
    /// says so on the side that is looked at.
    fn of(edges: &[&Edge], kind: EdgeKind, graph: &TrustGraph, end: impl Fn(&Edge) -> (usize, Option<Span>)) -> Self {
        let mut tally = Self::default();
        for edge in edges.iter().filter(|edge| edge.kind == kind) {
            let (other, place) = end(edge);
            match edge.state {
                State::IdentityMissing => {
                    tally.missing.insert(other);
                }
                // Who is not let in is not trusted: someone else only says so.
                State::ResourceMissing => {
                    tally.missing.insert(other);
                    tally.places.extend(edge.identity);
                    continue;
                }
                State::Both | State::Blocked(_) | State::Unknown => {}
            }
            let Some(place) = place else { continue };
            tally.places.push(place);
            tally.add(other, edge.keys.is_empty(), graph);
        }
        tally
    }

    fn add(&mut self, number: usize, is_free: bool, graph: &TrustGraph) {
        let Some(node) = graph.nodes().get(number) else { return };
        let account = || node.account.as_ref().map(|account| Key::new(&account.text));
        match &node.kind {
            NodeKind::Principal(_) | NodeKind::PermissionSet(_) | NodeKind::Stranger(_) => {
                self.principals.insert(number);
                self.accounts.extend(account());
            }
            NodeKind::Account => self.accounts.extend(account()),
            NodeKind::Service(_) => {
                self.services.insert(number);
            }
            NodeKind::Federated(_) => {
                self.federated.insert(number);
            }
            NodeKind::Everyone => self.everyone = Some(is_free || self.everyone == Some(true)),
            NodeKind::Resource(_) => {}
        }
    }

    /// `trusted by 2 accounts and 1 service, 1 half missing`
    fn trusted(&self) -> Option<String> {
        let parts = [self.anyone(), count(self.accounts.len(), "account"), self.services(), self.federated()];
        self.title("trusted by", parts)
    }

    /// `granted to 3 principals in 2 accounts`
    fn granted(&self) -> Option<String> {
        let accounts = count(self.accounts.len(), "account");
        let named = match (count(self.principals.len(), "principal"), accounts) {
            (Some(principals), Some(accounts)) => Some(format!("{principals} in {accounts}")),
            (principals, accounts) => principals.or(accounts),
        };
        self.title("granted to", [self.anyone(), named, self.services(), self.federated()])
    }

    /// `can assume 2 roles`
    fn assumed(&self) -> Option<String> {
        self.title("can assume", [count(self.principals.len(), "role"), None, None, None])
    }

    fn anyone(&self) -> Option<String> {
        let said = |is_free| if is_free { "anyone" } else { "anyone under conditions" };
        self.everyone.map(|is_free| said(is_free).to_owned())
    }

    fn services(&self) -> Option<String> {
        count(self.services.len(), "service")
    }

    fn federated(&self) -> Option<String> {
        count(self.federated.len(), "identity provider")
    }

    fn title(&self, verb: &str, parts: [Option<String>; 4]) -> Option<String> {
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        let missing = match self.missing.len() {
            0 => None,
            1 => Some("1 half missing".to_owned()),
            many => Some(format!("{many} halves missing")),
        };
        let said = match parts.split_last() {
            None => None,
            Some((only, [])) => Some(format!("{verb} {only}")),
            Some((last, front)) => Some(format!("{verb} {} and {last}", front.join(", "))),
        };
        match (said, missing) {
            (Some(said), Some(missing)) => Some(format!("{said}, {missing}")),
            (said, missing) => said.or(missing),
        }
    }
}

fn count(number: usize, what: &str) -> Option<String> {
    (number > 0).then(|| words::count(number, what))
}
