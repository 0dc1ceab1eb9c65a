//! Who may do something by assuming roles, one after the other, of which the last one may.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::access::trust_graph::{self, Edge, EdgeKind, Hold, Node, NodeKind, Path, TrustGraph};
use crate::access::{AccessView, Action, Context, Decision, Obstacle};
use crate::aws::facts::{self, ActionFacts};
use crate::iam::{Principal, PrincipalKind};

use super::principal::{self, Who};
use super::{ByRoles, Roll, Step, obstacle, reason, target};

/// Those who may do it themselves, and those who may perhaps.
#[derive(Debug, Default)]
pub(super) struct Direct<'a> {
    pub(super) may: Vec<&'a Principal>,
    pub(super) depends: Vec<&'a Principal>,
}

/// Adds to `roll` those who can become one of `direct`.
pub(super) fn add<'a>(view: &'a AccessView<'a>, direct: &Direct<'a>, roll: &mut Roll) {
    let graph = view.trust_graph();
    let all = view.iam().principals().iter().enumerate();
    let indices: FxHashMap<usize, usize> = all.map(|(index, it)| (address(it), index)).collect();
    let node = |it: &&Principal| graph.of_principal(*indices.get(&address(it))?);
    let nodes = |principals: &[&Principal]| -> Vec<usize> { principals.iter().filter_map(node).collect() };
    let roles = |principals: &[&'a Principal]| -> Vec<&'a Principal> {
        principals.iter().copied().filter(|it| it.kind == PrincipalKind::Role).collect()
    };
    let (certain, possible) = (nodes(&roles(&direct.may)), nodes(&roles(&direct.depends)));
    let mut seen: FxHashSet<usize> = nodes(&direct.may).into_iter().collect();
    // A permission set that may do it itself may do it wherever someone has it.
    let sets = |of: &[&Principal]| -> Vec<usize> {
        let is_one = |index: &usize| of.iter().any(|it| indices.get(&address(it)) == Some(index));
        let nodes = graph.nodes().iter().enumerate();
        nodes
            .filter(|(_, node)| matches!(&node.kind, NodeKind::PermissionSet(index) if is_one(index)))
            .map(|(node, _)| node)
            .collect()
    };
    seen.extend(sets(&direct.may));
    let assuming = |edge: &Edge| edge.kind == EdgeKind::Assume;
    add_ways(view, graph.ways(&certain, Hold::Certain, assuming), true, &mut seen, roll);
    seen.extend(nodes(&direct.depends));
    seen.extend(sets(&direct.depends));
    let ends: Vec<usize> = certain.into_iter().chain(possible).collect();
    add_ways(view, graph.ways(&ends, Hold::Possible, assuming), false, &mut seen, roll);
    roll.by_roles.sort_by(|a, b| {
        let key = |it: &ByRoles| (!it.certain, it.account.is_none(), it.account.clone(), it.principal.clone());
        key(a).cmp(&key(b))
    });
}

/// Where a principal is in memory: the model keeps it there.
fn address(principal: &Principal) -> usize {
    std::ptr::from_ref(principal).addr()
}

fn add_ways<'a>(
    view: &'a AccessView<'a>,
    ways: Vec<(usize, Path)>,
    certain: bool,
    seen: &mut FxHashSet<usize>,
    roll: &mut Roll,
) {
    let graph = view.trust_graph();
    for (start, path) in ways {
        let Some(node) = graph.nodes().get(start).filter(|_| seen.insert(start)) else { continue };
        // That a service may use a role says nothing of who may use the service.
        if matches!(node.kind, NodeKind::Service(_)) {
            continue;
        }
        let Some(who) = who(view, node) else { continue };
        let steps: Vec<Step> = path.edges.iter().filter_map(|number| step(view, graph, *number)).collect();
        if steps.len() == path.edges.len() {
            // All in view were asked about before.
            roll.others -= usize::from(who.principal.is_some()).min(roll.others);
            roll.by_roles.push(ByRoles {
                account: who.account.as_ref().map(|it| view.account_name(it)),
                stack: who.principal.filter(|it| !it.address.is_empty()).map(|it| it.stack.to_string()),
                principal: who.name,
                certain,
                steps,
            });
        }
    }
}

fn who<'a>(view: &'a AccessView<'a>, node: &Node) -> Option<Who<'a>> {
    if let NodeKind::Principal(index) = node.kind {
        return view.iam().principals().get(index).and_then(|it| principal::in_view(view, it));
    }
    if let NodeKind::PermissionSet(index) = node.kind {
        let name = node.account.as_ref().map(|it| view.account_name(it));
        let mut of_set = principal::of_set(view, view.iam().principals().get(index)?);
        return of_set.find(|who| who.account.as_ref().map(|it| view.account_name(it)) == name);
    }
    let name = match &node.kind {
        NodeKind::Account => format!("account {}", node.account.as_ref().map(|it| view.account_name(it))?),
        NodeKind::Stranger(arn) | NodeKind::Federated(arn) => arn.display(),
        NodeKind::Service(name) => name.to_string(),
        NodeKind::Everyone => "everyone".to_owned(),
        NodeKind::Principal(_) | NodeKind::PermissionSet(_) | NodeKind::Resource(_) => return None,
    };
    Some(principal::stranger(view, name, trust_graph::calling(node)?))
}

/// The step that an edge is, with the statements that allow it.
fn step<'a>(view: &'a AccessView<'a>, graph: &TrustGraph, number: usize) -> Option<Step> {
    let edge = graph.edges().get(number)?;
    let node = |number: usize| graph.nodes().get(number);
    let NodeKind::Principal(role) = node(edge.to)?.kind else { return None };
    let (who, what) = (who(view, node(edge.from)?)?, target::of_role(view, view.iam().principals().get(role)?));
    let action = edge.actions.first().and_then(|name| facts::action(name))?;
    let documents = reason::documents(view, &who, &what);
    let mut step = Step { role: what.name.clone(), reasons: Vec::new(), obstacles: Vec::new() };
    view.decide(&who.side, &Action::new(action.name), &what.side, &Context::default(), |decision| match decision {
        Decision::Allowed(witness) => step.reasons = reason::reasons(view, &documents, &witness, true, &action),
        Decision::Unknown(found) => step.obstacles = obstacle::hindrances(&found, &who, &what, &documents),
        // Of an account, or of everyone, it holds for those who meet a condition.
        Decision::Denied(..) => {
            let keys: Vec<Obstacle> = edge.keys.iter().map(|key| Obstacle::Key(key.to_lowercase().into())).collect();
            step.obstacles = obstacle::hindrances(&keys, &who, &what, &documents);
        }
    });
    Some(step)
}

/// Whether it makes sense to become someone else for `action`: assuming a role is the way itself.
pub(super) fn is_asked(action: &ActionFacts) -> bool {
    !target::is_trust(action)
}
