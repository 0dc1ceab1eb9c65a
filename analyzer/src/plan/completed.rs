//! The stack of a source, with what is planned and not declared in it: what is in modules whose source is
//! not at hand, a registry's that `terraform init` has not fetched here, and resources of the root.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::module::{Child, Mode, Module, ModuleCall, ModuleNode, ResourceAddress};

use super::address::{InstanceAddress, block, without_key};

/// A module that is planned and of which there is no source.
struct Missing {
    /// Its address without the first `module.`: the name of a call of the root that has this address.
    name: SmolStr,
    call: Arc<ModuleCall>,
    node: Arc<ModuleNode>,
}

/// Where a source declares what is planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Declared {
    /// Where it should.
    There,
    /// Nowhere, and the plan can stand in for it.
    Missing,
    /// Nowhere, although the source of its module is at hand.
    NotInModule,
}

/// Where `root`, the root module, declares the resource of `address`.
pub(super) fn declared(root: &ModuleNode, address: &InstanceAddress) -> Declared {
    let mut node = root;
    for step in &address.module {
        match node.children.get(without_key(step)) {
            Some(Child::Loaded(inner)) => node = inner,
            Some(Child::Missing { .. } | Child::Recursive { .. }) | None => return Declared::Missing,
        }
    }
    let resources = &node.module.resources;
    match address.resource.mode {
        Mode::Managed if resources.contains(&block(&address.resource)) => Declared::There,
        Mode::Managed if address.module.is_empty() => Declared::Missing,
        Mode::Managed => Declared::NotInModule,
        Mode::Data | Mode::Ephemeral => Declared::There,
    }
}

/// Whether the source of a call of `node`, or of one below it, is not at hand.
pub(super) fn lacks_modules(node: &ModuleNode) -> bool {
    node.children.values().any(|child| match child {
        Child::Loaded(inner) => lacks_modules(inner),
        Child::Missing { .. } => true,
        Child::Recursive { .. } => false,
    })
}

/// `source` with what is in `planned` and not in it. All of it becomes part of the root: a plan says of
/// each resource which provider configuration it has in the end, and those of the root have all of them.
pub(super) fn completed(source: &ModuleNode, planned: &ModuleNode) -> ModuleNode {
    let mut missing = Vec::new();
    find_missing(source, planned, "", &mut missing);
    let mut module = Module::clone(&source.module);
    let mut children = source.children.clone();
    for Missing { name, call, node } in missing {
        // A call that makes one instance knows its arguments better than the plan does.
        module.calls.entry(name.clone()).or_insert(call);
        children.insert(name, Child::Loaded(node));
    }
    let is_missing =
        |address: &ResourceAddress| address.mode == Mode::Managed && !source.module.resources.contains(&block(address));
    let more = planned.module.resources.iter().filter(|it| is_missing(&it.address));
    module.resources = source.module.resources.iter().chain(more).cloned().collect();
    ModuleNode {
        path: source.path.clone(),
        module: Arc::new(module),
        call: source.call.clone(),
        downloaded: source.downloaded,
        children,
    }
}

fn find_missing(source: &ModuleNode, planned: &ModuleNode, prefix: &str, missing: &mut Vec<Missing>) {
    for (name, child) in &planned.children {
        let Child::Loaded(node) = child else { continue };
        match source.children.get(without_key(name)) {
            Some(Child::Loaded(known)) => find_missing(known, node, &format!("{prefix}{name}.module."), missing),
            Some(Child::Missing { .. } | Child::Recursive { .. }) | None => {
                let Some(call) = &node.call else { continue };
                let name = format!("{prefix}{name}").into();
                missing.push(Missing { name, call: Arc::clone(call), node: Arc::clone(node) });
            }
        }
    }
}
