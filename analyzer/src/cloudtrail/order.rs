//! What Terraform makes before a trail, and what it makes after it.
//!
//! Terraform orders blocks by the references in them, and by `depends_on`; through local
//! values, variables and outputs. A reference to an output of a module is one to what the
//! output refers to, and not to all of the module.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashSet;
use smol_str::SmolStr;

use crate::eval::evaluator::ResourceInstance;
use crate::module::{Child, ModuleNode, ResourceAddress, Stack};
use crate::source::Span;

use super::references::{self, Reference, Referent};

/// What comes before and after one block.
#[derive(Debug, Clone, Default)]
pub struct Order {
    /// The addresses of the blocks that it is made after, without keys of instances.
    pub after: BTreeSet<SmolStr>,
    /// Those that are made after it, each with the reference to it that says so.
    pub before: Vec<(SmolStr, Span)>,
}

/// Something in a module.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Node {
    Resource(Path, ResourceAddress),
    Local(Path, SmolStr),
    Variable(Path, SmolStr),
    Output(Path, SmolStr),
    /// All that a module makes.
    Module(Path),
}

/// The names of the calls that lead to a module, with dots between.
type Path = SmolStr;

/// The blocks of one stack.
pub(super) struct Blocks<'s> {
    modules: BTreeMap<Path, &'s ModuleNode>,
}

impl<'s> Blocks<'s> {
    pub(super) fn of(stack: &'s Stack) -> Self {
        let nodes = stack.root.descendants().into_iter();
        Self { modules: nodes.map(|node| (path_of(node), node)).collect() }
    }

    /// The order of the block of `instance` among those of `types`.
    pub(super) fn order(&self, instance: &ResourceInstance, types: &[&str]) -> Order {
        let node = instance.module().and_then(|module| module.node());
        let own = Node::Resource(node.map(|node| path_of(node)).unwrap_or_default(), instance.decl.address.clone());
        let after = self.reach(&own).into_iter().filter_map(|(node, _)| self.shown(&node, types)).collect();
        let mut before = Vec::new();
        for (path, module) in &self.modules {
            for other in module.module.resources.addresses().filter(|it| types.contains(&it.ty.as_str())) {
                let node = Node::Resource(path.clone(), other.clone());
                let reached = self.reach(&node).into_iter().find(|(reached, _)| *reached == own);
                let shown = self.shown(&node, types);
                before.extend(reached.and_then(|(_, span)| Some((shown?, span))));
            }
        }
        before.sort();
        Order { after, before }
    }

    fn shown(&self, node: &Node, types: &[&str]) -> Option<SmolStr> {
        let Node::Resource(path, address) = node else { return None };
        let module: Vec<String> =
            path.split('.').filter(|it| !it.is_empty()).map(|it| format!("module.{it}.")).collect();
        types.contains(&address.ty.as_str()).then(|| format!("{}{address}", module.join("")).into())
    }

    /// All that `start` depends on, each with the reference by which it was first met.
    fn reach(&self, start: &Node) -> Vec<(Node, Span)> {
        let mut seen: FxHashSet<Node> = FxHashSet::default();
        let mut found: Vec<(Node, Span)> = Vec::new();
        let mut next = self.edges(start);
        while let Some((node, span)) = next.pop() {
            if seen.insert(node.clone()) {
                next.extend(self.edges(&node));
                found.push((node, span));
            }
        }
        found
    }

    fn edges(&self, node: &Node) -> Vec<(Node, Span)> {
        let mut references = Vec::new();
        let path = match node {
            Node::Resource(path, address) => {
                let Some(resource) = self.module(path).and_then(|module| module.module.resources.get(address)) else {
                    return Vec::new();
                };
                references::of_body(&resource.body, &mut references);
                let mut edges = self.resolved(path, references);
                edges.extend(self.edges_of_calls(path));
                return edges;
            }
            Node::Local(path, name) => {
                if let Some(local) = self.module(path).and_then(|module| module.module.locals.get(name)) {
                    references::of_value(&local.attribute, &mut references);
                }
                path
            }
            Node::Output(path, name) => {
                let output = self.module(path).and_then(|module| module.module.outputs.get(name));
                if let Some(value) = output.and_then(|output| output.value.as_ref()) {
                    references::of_value(value, &mut references);
                }
                path
            }
            Node::Variable(path, name) => {
                let Some((caller, _)) = split(path) else { return Vec::new() };
                if let Some(call) = self.module(path).and_then(|module| module.call.as_ref()) {
                    references::of_attribute(&call.body, name, &mut references);
                }
                return self.resolved(&caller, references);
            }
            Node::Module(path) => return self.all_of(path),
        };
        self.resolved(path, references)
    }

    /// What the calls that lead to a module depend on as a whole.
    fn edges_of_calls(&self, path: &Path) -> Vec<(Node, Span)> {
        let mut edges = Vec::new();
        let mut at = path.clone();
        while let Some((caller, _)) = split(&at) {
            if let Some(call) = self.module(&at).and_then(|module| module.call.as_ref()) {
                let mut references = Vec::new();
                for name in ["depends_on", "count", "for_each"] {
                    references::of_attribute(&call.body, name, &mut references);
                }
                edges.extend(self.resolved(&caller, references));
            }
            at = caller;
        }
        edges
    }

    fn all_of(&self, path: &Path) -> Vec<(Node, Span)> {
        let Some(module) = self.module(path) else { return Vec::new() };
        let resources = module.module.resources.iter();
        let resources = resources.map(|it| (Node::Resource(path.clone(), it.address.clone()), it.header));
        let children = module.children.iter().filter_map(|(name, child)| match child {
            Child::Loaded(node) => Some((Node::Module(below(path, name)), node.call.as_ref()?.header)),
            Child::Missing { .. } | Child::Recursive { .. } => None,
        });
        resources.chain(children).collect()
    }

    fn resolved(&self, path: &Path, references: Vec<Reference>) -> Vec<(Node, Span)> {
        let node = |referent: Referent| match referent {
            Referent::Local(name) => Node::Local(path.clone(), name),
            Referent::Variable(name) => Node::Variable(path.clone(), name),
            Referent::Resource(address) => Node::Resource(path.clone(), address),
            Referent::Module(name, Some(output)) => Node::Output(below(path, &name), output),
            Referent::Module(name, None) => Node::Module(below(path, &name)),
        };
        references.into_iter().map(|(referent, span)| (node(referent), span)).collect()
    }

    fn module(&self, path: &Path) -> Option<&'s ModuleNode> {
        self.modules.get(path).copied()
    }
}

fn path_of(node: &ModuleNode) -> Path {
    joined(&node.path)
}

fn joined(path: &[SmolStr]) -> Path {
    path.iter().map(SmolStr::as_str).collect::<Vec<_>>().join(".").into()
}

fn below(path: &Path, name: &str) -> Path {
    if path.is_empty() { name.into() } else { format!("{path}.{name}").into() }
}

/// The path of the caller, and the name of the call.
fn split(path: &Path) -> Option<(Path, SmolStr)> {
    if path.is_empty() {
        return None;
    }
    let (caller, name) = path.rsplit_once('.').unwrap_or(("", path));
    Some((caller.into(), name.into()))
}
